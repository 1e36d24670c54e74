"""What kinds of files, fields and orders of dates are called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from botops.channels.exports import Format, Order
from botops.channels.exports.model import Skipped
from botops.console import formats
from botops.console.i18n import N_, _, ngettext
from botops.domain.errors import UserError
from botops.domain.problems import Problem

_FORMS: Mapping[Format, str] = {
    "botops": N_("dialogues in botops' own format"), "json": N_("JSON of another tool"), "table": N_("a table"),
    "whatsapp": N_("chats of WhatsApp"), "telegram": N_("chats of Telegram"),
}  # fmt: skip
_FIELDS: Mapping[str, str] = {
    "text": N_("Message"), "author": N_("Who wrote"), "talk": N_("Dialogue or client"), "at": N_("Date"),
    "time": N_("Time of day"), "client": N_("Words of the client"), "bot": N_("Reply of the bot"),
}  # fmt: skip
_ORDERS: Mapping[Order, str] = {
    "dmy": N_("day first: 31.12"), "mdy": N_("month first: 12/31"), "ymd": N_("year first"),
}  # fmt: skip
_FAULTS: Mapping[str, str] = {
    "bad-time": N_("the time cannot be read: write it as 31.05.2026 18:30"),
    "bad-json": N_("this is no JSON: export the file again, whole"),
    "column-map": N_("it is not clear which column holds the messages and which who wrote them: say it below"),
    "no-rows": N_("there are no rows under the header: export the chats again"),
    "bad-role": N_("it is not clear who said this: the client or the bot"),
    "bad-content": N_("the message has no text"),
    "bad-id": N_("the dialogue has no name or number"),
}
_UNREADABLE: Mapping[str, str] = {
    "too-large": N_("The file is larger than 64 MB: split it, or export fewer chats at a time."),
    "no-rows": N_("There is nothing in the file to read: export the chats again."),
    "encoding": N_("The text is not saved as UTF-8: save it again in UTF-8."),
    "unreadable": N_("The file cannot be opened: export it again."),
    "damaged-workbook": N_("This is not a readable XLSX file. Open it in Excel and save it again, or export it anew."),
    "damaged-text": N_("This is not a text table. Open it in Excel and save it as XLSX or CSV UTF-8."),
    "unreadable-table": N_("No table can be read in this file. Open it in Excel and save it as XLSX or CSV UTF-8."),
    "syntax": N_("The columns of this table cannot be told apart. Open it in Excel and save it as XLSX or CSV UTF-8."),
    "picture": N_("This is a picture, whatever its name says. Export the chat as text or as a table."),
    "pdf": N_("This is a PDF. Export the chat as text or as a table."),
    "old-excel": N_("This is an old Excel file, or one with a password. Save it as XLSX without a password."),
    "bad-export": N_(
        "This is not a chat export that is known here. Give a chat of WhatsApp or Telegram, a table CSV or XLSX, or "
        "JSON; one kind in an archive."
    ),
}
_MOST = 5
_QUOTED = re.compile(r"`([^`]+)`")


def form(value: Format) -> str:
    """What kind of export a file is."""
    return _(_FORMS[value])


def field(value: str) -> str:
    """What a column holds."""
    return _(_FIELDS[value])


def order(value: Order) -> str:
    """The order of day and month."""
    return _(_ORDERS[value])


def skipped(counts: Mapping[Skipped, int]) -> str:
    """What is no message."""
    service, empty = counts.get("service", 0), counts.get("empty", 0)
    said = []
    if service:
        one = ngettext("{n} note of the messenger", "{n} notes of the messenger", service)
        said.append(one.format(n=formats.number(service)))
    if empty:
        one = ngettext("{n} message without words", "{n} messages without words", empty)
        said.append(one.format(n=formats.number(empty)))
    return ", ".join(said)


def fault(found: Problem) -> str:
    """A complaint about a row in plain words, with its line and, of a time, what stands there."""
    said = _(_FAULTS.get(found.rule, N_("the row is not as a dialogue is written in such a file")))
    cell = _QUOTED.search(found.message) if found.rule == "bad-time" else None
    told = f"{said} («{cell[1]}»)" if cell is not None else said
    return _("Line {n}: {fault}").format(n=found.line, fault=told) if found.line else told


def unreadable(error: UserError) -> list[str]:
    """Why nothing can be taken from a file, in plain words, each reason once; its rows' complaints with their lines."""
    told = [_(_UNREADABLE[one.rule]) if one.rule in _UNREADABLE else fault(one) for one in error.problems[:_MOST]]
    return list(dict.fromkeys(told))
