"""`/v1/prompts`: the prompt a lead gets, for bots that speak for themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from botops.app.prompts import serving
from botops.domain.prompts import Lead
from botops.http.caching import cached_json
from botops.http.prompt_schemas import AssignedPrompt, ListedPrompt, PromptText, assigned_body, listed_body, text_body
from botops.http.schemas import Channel, Id, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botops.app.container import Container

router = APIRouter(tags=["prompts"])
_VARIABLE = "var."
_RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "What `If-None-Match` names is still the answer."},
    404: {"model": Problem},
    409: {"model": Problem, "description": "Switched off: the bot is to answer nobody, hand the dialogue over."},
    422: {"model": Problem, "description": "A wrong query; `detail` says where."},
    503: {"model": Problem, "description": "The prompt's files allow no answer now."},
}


class LeadQuery(BaseModel):
    """Whose prompt, and how: the query of `/v1/prompts/{name}`."""

    model_config = ConfigDict(extra="forbid")

    lead: Id | None = Field(None, description="The client; the unit of A/B splits.")
    dialogue: Id | None = Field(None, description="In the place of a lead, or beside one.")
    channel: Channel | None = None
    language: Literal["ru", "kk", "en"] | None = Field(None, description="Of the reply.")
    region: Id | None = None
    source: Id | None = Field(None, description="Where the lead came from.")
    returning: bool | None = Field(None, description="Whether the lead had a dialogue before.")
    render: bool = Field(False, description="Fill the variables in; without it `messages` are templates.")


def _documented() -> dict[str, Any]:
    """The parameters of the OpenAPI page. Bots ask before every reply, and one model reads a query several times faster
    than FastAPI reads eight parameters: almost half of an answer's time went there."""
    parameters = [
        {
            "name": name,
            "in": "query",
            "description": schema.pop("description", ""),
            "schema": {k: v for k, v in schema.items() if k != "title"},
        }
        for name, schema in LeadQuery.model_json_schema()["properties"].items()
    ]
    variable = {
        "name": f"{_VARIABLE}NAME",
        "in": "query",
        "schema": {"type": "string"},
        "description": "With `render`: the value of the prompt's variable NAME. An address is logged on its way: "
        "what is personal does not belong here; fetch the templates and fill them in yourself.",
    }
    return {"parameters": [*parameters, variable]}


@router.get("/v1/prompts", response_model=list[ListedPrompt], responses={304: _RESPONSES[304]}, summary="List prompts")
@router.head("/v1/prompts", include_in_schema=False)
async def prompts(request: Request) -> Response:
    """Every prompt: what is live, what is split, who owns it."""
    container: Container = request.app.state.container
    return cached_json(request, listed_body(serving.list_prompts(container)))


@router.get(
    "/v1/prompts/{name}",
    response_model=AssignedPrompt,
    responses=_RESPONSES,
    openapi_extra=_documented(),
    summary="The prompt a lead gets",
)
@router.head("/v1/prompts/{name}", include_in_schema=False)
async def assigned(name: str, request: Request) -> Response:
    """The version of a prompt that a lead is assigned to, the same one `/v1/chat` would answer with, and what is needed
    to speak by it. Nothing is logged: an exposure is logged with the turn.

    `values` are the built-in variables the templates use, as they stand now, the price table among them. Answers may be
    kept as `Cache-Control` says and asked for anew with `If-None-Match`.
    """
    container: Container = request.app.state.container
    query, variables = _read(request.query_params.multi_items())
    lead = query.lead
    if lead is None:
        lead = await asyncio.to_thread(serving.lead_of, container, query.dialogue or "")
    facts = Lead(
        lead, query.dialogue, query.channel, query.language, query.region, query.source, query.returning
    )  # fmt: skip
    if serving.looks_back(container, name):  # in a thread: the store is read
        found = await asyncio.to_thread(serving.serve_prompt, container, name, facts, variables=variables)
    else:
        found = serving.serve_prompt(container, name, facts, variables=variables)
    return cached_json(request, assigned_body(found))


@router.get(
    "/v1/prompts/{name}/versions/{version}",
    response_model=PromptText,
    responses=_RESPONSES,
    summary="A version of a prompt",
)
@router.head("/v1/prompts/{name}/versions/{version}", include_in_schema=False)
async def version(
    name: str,
    request: Request,
    version: Annotated[Literal["live"] | Annotated[int, Field(ge=1)], Path()],
    language: Annotated[Literal["ru", "kk", "en"] | None, Query(description="Of the reply.")] = None,
) -> Response:
    """A version's templates, whoever gets it; `live` is the one in force outside a split. Kept in a file, it is what a
    client falls back to when it has nothing else."""
    container: Container = request.app.state.container
    return cached_json(request, text_body(serving.version_of(container, name, version), language))


def _read(items: Iterable[tuple[str, str]]) -> tuple[LeadQuery, dict[str, str] | None]:
    """A query, and the variables in it, None when it asks for templates.

    Raises RequestValidationError, also for what nothing reads: a misspelt `chanel` would change the answer in silence.
    """
    seen: dict[str, str] = {}
    for name, value in items:
        if name in seen:
            raise _bad_query(name, "given twice")
        seen[name] = value
    variables = {name: value for name, value in seen.items() if name.startswith(_VARIABLE)}
    try:
        query = LeadQuery.model_validate({name: value for name, value in seen.items() if name not in variables})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**fault, "loc": ("query", *fault["loc"])} for fault in faults]) from error
    if query.lead is None and query.dialogue is None:
        raise _bad_query("lead", "Field required, or `dialogue` in its place")
    if variables and not query.render:
        raise _bad_query(next(iter(variables)), "variables are filled in with `render=true` only")
    return query, {k.removeprefix(_VARIABLE): v for k, v in variables.items()} if query.render else None


def _bad_query(name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("query", name[:100]), "msg": message, "type": "value_error"}])
