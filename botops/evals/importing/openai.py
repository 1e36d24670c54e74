"""OpenAI's files: chat fine-tuning and preference rows, evals' items, stored completions, batches of requests."""

from __future__ import annotations

from collections.abc import Iterator

from botops.evals.importing.entry import Entry
from botops.evals.importing.messages import CIRCUMSTANCES, LINE, conversation, messages, reply
from botops.evals.importing.reading import Reading
from botops.evals.importing.talks import Said, Talk, text_of, texts_of, time_of

_IDEAL = ("ideal", "expected", "expected_output", "reference", "ground_truth", "answer", "correct_label", "label")
_SETTINGS = ("tools", "functions", "parallel_tool_calls", "tool_choice", "model", "usage", "sample",
             "non_preferred_output")  # fmt: skip


def talks(reading: Reading) -> Iterator[Talk]:
    """The dialogues and questions of an OpenAI file."""
    source = reading.source
    if len(source.entries) == 1 and _page_of_messages(source.entries[0]):
        yield from reading.talks(source.entries, lambda page: _listed(reading, page))
        return
    yield from reading.talks(source.rows("data"), lambda row: _talk(reading, row))


def recognises(row: Entry) -> bool:
    """True for a row that only this format can be."""
    data = row.data
    if row.get("object") is not None and data["object"] in ("chat.completion", "chat.completion.deleted"):
        return True
    plain = isinstance(data.get("messages"), list) and row.get("started_at", "inputs") is None
    item = isinstance(data.get("item"), dict)
    batch = row.get("custom_id") is not None and row.get("body") is not None
    legacy = row.get("ideal") is not None and row.get("input") is not None
    return plain or item or batch or legacy or row.get("preferred_output") is not None


def _page_of_messages(entry: Entry) -> bool:
    """The answer to the question which messages a stored completion had."""
    rows = list(entry.get("data").items()) if (entry.get("data")) is not None else []  # type: ignore[union-attr]
    return bool(rows) and all(row.get("role") is not None and row.get("choices") is None for row in rows)


def _listed(reading: Reading, page: Entry) -> Iterator[Talk]:
    said = messages(page.at("data"), reading.notes)
    key = text_of(page.get("first_id"))
    yield Talk(page, "openai", tuple(said), key.rpartition("-")[0] or key if key else None, _origin(page, key))


def _talk(reading: Reading, row: Entry) -> Iterator[Talk]:
    for name in _SETTINGS:
        if (setting := row.get(name)) is not None:
            reading.notes.left_out(setting, f"`{name}`")
    body = row.get("body", "item") or row
    key = text_of(reading.field(row, "id", "custom_id", "request_id")) or text_of(body.get("id"))
    asked = row.get("item", "ideal", "preferred_output") is not None
    said = reading.line(body) or _said(reading, body)
    answer = row.get("choices")
    said += reply(answer.at(0), reading.notes) if answer is not None and answer.data else []
    ideal = row.get("preferred_output") or (body.get(*_IDEAL) if asked else row.get("ideal"))
    extra = reading.expected_output(ideal)
    yield Talk(
        row, "openai", tuple(said), key, _origin(row, key), time_of(reading.field(row, "at", "created", "created_at")),
        texts_of(reading.field(row, "tags")), {**reading.known(row), **extra}, asked=asked,
    )  # fmt: skip


def _said(reading: Reading, body: Entry) -> list[Said]:
    listed = reading.field(body, "messages")
    if listed is not None:
        return messages(listed, reading.notes)
    if body.get("choices") is not None and body.get(*LINE) is None:
        advice = "add what GET /v1/chat/completions/{id}/messages gives under `messages`"
        raise body.fault(f"a stored completion without the messages it answers: {advice}", "no-messages")
    asked = body.get("input")
    read = (*CIRCUMSTANCES, *_IDEAL, *_SETTINGS, "id", "at", "created", "created_at", "tags")
    return conversation(asked if asked is not None else body, reading.notes, read)


def _origin(row: Entry, key: str | None) -> str:
    return f"openai {key}" if key else f"openai {row.where}"
