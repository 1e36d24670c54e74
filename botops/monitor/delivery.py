"""Who is told what, when and how: routes, quiet hours, silences, escalation, reminders, back-off. Rules alone; nothing
is read, written or sent here.

Times may jump. What waits for a moment waits for it by the clock of the day; what was to be tried again soon and lies
far ahead is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from botops.config.alerting import ALERTMANAGER, Alerting, Route
from botops.domain.alerts import Alert, AlertSeverity, AlertState, Silence
from botops.domain.notices import ChannelHealth, KeptNotice, Notice, NoticeKind, NoticeState, Sending

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=1)
"""A channel that fails is tried again after `FIRST_WAIT`, then twice as long, at most after `LONGEST_WAIT`."""
TOGETHER_TRIES = 3
"""After so many tries a notice is sent alone: it may be the one the others fail with."""
MOST_TOGETHER = 20
"""Notices in one message."""
KEPT_TRYING = timedelta(days=7)
"""A notice older than this is of no use to anybody."""
REFUSED_FOR = timedelta(hours=24)
REFUSED_TRIES = 30
"""A notice that failed so often for so long, while others left through the same channel, is refused for what it is."""
SILENCE_LOOK = timedelta(minutes=1)
"""How often a silenced notice is looked at again."""

SILENCED, QUIET, DAILY = "silenced", "quiet hours", "told once a day"
"""Why a notice waits."""
_CHANGES = frozenset({NoticeKind.RAISED, NoticeKind.WORSENED, NoticeKind.RETURNED, NoticeKind.RESOLVED})
_URGES = frozenset({NoticeKind.REMINDER, NoticeKind.ESCALATED})
_APART = frozenset({NoticeKind.DIGEST, NoticeKind.TEST})
_WEEKEND = frozenset({5, 6})
_RANK = {AlertSeverity.PAGE: 0, AlertSeverity.TICKET: 1, AlertSeverity.DIGEST: 2}


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice is sent through these channels, not before a moment."""

    channels: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A notice waits until a moment, for a reason."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody is told, for a reason."""

    reason: str


Decision = Planned | Held | Dropped


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a notice is looked at. `alert` is what it is about, `siblings` the other notices of that
    alert, `silence` one that covers it, `lost` the channels that do not work."""

    now: datetime
    zone: tzinfo
    alert: Alert | None = None
    siblings: tuple[KeptNotice, ...] = ()
    silence: Silence | None = None
    lost: frozenset[str] = frozenset()


def decide(kept: KeptNotice, rules: Alerting, seen: Situation) -> Decision:
    """What becomes of a notice that is due."""
    notice = kept.notice
    if notice.kind in _CHANGES and (ended := _silenced(kept, seen)) is not None:
        return ended
    if notice.kind in _URGES and (seen.silence is not None or not _open(seen.alert)):
        return Dropped("somebody has it, it is over, or silenced")
    if rules.alertmanager is not None and notice.kind in _CHANGES and notice.about_channel != ALERTMANAGER:
        # Groups, quiet times and routes are its own; escalation is ours.
        return Planned((ALERTMANAGER, *_called_in(notice, rules, seen)), seen.now)
    if (held := _held_back(kept, rules, seen)) is not None:
        return held
    channels = tuple(dict.fromkeys([*chosen(notice, rules, seen.lost), *_called_in(notice, rules, seen)]))
    if not channels:
        return Dropped(f"no channel is set up for {notice.role or 'what nobody owns'}")
    wait = timedelta(seconds=rules.group_s)
    return Planned(channels, min(max(seen.now, notice.at + wait), seen.now + wait))


def chosen(notice: Notice, rules: Alerting, lost: frozenset[str]) -> tuple[str, ...]:
    """The channels of a notice. One that tells of the loss of a channel goes to others; one that wakes people, and
    whose channels are all lost, to every channel that works as well."""
    named = rules.channels_of(notice.role, notice.severity)
    wanted = tuple(one for one in named if one != notice.about_channel)
    unsure = notice.severity is AlertSeverity.PAGE and (named or notice.about_channel is not None)
    if unsure and not set(wanted) - lost:
        others = (one for one in rules.channels if one not in lost and one != notice.about_channel)
        wanted = tuple(dict.fromkeys([*wanted, *others]))
    return wanted


def _called_in(notice: Notice, rules: Alerting, seen: Situation) -> tuple[str, ...]:
    """The channels of those an alert went to because its owner did not react, when it is over: who was called in would
    go on looking for a trouble that is gone."""
    if notice.kind is not NoticeKind.RESOLVED:
        return ()
    told = [one.notice for one in seen.siblings if one.state is NoticeState.PLANNED]
    over = max((one.at for one in told if one.kind is NoticeKind.RESOLVED), default=None)
    roles = [one.role for one in told if one.kind is NoticeKind.ESCALATED and (over is None or one.at > over)]
    return tuple(name for role in roles for name in rules.channels_of(role, notice.severity))


def quiet_until(route: Route, at: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet time ends in which a moment lies; None outside of quiet times."""
    ends: datetime | None = None
    while (end := _quiet_end(route, ends or at, zone)) is not None:
        ends = end
        if end - at > timedelta(days=8):  # nothing but quiet
            break
    return ends


