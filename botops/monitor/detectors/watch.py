"""One series watched over time: the CUSUM portion by portion, episodes of alarm, what is kept between runs.

What is kept are the portions themselves, so feeding one twice changes nothing, and one put right replays the days
since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from botops.monitor.detectors.counts import Key, Portion, key_of
from botops.monitor.detectors.settings import History

P = TypeVar("P", bound=Portion)
P_contra = TypeVar("P_contra", bound=Portion, contravariant=True)

By = Literal["drift", "burst"]
STRICTER = 5.0
"""How much rarer false alarms are aimed at in a portion that is not over. It is judged again and again while it fills
up, and the highest of many looks is higher than the last one (benchmarks/detectors.md)."""


class Baseline(Protocol[P_contra]):
    """What is usual of a series and how far from it is too far."""

    @property
    def threshold(self) -> float:
        """Height of the CUSUM above which it alarms."""
        ...

    @property
    def burst_limit(self) -> float:
        """Days between portions so far out by chance, above which a single one alarms."""
        ...

    @property
    def usual(self) -> float:
        """The usual value."""
        ...

    def judges(self, portion: P_contra) -> bool:
        """False for a portion that says nothing: without replies there is no rate."""
        ...

    def expected(self, portion: P_contra) -> float:
        """Events or amount expected of a portion."""
        ...

    def score(self, portion: P_contra) -> float:
        """What the portion adds to the CUSUM."""
        ...

    def burst(self, portion: P_contra) -> float:
        """Days between portions as far out by chance."""
        ...

    def days_between(self, height: float) -> float:
        """Days between false alarms if the threshold were this."""
        ...

    def rarer(self, times: float) -> Baseline[P_contra]:
        """The same with limits for false alarms so many times as rare."""
        ...


class Model(Protocol[P]):  # type: ignore[misc]
    """Learns what is usual."""

    def learn(self, portions: Sequence[P]) -> Baseline[P] | None:
        """From sound portions; None while there are too few."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """The CUSUM after a portion: `height`; `since`, the first portion after it last stood at 0, which is where the
    change began if there is one (Page's estimate); `raised`, the portion at which the alarm began, while it lasts;
    `evidence`, how high it would stand by then if it were not held; `rarity`, in how many days chance alone would
    bring it there."""

    height: float = 0.0
    since: Key | None = None
    raised: Key | None = None
    by: By | None = None
    rarity: float = 1.0
    evidence: float = 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "height": self.height, "since": _plain(self.since), "raised": _plain(self.raised), "by": self.by,
            "rarity": self.rarity, "evidence": self.evidence,
        }  # fmt: skip

    @classmethod
    def of_plain(cls, held: Mapping[str, Any]) -> Self:
        """Back from `plain`."""
        return cls(
            held["height"], _key(held["since"]), _key(held["raised"]), held["by"], held["rarity"], held["evidence"]
        )


def step(run: Run, baseline: Baseline[P], portion: P) -> Run:
    """The run after one more portion.

    An alarm lasts until the CUSUM is back at half its threshold without another burst; then it starts anew from 0.
    While it lasts the height is held at the threshold, so that its end shows within days.
    """
    key, limit = key_of(portion), baseline.threshold
    if not baseline.judges(portion):
        return run
    height = max(0.0, run.height + baseline.score(portion))
    since = (run.since or key) if height > 0 else None
    burst = baseline.burst(portion)
    bursts, drifts = burst >= baseline.burst_limit, height > limit
    if run.raised and height <= limit / 2 and not bursts:
        return Run()
    if not (run.raised or bursts or drifts):
        return Run(height, since)
    if run.raised:
        evidence = max(0.0, run.evidence + baseline.score(portion))
        rarity = max(run.rarity, burst if bursts else 1.0, baseline.days_between(evidence))
        return replace(run, height=min(height, limit), rarity=rarity, evidence=evidence)
    drift_rarity = baseline.days_between(height) if drifts else 1.0
    by: By = "burst" if bursts and burst >= drift_rarity else "drift"
    began = key if by == "burst" else since
    return Run(min(height, limit), began, key, by, max(drift_rarity, burst if bursts else 1.0), height)


@dataclass(frozen=True, slots=True)
class Fresh:
    """People's word of the day `said` that what is seen since the day `since` is the new usual."""

    since: date
    said: date


@dataclass(frozen=True, slots=True)
class Kept(Generic[P]):
    """What is kept of a series between runs.

    The run up to the portion `settled` will not change any more; `alarmed` are days of alarms up to it. `told` is the
    alarm that was reported last.
    """

    portions: tuple[P, ...] = ()
    settled: Key | None = None
    run: Run = Run()
    alarmed: frozenset[date] = frozenset()
    told: Key | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "version": 1, "portions": [p.plain() for p in self.portions], "settled": _plain(self.settled),
            "run": self.run.plain(), "alarmed": sorted(day.isoformat() for day in self.alarmed),
            "told": _plain(self.told),
        }  # fmt: skip

    @classmethod
    def of_plain(cls, held: Mapping[str, Any], portion: Callable[[Mapping[str, Any]], P]) -> Self:
        """Back from `plain`; `portion` reads one of them (`Count.of_plain`). Raises ValueError for another version."""
        if held.get("version") != 1:
            raise ValueError(f"a detector's state of version {held.get('version')}: this botops reads version 1")
        alarmed = frozenset(date.fromisoformat(day) for day in held["alarmed"])
        portions = tuple(portion(p) for p in held["portions"])
        return cls(portions, _key(held["settled"]), Run.of_plain(held["run"]), alarmed, _key(held["told"]))


