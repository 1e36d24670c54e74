"""`/v1/incidents`: opened, owned, explained, closed; what they did to clients."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response

from botops.app import incidents as app
from botops.app.incidents.rows import entry_row, figures_row, impact_row, incident_row
from botops.domain.errors import UserError
from botops.domain.findings import Severity
from botops.domain.incidents import IncidentSeverity, Scope
from botops.domain.money import Money
from botops.http.incident_schemas import (
    ActionRequest,
    AtRiskRequest,
    AttachRequest,
    By,
    CaseRequest,
    CauseRequest,
    FiguresReply,
    FromAlertRequest,
    IncidentReply,
    MoneyBody,
    OpenRequest,
    OwnerRequest,
    PostmortemRequest,
    Said,
    SeverityRequest,
    WholeIncidentReply,
)
from botops.http.schemas import Problem
from botops.monitor.incidents import missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.domain.incidents import Incident

router = APIRouter(tags=["incidents"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
_MOST = 1000
Number = Annotated[int, Path(ge=1, lt=2**63)]
_FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/v1/incidents", summary="List incidents")
async def incidents(
    request: Request, under_way: bool = True, most: Annotated[int, Query(ge=1, le=_MOST)] = 100
) -> list[IncidentReply]:
    """The incidents not yet resolved, or with `under_way=false` all, the newest first."""
    container = _container(request)
    found = await asyncio.to_thread(container.store.incidents.latest, under_way=under_way, most=most)
    return [IncidentReply(**incident_row(one)) for one in found]


@router.post("/v1/incidents", status_code=201, responses=_FAULTS, summary="Open an incident")
async def open_incident(request: Request, body: OpenRequest) -> IncidentReply:
    """Opens an incident about the replies its conditions ask for: those to come are among them until it is resolved."""
    if body.version is not None and body.prompt is None:
        raise UserError("version is that of a prompt: give prompt too")
    scope = Scope(
        body.since, None, body.prompt, body.version, body.kind,
        Severity[body.finding_severity.upper()] if body.finding_severity else None, body.channel, body.language,
    )  # fmt: skip
    return await _do(request, lambda c: app.open_incident(
        c, body.title, IncidentSeverity(body.severity), scope, by=body.by, owner=body.owner, area=body.area,
        at_risk=_money(body.at_risk),
    ))  # fmt: skip


@router.post("/v1/incidents/from-alert", status_code=201, responses=_FAULTS, summary="Open an incident from an alert")
async def from_alert(request: Request, body: FromAlertRequest) -> IncidentReply:
    """Opens an incident with scope, severity, owner and money at risk of an alert, which it acknowledges."""
    severity = IncidentSeverity(body.severity) if body.severity else None
    return await _do(request, lambda c: app.from_alert(
        c, body.alert, by=body.by, title=body.title, severity=severity, owner=body.owner
    ))  # fmt: skip


@router.get("/v1/incidents/figures", summary="Incidents in figures")
async def figures(request: Request, days: Annotated[int, Query(ge=1, le=3660)] = 90) -> FiguresReply:
    """How soon the incidents of the last days were noticed, acknowledged and over, and which causes came back."""
    return FiguresReply(**figures_row(await asyncio.to_thread(app.figures, _container(request), days)))


@router.get("/v1/incidents/{number}", responses=_FAULTS, summary="One incident, whole")
async def incident(request: Request, number: Number) -> WholeIncidentReply:
    """An incident with its timeline (what changed before it included), what it did, and what is missing to close it."""
    container = _container(request)

    def read() -> WholeIncidentReply:
        found = container.store.incidents.get(number)
        return WholeIncidentReply(
            **incident_row(found), impact=impact_row(app.impact(container, found)), missing=list(missing(found)),
            timeline=[entry_row(one) for one in app.timeline(container, found)],
        )  # fmt: skip

    return await asyncio.to_thread(read)


@router.get("/v1/incidents/{number}/affected", responses=_FAULTS, summary="Whom to write to, and what")
async def affected(
    request: Request,
    number: Number,
    form: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
    language: Annotated[Literal["ru", "kk", "en"] | None, Query(description="Of the workbook's head.")] = None,
) -> Any:
    """Every wrong claim that reached a client, what holds, and a text that takes it back, for the sellers."""
    container = _container(request)

    def read() -> Any:
        rows = list(app.corrections(container, container.store.incidents.get(number)))
        if form == "json":
            return rows
        if form == "csv":
            content = "".join(app.corrections_csv(rows)).encode("utf-8-sig")  # a spreadsheet knows it by its mark
        else:
            content = app.corrections_xlsx(rows, language or container.settings.company.languages[0])
        disposition = {"content-disposition": f'attachment; filename="INC-{number}.{form}"'}
        return Response(content, media_type=_FORMATS[form], headers=disposition)

    return await asyncio.to_thread(read)


@router.get("/v1/incidents/{number}/postmortem", responses=_FAULTS, response_class=PlainTextResponse,
            summary="The draft of a postmortem")  # fmt: skip
async def postmortem(request: Request, number: Number, language: Literal["ru", "en"] = "ru") -> PlainTextResponse:
    """The draft in Markdown: impact, timeline, cause, actions; what is not known stands as a question."""
    text = await asyncio.to_thread(app.postmortem, _container(request), number, language)
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")


@router.put("/v1/incidents/{number}/postmortem", responses=_FAULTS, summary="Keep a postmortem")
async def keep_postmortem(request: Request, number: Number, body: PostmortemRequest) -> IncidentReply:
    """Writes the completed postmortem into the project, as `postmortems/INC-7.md`; refused when somebody else has
    changed it since `base`."""
    return await _do(request, lambda c: app.keep_postmortem(c, number, body.text, by=body.by, base=body.base))


@router.post("/v1/incidents/{number}/acknowledge", responses=_FAULTS, summary="Take care of it")
async def acknowledge(request: Request, number: Number, body: By) -> IncidentReply:
    """Says that somebody takes care of it."""
    return await _do(request, lambda c: app.acknowledge(c, number, by=body.by))


@router.post("/v1/incidents/{number}/alerts", responses=_FAULTS, summary="Say that an alert belongs to it")
async def attach(request: Request, number: Number, body: AttachRequest) -> IncidentReply:
    """Acknowledges an alert as part of an incident: its history stands in the timeline."""
    return await _do(request, lambda c: app.attach(c, number, body.alert, by=body.by))


@router.post("/v1/incidents/{number}/notes", status_code=201, responses=_FAULTS, summary="Add a note")
async def note(request: Request, number: Number, body: Said) -> IncidentReply:
    """Adds what was seen or tried to the timeline."""
    return await _do(request, lambda c: app.note(c, number, body.words, by=body.by))


@router.put("/v1/incidents/{number}/severity", responses=_FAULTS, summary="Say how bad it is after all")
async def severity(request: Request, number: Number, body: SeverityRequest) -> IncidentReply:
    """Changes how bad it is held to be."""
    return await _do(request, lambda c: app.set_severity(c, number, IncidentSeverity(body.severity), by=body.by))


@router.put("/v1/incidents/{number}/owner", responses=_FAULTS, summary="Give it to another role")
async def owner(request: Request, number: Number, body: OwnerRequest) -> IncidentReply:
    """Gives it to another role of the team's file."""
    return await _do(request, lambda c: app.set_owner(c, number, body.owner, by=body.by))


