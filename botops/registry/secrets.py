"""Keys and passwords that have no place in a prompt: clients' replies are made from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PATTERNS = {
    "an OpenAI or Anthropic key": r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{20,}",
    "an AWS access key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "a Telegram bot token": r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b",
    "a signed token (JWT)": r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an address with a password": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:[^\s/@{]{1,64}@",
    "a password": r"(?i:\b(?:password|passwd|api[_-]?key|secret|token|пароль|құпиясөз)[ \t]{0,3}[:=][ \t]{0,3}"
    r"(?!\{\{)['\"]?(?=[^\s'\"]{0,64}\d)[^\s'\"]{8,64})",
}  # fmt: skip
_SECRET = re.compile("|".join(f"(?P<k{index}>{pattern})" for index, pattern in enumerate(_PATTERNS.values())))
_KINDS = tuple(_PATTERNS)


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks like a secret: its kind and the offset where it begins, never its text."""

    kind: str
    offset: int


def find_secrets(text: str) -> Iterator[Secret]:
    """What looks like a secret in a text."""
    for match in _SECRET.finditer(text):
        assert match.lastgroup is not None
        yield Secret(_KINDS[int(match.lastgroup[1:])], match.start())
