"""Fills a store of any size with turns of an invented company, by the product's own write path.

    python benchmarks/load_store.py --turns 1000000 --url sqlite:////tmp/load/botops.db

The same seed and end give the same turns. They are shaped as those of a company are: more on weekdays and by day, three
prompts whose versions change, an experiment, several models, channels and languages, corrections, failed calls, false
claims, hand-offs, outcomes, evaluations, and what people did about them. Roll-ups are made at the end, unless
`--no-roll-up` is given.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from load_events import load_events

from botops.app.clock import SystemClock
from botops.config.settings import Costs
from botops.costs import configured_meter
from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.outcomes import Outcome, Stage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Usage
from botops.store import Store, outcome_id

ZONE = ZoneInfo("Asia/Almaty")
HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 20, 45, 60, 66, 58, 52, 60, 64, 62, 54, 44, 36, 30, 22, 12, 5)
WEEKDAYS = (1.1, 1.05, 1.0, 1.0, 0.95, 0.5, 0.35)
PROMPTS = (("sales", 0.7), ("support", 0.2), ("renewal", 0.1))
MODELS = (("gpt-5-mini", 0.72), ("claude-haiku-4-5", 0.18), ("gpt-4.1-nano", 0.095), ("house-llm-7b", 0.005))
FALLBACK = "gpt-4.1-nano"
_FALLS_BACK = 0.02
CHANNELS = (("web", 0.5), ("telegram", 0.3), ("whatsapp", 0.2))
SAID = {
    "ru": ("Сколько стоит тариф на двадцать рабочих мест?", "Тариф на 20 мест стоит 180 000 ₸ в месяц."),
    "kk": ("Жиырма орынға тариф қанша тұрады?", "20 орынға тариф айына 180 000 ₸ тұрады."),
    "en": ("How much is the plan for twenty seats?", "The plan for 20 seats is 180,000 ₸ a month."),
}
LANGUAGES = (("ru", 0.68), ("kk", 0.27), ("en", 0.05))
SOLD = "Скидка при оплате за год 30 %."
TURNS_A_DIALOGUE = (1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 11)


@dataclass(frozen=True)
class Asked:
    """How much to make: turns in all, over so many days up to `end`."""

    turns: int
    days: int
    end: datetime
    seed: int


def rates(first: date, days: int) -> list[dict[str, object]]:
    """A rate of each week."""
    return [
        {"since": first + timedelta(days=n), "per_usd": Decimal(500) + Decimal(n % 13) / 10}
        for n in range(0, days + 7, 7)
    ]


class Company:
    """Makes turns, dialogue by dialogue."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.random = random.Random(asked.seed)
        self.first = asked.end - timedelta(days=asked.days)
        costs = Costs.model_validate({"rates": rates(self.first.date(), asked.days)})
        self.meter = configured_meter(costs, currency="KZT", zone=ZONE, simulated_as="gpt-5-mini")
        self.leads: list[tuple[str, datetime]] = []

    def turns(self) -> Iterator[TurnRecord]:
        """Turns in the order of their dialogues' beginning."""
        left = self.asked.turns
        for number, begun in enumerate(sorted(self._beginnings())):
            count = min(left, self.random.choice(TURNS_A_DIALOGUE))
            yield from self._dialogue(number, begun, count)
            left -= count
            if not left:
                return

    def outcomes(self) -> Iterator[Outcome]:
        """What became of the leads: one in eight qualified, one in thirty won."""
        for lead, begun in self.leads:
            stages = [stage for stage, part in ((Stage.QUALIFIED, 0.12), (Stage.LOST, 0.05), (Stage.WON, 0.03))
                      if self.random.random() < part]  # fmt: skip
            for days, stage in enumerate(stages, 1):
                at = min(begun + timedelta(days=days * self.random.randint(1, 6)), self.asked.end)
                amount = Money(self.random.randint(5, 90) * 1_000_000, "KZT") if stage is Stage.WON else None
                yield Outcome(outcome_id(lead, stage, at), lead, stage, at, amount, "crm")

    def side_calls(self) -> Iterator[SideCalls]:
        """An evaluation a day: the model under test, the judge and the clients it was played by."""
        for day in range(self.asked.days):
            at = self.first + timedelta(days=day, hours=11)
            for purpose, model, calls in (
                (Purpose.REPLY, "gpt-5-mini", 200), (Purpose.JUDGE, "gpt-4.1", 120), (Purpose.CLIENT, "gpt-5-mini", 80),
            ):  # fmt: skip
                usage = Usage(calls * 900, calls * 500, 0, calls * 90)
                cost = self.meter.cost(usage, model, at)
                yield SideCalls(
                    f"run-{day}", at, Work.EVAL, purpose, model, "sales", 3, calls=calls, usage=usage,
                    pico_usd=cost.pico_usd, saved_pico_usd=cost.saved_pico_usd or 0,
                )  # fmt: skip

    def _beginnings(self) -> Iterator[datetime]:
        mean = sum(TURNS_A_DIALOGUE) / len(TURNS_A_DIALOGUE)
        wanted = int(self.asked.turns / mean * 1.02) + 8
        days = [self.first + timedelta(days=n) for n in range(self.asked.days)]
        weights = [WEEKDAYS[day.astimezone(ZONE).weekday()] for day in days]
        for day in self.random.choices(days, weights, k=wanted):
            midnight = day.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            (hour,) = self.random.choices(range(24), HOURS)
            at = midnight + timedelta(hours=hour, seconds=self.random.randrange(3600))
            yield min(max(at.astimezone(UTC), self.first), self.asked.end - timedelta(hours=1))

    def _dialogue(self, number: int, begun: datetime, count: int) -> Iterator[TurnRecord]:
        dialogue, lead = f"load-{self.asked.seed}-{number:07d}", f"lead-{self.asked.seed}-{number * 7 // 8:07d}"
        language, channel, prompt = self._pick(LANGUAGES), self._pick(CHANNELS), self._pick(PROMPTS)
        self.leads.append((lead, begun)) if not self.leads or self.leads[-1][0] != lead else None
        assignment = self._assignment(prompt, begun, number)
        at, model = begun, self._pick(MODELS)
        for turn in range(1, count + 1):
            inbound = InboundMessage(dialogue, lead, SAID[language][0], at, f"{dialogue}#{turn}", channel, language)
            yield self._turn(f"{dialogue}-{turn}", inbound, turn, assignment, model)
            at += timedelta(seconds=self.random.randint(20, 400))

    def _assignment(self, prompt: str, begun: datetime, number: int) -> Assignment:
        age = (begun - self.first).days * 4 // max(1, self.asked.days)
        if prompt != "sales":
            return Assignment(PromptRef(prompt, 1 + age // 2, "ab" * 32))
        variant = number % 2
        return Assignment(PromptRef(prompt, 1 + age + variant, "cd" * 32), f"sales-{age}", variant, number % 10_000)

    def _turn(
        self, turn_id: str, inbound: InboundMessage, number: int, assignment: Assignment, model: str
    ) -> TurnRecord:
        luck, language = self.random.random(), inbound.locale or "ru"
        if self.random.random() < _FALLS_BACK:
            model = FALLBACK
        ms = self.random.randint(500, 4000)
        text = SAID[language][1]
        base = TurnRecord(
            turn_id, inbound, number, TurnState.ANSWERED, language, GuardPolicy.REPAIR, text, Action.PASSED,
            assignment, Verdict.of((), claims=1, book="book-1"), (), None, Timing(ms + 20, ms, 4, 300), model, False,
            None, inbound.at + timedelta(milliseconds=ms),
        )  # fmt: skip
        clean = self._call(inbound, number, model, ms, text, base.verdict)
        if luck < 0.03:
            false = Verdict.of((self._finding(),), claims=1, book="book-1")
            draft = replace(clean, text=SOLD, verdict=false)
            mended = self._call(inbound, number, model, ms, text, base.verdict, purpose=Purpose.REPAIR)
            return replace(base, attempts=(draft, mended), action=Action.REPAIRED)
        if luck < 0.05:
            verdict = Verdict.of((self._finding(),), claims=1, book="book-1")
            sent = replace(clean, text=SOLD, verdict=verdict)
            return replace(base, attempts=(sent,), verdict=verdict, action=Action.FLAGGED, reply=SOLD)
        if luck < 0.055:
            lost = replace(clean, text="", fault="timeout", verdict=None)
            return replace(
                base, attempts=(lost,), verdict=None, action=Action.HANDED_OVER, error="timeout: no answer",
                hand_off=HandOff(inbound.dialogue_id, inbound.lead_id, turn_id, inbound.at, "model_error", "timeout"),
            )  # fmt: skip
        if luck < 0.057:
            return replace(base, state=TurnState.INTERRUPTED, reply=None, action=None, verdict=None, attempts=(clean,))
        if luck < 0.08:
            asked = HandOff(inbound.dialogue_id, inbound.lead_id, turn_id, inbound.at, "client_request", "человек")
            return replace(base, attempts=(clean,), action=Action.HANDED_OVER, hand_off=asked)
        return replace(base, attempts=(clean,))

    def _call(
        self, inbound: InboundMessage, number: int, model: str, ms: int, text: str, verdict: Verdict | None,
        purpose: Purpose = Purpose.REPLY,
    ) -> Attempt:  # fmt: skip
        read = 1800 + number * 160 + self.random.randrange(200)
        cached = read * 3 // 5 if number > 1 else 0
        written = 1500 if model.startswith("claude") and number == 1 else 0
        estimated = self.random.random() < 0.01
        said = self.random.randint(30, 160)
        usage = Usage(read, cached, written, said, said // 4 if model == "gpt-5-mini" else 0, estimated)
        return Attempt(purpose, model, text, usage, self.meter.cost(usage, model, inbound.at), ms, verdict)

    def _finding(self) -> Finding:
        return Finding(
            turn=1, kind=FindingKind.DISCOUNT, quote="30 %", start=SOLD.index("30"), end=SOLD.index("30") + 4,
            severity=self.random.choice((Severity.HIGH, Severity.MEDIUM)), stated="30 %", expected="10 %",
            explanations={"ru": "Скидка 10 %, а не 30 %.", "en": "The discount is 10 %, not 30 %."},
            sku=self.random.choice(("plan-20", "plan-50", "crm")), at_risk=Money(self.random.randint(1, 40) * 100_000,
            "KZT"),
        )  # fmt: skip

    def _pick(self, parts: tuple[tuple[str, float], ...]) -> str:
        return self.random.choices([name for name, _ in parts], [part for _, part in parts])[0]


def load(url: str, asked: Asked, *, roll_up: bool = True, say: bool = False, events: bool = False) -> dict[str, float]:
    """Fills the store at an address; the seconds each part took."""
    company, seconds = Company(asked), {}
    with Store.open(url, clock=SystemClock(), zone=ZONE.key) as store:
        for part, work in (
            ("turns", lambda: store.write_many(company.turns(), "live")),
            ("outcomes", lambda: _in_chunks(store, company.outcomes())),
            ("side calls", lambda: store.costs.keep(company.side_calls())),
            ("what people did", lambda: load_events(store, asked.end, asked.days, asked.seed) if events else None),
            ("roll-ups", lambda: _roll_up(store) if roll_up else None),
        ):
            started = time.perf_counter()
            work()
            seconds[part] = time.perf_counter() - started
            if say:
                print(f"{part}: {seconds[part]:.1f} s", file=sys.stderr)
    return seconds


def _in_chunks(store: Store, outcomes: Iterator[Outcome], size: int = 500) -> None:
    some: list[Outcome] = []
    for outcome in outcomes:
        some.append(outcome)
        if len(some) == size:
            store.outcomes.add_many(some)
            some = []
    if some:
        store.outcomes.add_many(some)


def _roll_up(store: Store) -> None:
    while store.roll_up():
        pass


def main() -> None:
    """Reads the options and fills the store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--end", type=datetime.fromisoformat, help="the end of the last day, with an offset; now")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", required=True, help="sqlite:///file.db or postgresql://…")
    parser.add_argument("--no-roll-up", action="store_true")
    options = parser.parse_args()
    end = (options.end or datetime.now(UTC)).astimezone(UTC)
    asked = Asked(options.turns, options.days, end, options.seed)
    load(options.url, asked, roll_up=not options.no_roll_up, say=True, events=True)


if __name__ == "__main__":
    main()
