"""Characters that are digits and no numbers, sums beyond counting, halves of emoji: judged like any other reply."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.app.checks.judging import judge_dialogue
from botops.claims import compile_book
from botops.claims.dialogues import Dialogue
from botops.domain.findings import Judgement
from botops.domain.messages import Message
from botops.pricebook.model import Price, PriceBook, Product

BOOK = compile_book(
    PriceBook("KZT", (Product("pool", "Бассейн", (), (Price(Decimal(45000), "KZT", per="month"),)),)),
)
AT = datetime(2026, 5, 5, 9, tzinfo=UTC)


def found(*texts: str) -> list[list[str]]:
    messages = tuple(Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts))
    judged = judge_dialogue(Dialogue("d", messages, AT), BOOK)
    return [[f"{f.turn}:{f.quote}" for f in j.verdict.findings] for j in judged]


@pytest.mark.parametrize(
    ("reply", "quote"),
    [
        ("① Бассейн — 40 000 ₸, зал 5²", "40 000 ₸"),
        ("Бассейн — 999999999999999999999999999 ₸", "999999999999999999999999999 ₸"),
        ("\ud83d Бассейн — 40 000 ₸", "40 000 ₸"),
        ("Бассейн — 40000", "40000"),
        ("Бассейн: 40 000 в месяц", "40 000"),
    ],
)
def test_a_false_price_is_found_beside_them(reply: str, quote: str) -> None:
    assert found("сколько стоит бассейн?", reply) == [[f"1:{quote}"]]


def test_what_follows_a_message_too_large_keeps_its_place() -> None:
    messages = (
        Message("user", "бассейн?"),
        Message("assistant", "я" * 1_000_001),
        Message("user", "бассейн?"),
        Message("assistant", "Бассейн — 40 000 ₸."),
    )
    first, second = judge_dialogue(Dialogue("d", messages, AT), BOOK)
    assert (first.turn, first.verdict.judgement, first.verdict.reason) == (1, Judgement.NOT_JUDGED, "too_large")
    assert [f.turn for f in second.verdict.findings] == [3]


def test_a_message_that_breaks_the_checker_costs_no_other() -> None:
    broken = Message("assistant", None)  # type: ignore[arg-type]
    messages = (
        Message("user", "бассейн?"),
        broken,
        Message("user", "бассейн?"),
        Message("assistant", "Бассейн — 40 000 ₸."),
    )
    first, second = judge_dialogue(Dialogue("d", messages, AT), BOOK)
    assert (first.turn, first.verdict.judgement, first.verdict.reason) == (1, Judgement.NOT_JUDGED, "checker_failed")
    assert [f.turn for f in second.verdict.findings] == [3]
