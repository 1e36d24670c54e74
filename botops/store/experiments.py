"""Leads of experiments: who was served which variant, what happened to them, what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, exists, func, literal, or_, select

from botops.domain.outcomes import Stage, Voice
from botops.split import earlier_seeds
from botops.store.access import Access
from botops.store.outcome_tables import FEEDBACK, OUTCOME
from botops.store.rows import hour_of
from botops.store.tables import DIALOGUE, EXPOSURE, FINDING, HAND_OFF, TURN
from botops.store.views import ExposedLead

WINDOW = timedelta(days=14)
"""How long after its exposure what becomes of a lead counts, where an experiment does not say."""


class ExperimentReads:
    """Every method is one read transaction and raises StoreError when the database cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def exposures(self, experiment: str) -> dict[int, int]:
        """Leads (or dialogues, where they are what is dealt to) served each variant of an experiment first."""
        statement = (
            select(EXPOSURE.c.variant, func.count().label("leads"))
            .where(EXPOSURE.c.experiment == experiment)
            .group_by(EXPOSURE.c.variant)
            .order_by(EXPOSURE.c.variant)
        )
        return {row["variant"]: row["leads"] for row in self._access.rows("count exposures", statement)}

    def exposed_leads(
        self,
        experiment: str,
        *,
        window: timedelta = WINDOW,
        until: datetime | None = None,
        without: Collection[str] = (),
    ) -> tuple[ExposedLead, ...]:
        """The leads of one phase of an experiment in the order they came, with what they did and what became of them.

        Left out are leads an earlier phase had dealt to, leads served two variants, since what they did cannot be told
        apart, and the leads in `without` (testers). Where dialogues are what is dealt to, each has an entry.

        Outcomes and ratings count from the exposure on, for the length of `window`. With `until` the leads exposed
        before that moment, and their turns before it; outcomes and ratings are those known now.
        """
        in_it = EXPOSURE.c.experiment == experiment
        talked = exists().where(_own_turns(TURN), TURN.c.dialogue_id == DIALOGUE.c.id)
        with self._access.reading("read an experiment") as connection:
            return _made(
                connection.execute(_leads(experiment, until, without)),
                _became(connection, EXPOSURE, [in_it], window),
                _rated(connection, EXPOSURE, [in_it, talked], window),
            )

    def leads_of_prompt(
        self, prompt: str, since: datetime, until: datetime, *, window: timedelta = WINDOW
    ) -> tuple[ExposedLead, ...]:
        """The leads a prompt spoke to in [since, until), as if they had all been in one arm since its first word to
        them then: what an experiment on it would start from."""
        spoke = [TURN.c.prompt == prompt, TURN.c.hour >= hour_of(since), TURN.c.at >= since, TURN.c.at < until]
        leads = (
            select(TURN.c.lead_id.label("unit"), TURN.c.lead_id, literal(0).label("variant"),
                   func.min(TURN.c.at).label("at"), *_sums())
            .where(*spoke)
            .group_by(TURN.c.lead_id)
            .order_by(func.min(TURN.c.at), TURN.c.lead_id)
        )  # fmt: skip
        talked = exists().where(TURN.c.dialogue_id == DIALOGUE.c.id, *spoke)
        # Whose they are is looked up here: joined in the database, the turns would be gone through for each again.
        outcomes = select(OUTCOME.c.lead_id.label("unit"), OUTCOME.c.stage, OUTCOME.c.at)
        ratings = select(DIALOGUE.c.lead_id.label("unit"), FEEDBACK.c.rating, FEEDBACK.c.at)
        ratings = ratings.join_from(FEEDBACK, DIALOGUE, DIALOGUE.c.id == FEEDBACK.c.dialogue_id)
        with self._access.reading("read a prompt's leads") as connection:
            came = connection.execute(leads).all()
            first = {row.unit: row.at for row in came}

            def of_theirs(statement: Select[Any], at: ColumnElement[datetime]) -> Iterator[Any]:
                for row in connection.execute(statement.where(at >= since, at < until + window)):
                    if row.unit in first and first[row.unit] <= row.at < first[row.unit] + window:
                        yield row

            became = _stages_by_unit(of_theirs(outcomes.order_by(*_IN_ORDER), OUTCOME.c.at))
            given = of_theirs(ratings.where(_BY_CLIENT, talked).order_by(*_AS_GIVEN), FEEDBACK.c.at)
            return _made(came, became, {row.unit: row.rating for row in given})

    def traffic_of_prompt(self, prompt: str, since: datetime, until: datetime) -> tuple[int, datetime | None]:
        """How many leads a prompt spoke to in [since, until), and its first word to any of them then."""
        spoke = [TURN.c.prompt == prompt, TURN.c.hour >= hour_of(since), TURN.c.at >= since, TURN.c.at < until]
        statement = select(func.count(TURN.c.lead_id.distinct()), func.min(TURN.c.at)).where(*spoke)
        with self._access.reading("count a prompt's leads") as connection:
            leads, first = connection.execute(statement).one()
        return leads, first


def _made(rows: Iterable[Any], became: Mapping[str, list[str]], rated: Mapping[str, int]) -> tuple[ExposedLead, ...]:
    return tuple(
        ExposedLead(
            row.lead_id, row.variant, row.at, row.turns, row.dialogues, int(row.pico_usd), int(row.total_ms),
            bool(row.flagged), bool(row.escalated), row.replies, int(row.characters),
            *_stages(became.get(row.unit, ())), rated.get(row.unit),
        )
        for row in rows
    )  # fmt: skip


