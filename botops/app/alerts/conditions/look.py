"""What a condition sees at a moment: the store, the clock as it was seen to run, and counts asked for once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from botops.domain.alerts import LikelyCause
from botops.monitor.steadiness import Steadiness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.alerts import Signal
    from botops.store.recent import Interval, Traffic

SLOW_FIRST_TEXT_MS = 4_000
SLOW_CHECK_MS = 50
CHANGED_WITHIN = timedelta(days=1)
MOST_CHANGES = 5
CHANGES_KEPT_S = 60.0
"""What was changed is read again after so many seconds: telling since when models answer takes a look at many turns."""


@dataclass(slots=True)
class Look:
    """One look of all conditions. Windows end now. `changes` is what `changed` says, once it was asked."""

    container: Container
    now: datetime
    steadiness: Steadiness
    changes: tuple[LikelyCause, ...] | None = None
    _traffic: dict[timedelta, Traffic] = field(default_factory=dict)

    def window(self, span: timedelta) -> tuple[Interval, ...]:
        """The last `span` as the clock showed it."""
        return self.steadiness.window(span, self.now)

    def age(self, at: datetime) -> timedelta:
        """How long ago a moment was."""
        return self.steadiness.age(at, self.now)

    def since(self, at: datetime) -> datetime:
        """When a moment was by the clock as it is set now."""
        return self.now - self.age(at)

    def began(self, first: datetime | None, span: timedelta) -> datetime:
        """When a trouble began whose first turn in the last `span` was at `first`; the beginning of the `span` where no
        single turn is known."""
        return self.now - span if first is None else max(self.since(first), self.now - span)

    def changed(self) -> tuple[LikelyCause, ...]:
        """What was changed within a day, the latest first, five at most. Nothing but the time speaks for any of them:
        how likely one is behind it, detectors tell who compare parts of the traffic."""
        if self.changes is None:
            self.changes = tuple(islice(_lately_changed(self), MOST_CHANGES))
        return self.changes

    def traffic(self, span: timedelta) -> Traffic:
        """What live turns of the last `span` did: of hours at most. Counted once a look."""
        if span not in self._traffic:
            self._traffic[span] = self.container.store.recent.traffic(
                self.window(span), slow_ms=SLOW_FIRST_TEXT_MS, slow_check_ms=SLOW_CHECK_MS
            )
        return self._traffic[span]


def _lately_changed(look: Look) -> Iterator[LikelyCause]:
    from botops.app.alerts.changes import changes  # takes long to load: numpy

    for known in reversed(changes(look.container, look.now, look.now)):
        change, entry = known.change, known.entry
        if look.age(change.at) <= CHANGED_WITHIN:
            by, subject, version = (entry.by, entry.subject, entry.version) if entry else (None, None, None)
            yield LikelyCause(change.kind, look.since(change.at), change.what, by, None, subject, version)


class Looks:
    """What conditions of an installation look through. Those of one round see the same counts; without rounds, each
    looks for itself."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._steadiness = Steadiness()
        self._rounds = False
        self._shared: Look | None = None
        self._changed: tuple[LikelyCause, ...] | None = None
        self._changed_until = float("-inf")

    def begin(self) -> timedelta | None:
        """Begins a round: what was counted in the one before is forgotten. By how much the clock was set since then, if
        it was."""
        count = self.monotonic()
        if self._changed is not None and count >= self._changed_until:
            self._changed = None
        elif self._changed is None and self._shared is not None and self._shared.changes is not None:
            self._changed, self._changed_until = self._shared.changes, count + CHANGES_KEPT_S
        self._rounds, self._shared = True, None
        return self._steadiness.observe(self._container.clock.now(), self._container.clock.monotonic())

    def at(self, now: datetime) -> Look:
        """The look of a moment."""
        if self._shared is not None and self._shared.now == now:
            return self._shared
        look = Look(self._container, now, self._steadiness, self._changed)
        if self._rounds:
            self._shared = look
        return look

    def standing(self, source: str) -> frozenset[str]:
        """The keys of a source's alerts that stand. Raises StoreError."""
        return frozenset(alert.signal.key for alert in self._container.store.alerts.firing() if alert.source == source)

    def monotonic(self) -> float:
        """The machine's steady count of seconds."""
        return self._container.clock.monotonic()


class Condition:
    """A rule as a source of alerts. What it says counts once it has said so for `lasting`; what stood before a restart
    need not last anew."""

    def __init__(self, name: str, rule: Callable[[Look], Iterable[Signal]], lasting: timedelta = timedelta()) -> None:
        self._name = name
        self._rule = rule
        self._lasting = lasting
        self._looks: Looks | None = None
        self._since: dict[str, float] | None = None

    def of(self, looks: Looks) -> Condition:
        """The same, looking at an installation."""
        made = Condition(self._name, self._rule, self._lasting)
        made._looks = looks
        return made

    @property
    def name(self) -> str:
        """The rule's name, which its runbook is named after."""
        return self._name

    def look(self, now: datetime) -> tuple[Signal, ...]:
        """What stands now. Raises StoreError and what else the rule raises."""
        assert self._looks is not None, "a condition is bound to an installation by `of`"
        said = tuple(self._rule(self._looks.at(now)))
        if not self._lasting:
            return said
        count = self._looks.monotonic()
        if self._since is None:
            self._since = dict.fromkeys(self._looks.standing(self._name), count - self._lasting.total_seconds())
        self._since = {signal.key: self._since.get(signal.key, count) for signal in said}
        longest = self._lasting.total_seconds()
        return tuple(signal for signal in said if count - self._since[signal.key] >= longest)


class Seldom:
    """A rule that is asked once in a while; what it said stands in between."""

    def __init__(self, rule: Callable[[Look], Iterable[Signal]], every: timedelta) -> None:
        self._rule = rule
        self._every_s = every.total_seconds()
        self._next = float("-inf")
        self._said: tuple[Signal, ...] = ()

    def __call__(self, look: Look) -> tuple[Signal, ...]:
        """What the rule said when it was asked last."""
        count = look.container.clock.monotonic()
        if count >= self._next:
            self._said = tuple(self._rule(look))
            self._next = count + self._every_s
        return self._said


class Rising:
    """How much counters that only grow have grown within a while, by the machine's own count of seconds."""

    def __init__(self, within: timedelta) -> None:
        self._within = within.total_seconds()
        self._seen: deque[tuple[float, Mapping[str, float]]] = deque()

    def grown(self, count: float, values: Mapping[str, float]) -> dict[str, float]:
        """By how much each value grew since the oldest look within the while; the first look finds nothing grown."""
        self._seen.append((count, dict(values)))
        while len(self._seen) > 1 and self._seen[1][0] <= count - self._within:
            self._seen.popleft()
        first = self._seen[0][1]
        return {name: value - first.get(name, 0.0) for name, value in values.items()}
