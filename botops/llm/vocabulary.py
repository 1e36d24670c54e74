"""The two public vocabularies of OpenAI's models, shipped with botops and read by tiktoken.

tiktoken downloads its vocabularies at first use. A bot must never wait for that, and many installations have no way
out, so the files lie beside this module: as tiktoken publishes them, gzipped, under their own licence.
"""

from __future__ import annotations

import base64
import gzip
import threading
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

_WORD = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_SPLITS = {
    "o200k_base": "|".join(
        [
            _WORD + r"*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + _ENDINGS,
            _WORD + r"+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + _ENDINGS,
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    ),
    "cl100k_base": "|".join(
        [
            r"'(?i:[sdmt]|ll|ve|re)",
            r"[^\r\n\p{L}\p{N}]?+\p{L}++",
            r"\p{N}{1,3}+",
            r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
            r"\s++$",
            r"\s*[\r\n]",
            r"\s+(?!\S)",
            r"\s",
        ]
    ),
}
"""How a text is cut before its pieces are looked up: part of the vocabulary, as tiktoken defines it.

Special tokens are left out: a text that spells one is text here.
"""

_loading: dict[str, threading.Thread] = {}
_lock = threading.Lock()


@cache
def vocabulary(name: str) -> tiktoken.Encoding | None:
    """A vocabulary by its name, read at the first call (half a second and about 80 MB); None when its file is missing,
    as in an installation that was slimmed down."""
    import tiktoken

    file = files("botops.llm") / "vocabularies" / f"{name}.tiktoken.gz"
    try:
        rows = gzip.decompress(file.read_bytes()).split()
    except FileNotFoundError:
        return None
    ranks = {base64.b64decode(token): int(rank) for token, rank in zip(rows[::2], rows[1::2], strict=True)}
    return tiktoken.Encoding(name, pat_str=_SPLITS[name], mergeable_ranks=ranks, special_tokens={})


def ready(name: str) -> tiktoken.Encoding | None:
    """The vocabulary if it has been read, else None, and a thread begins to read it: an event loop must not wait."""
    with _lock:
        thread = _loading.get(name)
        if thread is None:
            thread = _loading[name] = threading.Thread(
                target=vocabulary, args=(name,), name=f"vocabulary-{name}", daemon=True
            )
            thread.start()
    return None if thread.is_alive() else vocabulary(name)
