"""Events from outside: whatever is sent becomes an event or a refusal with a reason, never a crash."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from botops.app.events import FeedbackEvent, Here, OutcomeEvent
from botops.config.wording import wording

HERE = Here(ZoneInfo("Asia/Almaty"), datetime(2026, 11, 22, 9, tzinfo=UTC), "KZT")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MOMENTS = st.datetimes(timezones=st.none() | st.timezones()).map(str) | st.dates().map(str) | st.text(max_size=30)


def read(model, event):
    return model.model_validate(event, context={"here": HERE}).made(HERE)


def tried(model, event):
    """What was read, or nothing and the reasons."""
    try:
        return read(model, event), ()
    except ValidationError as error:
        return None, [wording(detail) for detail in error.errors()]


@given(event=st.fixed_dictionaries(
    {}, optional=dict.fromkeys((*OutcomeEvent.model_fields, "other"), ANYTHING | MOMENTS)
))  # fmt: skip
def test_any_outcome_is_read_or_refused(event):
    made, reasons = tried(OutcomeEvent, event)
    assert all(reasons) if made is None else made.id and made.at.tzinfo


@given(
    at=MOMENTS,
    amount=st.none() | st.decimals(allow_nan=False) | st.floats() | st.text("0123456789.,eE+-", max_size=12),
)
@example("9999-12-31T23:59:59-14:00", None)
@example("0001-01-01T00:00:00+14:00", None)
@example("31.12.9999", None)
@example("2026-11-20", Decimal("1E-999999"))
def test_moments_and_amounts_stay_within_what_can_be_kept(at, amount):
    event = {"lead": "l", "stage": "won", "at": at} | ({} if amount is None else {"amount": amount})
    try:
        made = read(OutcomeEvent, event)
    except ValidationError:
        return
    assert 1970 <= made.at.year <= 2026
    assert made.amount is None or 0 <= made.amount.minor < 2**63
    assert made.at.astimezone(UTC).isoformat()


@given(event=st.fixed_dictionaries(
    {}, optional=dict.fromkeys(FeedbackEvent.model_fields, ANYTHING | MOMENTS)
))  # fmt: skip
def test_any_rating_is_read_or_refused(event):
    made, reasons = tried(FeedbackEvent, {"dialogue_id": "d"} | event)
    assert all(reasons) if made is None else 1 <= made.rating <= 5


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T14:30:00Z", "2026-11-20T14:30:00+00:00"),
        ("2026-11-20T14:30", "2026-11-20T09:30:00+00:00"),
        ("20.11.2026 14:30", "2026-11-20T09:30:00+00:00"),
        ("20.11.2026 14:30:15", "2026-11-20T09:30:15+00:00"),
        ("5.1.2026", "2026-01-05T18:59:59+00:00"),
        ("2026-11-20", "2026-11-20T18:59:59+00:00"),
        ("20261120", "2026-11-20T18:59:59+00:00"),
        ("2026-11-22", "2026-11-22T18:59:59+00:00"),
    ],
)
def test_times_as_people_and_programs_write_them(text, moment):
    assert read(OutcomeEvent, {"lead": "l", "stage": "won", "at": text}).at.astimezone(UTC).isoformat() == moment
