"""The console's languages: gettext catalogues, read when first needed. Messages in the code are English."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from botops.domain.messages import Language

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "console.po"
LANGUAGES: Final[dict[Language, str]] = {"ru": "RU", "kk": "ҚЗ", "en": "EN"}
DEFAULT: Final[Language] = "ru"
PARAMETER = "lang"
COOKIE = "botops_lang"


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """A language's messages; English ones stand in the code itself."""
    if language == "en":
        return gettext.NullTranslations()
    with (LOCALES / language / "LC_MESSAGES" / DOMAIN).open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language() -> Language:
    """The language of this session: by the address, else as chosen, else as kept by the browser, else Russian."""
    return _known(st.session_state.get(PARAMETER)) or DEFAULT


def _known(code: object) -> Language | None:
    return next((known for known in LANGUAGES if known == code), None)


def choose() -> Language:
    """Settles the session's language at the start of a run."""
    candidates = (st.query_params.get(PARAMETER), st.session_state.get(PARAMETER), st.context.cookies.get(COOKIE))
    chosen: Language = next(filter(None, map(_known, candidates)), DEFAULT)
    st.session_state[PARAMETER] = chosen
    return chosen


def keep() -> None:
    """Puts the language into the address at the end of a run, when the browser has gone to the page.

    Written at every run: a link to the page one is on brings its parameters here, but Streamlit leaves the address as
    it was, and a reload or a copied link would lose them. The browser does nothing when the address is the same.
    """
    st.query_params[PARAMETER] = language()


def switch(chosen: Language) -> None:
    """Changes the session's language."""
    st.session_state[PARAMETER] = chosen
    st.query_params[PARAMETER] = chosen


def _(message: str) -> str:
    """A message in the session's language."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """A message that depends on a number, in the session's language."""
    return catalogue(language()).ngettext(one, many, number)


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translated where it is used"
    """Marks a message that is translated later."""
    return message