@router.put("/v1/incidents/{number}/cause", responses=_FAULTS, summary="Name the cause")
async def cause(request: Request, number: Number, body: CauseRequest) -> IncidentReply:
    """Says where the cause lay and what it was."""
    return await _do(request, lambda c: app.set_cause(c, number, body.kind, body.words, by=body.by))


@router.put("/v1/incidents/{number}/at-risk", responses=_FAULTS, summary="Say what it may cost")
async def at_risk(request: Request, number: Number, body: AtRiskRequest) -> IncidentReply:
    """Says what it may cost, where wrong replies do not tell; null: nobody knows."""
    return await _do(request, lambda c: app.set_at_risk(c, number, _money(body.at_risk), by=body.by))


@router.post("/v1/incidents/{number}/actions", status_code=201, responses=_FAULTS, summary="Add what is to be done")
async def action(request: Request, number: Number, body: ActionRequest) -> IncidentReply:
    """Adds what is to be done so that it does not happen again, by whom and by which day."""
    return await _do(request, lambda c: app.add_follow_up(c, number, body.words, body.owner, body.due, by=body.by))


@router.post("/v1/incidents/{number}/actions/{place}/done", responses=_FAULTS, summary="Say that something is done")
async def done(request: Request, number: Number, place: Number, body: By) -> IncidentReply:
    """Says that the action at `place`, from 1, is done; also after closing."""
    return await _do(request, lambda c: app.finish_follow_up(c, number, place, by=body.by))


@router.put("/v1/incidents/{number}/case", responses=_FAULTS, summary="Link or make its regression case")
async def case(request: Request, number: Number, body: CaseRequest) -> IncidentReply:
    """Links the regression case that would show it again, makes it of an affected reply, or says why there is none."""
    if not body.make:
        if body.dialogue_id or body.turn or body.suite:
            raise UserError("dialogue_id, turn and suite say how a case is made: give make too")
        return await _do(request, lambda c: app.link_case(c, number, body.case, no_case=body.no_case, by=body.by))
    if body.case or body.no_case:
        raise UserError("make writes the case itself: leave case and no_case out")
    return await _do(request, lambda c: app.make_case(
        c, number, by=body.by, dialogue_id=body.dialogue_id, turn=body.turn, suite=body.suite
    ))  # fmt: skip


@router.post("/v1/incidents/{number}/resolve", responses=_FAULTS, summary="Say that it is over")
async def resolve(request: Request, number: Number, body: Said) -> IncidentReply:
    """Says that it is over, and what ended it."""
    return await _do(request, lambda c: app.resolve(c, number, body.words, by=body.by))


@router.post("/v1/incidents/{number}/reopen", responses=_FAULTS, summary="Open it again")
async def reopen(request: Request, number: Number, body: Said) -> IncidentReply:
    """Opens it again, because it was not over."""
    return await _do(request, lambda c: app.reopen(c, number, body.words, by=body.by))


@router.post("/v1/incidents/{number}/close", responses=_FAULTS, summary="Close it")
async def close(request: Request, number: Number, body: By) -> IncidentReply:
    """Closes it. Refused, with all that is missing, until cause, actions and a regression case are known."""
    return await _do(request, lambda c: app.close(c, number, by=body.by))


async def _do(request: Request, step: Callable[[Container], Incident]) -> IncidentReply:
    return IncidentReply(**incident_row(await asyncio.to_thread(step, _container(request))))


def _money(body: MoneyBody | None) -> Money | None:
    return None if body is None else Money.of(body.amount, body.currency)


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container
