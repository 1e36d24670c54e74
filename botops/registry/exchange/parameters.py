"""Model parameters between prompt files and the free-form configurations of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from botops.config import as_json
from botops.config.spots import Path
from botops.registry.exchange.notes import Notes
from botops.registry.model import Parameters

_OWN = {
    "model": "name", "model_name": "name", "modelName": "name", "temperature": "temperature", "top_p": "top_p",
    "topP": "top_p", "max_tokens": "max_tokens", "maxTokens": "max_tokens", "seed": "seed",
}  # fmt: skip
_OF_PROVIDERS = frozenset({
    "frequency_penalty", "presence_penalty", "stop", "logit_bias", "logprobs", "top_logprobs", "top_k", "n",
    "max_completion_tokens", "reasoning_effort", "response_format", "tools", "tool_choice", "parallel_tool_calls",
    "service_tier", "verbosity", "prediction", "modalities",
})  # fmt: skip
"""Parameters of chat completion calls that have no field of their own here and go to the provider as they are."""
_RENAMED = {"stop_sequences": "stop"}


def read_parameters(config: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """A prompt file's `model` section from another tool's configuration; what has no place in it is noted."""
    model: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in config.items():
        own = _OWN.get(key)
        if value is None:
            continue
        if own is not None and own not in model:
            if (fault := _unfit(own, value)) is None:
                model[own] = as_json(value)
            else:
                notes.lost((*path, key), fault)
        elif key in _OF_PROVIDERS or key in _RENAMED:
            extra[_RENAMED.get(key, key)] = as_json(value)
        else:
            why = "it says again what stands under another key" if own else "no parameter of a model call known here"
            notes.lost((*path, key), why)
    if extra:
        model["extra"] = extra
    return model


def _unfit(field: str, value: Any) -> str | None:
    if isinstance(value, bool) or (field in {"max_tokens", "seed"} and isinstance(value, Decimal)):
        return "not a value of this parameter"
    try:
        Parameters(**{field: as_json(value)})
    except ValidationError as error:
        return "; ".join(detail["msg"][:1].lower() + detail["msg"][1:] for detail in error.errors())
    return None


def write_parameters(model: Parameters, *, name_key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The configuration another tool shows, and the extra parameters that only botops would read back from it."""
    config: dict[str, Any] = model.model_dump(mode="json", exclude_none=True, exclude={"name", "extra"})
    if model.name is not None:
        config = {name_key: model.name, **config}
    extra = as_json(dict(model.extra))
    known = {key: value for key, value in extra.items() if key in _OF_PROVIDERS and value is not None}
    return {**config, **known}, {key: value for key, value in extra.items() if key not in known}
