"""The table of what detectors keep between looks. See `tables` for the house rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class DetectorStateRow(StoreTable, table=True):
    """What the detector of one series keeps. `rule` says what it was worked out by: under another rule the state is
    worked out anew. `usual_since` and `usual_said` are people's word that a change is the new usual."""

    __tablename__ = "detector_state"

    series: str = Field(primary_key=True)
    rule: str | None = None
    state: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    saved_at: datetime | None = None
    usual_since: date | None = None
    usual_said: date | None = None
    usual_by: str | None = None


DETECTOR_STATE = METADATA.tables["detector_state"]
