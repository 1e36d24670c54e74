"""An installation whose past is written straight into its store, and what its conditions say of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from botops.app.alerts.conditions import Looks, conditions
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOOK = """\
currency: KZT
products:
  - {sku: pen, name: Ручка, prices: [{amount: 450, valid_to: 2026-12-31}]}
  - {sku: ink, name: Чернила, prices: [{amount: 900}]}
"""
FREE = Cost(0, None, None, "test-model", "test", False)
OK = Verdict.of((), claims=1, book="1")


class Clock:
    """A clock whose two faces are moved together, or apart."""

    def __init__(self):
        self.at, self.count = NOW, 1000.0

    def now(self):
        return self.at

    def monotonic(self):
        return self.count

    def move(self, span, *, jump=timedelta()):
        self.at += span + jump
        self.count += span.total_seconds()


class Shop:
    """An installation whose past is written straight into its store."""

    def __init__(self, root, settings=""):
        self.root = root
        (root / "pricebook").mkdir()
        (root / "prompts").mkdir()
        (root / "pricebook/book.yaml").write_text(BOOK, "utf-8")
        (root / "botops.yaml").write_text(
            f"company: {{timezone: Asia/Almaty}}\npaths: {{pricebook: pricebook/book.yaml}}\n{settings}", "utf-8"
        )
        self.clock, self._ids = Clock(), count(1)
        self.container = Container.open(load_settings(root / "botops.yaml"), Secrets(), clock=self.clock)
        self.looks = Looks(self.container)
        self.sources = {one.name: one for one in conditions(self.container, self.looks)}

    def turns(self, number, ago=MINUTE, **changes):
        """So many turns, one a second, the last of them so long ago; a dialogue each."""
        end = self.clock.at - ago
        self.container.store.write_many(
            [self._turn(end - timedelta(seconds=n), **changes) for n in range(number)], origin="live"
        )

    def _turn(self, at, rule=None, verdict=OK, fault=None, first_text_ms=100, guard_ms=3, **changes):
        key = f"t{next(self._ids)}"
        inbound = InboundMessage(f"d-{key}", f"l-{key}", "Сколько стоит ручка?", at, key)
        attempt = Attempt(Purpose.REPLY, "test-model", "450", Usage(1, 0, 0, 1, 0), FREE, 50, verdict, fault)
        record = TurnRecord(
            key, inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "450 ₸", Action.PASSED, None, verdict,
            (attempt,), None, Timing(500, 50, guard_ms, first_text_ms), "test-model", False, None, at,
        )  # fmt: skip
        if rule is not None:
            hand_off = HandOff(inbound.dialogue_id, inbound.lead_id, key, at, rule, "так вышло")
            record = replace(record, action=Action.HANDED_OVER, hand_off=hand_off)
        return replace(record, **changes)

    def wrong(self, number, severity=Severity.HIGH, **changes):
        finding = Finding(
            turn=1, kind=FindingKind.PRICE, quote="450 ₸", start=0, end=5, severity=severity, stated="450 ₸",
            expected="500 ₸", explanations={"ru": "500 ₸", "kk": "500 ₸", "en": "500 ₸"}, sku="pen",
            at_risk=Money(5_000, "KZT"), source="book.yaml:3",
        )  # fmt: skip
        changes = {"action": Action.FLAGGED, **changes}
        self.turns(number, verdict=Verdict.of((finding,), claims=1, book="1"), **changes)

    def says(self, rule):
        """What a rule says now; nothing in it is left unsaid in any language."""
        signals = self.sources[rule].look(self.clock.now())
        for signal in signals:
            for texts in (signal.title, signal.text):
                assert set(texts) == {"ru", "kk", "en"}
                for text in texts.values():
                    assert text.strip()
                    assert not re.search(r"[{}]|None", text), text
            assert signal.rule == rule
            assert signal.began_at <= self.clock.now()
            assert "\n" not in signal.title["ru"]
        return signals


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.container.close()


@pytest.fixture
def shop_with(tmp_path):
    made = []

    def make(settings):
        made.append(Shop(tmp_path, settings))
        return made[0]

    yield make
    for one in made:
        one.container.close()
