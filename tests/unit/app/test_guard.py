import random
from datetime import UTC, datetime, timedelta

import pytest

from botops.app import guard as guard_module
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import Books
from botops.claims import compile_book, judge
from botops.domain.findings import Judgement
from botops.domain.messages import Message
from botops.pricebook import load

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
SAID = [
    ("user", "Сколько стоит тариф «Магазин»?"),
    ("assistant", "Тариф «Магазин» — 13 900 ₸ в месяц или 139 000 ₸ в год."),
    ("user", "а за год со скидкой 50 %?"),
    ("assistant", "За год 69 500 ₸."),
    ("user", "а помесячно?"),
    ("assistant", "13 900 ₸ в месяц, за двенадцать месяцев 166 800 ₸."),
    ("user", "Скидка 50 % точно есть?"),
    ("assistant", "Да."),
]


@pytest.fixture
def book(repository):
    return repository / "pricebook" / "demo.yaml"


def messages(dated=True):
    return tuple(
        Message(role, text, at=AT + timedelta(minutes=i) if dated else None) for i, (role, text) in enumerate(SAID)
    )


@pytest.mark.parametrize("dated", [True, False])
def test_a_dialogue_read_once_is_judged_as_if_read_anew(book, dated):
    guard = ClaimGuard(Books(book))
    compiled = compile_book(load(book))
    spoken = messages(dated)
    for turn in [1, 3, 3, 5, 7, 1, 7, 5]:
        verdict = guard.judge(spoken[: turn + 1], at=AT)
        anew = judge(spoken[: turn + 1], compiled, at=AT)
        assert verdict.findings == tuple(anew.findings)
        assert verdict.claims == anew.claims


def test_a_reply_tried_and_not_sent_leaves_no_trace(book):
    guard = ClaimGuard(Books(book))
    spoken = messages()
    before = guard.judge(spoken[:4], at=AT)
    guard.judge((*spoken[:3], Message("assistant", "Для вас 50 % скидки, 69 500 ₸ за год.", at=AT)), at=AT)
    guard.judge((*spoken[:3], Message("assistant", "Ничего не скажу.", at=AT)), at=AT)
    assert guard.judge(spoken[:4], at=AT) == before


def test_dialogues_region_and_segment_do_not_mix(book):
    guard = ClaimGuard(Books(book))
    spoken = messages()
    for region in (None, "Алматы", "Астана", None):
        verdict = guard.judge(spoken[:2], at=AT, region=region)
        assert verdict.findings == tuple(judge(spoken[:2], compile_book(load(book)), at=AT, region=region).findings)


def test_what_is_kept_is_bounded(book, monkeypatch):
    monkeypatch.setattr(guard_module, "DIALOGUES_KEPT", 5)
    guard = ClaimGuard(Books(book))
    order = random.Random(3)
    for _ in range(60):
        number = order.randrange(12)
        opening = Message("user", f"Здравствуйте, заявка {number}", at=AT)
        verdict = guard.judge((opening, Message("assistant", "Тариф «Магазин» — 9 000 ₸ в месяц.", at=AT)), at=AT)
        assert [f.kind for f in verdict.findings] == ["price"]
    assert len(guard._kept) <= 5


def test_without_a_book_or_with_too_large_a_text_there_is_no_judgement(book, tmp_path):
    spoken = messages()
    assert ClaimGuard(Books(tmp_path / "none.yaml")).judge(spoken[:2], at=AT).reason == "no_book"
    guard = ClaimGuard(Books(book))
    for large in (
        (Message("assistant", "а" * 1_000_001, at=AT),),
        (Message("user", "а" * 1_000_001, at=AT), Message("assistant", "Да", at=AT)),
    ):
        verdict = guard.judge(large, at=AT)
        assert (verdict.judgement, verdict.reason) == (Judgement.NOT_JUDGED, "too_large")
