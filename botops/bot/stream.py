"""Streaming that keeps the guard: text without claims leaves at once, a claim waits for the end of its paragraph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.domain.findings import Verdict
    from botops.domain.ports import OnText

_SENTENCE_END = re.compile(r"[.!?…]+[\"»”)\]*_]*\s+|\n+")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n\s*")


class StreamGate:
    """Holds back what must be judged first.

    A sentence without a commercial claim leaves when it is complete. From the first claim on, text is held to the end
    of its paragraph, because a condition or a correction may follow; then the paragraph is judged and either leaves or
    shuts the gate. A shut gate lets nothing more out: what is left to do is decided on the whole reply.

    `judge` gives the verdict on a reply that consists of the text given; `send` passes text on to the client. Without
    `judge` every sentence leaves, but only whole: a reply that breaks off must not leave half a price behind.
    """

    def __init__(self, judge: Callable[[str], Verdict] | None, send: OnText) -> None:
        self._judge = judge
        self._send = send
        self._pending = ""
        self._claims = 0
        self._holding = False
        self.left = ""
        self.shut = False

    async def feed(self, piece: str) -> None:
        """Takes the next piece of the model's reply and lets out what may leave."""
        self._pending += piece
        while not self.shut and (cut := self._next_cut()):
            await self._consider(self._pending[:cut])

    async def release(self, text: str) -> None:
        """Lets the rest of a reply out that was judged as a whole; `text` begins with what has left."""
        rest = text[len(self.left) :]
        self._pending = ""
        if rest:
            await self._let_out(rest)

    def _next_cut(self) -> int:
        match = (_PARAGRAPH_END if self._holding else _SENTENCE_END).search(self._pending)
        # A boundary at the very end of what has arrived may still grow ("45." + "000"): wait for the next piece.
        return match.end() if match and match.end() < len(self._pending) else 0

    async def _consider(self, part: str) -> None:
        if self._judge is None:
            self._pending = self._pending[len(part) :]
            await self._let_out(part)
            return
        verdict = self._judge(self.left + part)
        if verdict.clean and (self._holding or verdict.claims <= self._claims):
            self._claims = verdict.claims
            self._holding = False
            self._pending = self._pending[len(part) :]
            await self._let_out(part)
        elif self._holding:
            self.shut = True
        else:
            self._holding = True

    async def _let_out(self, text: str) -> None:
        self.left += text
        await self._send(text)
