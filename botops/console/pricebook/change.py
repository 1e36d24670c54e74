"""What a new price book changes for clients, what looks like a slip of the hand, and its sentences."""

from __future__ import annotations

from datetime import date

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.candidate import Candidate
from botops.app.pricebooks.rules import book_rules
from botops.claims import compile_book
from botops.console import formats, frame, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.pricebook import amounts, labels, sentences
from botops.console.safe import Html, tag
from botops.pricebook import PriceChange, told_changes

_MOST = 60
_MOST_LINES = 300


def section(container: Container, current: BookInForce | None, found: Candidate, key: str = "new") -> None:
    """The change beside the price book in force. `key` tells one place on the page from another."""
    parts.question(_("What changes for clients?"))
    if current is None or found.report is None:
        n = len(found.book.products)
        text = ngettext("{n} product: there is no price book to compare with.",
                        "{n} products: there is no price book to compare with.", n)  # fmt: skip
        parts.answer(text.format(n=formats.number(n)))
    else:
        changes = told_changes(current.book, found.book, amounts.today(container, found.book))
        _summary(found, [change for _day, change in changes])
        if changes:
            heads = [
                (_("Product"), False),
                (_("Now"), True),
                (_("Then"), True),
                (_("Change"), True),
                (_("From"), False),
            ]
            frame.show(parts.table(heads, [_row(day, change) for day, change in changes[:_MOST]]))
        lines = found.report.lines(language())
        if lines:
            with st.expander(_("Every change, line by line"), key=f"change-lines-{key}"):
                frame.show(tag("pre", "\n".join(safe.preview(line, 300) for line in lines[:_MOST_LINES])))
                if len(lines) > _MOST_LINES:
                    parts.answer(_("The list is longer than can be shown."))
    _slips(found)
    _remarks(found)
    _sentences(current, found, key)


def _summary(found: Candidate, changes: list[PriceChange]) -> None:
    report = found.report
    assert report is not None
    dearer = cheaper = came = gone = 0
    for change in changes:
        if change.before is None:
            came += 1
        elif change.after is None:
            gone += 1
        elif change.after.amount > change.before.amount:
            dearer += 1
        elif change.after.amount < change.before.amount:
            cheaper += 1
    told = [
        (dearer, ngettext("{n} price rises", "{n} prices rise", dearer)),
        (cheaper, ngettext("{n} price falls", "{n} prices fall", cheaper)),
        (came, ngettext("{n} new price", "{n} new prices", came)),
        (gone, ngettext("{n} price is gone", "{n} prices are gone", gone)),
        (len(report.offers), ngettext("{n} offer changes", "{n} offers change", len(report.offers))),
    ]
    said = [text.format(n=formats.number(n)) for n, text in told if n]
    if report.policies is not None:
        said.append(_("rules change"))
    if said:
        parts.answer(", ".join(said) + ".")
    elif report.empty:
        parts.answer(_("Nothing: this is the price book in force."))
    else:
        parts.answer(_("No price a client is told, only what stands around it."))


def _row(day: date, change: PriceChange) -> tuple[str | Html, ...]:
    shown = change.after or change.before
    about = amounts.variant(shown) if shown is not None else ""
    name = tag("div", safe.preview(change.name, 100), tag("div", about, class_="bo-small bo-muted") if about else None)
    before = amounts.told(change.before) if change.before is not None else "—"
    after = amounts.told(change.after) if change.after is not None else parts.chip(_("gone"), "warn")
    return name, before, after, amounts.change(change.before, change.after), formats.full_day(day)


def _slips(found: Candidate) -> None:
    for slip in found.suspicions:
        examples = [safe.preview(example, 160) for example in slip.examples]
        frame.show(frame.alert("bad", _("This looks like a slip"), labels.suspicion(slip), *examples))


def _remarks(found: Candidate) -> None:
    if not found.warnings:
        return
    n = len(found.warnings)
    title = ngettext("{n} new remark about the price book", "{n} new remarks about the price book", n)
    told = list(dict.fromkeys(labels.fault(p.rule) or p.message for p in found.warnings))
    details = "\n".join(p.text() for p in found.warnings[:50])
    frame.show(frame.alert("warn", title.format(n=formats.number(n)), *told[:5], details=details))


def _sentences(current: BookInForce | None, found: Candidate, key: str) -> None:
    """How the sentences were understood, where they are others than before."""
    known = current.book if current is not None else None
    if known is not None and (known.offers, known.policies) == (found.book.offers, found.book.policies):
        return
    extensions = current.extensions if current is not None else None
    compiled = compile_book(found.book, extensions) if extensions is not None else compile_book(found.book)
    sentences.section(book_rules(compiled), key)
