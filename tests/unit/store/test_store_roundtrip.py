"""Whatever a record holds, it is read back as it was written, but for the masking."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.domain.findings import Finding, FindingKind, Judgement, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import mask_record

TEXT = st.text(max_size=40) | st.sampled_from(
    ["45 000 000 ₸, тел. +7 701 123 45 67", "a@b.kz", "", "'; DROP TABLE turn"]
)
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
BIG = st.integers(0, 2**62)
SMALL = st.integers(0, 2**40)
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LANGUAGE = st.sampled_from(["ru", "kk", "en"])
MONEY = st.builds(Money, st.integers(-(2**62), 2**62), st.sampled_from(["KZT", "USD", "JPY"]))


def maybe(strategy):
    return st.none() | strategy


FINDING = st.builds(
    Finding, st.integers(0, 500), st.sampled_from(FindingKind), TEXT, SMALL, SMALL, st.sampled_from(Severity), TEXT,
    maybe(TEXT), st.dictionaries(LANGUAGE, TEXT), maybe(NAME), maybe(MONEY), maybe(MONEY), maybe(NAME),
)  # fmt: skip
VERDICT = st.builds(
    Verdict, st.sampled_from(Judgement), st.lists(FINDING, max_size=3).map(tuple), maybe(NAME), SMALL, maybe(NAME)
)
COST = st.builds(
    Cost, st.integers(0, 2**60), maybe(st.builds(Money, st.integers(0, 2**50), st.just("KZT"))),
    maybe(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**9)
          | st.just(Decimal("5.20E+2"))),
    NAME, NAME, st.booleans(), st.booleans(),
)  # fmt: skip
ATTEMPT = st.builds(
    Attempt, st.sampled_from(Purpose), NAME, TEXT, st.builds(Usage, SMALL, SMALL, SMALL, SMALL, SMALL, st.booleans()),
    COST, SMALL, maybe(VERDICT), maybe(NAME),
)  # fmt: skip
INBOUND = st.builds(InboundMessage, NAME, NAME, TEXT, MOMENT, NAME, NAME, maybe(LANGUAGE), maybe(NAME), maybe(NAME))
ASSIGNMENT = st.builds(
    Assignment, st.builds(PromptRef, NAME, BIG, NAME), maybe(NAME), st.integers(-1, 9), maybe(st.integers(0, 9999)),
    st.booleans(),
)  # fmt: skip
HAND_OFF = st.builds(HandOff, NAME, NAME, NAME, MOMENT, NAME, TEXT, NAME)
RECORD = st.builds(
    TurnRecord, NAME, INBOUND, BIG, st.sampled_from([s for s in TurnState if s is not TurnState.PENDING]), LANGUAGE,
    st.sampled_from(GuardPolicy), maybe(TEXT), maybe(st.sampled_from(Action)), maybe(ASSIGNMENT), maybe(VERDICT),
    st.lists(ATTEMPT, max_size=3).map(tuple), maybe(HAND_OFF), st.builds(Timing, BIG, BIG, BIG, maybe(BIG)), NAME,
    st.booleans(), maybe(TEXT), maybe(MOMENT),
)  # fmt: skip

serial = count(1)


def _own(record: TurnRecord) -> TurnRecord:
    """With ids no other example has: one store serves them all."""
    n = next(serial)
    inbound = replace(record.inbound, dialogue_id=f"d{n}", idempotency_key=f"k{n}")
    hand_off = record.hand_off and replace(record.hand_off, turn_id=f"t{n}")
    return replace(record, id=f"t{n}", inbound=inbound, hand_off=hand_off)


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_written_is_read(store):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(RECORD)
    def holds(record):
        lived = _own(replace(record, number=1))
        asyncio.run(store.begin(lived.id, lived.inbound, lived.language))
        asyncio.run(store.finish(lived))
        assert store.reads.turn(lived.id) == mask_record(lived)

        imported = _own(record)
        store.write_many([imported], "log")
        assert store.reads.dialogue(imported.inbound.dialogue_id) == (mask_record(imported),)

    holds()
