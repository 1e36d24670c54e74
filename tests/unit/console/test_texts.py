"""Catalogues: nothing untranslated, nothing unused, no placeholder lost; numbers and dates by language."""

import ast
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import streamlit as st
from babel.messages.pofile import read_po

import botops.console
from botops.app.glossary import DAILY, GLOSSARY, TODAY
from botops.app.queries import Number
from botops.console import formats, i18n, labels, numbers
from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.turns import Action, Purpose, TurnState

ROOM = Path(botops.console.__file__).parent
CATALOGUES = ("ru", "kk")


def _in_code():
    """Every message of the code; also proves that each is written out and not put together."""
    found = {}
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "ngettext":
                one, many = node.args[:2]
                found[one.value] = many.value
            elif node.func.id == "N_" or (node.func.id == "_" and isinstance(node.args[0], ast.Constant)):
                found.setdefault(node.args[0].value, None)
    return found


def _catalogue(language):
    with (ROOM / "locale" / language / "LC_MESSAGES" / i18n.DOMAIN).open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


@pytest.fixture(params=["ru", "kk", "en"])
def language(request):
    st.session_state[i18n.PARAMETER] = request.param
    yield request.param
    del st.session_state[i18n.PARAMETER]


@pytest.fixture
def speak():
    def speak(code):
        st.session_state[i18n.PARAMETER] = code

    yield speak
    st.session_state.pop(i18n.PARAMETER, None)


@pytest.mark.parametrize("code", CATALOGUES)
def test_every_message_is_translated_and_none_is_left_over(code):
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in _catalogue(code)}
    assert set(known) == set(_in_code())
    empty = [key for key, m in known.items() if not all([m.string] if isinstance(m.string, str) else m.string)]
    assert empty == []
    assert not any(m.fuzzy for m in known.values())


@pytest.mark.parametrize("code", CATALOGUES)
def test_no_placeholder_is_lost(code):
    for message in _catalogue(code):
        ids = [message.id] if isinstance(message.id, str) else message.id
        strings = [message.string] if isinstance(message.string, str) else message.string
        wanted = Counter(re.findall(r"\{\w+\}", ids[0]))
        assert all(Counter(re.findall(r"\{\w+\}", text)) == wanted for text in strings), ids[0]


def test_plurals_of_code_and_catalogue_agree():
    in_code = {one: many for one, many in _in_code().items() if many}
    for code in CATALOGUES:
        assert {m.id[0]: m.id[1] for m in _catalogue(code) if not isinstance(m.id, str)} == in_code


@pytest.mark.parametrize(
    ("number", "word"), [(1, "ответ"), (3, "ответа"), (5, "ответов"), (11, "ответов"), (21, "ответ")]
)
def test_russian_plurals(speak, number, word):
    speak("ru")
    assert i18n.ngettext("{n} reply", "{n} replies", number).format(n=number) == f"{number} {word}"


def test_english_speaks_from_the_code(speak):
    speak("en")
    assert i18n._("Dialogues") == "Dialogues"
    assert i18n.ngettext("{n} reply", "{n} replies", 2) == "{n} replies"


def test_every_word_of_the_domain_has_a_label(language):
    for values, label in (
        (FindingKind, labels.kind),
        (Severity, labels.severity),
        (Action, labels.action),
        (TurnState, labels.state),
        (Purpose, labels.purpose),
    ):
        names = [label(value) for value in values]
        assert len(set(names)) == len(names)
        assert all(names)


def test_labels_of_unknown_words_are_the_words(language):
    assert labels.channel("viber") == "viber"
    assert labels.rule("own_rule") == "own_rule"
    assert labels.reason(None) == ""
    assert labels.reason("solar_flare") == "solar_flare"
    assert labels.model("") == "—"
    assert labels.prompt("", 0) == "—"
    assert labels.spoken("fr") == "fr"


