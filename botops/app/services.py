"""What the doors ask for: one function for each thing a person or a program can do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.container import counting, new_id
from botops.app.ingesting import IngestReport, UnlikelyTimeError, records_of
from botops.claims.dialogues import parse_dialogues
from botops.domain.access import Right
from botops.domain.errors import ConflictError, StoreError, UserError
from botops.domain.messages import InboundMessage
from botops.domain.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.domain.turns import TurnRecord

_TURNS_AT_ONCE = 500


@needs(Right.SERVE)
async def inbound(
    container: Container,
    text: str,
    *,
    dialogue_id: str | None = None,
    lead_id: str | None = None,
    idempotency_key: str | None = None,
    channel: str = "web",
    locale: Language | None = None,
    region: str | None = None,
    segment: str | None = None,
    source: str | None = None,
) -> InboundMessage:
    """A client's message of this moment.

    Without a dialogue a new one begins; without a lead it is the one the dialogue began with, or the dialogue itself,
    so that its prompt variant stays the same to its end. A key counts within its dialogue, or else within its lead:
    nobody gets another's answer by guessing a key.
    """
    dialogue = dialogue_id or new_id()
    if dialogue_id and not lead_id:
        lead_id = await asyncio.to_thread(container.store.reads.lead_of, dialogue_id)
    key = f"{dialogue_id or lead_id or ''}:{idempotency_key}" if idempotency_key else new_id()
    return InboundMessage(
        dialogue, lead_id or dialogue, text, container.clock.now(), key, channel, locale, region, segment, source
    )


@needs(Right.SERVE)
async def ingest(
    container: Container, lines: Iterable[bytes], *, origin: str, file: str = "line", channel: str = "import",
    place: Callable[[int], int] = int,
) -> IngestReport:  # fmt: skip
    """Takes in dialogues of another bot, one JSON object a line; each reply is judged with the book in force. `place`
    tells on which line of the file the n-th of the lines began.

    A row that cannot be used becomes a problem with its line number and the others are kept. Raises UserError without
    a price book and StoreError when the store takes nothing.
    """
    current = container.books.current()
    if current is None:
        raise UserError(f"there is no price book at {container.books.path}: replies cannot be judged without one")
    day = container.clock.now().astimezone(current.compiled.zone).date()
    report = IngestReport()
    taker = _Taker(container, report, origin, file)
    for number, line in ((place(n), line) for n, line in enumerate(lines, 1)):
        for dialogue in parse_dialogues([line], file):
            if isinstance(dialogue, Problem):
                report.problems.append(replace(dialogue, line=number))
                continue
            try:
                records = tuple(
                    records_of(dialogue, current.compiled, version=current.identity, channel=channel,
                               exceptions=container.exceptions.current(), day=day,
                               on_failure=counting(container.metrics))
                )  # fmt: skip
            except UnlikelyTimeError as error:
                report.problems.append(Problem(file, number, 1, "", str(error), rule="bad-time"))
                continue
            await taker.take(number, records)
        await asyncio.sleep(0)  # judging is work without a pause: let others be answered meanwhile
    await taker.keep()
    return report


class _Taker:
    """Collects the records of dialogues and keeps them, many at a time."""

    def __init__(self, container: Container, report: IngestReport, origin: str, file: str) -> None:
        self._container = container
        self._report = report
        self._origin = origin
        self._file = file
        self._waiting: list[tuple[int, tuple[TurnRecord, ...]]] = []
        self._turns = 0

    async def take(self, line: int, records: tuple[TurnRecord, ...]) -> None:
        """Takes the records of the dialogue on a line."""
        self._report.dialogues += 1
        self._waiting.append((line, records))
        self._turns += len(records)
        if self._turns >= _TURNS_AT_ONCE:
            await self.keep()

    async def keep(self) -> None:
        """Writes what waits. A dialogue that clashes with one of another lead is reported, the others are kept."""
        waiting, self._waiting, self._turns = self._waiting, [], 0
        if not waiting:
            return
        try:
            await self._write([record for _, records in waiting for record in records])
        except ConflictError:
            for line, records in waiting:
                try:
                    await self._write(records)
                except ConflictError as error:
                    self._report.problems.append(Problem(self._file, line, 1, "id", str(error), rule="conflict"))

    async def _write(self, records: Sequence[TurnRecord]) -> None:
        written = await asyncio.to_thread(self._container.store.write_many, tuple(records), origin=self._origin)
        self._report.turns += written.written
        self._report.skipped += written.skipped
        self._report.findings += sum(len(r.verdict.findings) for r in records if r.verdict)
        self._container.metrics.ingested.inc(written.written)


async def readiness(container: Container) -> dict[str, str]:
    """Each thing an answer depends on: "ok", or what is wrong with it."""
    checks = {"store": "ok", "prompts": "ok", "price_book": "ok"}
    try:
        await asyncio.to_thread(container.store.reads.lag)
    except StoreError as error:
        checks["store"] = str(error)
    container.registry.refresh()
    if container.settings.prompt not in container.registry.names():
        checks["prompts"] = f"no prompt {container.settings.prompt!r} in {container.settings.path('prompts')}"
    if container.books.current() is None:
        checks["price_book"] = f"no readable price book at {container.books.path}"
    return checks
