"""Secrets come from the environment and from nowhere else, and are never printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not stand in a file, and where to find the model.

    `base_url` and `model` override `model.base_url` and `model.name` of the settings (`Settings.with_environment`);
    `database_url` overrides `store.url` and may hold a password. `otlp_endpoint` is where OpenTelemetry sends to, and
    `otlp_content` whether texts of dialogues may go there; how is said by OpenTelemetry's own variables.
    Where people have to sign in, `service_key` lets programs chat, fetch prompts and hand in what happened, and
    `console_key` lets the console say who signed in at the company's provider, whose secret for us is `oidc_secret`.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str | None = None
    database_url: str | None = field(default=None, repr=False)
    otlp_endpoint: str | None = field(default=None, repr=False)
    otlp_content: bool = False
    service_key: str | None = field(default=None, repr=False)
    console_key: str | None = field(default=None, repr=False)
    oidc_secret: str | None = field(default=None, repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """From OPENAI_API_KEY, OPENAI_BASE_URL, BOTOPS_MODEL, BOTOPS_DATABASE_URL, OTEL_EXPORTER_OTLP_ENDPOINT (not
        with OTEL_SDK_DISABLED), BOTOPS_API_KEY, BOTOPS_CONSOLE_KEY, BOTOPS_OIDC_SECRET; blank values count as unset."""

        def get(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        def on(name: str) -> bool:
            return (get(name) or "").lower() == "true"

        return cls(
            get("OPENAI_API_KEY"),
            get("OPENAI_BASE_URL"),
            get("BOTOPS_MODEL"),
            get("BOTOPS_DATABASE_URL"),
            None if on("OTEL_SDK_DISABLED") else get("OTEL_EXPORTER_OTLP_ENDPOINT"),
            on("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"),
            get("BOTOPS_API_KEY"),
            get("BOTOPS_CONSOLE_KEY"),
            get("BOTOPS_OIDC_SECRET"),
        )

    def __str__(self) -> str:
        return repr(self)
