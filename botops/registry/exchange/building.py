"""A foreign prompt on its way into a prompt file, message by message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botops.config.spots import Path
from botops.domain.errors import UserError
from botops.registry.exchange.files import checked_text
from botops.registry.exchange.notes import LIVE_LABEL, ImportedPrompt, ImportedVersion, Notes
from botops.registry.exchange.segments import Placeholder, Segment, own_name, to_template
from botops.registry.folders import check_name
from botops.registry.model import BUILT_INS, PromptSpec
from botops.registry.template import TemplateFaultError, compile_text
from botops.registry.version import PromptVersion

_ROLES = ("system", "user", "assistant")
OWN = "botops"
"""The key under which an export keeps what the other tool has no field for."""
_OWN_FIELDS = ("description", "owner", "purpose", "tags", "reviewed", "languages", "variables", "model_extra")
_CONTENT = frozenset({"messages", "texts", "model", "tags"})


class Builder:
    """Collects the messages and variables of one version."""

    def __init__(self, notes: Notes, path: Path, read: Callable[[str], tuple[Segment, ...]]) -> None:
        self.notes = notes
        self.path = path
        self._read = read
        self._names: dict[str, str] = {}
        self._messages: list[dict[str, Any]] = []

    def message(self, role: Any, content: Any, path: Path) -> None:
        """Takes one message. Raises UserError for a role or content no prompt file can have."""
        if role == "developer":
            self.notes.changed(path, "the role `developer` became `system`")
            role = "system"
        if role not in _ROLES:
            raise fault(self.notes, path, f"the role {role!r} cannot stand in a prompt: use {', '.join(_ROLES)}")
        if not isinstance(content, str):
            raise fault(self.notes, path, "the content is no text: only messages of plain text can be taken over")
        if "\r" in content:
            self.notes.changed(path, "line ends became plain ones (\\n)")
            content = content.replace("\r\n", "\n").replace("\r", "\n")
        if not content.strip():
            self.notes.lost(path, "an empty message")
            return
        segments = self._read(content)
        for segment in segments:
            if isinstance(segment, Placeholder):
                self._declare(segment.name, path)
        self._messages.append({"role": role, "content": to_template(segments, self._names.__getitem__)})

    def template(self, role: str, content: str, path: Path) -> None:
        """Takes one message that is a template already. Raises UserError when it uses what prompts may not."""
        try:
            used = compile_text(content).uses
        except TemplateFaultError as error:
            raise fault(self.notes, path, f"cannot be kept as a template: {error}") from error
        self._names.update((name, name) for name in used)
        self._messages.append({"role": role, "content": content})

    def _declare(self, foreign: str, path: Path) -> None:
        if foreign in self._names:
            return
        own = own_name(foreign, self._names.values())
        self._names[foreign] = own
        if own != foreign:
            self.notes.changed(path, f"the variable `{foreign}` is named `{own}` here")
        elif own in BUILT_INS:
            self.notes.changed(path, f"the variable `{own}` is built in here: {BUILT_INS[own]}")

    def spec(self, model: dict[str, Any], own: Mapping[str, Any], tags: tuple[str, ...]) -> dict[str, Any]:
        """The data of the prompt file; `own` is what an export of ours kept in it."""
        if not self._messages:
            raise fault(self.notes, self.path, "there is no message with text in it: nothing to import")
        spec: dict[str, Any] = {"tags": list(tags)}
        for key, value in own.items():
            if key not in _OWN_FIELDS:
                self.notes.lost((*self.path, OWN, key), "unknown here")
            elif key == "model_extra" and isinstance(value, dict):
                model = {**model, "extra": {**model.get("extra", {}), **value}}
            else:
                spec[key] = value
        declared = spec.get("variables")
        variables = dict(declared) if isinstance(declared, dict) else {}
        for foreign, name in self._names.items():
            if name not in BUILT_INS and name not in variables:
                named = {} if name == foreign else {"description": f"{{{{{foreign}}}}}"}
                variables[name] = {"type": "text", **named}
        return {**spec, "model": model, "variables": variables, "messages": self._messages}

    def version(self, number: int, spec: Mapping[str, Any], origin: Mapping[str, Any]) -> ImportedVersion:
        """The finished version; `origin` (format, name, labels, message …) stays in the file under `x-imported`."""
        kept = {key: value for key, value in origin.items() if value not in (None, "", [], {})}
        text = checked_text({**spec, "x-imported": kept}, self.notes.document, self.path)
        labels = tuple(origin.get("labels", ()))
        return ImportedVersion(number, text, labels, str(origin.get("message") or ""))


def fault(notes: Notes, path: Path, message: str) -> UserError:
    """The error to raise for what cannot be imported."""
    return UserError(problems=[notes.document.problem(path, message, rule="import")])


def own_prompt_name(foreign: Any, wanted: str | None, path: Path, notes: Notes) -> str:
    """The name of the folder a foreign prompt goes to: `wanted`, or made of its own. Raises UserError."""
    if wanted is not None:
        return check_name(wanted)
    if not isinstance(foreign, str) or not foreign.strip():
        raise fault(notes, path, "the prompt has no name: give it one with --name")
    made = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in foreign.strip().lower())
    made = "-".join(part for part in made.split("-") if part)
    try:
        check_name(made)
    except UserError as error:
        raise fault(notes, path, f"{foreign!r} is no name a folder can have here: give one with --name") from error
    if made != foreign:
        notes.changed(path, f"the prompt {foreign!r} is named {made!r} here")
    return made


@dataclass(slots=True)
class Found:
    """The versions found so far, by the prompt's name here."""

    notes: Notes
    versions: dict[str, dict[int, tuple[ImportedVersion, Path]]] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, foreign: Any, version: ImportedVersion, path: Path) -> None:
        """Takes a version. Raises UserError when it is there already, or when two prompts would become one."""
        if self.foreign.setdefault(name, foreign) != foreign:
            message = f"{self.foreign[name]!r} and {foreign!r} would both be {name}: import them from two files"
            raise fault(self.notes, (*path, "name"), message)
        versions = self.versions.setdefault(name, {})
        if version.number in versions:
            message = f"version {version.number} of {name} stands in the file twice"
            raise fault(self.notes, (*path, "version"), message)
        versions[version.number] = version, path

    def prompts(self, labels: str) -> tuple[ImportedPrompt, ...]:
        """All prompts by name, versions by number; `labels` is the key that may say which one is in force."""
        return tuple(self._prompt(name, versions, labels) for name, versions in sorted(self.versions.items()))

    def _prompt(self, name: str, versions: dict[int, tuple[ImportedVersion, Path]], labels: str) -> ImportedPrompt:
        live = [number for number, (version, _) in versions.items() if LIVE_LABEL in version.labels]
        for number in sorted(live)[:-1]:
            self.notes.lost((*versions[number][1], labels), f"`{LIVE_LABEL}` stands on a later version too")
        return ImportedPrompt(name, tuple(versions[n][0] for n in sorted(versions)), max(live, default=None))


