"""Checks of what was said about money: nothing invented, the right price named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from botops.claims import find_numbers
from botops.config.wording import suggestion
from botops.domain.findings import FindingKind, Judgement, Severity
from botops.evals.checks.base import (
    CannotJudgeError,
    Check,
    DialogueView,
    Miss,
    OrAlone,
    Params,
    Sample,
    Scope,
    shortened,
)
from botops.pricebook import prices_of

if TYPE_CHECKING:
    from botops.domain.findings import Finding
    from botops.evals.checks.base import TurnView
    from botops.pricebook import Price, PriceBook

_REPLYS_FAULT = frozenset({"too_large"})
"""Reasons of `not_judged` that the reply itself has caused; all others say something about the checker or the book."""

Amount = Annotated[Decimal, Field(gt=0)]


class InventedClaims(Params):
    """Which kinds of claims are looked at (all when empty), and from which severity on."""

    short: ClassVar[str | None] = "kinds"
    kinds: Annotated[tuple[FindingKind, ...], OrAlone()] = ()
    severity: Literal["low", "medium", "high", "critical"] = "low"


def no_invented_claims(params: InventedClaims, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every text a model wanted to send is looked at, also those the guard held back: a prompt is not good because the
    guard caught it."""
    least = Severity[params.severity.upper()]
    for turn in scope:
        for attempt in turn.record.attempts:
            verdict = attempt.verdict
            if verdict is None:
                continue
            if verdict.judgement is Judgement.NOT_JUDGED:
                if verdict.reason not in _REPLYS_FAULT:
                    raise CannotJudgeError(f"turn {turn.number} was not judged: {verdict.reason}")
                yield Miss(
                    "Ответ слишком велик, чтобы его проверить.", "The reply is too large to be judged.", turn.number,
                    rule="too_large",
                )  # fmt: skip
            for finding in verdict.findings:
                if finding.severity >= least and (not params.kinds or finding.kind in params.kinds):
                    yield _miss(turn, finding, left=attempt.text == turn.reply)


def _miss(turn: TurnView, finding: Finding, *, left: bool) -> Miss:
    ru, en = finding.explanation("ru"), finding.explanation("en")
    if not left:
        ru, en = f"{ru} Клиент этого ответа не получил.", f"{en} The client did not get this reply."
    return Miss(ru, en, turn.number, finding.quote, finding.expected, finding.kind.value)


class StatesPrice(Params):
    """A price of the book: product, charging period, quantity, variant. `total` asks for price × quantity."""

    short: ClassVar[str | None] = "sku"
    sku: str = Field(min_length=1)
    per: str | None = None
    qty: int = Field(default=1, ge=1)
    attributes: dict[str, str] = Field(default_factory=dict)
    region: str | None = None
    segment: str | None = None
    total: bool = False


