"""`/v1/alerts` and `/v1/silences`: what stands against the bot, and what people do about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from botops.app.alerts import inbox
from botops.app.alerts.rows import alert_row, event_row, silence_row
from botops.domain.alerts import Area
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.domain.alerts import Alert

router = APIRouter(tags=["alerts"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
AlertId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[0-9a-z-]+$")]
Words = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]


class AlertReply(BaseModel):
    """An alert: what stands or stood, since when, what explains it, whose it is and what was done about it."""

    id: str
    source: str
    rule: str = Field(description="What found it; its runbook is named after it.")
    key: str = Field(description="The trouble: one alert of a source stands under it at a time.")
    state: Literal["firing", "resolved"]
    severity: Literal["page", "ticket", "digest"]
    area: Area
    owner: str | None = Field(description="A role of the team's file.")
    title: dict[str, str] = Field(description="One line in ru, kk and en.")
    text: dict[str, str]
    began_at: str
    raised_at: str
    seen_at: str
    resolved_at: str | None
    resolved_by: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    incident: int | None
    returns: int = Field(description="How often it stood again soon after it was over.")
    silenced_until: str | None = Field(description="Until when nobody is told of it.")
    days_between: float | None = Field(description="Days between such alerts by chance alone.")
    at_risk: dict[str, str] | None
    where: dict[str, str | float] | None
    causes: list[dict[str, str | float | None]]
    examples: list[dict[str, str | int]]
    subject: str | None
    facts: dict[str, str | int | float | bool | None]
    runbook: str


class EventReply(BaseModel):
    """One entry of an alert's history."""

    at: str
    kind: str
    by: str = Field(description="A person, or the source that said so.")
    text: str


class WholeAlertReply(AlertReply):
    """An alert with its history."""

    events: list[EventReply]


class SilenceReply(BaseModel):
    """An order to tell nobody of some alerts for a while."""

    id: str
    since: str
    until: str
    by: str
    reason: str
    rule: str | None
    area: Area | None
    key: str | None
    ended_at: str | None
    ended_by: str | None


class By(Body):
    """Who does it."""

    by: Id


class Said(By):
    """Who says so, and why."""

    reason: Words


class SilenceRequest(Said):
    """Which alerts nobody is told of, until when. Those that fit everything given; without any, all."""

    until: AwareDatetime = Field(description="With an offset; a month ahead at most.")
    rule: Id | None = None
    area: Area | None = None
    key: Id | None = None


@router.get("/v1/alerts", summary="List alerts")
async def alerts(
    request: Request, firing: bool = True, area: Annotated[Area | None, Query()] = None
) -> list[AlertReply]:
    """The alerts that stand, or with `firing=false` those of the last week as well: the gravest first."""

    def read(container: Container) -> list[AlertReply]:
        found = [one for one in inbox.alerts(container, firing) if area in (None, one.signal.area)]
        silenced = inbox.silenced(container, found)
        return [AlertReply(**alert_row(one, silenced.get(one.id))) for one in found]

    return await asyncio.to_thread(read, request.app.state.container)


@router.get("/v1/alerts/{alert_id}", responses=_FAULTS, summary="One alert, whole")
async def alert(request: Request, alert_id: AlertId) -> WholeAlertReply:
    """An alert with its history. The first letters of its id will do."""

    def read(container: Container) -> WholeAlertReply:
        found = inbox.alert(container, alert_id)
        history = [EventReply(**event_row(one)) for one in inbox.events(container, found.id)]
        return WholeAlertReply(**alert_row(found, inbox.silenced_by(container, found)), events=history)

    return await asyncio.to_thread(read, request.app.state.container)


@router.post("/v1/alerts/{alert_id}/acknowledge", responses=_FAULTS, summary="Take care of it")
async def acknowledge(request: Request, alert_id: AlertId, body: By) -> AlertReply:
    """Somebody takes care of it: nobody is reminded any more."""
    return await _do(request, lambda container: inbox.acknowledge(container, alert_id, by=body.by))


@router.post("/v1/alerts/{alert_id}/resolve", responses=_FAULTS, summary="Say that it is over")
async def resolve(request: Request, alert_id: AlertId, body: Said) -> AlertReply:
    """A person says that it is over. Found all the same, it is raised anew after a day, or at once when it is worse."""
    return await _do(request, lambda container: inbox.resolve(container, alert_id, body.reason, by=body.by))


@router.get("/v1/silences", summary="List silences")
async def silences(request: Request, over: bool = False) -> list[SilenceReply]:
    """The silences that hold or are to come, or with `over=true` all there ever were."""
    found = await asyncio.to_thread(inbox.silences, request.app.state.container, over=over)
    return [SilenceReply(**silence_row(one)) for one in found]


@router.post("/v1/silences", status_code=201, responses=_FAULTS, summary="Tell nobody for a while")
async def silence(request: Request, body: SilenceRequest) -> SilenceReply:
    """Tells nobody of some alerts until a moment. They are found, kept and shown all the same."""
    made = await asyncio.to_thread(
        inbox.silence, request.app.state.container, by=body.by, reason=body.reason, until=body.until, rule=body.rule,
        area=body.area, key=body.key,
    )  # fmt: skip
    return SilenceReply(**silence_row(made))


@router.post("/v1/silences/{silence_id}/end", responses=_FAULTS, summary="End a silence")
async def unsilence(request: Request, silence_id: AlertId, body: Said) -> SilenceReply:
    """Ends a silence now."""
    ended = await asyncio.to_thread(
        inbox.unsilence, request.app.state.container, silence_id, by=body.by, reason=body.reason
    )
    return SilenceReply(**silence_row(ended))


async def _do(request: Request, step: Callable[[Container], Alert]) -> AlertReply:
    container: Container = request.app.state.container

    def done() -> AlertReply:
        changed = step(container)
        return AlertReply(**alert_row(changed, inbox.silenced_by(container, changed)))

    return await asyncio.to_thread(done)
