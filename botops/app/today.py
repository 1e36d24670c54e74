"""What the people who look after the bot see first in the morning: seven numbers, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app import live
from botops.app.access.acting import actor
from botops.app.dialogues.queue import REVIEW_DAYS, replies_to_review
from botops.app.experiments.metrics import SATISFIED
from botops.app.glossary import GLOSSARY, TODAY
from botops.app.prompts.care import cared_for
from botops.app.queries import Number, Overview, overview
from botops.domain.findings import FindingKind
from botops.domain.incidents import IncidentSeverity
from botops.domain.people import same_person
from botops.domain.releases import UNDECIDED, ProposalState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from botops.app.container import Container
    from botops.app.periods import Period
    from botops.domain.incidents import Incident
    from botops.domain.problems import Problem
    from botops.domain.releases import AuditEntry, Proposal
    from botops.store.reception import ClientRating, Part

FEW = 20
"""Below so many ratings nothing is said of their share: its 95 % interval (Wilson) would be wider than 40 points."""
_SHARES = frozenset({"share", "per_thousand"})
"""Units of numbers that say how many of all."""
_MOST_PROPOSALS = 100
_MOST_INCIDENTS = 1000
_PRICE_RULES = frozenset(f"prompt-{kind.value}" for kind in FindingKind)
"""What lint says of a text that disagrees with the price book."""


def today(container: Container, asked: Period, names: Sequence[str] = TODAY) -> Overview:
    """Numbers of people who look after the bot in a period, with their trend and their days; faulty replies by day.

    A share has no value for the day that is not over: one dialogue that has just begun would stand beside whole days.
    """
    told = overview(container, asked, [name for name in names if name not in _OWN])
    made = {number.id: number for number in told.numbers}
    made |= {name: measure(container, asked) for name, measure in _OWN.items() if name in names}
    unfinished = container.clock.now().astimezone(ZoneInfo(asked.zone)).date()
    return replace(told, numbers=tuple(_of_whole_days(made[name], unfinished) for name in names))


def _of_whole_days(number: Number, unfinished: date) -> Number:
    if GLOSSARY[number.id].unit not in _SHARES:
        return number
    return replace(number, series=tuple((day, None if day == unfinished else one) for day, one in number.series))


def satisfied(container: Container, asked: Period) -> Number:
    """Of the dialogues clients rated in a period, the share whose last rating is 4 or 5; by day likewise."""
    now = container.store.reception.client_ratings(asked.since, asked.until)
    before = container.store.reception.client_ratings(asked.previous.since, asked.previous.until)
    by_day: dict[date, list[ClientRating]] = {day: [] for day in asked.dates()}
    zone = ZoneInfo(asked.zone)
    for rating in now:
        by_day.setdefault(rating.at.astimezone(zone).date(), []).append(rating)
    value, counted = _happy(now)
    series = tuple((day, _happy(given)[0]) for day, given in by_day.items())
    previous, earlier = _happy(before)
    enough = counted >= FEW and earlier >= FEW
    return Number("satisfied", value, previous if enough else None, series, counted=counted, counted_before=earlier)


def _happy(given: Iterable[ClientRating]) -> tuple[float | None, int]:
    last = {one.dialogue_id: one.rating for one in given}
    return (sum(rating >= SATISFIED for rating in last.values()) / len(last) if last else None), len(last)


def kept_talking(container: Container, asked: Period) -> Number:
    """Of the dialogues whose last message lies in a period, the share with a second message of the client."""
    reception = container.store.reception
    days = reception.continued(bounds(asked))
    (before,) = reception.continued((asked.previous.since, asked.previous.until))
    dialogues, went_on = sum(day.all for day in days), sum(day.of for day in days)
    series = tuple((day, _share(part)) for day, part in zip(asked.dates(), days, strict=True))
    value = went_on / dialogues if dialogues else None
    return Number("kept_talking", value, _share(before), series, counted=dialogues, counted_before=before.all)


def _share(part: Part) -> float | None:
    return part.of / part.all if part.all else None


def waiting_reviews(container: Container, asked: Period) -> Number:
    """What the queue of reviews holds now, whatever the period; the days are those of the replies, in the period, as
    far back as the queue goes."""
    days = container.store.faulty.unreviewed(bounds(asked))
    oldest = (container.clock.now() - timedelta(days=REVIEW_DAYS)).astimezone(ZoneInfo(asked.zone)).date()
    counted = zip(asked.dates(), days, strict=True)
    series = tuple((day, count if day >= oldest else None) for day, count in counted)
    return Number("waiting_reviews", replies_to_review(container), series=series)


def overdue_prompts(container: Container, asked: Period) -> Number:
    """Versions in use that nobody reread for longer than agreed, today; the same versions on the days before."""
    last = asked.dates()[-1]
    limit = timedelta(days=container.settings.prompts.review_days)
    used = [one.reviewed for one in cared_for(container.registry, container.settings, last, "ru")]

    def overdue(day: date) -> int:
        return sum(reviewed is None or day - reviewed > limit for reviewed in used)

    return Number("overdue_prompts", overdue(last), series=tuple((day, overdue(day)) for day in asked.dates()))


_OWN: Mapping[str, Callable[[Container, Period], Number]] = {
    "satisfied": satisfied,
    "kept_talking": kept_talking,
    "waiting_reviews": waiting_reviews,
    "overdue_prompts": overdue_prompts,
}


def bounds(asked: Period) -> tuple[datetime, ...]:
    """Where the days of a period begin, and where it ends."""
    zone = ZoneInfo(asked.zone)
    return (*(datetime.combine(day, time(), zone).astimezone(UTC) for day in asked.dates()), asked.until)


# --- what waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for people: proposals that want a second person's word, approved ones that want publishing, and
    prompts with a draft nobody has proposed."""

    to_decide: tuple[Proposal, ...]
    to_publish: tuple[Proposal, ...]
    drafts: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """True when nothing waits."""
        return not (self.to_decide or self.to_publish or self.drafts)


def to_do(container: Container) -> ToDo:
    """What waits for whoever acts now: nobody decides on their own proposal, so it is left out for them."""
    found = container.store.proposals.listed(states=UNDECIDED, most=_MOST_PROPOSALS)
    who = actor()
    undecided = [one for one in found if one.state is ProposalState.OPEN]
    others = [one for one in undecided if who is None or not same_person(one.by, who.name)]
    approved = tuple(one for one in found if one.state is ProposalState.APPROVED)
    registry = container.registry
    return ToDo(tuple(others), approved, tuple(name for name in registry.names() if registry.has_draft(name)))


def under_way(container: Container) -> tuple[Incident, ...]:
    """Incidents that are not over: the worst first, of equals those nobody has taken on, then the oldest."""
    found = container.store.incidents.latest(under_way=True, most=_MOST_INCIDENTS)
    worst = list(IncidentSeverity)
    return tuple(
        sorted(found, key=lambda one: (worst.index(one.severity), one.acknowledged_at is not None, one.began_at))
    )


def stale_prices(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Of what lint found, what prompts say that the price book does not, today or from a known day on: first what is
    wrong today."""
    stale = [problem for problem in found if problem.rule in _PRICE_RULES]
    return tuple(sorted(stale, key=lambda problem: (problem.level != "error", problem)))


def changes(container: Container) -> tuple[AuditEntry, ...]:
    """What was done since yesterday began, in the company's time zone, that may change what the bot does; the latest
    first."""
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now()
    first = datetime.combine(now.astimezone(zone).date() - timedelta(days=1), time(), zone).astimezone(UTC)
    return tuple(reversed(live.changes(container, first, now)))