def version_number(value: Any, path: Path, notes: Notes) -> int:
    """A version's number, also when written as text. Raises UserError."""
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else value
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number < 10**9:
        raise fault(notes, path, "a version is a whole number from 1 on")
    return number


def texts(value: Any, path: Path, notes: Notes) -> tuple[str, ...]:
    """A list of texts; what is none is noted."""
    if value is None:
        return ()
    if not isinstance(value, list):
        notes.lost(path, "not a list")
        return ()
    for index, one in enumerate(value):
        if not isinstance(one, str) or not one:
            notes.lost((*path, index), "not a text")
    return tuple(one for one in value if isinstance(one, str) and one)


def own_section(spec: PromptSpec, model_extra: Mapping[str, Any]) -> dict[str, Any]:
    """What an export keeps for botops alone: all that is set and has no field elsewhere."""
    data = spec.model_dump(mode="json", exclude_defaults=True, exclude=set(_CONTENT))
    data["variables"] = {
        name: variable.model_dump(mode="python", exclude_unset=True) | {"type": variable.type.value}
        for name, variable in spec.variables.items()
    }
    if model_extra:
        data["model_extra"] = dict(model_extra)
    return {key: value for key, value in data.items() if value}


def origin_of(version: PromptVersion) -> Mapping[str, Any]:
    """What an import once kept in the file under `x-imported`."""
    kept = version.document.data.get("x-imported")
    return kept if isinstance(kept, dict) else {}
