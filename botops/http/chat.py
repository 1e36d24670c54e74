"""`/v1/chat`: one message in, one judged reply out, whole or streamed."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from botops.app import services
from botops.app.probing.turns import bot_for
from botops.domain.errors import BotopsError
from botops.domain.probes import HEADER as PROBE_HEADER
from botops.http.schemas import ChatReply, ChatRequest, Problem, PromptServed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from botops.app.container import Container
    from botops.bot import Bot
    from botops.domain.messages import InboundMessage
    from botops.domain.turns import TurnRecord

router = APIRouter(tags=["chat"])


@router.post(
    "/v1/chat",
    response_model=ChatReply,
    responses={503: {"model": Problem}, 200: {"content": {"text/event-stream": {}}}},
    summary="Send a client's message, get the reply",
)
async def chat(
    body: ChatRequest,
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    probe: Annotated[str | None, Header(alias=PROBE_HEADER, max_length=200, include_in_schema=False)] = None,
) -> ChatReply | Response:
    """Answers one message. With `stream` the reply comes as server-sent events: `text` events with pieces of it, then
    one `turn` event with the same body as the plain answer, or one `error` event."""
    container: Container = request.app.state.container
    bot = await _bot(container, probe)
    inbound = await services.inbound(
        container,
        body.text,
        dialogue_id=body.dialogue_id,
        lead_id=body.lead_id,
        idempotency_key=body.idempotency_key or idempotency_key,
        channel=body.channel,
        locale=body.locale,
        region=body.region,
        segment=body.segment,
        source=body.source,
    )
    if body.stream:
        return StreamingResponse(
            _events(bot, inbound), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )
    return reply_of(await bot.run_turn(inbound))


async def _bot(container: Container, probe: str | None) -> Bot:
    """Who answers. A probe with another's mark is refused: answered as a client's message it would count as one."""
    if probe is None:
        return container.bot
    bot = await asyncio.to_thread(bot_for, container, probe)
    if bot is None:
        raise HTTPException(403, f"{PROBE_HEADER}: no mark of this installation's probes; leave the header out")
    return bot


def reply_of(record: TurnRecord) -> ChatReply:
    """The body that answers a turn."""
    assignment = record.assignment
    return ChatReply(
        dialogue_id=record.inbound.dialogue_id,
        turn_id=record.id,
        number=record.number,
        reply=record.reply or "",
        action=record.action.value if record.action else "handed_over",
        handed_over=record.hand_off is not None,
        language=record.language,
        prompt=PromptServed(
            name=assignment.ref.name,
            version=assignment.ref.version,
            experiment=assignment.experiment,
            variant=assignment.variant if assignment.variant >= 0 else None,
        )
        if assignment
        else None,
        model=record.model,
        simulated=record.simulated,
        at=record.replied_at or record.inbound.at,
    )


async def _events(bot: Bot, inbound: InboundMessage) -> AsyncIterator[str]:
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    async def send(text: str) -> None:
        await queue.put(_event("text", json.dumps({"text": text}, ensure_ascii=False)))

    async def run() -> None:
        try:
            record = await bot.run_turn(inbound, send)
            await queue.put(_event("turn", reply_of(record).model_dump_json()))
        except BotopsError as error:
            detail = {"error": type(error).__name__, "detail": str(error)}
            await queue.put(_event("error", json.dumps(detail, ensure_ascii=False)))
        finally:
            await queue.put(None)

    task = asyncio.create_task(run())
    try:
        while (event := await queue.get()) is not None:
            yield event
        await task
    finally:
        # The client has gone: the turn is stopped and recorded as interrupted.
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
