"""What was read of a price list: rows that cannot be used and why, rows without a price, and the prices themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable
from datetime import date

import streamlit as st

from botops.app.pricebooks.price_list import ListBook, cell_at, faulty_rows
from botops.console import formats, frame, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.pricebook import amounts, labels
from botops.console.pricebook.uploads import Upload
from botops.console.safe import Html, tag
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook import ImportResult, Proposal, RowPlace

_MOST_FAULTS = 20
_MOST_PRICES = 30
_ROUNDS = 5

Make = Callable[[frozenset[RowPlace]], ListBook]


def section(upload: Upload, token: str, proposed: Collection[Proposal], signature: Hashable, make: Make) -> str | None:
    """What was read, and the text of the price book it makes; None while rows cannot be used."""
    with st.spinner(_("Reading the list…")):
        whole = upload.made("whole", signature, lambda: make(frozenset()))
    faults = [p for p in whole.result.problems if p.level == "error"]
    book = whole
    parts.question(_("How were the rows read?"))
    if faults:
        rows = faulty_rows(upload.name, proposed, whole.result)
        text = ngettext("{n} row cannot be read", "{n} rows cannot be read", max(len(rows), 1))
        frame.show(frame.alert("bad", text.format(n=formats.number(max(len(rows), 1)))))
        _faults(upload.name, proposed, faults)
        without = bool(rows) and st.checkbox(
            _("Leave these rows out and go on with the others"), bool(upload.said.get("without")),
            key=f"list-without-{token}",
        )  # fmt: skip
        upload.said["without"] = without
        if not without:
            return None
        book = upload.made("without", signature, lambda: _without(upload.name, proposed, whole, make))
    _told(book, upload.name, proposed)
    if book.result.book is not None:
        _preview(book.result)
    return book.text


def refused(error: UserError) -> None:
    """Says why a file is no price list."""
    rules = list(dict.fromkeys(labels.fault(p.rule) for p in error.problems))
    frame.show(frame.alert("bad", _("This file cannot be used as it is"), *filter(None, rules[:5]), details=str(error)))


def other_currency(code: str, cell: str, usual: str, *, chosen: bool) -> None:
    """Says that a list names another currency than its prices would be taken for."""
    title = _("The list names another currency: {currency}").format(currency=code)
    told = _("It says «{cell}», and the prices of the company are in {usual}.").format(
        cell=safe.preview(cell, 60), usual=usual
    )
    ask = "" if chosen else _("Choose below what the prices are in; until then nothing is read.")
    frame.show(frame.alert("note" if chosen else "warn", title, told, ask))


def day_told(day: date, cell: str, *, past: bool) -> None:
    """Says that the day offered is the one the list names, or why another one is."""
    if past:
        text = _(
            "The list says «{cell}». {day} has passed, so today is offered: choose that day if these prices hold from "
            "it."
        )
    else:
        text = _("The list says «{cell}», so {day} is offered. Choose another day if these prices hold from it.")
    parts.answer(text.format(cell=safe.preview(cell, 60), day=formats.full_day(day)))


def _without(name: str, proposed: Collection[Proposal], whole: ListBook, make: Make) -> ListBook:
    """The book of the rows that can be used. Rows that clash are seen only when those before them can be read."""
    left_out = faulty_rows(name, proposed, whole.result)
    book = make(left_out)
    for _round in range(_ROUNDS):
        more = faulty_rows(name, proposed, book.result)
        if not more:
            break
        left_out |= more
        book = make(left_out)
    return book


def _faults(name: str, proposed: Collection[Proposal], faults: list[Problem]) -> None:
    heads = [(_("Row"), True), (_("Column"), False), (_("It says"), False), (_("What is wrong"), False)]
    frame.show(parts.table(heads, [_fault(name, proposed, found) for found in faults[:_MOST_FAULTS]]))
    _more(len(faults) - _MOST_FAULTS)


def _fault(name: str, proposed: Collection[Proposal], found: Problem) -> tuple[str | Html, ...]:
    column, cell = cell_at(name, proposed, found)
    said = labels.fault(found.rule) or found.message
    return (_place(found.file.removeprefix(name).strip(" []"), found.line), safe.preview(column, 60) or "—",
            f"«{safe.preview(cell, 60)}»" if cell else "—", said)  # fmt: skip


def _place(sheet: str, line: int) -> str:
    return f"{safe.preview(sheet, 30)} {line}".strip() if line else safe.preview(sheet, 30) or "—"


def _told(book: ListBook, name: str, proposed: Collection[Proposal]) -> None:
    """How many prices were read, and what was not taken from the list but from the book."""
    report, renewal = book.result.report, book.renewal
    prices = ngettext("{n} price read.", "{n} prices read.", report.prices).format(n=formats.number(report.prices))
    said = [prices]
    if n := len(report.skipped_rows):
        text = ngettext("{n} row without a price was passed over.", "{n} rows without a price were passed over.", n)
        said.append(text.format(n=formats.number(n)))
    if n := report.periods_kept:
        text = ngettext(
            "{n} price does not say whether it is for a month or a piece: as in the price book so far.",
            "{n} prices do not say whether they are for a month or a piece: as in the price book so far.", n,
        )  # fmt: skip
        said.append(text.format(n=formats.number(n)))
    if renewal is not None and (n := renewal.floors):
        text = ngettext("{n} price keeps its lowest price.", "{n} prices keep their lowest price.", n)
        said.append(text.format(n=formats.number(n)))
    parts.answer(" ".join(said))
    if renewal is not None and renewal.floors_lost:
        names = ", ".join(safe.preview(p.name, 60) for p in renewal.floors_lost[:5])
        title = _("The new price is below the lowest one allowed until now")
        frame.show(frame.alert("warn", title, names, _("The lowest price was dropped for them: set a new one.")))
    _abroad(book.result)
    _ranges(name, book.result)
    warnings = [p for p in book.result.problems if p.level == "warning"]
    if warnings:
        n = len(warnings)
        with st.expander(ngettext("{n} remark", "{n} remarks", n).format(n=formats.number(n)), key="list-remarks"):
            _faults(name, proposed, warnings)


def _abroad(result: ImportResult) -> None:
    """Says which prices are read in a currency that they name and that is not the one of the rest."""
    if result.book is None:
        return
    others = Counter(p.currency for one in result.book.products for p in one.prices)
    del others[result.book.currency]
    for code, n in sorted(others.items()):
        text = ngettext(
            "{n} price names {currency} and is read in it.", "{n} prices name {currency} and are read in it.", n
        )
        told = text.format(n=formats.number(n), currency=code)
        frame.show(frame.alert("warn", told, _("If that is not so, correct the list and drop it in again.")))


def _ranges(name: str, result: ImportResult) -> None:
    """Says which prices stand for a range: the bot names their lower end as one from which they begin."""
    rows = [_place(p.file.removeprefix(name).strip(" []"), p.line) for p in result.problems if p.rule == "cell-range"]
    if rows:
        text = ngettext(
            "{n} price is a range and is read as “from” its lower end.",
            "{n} prices are ranges and are read as “from” their lower ends.", len(rows),
        )  # fmt: skip
        which = _("Rows: {rows}.").format(rows=", ".join(rows[:_MOST_FAULTS]) + ("…" if rows[_MOST_FAULTS:] else ""))
        advice = _("If such a price is fixed, write one number in the list and drop it in again.")
        frame.show(frame.alert("warn", text.format(n=formats.number(len(rows))), which, advice))


def _preview(result: ImportResult) -> None:
    """The prices as they were understood, each with its row."""
    assert result.book is not None
    rows: list[tuple[str | Html, ...]] = []
    for number, product in enumerate(result.book.products):
        for index, price in enumerate(product.prices):
            if len(rows) == _MOST_PRICES:
                break
            sheet, line = result.origins.get((number, index), ("", 0))
            name = tag("div", safe.preview(product.name, 100),
                       tag("div", amounts.variant(price), class_="bo-small bo-muted"))  # fmt: skip
            rows.append((_place(sheet, line), name, amounts.told(price)))
    with st.expander(_("The prices as they were understood"), expanded=True, key="list-preview"):
        frame.show(parts.table([(_("Row"), True), (_("Product"), False), (_("Price"), True)], rows))
        _more(result.report.prices - _MOST_PRICES)


def _more(n: int) -> None:
    if n > 0:
        parts.answer(ngettext("and {n} more", "and {n} more", n).format(n=formats.number(n)))
