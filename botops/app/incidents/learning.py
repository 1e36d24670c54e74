"""The regression case of an incident: what would show the same trouble again before a client sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.access.acting import as_part_of_it, needs
from botops.app.incidents.reading import affected
from botops.app.incidents.steps import changed
from botops.domain.access import Right
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import reason as reasoned
from botops.monitor import incidents as life
from botops.monitor.postmortem import worst_first

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.incidents import Incident


@needs(Right.OPERATE)
def link_case(container: Container, number: int, case: str | None, *, no_case: str | None = None, by: str) -> Incident:
    """Names the regression case that would show it again, as SUITE#CASE, or says why there is none.

    Raises NotFoundError for a case no suite of the project has, ConflictError, UserError.
    """
    if case:
        _known_case(container, case)
    why = reasoned(no_case) if no_case else None
    said = f"regression case {case}" if case else f"no regression case: {why}"
    return changed(container, number, lambda i: life.with_case(i, case, why), by, said)


@needs(Right.OPERATE)
def make_case(
    container: Container,
    number: int,
    *,
    by: str,
    dialogue_id: str | None = None,
    turn: int | None = None,
    suite: str | None = None,
) -> Incident:
    """Writes an affected reply as a case into a suite and links it: the reply named, or else the worst one. A reply
    that is a case already is linked as it is.

    Raises NotFoundError when nothing was affected or the reply named was not, ConflictError, UserError, StoreError.
    """
    incident = container.store.incidents.get(number)
    life.with_case(incident, "to be made", None)  # refuses a closed one before a file is written
    dialogue, place = _chosen(container, incident, dialogue_id, turn)
    from botops.app.evals import cases  # slow to import, and most steps need no suites

    known = _case_of(container, dialogue, place)
    if known is None:
        why = f"{incident.name}: {incident.title}"
        with as_part_of_it():
            made = cases.make_case(container, dialogue, place, by=by, reason=why, suite=suite)
        known = f"{made.suite}#{made.case}"
    return link_case(container, number, known, by=by)


def _chosen(container: Container, incident: Incident, dialogue_id: str | None, turn: int | None) -> tuple[str, int]:
    found = [
        one
        for one in affected(container, incident)
        if (dialogue_id is None or one.dialogue_id == dialogue_id) and (turn is None or one.turn == turn)
    ]
    if not found:
        asked = " ".join(filter(None, (dialogue_id, None if turn is None else f"turn {turn}")))
        what = f"{asked} is not among the wrong replies" if asked else "no wrong reply is known"
        raise NotFoundError(f"{incident.name}: {what}: see `botops incident affected {incident.number}`")
    worst = worst_first(found)[0]
    return worst.dialogue_id, worst.turn


def _case_of(container: Container, dialogue_id: str, turn: int) -> str | None:
    from botops.app.evals.suite_files import cases_of, listed_suites

    for suite, case in cases_of(listed_suites(container.settings), dialogue_id):
        if case.origin is not None and case.origin.turn == turn and not suite.problem:
            return f"{suite.name}#{case.id}"
    return None


def _known_case(container: Container, case: str) -> None:
    from botops.app.evals.suite_files import usable_suites

    name, mark, case_id = case.partition("#")
    if not mark or not case_id:
        raise UserError(f"{case!r} names no case: write it as SUITE#CASE, the suite's name and the case's id")
    suite = usable_suites(container.settings).get(name)
    if suite is None:
        raise NotFoundError(f"there is no suite {name!r} that can be run: see `botops eval list`")
    if case_id not in {one.id for one in suite.cases}:
        raise NotFoundError(f"suite {name} has no case {case_id!r}: see `botops eval list`")
