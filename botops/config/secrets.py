"""Secrets come from the environment and from nowhere else, and are never printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not stand in a file, and where to find the model.

    `base_url` and `model` override `model.base_url` and `model.name` of the settings (`Settings.with_environment`);
    `database_url` overrides `store.url` and may hold a password. `organization` and `project` say whose account a call
    to OpenAI is charged to, where a key has several.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str | None = None
    database_url: str | None = field(default=None, repr=False)
    organization: str | None = None
    project: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """From OPENAI_API_KEY, OPENAI_BASE_URL, BOTOPS_MODEL, BOTOPS_DATABASE_URL, OPENAI_ORG_ID and OPENAI_PROJECT_ID;
        blank values count as unset."""

        def get(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        names = (
            "OPENAI_API_KEY", "OPENAI_BASE_URL", "BOTOPS_MODEL", "BOTOPS_DATABASE_URL", "OPENAI_ORG_ID",
            "OPENAI_PROJECT_ID",
        )  # fmt: skip
        return cls(*map(get, names))

    def __str__(self) -> str:
        return repr(self)
