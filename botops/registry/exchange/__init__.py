"""Prompts from and to other tools: Langfuse, MLflow, plain text. Text in, text out; nothing here touches a file."""

from __future__ import annotations

from typing import Any, Literal

from botops.config import Document
from botops.config.document import parse
from botops.config.json_reader import read_json
from botops.registry.exchange.langfuse import read_langfuse, write_langfuse
from botops.registry.exchange.messages import Writable
from botops.registry.exchange.mlflow import Jinja, read_mlflow, write_mlflow
from botops.registry.exchange.notes import Exported, Import, ImportedPrompt, ImportedVersion
from botops.registry.exchange.plain import read_own, read_plain, write_plain

Format = Literal["langfuse", "mlflow", "text", "botops"]
"""The formats prompts come in; they go out in all but `botops`, which is the prompt file itself."""

MAX_IMPORT_BYTES = 16_000_000
"""Largest import file."""
_MOST_VALUES = 1_000_000

__all__ = [
    "MAX_IMPORT_BYTES",
    "Exported",
    "Format",
    "Import",
    "ImportedPrompt",
    "ImportedVersion",
    "Jinja",
    "Writable",
    "read_foreign",
    "write_foreign",
]


def read_foreign(text: str, file: str, form: Format, *, name: str | None = None, jinja: Jinja = "refuse") -> Import:
    """The prompts of another tool's file; `name` names the prompt here, `jinja` is for MLflow alone.

    Raises UserError with places in `file`.
    """
    if form == "botops":
        return read_own(parse(text, file), name)
    if form == "text":
        return read_plain(text, file, name)
    data: Any = read_json(text, file, max_values=_MOST_VALUES)
    document = Document(file, text, data, is_json=True)
    return read_langfuse(document, name) if form == "langfuse" else read_mlflow(document, name, jinja)


def write_foreign(prompt: Writable, form: Format) -> Exported:
    """A version as another tool takes it. Raises UserError with every place that tool cannot say."""
    match form:
        case "langfuse":
            return write_langfuse(prompt)
        case "mlflow":
            return write_mlflow(prompt)
        case "text":
            return write_plain(prompt)
        case "botops":
            return Exported(prompt.version.raw.decode())
