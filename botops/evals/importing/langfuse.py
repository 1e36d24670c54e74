"""Langfuse: dataset items, traces, observations and sessions, as exported (JSON, JSONL, CSV) or given by its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from botops.evals.importing.entry import Entry
from botops.evals.importing.messages import NoTalkError, conversation, reply
from botops.evals.importing.reading import Reading
from botops.evals.importing.talks import Said, Talk, text_of, texts_of, time_of
from botops.evals.importing.threads import joined

_GENERATION = "GENERATION"
_ITEM_KEYS = ("expectedOutput", "datasetId", "datasetName", "sourceTraceId", "sourceObservationId")
_TRACE_KEYS = ("sessionId", "userId", "release", "bookmarked", "environment", "htmlPath")
_LEFT_OUT = ("scores", "comments", "mediaReferences")


def talks(reading: Reading) -> Iterator[Talk]:
    """The dialogues and questions of a Langfuse export; traces of one session are one dialogue."""
    rows = reading.source.rows("data", "traces")
    yield from joined(reading.talks(rows, lambda row: _talks(reading, row)))


def recognises(row: Entry) -> bool:
    """True for a row that only this format can be."""
    there = set(row.data)
    item = "input" in there and bool(there & {*_ITEM_KEYS})
    trace = {"input", "output"} <= there and len(there & {*_TRACE_KEYS}) > 1
    return item or trace or {"traceId", "startTime"} <= there or {"observations", "scores"} <= there


def _talks(reading: Reading, row: Entry) -> Iterator[Talk]:
    for name in _LEFT_OUT:
        if (found := row.get(name)) is not None and found.unpacked().data not in ("", [], {}):
            reading.notes.left_out(found, f"`{name}`")
    if row.get("observations") is not None:
        yield from _of_trace(reading, row)
    elif row.get("startTime") is not None:
        yield from _observation(reading, row)
    elif any(key in row.data for key in ("expectedOutput", "datasetId", "sourceTraceId")):
        yield from _item(reading, row)
    else:
        yield from _trace(reading, row)


def _of_trace(reading: Reading, row: Entry) -> Iterator[Talk]:
    """A trace with its observations: what was said is in the trace itself, else in its calls of models."""
    own = []
    if _filled(row.get("input")) is not None:
        with suppress(NoTalkError):  # its input is a function's arguments; the calls of models inside hold messages
            own = list(_trace(reading, row))
    yield from own
    for observation in row.at("observations").items() if not own else ():
        if isinstance(observation.data, dict):
            yield from _observation(reading, observation)


def _item(reading: Reading, row: Entry) -> Iterator[Talk]:
    if text_of(row.get("status")) == "ARCHIVED":
        reading.notes.left_out(row, "an archived item")
        return
    key = text_of(row.get("id"))
    named = text_of(row.get("datasetName"))
    source = text_of(row.get("sourceTraceId"))
    origin = "".join((
        f"langfuse dataset item {key or '?'}", f" ({named})" if named else "", f", trace {source}" if source else ""
    ))  # fmt: skip
    extra = reading.expected_output(_filled(row.get("expectedOutput")))
    yield Talk(
        row, "langfuse", tuple(_input(reading, row)), key, origin, None, texts_of(reading.field(row, "tags")),
        {**_known(reading, row), **extra}, asked=True,
    )  # fmt: skip


def _trace(reading: Reading, row: Entry) -> Iterator[Talk]:
    key = text_of(row.get("id"))
    session = text_of(row.get("sessionId"))
    origin = f"langfuse session {session}" if session else f"langfuse trace {key or '?'}"
    yield Talk(
        row, "langfuse", (*_input(reading, row), *_output(reading, row)), key, origin,
        time_of(reading.field(row, "at", "timestamp", "createdAt")), texts_of(reading.field(row, "tags")),
        _known(reading, row), thread=session,
    )  # fmt: skip


def _observation(reading: Reading, row: Entry) -> Iterator[Talk]:
    kind = text_of(row.get("type"))
    if kind is not None and kind.upper() != _GENERATION:
        reading.notes.left_out(row, f"an observation of the type {kind}: a {_GENERATION} is what a model was asked")
        return
    key, trace, session = (text_of(row.get(name)) for name in ("id", "traceId", "sessionId"))
    yield Talk(
        row, "langfuse", (*_input(reading, row), *_output(reading, row)), key,
        f"langfuse session {session}" if session else f"langfuse trace {trace or '?'}",
        time_of(reading.field(row, "at", "startTime")), texts_of(reading.field(row, "tags")), _known(reading, row),
        thread=session or trace,
    )  # fmt: skip


def _known(reading: Reading, row: Entry) -> dict[str, str]:
    """Circumstances that a row, or its metadata, tells under the names they have here."""
    inner = [row.get("input"), row.get("metadata"), row]
    return {name: value for part in inner if part is not None for name, value in reading.known(part.unpacked()).items()}


def _input(reading: Reading, row: Entry) -> list[Said]:
    chosen = reading.line(row)
    if chosen is not None:
        return chosen
    asked = _filled(row.get("input"))
    if asked is None:
        raise row.fault("without an `input`: export it with inputs and outputs", "no-input")
    return conversation(asked, reading.notes)


def _output(reading: Reading, row: Entry) -> list[Said]:
    answer = _filled(reading.field(row, "reply", "output"))
    return reply(answer, reading.notes) if answer is not None else []


def _filled(entry: Entry | None) -> Entry | None:
    """A value that is there; an empty cell of a table is none."""
    return None if entry is None or entry.unpacked().data in ("", [], {}, None) else entry
