"""The claim checker as the bot's guard: over the book in force, each dialogue read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from botops.app.checks.judging import OnFailure, log_failure, verdict_of
from botops.claims import CompiledBook, Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.claims.exceptions import NO_EXCEPTIONS
from botops.domain.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from botops.app.pricebooks.books import BookInForce
    from botops.claims.exceptions import Exceptions
    from botops.domain.messages import Message

DIALOGUES_KEPT = 256
"""Dialogues whose reading is kept for the next turn, the latest ones."""

Key = tuple[object, ...]


class BookSource(Protocol):
    """Where the price book in force comes from."""

    def current(self) -> BookInForce | None:
        """The book in force, None when there is none."""
        ...


class ClaimGuard:
    """The claim checker over the book in force, as the port `Guard`.

    A dialogue is judged turn by turn, and a turn often more than once (streamed, repaired). What was said before is
    read once and kept; the verdict is the same as if the whole dialogue were read anew. What `exceptions` let pass is
    set apart in the verdict; `on_failure` is told of the company's own checks that failed.
    """

    def __init__(
        self,
        books: BookSource,
        exceptions: Callable[[], Exceptions] = lambda: NO_EXCEPTIONS,
        on_failure: OnFailure = log_failure,
    ) -> None:
        self._books = books
        self._exceptions = exceptions
        self._on_failure = on_failure
        self._kept: OrderedDict[Key, Conversation] = OrderedDict()
        self._lock = threading.Lock()

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """The verdict on the last message; `not_judged` without a book or when a message is too large."""
        current = self._books.current()
        if current is None:
            return Verdict.not_judged("no_book")
        version = current.identity
        # Messages that carry their own moment are judged at it; without one, the moment is the conversation's.
        start: tuple[object, ...] = (id(current.compiled), region, segment, None if messages[-1].at else at)
        before = tuple(messages[:-1])
        try:
            conversation = self._take(start, before)
            if conversation is None:
                conversation = self._read(before, current.compiled, at, region, segment)
            result = conversation.judge_next(messages[-1])
        except MessageTooLarge:
            return Verdict.not_judged("too_large", version)
        self._keep((*start, before), conversation)
        day = at.astimezone(current.compiled.zone).date()
        return verdict_of(result, messages[-1].content, version, self._exceptions(), day, self._on_failure)

    def _take(self, start: tuple[object, ...], before: tuple[Message, ...]) -> Conversation | None:
        """The reading of these messages or of all but the last few, brought up to date; nobody else has it then."""
        for known in range(len(before), max(len(before) - 3, 0), -1):
            with self._lock:
                conversation = self._kept.pop((*start, before[:known]), None)
            if conversation is not None:
                for message in before[known:]:
                    conversation.feed(message)
                return conversation
        return None

    def _keep(self, key: Key, conversation: Conversation) -> None:
        with self._lock:
            self._kept[key] = conversation
            while len(self._kept) > DIALOGUES_KEPT:
                self._kept.popitem(last=False)

    @staticmethod
    def _read(
        before: tuple[Message, ...], book: CompiledBook, at: datetime, region: str | None, segment: str | None
    ) -> Conversation:
        conversation = Conversation(book, at=at, region=region, segment=segment)
        for message in before:
            conversation.feed(message)
        return conversation
