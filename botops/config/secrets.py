"""Secrets come from the environment and from nowhere else, and are never printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not stand in a file, and where to find the model.

    `base_url` and `model` override `model.base_url` and `model.name` of the settings (`Settings.with_environment`);
    `database_url` overrides `store.url` and may hold a password.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str | None = None
    database_url: str | None = field(default=None, repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """From OPENAI_API_KEY, OPENAI_BASE_URL, BOTOPS_MODEL and BOTOPS_DATABASE_URL; blank values count as unset."""

        def get(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        return cls(get("OPENAI_API_KEY"), get("OPENAI_BASE_URL"), get("BOTOPS_MODEL"), get("BOTOPS_DATABASE_URL"))

    def __str__(self) -> str:
        return repr(self)
