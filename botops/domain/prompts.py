"""Which prompt spoke, and why that one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Literal

from botops.domain.messages import Language, Message


@dataclass(frozen=True, slots=True)
class PromptRef:
    """A version of a prompt. `checksum` is the SHA-256 of the version file's bytes, in hex."""

    name: str
    version: int
    checksum: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


Unit = Literal["lead", "dialogue"]
"""What an experiment deals its variants to."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """The variant of an experiment that a lead, or its dialogue, was served first, and the version of the prompt that
    stood for it.

    `prompt` and `version` are None where they were not kept; `unit` is what was dealt to.
    """

    variant: int
    prompt: str | None
    version: int | None
    unit: Unit = "lead"


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a lead from before this turn.

    `returning` is True when the lead had a dialogue before this one, None when that is not known. `exposures` are by
    the seed of the experiment's phase.
    """

    returning: bool | None = None
    exposures: Mapping[str, Exposure] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Lead:
    """Whom a prompt is assigned to: what targeting looks at, None where it is not known.

    `returning` is True when the lead had a dialogue before this one. `kept` holds the variants the lead was served
    before, by the seed of the experiment's phase.
    """

    id: str
    dialogue_id: str | None = None
    channel: str | None = None
    language: Language | None = None
    region: str | None = None
    source: str | None = None
    returning: bool | None = None
    kept: Mapping[str, Exposure] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Assignment:
    """The version a lead gets and how it was chosen.

    `experiment` is None outside a split. `bucket` is 0..9999; `variant` is the index in the split, -1 when the lead is
    outside its coverage or targeting and gets the live version. `unit` is what was dealt to. `stale` is True when the
    last good snapshot was served because a file on disk is broken.
    """

    ref: PromptRef
    experiment: str | None = None
    variant: int = -1
    bucket: int | None = None
    stale: bool = False
    unit: Unit = "lead"


@dataclass(frozen=True, slots=True)
class ModelParameters:
    """How to call a model. None leaves the provider's default. `extra` goes to the provider as it is."""

    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt ready to be sent: the messages with every variable filled in, and how to call the model."""

    assignment: Assignment
    messages: tuple[Message, ...]
    parameters: ModelParameters = ModelParameters()

    @property
    def checksum(self) -> str:
        """SHA-256 of the messages' roles and texts, by which a prompt rendered anew is known to be the same."""
        texts = [[m.role, m.content] for m in self.messages]
        return sha256(json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
