"""Fixtures of the store's tests: a clock one can set, both databases, and records of an invented stationery shop."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store
from botops.store.tables import METADATA

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPLY = "Тетрадь стоит 450 ₸, при заказе от 100 штук скидка 30 %."


class SetClock:
    """A clock that stands still until moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


class Shop:
    """Makes messages and records that fit together."""

    start = START
    reply = REPLY

    def __init__(self) -> None:
        self._ids = count(1)

    def inbound(self, dialogue: str = "d1", text: str = "Сколько стоит тетрадь?", **changes: object) -> InboundMessage:
        n = next(self._ids)
        message = InboundMessage(dialogue, f"lead-{dialogue}", text, START, f"key-{n}", "web", "ru", "almaty", "retail")
        return replace(message, **changes)

    def finding(self, kind: FindingKind = FindingKind.DISCOUNT, severity: Severity = Severity.HIGH) -> Finding:
        start = REPLY.index("30 %")
        return Finding(
            turn=1, kind=kind, quote="30 %", start=start, end=start + 4, severity=severity, stated="30 %",
            expected="10 %", explanations={"ru": "Скидка 10 %, а не 30 %.", "en": "The discount is 10 %, not 30 %."},
            sku="notebook", at_risk=Money(900_000, "KZT"), source="books/shop.yaml:12",
        )  # fmt: skip

    def attempt(self, text: str = REPLY, verdict: Verdict | None = None, **changes: object) -> Attempt:
        cost = Cost(1_234_567_890, Money(64, "KZT"), Decimal("521.40"), "small-model", "prices 2026-03-01", True)
        attempt = Attempt(Purpose.REPLY, "small-model", text, Usage(900, 400, 10, 120, 30), cost, 350, verdict)
        return replace(attempt, **changes)

    def record(self, turn_id: str, inbound: InboundMessage, number: int = 1, **changes: object) -> TurnRecord:
        verdict = Verdict.of((), claims=2, book="book-7")
        record = TurnRecord(
            turn_id, inbound, number, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, REPLY, Action.PASSED,
            Assignment(PromptRef("sales", 3, "ab" * 32), "greeting", 1, 4321), verdict,
            (self.attempt(verdict=verdict),), None, Timing(420, 350, 3, 120), "small-model", True, None,
            inbound.at + timedelta(milliseconds=420),
        )  # fmt: skip
        return replace(record, **changes)

    def flagged(self, turn_id: str, inbound: InboundMessage, *findings: Finding, **changes: object) -> TurnRecord:
        verdict = Verdict.of(findings or (self.finding(),), claims=2, book="book-7")
        attempts = (self.attempt(verdict=verdict),)
        return self.record(turn_id, inbound, verdict=verdict, attempts=attempts, action=Action.FLAGGED, **changes)

    def handed_over(self, turn_id: str, inbound: InboundMessage, **changes: object) -> TurnRecord:
        hand_off = HandOff(inbound.dialogue_id, inbound.lead_id, turn_id, inbound.at, "client_asked", "Просит человека")
        return self.record(turn_id, inbound, action=Action.HANDED_OVER, hand_off=hand_off, **changes)

    async def turn(self, store: Store, inbound: InboundMessage, make: str = "record", **changes: object) -> TurnRecord:
        """Lives a whole turn and gives its record as it was handed to the store."""
        turn_id = f"turn-{inbound.idempotency_key}"
        begun = await store.begin(turn_id, inbound, "ru")
        record = replace(getattr(self, make)(turn_id, inbound, **changes), number=begun.number)
        await store.finish(record)
        return record


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with its tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    Store.open(f"sqlite:///{path}", clock=SetClock()).close()
    return path


@pytest.fixture(scope="session")
def postgres_shared(new_postgres_store: Callable[[str], str]) -> str:
    """The address of a PostgreSQL store that tests share, one after another."""
    return new_postgres_store("shared")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, once for each database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    shared = str(request.getfixturevalue("postgres_shared"))
    import psycopg

    with psycopg.connect(shared, autocommit=True) as connection:
        for table in reversed(METADATA.sorted_tables):  # many times faster than TRUNCATE of small tables
            connection.execute(f"DELETE FROM {table.name}")
    return shared


@pytest.fixture
def store(url: str, clock: SetClock) -> Iterator[Store]:
    with Store.open(url, clock=clock) as opened:
        yield opened
