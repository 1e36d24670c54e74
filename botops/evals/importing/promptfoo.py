"""promptfoo: the tests of a configuration or of a test file, in YAML, JSON, JSONL or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botops.domain.errors import UserError
from botops.evals.importing.asserts import Assertions, from_cell
from botops.evals.importing.entry import Entry, NotFollowedError, Source
from botops.evals.importing.messages import CIRCUMSTANCES, LINE, NoTalkError, conversation
from botops.evals.importing.reading import Reading
from botops.evals.importing.rows import asking
from botops.evals.importing.talks import Said, Talk, text_of, texts_of
from botops.evals.importing.threads import joined

_TESTS_TOO = ("scenarios", "redteam", "assertScoringFunction")
"""Parts of a configuration that ask something as well."""
_EXPECTED, _DESCRIPTION, _METADATA = "__expected", "__description", "__metadata:"
_EVERY_CHECK = "`threshold`: here every check has to be met"
_TEST_KEYS = frozenset({"vars", "assert", "description", "metadata", "options", "threshold"})


@dataclass(frozen=True, slots=True)
class _Config:
    """What holds for every test: the default test and the named assertions; and the files read so far."""

    default: Entry | None = None
    templates: Entry | None = None
    files: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)

    @property
    def variables(self) -> dict[str, Entry]:
        """The default test's variables."""
        held = self.default.get("vars") if self.default is not None else None
        return dict(held.members()) if held is not None else {}


def talks(reading: Reading) -> Iterator[Talk]:
    """The tests of a promptfoo file. Tests of one `conversationId` are turns of one dialogue."""
    yield from joined(_all(reading, reading.source, _Config(files={reading.source.file})))


def recognises(row: Entry) -> bool:
    """True for a row that only this format can be."""
    there = set(row.data)
    config = "tests" in there and bool(there & {"prompts", "providers", "defaultTest", "targets"})
    test = isinstance(row.data.get("vars"), Mapping) or isinstance(row.data.get("assert"), list)
    return config or test or any(isinstance(name, str) and name.startswith(_EXPECTED) for name in there)


def _all(reading: Reading, source: Source, config: _Config) -> Iterator[Talk]:
    for entry in source.entries:
        if source.form == "table":
            yield from _tests(reading, _from_table(entry), config)
        elif isinstance(entry.data, Mapping) and "tests" in entry.data:
            yield from _of_config(reading, entry, config)
        elif isinstance(entry.data, list):
            yield from _listed(reading, entry, config)
        else:
            yield from _tests(reading, entry, config)


def _of_config(reading: Reading, entry: Entry, config: _Config) -> Iterator[Talk]:
    default = entry.get("defaultTest")
    if default is not None and isinstance(default.data, str):
        found = list(_followed(reading, default, config))
        default = found[0].entries[0] if found and found[0].entries else None
    for key, part in entry.members():
        if key in _TESTS_TOO:
            reading.notes.lost(part, f"`{key}`: only `tests` are taken over")
        elif key not in ("tests", "defaultTest", "description", "assertionTemplates") and not key.startswith("$"):
            reading.notes.left_out(part, f"`{key}`")
    config = replace(config, default=default, templates=entry.get("assertionTemplates"))
    yield from _listed(reading, entry.at("tests"), config)


def _listed(reading: Reading, tests: Entry, config: _Config) -> Iterator[Talk]:
    """Tests as a list, a path, or a list in which paths stand as well."""
    if isinstance(tests.data, str):
        for source in _followed(reading, tests, config):
            yield from _all(reading, source, config)
        return
    if not isinstance(tests.data, list):
        reading.notes.lost(tests, "tests made by a program: run it and import what it makes")
        return
    for test in tests.items():
        if isinstance(test.data, str):
            yield from _listed(reading, test, config)
        elif test.get("path") is not None and not _TEST_KEYS & set(test.data):
            reading.notes.lost(test, "tests made by a program: run it and import what it makes")
        else:
            yield from _tests(reading, test, config)


def _followed(reading: Reading, reference: Entry, config: _Config) -> Iterator[Source]:
    name = str(reference.data).removeprefix("file://")
    if reading.source.follow is None:
        reading.notes.lost(reference, f"`{name}`: files are followed from a file, not from stdin")
        return
    try:
        source = reading.source.follow(name)
    except NotFollowedError as error:
        reading.notes.lost(reference, f"`{name}`: {error}")
        return
    except UserError as error:
        reading.notes.kept += error.problems
        return
    if source.file in config.files:
        reading.notes.lost(reference, f"`{name}` was read already")
        return
    config.files.add(source.file)
    yield source


def _from_table(row: Entry) -> Entry:
    """A row of a table in the form of a test."""
    data: dict[str, Any] = {"vars": {}, "assert": [], "metadata": {}, "options": {}}
    headers: dict[tuple[str, str | int], str] = {}
    for name, cell in row.members():
        if cell.data in (None, ""):
            continue
        place: tuple[str, str | int] = ("vars", name)
        if name.startswith(_EXPECTED):
            place = ("assert", len(data["assert"]))
            data["assert"].append(from_cell(cell).data)
        elif name == _DESCRIPTION:
            data["description"] = cell.data
        elif name.startswith(_METADATA):
            place = ("metadata", name.removeprefix(_METADATA).removesuffix("[]"))
            data["metadata"][place[1]] = cell.data
        elif name.startswith("__"):
            place = ("options", name.removeprefix("__"))
            data["options"][place[1]] = cell.data
        else:
            data["vars"][name] = cell.data
        headers[place] = name
    depth = len(row.path)

    def at(path: tuple[str | int, ...]) -> tuple[int, int]:
        inner = path[depth : depth + 2]
        header = headers.get((str(inner[0]), inner[1])) if len(inner) == 2 else None
        return row.place((*row.path, header) if header is not None else row.path)

    return replace(row, data=data, place=at)


