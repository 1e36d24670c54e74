"""What explains an alarm of a detector: since when by the hour, in which part of the traffic, after which change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, cast

from botops.app.alerts.changes import changes
from botops.app.alerts.feeding import Days, part_names, rate_portions
from botops.domain.alerts import LikelyCause, Where
from botops.monitor.detectors.attribution import Attribution, Part, attribute
from botops.monitor.detectors.rate_baseline import learn, shifted
from botops.monitor.detectors.settings import AmountRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from botops.app.alerts.changes import Known
    from botops.app.alerts.feeding import Feed
    from botops.app.alerts.judging import Judged
    from botops.app.container import Container
    from botops.monitor.detectors.settings import History, Rule
    from botops.store.series import Counted, Spent
    from botops.store.series import Part as PartName

MOST_CAUSES = 5
_LEAST_PROBABILITY = 0.02
"""Changes less likely to be behind it are not named."""
_ALIKE = math.log(3)
"""Parts that explain a rise within odds of 3 to 1 explain it alike."""
_NEARLY_AS_LIKELY = math.log(20)
"""A beginning fits nearly as well as the likeliest one within odds of 20 to 1."""
_NEARLY_ALL = 0.8
"""A part of the traffic is where the extra cost is when it has this share of it and a smaller one of the dialogues."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`began_at` is when the trouble began, to the hour where counts tell it. `unknown` is the probability that none of
    the `causes` is behind it; `mixed` names what merely has other shares of the traffic than before."""

    began_at: datetime
    where: Where | None = None
    causes: tuple[LikelyCause, ...] = ()
    unknown: float = 1.0
    mixed: str | None = None


def explain(
    container: Container,
    feed: Feed,
    judged: Judged,
    history: History,
    now: datetime,
    *,
    left_out: AbstractSet[date] = frozenset(),
    errors_since: datetime | None = None,
) -> Explanation:
    """What explains an alarm that stands. Raises StoreError."""
    since = judged.result.since
    assert since is not None
    before = feed.days(now, history.days + (feed.today(now) - since[0]).days)
    assert before is not None
    began = datetime.combine(since[0], time(max(since[1], 0)), feed.zone)
    if isinstance(judged.rule, AmountRule):
        return _of_amount(container, feed, judged.rule, before, began, now, left_out, errors_since)
    return _of_rate(container, feed, judged, before, began, now, left_out, errors_since)


def _of_rate(
    container: Container, feed: Feed, judged: Judged, days: Days, began: datetime, now: datetime,
    left_out: AbstractSet[date], errors_since: datetime | None,
) -> Explanation:  # fmt: skip
    counts = {by: feed.counts(judged.name, days, by) for by in part_names()}
    whole = next(iter(counts.values()))
    usual = [one for one in whole if one.day < began.date() and one.day not in left_out]
    daily = rate_portions(usual, "day")
    dispersion = max(1.0, learn(daily).dispersion) if len(daily) >= 2 else 1.0
    known = changes(container, began, now, errors_since=None if judged.name == "errors" else errors_since)
    if len(daily) >= 2:
        began = _to_the_hour(whole, learn(daily).p, judged.rule, began, dispersion, [k.change.at for k in known])
    parts = [part for by, of in counts.items() for part in _parts(by, of, began, left_out)]
    found = attribute(parts, [k.change for k in known], began, direction=judged.rule.direction, dispersion=dispersion)
    return Explanation(began, _where(found), *_causes(found, known), found.mixed)


def _where(found: Attribution) -> Where | None:
    """The part the rise is in. A version and the variant that serves it explain it alike: then the version is named."""
    clear = [s for s in found.suspects if s.clear]
    alike = [s for s in clear if s.log_odds >= clear[0].log_odds - _ALIKE]
    order = {by: place for place, by in enumerate(part_names())}
    best = min(alike, key=lambda s: order[cast("PartName", s.part.dimension)], default=None)
    return Where(best.part.dimension, best.part.value, max(0.0, min(1.0, best.excess))) if best else None


def _to_the_hour(
    counts: Iterable[Counted], usual: float, rule: Rule, began: datetime, dispersion: float, changed: Iterable[datetime]
) -> datetime:
    """The hour from which on "the odds are `times` as high" is likeliest against "as usual": a day's alarm may have
    begun at any hour of its first day. The maximum of the likelihood over the place of a change that lasts.

    A day that was a little high by chance draws the beginning to itself. Where nothing was changed in the day before
    it, and a moment at which something was changed later fits nearly as well, that moment is taken.
    """
    day = began.date()
    hours = sorted({(c.day, c.hour) for c in counts if (c.day, c.hour) >= (day, began.hour)})
    odds = rule.times if rule.direction == "up" else 1 / rule.times
    other = shifted(usual, odds)
    gain, loss = math.log(other / usual), math.log((1 - other) / (1 - usual))
    scores = dict.fromkeys(hours, 0.0)
    for one in counts:
        if (one.day, one.hour) in scores:
            scores[one.day, one.hour] += one.events * gain + (one.units - one.events) * loss
    first_day = [place for place, hour in enumerate(hours) if hour[0] == day]
    if not first_day:
        return began
    after = list(accumulate(reversed([scores[hour] for hour in hours])))[::-1]
    best = max(first_day, key=lambda place: after[place])
    likeliest = began.replace(hour=hours[best][1])
    local = [at.astimezone(began.tzinfo) for at in changed]
    if any(likeliest - timedelta(days=1) <= at <= likeliest for at in local):
        return likeliest
    late = {place: at for at in local if at > likeliest and (place := _from_then_on(hours, at)) is not None}
    near = [place for place in late if (after[best] - after[place]) / dispersion <= _NEARLY_AS_LIKELY]
    if not near:
        return likeliest
    place = max(near, key=lambda one: after[one])
    return late[place].replace(minute=0, second=0, microsecond=0)


def _from_then_on(hours: Sequence[tuple[date, int]], at: datetime) -> int | None:
    """The place of the first hour with anything in it from a moment on."""
    return next((place for place, hour in enumerate(hours) if hour >= (at.date(), at.hour)), None)


def _parts(by: str, counts: Iterable[Counted], began: datetime, left_out: AbstractSet[date]) -> list[Part]:
    sums: dict[str, list[int]] = {}
    border = (began.date(), began.hour)
    for one in counts:
        into = sums.setdefault(one.value, [0, 0, 0, 0])
        if (one.day, one.hour) >= border:
            into[2] += one.events
            into[3] += one.units
        elif one.day not in left_out:
            into[0] += one.events
            into[1] += one.units
    return [Part(by, value, *of) for value, of in sums.items()]


def _of_amount(
    container: Container, feed: Feed, rule: AmountRule, days: Days, began: datetime, now: datetime,
    left_out: AbstractSet[date], errors_since: datetime | None,
) -> Explanation:  # fmt: skip
    known = changes(container, began, now, errors_since=errors_since)
    # Of a day it is only known that it was dearer, so whatever was changed on it came in time.
    latest = began if rule.grain == "hour" else min(now, began + timedelta(days=1))
    found = attribute([], [k.change for k in known], latest)
    where = None
    if rule.of == "each" and rule.direction == "up":
        where = _dearer(feed, days, began, left_out)
    return Explanation(began, where, *_causes(found, known))


def _dearer(feed: Feed, days: Days, began: datetime, left_out: AbstractSet[date]) -> Where | None:
    """The part of the traffic that nearly all extra cost is in, though not nearly all dialogues are."""
    best: Where | None = None
    for by in part_names():
        spent = [one for one in feed.spent(days, by) if one.known and one.day not in left_out]
        was, is_ = ([o for o in spent if (o.day < began.date()) is earlier] for earlier in (True, False))
        dialogues = sum(one.known for one in is_)
        if not was or not dialogues:
            continue
        all_before = sum(one.pico_usd for one in was) / sum(one.known for one in was)
        extra = {value: _extra(value, was, is_, all_before) for value in {one.value for one in is_}}
        together = sum(extra.values())
        for value in sorted(extra):
            share = extra[value] / together if together > 0 else 0.0
            of_all = sum(one.known for one in is_ if one.value == value) / dialogues
            if share >= _NEARLY_ALL and of_all < _NEARLY_ALL * share and (best is None or share > best.share):
                best = Where(by, value, min(1.0, share))
    return best


def _extra(value: str, was: Sequence[Spent], is_: Sequence[Spent], all_before: float) -> float:
    own = [one for one in was if one.value == value]
    usual = sum(one.pico_usd for one in own) / sum(one.known for one in own) if own else all_before
    return sum(one.pico_usd - usual * one.known for one in is_ if one.value == value)


def _causes(found: Attribution, known: Sequence[Known]) -> tuple[tuple[LikelyCause, ...], float]:
    entries = {id(one.change): one.entry for one in known}
    causes = []
    for cause in found.causes[:MOST_CAUSES]:
        if cause.probability < _LEAST_PROBABILITY:
            break
        change, entry = cause.change, entries[id(cause.change)]
        causes.append(
            LikelyCause(
                change.kind, change.at, change.what, entry.by if entry else None, cause.probability,
                entry.subject if entry else None, entry.version if entry else None,
            )
        )  # fmt: skip
    return tuple(causes), found.unknown
