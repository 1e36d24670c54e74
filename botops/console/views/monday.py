"""Monday: one page about the week that is over, worst news first, made to be printed."""

from datetime import date, timedelta

import streamlit as st

from botops.app import monday
from botops.app.container import Container
from botops.console import data, formats, frame, navigation, parts
from botops.console.i18n import _, ngettext
from botops.console.monday import sheet
from botops.console.safe import tag
from botops.domain.errors import UserError

_WEEK = timedelta(days=7)


def body(container: Container) -> None:
    last = monday.last_week(container)
    asked = _asked(last)
    try:
        found = _week(container, data.key_of(container), asked.isoformat())
    except UserError as error:
        frame.fault(_("This week cannot be shown"), error)
        navigation.link("monday", _("The last week"))
        return
    _heading(asked, found)
    if not found.replies:
        frame.empty(_("No dialogues in this week"), _("Choose an earlier week, or write to the bot on the Chat page."))
    else:
        frame.show(sheet.figures(container, found))
        parts.question(_("Where did the bot go wrong?"))
        frame.show(sheet.errors(found.patterns))
    parts.question(_("What is not dealt with now?"))
    frame.show(sheet.undone(found.open))
    with st.container(horizontal=True, key="screen-only-weeks"):
        navigation.link("monday", _("The week before"), ":material/arrow_back:", week=(asked - _WEEK).isoformat())
        if asked < last:
            navigation.link("monday", _("The week after"), week=(asked + _WEEK).isoformat())
        navigation.link("today", _("Work on it on the page Today"))
        navigation.link("glossary", _("What these numbers mean"), ":material/menu_book:")


def _asked(last: date) -> date:
    """The Monday of the address, or of the last week."""
    try:
        day = date.fromisoformat(st.query_params.get("week", ""))
    except ValueError:
        return last
    # Weeks beside the first and the last day that a date can name would have days with no name.
    return day - timedelta(days=day.weekday()) if date.min + 2 * _WEEK < day < date.max - 2 * _WEEK else last


@data.kept(data.LINT_SECONDS)
def _week(_container: Container, key: str, asked: str) -> monday.Week:
    return monday.week(_container, date.fromisoformat(asked))


def _heading(asked: date, found: monday.Week) -> None:
    last = timedelta(days=6)
    told = _("{days}, beside {before}").format(
        days=formats.days(asked, asked + last), before=formats.days(asked - _WEEK, asked - _WEEK + last)
    )
    replies = ngettext("{n} reply", "{n} replies", found.replies).format(n=formats.number(found.replies))
    under_way = parts.chip(f"! {_('the week is not over')}", "warn") if found.under_way else None
    frame.show(tag("div", tag("b", told), tag("span", replies, class_="bo-muted"), under_way, class_="bo-row"))
    with st.container(key="screen-only-hint"):
        parts.answer(_("Worst news first. To print it or keep it as PDF: Ctrl+P."))


frame.page("monday", body)
