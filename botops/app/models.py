"""Which model answers: a real one when there is a key or an address, else the simulated one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.config import Secrets, Settings
    from botops.domain.ports import ChatModel

DEFAULT_MODEL = "gpt-4o-mini"
SIMULATOR = "simulator"
REPLAY = "replay"
RECORDINGS = "recordings"


def build_model(settings: Settings, secrets: Secrets, wanted: str | None = None) -> ChatModel:
    """The model for `wanted`: `simulator`, `replay`, an http(s) URL, a model's name, or None for what is configured.

    Raises UserError when a real model is wanted and nothing says how to reach one, or OPENAI_BASE_URL is no address.
    """
    if wanted == REPLAY:
        from botops.llm.recordings import ReplayModel

        return ReplayModel(recordings_of(settings))
    settings = settings.with_environment(secrets)
    base_url = settings.model.base_url
    if wanted == SIMULATOR or (wanted is None and not secrets.api_key and not base_url):
        return simulated_model(settings)
    name = settings.model.name or DEFAULT_MODEL
    if wanted and wanted.startswith(("http://", "https://")):
        base_url = wanted
    elif wanted:
        name = wanted
    if not secrets.api_key and not base_url:
        raise UserError(f"cannot reach {name}: set OPENAI_API_KEY (and OPENAI_BASE_URL for a server of your own)")
    from botops.llm.openai_model import OpenAIModel

    return OpenAIModel(
        name,
        # A server of one's own may ask for no key; the client wants some text all the same.
        api_key=secrets.api_key or "none",
        base_url=base_url,
        deadline_s=settings.model.deadline_s,
        first_text_s=settings.model.first_text_s,
        max_reply_chars=settings.model.max_reply_chars,
        attempts=settings.model.attempts,
    )


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
