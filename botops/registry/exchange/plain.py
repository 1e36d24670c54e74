"""Plain text: one system message, with `{{name}}` for variables."""

from __future__ import annotations

from botops.config import Document
from botops.domain.errors import UserError
from botops.registry.exchange.building import Builder, fault
from botops.registry.exchange.messages import RULE, Writable
from botops.registry.exchange.notes import Exported, Import, ImportedPrompt, ImportedVersion, Notes
from botops.registry.exchange.segments import read_mustache
from botops.registry.folders import check_name


def read_plain(text: str, file: str, name: str | None) -> Import:
    """A text as the only version of a prompt named `name`. Raises UserError."""
    notes = Notes(Document(file, "", None))  # nothing in a plain text has a path
    if name is None:
        raise fault(notes, (), "a plain text has no name: give the prompt one with --name")
    builder = Builder(notes, (), read_mustache)
    builder.message("system", text.removesuffix("\n"), ())
    version = builder.version(1, builder.spec({}, {}, ()), {"format": "text"})
    return Import((ImportedPrompt(check_name(name), (version,)),), tuple(notes.kept))


def read_own(document: Document, name: str | None) -> Import:
    """A prompt file as the only version of a prompt named `name`, unchanged; its text is checked when it is written.
    Raises UserError."""
    if name is None:
        raise fault(Notes(document), (), "a prompt file does not say its name: give the prompt one with --name")
    return Import((ImportedPrompt(check_name(name), (ImportedVersion(1, document.text),)),))


def write_plain(prompt: Writable) -> Exported:
    """The only message's text. Raises UserError when there are several, or something text cannot say."""
    messages = prompt.texts("{{%s}}", read_mustache, "plain text")
    if len(messages) > 1:
        problem = prompt.version.document.problem(
            ("messages",), f"{len(messages)} messages, a plain text holds one: export to langfuse or mlflow",
            rule=RULE, of="key",
        )  # fmt: skip
        raise UserError(problems=[problem])
    lost = [key for key in prompt.version.spec.model_fields_set if key != "messages"]
    document = prompt.version.document
    notes = [
        document.problem((key,), "not exported: plain text has no place for it", rule="not-exported", level="warning",
                         of="key")
        for key in sorted(lost)
    ]  # fmt: skip
    role, text = messages[0]
    if role != "system":
        notes.append(
            document.problem(("messages", 0, "role"), f"not exported: the role `{role}`; a text comes back as `system`",
                             rule="not-exported", level="warning")
        )  # fmt: skip
    return Exported(text + "\n", (*prompt.notes, *notes))
