"""A prompt's text as the checker reads it."""

from __future__ import annotations

import re

_EXPRESSION = re.compile(r"\{[{%#][^{}]*[}%#]\}")


def blanked(text: str) -> str:
    """A prompt's text without its template expressions: they become spaces, so that offsets keep pointing into the
    file."""
    return _EXPRESSION.sub(lambda m: " " * len(m.group()), text)
