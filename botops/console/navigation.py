"""The pages: their names, files and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from botops.console.i18n import N_, _, language
from botops.domain.access import Actor, Right

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

Name = Literal[
    "today",
    "dialogues",
    "feedback",
    "chat",
    "prompts",
    "evals",
    "experiments",
    "pricebook",
    "imports",
    "live",
    "alerts",
    "costs",
    "system",
    "monday",
    "glossary",
    "owners",
    "people",
]
DEFAULT: Final[Name] = "today"
"""The page that is shown at first."""
# Not "pages": Streamlit takes a folder of that name beside the script for pages of its own. Whoever came first by a
# deep link would get them without our menu, language and address.
_FOLDER = Path(__file__).parent / "views"
_TITLES: Mapping[Name, tuple[str, str]] = {
    "today": (N_("Today"), ":material/monitoring:"),
    "dialogues": (N_("Dialogues"), ":material/forum:"),
    "feedback": (N_("Feedback"), ":material/star_half:"),
    "chat": (N_("Chat"), ":material/chat:"),
    "prompts": (N_("Prompts"), ":material/description:"),
    "evals": (N_("Tests"), ":material/checklist:"),
    "experiments": (N_("Experiments"), ":material/science:"),
    "pricebook": (N_("Prices"), ":material/sell:"),
    "imports": (N_("Import"), ":material/upload_file:"),
    "live": (N_("Right now"), ":material/pulse_alert:"),
    "alerts": (N_("Alerts and incidents"), ":material/notifications_active:"),
    "costs": (N_("Costs"), ":material/payments:"),
    "system": (N_("System"), ":material/dns:"),
    "monday": (N_("Monday"), ":material/event_note:"),
    "glossary": (N_("Glossary"), ":material/menu_book:"),
    "owners": (N_("Who owns what"), ":material/groups:"),
    "people": (N_("People and rights"), ":material/badge:"),
}
_ADDRESSES: Mapping[Name, str] = {"imports": "import"}
"""Addresses of pages that are not called as their files are: Python has taken the word."""
SECTIONS: Mapping[str, tuple[Name, ...]] = {
    "Sales Enablement AI": (
        "today",
        "dialogues",
        "feedback",
        "chat",
        "prompts",
        "evals",
        "experiments",
        "pricebook",
        "imports",
    ),
    "AI Ops": ("live", "alerts", "costs", "system"),
    N_("Everyone"): ("monday", "glossary", "owners", "people"),
}
"""By whom the pages are for: roles of the team's file, called the same in every language, and everyone."""


def title(name: Name) -> str:
    """A page's title in the session's language."""
    return _(_TITLES[name][0])


def address(name: Name) -> str:
    """Where a page is, after the console's own address."""
    return _ADDRESSES.get(name, name)


def page(name: Name, *, listed: bool = True) -> Page:
    """A page as Streamlit knows it; one that is not `listed` has its address alone."""
    return st.Page(
        _FOLDER / f"{name}.py",
        title=title(name),
        icon=_TITLES[name][1],
        url_path=address(name),
        default=name == DEFAULT,
        visibility="visible" if listed else "hidden",
    )


def pages(who: Actor | None = None) -> dict[str, list[Page]]:
    """The pages for who is signed in (None: nobody has to be), by whom they are for: those for whoever keeps the bot
    running come first for who may do that and not write prompts. That of people is for who lets them in: to others who
    open its address it says so itself."""
    operates = who is not None and who.may(Right.OPERATE) and not who.may(Right.EDIT)
    sections = sorted(SECTIONS, key=lambda section: section != "AI Ops") if operates else list(SECTIONS)
    hidden = {"people"} if who is not None and not who.may(Right.ADMINISTER) else set()
    return {_(section): [page(name, listed=name not in hidden) for name in SECTIONS[section]] for section in sections}


def link(name: Name, label: str, icon: str | None = ":material/arrow_forward:", **parameters: str) -> None:
    """A link to a page that keeps the language. `label` is markdown."""
    st.page_link(page(name), label=label, icon=icon, query_params={**parameters, "lang": language()})
