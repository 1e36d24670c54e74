"""A series judged: new portions in, what it shows out, and what to keep until the next time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

from botops.domain.errors import UserError
from botops.monitor.detectors.amounts import AmountModel
from botops.monitor.detectors.counts import Amount, Count, Key, Portion, key_of
from botops.monitor.detectors.hourly_costs import HourlyCostModel
from botops.monitor.detectors.rates import RateModel
from botops.monitor.detectors.result import Measure, Result, Seen, State
from botops.monitor.detectors.settings import AmountRule, DetectorSettings, Direction, History, Rule
from botops.monitor.detectors.watch import Baseline, Fresh, Kept, Model, Replayed, Run, Watcher

P = TypeVar("P", bound=Portion)
_WEEK = 7


@dataclass(frozen=True)
class Detector(Generic[P]):
    """A named series and the model it is judged by."""

    series: str
    measure: Measure
    direction: Direction
    model: Model[P]
    history: History

    def advance(
        self,
        kept: Kept[P],
        news: Iterable[P],
        *,
        left_out: Set[date] = frozenset(),
        fresh: Fresh | None = None,
        unfinished: Key | None = None,
    ) -> tuple[Kept[P], Result]:
        """What the series shows with the new portions, and what to keep.

        A portion fed again changes nothing; one with other figures replaces the earlier one and the days since are
        worked out anew, as far back as `History.corrections` days before the last portion. Order does not matter
        within that time. The day that is not over yet may be fed and put right later. `left_out` are days of
        incidents; `fresh` is people's word that a change is the new usual. `unfinished` is the day and the hour that
        are not over: they are judged more strictly, because they are judged again and again, and they end no alarm.
        Raises ValueError when whole days and hours are mixed.
        """
        portions = _merged(kept.portions, news)
        if not portions:
            return kept, Result(self.series, self.measure, self.direction, State.LEARNING, None)
        watcher = Watcher(self.model, self.history, left_out, fresh, unfinished)
        last = portions[-1].day
        border = (last - timedelta(days=self.history.corrections + 1), 24)
        start = kept.run
        if fresh is not None and kept.settled is not None and kept.settled[0] <= fresh.said:
            start = Run()
        old = [p for p in portions if key_of(p) <= border]
        settled = watcher.replay(old, start, kept.settled, kept.alarmed)
        at_border = key_of(old[-1]) if old else None
        at = max((key for key in (kept.settled, at_border) if key is not None), default=None)
        whole = watcher.replay(portions, settled.run, at, settled.alarmed)
        seen = key_of(kept.portions[-1]) if kept.portions else None
        passed = [*settled.raised, *whole.raised]
        missed = tuple(key for key in passed if key != whole.run.raised and (seen is None or key > seen))
        result = replace(self._result(portions, whole, kept.told, at), missed=missed)
        begins = [last, *(run.since[0] for run in (settled.run, whole.run) if run.raised and run.since)]
        reach = self.history.days + self.history.gap + self.history.corrections + _WEEK
        oldest = min(begins) - timedelta(days=reach)
        held = tuple(p for p in portions if p.day >= oldest)
        alarmed = frozenset(day for day in settled.alarmed if day >= oldest)
        told = result.raised or (None if result.withdrawn else kept.told)
        return Kept(held, at, settled.run, alarmed, told), result

    def _result(self, portions: Sequence[P], whole: Replayed[P], told: Key | None, settled: Key | None) -> Result:
        latest, run, baseline = portions[-1], whole.run, whole.baseline
        gone = told is not None and (settled is None or told > settled) and told not in {*whole.raised, run.raised}
        withdrawn = told if gone else None
        judged = baseline is not None and baseline.judges(latest)
        if baseline is None or not (judged or run.raised):
            return Result(
                self.series, self.measure, self.direction, State.LEARNING, key_of(latest), withdrawn=withdrawn,
                since=run.since if run.raised else None, raised=run.raised, by=run.by,
                days_between=run.rarity if run.raised else None,
            )  # fmt: skip
        if run.raised:
            state = State.RAISED if run.raised == key_of(latest) else State.STANDING
        else:
            state = State.OVER if whole.before.raised else State.QUIET
        return Result(
            self.series, self.measure, self.direction, state, key_of(latest),
            usual=baseline.usual,
            last=_seen([latest], baseline, self.measure),
            change=_seen([p for p in portions if run.since and key_of(p) >= run.since], baseline, self.measure),
            since=run.since, raised=run.raised, by=run.by,
            days_between=run.rarity if run.raised else None,
            height=run.height, threshold=baseline.threshold,
            history_days=len({p.day for p in portions}), withdrawn=withdrawn,
        )  # fmt: skip


def detectors(settings: DetectorSettings) -> tuple[Detector[Count] | Detector[Amount], ...]:
    """The detectors of an installation, each with its share of the budget of false alarms. Raises UserError."""
    twice = sorted(set(settings.rates) & set(settings.amounts))
    if twice:
        raise UserError(f"a series is both a rate and an amount: {', '.join(twice)}; give one of them another name")
    wanted = settings.wanted()
    return tuple(detector_of(name, rule, settings, wanted[name]) for name, rule in settings.rules().items())


def detector_of(
    series: str, rule: Rule, settings: DetectorSettings, wanted: float
) -> Detector[Count] | Detector[Amount]:
    """The detector of a series that may alarm by chance once in `wanted` days."""
    burst, history = settings.budget.burst, settings.history
    if not isinstance(rule, AmountRule):
        return Detector(series, "rate", rule.direction, RateModel(rule, history, wanted, burst), history)
    hourly = rule.grain == "hour"
    model: Model[Amount] = (
        HourlyCostModel(rule, history, wanted) if hourly else AmountModel(rule, history, wanted, burst)
    )
    return Detector(series, rule.of, rule.direction, model, history)


def _merged(held: Iterable[P], news: Iterable[P]) -> list[P]:
    by_key = {key_of(p): p for p in [*held, *news]}
    if len({p.hour is None for p in by_key.values()}) > 1:
        raise ValueError("a series is fed whole days or hours, not both")
    return [by_key[key] for key in sorted(by_key)]


def _seen(portions: Sequence[P], baseline: Baseline[P], measure: Measure) -> Seen | None:
    held = [p for p in portions if p.units or measure == "units"]
    if not held:
        return None
    days = len({p.day for p in held})
    expected = sum(baseline.expected(p) for p in held)
    return Seen(sum(_events(p, measure) for p in held), sum(p.units for p in held), expected, days)


def _events(portion: Portion, measure: Measure) -> float:
    if isinstance(portion, Count):
        return portion.events
    assert isinstance(portion, Amount)
    return portion.units if measure == "units" else portion.total
