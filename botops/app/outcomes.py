"""Taking in what became of leads and how dialogues were rated, from a program or from a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from botops.app.access.acting import actor, needs, require_own
from botops.app.delimited import Delimited, Line
from botops.app.events import FeedbackEvent, Here, OutcomeEvent, currency_code
from botops.config.wording import suggestion, wording
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.outcomes import Feedback, Outcome, Stage
from botops.domain.problems import Problem
from botops.pricebook.cells import amount_of
from botops.store import Delivery

if TYPE_CHECKING:
    from botops.app.container import Container

_AT_ONCE = 500
_QUOTED = re.compile(r'="(.*)"')
SKIP = "skip"
"""What a stage of another system may be mapped to when it is none of ours."""

_Event = TypeVar("_Event", OutcomeEvent, FeedbackEvent)
_Made = TypeVar("_Made", Outcome, Feedback)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one event: kept under an id, or refused for a reason at a field ("" for the event as a whole).

    `known` is False when its lead, or its dialogue, is not in the store: the event is kept, it may come later.
    """

    delivery: Delivery | None
    id: str | None = None
    known: bool = True
    field: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Kind(Generic[_Event, _Made]):
    """How events of a kind are read and kept."""

    event: type[_Event]
    keep: Callable[[Container, Sequence[_Made]], Sequence[Taken]]
    needed: tuple[str, ...]


@needs(Right.SERVE)
def take_outcomes(container: Container, events: Sequence[Any], currency: str | None = None) -> tuple[Taken, ...]:
    """Keeps outcomes as JSON gives them; what became of each. Raises StoreError when nothing could be kept."""
    return _take(container, events, _OUTCOMES, Here.of(container, currency))


@needs(Right.SERVE)
def take_feedback(container: Container, events: Sequence[Any]) -> tuple[Taken, ...]:
    """Keeps ratings as JSON gives them; what became of each. Raises StoreError when nothing could be kept."""
    return _take(container, events, _FEEDBACK, Here.of(container))


def _take(container: Container, events: Sequence[Any], kind: _Kind[Any, Any], here: Here) -> tuple[Taken, ...]:
    taken: list[Taken | None] = []
    made = []
    for event in events:
        try:
            made.append(kind.event.model_validate(event, context={"here": here}).made(here))
            taken.append(None)
        except ValidationError as error:
            first = error.errors()[0]
            path = ".".join(str(step) for step in first["loc"])
            taken.append(Taken(None, field=path, problem=wording(first)))
    kept = iter(kind.keep(container, made))
    return tuple(next(kept) if one is None else one for one in taken)


def _keep_outcomes(container: Container, outcomes: Sequence[Outcome]) -> Sequence[Taken]:
    store = container.store.outcomes
    unknown = store.unknown_leads(o.lead_id for o in outcomes)
    deliveries = store.add_many(outcomes)
    return [_taken(delivery, o.id, o.lead_id not in unknown) for o, delivery in zip(outcomes, deliveries, strict=True)]


def _keep_feedback(container: Container, ratings: Sequence[Feedback]) -> Sequence[Taken]:
    who = actor()
    for rating in ratings if who is not None and who.roles else ():  # a program tells what managers told it
        require_own(rating.by or None)
    store = container.store.feedback
    unknown = store.unknown_dialogues(f.dialogue_id for f in ratings)
    owners = store.dialogues_of_turns(f.turn_id for f in ratings if f.turn_id is not None)
    fits = [f.turn_id is None or owners.get(f.turn_id, f.dialogue_id) == f.dialogue_id for f in ratings]
    deliveries = iter(store.add_many([f for f, fit in zip(ratings, fits, strict=True) if fit]))
    taken = [
        _taken(next(deliveries), f.id, f.dialogue_id not in unknown) if fit else _stray(f)
        for f, fit in zip(ratings, fits, strict=True)
    ]
    for rating, one in zip(ratings, taken, strict=True):
        if one.delivery is Delivery.NEW:
            container.metrics.feedback.labels(rating.voice.value, str(rating.rating)).inc()
    return taken


def _stray(rating: Feedback) -> Taken:
    message = f"turn `{rating.turn_id}` belongs to another dialogue: correct one of the two"
    return Taken(None, rating.id, field="turn_id", problem=message)


def _taken(delivery: Delivery, identifier: str, known: bool) -> Taken:
    if delivery is not Delivery.CONFLICT:
        return Taken(delivery, identifier, known)
    message = f"`{identifier}` is kept with another content: give a new event a new id"
    return Taken(delivery, identifier, known, "id", message)