def states_price(params: StatesPrice, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """One of the replies names the amount in force."""
    prices = _prices(params, dialogue.book, dialogue.day)
    if len(prices) != 1:
        raise CannotJudgeError(price_problem(params, dialogue.book, dialogue.day) or "")
    amount = prices[0].amount * (params.qty if params.total else 1)
    yield from _missing_amount(scope, amount, prices[0].currency, what=_called(params, dialogue.book))


def price_problem(params: StatesPrice, book: PriceBook, day: date) -> str | None:
    """Why the parameters do not name exactly one price, or None."""
    if book.product(params.sku) is None:
        return f"no product `{params.sku}` in the price book{suggestion(params.sku, [p.sku for p in book.products])}"
    prices = _prices(params, book, day)
    if not prices:
        return f"`{params.sku}` has no such price on {day.isoformat()}: check `per`, `attributes` and `region`"
    if len(prices) > 1:
        ways = "; ".join(f"{p.amount} {p.currency} per {p.per} {dict(p.attributes) or ''}".rstrip() for p in prices)
        return f"`{params.sku}` has several prices ({ways}): choose one with `per`, `attributes` or `region`"
    return None


def _prices(params: StatesPrice, book: PriceBook, day: date) -> tuple[Price, ...]:
    return prices_of(
        book, params.sku, day, quantity=params.qty, per=params.per, attributes=params.attributes,
        region=params.region, segment=params.segment,
    )  # fmt: skip


def _called(params: StatesPrice, book: PriceBook) -> str:
    product = book.product(params.sku)
    return product.name if product else params.sku


class MentionsAmount(Params):
    """An amount that must be said, in any wording; `percent` when it is one."""

    short: ClassVar[str | None] = "amount"
    amount: Amount
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    percent: bool = False


def mentions_amount(params: MentionsAmount, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """One of the replies names the amount."""
    currency = None if params.percent else params.currency or dialogue.book.currency
    yield from _missing_amount(scope, params.amount, currency)


def _missing_amount(scope: Scope, amount: Decimal, currency: str | None, what: str = "") -> Iterator[Miss]:
    kind = "money" if currency else "percent"
    for turn in scope:
        for said in find_numbers(turn.reply):
            if said.kind == kind and amount in (said.amount, said.amount_max) and said.currency in (None, currency):
                return
    shown = f"{amount:,f}".replace(",", " ") + (f" {currency}" if currency else " %")
    beside = f" ({what})" if what else ""
    last = scope[-1] if scope else None
    yield Miss(
        f"Не названа сумма {shown}{beside}.", f"The amount {shown}{beside} was not named.",
        last.number if last else None, shortened(last.reply) if last else "", shown,
    )  # fmt: skip


CHECKS: Iterable[Check] = (
    Check(
        "no_invented_claims",
        {"ru": "Ничего не придумано о деньгах", "en": "No invented claim"},
        "Every price, discount, total and term that the model wanted to state is in the price book.",
        InventedClaims,
        no_invented_claims,
        (
            Sample((("Сколько стоит «Альфа»?", "«Альфа» стоит 5 000 ₸ в месяц."),), holds=True),
            Sample((("Сколько стоит «Альфа»?", "«Альфа» стоит 4 000 ₸ в месяц."),), holds=False),
            Sample((("Скидка есть?", "Дадим вам скидку 50 %."),), holds=False, params=["discount"]),
            Sample((("Скидка есть?", "Дадим вам скидку 50 %."),), holds=True, params="promo_code"),
        ),
        tags=("money",),
        of_attempts=True,
    ),
    Check(
        "states_price",
        {"ru": "Названа цена", "en": "States the price"},
        "A reply names the price of a product that is in force on the day of the dialogue.",
        StatesPrice,
        states_price,
        (
            Sample((("Цена?", "«Альфа» — 5 000 ₸ в месяц."),), holds=True, params={"sku": "alpha", "per": "month"}),
            Sample((("Price?", "Alpha is 5,000 tenge a month."),), holds=True, params={"sku": "alpha", "per": "month"}),
            Sample((("Цена?", "Уточню и напишу."),), holds=False, params={"sku": "alpha", "per": "month"}),
            Sample(
                (("На троих?", "Три по 5 000 ₸ — 15 000 ₸ в месяц."),), holds=True,
                params={"sku": "alpha", "per": "month", "qty": 3, "total": True},
            ),
        ),
        price_problem,
        ("money",),
    ),
    Check(
        "mentions_amount",
        {"ru": "Названа сумма", "en": "Mentions the amount"},
        "A reply names an amount or a percentage, in whatever wording.",
        MentionsAmount,
        mentions_amount,
        (
            Sample((("Итого?", "Итого 12 500 тенге."),), holds=True, params=12500),
            Sample((("Итого?", "Итого 12 000 тенге."),), holds=False, params=12500),
            Sample((("Скидка?", "Скидка 10 %."),), holds=True, params={"amount": 10, "percent": True}),
        ),
        tags=("money",),
    ),
)  # fmt: skip
