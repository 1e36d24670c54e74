"""Prices: the price book in force, and how each of its sentences was understood."""

from itertools import groupby

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.rules import RuleReading, book_rules
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag


def body(container: Container) -> None:
    for problem in container.books.problems:
        frame.show(parts.problem(problem, _("The price book file is broken")))
    current = container.books.current()
    if current is None:
        where = _("Expected at {path}. botops pricebook import makes one of a price list.")
        frame.empty(_("No price book"), where.format(path=frame.short(container.books.path)))
        return
    book = current.book
    frame.show(
        parts.facts(
            [
                (_("File"), tag("code", frame.short(container.books.path))),
                (_("Version"), book.version or "—"),
                (_("Published"), _published(container, current)),
                (_("Products"), formats.number(len(book.products))),
                (_("Offers"), formats.number(len(book.offers))),
                (_("Policy sentences"), formats.number(len(book.policies.text))),
            ]
        )
    )
    _sentences(book_rules(current.compiled))


def _published(container: Container, current: BookInForce) -> str:
    """Who made the book live, when and why; a dash for a book that is in force because it is the only one."""
    step = current.release.step if current.release is not None else None
    if step is None:
        return "—"
    when = formats.moment(step.at, container.settings.company.timezone)
    return f"{when}, {safe.preview(step.by, 60)}: {safe.preview(step.reason, 120)}"


def _sentences(readings: tuple[RuleReading, ...]) -> None:
    parts.question(_("How was each sentence understood?"))
    if not readings:
        frame.empty(_("No sentences"), _("The price book has no offers and no policies."))
        return
    missed = [r for r in readings if not r.understood]
    if missed:
        text = ngettext("{n} sentence was not understood", "{n} sentences were not understood", len(missed))
        advice = _("It neither supports nor refutes what the bot says. Say it in a shorter sentence in the price book.")
        frame.show(frame.alert("warn", text.format(n=len(missed)), advice))
    else:
        parts.answer(_("All of them."))
    only = bool(missed) and st.toggle(_("Only those not understood"), key="only-missed")
    shown = missed if only else readings
    heads = [(_("Where"), False), (_("Sentence"), False), (_("About"), False), (_("Values"), False),
             (_("Conditions"), False)]  # fmt: skip
    rows = [
        _row(reading, first=place == 0)
        for _source, group in groupby(shown, key=lambda r: r.source)
        for place, reading in enumerate(group)
    ]
    frame.show(parts.table(heads, rows))


def _row(reading: RuleReading, *, first: bool) -> tuple[str | Html, ...]:
    if not reading.understood:
        about: str | Html = parts.chip(_("not understood"), "bad")
    else:
        topics = ", ".join(labels.topic(topic) for topic in reading.subject.split(", "))
        about = tag("span", parts.chip(_("denied"), "warn"), " ", topics) if reading.polarity == "no" else topics
    return (
        _source(reading.source) if first else "",
        safe.preview(reading.text, 300) or "—",
        about,
        ", ".join(labels.value(value) for value in reading.values) or "—",
        "; ".join(safe.preview(condition, 120) for condition in reading.conditions) or "—",
    )


def _source(source: str) -> str:
    kind, _colon, name = source.partition(":")
    return _("offer {name}").format(name=name) if kind == "offer" else _("policy {name}").format(name=name)


frame.page("pricebook", body)
