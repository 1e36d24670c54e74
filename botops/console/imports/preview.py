"""The second step: how a file was understood, and correcting it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from zlib import crc32

import streamlit as st

from botops.app.checks import reviewing
from botops.app.container import Container
from botops.app.imports.checking import dialogues
from botops.app.imports.desk import Taken
from botops.channels.exports import FIELDS, Choice, Export, Order
from botops.claims.dialogues import Dialogue
from botops.console import formats, frame, navigation, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.imports import labels, reads
from botops.console.safe import Html, tag
from botops.domain.messages import Message
from botops.store import mask

_SHOWN = 2
_MESSAGES = 4
_LONGEST = 600
_CHOICES: tuple[Order, ...] = ("dmy", "mdy")
_AUTHORS = 60
_NOTHING = ""


def section(container: Container, taken: Taken, export: Export) -> int:
    """Facts, corrections and the first dialogues; how many dialogues can be checked."""
    count = reads.dialogue_count(taken, export)
    parts.question(_("Was the file understood?"))
    frame.show(_facts(container, export, count), *_warnings(export, count))
    if export.prices:
        _price_list()
    if not export.dialogues:
        corrections(container, taken, export)
    for dialogue in islice(dialogues(container, export, reads.undated(taken)), _SHOWN):
        frame.show(_beginning(dialogue))
    return count


def _price_list() -> None:
    """Says where a price list goes."""
    frame.show(
        frame.alert("note", _("This looks like a price list, not like chats"), _("Price lists go to the page Prices."))
    )
    navigation.link("pricebook", _("Give a price list there"), ":material/sell:", view="new")


def corrections(container: Container, taken: Taken, export: Export) -> None:
    """Fields by which a person says what was guessed wrong. What is changed is read again at once."""
    choice = taken.choice
    if export.said:
        choice = _bots(container, taken, export, choice)
        if export.order is not None and export.order != "ymd":
            choice = _order(taken, export, choice)
    if export.headers:
        choice = _columns(taken, export, choice)
    day = _undated(container, taken, export)
    if choice != taken.choice or day != taken.undated:
        taken.choice, taken.undated = choice, day
        st.rerun()


def _facts(container: Container, export: Export, count: int) -> Html:
    moments = [m.at for m in export.said if m.at is not None]
    moments += [d.started_at for d in export.dialogues]
    messages = len(export.said) or sum(len(d.messages) for d in export.dialogues)
    rows: list[tuple[str, str | Html | None]] = [
        (_("This is"), labels.form(export.form)),
        (_("Dialogues with the bot"), formats.number(count)),
        (_("Messages"), formats.number(messages)),
        (_("From – to"), _span(moments) if moments else None),
        (_("Left out"), labels.skipped(export.skipped) if export.skipped.total() else None),
    ]
    if container.settings.privacy.mask:
        rows.append((_("Personal data"), _("phones, e-mails, ИИН and card numbers are hidden")))
    return parts.facts(rows)


def _span(moments: list[datetime]) -> str:
    days = sorted({moment.date() for moment in moments})
    first, last = formats.full_day(days[0]), formats.full_day(days[-1])
    return first if first == last else f"{first} – {last}"


def _warnings(export: Export, count: int) -> list[Html]:
    found = []
    if export.problems:
        found.append(_unread(export, count))
    if export.undated and not count:
        found.append(frame.alert("warn", _("The file tells no dates"), _("Say below whose day's prices are to count.")))
    elif export.said and not count:
        found.append(frame.alert("warn", _("The bot says nothing in this file"), _("Choose below who the bot is.")))
    return found


def _unread(export: Export, count: int) -> Html:
    """What could not be read. A complaint without a line is about the whole file, not a row of it."""
    told = [labels.fault(problem) for problem in export.problems[:50]]
    if not count and not any(problem.line for problem in export.problems):
        return frame.alert("warn", _("No dialogue was found in this file"), *dict.fromkeys(told[:5]))
    n = len(export.problems)
    title = ngettext("{n} row could not be read", "{n} rows could not be read", n).format(n=formats.number(n))
    rest = _("The others are checked all the same.") if count else _("No dialogue is left to be checked.")
    return frame.alert("warn", title, rest, details="\n".join(told))


def _bots(container: Container, taken: Taken, export: Export, choice: Choice) -> Choice:
    counted = Counter(message.author for message in export.said)
    names = [author for author, _n in counted.most_common(_AUTHORS)]
    hide = mask if container.settings.privacy.mask else str
    guessed = [author for author in names if export.roles.get(author) == "assistant"]
    offered = crc32("\0".join(names).encode("utf-8", "surrogatepass"))  # other columns tell other authors
    chosen = st.multiselect(
        _("Who is the bot?"), names, default=guessed, key=f"import-bots-{taken.id}-{offered}",
        format_func=lambda name: f"{safe.preview(hide(name), 60) or '?'} · {formats.number(counted[name])}",
        help=_("Everybody else is a client. The number of messages stands beside the name."), filter_mode=None,
        placeholder=_("nothing chosen"),
    )  # fmt: skip
    if not chosen:
        frame.show(frame.alert("warn", _("Choose who the bot is")))
        return choice
    return choice if set(chosen) == set(guessed) else replace(choice, bots=tuple(chosen))


def _order(taken: Taken, export: Export, choice: Choice) -> Choice:
    chosen = st.segmented_control(
        _("How are the dates written?"), _CHOICES, default=export.order, required=True,
        key=f"import-order-{taken.id}", format_func=labels.order,
        help=None if export.order_certain else _("The file leaves it open: every date in it can be read both ways."),
    )  # fmt: skip
    if not export.order_certain:
        parts.answer(_("The file leaves it open: every date in it can be read both ways."))
    return choice if chosen is None or chosen == export.order else replace(choice, order=chosen)


def _columns(taken: Taken, export: Export, choice: Choice) -> Choice:
    with st.expander(_("Which column is what?"), expanded=not export.said, key=f"import-columns-{taken.id}"):
        found: dict[str, str] = {}
        for row in (FIELDS[:4], FIELDS[4:]):
            for column, field in zip(st.columns(4), row, strict=False):
                present = export.columns.get(field, _NOTHING)
                options = [_NOTHING, *dict.fromkeys(export.headers)]
                header = column.selectbox(
                    labels.field(field), options, index=options.index(present) if present in options else 0,
                    key=f"import-column-{taken.id}-{field}", filter_mode=None,
                    format_func=lambda name: safe.preview(name, 60) or "—",
                )  # fmt: skip
                if header:
                    found[field] = header
    return choice if found == dict(export.columns) else replace(choice, columns=found, bots=())


def _undated(container: Container, taken: Taken, export: Export) -> date | None:
    if not export.undated:
        return taken.undated
    today = reviewing.today(container)
    chosen: date | None = st.date_input(
        _("Messages without a date: the prices of which day count?"), value=taken.undated, max_value=today,
        key=f"import-undated-{taken.id}", format="DD.MM.YYYY",
    )  # fmt: skip
    return chosen


def _beginning(dialogue: Dialogue) -> Html:
    name = _("Dialogue {name} begins").format(name=safe.preview(dialogue.id, 80))
    said = [m for m in dialogue.messages if m.role in {"user", "assistant"}][:_MESSAGES]
    return tag("div", tag("div", name, class_="bo-muted bo-small"), *map(_bubble, said), class_="bo-turn")


def _bubble(message: Message) -> Html:
    side, who = ("client", _("Client")) if message.role == "user" else ("bot", _("Bot"))
    text = safe.said(safe.preview(message.content, _LONGEST))
    return tag("div", tag("div", who, class_="bo-who bo-muted"), text, class_=f"bo-bubble {side}")