@dataclass
class Replayed(Generic[P]):
    """A series walked through: the run after its last portion, the baseline it was judged by, alarms on the way."""

    run: Run
    before: Run
    baseline: Baseline[P] | None = None
    raised: list[Key] = field(default_factory=list)
    alarmed: set[date] = field(default_factory=set)


class Watcher(Generic[P]):
    """Walks a series through a model. Baselines are learned anew each Monday, so runs of any frequency agree."""

    def __init__(
        self, model: Model[P], history: History, left_out: Set[date] = frozenset(), fresh: Fresh | None = None,
        unfinished: Key | None = None,
    ) -> None:  # fmt: skip
        self._model, self._history, self._left_out, self._fresh = model, history, left_out, fresh
        self._unfinished = unfinished

    def replay(self, portions: Sequence[P], run: Run, after: Key | None, alarmed: Iterable[date]) -> Replayed[P]:
        """Walks through the portions after the key `after`; all of them may serve as history. They must be in order."""
        out: Replayed[P] = Replayed(run, run, alarmed=set(alarmed))
        learned_for: date | None = None
        for portion in portions:
            if after is not None and key_of(portion) <= after:
                continue
            out.before = out.run
            if self._skipped(portion.day):
                out.run, out.baseline, learned_for = Run(), None, None
                continue
            monday = portion.day - timedelta(days=portion.day.weekday())
            if monday != learned_for or out.baseline is None:
                end = out.run.since[0] if out.run.raised and out.run.since else portion.day
                out.baseline, learned_for = self._learn(portions, end, monday, out.alarmed), monday
            if out.baseline is None or portion.day in self._left_out:
                continue
            filling, stands = self._fills_up(portion), out.run.raised is not None
            moved = step(out.run, out.baseline.rarer(STRICTER) if filling and not stands else out.baseline, portion)
            if filling and stands and moved.raised is None:
                continue  # half a day of few events ends no alarm: by the evening it would stand again
            out.run = moved
            self._note(out, portion)
        return out

    def _fills_up(self, portion: P) -> bool:
        if self._unfinished is None:
            return False
        day, hour = self._unfinished
        return portion.day > day or (portion.day == day and (portion.hour is None or portion.hour >= hour))

    def _skipped(self, day: date) -> bool:
        return self._fresh is not None and day <= self._fresh.said

    def _note(self, out: Replayed[P], portion: P) -> None:
        run = out.run
        if run.raised is None:
            return
        if run.raised == key_of(portion):
            out.raised.append(run.raised)
            assert run.since is not None
            days = (portion.day - run.since[0]).days
            out.alarmed.update(run.since[0] + timedelta(days=n) for n in range(days))
        out.alarmed.add(portion.day)

    def _learn(self, portions: Sequence[P], day: date, monday: date, alarmed: Set[date]) -> Baseline[P] | None:
        """From the days before the Monday less the gap; while those are too few, from all before `day`: the one judged,
        or while an alarm stands the one the change began with, lest it becomes the usual by lasting."""
        for end in (min(day, monday - timedelta(days=self._history.gap)), day):
            begin = end - timedelta(days=self._history.days)
            if self._fresh is not None:
                begin = max(begin, self._fresh.since)
            sound = [p for p in portions if begin <= p.day < end and self._sound(p.day, alarmed)]
            learned = self._model.learn(sound)
            if learned is not None:
                return learned
        return None

    def _sound(self, day: date, alarmed: Set[date]) -> bool:
        accepted = self._fresh is not None and day <= self._fresh.said
        return day not in self._left_out and (accepted or day not in alarmed)


def _plain(key: Key | None) -> list[Any] | None:
    return None if key is None else [key[0].isoformat(), key[1]]


def _key(held: Sequence[Any] | None) -> Key | None:
    return None if held is None else (date.fromisoformat(held[0]), int(held[1]))
