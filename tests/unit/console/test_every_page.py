"""Every page of the menu, whatever state the installation is in: a new page is tested here without being named.

One session walks from page to page as a person does, so that what a page leaves behind meets the next one too.
"""

import re
import shutil
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

import botops.console
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.console import data, formats, i18n, navigation

MAIN = Path(botops.console.__file__).parent / "main.py"
PAGES = get_args(navigation.Name)


@dataclass
class Walk:
    """One session for each project. In other languages than the usual one each page gets a session of its own: the
    test client asks for the names of options outside a session, where there is no language but the usual."""

    sessions: dict[Path, AppTest] = field(default_factory=dict)

    def to(self, folder: Path, page: str, language: str = "ru") -> AppTest:
        session = self.sessions.get(folder) if language == "ru" else None
        if session is None:
            session = AppTest.from_file(str(MAIN), default_timeout=60)
            session.query_params["lang"] = language
            session.run()
            if language == "ru":
                self.sessions[folder] = session
        return session.switch_page(f"views/{page}.py").run()


@pytest.fixture(autouse=True)
def _forget():
    """Kept figures stay kept between the tests of this file: no test here changes anything."""


@pytest.fixture(scope="module")
def walk():
    yield Walk()
    data.forget()


@pytest.fixture(scope="module")
def folders(seeded, tmp_path_factory):
    """Projects by the state they are in. Nothing in them is changed by a test."""
    place = tmp_path_factory.mktemp("states")
    named = {"full": seeded}
    for state in ("empty", "missing", "damaged", "settings", "files"):
        named[state] = Path(shutil.copytree(seeded, place / state))
    for state in ("empty", "missing"):
        shutil.rmtree(named[state] / ".botops")
    with Container.open(load_settings(named["empty"] / "botops.yaml"), Secrets()):
        pass
    for extra in (named["damaged"] / ".botops").glob("botops.db-*"):
        extra.unlink()
    (named["damaged"] / ".botops" / "botops.db").write_bytes(b"not a database at all" * 500)
    (named["settings"] / "botops.yaml").write_text("company:\n  nme: Айна\n", encoding="utf-8")
    (named["files"] / "prompts" / "sales" / "1.yaml").write_text("messages: [\n", encoding="utf-8")
    (named["files"] / "pricebook" / "demo.yaml").unlink()
    return named


@pytest.fixture
def visit(walk, folders, monkeypatch):
    """Goes to a page of a project in a state."""

    def visit(state, page, language="ru"):
        monkeypatch.chdir(folders[state])
        shown = walk.to(folders[state], page, language)
        assert not shown.exception
        return shown

    return visit


def _catalogue(language):
    with (i18n.LOCALES / language / "LC_MESSAGES" / i18n.DOMAIN).open("rb") as file:
        return read_po(file, locale=language)


def _left_in_english(said, language):
    """Texts of the catalogue that stand on a page in their English form, though they have another in its language."""
    found = []
    for message in _catalogue(language):
        source, there = (one if isinstance(one, str) else one[0] for one in (message.id, message.string))
        part = max(re.split(r"\{\w+\}", source), key=len).strip()
        told = len(part) > 3 and (" " in part or part[0].isupper())
        if told and source != there and re.search(rf"(?<![\w@.-]){re.escape(part)}(?![\w@.-])", said):
            found.append(part)
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_full_page_has_no_english_left(visit, words, page, language):
    shown = visit("full", page, language)
    assert shown.title[0].value in {message.string for message in _catalogue(language)}
    said = re.sub(r"<pre>.*?</pre>", " ", words(shown), flags=re.DOTALL)  # an error for those who mend it, as it is
    said = unescape(re.sub(r"<[^>]+>", " ", said))
    assert re.search("[а-яёәғқңөұүһі]{4}", said)
    assert _left_in_english(said, language) == []


@pytest.mark.parametrize("page", PAGES)
def test_full_page_in_english(visit, page):
    shown = visit("full", page, "en")
    assert shown.title[0].value in {message.id for message in _catalogue("ru")}
    labels = [one.label for kind in (shown.button, shown.selectbox, shown.text_input, shown.tabs) for one in kind]
    russian = {message.string for message in _catalogue("ru") if message.string != message.id}
    assert [label for label in labels if label in russian] == []  # names of products and prompts stay as they are


@pytest.mark.parametrize("page", PAGES)
def test_empty_store_shows_no_number_that_nobody_knows(visit, words, page):
    shown = visit("empty", page)
    assert words(shown)
    assert [metric.value for metric in shown.metric if metric.value != formats.NOTHING] == []


@pytest.mark.parametrize("page", PAGES)
def test_missing_store_says_so_and_what_to_do(visit, words, page):
    said = words(visit("missing", page))
    assert "Данных пока нет" in said
    assert "botops doctor" in said


@pytest.mark.parametrize("page", PAGES)
def test_damaged_store(visit, words, page):
    assert "Данных пока нет" in words(visit("damaged", page))


@pytest.mark.parametrize("page", PAGES)
def test_broken_settings_point_at_the_line(visit, words, page):
    assert "botops.yaml:2:3" in words(visit("settings", page))


@pytest.mark.parametrize("page", PAGES)
def test_broken_prompt_and_missing_price_book(visit, words, page):
    assert words(visit("files", page))


def test_every_page_has_its_place_in_the_menu():
    shown = [name for names in navigation.SECTIONS.values() for name in names]
    assert sorted(shown) == sorted(PAGES)


@pytest.mark.parametrize(
    ("page", "address"),
    [("live", {"hours": "²"}), ("live", {"hours": "9" * 5000}), ("today", {"days": "²"}),
     ("costs", {"days": "9" * 5000}), ("monday", {"week": "9999-12-31"}), ("monday", {"week": "0001-01-01"}),
     ("dialogues", {"prompt": "sales@" + "9" * 30}), ("dialogues", {"prompt": "sales@" + "9" * 5000}),
     ("dialogues", {"variant": "sales-price-first:" + "9" * 30})],
)  # fmt: skip
def test_number_no_page_offers_in_an_address_breaks_nothing(folders, monkeypatch, page, address):
    monkeypatch.chdir(folders["full"])
    shown = AppTest.from_file(str(MAIN), default_timeout=60)
    shown.query_params["lang"] = "ru"
    shown.run()
    for name, value in address.items():
        shown.query_params[name] = value
    shown.switch_page(f"views/{page}.py").run()
    assert not shown.exception
    assert shown.title
