"""LangSmith: examples of datasets and runs, as exported (JSONL, JSON, CSV) or given by its API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from botops.evals.importing.entry import Entry
from botops.evals.importing.messages import conversation, reply
from botops.evals.importing.reading import Reading
from botops.evals.importing.talks import Said, Talk, text_of, texts_of, time_of
from botops.evals.importing.threads import joined

_THREAD = ("thread_id", "session_id", "conversation_id")
"""The keys of a run's metadata by which LangSmith puts runs into one thread."""
_PREFIXES = {"inputs": ("inputs.", "input_", "inputs_"), "outputs": ("outputs.", "output_", "outputs_")}
"""How the keys inside `inputs` and `outputs` are headed in a table."""


def talks(reading: Reading) -> Iterator[Talk]:
    """The questions of a dataset, or the dialogues of runs; runs of one thread are one dialogue."""
    rows = [_nested(row) for row in reading.source.rows("runs", "examples", "data")]
    whole = {_trace(row) for row in rows if _is_run(row) and _parent(row) is None}
    yield from joined(reading.talks(rows, lambda row: _talk(reading, row, whole)))


def recognises(row: Entry) -> bool:
    """True for a row that only this format can be."""
    there = set(row.data)
    headed = any(name.startswith(_PREFIXES["inputs"]) for name in there)
    return ({"inputs", "outputs"} <= there and "messages" not in there) or ("dataset_id" in there and headed)


def _nested(row: Entry) -> Entry:
    """A row of a table with `inputs` and `outputs` as mappings, whether each key had a column or all of them one."""
    if not isinstance(row.data, dict) or "inputs" in row.data:
        return row
    data = dict(row.data)
    headers: dict[tuple[str, str], str] = {}
    for whole, prefixes in _PREFIXES.items():
        for name in row.data:
            prefix = next((p for p in prefixes if name.startswith(p)), None)
            if prefix is not None and len(name) > len(prefix):
                data.setdefault(whole, {})[name[len(prefix) :]] = data.pop(name)
                headers[whole, name[len(prefix) :]] = name
    depth = len(row.path)

    def place(path: tuple[str | int, ...]) -> tuple[int, int]:
        inner = path[depth : depth + 2]
        header = headers.get((str(inner[0]), str(inner[1]))) if len(inner) == 2 else None
        return row.place((*row.path, header) if header else path)

    return replace(row, data=data, place=place)


def _is_run(row: Entry) -> bool:
    return row.get("run_type", "start_time", "trace_id") is not None


def _parent(row: Entry) -> str | None:
    return text_of(row.get("parent_run_id"))


def _trace(row: Entry) -> str | None:
    return text_of(row.get("trace_id", "id", "run_id"))


def _talk(reading: Reading, row: Entry, whole: set[str | None]) -> Iterator[Talk]:
    asked = reading.line(row)
    inputs = row.get("inputs")
    if asked is None:
        if inputs is None:
            raise row.fault("without `inputs`: nothing was asked", "no-input")
        asked = conversation(inputs, reading.notes)
    yield from _run(reading, row, asked, whole) if _is_run(row) else _example(reading, row, asked)


def _example(reading: Reading, row: Entry, asked: list[Said]) -> Iterator[Talk]:
    key = text_of(row.get("id", "example_id"))
    outputs = row.get("outputs")
    extra = reading.expected_output(outputs)
    if outputs is not None and not extra and outputs.unpacked().data not in ({}, "", []):
        reading.notes.left_out(outputs, "the reference output, in which no text of a reply could be told")
    if row.get("attachments") is not None and row.data["attachments"] not in ({}, "", "{}"):
        reading.notes.lost(row.at("attachments"), "attachments: only texts can be said again")
    yield Talk(
        row, "langsmith", tuple(asked), key, f"langsmith example {key}" if key else f"langsmith {row.where}", None,
        texts_of(reading.field(row, "tags", "split")), {**_known(reading, row), **extra}, asked=True,
    )  # fmt: skip


def _run(reading: Reading, row: Entry, asked: list[Said], whole: set[str | None]) -> Iterator[Talk]:
    parent, kind = _parent(row), text_of(row.get("run_type"))
    if parent is not None and (_trace(row) in whole or kind not in (None, "llm")):
        reading.notes.left_out(row, "a step inside another run")
        return
    key = text_of(row.get("id", "run_id"))
    outputs = reading.field(row, "reply", "outputs")
    thread = _thread(row)
    yield Talk(
        row, "langsmith", (*asked, *(reply(outputs, reading.notes) if outputs is not None else ())), key,
        f"langsmith thread {thread}" if thread else f"langsmith run {key or '?'}",
        time_of(reading.field(row, "at", "start_time")), texts_of(reading.field(row, "tags")), _known(reading, row),
        thread=thread,
    )  # fmt: skip


def _metadata(row: Entry) -> Entry | None:
    extra = row.get("extra")
    inner = extra.unpacked().get("metadata") if extra is not None else None
    found = inner if inner is not None else row.get("metadata")
    return found.unpacked() if found is not None else None


def _thread(row: Entry) -> str | None:
    metadata = _metadata(row)
    return text_of(metadata.get(*_THREAD)) if metadata is not None else text_of(row.get("thread_id"))


def _known(reading: Reading, row: Entry) -> dict[str, str]:
    inner = [row.get("inputs"), _metadata(row), row]
    return {name: value for part in inner if part is not None for name, value in reading.known(part.unpacked()).items()}
