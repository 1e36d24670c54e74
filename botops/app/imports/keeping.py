"""An export kept in the store, through the API, which alone writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botops.app.imports.checking import dialogues
from botops.app.imports.reading import dialogue_line

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.channels.exports import Export

_AT_ONCE = 512 * 1024
"""Bytes handed over at once: seconds of judging, so that the progress moves and others are answered meanwhile."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: dialogues handed over, replies that are new and those the store had, findings, and what was
    refused and why."""

    dialogues: int = 0
    turns: int = 0
    skipped: int = 0
    findings: int = 0
    refused: tuple[str, ...] = ()


def keep_export(
    container: Container,
    export: Export,
    send: Callable[[bytes], Mapping[str, Any]],
    *,
    undated: datetime | None = None,
    on_kept: Callable[[int], bool] = lambda _: True,
) -> Kept:
    """Hands every dialogue of an export to `send`, which posts JSON lines to `/v1/dialogues` and gives its answer.

    Handing the same in twice changes nothing, so a piece that failed can be sent again. `on_kept` is told how many
    dialogues are done, and stops the work by answering False. Raises what `send` raises.
    """
    kept, handed = Kept(), 0
    for count, lines in _pieces(container, export, undated):
        answer = send(lines)
        handed += count
        kept = Kept(
            kept.dialogues + answer["dialogues"],
            kept.turns + answer["turns"],
            kept.skipped + answer["skipped"],
            kept.findings + answer["findings"],
            (*kept.refused, *(str(rejected["message"]) for rejected in answer["rejected"])),
        )
        if not on_kept(handed):
            break
    return kept


def _pieces(container: Container, export: Export, undated: datetime | None) -> Iterator[tuple[int, bytes]]:
    lines: list[bytes] = []
    size = 0
    for dialogue in dialogues(container, export, undated):
        line = dialogue_line(dialogue)
        if lines and size + len(line) > _AT_ONCE:
            yield len(lines), b"".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield len(lines), b"".join(lines)