def next_daily(after: datetime, clock: time, zone: tzinfo) -> datetime:
    """The first moment after another at which clocks of a zone show a time."""
    local = after.astimezone(zone)
    today = datetime.combine(local.date(), clock, zone).astimezone(UTC)
    if today > after:
        return today
    return datetime.combine(local.date() + timedelta(days=1), clock, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Urge:
    """Somebody is to be told again of an alert: the kind of notice, what tells it from others, and the role."""

    kind: NoticeKind
    step: str
    role: str | None


def urgent(alert: Alert) -> bool:
    """True while an alert wakes people and nobody has acknowledged it: nothing else urges."""
    return _open(alert) and alert.severity is AlertSeverity.PAGE


def waits_since(alert: Alert, news_at: datetime, silences: Iterable[Silence], now: datetime) -> datetime:
    """Since when an alert waits for somebody to take it: there was news of it (raised, worse or back, it is its owner's
    anew), or a silence ended in which its owner was not told."""
    ends = (one.end for one in silences if one.is_about(alert) and one.since < one.end <= now)
    return max([news_at, *ends])


def urges(alert: Alert, since: datetime, now: datetime, rules: Alerting) -> tuple[Urge, ...]:
    """Whom an alert that nobody has acknowledged goes to by now, all the steps of its chain that are due, and the
    latest reminder; it waits `since` a moment."""
    if not urgent(alert):
        return ()
    stood = now - since
    route = rules.routes.get(alert.owner) if alert.owner is not None else None
    found = [
        Urge(NoticeKind.ESCALATED, f"{step.after_min}:{step.to}:{alert.returns}", step.to)
        for step in (route.escalate if route is not None else ())
        if stood >= timedelta(minutes=step.after_min)
    ]
    if rules.remind_every_min and rules.alertmanager is None:
        times = int(stood / timedelta(minutes=rules.remind_every_min))
        if times > 0:
            found.append(Urge(NoticeKind.REMINDER, f"{times}:{alert.returns}", alert.owner))
    return tuple(found)


def together(sendings: Sequence[Sending]) -> tuple[tuple[Sending, ...], ...]:
    """What leaves in one message: notices that were not tried often go together, the gravest first; digests and trials,
    and what failed again and again, alone. What says the same to two roles is one message."""
    joined = [s for s in sendings if s.notice.notice.kind not in _APART and s.attempts <= TOGETHER_TRIES]
    joined.sort(key=lambda s: (s.notice.notice.kind is NoticeKind.RESOLVED, _RANK[s.notice.notice.severity]))
    groups = [tuple(joined[i : i + MOST_TOGETHER]) for i in range(0, len(joined), MOST_TOGETHER)]
    held = {s.notice.id for s in joined}
    apart: dict[object, list[Sending]] = {}
    for one in sendings:
        if one.notice.id not in held:
            notice = one.notice.notice
            # Two roles with one channel: what says the same to both is said once.
            same = tuple(sorted(notice.words.items())) if notice.kind in _APART else one.notice.id
            apart.setdefault(same, []).append(one)
    return (*groups, *map(tuple, apart.values()))


def again_at(sending: Sending, now: datetime) -> datetime:
    """When a notice that did not leave is tried again."""
    doublings = max(0, min(sending.attempts - 1, 10))
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def hopeless(sending: Sending, health: ChannelHealth | None, now: datetime) -> str | None:
    """Why a notice is not tried any more; None while there is hope."""
    age = now - sending.notice.notice.at
    if age > KEPT_TRYING:
        return f"not sent for {KEPT_TRYING.days} days"
    others_left = health is not None and health.sent_at is not None and now - health.sent_at < REFUSED_FOR
    if age > REFUSED_FOR and sending.attempts >= REFUSED_TRIES and others_left:
        return f"refused {sending.attempts} times while others left"
    return None


def lost_channels(health: Iterable[ChannelHealth], now: datetime, rules: Alerting) -> tuple[ChannelHealth, ...]:
    """The channels that have failed for too long."""
    least = timedelta(minutes=rules.lost_after_min)
    return tuple(one for one in health if one.failing_since is not None and now - one.failing_since >= least)


def _silenced(kept: KeptNotice, seen: Situation) -> Held | Dropped | None:
    """What a silence does with the change of an alert: held until its end, unless nobody needs to know any more."""
    told = any(other.state is NoticeState.PLANNED for other in seen.siblings)
    if kept.notice.kind is NoticeKind.RESOLVED:
        if seen.silence is not None or (not told and any(_by_silence(other) for other in seen.siblings)):
            return Dropped("over, and told to nobody before")
        return None
    if kept.reason in (SILENCED, QUIET, DAILY) and not _firing(seen.alert):
        return Dropped(SILENCED + " until it was over" if kept.reason == SILENCED else "over before it was told")
    if seen.silence is None:
        return None
    return Held(min(seen.silence.until, seen.now + SILENCE_LOOK), SILENCED)  # somebody may end it early


def _by_silence(other: KeptNotice) -> bool:
    return other.reason is not None and other.reason.startswith(SILENCED)


def _held_back(kept: KeptNotice, rules: Alerting, seen: Situation) -> Held | None:
    notice = kept.notice
    if notice.severity is AlertSeverity.PAGE or notice.kind is NoticeKind.TEST:
        return None
    if notice.severity is AlertSeverity.DIGEST and notice.kind in _CHANGES:
        daily = next_daily(notice.at, time.fromisoformat(rules.digest_at), seen.zone)
        if daily > seen.now:
            return Held(daily, DAILY)
    route = rules.routes.get(notice.role) if notice.role is not None else None
    until = quiet_until(route, seen.now, seen.zone) if route is not None else None
    return Held(until, QUIET) if until is not None else None


def _quiet_end(route: Route, at: datetime, zone: tzinfo) -> datetime | None:
    local = at.astimezone(zone)
    day = local.date()
    if route.weekend and day.weekday() in _WEEKEND:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    span = route.quiet_span
    if span is None:
        return None
    begin, end = span
    clock = local.time().replace(tzinfo=None)
    if begin < end:
        return datetime.combine(day, end, zone).astimezone(UTC) if begin <= clock < end else None
    if clock >= begin:
        return datetime.combine(day + timedelta(days=1), end, zone).astimezone(UTC)
    return datetime.combine(day, end, zone).astimezone(UTC) if clock < end else None


def _firing(alert: Alert | None) -> bool:
    return alert is None or alert.state is AlertState.FIRING


def _open(alert: Alert | None) -> bool:
    return alert is not None and alert.state is AlertState.FIRING and alert.acknowledged_at is None
