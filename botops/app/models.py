"""Which model answers: a real one when there is a key or an address, else the simulated one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botops.domain.errors import RETRYABLE, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.config import Secrets, Settings
    from botops.domain.errors import ModelError, ModelFault
    from botops.domain.ports import ChatModel
    from botops.monitor import Metrics

DEFAULT_MODEL = "gpt-4o-mini"
SIMULATOR = "simulator"
REPLAY = "replay"
LANGCHAIN = "langchain:"
RECORDINGS = "recordings"
_URL = ("http://", "https://")


def build_model(
    settings: Settings,
    secrets: Secrets,
    wanted: str | None = None,
    *,
    retried: frozenset[ModelFault] = RETRYABLE,
    on_retry: Callable[[ModelError], None] = lambda error: None,
) -> ChatModel:
    """The model for `wanted`; None means what is configured.

    `simulator`, `replay`, a model's name, `URL` or `URL#NAME` of an OpenAI-compatible server, or
    `langchain:package.module:factory`. A model asked for by name answers whatever model a prompt names for itself.
    `retried` are the faults after which it tries again by itself, and `on_retry` is told each of them. Raises UserError
    when a real model is wanted and nothing says how to reach one.
    """
    if wanted == REPLAY:
        from botops.llm.recordings import ReplayModel

        return ReplayModel(recordings_of(settings))
    settings = settings.with_environment(secrets)
    base_url, name = settings.model.base_url, settings.model.name or DEFAULT_MODEL
    if wanted == SIMULATOR or (wanted is None and not secrets.api_key and not base_url):
        return simulated_model(settings)
    from botops.llm.retry import RetryPolicy

    limits, retry = settings.model, RetryPolicy(settings.model.attempts, faults=retried, on_retry=on_retry)
    if wanted and wanted.startswith(LANGCHAIN):
        from botops.llm.langchain_path import langchain_model

        return langchain_model(
            wanted.removeprefix(LANGCHAIN), settings.root, deadline_s=limits.deadline_s,
            first_text_s=limits.first_text_s, max_reply_chars=limits.max_reply_chars,
            retry=retry,
        )  # fmt: skip
    named = wanted
    if wanted and wanted.startswith(_URL):
        base_url, _, named = wanted.partition("#")
        if not _host(base_url):
            raise UserError(f"{wanted} is no address: write it as http://127.0.0.1:8000/v1#MODEL")
    if not secrets.api_key and not base_url:
        raise UserError(
            f"cannot reach {named or name}: set OPENAI_API_KEY (and OPENAI_BASE_URL for a server of your own)"
        )
    from botops.llm.named import NamedModel
    from botops.llm.openai_model import OpenAIModel

    model = OpenAIModel(
        named or name,
        # A server of one's own may ask for no key; the client wants some text all the same.
        api_key=secrets.api_key or "none",
        base_url=base_url,
        deadline_s=limits.deadline_s,
        first_text_s=limits.first_text_s,
        max_reply_chars=limits.max_reply_chars,
        retry=retry,
    )
    return NamedModel(model) if named else model


def serving_model(settings: Settings, secrets: Secrets, metrics: Metrics) -> ChatModel:
    """The configured model for answering clients: its retries are counted, and it is left alone while it keeps failing.

    Raises UserError as `build_model`.
    """

    def retried(error: ModelError) -> None:
        metrics.model_retried(error.model, error.fault)

    model = build_model(settings, secrets, on_retry=retried)
    if model.simulated:
        return model
    from botops.llm.breaker import Breaker

    limits = settings.model
    return Breaker(
        model, failures=limits.breaker_failures, rest_s=limits.breaker_rest_s, on_change=metrics.model_resting
    )


def place_of(wanted: str) -> str:
    """Where a model asked for answers, to tell it from another of the same name: a server's host and port, what makes
    a LangChain model, or the name itself."""
    if wanted.startswith(_URL):
        return _host(wanted)
    return wanted.removeprefix(LANGCHAIN)


def speaking_model(
    settings: Settings,
    secrets: Secrets,
    wanted: str | None,
    folder: Path,
    *,
    task: str,
    command: str,
    retried: frozenset[ModelFault] = RETRYABLE,
) -> ChatModel:
    """A model that can judge language: a name, a URL, `replay`, `replay:MODEL`, or None for the configured one.

    `folder` holds its recordings, `command` is what records them, `task` says what the simulated model is refused for:
    it follows a sales prompt and nothing else. Raises UserError for it, and as `build_model`.
    """
    if wanted is not None and (wanted == REPLAY or wanted.startswith(f"{REPLAY}:")):
        from botops.llm.recordings import ReplayModel

        return ReplayModel(folder, model=wanted.partition(":")[2] or None, command=command)
    configured = settings.with_environment(secrets).model
    if wanted == SIMULATOR or (wanted is None and not secrets.api_key and not configured.base_url):
        raise UserError(
            f"the simulated model cannot {task}: name a real one (and set OPENAI_API_KEY, or OPENAI_BASE_URL for a "
            "server of your own), or `replay` for what was recorded"
        )
    return build_model(settings, secrets, wanted, retried=retried)


def simulated_model(settings: Settings) -> ChatModel:
    """The simulated model with the configured seed and error rates."""
    from botops.simulator import Errors, SimulatedModel

    chosen = settings.simulator
    return SimulatedModel(
        seed=chosen.seed, errors=Errors(**chosen.errors.model_dump()), obeys_repair=chosen.obeys_repair
    )


def recordings_of(settings: Settings) -> Path:
    """The folder recordings live in."""
    return settings.path("evals") / RECORDINGS


def _host(url: str) -> str:
    """Host and port of a URL, without who logs in; empty when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return f"{host}:{port}" if port else host
