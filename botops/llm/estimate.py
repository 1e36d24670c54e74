"""Counting tokens when the provider does not: exactly where a vocabulary lies on this machine, else by an estimate.

tiktoken downloads its vocabularies at first use. A bot must never wait for that, so a vocabulary is used only when its
file is already in tiktoken's cache and whole. Otherwise the count is estimated from the shape of the text: words by
script and length, groups of digits, punctuation by its bytes. The coefficients are least-squares fits to tiktoken's
own counts; a text of a few sentences comes out within about 15 % in Russian, Kazakh and English.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from botops.domain.messages import Message

if TYPE_CHECKING:
    import tiktoken

_MESSAGE_TOKENS = 4
"""A chat message's frame: start, role, separator, end (OpenAI's cookbook on counting tokens counts 3 and the role)."""
_REPLY_PRIMER_TOKENS = 3

_VOCABULARIES = {
    "o200k_base": (
        "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
"""Where tiktoken fetches a vocabulary from (the name of its cache file follows from it) and its SHA-256."""

_CL100K_MODEL = re.compile(r"(?:^|[/:])(?:gpt-4(?![.o\d])|gpt-4-|gpt-3\.5|gpt-35|text-embedding-)")


def encoding_name(model: str) -> str:
    """The vocabulary of a model. Models of other makers are counted as o200k, the nearest public one."""
    return "cl100k_base" if _CL100K_MODEL.search(model.lower()) else "o200k_base"


def estimate_messages(messages: Iterable[Message], model: str) -> int:
    """Tokens of a prompt, the frames of its messages included."""
    return _REPLY_PRIMER_TOKENS + sum(_MESSAGE_TOKENS + estimate_tokens(m.content, model) for m in messages)


def estimate_tokens(text: str, model: str) -> int:
    """Tokens of a text for a model: counted where its vocabulary is at hand, estimated otherwise. Never downloads."""
    if not text:
        return 0
    name = encoding_name(model)
    encoding = _local_encoding(name, _cache_dir())
    if encoding is None:
        return estimate_by_shape(text, name)
    return len(encoding.encode_ordinary(text))


def counts_exactly(model: str) -> bool:
    """True when the model's vocabulary is at hand, so that its tokens are counted and not estimated."""
    return _local_encoding(encoding_name(model), _cache_dir()) is not None


def _cache_dir() -> str:
    """Where tiktoken keeps what it has fetched, by its own rule."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if variable in os.environ:
            return os.environ[variable]
    return str(Path(tempfile.gettempdir()) / "data-gym-cache")


@cache
def _local_encoding(name: str, directory: str) -> tiktoken.Encoding | None:
    """The vocabulary when its file is in the cache and whole, else None.

    The hash is compared here because tiktoken would answer a mismatch with a download.
    """
    if not directory:
        return None
    url, sha256 = _VOCABULARIES[name]
    file = Path(directory) / hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
    try:
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            return None
    except OSError:
        return None
    import tiktoken

    return tiktoken.get_encoding(name)


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


_SHAPES = {
    "o200k_base": _Shape(
        _Word(1.352, 5, 0.062), _Word(1.331, 4, 0.384), _Word(0.933, 4, 0.093), 1.069, 0.3, 0.985, 0.725
    ),
    "cl100k_base": _Shape(_Word(1.6, 2, 0.349), _Word(2.62, 2, 0.67), _Word(0.928, 6, 0.244), 1.087, 0.7, 0.999, 0.686),
}
_PART = re.compile(
    r"(?P<cyrillic>[\u0400-\u04ff]+)|(?P<latin>[A-Za-z]+)|(?P<digits>[\t \u00a0]?[0-9]+)|(?P<newline>\s*\n\s*)|\s+"
    r"|(?P<sign>[^\s\u0400-\u04ffA-Za-z0-9]+)"
)
_KAZAKH = re.compile("[әіңғүұқөһ]", re.IGNORECASE)
_KAZAKH_SHARE = 0.03
"""Kazakh's own letters make up a fifth of Kazakh text; one name in a Russian text stays below this share."""


def estimate_by_shape(text: str, encoding: str = "o200k_base") -> int:
    """Tokens estimated from the text alone, for the vocabulary named."""
    shape = _SHAPES[encoding]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    kazakh = cyrillic > 0 and len(_KAZAKH.findall(text)) / cyrillic > _KAZAKH_SHARE
    native = shape.kazakh if kazakh else shape.russian
    tokens = 0.0
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
