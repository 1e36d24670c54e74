"""What was said, by whom, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
Language = Literal["ru", "kk", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a dialogue. `name` is the tool's name for `tool` messages; `at` is aware when known."""

    role: Role
    content: str
    name: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A client's message as a channel delivers it.

    `lead_id` is the client across dialogues (the unit of experiments); `locale` is the client's language when the
    channel knows it; `region` and `segment` choose prices; `source` is where the lead came from, as an advertisement's
    name; `idempotency_key` makes a repeated delivery harmless.
    """

    dialogue_id: str
    lead_id: str
    text: str
    at: datetime
    idempotency_key: str
    channel: str = "web"
    locale: Language | None = None
    region: str | None = None
    segment: str | None = None
    source: str | None = None
