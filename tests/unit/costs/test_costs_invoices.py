"""Invoices held against calls: nothing is lost, nothing is counted twice, whatever the days and names."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.costs.invoice_causes import causes
from botops.costs.invoices import Evidence, Figures, InvoiceRow, KeptHour, day_bounds, over_tolerance, reconcile
from botops.costs.model_names import bare_name, match_models

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_PER_CENT = Decimal("0.01")
numbers = st.integers(0, 10**9)
figures = st.builds(
    Figures, numbers, numbers, numbers, numbers, numbers, st.decimals(0, 10**6, places=12, allow_nan=False)
)
hours = st.lists(
    st.tuples(st.integers(0, 24 * 40), st.sampled_from(["mini", "mini-2026-01-02", "openai/mini", "big"]), figures),
    min_size=1,
    max_size=30,
)


def kept(found):
    return [KeptHour(START + n * HOUR, model, figures, Evidence(calls=1)) for n, model, figures in found]


@given(hours, st.sampled_from(["UTC", "Asia/Almaty", "America/New_York"]))
def test_an_invoice_made_of_the_calls_agrees_with_them(found, name):
    zone, calls = ZoneInfo(name), kept(found)
    rows = []
    for call in calls:
        day = call.at.astimezone(zone).date()
        rows.append(InvoiceRow(*day_bounds(day, day, zone), f"{bare_name(call.model)}-2026-01-02", "", call.figures))
    done = reconcile(rows, calls, zone=zone, tolerance=Decimal(0))
    assert done.over == ()
    assert causes(done) == ()
    assert done.total.invoice == done.total.store == sum((c.figures for c in calls), Figures(0, 0, 0, 0, 0, Decimal(0)))
    assert sum(line.evidence.calls for line in done.lines) == len(calls)


@given(hours, hours)
def test_lines_add_up_to_models_and_to_the_whole(theirs, ours):
    rows = [
        InvoiceRow(START + n // 24 * DAY, START + (n // 24 + 1) * DAY, model, "", figures)
        for n, model, figures in theirs
    ]
    done = reconcile(rows, kept(ours), zone=UTC, tolerance=ONE_PER_CENT)
    zero = Figures(0, 0, 0, 0, 0, Decimal(0))
    for lines in (done.lines, done.models):
        assert sum((line.invoice for line in lines), zero) == done.total.invoice
        assert sum((line.store for line in lines), zero) == done.total.store
    assert done.total.invoice == sum((row.figures for row in rows), zero)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("gpt-4-0613", "gpt-4"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("OpenAI/GPT-5-Mini", "gpt-5-mini"),
        ("gpt-4.1", "gpt-4.1"),
        ("llama-3.1-405b", "llama-3.1-405b"),
        ("house-9999", "house-9999"),
        ("o3", "o3"),
    ],
)
def test_a_day_at_the_end_of_a_name_is_no_part_of_it(name, bare):
    assert bare_name(name) == bare


def test_names_stay_apart_while_both_sides_write_them_alike():
    two = {"mini-2025-08-07", "mini-2026-01-02"}
    assert set(match_models(two, two, {}).theirs.values()) == two
    joined = match_models(two, {"mini-2025-08-07", "mini"}, {})
    assert set(joined.theirs.values()) == set(joined.ours.values()) == {"mini"}
    assert match_models({"Deployment"}, {"mini"}, {"deployment": "mini"}).theirs == {"Deployment": "mini"}


@pytest.mark.parametrize(
    ("measure", "theirs", "ours", "over"),
    [
        ("requests", 100, 101, False),
        ("requests", 100, 102, True),
        ("requests", 0, 1, True),
        ("amount", "0.001", "0.0109", False),
        ("amount", "0.001", "0.0111", True),
        ("amount", "-5", "-5.04", False),
        ("amount", "-5", "5", True),
    ],
)
def test_tolerance_is_a_share_of_the_invoice(measure, theirs, ours, over):
    assert over_tolerance(measure, Decimal(theirs), Decimal(ours), ONE_PER_CENT) is over


def test_a_row_of_a_month_takes_in_its_days():
    rows = [InvoiceRow(START, START + 31 * DAY, "mini", "", Figures(requests=3))]
    calls = [KeptHour(START + n * DAY, "mini", Figures(1, 1, 1, 1, 1, Decimal(1)), Evidence(1)) for n in (0, 15, 30)]
    done = reconcile(rows, calls, zone=UTC, tolerance=Decimal(0))
    (line,) = done.lines
    assert (line.first.day, line.last.day, line.over, done.measures) == (1, 31, (), ("requests",))
