"""What a claim check of one's own is held to. Its author runs this in a test:

from botops.testing import check_conformance

def test_it_conforms():
    check_conformance(my_check, expect={"Привезём сегодня!": ["сегодня"], "Привезём завтра.": []})
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

from botops.claims import ClaimCheck, CompiledBook, ReplyToCheck, compile_book, find_mentions
from botops.claims.extensions import MOST_FINDINGS, finding_problem
from botops.domain.findings import Finding
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOOK = PriceBook(
    "KZT",
    (
        Product("alpha", "Тариф «Альфа»", ("Альфа", "Alpha"), (Price(Decimal(5000), "KZT", "month"),)),
        Product("beta", "Тариф «Бета»", ("Бета", "Beta"), (Price(Decimal(9000), "KZT", "month"),)),
    ),
    (Offer("year", OfferKind.PERCENT, Decimal(10), None, ("alpha",), "при оплате за год"),),
    Policies(text=("Доставка бесплатна от 20 000 ₸.",)),
    version="conformance",
)
"""Two plans, one offer and one policy: what a check is tried with unless it is given another book."""
ORDINARY = (
    "Здравствуйте! Тариф «Альфа» — 5 000 ₸ в месяц, доставка от 20 000 ₸ бесплатно.",
    "Сәлеметсіз бе! «Бета» тарифі айына 9 000 теңге тұрады.",
    "Hello! Alpha is 5,000 tenge a month; 10% off if you pay for a year.",
    "| Тариф | Цена |\n|---|---|\n| Альфа | 5 000 ₸ |\n| Бета | 9 000 ₸ |",
    "Да.",
)
_HOSTILE = (
    "", " \n\t", "👍🎉", "\u202e9 000 ₸\u202c", "1\u200b0 000 ₸", "<b>9 000</b> &lt;₸&gt;", "9" * 5_000, "(" * 5_000,
    "\ud83d", "Ⅻ ½ ９０００ ₸", "\0\0\0",
)  # fmt: skip
_LONG = 100_000
_ROUNDS = 20


def check_conformance(
    check: ClaimCheck,
    *,
    expect: Mapping[str, Sequence[str]] | None = None,
    book: PriceBook | None = None,
    at: datetime = AT,
    reply_seconds: float = 0.02,
    long_seconds: float = 1.0,
) -> None:
    """Holds a check to the contract of `botops.claims.ClaimCheck`. Raises AssertionError with everything that is wrong.

    It must raise nothing and give valid findings on ordinary, hostile and very long replies, answer the same when it is
    asked again and from several threads, and be quick: `reply_seconds` for an ordinary reply (the best of several),
    `long_seconds` for one of 100,000 characters. `expect` gives replies with the quotes the check must find in them, in
    order; none for a reply it must leave alone. `book` and `at` are what it is asked with.
    """
    compiled = compile_book(book or BOOK)
    wrong = [
        *_again(check, compiled, at),  # first: it must not have been asked before
        *_answers(check, compiled, at),
        *_expected(check, compiled, at, expect or {}),
        *_quick(check, compiled, at, reply_seconds, long_seconds),
    ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def reply_to_check(text: str, book: CompiledBook, at: datetime = AT) -> ReplyToCheck:
    """A reply to a client's question, as a check gets it."""
    messages = (Message("user", "Сколько стоит и что входит?"), Message("assistant", text))
    return ReplyToCheck(messages, find_mentions(text), book, at)


def _ask(check: ClaimCheck, text: str, book: CompiledBook, at: datetime) -> tuple[list[Finding], str]:
    """The findings, and what is wrong with the answer."""
    reply = reply_to_check(text, book, at)
    try:
        found = list(check(reply))
    except Exception as error:  # noqa: BLE001 - whatever it raises is what the author must hear of
        return [], f"raised {type(error).__name__}: {error}"
    if len(found) > MOST_FINDINGS:
        return found, f"gave {len(found)} findings, over {MOST_FINDINGS}"
    problems = (finding_problem(finding, reply) for finding in found)
    return found, next((problem for problem in problems if problem), "")


def _answers(check: ClaimCheck, book: CompiledBook, at: datetime) -> Iterator[str]:
    long = ((ORDINARY[0] + " ") * (_LONG // len(ORDINARY[0])), "9 000 ₸ " * (_LONG // 8), "а" * _LONG)
    for text in (*ORDINARY, *_HOSTILE, *long):
        _, problem = _ask(check, text, book, at)
        if problem:
            yield f"on {_shown(text)}: {problem}"


def _expected(
    check: ClaimCheck, book: CompiledBook, at: datetime, expect: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for text, quotes in expect.items():
        found, problem = _ask(check, text, book, at)
        said = [f.quote for f in sorted(found, key=lambda f: f.start)] if not problem else []
        if problem or said != list(quotes):
            yield f"on {_shown(text)}: {problem or f'found {said}, expected {list(quotes)}'}"


def _again(check: ClaimCheck, book: CompiledBook, at: datetime) -> Iterator[str]:
    first = [_ask(check, text, book, at) for text in ORDINARY]
    if [_ask(check, text, book, at) for text in reversed(ORDINARY)] != first[::-1]:
        yield "asked again in another order it answers otherwise: it keeps something between calls"
    with ThreadPoolExecutor(4) as pool:
        at_once = pool.map(lambda text: _ask(check, text, book, at), ORDINARY * _ROUNDS)
        if list(at_once) != first * _ROUNDS:
            yield "asked from several threads it answers otherwise"


def _quick(
    check: ClaimCheck, book: CompiledBook, at: datetime, reply_seconds: float, long_seconds: float
) -> Iterator[str]:
    for text, most, rounds in ((ORDINARY[0], reply_seconds, 5), ("9 000 ₸, " * (_LONG // 9), long_seconds, 2)):
        best = min(_seconds(check, text, book, at) for _ in range(rounds))
        if best > most:
            yield f"on {_shown(text)}: took {best:.3f} s, over {most} s"


def _seconds(check: ClaimCheck, text: str, book: CompiledBook, at: datetime) -> float:
    started = time.perf_counter()
    _ask(check, text, book, at)
    return time.perf_counter() - started


def _shown(text: str) -> str:
    return f"{text[:40]!r}{f' … ({len(text)} characters)' if len(text) > 40 else ''}"