def _taking_part(experiment: str, without: Collection[str]) -> list[ColumnElement[bool]]:
    """Which exposures an analysis of a phase looks at."""
    before, other = EXPOSURE.alias("before"), TURN.alias("other")
    dealt_before = exists().where(
        before.c.lead_id == EXPOSURE.c.lead_id, before.c.experiment.in_(earlier_seeds(experiment))
    )
    other_variant = exists().where(_own_turns(other), other.c.variant != EXPOSURE.c.variant)
    return [EXPOSURE.c.experiment == experiment, ~dealt_before, ~other_variant, EXPOSURE.c.lead_id.not_in(without)]


def _own_turns(turn: FromClause) -> ColumnElement[bool]:
    """Joins exposures with the turns in which their unit was served a variant of that experiment."""
    return and_(
        turn.c.lead_id == EXPOSURE.c.lead_id,
        turn.c.experiment == EXPOSURE.c.experiment,
        turn.c.variant >= 0,  # what it did while it was outside the coverage is no variant's doing
        or_(EXPOSURE.c.unit == EXPOSURE.c.lead_id, EXPOSURE.c.unit == turn.c.dialogue_id),
    )


def _leads(experiment: str, until: datetime | None, without: Collection[str]) -> Select[Any]:
    # A lead whose turns retention has removed still was exposed, and still may have bought.
    of_lead = _own_turns(TURN)
    where = _taking_part(experiment, without)
    if until is not None:
        of_lead = and_(of_lead, TURN.c.at < until)
        where.append(EXPOSURE.c.at < until)
    return (
        select(EXPOSURE.c.unit, EXPOSURE.c.lead_id, EXPOSURE.c.variant, EXPOSURE.c.at, *_sums())
        .join_from(EXPOSURE, TURN, of_lead, isouter=True)
        .where(*where)
        .group_by(EXPOSURE.c.unit, EXPOSURE.c.lead_id, EXPOSURE.c.variant, EXPOSURE.c.at)
        .order_by(EXPOSURE.c.at, EXPOSURE.c.unit)
    )


def _sums() -> list[ColumnElement[Any]]:
    """What is told of a lead from its turns."""
    flagged = exists().where(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == 0)
    handed = exists().where(HAND_OFF.c.turn_id == TURN.c.id)
    return [
        func.count(TURN.c.id).label("turns"),
        func.count(TURN.c.dialogue_id.distinct()).label("dialogues"),
        func.coalesce(func.sum(TURN.c.pico_usd), 0).label("pico_usd"),
        func.coalesce(func.sum(TURN.c.total_ms), 0).label("total_ms"),
        func.max(case((flagged, 1), else_=0)).label("flagged"),
        func.max(case((handed, 1), else_=0)).label("escalated"),
        func.count(TURN.c.reply).label("replies"),
        func.coalesce(func.sum(func.length(TURN.c.reply)), 0).label("characters"),
    ]


_IN_ORDER = (OUTCOME.c.at, OUTCOME.c.received_at, OUTCOME.c.id)
_AS_GIVEN = (FEEDBACK.c.at, FEEDBACK.c.received_at, FEEDBACK.c.id)
_BY_CLIENT = FEEDBACK.c.voice == Voice.CLIENT.value


def _became(
    connection: Connection, came: FromClause, where: Sequence[ColumnElement[bool]], window: timedelta
) -> Mapping[str, list[str]]:
    """The stages each unit's lead reached within its window, in the order they happened. `came` has the unit, the lead
    and when its window opened."""
    statement = (
        select(came.c.unit, OUTCOME.c.stage, OUTCOME.c.at, came.c.at.label("exposed_at"))
        .join_from(OUTCOME, came, came.c.lead_id == OUTCOME.c.lead_id)
        .where(*where)
        .order_by(*_IN_ORDER)
    )
    return _stages_by_unit(_within(connection, statement, window))


def _stages_by_unit(rows: Iterable[Any]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.unit, []).append(row.stage)
    return found


def _rated(
    connection: Connection, came: FromClause, where: Sequence[ColumnElement[bool]], window: timedelta
) -> Mapping[str, int]:
    """The latest rating a unit's lead gave, itself, within its window, of a dialogue that `where` admits."""
    statement = (
        select(came.c.unit, FEEDBACK.c.rating, FEEDBACK.c.at, came.c.at.label("exposed_at"))
        .join_from(FEEDBACK, DIALOGUE, DIALOGUE.c.id == FEEDBACK.c.dialogue_id)
        .join(came, came.c.lead_id == DIALOGUE.c.lead_id)
        .where(_BY_CLIENT, *where)
        .order_by(*_AS_GIVEN)
    )
    return {row.unit: row.rating for row in _within(connection, statement, window)}


def _within(connection: Connection, statement: Select[Any], window: timedelta) -> Iterator[Any]:
    """Rows whose `at` lies in the window that opens at their `exposed_at`: spans of time are no portable SQL."""
    return (r for r in connection.execute(statement) if r.exposed_at <= r.at < r.exposed_at + window)


def _stages(reached: list[str] | tuple[()]) -> tuple[bool, bool]:
    """Whether a lead is qualified and won: a deal won and then lost again is not won, but the lead was qualified."""
    ends = [stage for stage in reached if stage in {Stage.WON, Stage.LOST}]
    won = bool(ends) and ends[-1] == Stage.WON
    return Stage.QUALIFIED in reached or Stage.WON in reached, won
