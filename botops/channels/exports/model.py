"""What every export becomes first: who wrote what, where and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from botops.channels.exports.moments import Order
from botops.claims.dialogues import Dialogue
from botops.domain.errors import UserError
from botops.domain.messages import Role
from botops.domain.problems import Problem

Format = Literal["botops", "json", "table", "whatsapp", "telegram"]
FORMATS: tuple[Format, ...] = get_args(Format)
Skipped = Literal["service", "empty"]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of an export. `talk` names the chat it stands in, `author` who wrote it, as the export says; `at` may
    be naive: it is then a time of the company's own zone. `line` is where it stands in its file, 0 where files have no
    lines."""

    line: int
    talk: str
    author: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person says about an export where what is guessed does not fit.

    `columns` are headers by field, `order` that of day, month and year, `bots` the authors who are the bot, everybody
    else being clients, or `roles` whose side single authors are on; `sheet` is the sheet of a workbook.
    """

    form: Format | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    bots: tuple[str, ...] = ()
    sheet: str | None = None


@dataclass
class Export:
    """A file as it was understood.

    `said` are its messages in the order of the file; `dialogues` stand in their place in botops' own format, where
    nothing is to be guessed. `headers` are a table's, `columns` which of them was read as which field. `roles` are the
    authors' sides, guessed unless said. `order` is that of day and month in its dates, None where none are written in
    figures alone, `order_certain` whether the file leaves no doubt about it. `whole` tells that chats are dialogues as
    they stand; others are cut where nobody wrote for a day. `skipped` counts what is no message. `prices` tells of a
    table without messages that it looks like a price list.
    """

    file: str
    form: Format
    said: list[Said] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    headers: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    order: Order | None = None
    order_certain: bool = True
    whole: bool = False
    prices: bool = False
    skipped: Counter[Skipped] = field(default_factory=Counter)
    clients: set[str] = field(default_factory=set)
    """Authors that the export itself tells to be the other side: a chat is named after its client."""
    bots: set[str] = field(default_factory=set)

    @property
    def undated(self) -> int:
        """Messages without a time."""
        return sum(message.at is None for message in self.said)

    def fault(self, line: int, message: str, rule: str, path: str = "", column: int = 1) -> Problem:
        """A complaint about a line of the file, or about all of it where lines are not known."""
        return Problem(self.file, line, column if line else 0, path, message, rule=rule)


def unusable(file: str, message: str, rule: str, line: int = 0, column: int = 1) -> UserError:
    """The error of a file nothing can be taken from."""
    return UserError(problems=[Problem(file, line, column if line else 0, "", message, rule=rule)])
