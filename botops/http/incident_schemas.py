"""Bodies of `/v1/incidents`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from botops.app.incidents.steps import MOST_TITLE
from botops.domain.findings import FindingKind
from botops.domain.incidents import CauseKind
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Channel, Id

Words = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
Level = Literal["critical", "major", "minor"]
FindingLevel = Literal["low", "medium", "high", "critical"]
Amount = Annotated[Decimal, Field(ge=0, lt=Decimal(10) ** 15, max_digits=18)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class MoneyBody(Body):
    """An amount in major units."""

    amount: Amount
    currency: Currency


class OpenRequest(Body):
    """Trouble that begins now to be somebody's: what clients notice, since when, and which replies it is about."""

    title: Annotated[str, Field(min_length=1, max_length=MOST_TITLE)]
    severity: Level = "major"
    since: AwareDatetime = Field(description="When it began, with an offset.")
    by: Id = Field(description="Who opens it.")
    owner: Id | None = Field(None, description="Role that has it; without one who is responsible for the area.")
    area: Literal["replies", "data", "service", "sales"] = "replies"
    prompt: Id | None = None
    version: Annotated[int, Field(strict=True, ge=1, lt=2**63)] | None = None
    kind: FindingKind | None = None
    finding_severity: FindingLevel | None = Field(None, description="Findings this bad or worse.")
    channel: Channel | None = None
    language: Literal["ru", "kk", "en"] | None = None
    at_risk: MoneyBody | None = Field(None, description="What it may cost, if known.")


class FromAlertRequest(Body):
    """The alert an incident is opened from; what is left out is the alert's."""

    alert: Id
    by: Id
    title: Annotated[str, Field(min_length=1, max_length=MOST_TITLE)] | None = None
    severity: Level | None = None
    owner: Id | None = None


class AttachRequest(Body):
    """An alert that belongs to an incident."""

    alert: Id
    by: Id


class By(Body):
    """Who does it."""

    by: Id


class Said(By):
    """Who says what."""

    words: Words


class SeverityRequest(By):
    """How bad it is after all."""

    severity: Level


class OwnerRequest(By):
    """The role that has it from now on."""

    owner: Id


class CauseRequest(Said):
    """Where the cause lay, and what it was."""

    kind: CauseKind


class ActionRequest(Said):
    """What is to be done so that it does not happen again."""

    owner: Id
    due: date


class AtRiskRequest(By):
    """What it may cost; null when nobody knows."""

    at_risk: MoneyBody | None


class PostmortemRequest(By):
    """A postmortem as somebody completed it; `base` is the SHA-256 of the text that was kept before, empty for none."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    base: Annotated[str, Field(max_length=64)] = ""


class CaseRequest(By):
    """The regression case: one there is (`case`), one to be made of an affected reply (`make`), or none, and why."""

    case: Id | None = Field(None, description="SUITE#CASE.")
    no_case: Words | None = None
    make: bool = False
    dialogue_id: Id | None = Field(None, description="With make: of this dialogue; without one, of the worst reply.")
    turn: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    suite: Id | None = None


class MoneyReply(BaseModel):
    """An amount in major units, exact."""

    amount: str
    currency: str


class ScopeReply(BaseModel):
    """Which replies an incident is about; null asks for no condition."""

    since: datetime
    until: datetime | None
    prompt: str | None
    version: int | None
    kind: str | None
    severity: FindingLevel | None
    channel: str | None
    language: str | None


class FollowUpReply(BaseModel):
    """What is to be done, by whom, by which day."""

    id: str
    text: str
    owner: str
    due: date
    done_at: datetime | None
    done_by: str | None


class IncidentReply(BaseModel):
    """An incident."""

    name: str
    number: int
    title: str
    severity: Level
    owner: str
    state: Literal["open", "acknowledged", "resolved", "closed"]
    began_at: datetime
    opened_at: datetime
    opened_by: str
    alert: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    cause: str | None
    cause_kind: CauseKind | None
    case: str | None
    no_case: str | None
    at_risk: MoneyReply | None = Field(description="As an alert or a person put it.")
    scope: ScopeReply
    follow_ups: list[FollowUpReply]


class EntryReply(BaseModel):
    """What happened at a moment of an incident."""

    at: datetime
    kind: str
    by: str
    text: str
    subject: str | None
    detail: dict[str, str | int | float | bool | None]


class ImpactReply(BaseModel):
    """What an incident did: wrong replies that reached clients; money apart for each currency."""

    replies: int
    dialogues: int
    leads: int
    at_risk: list[MoneyReply]


class WholeIncidentReply(IncidentReply):
    """An incident with what it did, what happened, and what is missing before it may be closed."""

    impact: ImpactReply
    timeline: list[EntryReply]
    missing: list[str]


class SpansReply(BaseModel):
    """How long something took, in seconds."""

    median_s: float
    mean_s: float


class RepeatReply(BaseModel):
    """A kind of cause that came back, and in which incidents."""

    kind: CauseKind
    incidents: list[int]


class FiguresReply(BaseModel):
    """Incidents in figures; null where no incident came so far."""

    incidents: int
    unresolved: int
    to_notice: SpansReply | None
    to_acknowledge: SpansReply | None = Field(description="Its mean is known as MTTA.")
    to_resolve: SpansReply | None = Field(description="Its mean is known as MTTR.")
    repeats: list[RepeatReply]
