"""Prices: the price book in force, a new list on its way, how sentences were understood, and releases."""

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.canary import standing_alarm
from botops.app.pricebooks.rules import book_rules
from botops.console import formats, frame, parts, safe
from botops.console.i18n import N_, _, ngettext
from botops.console.pricebook import address, browse, releases, sentences, upload, uploads
from botops.console.pricebook.going_live import RELEASES, VIEW
from botops.console.safe import tag

_VIEWS = {
    "prices": N_("Prices in force"),
    "new": N_("New price list"),
    "sentences": N_("Sentences"),
    RELEASES: N_("Releases"),
}


def body(container: Container) -> None:
    for problem in container.books.problems:
        frame.show(parts.problem(problem, _("The price book file is broken")))
    current = container.books.current()
    if current is None:
        _first(container)
        return
    alarm = standing_alarm(container.store, current)
    if alarm is not None:
        action = alarm.detail.get("action")
        title = _("Since this price book went live more replies do not fit it")
        frame.show(frame.alert("bad", title, str(action or ""), details=alarm.reason))
    _facts(container, current)
    view = _view()
    if view == "new":
        upload.section(container, current)
    elif view == "sentences":
        sentences.section(book_rules(current.compiled), "live")
    elif view == RELEASES:
        releases.section(container, current)
    else:
        browse.section(container, current)


def _first(container: Container) -> None:
    """Without a price book: what is missing, and the way to the first one."""
    where = _("Expected at {path}. Drop in your price list, and it becomes one.")
    frame.empty(_("No price book"), where.format(path=frame.short(container.books.path)))
    upload.section(container, None)


def _view() -> str:
    usual = "new" if st.query_params.get(uploads.PARAMETER) else "prices"
    address.start(VIEW, "book-view", lambda said: said if said in _VIEWS else usual)
    chosen = st.segmented_control(
        _("What to see"), list(_VIEWS), required=True, key="book-view", label_visibility="collapsed",
        format_func=lambda name: _(_VIEWS[name]),
    )  # fmt: skip
    view = chosen or usual
    address.keep(VIEW, "book-view", None if view == "prices" else view)
    return view


def _facts(container: Container, current: BookInForce) -> None:
    """Which price book it is, in a line."""
    book = current.book
    n, offers = len(book.products), len(book.offers)
    told = [
        tag("code", frame.short(container.books.path)),
        tag("span", _("version {name}").format(name=book.version)) if book.version else None,
        tag("span", ngettext("{n} product", "{n} products", n).format(n=formats.number(n))),
        tag("span", ngettext("{n} offer", "{n} offers", offers).format(n=formats.number(offers))),
        tag("span", _published(container, current)),
    ]
    frame.show(tag("div", *told, class_="bo-row bo-small bo-muted"))


def _published(container: Container, current: BookInForce) -> str:
    """Who made the book live, when and why; that nobody did, for one that is in force because it is the only one."""
    step = current.release.step if current.release is not None else None
    if step is None:
        return _("in force because it is the only one")
    when = formats.moment(step.at, container.settings.company.timezone)
    return f"{when}, {safe.preview(step.by, 60)}: {safe.preview(step.reason, 120)}"


frame.page("pricebook", body)
