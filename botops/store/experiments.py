"""Leads of experiments: who was served which variant, what happened to them, what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select

from botops.domain.outcomes import Stage, Voice
from botops.store.access import Access
from botops.store.outcome_tables import FEEDBACK, OUTCOME
from botops.store.tables import DIALOGUE, EXPOSURE, FINDING, HAND_OFF, TURN
from botops.store.views import ExposedLead

WINDOW = timedelta(days=14)
"""How long after its exposure what becomes of a lead counts, where an experiment does not say."""


class ExperimentReads:
    """Every method is one read transaction and raises StoreError when the database cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def exposures(self, experiment: str) -> dict[int, int]:
        """Leads served each variant of an experiment. A lead served two variants counts in both."""
        statement = (
            select(EXPOSURE.c.variant, func.count().label("leads"))
            .where(EXPOSURE.c.experiment == experiment)
            .group_by(EXPOSURE.c.variant)
            .order_by(EXPOSURE.c.variant)
        )
        return {row["variant"]: row["leads"] for row in self._access.rows("count exposures", statement)}

    def exposed_leads(
        self, experiment: str, *, window: timedelta = WINDOW, until: datetime | None = None
    ) -> tuple[ExposedLead, ...]:
        """The leads of an experiment in the order they came, with what they did and what became of them.

        A lead served two variants is left out of both: what it did cannot be told apart. Outcomes and ratings count
        from the exposure on, for the length of `window`. With `until` the leads exposed before that moment, and their
        turns before it; outcomes and ratings are those known now.
        """
        with self._access.reading("read an experiment") as connection:
            became = _became(connection, experiment, window)
            rated = _rated(connection, experiment, window)
            return tuple(
                ExposedLead(
                    row.lead_id, row.variant, row.at, row.turns, row.dialogues, int(row.pico_usd), int(row.total_ms),
                    bool(row.flagged), bool(row.escalated), row.replies, int(row.characters),
                    *_stages(became.get(row.lead_id, ())), rated.get(row.lead_id),
                )
                for row in connection.execute(_leads(experiment, until))
            )  # fmt: skip


def _taking_part(experiment: str) -> list[ColumnElement[bool]]:
    """Which exposures an analysis of an experiment looks at."""
    twice = (
        select(EXPOSURE.c.lead_id)
        .where(EXPOSURE.c.experiment == experiment)
        .group_by(EXPOSURE.c.lead_id)
        .having(func.count() > 1)
    )
    return [EXPOSURE.c.experiment == experiment, EXPOSURE.c.lead_id.not_in(twice)]


def _leads(experiment: str, until: datetime | None) -> Select[Any]:
    # A lead whose turns retention has removed still was exposed, and still may have bought.
    of_lead = and_(TURN.c.lead_id == EXPOSURE.c.lead_id, TURN.c.experiment == EXPOSURE.c.experiment)
    where = _taking_part(experiment)
    if until is not None:
        of_lead = and_(of_lead, TURN.c.at < until)
        where.append(EXPOSURE.c.at < until)
    flagged = exists().where(FINDING.c.turn_id == TURN.c.id, FINDING.c.attempt == 0)
    handed = exists().where(HAND_OFF.c.turn_id == TURN.c.id)
    return (
        select(
            EXPOSURE.c.lead_id,
            EXPOSURE.c.variant,
            EXPOSURE.c.at,
            func.count(TURN.c.id).label("turns"),
            func.count(TURN.c.dialogue_id.distinct()).label("dialogues"),
            func.coalesce(func.sum(TURN.c.pico_usd), 0).label("pico_usd"),
            func.coalesce(func.sum(TURN.c.total_ms), 0).label("total_ms"),
            func.max(case((flagged, 1), else_=0)).label("flagged"),
            func.max(case((handed, 1), else_=0)).label("escalated"),
            func.count(TURN.c.reply).label("replies"),
            func.coalesce(func.sum(func.length(TURN.c.reply)), 0).label("characters"),
        )
        .join_from(EXPOSURE, TURN, of_lead, isouter=True)
        .where(*where)
        .group_by(EXPOSURE.c.lead_id, EXPOSURE.c.variant, EXPOSURE.c.at)
        .order_by(EXPOSURE.c.at, EXPOSURE.c.lead_id)
    )


def _became(connection: Connection, experiment: str, window: timedelta) -> Mapping[str, list[str]]:
    """The stages each lead reached within its window, in the order they happened."""
    statement = (
        select(OUTCOME.c.lead_id, OUTCOME.c.stage, OUTCOME.c.at, EXPOSURE.c.at.label("exposed_at"))
        .join(EXPOSURE, EXPOSURE.c.lead_id == OUTCOME.c.lead_id)
        .where(EXPOSURE.c.experiment == experiment)
        .order_by(OUTCOME.c.at, OUTCOME.c.received_at, OUTCOME.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in _within(connection, statement, window):
        found.setdefault(row.lead_id, []).append(row.stage)
    return found


def _rated(connection: Connection, experiment: str, window: timedelta) -> Mapping[str, int]:
    """The latest rating each lead gave, itself, within its window, of a dialogue it had in the experiment."""
    in_it = exists().where(TURN.c.dialogue_id == DIALOGUE.c.id, TURN.c.experiment == experiment)
    statement = (
        select(DIALOGUE.c.lead_id, FEEDBACK.c.rating, FEEDBACK.c.at, EXPOSURE.c.at.label("exposed_at"))
        .join(DIALOGUE, DIALOGUE.c.id == FEEDBACK.c.dialogue_id)
        .join(EXPOSURE, EXPOSURE.c.lead_id == DIALOGUE.c.lead_id)
        .where(EXPOSURE.c.experiment == experiment, FEEDBACK.c.voice == Voice.CLIENT.value, in_it)
        .order_by(FEEDBACK.c.at, FEEDBACK.c.received_at, FEEDBACK.c.id)
    )
    return {row.lead_id: row.rating for row in _within(connection, statement, window)}


def _within(connection: Connection, statement: Select[Any], window: timedelta) -> Iterator[Any]:
    """Rows whose `at` lies in the window that opens at their `exposed_at`: spans of time are no portable SQL."""
    return (r for r in connection.execute(statement) if r.exposed_at <= r.at < r.exposed_at + window)


def _stages(reached: list[str] | tuple[()]) -> tuple[bool, bool]:
    """Whether a lead is qualified and won: a deal won and then lost again is not won, but the lead was qualified."""
    ends = [stage for stage in reached if stage in {Stage.WON, Stage.LOST}]
    won = bool(ends) and ends[-1] == Stage.WON
    return Stage.QUALIFIED in reached or Stage.WON in reached, won
