"""The glossary: every number a screen shows is in it, and can be found and linked to."""

import ast
import re
from html import unescape
from pathlib import Path

import pytest

import botops.console
from botops.app.glossary import GLOSSARY
from botops.app.handbook import SUBJECTS, explained, search

ROOM = Path(botops.console.__file__).parent


def _metrics():
    """Every number drawn as one, by the place in the code: the expression of its name."""
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.metric":
                yield f"{file.name}:{node.lineno}", ast.unparse(node.args[0])


def test_every_number_takes_its_name_from_the_glossary():
    found = dict(_metrics())
    assert found
    assert {place: name for place, name in found.items() if "entry.name[language()]" not in name} == {}


@pytest.mark.parametrize("page", ["today", "live", "costs", "alerts"])
def test_every_number_on_a_screen_is_in_the_glossary(seeded, run, page):
    names = {entry.name["ru"] for entry in GLOSSARY.values()}
    shown = {metric.label.replace("\\", "") for metric in run(seeded, page).metric}
    assert shown <= names


def test_names_tell_numbers_apart():
    for language in ("ru", "kk", "en"):
        names = [entry.name[language] for entry in GLOSSARY.values()]
        assert len(set(names)) == len(names)


def test_every_number_says_what_it_is_made_from():
    for identifier in GLOSSARY:
        found = explained(identifier)
        assert found.subject in SUBJECTS
        assert all(found.source[language] for language in ("ru", "kk", "en"))
        assert found.entry.version >= 1


def test_the_search_knows_every_language_and_puts_names_first():
    assert search("довольны", "ru")[0].entry.id == "satisfied"
    assert "satisfied" in {one.entry.id for one in search("РИЗА", "ru")}
    assert "below_book" in {one.entry.id for one in search("promised price book", "ru")}
    assert search("слова которого нет", "ru") == ()
    assert {one.entry.id for one in search("  ", "kk")} == set(GLOSSARY)


def test_a_link_shows_one_number(seeded, run, words):
    said = unescape(re.sub(r"<[^>]+>", " ", words(run(seeded, "glossary", number="satisfied"))))
    assert GLOSSARY["satisfied"].formula["ru"] in said
    assert GLOSSARY["dialogues"].formula["ru"] not in said


def test_a_search_is_kept_in_the_address(seeded, run, words):
    test = run(seeded, "glossary")
    test.text_input[0].set_value("кэш").run()
    assert "кэш" in test.query_params["text"]
    said = words(test)
    assert GLOSSARY["saved_by_cache"].name["ru"] in said
    assert GLOSSARY["dialogues"].meaning["ru"] not in said
    test.text_input[0].set_value("абракадабра").run()
    assert "Такого числа нет" in words(test)
