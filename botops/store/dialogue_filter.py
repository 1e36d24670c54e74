"""What a `DialogueFilter` asks of the rows, and the order that puts the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Subquery, UnaryExpression, and_, case, exists, func, or_, select

from botops.domain.reviews import ReplyVerdict
from botops.domain.turns import Action
from botops.store import rows
from botops.store.faulty import faulty_findings
from botops.store.outcome_tables import OUTCOME
from botops.store.review_tables import REPLY_REVIEW
from botops.store.tables import DIALOGUE, FINDING, TURN
from botops.store.views import DialogueFilter

_FOUND, _SAID = FINDING.alias("found"), TURN.alias("said")
"""Of names of their own: the conditions stand also in queries that join findings and turns themselves."""


def dialogue_conditions(wanted: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    """What must hold of a dialogue, its turns included."""
    yield from own_conditions(wanted)
    if of_turn := list(turn_conditions(wanted)):
        yield exists().where(TURN.c.dialogue_id == DIALOGUE.c.id, *of_turn)


def own_conditions(wanted: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    """What must hold of a dialogue, but for what is asked of one and the same turn of it."""
    for column, value in (
        (DIALOGUE.c.language, wanted.language),
        (DIALOGUE.c.channel, wanted.channel),
        (DIALOGUE.c.origin, wanted.origin),
        (DIALOGUE.c.lead_id, wanted.lead_id),
    ):
        if value is not None:
            yield column == value
    if wanted.since is not None:
        yield DIALOGUE.c.last_at >= wanted.since
    if wanted.until is not None:
        yield DIALOGUE.c.first_at < wanted.until
    if wanted.stage is not None:
        yield exists().where(OUTCOME.c.lead_id == DIALOGUE.c.lead_id, OUTCOME.c.stage == wanted.stage.value)
    if wanted.text:
        said = or_(*(c.icontains(wanted.text, autoescape=True) for c in (_SAID.c.text, _SAID.c.reply)))
        yield or_(
            DIALOGUE.c.id == wanted.text,
            DIALOGUE.c.lead_id == wanted.text,
            exists().where(_SAID.c.dialogue_id == DIALOGUE.c.id, said),
        )


def turn_conditions(wanted: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    """What must hold of one and the same turn."""
    for column, value in (
        (TURN.c.prompt, wanted.prompt),
        (TURN.c.prompt_version, wanted.version),
        (TURN.c.experiment, wanted.experiment),
        (TURN.c.variant, wanted.variant),
        (TURN.c.action, wanted.action and wanted.action.value),
        (TURN.c.state, wanted.state and wanted.state.value),
    ):
        if value is not None:
            yield column == value
    if wanted.has_findings is not None:
        yield TURN.c.findings > 0 if wanted.has_findings else TURN.c.findings == 0
    of_finding = []
    if wanted.kind is not None:
        of_finding.append(_FOUND.c.kind == wanted.kind.value)
    if wanted.severity is not None:
        of_finding.append(_FOUND.c.severity >= int(wanted.severity))
    if of_finding:
        yield _faulty(*of_finding)
    if wanted.reviewed is not None:
        yield from _reviewed(wanted)


def _faulty(*of_finding: ColumnElement[bool]) -> ColumnElement[bool]:
    """A turn with such a finding in what the model first said."""
    draft = and_(_FOUND.c.attempt == 0, TURN.c.action == Action.REPAIRED.value)
    own = and_(_FOUND.c.turn_id == TURN.c.id, or_(_FOUND.c.attempt == rows.TURN_VERDICT, draft))
    return exists().where(own, *of_finding)


def _reviewed(wanted: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    of_turn = REPLY_REVIEW.c.turn_id == TURN.c.id
    if wanted.reviewed == "waiting":
        yield or_(TURN.c.findings > 0, TURN.c.action == Action.REPAIRED.value)
        yield _faulty()
        yield ~exists().where(of_turn)
    elif wanted.reviewed == "disputed":
        wrong = func.sum(case((REPLY_REVIEW.c.verdict == ReplyVerdict.WRONG.value, 1), else_=0))
        split = select(REPLY_REVIEW.c.turn_id).group_by(REPLY_REVIEW.c.turn_id).having(wrong * 2 == func.count())
        yield TURN.c.id.in_(split)
    else:
        yield exists().where(of_turn, REPLY_REVIEW.c.verdict == wanted.reviewed)


def faulty_of(wanted: DialogueFilter) -> Subquery:
    """The findings of faulty replies among the turns that match."""
    return faulty_findings(*_of_period(wanted), *turn_conditions(wanted))


def worst_of_dialogues(wanted: DialogueFilter) -> Subquery:
    """For each dialogue with a faulty reply among the turns that match: how bad the worst of it is."""
    return _graded(faulty_of(wanted), "dialogue_id")


def worst_of_turns(wanted: DialogueFilter) -> Subquery:
    """The same for each faulty reply."""
    return _graded(faulty_of(wanted), "id")


def worst_first(graded: Subquery) -> tuple[UnaryExpression[object], ...]:
    """What clients saw before what was stopped, then by severity, then by the money at risk."""
    return graded.c.reached.desc(), graded.c.worst.desc(), graded.c.at_risk.desc()


def _graded(faulty: Subquery, of: str) -> Subquery:
    key = faulty.c[of]
    reached = func.max(case((faulty.c.action == Action.FLAGGED.value, 1), else_=0))
    # Of several currencies the sum only orders: no screen shows it.
    at_risk = func.coalesce(func.sum(faulty.c.at_risk_minor), 0)
    columns = (reached.label("reached"), func.max(faulty.c.severity).label("worst"), at_risk.label("at_risk"))
    return select(key, *columns).group_by(key).subquery("graded")


def _of_period(wanted: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    """Turns within the bounds; the hours let the index be used."""
    if wanted.since is not None:
        yield TURN.c.hour >= rows.hour_of(wanted.since)
        yield TURN.c.at >= wanted.since
    if wanted.until is not None:
        yield TURN.c.hour <= rows.hour_of(wanted.until)
        yield TURN.c.at < wanted.until
