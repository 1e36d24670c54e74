"""Prompts for a bot of its own, fetched from botops over HTTP and kept through its outages.

client = PromptClient("http://127.0.0.1:8000", disk=".cache/prompts", bundled="bundled")
prompt = client.get("sales", lead="lead-7", channel="telegram", language="ru")
messages = prompt.render().messages
"""

from botops.client.answer import ClientPrompt, Origin, PromptFallback
from botops.client.client import NoPromptError, PromptClient
from botops.domain.errors import SwitchedOffError

__all__ = ["ClientPrompt", "NoPromptError", "Origin", "PromptClient", "PromptFallback", "SwitchedOffError"]
