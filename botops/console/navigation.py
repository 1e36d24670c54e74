"""The pages: their names, files and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st

from botops.console.i18n import N_, _, language

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

Name = Literal["overview", "dialogues", "chat", "prompts", "evals", "experiments", "pricebook", "costs"]
# Not "pages": Streamlit takes a folder of that name beside the script for pages of its own. Whoever came first by a
# deep link would get them without our menu, language and address.
_FOLDER = Path(__file__).parent / "views"
_TITLES: Mapping[Name, tuple[str, str]] = {
    "overview": (N_("Overview"), ":material/monitoring:"),
    "dialogues": (N_("Dialogues"), ":material/forum:"),
    "chat": (N_("Chat"), ":material/chat:"),
    "prompts": (N_("Prompts"), ":material/description:"),
    "evals": (N_("Tests"), ":material/checklist:"),
    "experiments": (N_("Experiments"), ":material/science:"),
    "pricebook": (N_("Prices"), ":material/sell:"),
    "costs": (N_("Costs"), ":material/payments:"),
}


def title(name: Name) -> str:
    """A page's title in the session's language."""
    return _(_TITLES[name][0])


def page(name: Name) -> Page:
    """A page as Streamlit knows it."""
    return st.Page(
        _FOLDER / f"{name}.py", title=title(name), icon=_TITLES[name][1], url_path=name, default=name == "overview"
    )


def pages() -> list[Page]:
    """All pages in the order of the menu."""
    return [page(name) for name in _TITLES]


def link(name: Name, label: str, icon: str | None = ":material/arrow_forward:", **parameters: str) -> None:
    """A link to a page that keeps the language. `label` is markdown."""
    st.page_link(page(name), label=label, icon=icon, query_params={**parameters, "lang": language()})
