"""Counting tokens when the provider does not: with the model's vocabulary, else by the shape of the text.

Without a vocabulary (see `botops.llm.vocabulary`) the count is estimated from words by script and length, groups of
digits, punctuation by its bytes. The coefficients are least-squares fits to tiktoken's own counts. Of 200 texts of a
sales bot in Russian, Kazakh and English 198 come out within 15 %, with cl100k 199, and those of a language together
within 5 % (`benchmarks/counting.md`); a single sentence of rare words may be off by a fifth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from botops.domain.messages import Message
from botops.llm.vocabulary import ready, vocabulary

if TYPE_CHECKING:
    import tiktoken

_MESSAGE_TOKENS = 4
"""A chat message's frame: start, role, separator, end (OpenAI's cookbook on counting tokens counts 3 and the role)."""
_REPLY_PRIMER_TOKENS = 3

_CL100K_MODEL = re.compile(r"(?:^|[/:])(?:gpt-4(?![.o\d])|gpt-4-|gpt-3\.5|gpt-35|text-embedding-)")


@lru_cache(maxsize=256)
def encoding_name(model: str) -> str:
    """The vocabulary of a model. Models of other makers are counted as o200k, the nearest public one."""
    return "cl100k_base" if _CL100K_MODEL.search(model.lower()) else "o200k_base"


def estimate_messages(messages: Iterable[Message], model: str, *, wait: bool = True) -> int:
    """Tokens of a prompt, the frames of its messages included."""
    count = partial(estimate_tokens, model=model, wait=wait)
    return _REPLY_PRIMER_TOKENS + sum(_MESSAGE_TOKENS + count(message.content) for message in messages)


def estimate_tokens(text: str, model: str, *, wait: bool = True) -> int:
    """Tokens of a text for a model: counted with its vocabulary, estimated by the text's shape without one.

    The first count reads the vocabulary, which takes half a second. `wait=False`, for an event loop, has a thread read
    it and goes by the shape until it is there.
    """
    if not text:
        return 0
    name = encoding_name(model)
    encoding: tiktoken.Encoding | None = vocabulary(name) if wait else ready(name)
    if encoding is None:
        return estimate_by_shape(text, name)
    return len(encoding.encode_ordinary(text))


def token_starts(text: str, model: str) -> tuple[int, ...] | None:
    """The offset in the text at which each of its tokens begins, as many as `estimate_tokens` counts; None without the
    model's vocabulary. A token that begins inside a character is taken to begin with it."""
    encoding = vocabulary(encoding_name(model))
    if encoding is None:
        return None
    return tuple(encoding.decode_with_offsets(encoding.encode_ordinary(text))[1])


def counts_exactly(model: str) -> bool:
    """True when the model's vocabulary is at hand, so that its tokens are counted and not estimated."""
    return vocabulary(encoding_name(model)) is not None


@dataclass(frozen=True, slots=True)
class _Word:
    """Tokens of a word: `base`, and `more` for each letter beyond `short`."""

    base: float
    short: int
    more: float

    def tokens(self, length: int) -> float:
        return self.base + self.more * max(0, length - self.short)


@dataclass(frozen=True, slots=True)
class _Shape:
    russian: _Word
    kazakh: _Word
    latin: _Word
    digits: float  # a group of up to three, and the space before a number
    newline: float
    sign: float  # a run of punctuation or symbols
    sign_byte: float  # every byte of it after the first
    yo: float = 0.0  # every ё of a Russian text: most words are known to the vocabulary with е alone


_SHAPES = {
    "o200k_base": _Shape(
        _Word(1.021, 4, 0.202), _Word(1.331, 4, 0.384), _Word(0.933, 4, 0.093), 1.069, 0.3, 0.985, 0.725, 0.778
    ),
    "cl100k_base": _Shape(_Word(1.6, 2, 0.349), _Word(2.62, 2, 0.67), _Word(0.928, 6, 0.244), 1.087, 0.7, 0.999, 0.686),
}
_PART = re.compile(
    r"(?P<cyrillic>[\u0400-\u04ff]+)|(?P<latin>[A-Za-z]+)|(?P<digits>[\t \u00a0]?[0-9]+)|(?P<newline>\s*\n\s*)|\s+"
    r"|(?P<sign>[^\s\u0400-\u04ffA-Za-z0-9]+)"
)
_KAZAKH = re.compile("[әіңғүұқөһ]", re.IGNORECASE)
_YO = re.compile("[ёЁ]")
_KAZAKH_SHARE = 0.03
"""Kazakh's own letters make up a fifth of Kazakh text; one name in a Russian text stays below this share."""


def estimate_by_shape(text: str, encoding: str = "o200k_base") -> int:
    """Tokens estimated from the text alone, for the vocabulary named."""
    shape = _SHAPES[encoding]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    kazakh = cyrillic > 0 and len(_KAZAKH.findall(text)) / cyrillic > _KAZAKH_SHARE
    native = shape.kazakh if kazakh else shape.russian
    tokens = 0.0 if kazakh else shape.yo * len(_YO.findall(text))
    for part in _PART.finditer(text):
        kind, word = part.lastgroup, part.group()
        if kind == "cyrillic":
            tokens += native.tokens(len(word))
        elif kind == "latin":
            tokens += shape.latin.tokens(len(word))
        elif kind == "digits":
            number = word.lstrip("\t \u00a0")
            tokens += shape.digits * (-(-len(number) // 3) + (len(word) > len(number)))
        elif kind == "newline":
            tokens += shape.newline
        elif kind == "sign":
            tokens += shape.sign + shape.sign_byte * (len(word.encode("utf-8", "replace")) - 1)
    return max(1, round(tokens)) if text.strip() else 1
