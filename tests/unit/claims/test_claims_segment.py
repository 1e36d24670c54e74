"""Cutting messages into sentences, items, rows, clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.claims.segment import clause_at, clauses, segment_at, segments


def cut(text: str) -> list[tuple[str, str]]:
    return [(s.kind, text[s.start : s.end]) for s in segments(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Стоит 5 тыс. тенге. Берёте?", ["Стоит 5 тыс. тенге.", "Берёте?"]),
        ("Ждём на ул. Абая 5, оф. 12. До 18:00.", ["Ждём на ул. Абая 5, оф. 12.", "До 18:00."]),
        ("It is $4.50 approx. 3 days. Fine!", ["It is $4.50 approx. 3 days.", "Fine!"]),
        ("Цена 1 500 руб. Скидок нет.", ["Цена 1 500 руб.", "Скидок нет."]),
        ("Баға 9 000 тг. болады", ["Баға 9 000 тг. болады"]),
        ("**Итого: 5 000 ₸.** Спасибо", ["**Итого: 5 000 ₸.**", "Спасибо"]),
        ("Т.е. 5000", ["Т.е. 5000"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, pieces: list[str]) -> None:
    assert [p for _, p in cut(text)] == pieces


def test_list_items_know_what_introduces_them() -> None:
    text = "Наши цены:\n1. **Стол** — 10 000 ₸\n   - сборка 2 000 ₸\n   - доставка 1 000 ₸\n2. Стул\n\nСпасибо!"
    parts = segments(text)
    assert [p.kind for p in parts] == ["sentence", "item", "item", "item", "item", "sentence"]
    assert [p.parent for p in parts] == [None, 0, 1, 1, 0, None]
    assert [p.paragraph for p in parts] == [0, 0, 0, 0, 0, 1]


def test_sentences_of_an_item_hang_on_its_first() -> None:
    parts = segments("- Мойка 3 000 ₸. За кузов.\n- Воск 2 000 ₸")
    assert [p.parent for p in parts] == [None, 0, None]


def test_markdown_table_rows_have_cells_and_a_header() -> None:
    text = "| Тариф | Цена |\n|---|---:|\n| Старт | 5 000 ₸ |\n| Про | 9 000 ₸ |"
    parts = segments(text)
    assert [p.kind for p in parts] == ["row"] * 3
    assert [p.parent for p in parts] == [None, 0, 0]
    assert [text[a:b] for a, b in parts[2].cells] == ["Про", "9 000 ₸"]


def test_html_rows_and_blocks() -> None:
    text = "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>5</td></tr></table>"
    rows = segments(text)
    assert [[text[a:b] for a, b in r.cells] for r in rows] == [["A", "B"], ["x", "5"]]
    assert [p for _, p in cut("<p>Раз. Два.</p><ul><li>Три</li></ul>")] == ["Раз.", "Два.", "Три"]


def test_code_blocks_and_headings() -> None:
    assert cut("# Цены\n```\nx = 5. y\n```\nвсё") == [("heading", "# Цены"), ("code", "x = 5. y"), ("sentence", "всё")]


def test_an_item_under_a_heading_belongs_to_it() -> None:
    parts = segments("## Прайс\n- a 1\nтекст\n- b 2")
    assert [p.parent for p in parts] == [None, 0, None, None]


def test_clauses_keep_numbers_whole() -> None:
    text = "Стол 1,2 млн, но стул 10,000 — дешевле (сейчас)"
    assert [text[a:b].strip() for a, b in clauses(text, 0, len(text))] == [
        "Стол 1,2 млн", "стул 10,000", "дешевле", "сейчас",
    ]  # fmt: skip


def test_clause_and_segment_of_an_offset() -> None:
    text = "раз, два. Три"
    parts = segments(text)
    assert clause_at(text, parts[0], 6) == (4, 9)
    assert clause_at(text, parts[0], 3) == (0, 9)
    assert [segment_at(parts, i) for i in (0, 8, 9, 11)] == [0, 0, 0, 1]
    assert segment_at((), 3) == -1
    assert segments("") == ()
    assert segments(" \n\t\n") == ()


@given(st.text(alphabet="абв .,!?|-\n<tr>d/1#*`:;()", max_size=200))
def test_segments_stay_inside_the_text_and_in_order(text: str) -> None:
    last = 0
    for part in segments(text):
        assert last <= part.start < part.end <= len(text)
        assert text[part.start : part.end].strip() == text[part.start : part.end]
        last = part.end
        for start, end in clauses(text, part.start, part.end):
            assert part.start <= start < end <= part.end
