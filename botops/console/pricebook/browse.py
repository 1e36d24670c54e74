"""The price book in force: what costs how much, on any day, for whom, and which offers hold."""

from __future__ import annotations

from datetime import date

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.browsing import PriceRow, offers_on, price_rows, regions, segments
from botops.console import formats, frame, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.pricebook import address, amounts
from botops.console.safe import Html, tag
from botops.pricebook import Offer, PriceBook
from botops.pricebook.terms import offer_line

_PAGE = 60


def section(container: Container, current: BookInForce) -> None:
    """The filters, the prices they leave, and the offers."""
    book = current.book
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = _words()
        day = _day(container, book)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        region = _one_of("region", _("Region"), _("All regions"), regions(book))
        segment = _one_of("segment", _("Group of clients"), _("All clients"), segments(book))
        floors = _floors()
    rows = price_rows(book, day, words=words, region=region, segment=segment, floors=floors)
    parts.question(_("What does it cost on {day}?").format(day=formats.full_day(day)))
    if not rows:
        frame.empty(_("Nothing found"), _("Try another word, another day or fewer filters."))
    else:
        n = len(rows)
        parts.answer(ngettext("{n} price.", "{n} prices.", n).format(n=formats.number(n)))
        _prices(rows)
    _offers(book, day, words)


def _day(container: Container, book: PriceBook) -> date:
    today = amounts.today(container, book)

    def read(said: str) -> date:
        try:
            return date.fromisoformat(said)
        except ValueError:
            return today

    address.start("on", "book-day", read)
    day = st.date_input(_("On which day"), key="book-day", format="DD.MM.YYYY", width=200)
    chosen = day if isinstance(day, date) else today
    address.keep("on", "book-day", chosen.isoformat() if chosen != today else None)
    return chosen


def _words() -> str:
    address.start("q", "book-words", str)
    words = st.text_input(
        _("Product or offer"), key="book-words", max_chars=100, placeholder=_("Name, article number, promo code"),
        width=400,
    ).strip()  # fmt: skip
    address.keep("q", "book-words", words or None)
    return words


def _floors() -> bool:
    address.start("floors", "book-floors", lambda said: said == "1")
    chosen = st.toggle(_("Only with a lowest price"), key="book-floors")
    address.keep("floors", "book-floors", "1" if chosen else None)
    return chosen


def _one_of(name: str, label: str, all_of_them: str, options: tuple[str, ...]) -> str | None:
    """One of some values, kept in the address; nothing is asked where there is no choice."""
    if not options:
        return None
    key = f"book-{name}"
    address.start(name, key, lambda said: said if said in options else None)
    chosen = st.selectbox(
        label, options, index=None, key=key, placeholder=all_of_them, width=220,
        format_func=lambda value: safe.preview(value, 60),
    )  # fmt: skip
    address.keep(name, key, chosen)
    return chosen


def _prices(rows: tuple[PriceRow, ...]) -> None:
    most = st.session_state.get("book-most", _PAGE)
    heads = [(_("Product"), False), (_("Price"), True), (_("Never below"), True), (_("What follows"), False)]
    frame.show(parts.table(heads, [_row(row) for row in rows[:most]]))
    if len(rows) > most and st.button(_("Show more"), key="book-more"):
        st.session_state["book-most"] = most + _PAGE * 5
        st.rerun()


def _row(row: PriceRow) -> tuple[str | Html, ...]:
    price = row.price
    name = tag("b", safe.preview(row.product.name, 120))
    about = amounts.variant(price) if price is not None else ""
    product = tag("div", name, tag("div", about, class_="bo-small bo-muted") if about else None)
    following = amounts.following(row.following)
    if price is None:
        return (product, parts.chip(_("not sold on this day"), "warn"), "—", following)
    floor = formats.price(price.floor, price.currency) if price.floor is not None else "—"
    return (product, amounts.told(price), floor, following)


def _offers(book: PriceBook, day: date, words: str) -> None:
    now, coming = offers_on(book, day, words)
    parts.question(_("Which offers hold?"))
    if not now and not coming:
        parts.answer(_("None on this day."))
        return
    heads = [(_("Offer"), False), (_("Code"), False), (_("Until"), False)]
    rows = [_offer(book, offer, None) for offer in now] + [_offer(book, offer, _("not yet")) for offer in coming]
    frame.show(parts.table(heads, rows))


def _offer(book: PriceBook, offer: Offer, later: str | None) -> tuple[str | Html, ...]:
    line = safe.preview(offer_line(offer, book, language()), 400)
    said = tag("div", parts.chip(later, "warn"), " ", line) if later else line
    until = offer.window.valid_to
    return (said, tag("code", offer.code) if offer.code else "—", formats.full_day(until) if until else "—")