_OUTCOMES = _Kind(OutcomeEvent, _keep_outcomes, ("lead", "stage", "at"))
_FEEDBACK = _Kind(FeedbackEvent, _keep_feedback, ("dialogue_id", "rating"))


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass
class TableReport:
    """What became of a table's rows. `unknown` counts kept events whose lead or dialogue is not in the store, `skipped`
    rows of stages that were said to be none of ours, `unread` names columns nothing was read from."""

    deliveries: Counter[Delivery] = field(default_factory=Counter)
    unknown: int = 0
    skipped: int = 0
    unread: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)


@needs(Right.SERVE)
def import_outcomes(
    container: Container,
    table: Delimited,
    columns: Mapping[str, str],
    *,
    stages: Mapping[str, str] | None = None,
    currency: str | None = None,
) -> TableReport:
    """Takes in outcomes from a table. `columns` names the header of a field; `stages` says which of our stages another
    system's is, or `SKIP`.

    A row that cannot be used becomes a problem with its place and the others are kept. Raises UserError for columns
    and stages that do not fit, and StoreError.
    """
    folded = _stage_map(stages or {})
    try:
        here = Here.of(container, currency_code(currency) if currency else None)
    except ValueError as error:
        raise UserError(str(error)) from error

    def value_of(name: str, text: str) -> Any:
        return folded.get(text.casefold(), text) if name == "stage" else text

    return _import(container, table, columns, _OUTCOMES, here, value_of)


@needs(Right.SERVE)
def import_feedback(container: Container, table: Delimited, columns: Mapping[str, str]) -> TableReport:
    """Takes in ratings from a table, as `import_outcomes`."""
    return _import(container, table, columns, _FEEDBACK, Here.of(container), lambda _name, text: text)


def _stage_map(stages: Mapping[str, str]) -> dict[str, str]:
    ours = [*(stage.value for stage in Stage), SKIP]
    for stage in stages.values():
        if stage not in ours:
            raise UserError(f"`{stage}` is no stage{suggestion(stage, ours, others='stages')}")
    return {" ".join(theirs.split()).casefold(): stage for theirs, stage in stages.items()}


def _import(
    container: Container,
    table: Delimited,
    columns: Mapping[str, str],
    kind: _Kind[Any, Any],
    here: Here,
    value_of: Callable[[str, str], Any],
) -> TableReport:
    table.read_as(tuple(kind.event.model_fields), kind.needed, columns)
    report = TableReport(unread=table.unread)
    rows = _events(table, report, value_of)
    while some := list(islice(rows, _AT_ONCE)):
        taken = _take(container, [event for _, event in some], kind, here)
        for (line, _), one in zip(some, taken, strict=True):
            if one.problem is not None:
                hint = "; or say which it is: --stage THEIRS=won" if one.field == "stage" else ""
                report.problems.append(table.problem(line, one.field, one.problem + hint))
                continue
            assert one.delivery is not None
            report.deliveries[one.delivery] += 1
            report.unknown += not one.known
    return report


def _events(
    table: Delimited, report: TableReport, value_of: Callable[[str, str], Any]
) -> Iterator[tuple[Line, dict[str, Any]]]:
    """The rows as events; what is no row or has a cell no event can have goes into the report."""
    for line in table:
        if isinstance(line, Problem):
            report.problems.append(line)
            continue
        event: dict[str, Any] = {}
        problem = None
        for name, place in table.columns.items():
            text = _unwrapped(line.cells[place].strip()) if place < len(line.cells) else ""
            if not text:
                continue
            if text.startswith("=") and name != "reason":
                message = "a formula, not its value: save the table with values"
                problem = problem or table.problem(line, name, message)
            elif name == "amount":
                said = _put_amount(event, text)
                problem = problem or (table.problem(line, name, said) if said else None)
            else:
                event[name] = value_of(name, text)
        if event.get("stage") == SKIP:
            report.skipped += 1
        elif problem is not None:
            report.problems.append(problem)
        else:
            yield line, event


def _put_amount(event: dict[str, Any], text: str) -> str | None:
    """Reads an amount as people write it, with its currency where none was said; a complaint when it is none."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    if text.startswith(("-", "−", "(")):
        return f"`{shown}` is below 0: a deal is worth 0 or more"
    found = amount_of(text)
    if found is None:
        return f"`{shown}` is no amount: write it as 15000, 15 000,50 or 15 000 ₸"
    event["amount"] = found.amount
    if found.currency is not None:
        event.setdefault("currency", found.currency)
    return None


def _unwrapped(text: str) -> str:
    """A cell that a spreadsheet was made to keep as text: `="00123"`."""
    match = _QUOTED.fullmatch(text)
    return match.group(1) if match else text
