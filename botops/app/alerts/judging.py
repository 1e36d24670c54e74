"""Detectors at work: each series is fed what is new, judged, and what it keeps is kept for the next look."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botops.app.alerts.feeding import Feed, amount_portions, rate_portions, refuse_unknown
from botops.monitor.detectors.counts import Amount, Count
from botops.monitor.detectors.detector import Detector, detector_of, detectors
from botops.monitor.detectors.settings import FILE_NAME, AmountRule, DetectorSettings, load_detectors
from botops.monitor.detectors.watch import Fresh, Kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime
    from pathlib import Path

    from botops.app.alerts.feeding import Days
    from botops.app.container import Container
    from botops.monitor.detectors.result import Result
    from botops.monitor.detectors.settings import Rule
    from botops.store.detector_state import DetectorState
    from botops.store.series import Counted, Part

_WEEK = 7
_LONGEST_INCIDENT = timedelta(days=14)
"""One that was open for longer was forgotten: leaving out all its days would leave nothing to learn from."""
_SEEN_WITHIN = timedelta(days=28)
"""A part of the traffic that was not seen for so long is judged no more."""
_SIGN = "/"


@dataclass(frozen=True, slots=True)
class Judged:
    """A series and what it shows. `name` is what it is called in the settings; `by` and `value` are set where it is a
    part of the traffic."""

    series: str
    name: str
    rule: Rule
    result: Result
    by: Part | None = None
    value: str = ""


@dataclass
class Judging:
    """The detectors of an installation. Settings are read anew when their file changes.

    Without `keeps` nothing is written, for who only looks. A look raises UserError for settings that cannot be used,
    StoreError when the store cannot be.
    """

    container: Container
    keeps: bool = True
    feed: Feed = field(init=False)
    _kept: dict[str, Kept[Any]] = field(init=False, default_factory=dict)
    _rules: dict[str, str] = field(init=False, default_factory=dict)
    _read: bool = field(init=False, default=False)
    _settings: tuple[object, DetectorSettings] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.feed = Feed(self.container)

    def settings(self) -> DetectorSettings:
        """The settings as they are now. Raises UserError."""
        path = settings_file(self.container)
        stamp = path.stat().st_mtime_ns if path.exists() else None
        if self._settings is None or self._settings[0] != stamp:
            settings = load_detectors(path) if stamp is not None else DetectorSettings()
            refuse_unknown(settings)
            self._settings = stamp, settings
        return self._settings[1]

    def totals(self, now: datetime, *, thoroughly: bool = True) -> tuple[Judged, ...]:
        """Every series of the whole traffic, judged as of now. Without `thoroughly` only what may have changed since
        yesterday is read; late data of earlier days is found by the next thorough look."""
        settings, clock = self.settings(), now.astimezone(self.feed.zone)
        states, left_out = self._known(), self.left_out(now)
        out, changed = [], set()
        for detector in detectors(settings):
            rule = settings.rules()[detector.series]
            kept = self._kept_of(detector, rule, settings)
            back = self._back(kept, settings, now, thoroughly=thoroughly)
            days = self.feed.days(now, back)
            news = self._news(detector.series, rule, days) if days is not None else []
            after, result = detector.advance(
                kept, news, left_out=left_out, fresh=_fresh(states.get(detector.series)),
                unfinished=(clock.date(), clock.hour),
            )  # fmt: skip
            if after != kept:
                self._kept[detector.series] = after
                changed.add(detector.series)
            out.append(Judged(detector.series, detector.series, rule, result))
        self._save(changed, now)
        return tuple(out)

    def parts(self, now: datetime) -> tuple[Judged, ...]:
        """The rates of every part of the traffic, up to the end of yesterday: for the digest."""
        settings = self.settings()
        states, left_out = self._known(), self.left_out(now)
        found = self._portions_of_parts(settings, now)
        since = self.feed.today(now) - timedelta(days=settings.history.corrections + 1)
        chosen = _chosen(found, settings.parts.most, since)
        wanted = settings.wanted([_series(*key) for key in chosen])
        out, changed = [], set()
        for key in chosen:
            name, by, value = key
            rule = settings.of_part(name)
            detector: Detector[Any] = detector_of(_series(*key), rule, settings, wanted[_series(*key)])
            kept = self._kept_of(detector, rule, settings)
            after, result = detector.advance(
                kept, found[key], left_out=left_out, fresh=_fresh(states.get(detector.series))
            )
            if after != kept:
                self._kept[detector.series] = after
                changed.add(detector.series)
            out.append(Judged(detector.series, name, rule, result, by, value))
        self._save(changed, now)
        judged = {one.series for one in out} | set(settings.rules())
        gone = {series for series in {*states, *self._kept} - judged if _SIGN in series}
        for series in gone:
            self._kept.pop(series, None)
            self._rules.pop(series, None)
        if self.keeps:
            self.container.store.detector_states.forget(gone & set(states))
        return tuple(out)

    def left_out(self, now: datetime) -> AbstractSet[date]:
        """Days of incidents that are over. While one is under way its days are judged: an alarm that stands keeps its
        own days out of what is learned."""
        out: set[date] = set()
        for incident in self.container.store.incidents.latest(most=1000):
            until = incident.resolved_at
            if until is None or until > now or until - incident.began_at > _LONGEST_INCIDENT:
                continue
            first, last = (at.astimezone(self.feed.zone).date() for at in (incident.began_at, until))
            out.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        return out

    # --- what is fed --------------------------------------------------------------------------------------------------

    def _news(self, series: str, rule: Rule, days: Days) -> list[Any]:
        if isinstance(rule, AmountRule):
            volumes = self.feed.volume_days(days) if rule.of != "each" else ()
            return amount_portions(self.feed.spent(days), rule, volumes)
        return rate_portions(self.feed.counts(series, days), rule.grain)

    def _portions_of_parts(
        self, settings: DetectorSettings, now: datetime
    ) -> dict[tuple[str, Part, str], Sequence[Count]]:
        """New portions of every part seen of late; all that is kept of parts that were never judged."""
        found: dict[tuple[str, Part, str], Sequence[Count]] = {}
        for name in (name for name in settings.parts.rates if name in settings.rates):
            for by in settings.parts.by:
                counts = self._counts(name, by, settings.history.corrections + 1, now)
                seen = sorted({one.value for one in counts} - {"", "-1"})
                known = {value for value in seen if self._kept.get(_series(name, by, value), Kept()).portions}
                if set(seen) - known:
                    counts = self._counts(name, by, _full(settings), now)
                    seen = sorted({one.value for one in counts} - {""})
                since = self.feed.today(now) - _SEEN_WITHIN
                for value in seen:
                    own = rate_portions([one for one in counts if one.value == value], "day")
                    if not own or own[-1].day < since or (by == "variant" and value.endswith(":-1")):
                        continue
                    earlier = [] if value in known or by != "version" else _before(value, own[0].day, counts)
                    found[name, by, value] = [*rate_portions(earlier, "day"), *own]
        return found

    def _counts(self, name: str, by: Part, back: int, now: datetime) -> list[Counted]:
        """Counts of days that are over."""
        days = self.feed.days(now, back)
        if days is None:
            return []
        return [one for one in self.feed.counts(name, days, by) if one.day < days.last]

    def _back(self, kept: Kept[Any], settings: DetectorSettings, now: datetime, *, thoroughly: bool) -> int:
        """How many days before today are read."""
        if not kept.portions:
            return _full(settings)
        last: date = kept.portions[-1].day
        since_last = (self.feed.today(now) - last).days
        return max(settings.history.corrections + 1 if thoroughly else 1, min(_full(settings), since_last + 1))

    # --- what is kept -------------------------------------------------------------------------------------------------

    def _known(self) -> Mapping[str, DetectorState]:
        states = self.container.store.detector_states.all()
        if not self._read:
            for series, state in states.items():
                if state.state is not None and state.rule is not None:
                    portion = Amount.of_plain if state.state.get("of") == "amount" else Count.of_plain
                    self._kept[series] = Kept.of_plain(state.state, portion)
                    self._rules[series] = state.rule
            self._read = True
        return states

    def _kept_of(self, detector: Detector[Any], rule: Rule, settings: DetectorSettings) -> Kept[Any]:
        """What is kept of a series. Under another rule it is judged anew from what is kept of it, or from the store
        where hours took the place of days."""
        print_ = _fingerprint(rule, settings)
        kept = self._kept.get(detector.series, Kept())
        known = self._rules.get(detector.series)
        if known is not None and known != print_:
            hours = bool(kept.portions) and kept.portions[-1].hour is not None
            same = hours == (rule.grain == "hour")
            kept = Kept(kept.portions, told=kept.told) if same and _measure(known) == _measure(print_) else Kept()
            self._kept[detector.series] = kept
        self._rules[detector.series] = print_
        return kept

    def _save(self, series: Iterable[str], now: datetime) -> None:
        from botops.store.detector_state import DetectorState

        if not self.keeps:
            return
        states = [DetectorState(one, self._rules[one], _plain(self._kept[one])) for one in sorted(series)]
        self.container.store.detector_states.put(states, now)


def settings_file(container: Container) -> Path:
    """Where the settings of the detectors are, if there are any."""
    return container.settings.root / "alerts" / FILE_NAME


def _series(name: str, by: Part, value: str) -> str:
    return _SIGN.join((name, by, value))


def _full(settings: DetectorSettings) -> int:
    """Days that a detector looks back on at most."""
    history = settings.history
    return history.days + history.gap + history.corrections + _WEEK


def _chosen(
    found: Mapping[tuple[str, Part, str], Sequence[Count]], most: int, since: date
) -> tuple[tuple[str, Part, str], ...]:
    """The parts to be judged: those with the most traffic, and of several that are the same traffic (a variant and the
    version it serves) the first; none that is all of the traffic, which is judged as such.

    What was counted since a day tells them apart: of a part that is new more is read than of one that is known.
    """
    late = {key: tuple(p for p in portions if p.day >= since) for key, portions in found.items()}
    days: dict[tuple[str, Part], dict[date, int]] = {}
    for (name, by, _), portions in late.items():
        units = days.setdefault((name, by), {})
        for one in portions:
            units[one.day] = units.get(one.day, 0) + one.units
    seen: set[tuple[str, tuple[Count, ...]]] = set()
    out = []
    for key in sorted(late, key=lambda key: -sum(p.units for p in late[key])):
        name, by, _ = key
        told = name, late[key]
        if told not in seen and days[name, by] != {p.day: p.units for p in late[key]}:
            out.append(key)
            seen.add(told)
    return tuple(out[:most])


def _before(value: str, first: date, counts: Iterable[Counted]) -> list[Counted]:
    """What was usual of the prompt before a version of it: a new version is held against those it came after."""
    prompt = value.rpartition("@")[0]
    return [one for one in counts if one.day < first and one.value.rpartition("@")[0] == prompt]


def _fresh(state: DetectorState | None) -> Fresh | None:
    return Fresh(state.usual.since, state.usual.said) if state is not None and state.usual is not None else None


def _plain(kept: Kept[Any]) -> dict[str, Any]:
    amounts = bool(kept.portions) and isinstance(kept.portions[0], Amount)
    return {**kept.plain(), "of": "amount" if amounts else "count"}


def _fingerprint(rule: Rule, settings: DetectorSettings) -> str:
    """Tells rules apart under which a state would be another; begins with what the portions are."""
    about = {**rule.model_dump(exclude={"weight", "route"}), "history": settings.history.model_dump()}
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    return f"{rule.of if isinstance(rule, AmountRule) else 'rate'}:{digest}"


def _measure(fingerprint: str) -> str:
    return fingerprint.partition(":")[0]
