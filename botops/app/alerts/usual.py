"""What detectors see, for people; and people's word that a change is the new usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.alerts.judging import Judging
from botops.app.container import new_id
from botops.config.wording import suggestion
from botops.domain.access import Right
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import AuditEntry, Deed
from botops.monitor.detectors.words import say
from botops.store.detector_state import NewUsual

if TYPE_CHECKING:
    from datetime import date, datetime

    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.monitor.detectors.result import Result


@dataclass(frozen=True, slots=True)
class Watched:
    """A series, what it shows and what people said is usual of it."""

    series: str
    result: Result
    usual: NewUsual | None
    text: str


def watched(container: Container, language: Language = "en") -> tuple[Watched, ...]:
    """Every series of the whole traffic as it stands now; nothing is written. Raises UserError, StoreError."""
    from botops.app.alerts.detecting import dollars

    judging, now = Judging(container, keeps=False), container.clock.now()
    said = container.store.detector_states.all()
    today = judging.feed.today(now)
    return tuple(
        Watched(
            one.series, one.result, said[one.series].usual if one.series in said else None,
            say(one.result, language, today=today, amount=lambda pico: dollars(pico, language)),
        )
        for one in judging.totals(now)
    )  # fmt: skip


@needs(Right.OPERATE)
def take_for_usual(container: Container, series: str, *, by: str, reason: str, since: date | None = None) -> NewUsual:
    """Says that what is seen of a series since a day is usual from now on: its alarm ends, and what was before that day
    is forgotten. Without `since` the day its alarm says the change began.

    Raises NotFoundError for a series that is none, UserError for a day to come, and where no alarm says since when.
    """
    judging, now = Judging(container, keeps=False), container.clock.now()
    known = container.store.detector_states.all()
    names = sorted({*judging.settings().rules(), *known})
    if series not in names:
        raise NotFoundError(f"no detector watches {series!r}{suggestion(series, names, others='series')}")
    today = judging.feed.today(now)
    began = since or _began(judging, series, now)
    if began is None:
        raise UserError(f"no alarm of {series} stands that would say since when: give the day with --since")
    if began > today:
        raise UserError(f"{began} is still to come: give a day up to today, {today}")
    usual = NewUsual(began, today, person(by))
    entry = AuditEntry(
        new_id(), now, usual.by, Deed.USUAL, f"series:{series}", reasoned(reason), detail={"since": began.isoformat()}
    )
    container.store.detector_states.say_usual(series, usual, entry)
    return usual


def _began(judging: Judging, series: str, now: datetime) -> date | None:
    """The day on which the alarm of a series that stands says the change began."""
    judged = judging.totals(now) if series in judging.settings().rules() else judging.parts(now)
    return next((one.result.began for one in judged if one.series == series and one.result.alarmed), None)
