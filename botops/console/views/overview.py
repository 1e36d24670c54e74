"""Overview: seven numbers, what is wrong now, and where the bot errs."""

from datetime import timedelta
from decimal import Decimal

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.app.glossary_entry import Entry
from botops.app.pricebooks.canary import standing_alarm
from botops.app.prompts.state import prompt_states
from botops.console import charts, data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.domain.money import Money
from botops.domain.releases import AuditEntry


def body(container: Container) -> None:
    days = frame.period()
    found = data.overview(container, data.key_of(container), days)
    _attention(container)
    if found.empty:
        frame.empty(
            _("No dialogues in this period"),
            _("Write to the bot on the Chat page, take in a log with botops ingest, or choose a longer period."),
        )
        navigation.link("chat", _("Write to the bot"))
        return
    _numbers(container, found)
    _patterns(container, days)
    parts.question(_("How many false promises are there a day, and do they reach clients?"))
    charts.faulty(found.faulty)


def _attention(container: Container) -> None:
    """Problems first: what keeps the bot from answering rightly, and who is waiting."""
    if container.books.current() is None:
        why = _("Replies cannot be checked without a price book: the guard holds them back. Expected at {path}.")
        frame.show(frame.alert("bad", _("No price book"), why.format(path=frame.short(container.books.path))))
    broken = _("The price book is broken: the last good one stays in force")
    if container.books.current() is None:
        broken = _("The price book file is broken")
    for problem in container.books.problems[:3]:
        frame.show(parts.problem(problem, broken))
    _book_alarm(container)
    for state in prompt_states(container):
        if state.broken:
            title = (
                _("The prompt {name} is broken on disk: its last good state is served")
                if state.stale
                else _("The prompt {name} cannot be served")
            )
            first = next((p for p in state.problems if p.level == "error"), None)
            name = title.format(name=state.name)
            frame.show(parts.problem(first, name) if first else frame.alert("bad", name))
    queue = queries.waiting(container)
    if queue.overdue and queue.since is not None:
        count = ngettext(
            "{n} dialogue waits for a person too long", "{n} dialogues wait for a person too long", queue.overdue
        ).format(n=formats.number(queue.overdue))
        since = _("Promised: an answer within {minutes}. The first one has waited for {span}.").format(
            minutes=formats.span(timedelta(minutes=container.settings.hand_off.answer_within_min)),
            span=formats.span(container.clock.now() - queue.since),
        )
        with st.container(key="waiting"):
            frame.show(frame.alert("warn", count, since))
            navigation.link("dialogues", _("Show these dialogues"), waiting="1")


def _book_alarm(container: Container) -> None:
    """The canary's alarm about the price book in force, while it stands."""
    current = container.books.current()
    alarm = standing_alarm(container.store, current) if current is not None else None
    if current is None or alarm is None:
        return
    title = _("Far more replies disagree with the new price book {book}").format(book=current.file.name)
    shares = _("Replies the price book did not bear out: {before} before, {after} now.").format(
        before=_held_share(alarm, "held_before", "replies_before"), after=_held_share(alarm, "held", "replies")
    )
    products = str(alarm.detail.get("products") or "")
    about = _("Most of all: {products}.").format(products=products) if products else ""
    advice = _(
        "If the book is wrong: botops pricebook rollback. If it is right, mend what tells the bot the old prices."
    )
    frame.show(frame.alert("bad", title, " ".join(part for part in (shares, about, advice) if part)))


def _held_share(alarm: AuditEntry, held: str, replies: str) -> str:
    total = int(alarm.detail.get(replies) or 0)
    return formats.percent(int(alarm.detail.get(held) or 0) / total) if total else "—"


def _numbers(container: Container, found: queries.Overview) -> None:
    with st.container(key="numbers"):
        for row in (found.numbers[:4], found.numbers[4:]):
            for column, number in zip(st.columns(len(row)), row, strict=True):
                with column:
                    _metric(container, number)
    days = found.period.days
    if any(number.change is not None for number in found.numbers):
        note = ngettext("Arrows: the change to the {n} day before.", "Arrows: the change to the {n} days before.", days)
        parts.answer(note.format(n=days))
    with st.expander(_("What these numbers mean")):
        frame.show(parts.definitions(GLOSSARY[number.id] for number in found.numbers))


def _metric(container: Container, number: queries.Number) -> None:
    entry = GLOSSARY[number.id]
    change = number.change
    st.metric(
        safe.markdown(entry.name[language()]),
        _value(container, entry, number.value, number.usd),
        None if change is None else _change(change),
        delta_color={"up": "normal", "down": "inverse", "neither": "off"}[entry.better],  # type: ignore[arg-type]
        help=safe.markdown(entry.meaning[language()]),
        border=True,
        height="stretch",
        chart_data=[_plain(value) for __, value in number.series if value is not None],
    )


def _change(share: float) -> str:
    sign = "+" if share > 0 else "−" if share < 0 else ""
    # Streamlit takes the direction from an ASCII sign.
    return f"{'-' if sign == '−' else sign}{formats.percent(min(abs(share), 99.0))}"


def _plain(value: queries.Value) -> float:
    return float(value.amount if isinstance(value, Money) else value or 0)


def _value(container: Container, entry: Entry, value: queries.Value, usd: Decimal | None) -> str:
    if entry.unit == "model_cost":
        if isinstance(value, Decimal):
            return formats.cost(value, container.settings.company.currency)
        return formats.cost(usd, "USD") if usd is not None else formats.NOTHING
    if value is None:
        return formats.NOTHING
    if isinstance(value, Money):
        return formats.money(value)
    if entry.unit == "share":
        return formats.percent(float(value))
    if entry.unit == "milliseconds":
        return formats.milliseconds(float(value))
    if entry.unit == "per_thousand":
        return _("{n} per 1,000").format(n=formats.number(float(value), 1 if 0 < value < 10 else 0))
    return formats.number(float(value))


def _patterns(container: Container, days: int) -> None:
    found = data.patterns(container, data.key_of(container), days)
    parts.question(_("Where does the bot go wrong?"))
    if not found:
        frame.show(
            frame.alert("note", _("No false promises in this period."), _("Every price, discount and term agreed."))
        )
        return
    parts.answer(
        _("Errors that are alike, most frequent first. Open one to see examples and the dialogues they come from.")
    )
    for index, pattern in enumerate(found):
        _pattern(container, index, pattern)


def _pattern(container: Container, index: int, pattern: queries.Pattern) -> None:
    key, fault = pattern.fault.key, pattern.fault
    name = " · ".join(
        safe.markdown(part)
        for part in (labels.kind(key.kind), pattern.product, labels.prompt(key.prompt, key.version))
        if part and part != formats.NOTHING
    )
    count = ngettext("{n} reply", "{n} replies", fault.replies).format(n=formats.number(fault.replies))
    reached = _("reached clients: {n}").format(n=formats.number(fault.reached))
    sign = ":red[:material/error:]" if fault.reached else ":green[:material/shield:]"
    end = f":red[{reached}]" if fault.reached else _("all stopped")
    title = f"{sign} **{name}** — {count}, {end}"
    with st.expander(title, expanded=index == 0):
        for number, example in enumerate(pattern.examples):
            with st.container(key=f"row-{index}-{number}"):
                frame.show(parts.example(example, container.settings.company.timezone))
                navigation.link("dialogues", _("Open the dialogue"), dialogue=example.dialogue_id)


frame.page("overview", body)
