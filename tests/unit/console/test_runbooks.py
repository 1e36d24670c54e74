"""What runbooks send people to in the console is there, under the name it has on the screen."""

import re

import pytest
import streamlit as st
from babel.messages.pofile import read_po

from botops.console import i18n, navigation

PAGE = re.compile(r"(?:консол\w*|страниц\w*),?\s+«([^»]+)»", re.IGNORECASE)
ANY = re.compile(r"«([^»]+)»")
CONSOLE = re.compile(r"консол|страниц[аеуы]\s+«", re.IGNORECASE)


@pytest.fixture
def titles():
    st.session_state[i18n.PARAMETER] = "ru"
    yield {navigation.title(name) for names in navigation.SECTIONS.values() for name in names}
    del st.session_state[i18n.PARAMETER]


@pytest.fixture(scope="module")
def shown():
    with (i18n.LOCALES / "ru" / "LC_MESSAGES" / i18n.DOMAIN).open("rb") as file:
        messages = read_po(file, locale="ru")
    return {text for m in messages for text in ([m.string] if isinstance(m.string, str) else m.string)}


def _steps(repository):
    """The steps of all runbooks that lead to the console, each with its file's name."""
    for file in sorted((repository / "alerts" / "runbooks").glob("*.md")):
        for step in re.split(r"\n\n|\n(?=- |\d+\. )", file.read_text(encoding="utf-8")):
            if CONSOLE.search(step):
                yield file.name, step


def test_the_pages_runbooks_name_are_in_the_menu(repository, titles):
    named = {(file, page) for file, step in _steps(repository) for page in PAGE.findall(step)}
    assert len(named) > 5
    assert {(file, page) for file, page in named if page not in titles} == set()


def test_the_words_runbooks_quote_from_the_console_are_on_its_screens(repository, titles, shown):
    quoted = {(file, words) for file, step in _steps(repository) for words in ANY.findall(step)}
    assert {(file, words) for file, words in quoted if words not in titles | shown} == set()
