"""`/v1/audit`: who did what to what clients get."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from botops.app.releases import auditing
from botops.domain.releases import Deed
from botops.http.schemas import Id

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.releases import AuditEntry

router = APIRouter(tags=["releases"])


class AuditReply(BaseModel):
    """One deed."""

    id: str
    at: datetime
    by: str
    deed: Deed
    subject: str = Field(
        description="`prompt:NAME`, `pricebook`, `experiment:SEED`, `exception:ID`, `alert:RULE`, `alerts`, "
        "`person:NAME`, `access`, `store` or `costs`."
    )
    version: str | None
    checksum: str | None = Field(description="SHA-256 of the text it was about.")
    reason: str
    detail: dict[str, str | int | float | bool | None] = Field(
        description="`reconciled` marks a step that a release file held and the log did not."
    )


@router.get("/v1/audit", summary="The audit log")
async def audit(
    request: Request,
    subject: Annotated[Id | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
) -> list[AuditReply]:
    """Who did what to what clients get, when and why: the newest first. Steps of release files that the log lacks are
    added to it."""
    container: Container = request.app.state.container
    return [_reply(entry) for entry in await asyncio.to_thread(_entries, container, subject, limit)]


def _entries(container: Container, subject: str | None, limit: int) -> tuple[AuditEntry, ...]:
    auditing.reconcile(container)
    return auditing.entries(container.settings, container.registry, container.store, subject, most=limit)


def _reply(entry: AuditEntry) -> AuditReply:
    return AuditReply(
        id=entry.id, at=entry.at, by=entry.by, deed=entry.deed, subject=entry.subject, version=entry.version,
        checksum=entry.checksum, reason=entry.reason, detail=dict(entry.detail),
    )  # fmt: skip
