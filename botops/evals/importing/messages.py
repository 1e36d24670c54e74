"""Messages in all the forms in which tools write them down: OpenAI's, LangChain's, promptfoo's, plain texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from botops.evals.importing.entry import Entry
from botops.evals.importing.notes import Notes
from botops.evals.importing.talks import Said, Speaker, time_of

_ROLES: Mapping[str, Speaker] = {
    "user": "user", "human": "user", "client": "user", "customer": "user",
    "assistant": "assistant", "ai": "assistant", "model": "assistant", "bot": "assistant", "agent": "assistant",
    "manager": "assistant", "operator": "assistant",
    "клиент": "user", "бот": "assistant", "менеджер": "assistant", "оператор": "assistant",
    "tool": "tool", "function": "tool",
}  # fmt: skip
_PROMPTS = frozenset({"system", "developer"})
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})
CIRCUMSTANCES = ("language", "channel", "region", "segment", "owner")
"""Keys of a case that rows may tell under the same names."""
LINE = ("question", "query", "message", "user_input", "user_message", "prompt", "text", "input", "content")
"""Keys under which tools keep the one line that a client wrote, in the order they are looked for."""
_HISTORY = ("chat_history", "history", "conversation")
_REPLY = ("output", "answer", "response", "reply", "result", "completion", "text", "content")


class NoTalkError(ValueError):
    """A value in which nobody says anything that could be recognised. The message says why."""


def conversation(entry: Entry, notes: Notes, read: Collection[str] | None = CIRCUMSTANCES) -> list[Said]:
    """What was said, ending with the client's message, in a value that is a text, messages, or a mapping with them.

    Other keys of a mapping are noted as left out, but for those `read` elsewhere; none are with None. Raises
    NoTalkError when it cannot be told who said what, UserError for messages that are none.
    """
    entry = entry.unpacked()
    text = entry.text()
    if text is not None:
        return [Said("user", text)] if text.strip() else []
    if isinstance(entry.data, list):
        inner = list(entry.items())
        if len(inner) == 1 and isinstance(inner[0].data, str | list) and not _pair(inner[0].data):
            return conversation(inner[0], notes)  # a batch of one, as model calls are logged
        return messages(entry, notes)
    if not isinstance(entry.data, Mapping):
        raise NoTalkError("no text and no messages")
    return _of_mapping(entry, notes, read)


def _of_mapping(entry: Entry, notes: Notes, read: Collection[str] | None) -> list[Said]:
    if _is_message(entry.data):
        return list(_message(entry, notes))
    listed = entry.get("messages")
    if listed is not None:
        _leave_out(entry, notes, read, ("messages",))
        return conversation(listed, notes)
    called = entry.get("kwargs", "args")  # a traced Python function: Langfuse's decorator, LangSmith's
    if called is not None and set(entry.data) <= {"args", "kwargs"}:
        inner = next((e for e in (entry.get("kwargs"), entry.get("args")) if e is not None and e.data), None)
        if inner is None:
            raise NoTalkError("a call without arguments")
        return conversation(inner, notes, read)
    before = entry.get(*_HISTORY)
    said = messages(before, notes) if before is not None and isinstance(before.unpacked().data, list) else []
    line = _line(entry)
    if line is None:
        names = ", ".join(f"`{key}`" for key in list(entry.data)[:8])
        raise NoTalkError(f"it cannot be told which of {names} is what the client wrote")
    _leave_out(entry, notes, read, (str(line.path[-1]), *_HISTORY))
    return [*said, *conversation(line, notes)]


def _leave_out(entry: Entry, notes: Notes, read: Collection[str] | None, taken: Collection[str]) -> None:
    for key, value in entry.members() if read is not None else ():
        if key not in taken and read is not None and key not in read and value.data not in (None, "", [], {}):
            notes.left_out(value, f"`{key}`, which nothing is read from")


def _line(entry: Entry) -> Entry | None:
    line = entry.get(*LINE)
    if line is not None:
        return line
    told = {*_HISTORY, *CIRCUMSTANCES}
    inner = [value for key, value in entry.members() if key not in told and value.data is not None]
    return inner[0] if len(inner) == 1 and isinstance(inner[0].data, str | list | dict) else None


def reply(entry: Entry, notes: Notes) -> list[Said]:
    """What the bot said in a recorded output, nothing when there is no text in it. Raises UserError for messages that
    are none."""
    entry = entry.unpacked()
    text = entry.text()
    if text is not None:
        return [Said("assistant", text)] if text.strip() else []
    if isinstance(entry.data, list):
        if entry.data and all(isinstance(item, Mapping) and item.get("type") in _TEXT_PARTS for item in entry.data):
            return [Said("assistant", whole)] if (whole := _content(entry, notes)) else []
        inner = list(entry.items())
        return reply(inner[0], notes) if len(inner) == 1 else [s for s in messages(entry, notes) if s.role != "user"]
    if not isinstance(entry.data, Mapping):
        return []
    if _is_message(entry.data):
        return [said for said in _message(entry, notes) if said.role != "user"]
    inner_entry = entry.get("choices", "generations", "message", "messages", *_REPLY)
    if inner_entry is None:
        values = [value for _, value in entry.members() if value.data is not None]
        inner_entry = values[0] if len(values) == 1 else None
    if inner_entry is None:
        return []
    said = reply(inner_entry, notes)
    return said[-1:] if inner_entry.path[-1] == "messages" else said


def messages(entry: Entry, notes: Notes) -> list[Said]:
    """A list of messages. System messages are left out and noted. Raises UserError that points at what is none."""
    entry = entry.unpacked()
    if not isinstance(entry.data, list):
        raise entry.fault("a list of messages is needed", "bad-messages")
    return [said for item in entry.items() for said in _message(item, notes)]


def _pair(data: Any) -> bool:
    return isinstance(data, list) and len(data) == 2 and all(isinstance(part, str) for part in data)


def _is_message(data: Mapping[str, Any]) -> bool:
    if "role" in data and not isinstance(data["role"], Mapping | list):
        return True
    if data.get("lc") is not None and isinstance(data.get("kwargs"), Mapping):
        return True
    return isinstance(data.get("type"), str) and ("content" in data or isinstance(data.get("data"), Mapping))


def _message(entry: Entry, notes: Notes) -> Iterator[Said]:
    role, content = _parts(entry)
    name = role.data if role is not None else None
    if not isinstance(name, str):
        raise entry.fault("a message needs a role and a content", "bad-message")
    assert role is not None
    known = name.lower().removesuffix("chunk").removesuffix("message")
    if known in _PROMPTS:
        notes.left_out(entry, "a system message: the prompt that is tested speaks in its place")
        return
    speaker = _ROLES.get(known)
    if speaker is None and role.path[-1] == "type":  # an item that is no message: a call, its outcome, a thought
        notes.left_out(entry, f"an item of the type `{name}`, which is no message")
        return
    if speaker is None:
        raise role.fault(f"{name[:40]!r} is no role: user, assistant, tool and system are known", "bad-role")
    text = _content(content, notes) if content is not None else ""
    if text.strip():
        yield Said(speaker, text, at=time_of(entry.get("at")))
    elif entry.get("tool_calls", "function_call") is not None:
        notes.left_out(entry, "a call of a tool without words")


def _parts(entry: Entry) -> tuple[Entry | None, Entry | None]:
    """A message's role and content, wherever a tool has put them."""
    data = entry.data
    if _pair(data):
        return entry.at(0), entry.at(1)
    if not isinstance(data, Mapping):
        return None, None
    if isinstance(data.get("kwargs"), Mapping) and isinstance(data.get("id"), list) and data["id"]:
        return entry.at("id").at(len(data["id"]) - 1), entry.at("kwargs").get("content")
    if isinstance(data.get("type"), str) and isinstance(data.get("data"), Mapping):
        return entry.at("type"), entry.at("data").get("content")
    if data.get("role") is None and len(data) == 1 and next(iter(data)).lower() in {*_ROLES, *_PROMPTS}:
        only = next(iter(data))  # promptfoo's short form: `- user: text`
        return Entry(entry.file, only, entry.place, (*entry.path, only)), entry.get(only)
    return entry.get("role", "type"), entry.get("content", "text")


def _content(entry: Entry, notes: Notes) -> str:
    text = entry.text()
    if text is not None:
        return text
    said = []
    if not isinstance(entry.data, list):
        raise entry.fault("a message's content is a text or a list of parts", "bad-content")
    for part in entry.items():
        kind = part.get("type")
        inner = part if isinstance(part.data, str) else part.get("text", "refusal")
        if inner is not None and (kind is None or kind.data in _TEXT_PARTS) and inner.text() is not None:
            said.append(inner.text() or "")
        else:
            named = f"a part of the type `{kind.data}`" if kind is not None else "a part without text"
            notes.lost(part, f"{named}: only texts can be said again")
    return "\n".join(said)
