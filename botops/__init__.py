"""botops: supervision and prompt-ops for AI sales bots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botops.client import ClientPrompt as ClientPrompt
    from botops.client import NoPromptError as NoPromptError
    from botops.client import PromptClient as PromptClient
    from botops.client import PromptFallback as PromptFallback
    from botops.client import SwitchedOffError as SwitchedOffError

__version__ = "0.1.0"

_CLIENT = ("ClientPrompt", "NoPromptError", "PromptClient", "PromptFallback", "SwitchedOffError")
__all__ = [*_CLIENT, "__version__"]  # noqa: PLE0604 - the names stand above


def __getattr__(name: str) -> Any:
    """What is exported, loaded when first used: `botops --help` needs none of it."""
    if name in _CLIENT:
        from botops import client  # noqa: PLC0415

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
