"""Words by which logs say whose side somebody is on."""

from __future__ import annotations

import re

from botops.domain.messages import Role

_WORDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("tool", re.compile(r"tool|function|инструмент")),
    ("system", re.compile(r"system|developer|система")),
    ("assistant", re.compile(
        r"assistant|ai|model|\w*bot|\w*бот|агент|agent|manager|менеджер|operator|оператор|support|поддержка|продавец"
        r"|seller|консультант|out|outgoing|outbound|исх\w*|sent|компания|company")),
    ("user", re.compile(
        r"user|human|client|customer|lead|клиент|покупатель|пользователь|лид|in|incoming|inbound|вх\w*|received"
        r"|visitor|посетитель|guest|гость|тұтынушы")),
)  # fmt: skip


def role_of(author: str) -> Role | None:
    """The side a word such as `bot`, `клиент` or `incoming` names; None for the name of somebody."""
    word = author.casefold().strip(" .:")
    return next((role for role, pattern in _WORDS if pattern.fullmatch(word)), None)
