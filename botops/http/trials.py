"""`/v1/prompts/{name}/try`: what the bot would answer with a text nobody gets yet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from botops.app.prompts.archive import RECORD
from botops.app.prompts.trying import Trial, try_out
from botops.domain.messages import Message
from botops.http.releases import PromptText
from botops.http.schemas import Body, Channel, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["releases"])
MOST_SAID = 200
Said = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Value = Annotated[str, StringConstraints(max_length=20_000)]


class SaidBefore(Body):
    """A message of the dialogue so far."""

    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=200_000)]
    at: AwareDatetime | None = None


class TryRequest(Body):
    """A text, and what a client writes."""

    text: PromptText = Field(description="The prompt's file as it would be saved.")
    message: Said = Field(description="What the client writes.")
    said: list[SaidBefore] = Field(default_factory=list, max_length=MOST_SAID, description="The dialogue before it.")
    channel: Channel = "web"
    language: Literal["ru", "kk", "en"] | None = Field(None, description="The client's, when known.")
    region: Id | None = None
    segment: Id | None = None
    values: dict[Id, Value] = Field(
        default_factory=dict, max_length=100, description="Values of the prompt's own variables; examples without them."
    )


class TryReply(BaseModel):
    """What would have been answered. Nothing of it is kept."""

    reply: str
    action: Literal["passed", "flagged", "repaired", "blocked", "handed_over"]
    language: Literal["ru", "kk", "en"]
    simulated: bool
    at: datetime
    turn: dict[str, Any] = Field(description="The whole turn: drafts, findings, usage, cost.")


@router.post(
    "/v1/prompts/{name}/try",
    responses={400: {"model": Problem}, 503: {"model": Problem}},
    summary="Try a text out",
)
async def try_text(name: Id, request: Request, body: TryRequest) -> TryReply:
    """Answers one message as the bot would with this text: the same guard, prices, model and budgets. No dialogue is
    kept."""
    container: Container = request.app.state.container
    said = tuple(Message(one.role, one.content, at=one.at) for one in body.said)
    trial = Trial(
        body.text, body.message, said, body.channel, body.language, body.region, body.segment, body.values
    )  # fmt: skip
    record = await try_out(container, name, trial)
    return TryReply(
        reply=record.reply or "",
        action=record.action.value if record.action else "handed_over",
        language=record.language,
        simulated=record.simulated,
        at=record.replied_at or record.inbound.at,
        turn=RECORD.dump_python(record, mode="json"),
    )
