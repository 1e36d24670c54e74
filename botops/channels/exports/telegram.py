"""Telegram's export of one chat or of all: `result.json`, or pages of HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any

from botops.channels.exports.model import Choice, Export, Said, unusable
from botops.channels.exports.moments import moment_of, since_1970, tidy

_ONE_CLIENT = frozenset({"personal_chat"})
_ONE_BOT = frozenset({"bot_chat"})
_PAGE = re.compile(r'class="(?:[^"]*\s)?(?:message default|page_wrap)')
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def recognises_json(data: Any) -> bool:
    """True for an export of one chat, or of an account."""
    if not isinstance(data, Mapping):
        return False
    chats = data.get("chats")
    if isinstance(chats, Mapping) and isinstance(chats.get("list"), list):
        return True
    messages = data.get("messages")
    return isinstance(messages, list) and "type" in data and any(
        isinstance(m, Mapping) and ("from_id" in m or "actor_id" in m) for m in messages[:50]
    )  # fmt: skip


def recognises_html(text: str) -> bool:
    """True for a page of an export."""
    return "tgme" in text[:5000] or _PAGE.search(text[:20_000]) is not None


def read_telegram_json(file: str, text: str, _choice: Choice) -> Export:
    """Every chat of an export in JSON. Raises UserError for another file."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not JSON ({error.msg}): was it copied to its end? Export the chat again"
        raise unusable(file, message, "bad-json", error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise unusable(file, "not an export of Telegram: nested too deep or a number too long", "bad-json") from error
    if not recognises_json(data):
        raise unusable(file, "not an export of Telegram: choose `Machine-readable JSON` when exporting", "bad-export")
    export = Export(file, "telegram")
    inner = data.get("chats")
    chats = inner["list"] if isinstance(inner, Mapping) else [data]
    for number, chat in enumerate(chats, 1):
        if isinstance(chat, Mapping) and isinstance(chat.get("messages"), list):
            _chat(export, chat, number)
    return export


def _chat(export: Export, chat: Mapping[str, Any], number: int) -> None:
    name = tidy(str(chat.get("name") or ""))
    talk = f"{name or 'chat'} · {chat['id']}" if isinstance(chat.get("id"), str | int) else name or f"chat {number}"
    if name and chat.get("type") in _ONE_CLIENT:
        export.clients.add(name)
    elif name and chat.get("type") in _ONE_BOT:
        export.bots.add(name)
    for message in chat["messages"]:
        if not isinstance(message, Mapping) or message.get("type") != "message":
            export.skipped["service"] += 1
            continue
        text = _text(message.get("text"))
        if not text.strip():
            export.skipped["empty"] += 1
            continue
        author = tidy(str(message.get("from") or message.get("from_id") or "?"))
        export.said.append(Said(0, talk, author, text, _at(export, message)))


def _text(value: Any) -> str:
    """A text, or pieces of one with their formatting."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    return _text(value.get("text")) if isinstance(value, Mapping) else ""


def _at(export: Export, message: Mapping[str, Any]) -> datetime | None:
    exact = message.get("date_unixtime")
    if isinstance(exact, str | int) and str(exact).isdecimal() and len(str(exact)) < 12:
        return since_1970(float(exact))
    written = str(message.get("date") or "")
    found = moment_of(written)
    if found is None and written:
        said = f"message {message.get('id')}: `{written[:40]}` is no time"
        export.problems.append(export.fault(0, said, "bad-time"))
    return found


def read_telegram_html(file: str, text: str, _choice: Choice) -> Export:
    """The messages of a page. Raises UserError for another page."""
    export = Export(file, "telegram")
    page = _Page(export)
    page.feed(text)
    page.close()
    page.end()
    if not export.said and not export.skipped:
        raise unusable(file, "no messages of Telegram in it: give messages.html of an exported chat", "bad-export", 1)
    talk = tidy(page.title) or PurePath(file).stem
    export.said = [Said(s.line, talk, s.author, s.text, s.at) for s in export.said]
    if any(s.author == talk for s in export.said):
        export.clients = {talk}
    return export


class _Page(HTMLParser):
    """Collects messages: `message default` with `date`, `from_name` and `text` in it. One that is `joined` has no name:
    it goes on with the author before."""

    def __init__(self, export: Export) -> None:
        super().__init__(convert_charrefs=True)
        self._export = export
        self._around: list[frozenset[str]] = []
        """Classes of the elements that are open."""
        self._title: list[str] = []
        self._name: list[str] = []
        self._text: list[str] = []
        self._when = ""
        self._line = 0

    @property
    def title(self) -> str:
        """The chat's name."""
        return "".join(self._title)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and self._within("text"):
            self._text.append("\n")
        if tag in _VOID:
            return
        values = dict(attrs)
        classes = frozenset((values.get("class") or "").split())
        self._around.append(classes)
        if "message" in classes:
            self.end()
            self._line = self.getpos()[0] if "default" in classes else 0
            self._export.skipped["service"] += "service" in classes
        elif self._within("forwarded"):
            return  # whom it is from first is neither its author nor its time
        elif "date" in classes:
            self._when = values.get("title") or self._when
        elif "from_name" in classes:
            self._name = []

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._around:
            self._around.pop()

    def handle_data(self, data: str) -> None:
        if self._within("page_header"):
            if self._within("text"):
                self._title.append(data)
        elif self._within("from_name"):
            if not self._within("forwarded"):
                self._name.append(data)
        elif self._within("text"):
            self._text.append(data)

    def end(self) -> None:
        """Keeps the message that was read."""
        text = "".join(self._text).strip("\n ")
        if self._line and text:
            at = moment_of(self._when)
            if at is None:
                fault = self._export.fault(self._line, f"`{self._when[:40]}` is no time", "bad-time")
                self._export.problems.append(fault)
            author = tidy("".join(self._name)) or "?"
            self._export.said.append(Said(self._line, "", author, text, at))
        elif self._line:
            self._export.skipped["empty"] += 1
        self._text, self._when, self._line = [], "", 0

    def _within(self, name: str) -> bool:
        return any(name in classes for classes in self._around)
