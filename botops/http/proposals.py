"""`/v1/proposals`: texts put forward for release, and the second person's yes or no."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from botops.app.releases import proposing
from botops.app.releases.auditing import prompt_subject
from botops.domain.releases import UNDECIDED, ProposalState
from botops.http.releases import FAULTS, Reason
from botops.http.schemas import Body, Id

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.releases import Proposal

router = APIRouter(tags=["releases"])


class ProposeRequest(Body):
    """A version of a prompt to be looked at by a second person."""

    prompt: Id
    version: Annotated[int, Field(strict=True, ge=1, lt=10**9)] | None = Field(
        None, description="Without it the draft is written as the next version first."
    )
    by: Id = Field(description="Who proposes it.")
    reason: Reason


class DecideRequest(Body):
    """What becomes of a proposal. Who proposed it or wrote the text cannot approve it; who proposed it withdraws it."""

    decision: Literal["approve", "reject", "withdraw"]
    by: Id = Field(description="Who decides.")
    reason: Reason


class ProposalReply(BaseModel):
    """A proposal and where it stands."""

    id: str
    subject: str = Field(description="`prompt:NAME` or `pricebook`.")
    version: str
    checksum: str = Field(description="SHA-256 of the text: another text needs another proposal.")
    state: ProposalState
    by: str
    at: datetime
    reason: str
    base: str | None = Field(description="SHA-256 of the text it would replace.")
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None


class ProposedText(ProposalReply):
    """A proposal with the text it is about, where that is text."""

    text: str | None


@router.get("/v1/proposals", summary="List proposals")
async def proposals(
    request: Request,
    prompt: Annotated[Id | None, Query()] = None,
    state: Annotated[list[ProposalState] | None, Query(description="Without it, those nobody is done with.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[ProposalReply]:
    """The proposals, the newest first."""
    container: Container = request.app.state.container
    subject = prompt_subject(prompt) if prompt else None
    states = frozenset(state) if state else UNDECIDED
    found = await asyncio.to_thread(container.store.proposals.listed, subject, states, most=limit)
    return [proposal_reply(p) for p in found]


@router.get("/v1/proposals/{proposal_id}", responses={404: FAULTS[404]}, summary="One proposal with its text")
async def proposal(proposal_id: Id, request: Request) -> ProposedText:
    """A proposal with the exact text that was put forward."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(container.store.proposals.get, proposal_id)
    return ProposedText(**proposal_reply(found).model_dump(), text=found.text)


@router.post("/v1/proposals", status_code=201, responses=FAULTS, summary="Propose a version")
async def propose(request: Request, body: ProposeRequest) -> ProposalReply:
    """Puts a version of a prompt forward for release."""
    container: Container = request.app.state.container
    made = await asyncio.to_thread(
        proposing.propose, container, body.prompt, body.version or 0, by=body.by, reason=body.reason
    )
    return proposal_reply(made)


@router.post("/v1/proposals/{proposal_id}/decide", responses=FAULTS, summary="Approve, reject or withdraw a proposal")
async def decide(proposal_id: Id, request: Request, body: DecideRequest) -> ProposalReply:
    """Says yes or no to the exact text of a proposal. Nothing goes live by it: somebody publishes."""
    container: Container = request.app.state.container
    act = {"approve": proposing.approve, "reject": proposing.reject, "withdraw": proposing.withdraw}[body.decision]
    return proposal_reply(await asyncio.to_thread(act, container, proposal_id, by=body.by, reason=body.reason))


def proposal_reply(p: Proposal) -> ProposalReply:
    """A proposal as the API shows it."""
    return ProposalReply(
        id=p.id, subject=p.subject, version=p.version, checksum=p.checksum, state=p.state, by=p.by, at=p.at,
        reason=p.reason, base=p.base, decided_by=p.decided_by, decided_at=p.decided_at,
        decided_reason=p.decided_reason,
    )  # fmt: skip
