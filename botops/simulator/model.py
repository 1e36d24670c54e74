"""A simulated language model: follows its prompt, errs at configured rates, always the same way for a seed."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.domain.usage import Usage
from botops.simulator.mistakes import Errors, Mistake
from botops.simulator.prompt import read_prompt
from botops.simulator.reply import Composed, compose

_CORRECT = re.compile(
    r"исправ|перепиш|заново|переформулир|correct|rewrite|write the reply again|restate|fix the|түзет|қайта жаз",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"прайс|price ?list|price ?book|не отправлен|not sent|unsupported|не подтвержд|"
    r"прейскурант|баға|прайс-парақ|жіберілмеді",
    re.IGNORECASE,
)
_PIECES = re.compile(r"\S+\s*")
_CACHE_FROM = 1024
_CACHE_STEP = 128
_NO_ERRORS = Errors()


class SimulatedModel:
    """Implements `botops.domain.ports.ChatModel` without a language model behind it.

    A reply depends on the seed, the messages and nothing else. `errors` are shares of the replies where an error could
    be made. Told to correct a reply by the price list, it obeys with probability `obeys_repair`, else says the same
    again. `delay_s` is a pause before each word of a reply, in seconds.
    """

    def __init__(
        self,
        seed: int = 7,
        errors: Errors = _NO_ERRORS,
        obeys_repair: float = 1.0,
        name: str = "simulated",
        *,
        delay_s: float = 0.0,
    ) -> None:
        if not 0 <= obeys_repair <= 1:
            raise ValueError(f"obeys_repair is a probability between 0 and 1, not {obeys_repair}")
        self._seed = seed
        self._errors = errors
        self._obeys_repair = obeys_repair
        self._name = name
        self._delay_s = delay_s

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._name

    @property
    def simulated(self) -> bool:
        """Always true: no language model stands behind it."""
        return True

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The whole reply; with `on_text`, word by word as well. Raises ModelError for a request without a client."""
        started = time.perf_counter()
        text = self.answer(request.messages)
        finish = "stop"
        limit = request.parameters.max_tokens
        if limit is not None and tokens(text) > limit:
            text, finish = _cut(text, limit), "length"
        first: float | None = None
        if on_text is not None or self._delay_s:
            for piece in _PIECES.findall(text):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                if first is None:
                    first = time.perf_counter() - started
                if on_text is not None:
                    await on_text(piece)
        seconds = time.perf_counter() - started
        return ModelReply(text, self._usage(request.messages, text), self._name, finish, seconds, first)

    def answer(self, messages: Sequence[Message]) -> str:
        """The reply's text. Raises ModelError when no message of a client is there to answer."""
        return self._reply(messages).text

    def mistakes(self, messages: Sequence[Message]) -> tuple[Mistake, ...]:
        """The errors that `answer` makes on purpose: known from composing the reply, not from looking at it.

        Raises as `answer`.
        """
        return self._reply(messages).mistakes

    def _reply(self, messages: Sequence[Message]) -> Composed:
        system = "\n".join(m.content for m in messages if m.role == "system" and not _is_repair(m))
        talk = [m for m in messages if m.role in ("user", "assistant")]
        asked_again, errors = False, self._errors
        before = ""
        while messages and talk and _is_repair(messages[-1]) and _corrects(messages):
            asked_again = True
            messages = messages[:-1]
            talk = [m for m in messages if m.role in ("user", "assistant")]
            if talk and talk[-1].role == "assistant":
                before = before or talk[-1].content
                messages = messages[:-1]
                talk = talk[:-1]
        if not any(m.role == "user" for m in talk):
            raise ModelError("bad_request", "the simulated model found no message to answer", model=self._name)
        while talk[-1].role != "user":
            talk.pop()
        key = self._key(system, talk)
        if asked_again:
            if random.Random(f"{key}:obey:{before}").random() >= self._obeys_repair:  # noqa: S311 - no secret
                again = self._composed(talk, system, errors, key)
                return replace(again, text=before or again.text)
            errors = _NO_ERRORS
        return self._composed(talk, system, errors, key)

    def _composed(self, talk: Sequence[Message], system: str, errors: Errors, key: int) -> Composed:
        words, luck = random.Random(key), random.Random(key ^ 0x5DEECE66D)  # noqa: S311 - phrasing, not secrets
        return compose(talk, read_prompt(system), errors, words, luck)

    def _key(self, system: str, talk: Sequence[Message]) -> int:
        digest = blake2b(f"{self._seed}\x00{_fingerprint(system)}".encode(), digest_size=8)
        for message in talk:
            digest.update(f"\x00{message.role}\x00{message.content}".encode())
        return int.from_bytes(digest.digest(), "big")

    def _usage(self, messages: Sequence[Message], text: str) -> Usage:
        """Tokens as a provider would report them: the prefix an earlier call has shown is read from the cache."""
        counts = [tokens(m.content) + 4 for m in messages]
        whole = sum(counts) + 3
        replied = [i for i, m in enumerate(messages) if m.role == "assistant"]
        prefix = sum(counts[: replied[-1]]) if replied else counts[0] if messages[0].role == "system" else 0
        cached = prefix // _CACHE_STEP * _CACHE_STEP if prefix >= _CACHE_FROM else 0
        return Usage(whole, cached, 0, tokens(text), 0, estimated=True)


def _is_repair(message: Message) -> bool:
    """True when a message tells to write a reply again by the price list."""
    return bool(
        message.role in ("user", "system")
        and _CORRECT.search(message.content[:4000])
        and _AGAINST.search(message.content[:4000])
    )


def _corrects(messages: Sequence[Message]) -> bool:
    """True when a repair instruction follows a dialogue, not when it is the dialogue's only message."""
    return any(m.role == "user" for m in messages[:-1])


@lru_cache(maxsize=512)
def _fingerprint(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=8192)
def tokens(text: str) -> int:
    """An estimate of a text's tokens in a current vocabulary: a word of Latin letters is 4.2 characters a token, of
    Cyrillic 3.3, Kazakh letters cost one more for every two; digits go by three."""
    latin = cyrillic = kazakh = digits = marks = 0
    for ch in text:
        if ch.isdigit():
            digits += 1
        elif ch.isalpha():
            if ch < "\u0250":
                latin += 1
            else:
                cyrillic += 1
                kazakh += ch in "әіңғүұқөһӘІҢҒҮҰҚӨҺ"
        elif not ch.isspace():
            marks += 1
    return max(1, round(latin / 4.2 + cyrillic / 3.3 + kazakh / 2 + digits / 2.2 + marks * 0.8))


def _cut(text: str, limit: int) -> str:
    """The longest beginning of whole words within `limit` tokens."""
    kept = ""
    for piece in _PIECES.findall(text):
        if tokens(kept + piece) > limit:
            break
        kept += piece
    return kept
