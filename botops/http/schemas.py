"""Bodies of requests and answers; the OpenAPI page is made from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from botops.domain.refusals import Refusal

Id = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ChatRequest(Body):
    """A client's message."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)] = Field(
        description="What the client wrote.", examples=["Сколько стоит касса на две точки?"]
    )
    dialogue_id: Id | None = Field(None, description="The dialogue it belongs to; without one a new dialogue begins.")
    lead_id: Id | None = Field(None, description="The client across dialogues; the unit of A/B splits.")
    idempotency_key: Id | None = Field(
        None,
        description="Sending the same key again gives the stored answer. The header Idempotency-Key does the same.",
    )
    channel: Channel = "web"
    locale: Literal["ru", "kk", "en"] | None = Field(None, description="The client's language, when known.")
    region: Id | None = None
    segment: Id | None = None
    source: Id | None = Field(None, description="Where the lead came from, as the name of an advertisement.")
    stream: bool = Field(False, description="Answer as server-sent events: `text` pieces, then one `turn`.")


class PromptServed(BaseModel):
    """The prompt version that spoke."""

    name: str
    version: int
    experiment: str | None
    variant: int | None


class ChatReply(BaseModel):
    """The bot's reply and what became of it."""

    dialogue_id: str
    turn_id: str
    number: int
    reply: str
    action: Literal["passed", "flagged", "repaired", "blocked", "handed_over"]
    handed_over: bool = Field(description="True when the dialogue waits for a person.")
    language: Literal["ru", "kk", "en"]
    prompt: PromptServed | None
    model: str
    simulated: bool = Field(description="True when no language model stands behind the reply.")
    at: datetime


class RejectedLine(BaseModel):
    """A line that was not taken in."""

    line: int
    message: str


class IngestReply(BaseModel):
    """What became of a batch of dialogues."""

    dialogues: int
    turns: int
    findings: int
    skipped: int = Field(description="Turns that were already in the store.")
    rejected: list[RejectedLine]


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"
    version: str


class Readiness(BaseModel):
    """Whether the bot can answer now, and each thing it depends on."""

    ready: bool
    checks: dict[str, str]
    warnings: list[str] = Field(description="Files that are broken; their last good texts are served meanwhile.")
    simulated: bool
    model: str


class Problem(BaseModel):
    """An error: what is wrong and what to do next."""

    error: str
    detail: str
    refusal: Refusal | None = Field(None, description="What it is about, where people meet it often.")
    values: dict[str, str] = Field(default_factory=dict, description="What a sentence about it names.")


class Conflict(Problem):
    """Somebody else came first and nothing was written: what stands now and what was to be written, where it helps."""

    theirs: str | None = None
    yours: str | None = None