def test_glossary_is_whole():
    for shown in (DAILY, TODAY):
        assert set(shown) <= set(GLOSSARY)
        assert len(shown) <= 7
    for entry in GLOSSARY.values():
        module, _dot, function = entry.function.rpartition(".")
        assert callable(getattr(__import__(module, fromlist=[function]), function))
        for texts in (entry.name, entry.meaning, entry.formula):
            assert set(texts) == {"ru", "kk", "en"}
            assert all(texts.values())


@pytest.mark.parametrize(("code", "shown"), [("ru", "1 234 567 ₸"), ("kk", "1 234 567 ₸"), ("en", "₸1,234,567")])
def test_money_by_language(speak, code, shown):
    speak(code)
    assert formats.money(Money(123_456_700, "KZT")).replace("\xa0", " ").replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("amount", "shown"), [("0.000253", "0,00025"), ("0.5763", "0,58"), ("12.5", "12,50"), ("518.9", "519"), ("0", "0")]
)
def test_costs_keep_two_digits_that_say_something(speak, amount, shown):
    speak("ru")
    assert formats.cost(Decimal(amount), "USD") == f"{shown}\xa0$"


def test_money_with_tiyn_keeps_them(speak):
    speak("ru")
    assert formats.money(Money(51, "KZT")) == "0,51\xa0₸"


def test_numbers_and_shares(speak):
    speak("ru")
    assert formats.number(1234.56, 1).replace("\xa0", " ") == "1 234,6"
    assert formats.percent(0.364) == "36%"
    assert formats.percent(0.001) == "0,1%"
    assert formats.compact(9_999) == "9\xa0999"
    assert formats.compact(1_830_238) == "1,8\xa0млн"


@pytest.mark.parametrize(
    ("code", "ms", "shown"),
    [("ru", 152.3, "152 мс"), ("ru", 2340, "2,3 с"), ("en", 900, "900 ms"), ("kk", 1500, "1,5 с")],
)
def test_durations(speak, code, ms, shown):
    speak(code)
    assert formats.milliseconds(ms) == shown.replace(" ", "\xa0")


def test_moments_are_of_the_company(speak):
    speak("ru")
    at = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    assert formats.moment(at, "Asia/Almaty") == "21 нояб., 01:30"
    assert formats.full_day(date(2026, 11, 2)) == "2 ноября 2026\u202fг." or "2 ноября 2026" in formats.full_day(
        date(2026, 11, 2)
    )
    assert formats.span(timedelta(days=2)) == "2 дня"


def test_no_page_shows_a_note_of_its_code():
    """Streamlit writes bare expressions of a page's script onto the page, a string under a constant too."""
    for file in sorted((ROOM / "views").glob("*.py")):
        bare = [node.lineno for node in ast.parse(file.read_text(encoding="utf-8")).body[1:]
                if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)]  # fmt: skip
        assert bare == [], file.name


def test_no_field_of_choices_asks_in_english_what_to_choose():
    """Streamlit's own words for an empty field are English whatever the language."""
    bare = []
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            given = {one.arg: one.value for one in node.keywords}
            index = given.get("index")
            may_be_empty = node.func.attr == "multiselect" or (
                node.func.attr == "selectbox"
                and any(
                    isinstance(part, ast.Constant) and part.value is None for part in ast.walk(index or ast.List([]))
                )
            )
            if may_be_empty and "placeholder" not in given:
                bare.append(f"{file.name}:{node.lineno}")
            options = node.args[1] if node.func.attr == "selectbox" and len(node.args) > 1 else None
            if isinstance(options, ast.List) and any(
                isinstance(o, ast.Constant) and o.value is None for o in options.elts
            ):
                bare.append(f"{file.name}:{node.lineno}")  # an option of nothing is shown as an empty field
    assert bare == []


@pytest.mark.parametrize(
    ("value", "previous", "said"), [(0.30, 0.25, "5 п. п."), (0.251, 0.25, "0,1 п. п."), (0.2, 0.25, "5 п. п.")]
)
def test_a_share_changes_by_points_and_not_by_a_share_of_itself(speak, value, previous, said):
    speak("ru")
    assert numbers.changed(Number("satisfied", value, previous)) == said
    assert numbers.changed(Number("waiting_reviews", 6, 5)) == "20%"
