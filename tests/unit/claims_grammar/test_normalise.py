"""Look-alikes are folded and every offset leads back to the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.claims.mentions import find_mentions
from botops.claims.normalise import normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("15\u00a0000\u202f₸", "15 000 ₸"),
        ("100–120", "100-120"),
        ("−5", "-5"),
        ("１５％", "15%"),
        ("٣٥٠", "350"),
        ("𝟏𝟓 ₸", "15 ₸"),
        ("1\u200b5\u2060 000", "15 000"),
        ("\u200f15 000\u200e", "15 000"),
        ("**15** __000__ `x`", "15 000 x"),
        ("*15 000* ₸", "15 000 ₸"),
        ("5 * 3000", "5 * 3000"),
        ("15*2", "15*2"),
        ("<b>15</b>&nbsp;000", "15 000"),
        ('<span class="p">15</span>', "15"),
        ("~~20~~ ~15", "20 ~15"),
        ("1O OOO", "10 000"),
        ("2О0", "200"),
        ("15 ООО ₸", "15 000 ₸"),
        ("15 ООО «Ромашка»", "15 ООО «Ромашка»"),
        ("ООО 15", "ООО 15"),
        ("i5O", "i5O"),
        ("простой текст", "простой текст"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert normalise(text).text == folded


def test_a_text_without_marks_needs_no_map() -> None:
    assert normalise("15\u00a0000 ₸").offsets is None


def test_a_span_leads_back_over_removed_characters() -> None:
    plain = normalise("цена **15** 000")
    start = plain.text.index("15")
    assert plain.span(start, start + 6) == (7, 15)


@given(st.text(max_size=120))
def test_offsets_are_growing_and_inside(text: str) -> None:
    plain = normalise(text)
    if plain.offsets is None:
        assert len(plain.text) == len(text)
    else:
        assert len(plain.offsets) == len(plain.text)
        assert all(left < right for left, right in zip(plain.offsets, plain.offsets[1:], strict=False))
        assert all(0 <= offset < len(text) for offset in plain.offsets)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("цена 1\u200b5 0\u200b00 ₸.", "1\u200b5 0\u200b00 ₸"),
        ("цена **15 000** ₸.", "15 000** ₸"),
        ("цена \u200f15 000\u200e ₸.", "15 000\u200e ₸"),
        ("цена 15&nbsp;000&nbsp;₸.", "15&nbsp;000&nbsp;₸"),
        ("цена １５ ０００ ₸.", "１５ ０００ ₸"),
        ("цена 1O OOO ₸.", "1O OOO ₸"),
    ],
)
def test_the_quote_is_of_the_original(text: str, quote: str) -> None:
    (mention,) = find_mentions(text)
    assert mention.quote == quote == text[mention.start : mention.end]