def _tests(reading: Reading, test: Entry, config: _Config) -> Iterator[Talk]:
    yield from reading.talks([test], lambda row: _talks(reading, row, config))


def _talks(reading: Reading, test: Entry, config: _Config) -> Iterator[Talk]:
    variables = _variables(test, config)
    metadata = test.get("metadata")
    description = text_of(test.get("description"))
    checks = tuple(_checks(reading, test, config, variables))
    said, used = _said(reading, test, config, variables)
    for name, value in variables.items():
        place = f"{value.file} {value.path}"  # of the default test's variables once, not with every test
        if place not in config.noted and name not in (used, *CIRCUMSTANCES) and not _is_asked(test, config, name):
            config.noted.add(place)
            reading.notes.left_out(value, f"the variable `{name}`: prompts here have variables of their own")
    known = {name: text_of(variables.get(name)) for name in CIRCUMSTANCES}
    extra = {"x-description": description} if description else {}
    thread = text_of(metadata.get("conversationId")) if metadata is not None else None
    for one in said:
        yield Talk(
            test, "promptfoo", asking(one, checks), None, f"promptfoo {test.where}", None,
            texts_of(metadata.get("tags")) if metadata is not None else (),
            {**{name: value for name, value in known.items() if value is not None}, **extra},
            asked=True, thread=thread, name=description or "",
        )  # fmt: skip


def _variables(test: Entry, config: _Config) -> dict[str, Entry]:
    own = test.get("vars")
    if own is not None and isinstance(own.data, str):
        raise own.fault("variables in another file are not followed: write them out here", "no-client-line")
    return {**config.variables, **dict(own.members() if own is not None else ())}


def _checks(reading: Reading, test: Entry, config: _Config, variables: Mapping[str, Entry]) -> Iterator[dict[str, Any]]:
    options = test.get("options")
    for name, value in options.members() if options is not None else ():
        if name in ("transform", "prefix", "suffix", "transformVars"):
            reading.notes.lost(value, f"`{name}`: what is sent and what comes back is not rewritten here")
        elif name == "threshold":
            reading.notes.lost(value, _EVERY_CHECK)
        elif name != "disableDefaultAsserts":
            reading.notes.left_out(value, f"`{name}`")
    threshold = test.get("threshold")
    if threshold is not None:
        reading.notes.lost(threshold, _EVERY_CHECK)
    if options is not None and options.get("transform") is not None:
        return
    texts = {name: text for name, value in variables.items() if (text := value.text()) is not None}
    assertions = Assertions(reading.notes, reading.catalogue, texts, config.templates)
    spared = options.get("disableDefaultAsserts") if options is not None else None
    if config.default is not None and not (spared is not None and spared.data is True):
        yield from assertions.checks(config.default.get("assert"))
    yield from assertions.checks(test.get("assert"))


def _said(
    reading: Reading, test: Entry, config: _Config, variables: Mapping[str, Entry]
) -> tuple[list[list[Said]], str]:
    """What is said in a test, once for each value of a list of texts; and the variable that held it."""
    named = reading.columns.get("client")
    if named is not None and named not in variables:
        raise test.fault(f"no variable `{named}`, which was said to hold the client's words", "no-client-line")
    mine = {name: value for name, value in variables.items() if name not in CIRCUMSTANCES}
    if named is None and not mine:
        raise test.fault("a test without variables: there is nothing a client could say", "no-client-line")
    own = {n: value for n, value in mine.items() if n not in config.variables and not _is_asked(test, config, n)}
    chosen = named or _client_variable(own or mine)
    value = variables[chosen]
    if isinstance(value.data, str) and value.data.startswith("file://"):
        raise value.fault("what the client says stands in another file: write it out here", "no-client-line")
    if isinstance(value.data, list) and all(isinstance(item, str) for item in value.data):
        return [conversation(item, reading.notes) for item in value.items()], chosen
    said = conversation(value, reading.notes)
    before = mine.get("messages")  # a fixture of history beside the question
    if before is not None and chosen != "messages" and isinstance(before.data, list):
        said = [*conversation(before, reading.notes), *said]
    return [said], chosen


def _client_variable(variables: Mapping[str, Entry]) -> str:
    if len(variables) == 1:
        return next(iter(variables))
    for name in (*LINE, "messages"):
        if name in variables:
            return name
    listed = ", ".join(f"`{name}`" for name in list(variables)[:8])
    raise NoTalkError(f"it cannot be told which of {listed} is what the client writes")


def _is_asked(test: Entry, config: _Config, name: str) -> bool:
    """True for a variable that a check is made of."""
    listed = [test.get("assert"), config.default.get("assert") if config.default is not None else None]
    return any(f"{{{{{name}}}}}" in str(part.data).replace(" ", "") for part in listed if part is not None)
