"""A refusal by a middleware, in the form of every other error of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Send


async def refuse(
    send: Send,
    status: int,
    error: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    refusal: Refusal | None = None,
) -> None:
    """Answers a request that no route sees."""
    told: dict[str, object] = {} if refusal is None else {"refusal": refusal.value, "values": {}}
    body = json.dumps({"error": error, "detail": detail, **told}, ensure_ascii=False).encode()
    lines = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    raw = [(name.encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
