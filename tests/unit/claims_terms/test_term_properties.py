"""Properties: spans lie in the text, the same input gives the same output, work stays linear, the lexicon inflects."""

from __future__ import annotations

import importlib.util
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.claims.lexicon import concepts, entry
from botops.claims.quantities import numeral, quantities
from botops.claims.reading import read
from botops.claims.scope import scope_of
from botops.claims.terms import applied_discounts, find_term_claims
from botops.claims.words import fold, words

_SPEC = importlib.util.spec_from_file_location("term_books", Path(__file__).with_name("term_books.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
books = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(books)

PIECES = st.sampled_from(
    "скидка 10% бесплатно в подарок не нет жоқ тегін , . ? ! — ; 0-0-12 MED10 код промокод торт эклеры доставка "
    "гарантия 12 месяцев "
    "входит если от 5 000 ₸ минус 15% half off free жеңілдік ҚҚС НДС депозит без за полцены в два раза дешевле ваши "
    "60 000".split(" ")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25), st.lists(PIECES, max_size=8))
def test_spans_are_inside_the_text_and_the_output_is_stable(reply: list[str], question: list[str]) -> None:
    text = " ".join(reply)
    context = books.context("bakery", " ".join(question), text)
    found = find_term_claims(context)
    assert found == find_term_claims(books.context("bakery", " ".join(question), text))
    for before, after in pairwise(found):
        assert before.end <= after.start
    for finding in found:
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.quote


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 50))
def test_any_text_can_be_read(text: str, start: int, size: int) -> None:
    reading = read(text)
    scope_of(reading, min(start, len(text)), min(start + size, len(text)))
    for sentence in reading.sentences:
        assert sentence.first < sentence.last
        for clause in reading.clauses[sentence.clause_first : sentence.clause_last]:
            assert sentence.first <= clause.first < clause.last <= sentence.last


@pytest.mark.parametrize(
    "piece",
    [
        "скидка 10% ",
        "роутер бесплатно, ",
        "в подарок ",
        "не ",
        "1 ",
        "MED10 ",
        "0-0-12 ",
        "(",
        "ABC12 код ",
        "за полцены ",
        "торт ",
    ],
)
def test_work_grows_linearly(piece: str) -> None:
    def seconds(size: int) -> float:
        context = books.context("bakery", "скидка?", (piece * size)[:size])
        _ = context.reply.mentions, context.reply.hits
        started = time.thread_time()
        find_term_claims(context)
        return time.thread_time() - started

    seconds(2_000)
    small, large = min(seconds(5_000) for _ in range(2)), seconds(40_000)
    assert large < max(0.4, small * 8 * 6)


@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("скидками", "discount"),
        ("скидкамен", "discount"),
        ("жеңілдікпен", "discount"),
        ("жеңілдіктердің", "discount"),
        ("рассрочкамен", "instalment"),
        ("гарантией", "warranty"),
        ("кепілдігі", "warranty"),
        ("бесплатную", "free"),
        ("подарков", "gift"),
        ("студенттерге", "g:student"),
        ("пенсионерам", "g:pensioner"),
        ("месяцев", "u:month"),
        ("айға", "u:month"),
        ("warranties", "warranty"),
        ("refunded", "refund"),
        ("берілмейді", "s:neg"),
        ("жүрмейді", "s:neg"),
        ("бермейміз", "s:neg"),
        ("болмайды", "s:neg"),
        ("isn't", "s:neg"),
        ("депозитсіз", "s:neg"),
    ],
)
def test_inflected_words_keep_their_concept(word: str, concept: str) -> None:
    assert concept in entry(fold(word)).concepts


@pytest.mark.parametrize(
    "word", ["победы", "запас", "төлейсіз", "подарочная", "use", "вернусь", "замороженный", "кодировка"]
)
def test_look_alikes_have_no_such_concept(word: str) -> None:
    assert not entry(fold(word)).concepts & {"s:neg", "gift", "free", "refund", "freeze", "code", "promo"}


def test_phrases_mark_all_their_words() -> None:
    tags = concepts(words(fold("это за наш счёт и on the house")))
    assert ["free" in t for t in tags] == [False, True, True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("от пяти бутылей", [(5, "piece", "from")]),
        ("до 20 пользователей", [(20, "user", "upto")]),
        ("не больше 3 месяцев", [(3, "month", "upto")]),
        ("не менее 2 часов", [(2, "hour", "from")]),
        ("10 000 теңгеден бастап", [(10000, "", "from")]),
        ("он екі айға", [(12, "month", None)]),
        ("екеуден бастап", [(2, "", "from")]),
        ("more than 20 bottles", [(20, "piece", "from")]),
        ("up to 24 hours", [(24, "hour", "upto")]),
        ("полгода", [(6, "month", None)]),
        ("двадцать пять дней", [(25, "day", None)]),
    ],
)
def test_counted_things(text: str, expected: list[tuple[int, str, str | None]]) -> None:
    found = words(fold(text))
    assert [(int(q.value), q.unit, q.bound) for q in quantities(found, concepts(found))] == expected


def test_ordinals_are_marked() -> None:
    assert numeral("пятая") == (5, True)
    assert numeral("бесінші") == (5, True)
    assert numeral("second") == (2, True)
    assert numeral("стол") is None


def test_discounts_a_calculation_may_rest_on() -> None:
    named = {d.source: d for d in applied_discounts(books.context("bakery", "Беру 6 наборов эклеров", "Скидка 12%."))}
    assert named["offer:five"].named
    assert named["offer:five"].met.value == "met"
    assert "offer:autumn" not in named
    coded = {d.source for d in applied_discounts(books.context("bakery", "код EKLER1000", "Применим."))}
    assert "offer:autumn" in coded
    few = {d.source: d for d in applied_discounts(books.context("bakery", "Беру 2 набора эклеров", "Скидка 12%."))}
    assert few["offer:five"].met.value == "not_met"
