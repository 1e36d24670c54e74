"""Exposures: which variant a lead was served first. Written with a turn, read when the next one begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import MappingProxyType

from sqlalchemy import Connection, Insert, String, and_, bindparam, exists, literal, or_, select

from botops.domain.prompts import Exposure, Past
from botops.domain.turns import TurnRecord
from botops.store.engine import upsert
from botops.store.tables import DIALOGUE, EXPOSURE

_OTHER = DIALOGUE.alias("other")
_THIS = select(DIALOGUE.c.first_at).where(DIALOGUE.c.id == bindparam("dialogue", type_=String)).scalar_subquery()
_RETURNING = exists().where(
    _OTHER.c.lead_id == bindparam("lead", type_=String),
    _OTHER.c.id != bindparam("dialogue", type_=String),
    or_(_THIS.is_(None), _OTHER.c.first_at < _THIS),
)
_ONE = select(literal(1).label("one")).subquery("one")
_PAST = select(
    _RETURNING.label("came_before"),
    EXPOSURE.c.experiment,
    EXPOSURE.c.unit,
    EXPOSURE.c.variant,
    EXPOSURE.c.prompt,
    EXPOSURE.c.version,
).select_from(
    _ONE.outerjoin(
        EXPOSURE,
        and_(
            EXPOSURE.c.lead_id == bindparam("lead", type_=String),
            EXPOSURE.c.unit.in_([bindparam("lead", type_=String), bindparam("dialogue", type_=String)]),
        ),
    )
)


def past(connection: Connection, lead_id: str, dialogue_id: str | None) -> Past:
    """What the store knows of a lead in a dialogue, which may be new: one query over indexes."""
    found = connection.execute(_PAST, {"lead": lead_id, "dialogue": dialogue_id or ""}).all()
    exposures = {
        row.experiment: Exposure(row.variant, row.prompt, row.version, "lead" if row.unit == lead_id else "dialogue")
        for row in found
        if row.experiment is not None
    }
    return Past(bool(found[0].came_before), MappingProxyType(exposures))


def keep(connection: Connection, records: Sequence[TurnRecord]) -> None:
    """Keeps the exposures of turns; of a unit that has one in the experiment, the first stays."""
    exposures = [
        {
            "experiment": assignment.experiment,
            "unit": record.inbound.dialogue_id if assignment.unit == "dialogue" else record.inbound.lead_id,
            "lead_id": record.inbound.lead_id,
            "variant": assignment.variant,
            "at": record.inbound.at,
            "turn_id": record.id,
            "prompt": assignment.ref.name,
            "version": assignment.ref.version,
        }
        for record in records
        if (assignment := record.assignment) is not None
        and assignment.experiment is not None
        and assignment.variant >= 0
    ]
    if exposures:
        connection.execute(_upsert(connection.dialect.name), exposures)


@cache
def _upsert(dialect: str) -> Insert:
    return upsert(dialect, EXPOSURE).on_conflict_do_nothing()
