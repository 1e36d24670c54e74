"""The formats an import knows, and telling which one a file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from botops.domain.errors import UserError
from botops.evals.importing import langfuse, langsmith, openai, promptfoo, rows
from botops.evals.importing.entry import Entry, Source
from botops.evals.importing.reading import Reading
from botops.evals.importing.talks import Talk

Format = Literal["jsonl", "csv", "openai", "langfuse", "langsmith", "promptfoo"]
FORMATS: tuple[Format, ...] = get_args(Format)

_READERS: Mapping[Format, Callable[[Reading], Iterator[Talk]]] = MappingProxyType({
    "jsonl": rows.talks, "csv": rows.talks, "openai": openai.talks, "langfuse": langfuse.talks,
    "langsmith": langsmith.talks, "promptfoo": promptfoo.talks,
})  # fmt: skip
_TOOLS: Mapping[Format, Callable[[Entry], bool]] = MappingProxyType({
    "openai": openai.recognises, "langfuse": langfuse.recognises, "langsmith": langsmith.recognises,
    "promptfoo": promptfoo.recognises,
})  # fmt: skip
_LOOKED_AT = 20


def guess(source: Source) -> Format:
    """The one format that rows of a file can be. Raises UserError when there is none or more than one."""
    first = [row for row, _ in zip(source.rows("data", "runs", "examples", "traces"), range(_LOOKED_AT), strict=False)]
    if not source.entries or not any(entry.data for entry in source.entries):
        raise UserError(f"{source.file}: there is nothing in it to import")
    first = [row for row in (*source.entries[:1], *first) if isinstance(row.data, Mapping)]
    found = [form for form, recognises in _TOOLS.items() if any(recognises(row) for row in first)]
    plain: Format = "csv" if source.form == "table" else "jsonl"
    if any(rows.recognises(row) for row in first):
        found.append(plain)
    if len(found) == 1:
        return found[0]
    if not found and source.form == "table":
        return plain
    said = f"could be {' or '.join(found)}" if found else "is of none of the formats that can be told by their keys"
    raise UserError(f"{source.file} {said}: say which with --from ({', '.join(FORMATS)})")


def read_talks(form: Format, reading: Reading) -> Iterator[Talk]:
    """The dialogues and tests of a file. What cannot be read or has no place here is noted in `reading.notes`; raises
    UserError when nothing can be read at all."""
    return _READERS[form](reading)
