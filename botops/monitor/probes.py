"""Probes: what is asked, whether an answer is right, and what a month of it comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from botops.claims import find_numbers
from botops.domain.errors import UserError
from botops.domain.messages import Language
from botops.domain.probes import (
    ANSWERED,
    FAILED,
    JUDGED,
    KILL_SWITCH,
    ProbeFault,
    ProbeKind,
    ProbeOutcome,
    ProbeResult,
    ProbeSpan,
    ProbeTally,
    ProbeTurn,
)
from botops.domain.turns import Action
from botops.pricebook import Price, PriceBook, Product, phrases, prices_of

_PRICE: dict[Language, str] = {
    "ru": "Здравствуйте! Сколько стоит {what}?",
    "kk": "Сәлеметсіз бе! {what} қанша тұрады?",
    "en": "Hello! How much is {what}?",
}
_PERSON: dict[Language, str] = {
    "ru": "Соедините меня, пожалуйста, с менеджером.",
    "kk": "Мені менеджермен байланыстырыңызшы.",
    "en": "Please connect me with a manager.",
}
_ONCE = frozenset({"once", "unit"})
"""Charging units that need no word in a question."""
_MISSED_AFTER = 1.5
"""Intervals without a run after which the one between counts as missed."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `amount` is the price that has to be named, None for a question that is none of prices;
    `expected` is that price as it is written."""

    kind: ProbeKind
    language: Language
    text: str
    expected: str = ""
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def name(self) -> str:
        """What it is called: the same in every run."""
        return f"{self.kind.value}:{self.language}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, and what the bot noted of the turn."""

    reply: str
    action: Action
    handed_over: bool
    turn: ProbeTurn | None = None


def price_questions(
    book: PriceBook, day: date, languages: Sequence[Language], sku: str | None = None
) -> tuple[Question, ...]:
    """The price of one product, asked in each language.

    The product is `sku`, or else the first of the book that has one price for everybody. Raises UserError when there is
    none: a question with two right answers proves nothing.
    """
    if sku is not None and book.product(sku) is None:
        raise UserError(f"probes.product: the price book has no product {sku!r}")
    asked = book.products if sku is None else (p for p in book.products if p.sku == sku)
    for product in asked:
        price = _one_price(book, product, day)
        if price is not None:
            return tuple(_price_question(product, price, language) for language in languages)
    if sku is not None:
        raise UserError(f"probes.product: {sku!r} has no price today that holds for everybody: name another product")
    raise UserError("no product of the price book has a price today that holds for everybody: nothing to ask for")


def hand_over_question(language: Language) -> Question:
    """A client who wants a person."""
    return Question(ProbeKind.HAND_OVER, language, _PERSON[language])


def judge(question: Question, answer: Answer) -> tuple[ProbeOutcome, ProbeFault | None]:
    """What an answer is worth, and what is wrong with it.

    A turn that failed was answered by a text in reserve: nobody is told anything, so it counts as unanswered.
    """
    turn = answer.turn
    if turn is not None and turn.rule == KILL_SWITCH:
        return ProbeOutcome.SWITCHED_OFF, None
    if turn is not None and turn.failed:
        return ProbeOutcome.UNANSWERED, ProbeFault.FAILED_TURN
    if not answer.reply.strip():
        return ProbeOutcome.UNANSWERED, ProbeFault.EMPTY
    if question.kind is ProbeKind.HAND_OVER:
        fault = None if answer.handed_over else ProbeFault.NOT_HANDED_OVER
    elif not _names(question, answer.reply):
        fault = ProbeFault.NO_PRICE
    else:
        fault = ProbeFault.FLAGGED if answer.action is Action.FLAGGED else None
    return (ProbeOutcome.RIGHT if fault is None else ProbeOutcome.WRONG), fault


def _names(question: Question, reply: str) -> bool:
    return any(
        mention.kind == "money" and mention.amount == question.amount and mention.amount_max is None
        and mention.currency in {None, question.currency}
        for mention in find_numbers(reply)
    )  # fmt: skip


def _one_price(book: PriceBook, product: Product, day: date) -> Price | None:
    """The first price of a product that holds for every client, however many they take, and has no variants."""
    if len(product.prices_on(day)) != len({p.per for p in product.prices_on(day)}):
        return None
    plain = [
        price for price in prices_of(book, product.sku, day)
        if not price.from_price and not price.attributes and price.region is None and price.segment is None
        and price.min_qty == 1
    ]  # fmt: skip
    return plain[0] if plain else None


def _price_question(product: Product, price: Price, language: Language) -> Question:
    shown = phrases.amount(price.amount, price.currency, language)
    per = "" if price.per in _ONCE else phrases.per(price.per, price.unit, language)
    text = _PRICE[language].format(what=f"{product.name} {per}".strip())
    return Question(ProbeKind.PRICE, language, text, f"{shown} {per}".strip(), price.amount, price.currency)


# --- standing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuestionMonth:
    """What a month says of one question, by its name (`price:kk`)."""

    name: str
    asked: int
    uptime: float | None
    correct: float | None


@dataclass(frozen=True, slots=True)
class ProbeMonth:
    """What the probes of a span (a month, so far) say. Shares are None while nothing is known.

    `uptime` is answered over asked, `correct` right over judged. `missed` are runs that never took place, most likely
    because nothing was running: what they would have found is unknown, and `uptime_at_least` counts them as
    unanswered. The budgets are the parts of the month's allowed failures that are left, below zero when overspent;
    allowed are one minus the objective of all probes of the whole month. `pico_usd` is what the provider bills them at.
    """

    since: datetime
    until: datetime
    runs: int
    missed: int
    asked: int
    answered: int
    judged: int
    right: int
    uptime: float | None
    uptime_at_least: float | None
    correct: float | None
    uptime_budget_left: float | None
    correct_budget_left: float | None
    pico_usd: int
    unknown_cost: bool
    by_question: tuple[QuestionMonth, ...] = ()


def missed_runs(
    starts: Sequence[tuple[datetime, int]], since: datetime, until: datetime, *, running: bool = False
) -> int:
    """How many scheduled runs of a span never took place.

    `starts` are the scheduled runs with their interval in seconds, in order of time, the last before the span included.
    Between two runs further apart than one and a half intervals lie those that were missed. With `running` the span
    ends in the present: a run not yet due is not missed.
    """
    missed = 0
    for place, (at, every_s) in enumerate(starts):
        following = starts[place + 1][0] if place + 1 < len(starts) else until
        gap_s = (following - at).total_seconds()
        if gap_s < _MISSED_AFTER * every_s:
            continue
        last = place + 1 == len(starts)
        slots = int(gap_s / every_s) if last else round(gap_s / every_s) - 1
        if last and running and gap_s - slots * every_s < (_MISSED_AFTER - 1) * every_s:
            slots -= 1  # due a moment ago: it may be about to begin
        due = (at + timedelta(seconds=every_s * n) for n in range(1, slots + 1))
        missed += sum(since <= moment < until for moment in due)
    return missed


def month_of(
    span: ProbeSpan, since: datetime, until: datetime, *, missed: int, due: float, objectives: tuple[float, float]
) -> ProbeMonth:
    """The figures of a span. `due` is how many probes its whole month holds, `objectives` the shares promised to be
    answered and to be right."""
    asked = _number(span.tallies, ProbeOutcome)
    answered = _number(span.tallies, ANSWERED)
    judged = _number(span.tallies, JUDGED)
    right = _number(span.tallies, {ProbeOutcome.RIGHT})
    unknown = missed * asked / span.runs if span.runs else 0
    return ProbeMonth(
        since,
        until,
        span.runs,
        missed,
        asked,
        answered,
        judged,
        right,
        uptime=_share(answered, asked),
        uptime_at_least=_share(answered, asked + unknown),
        correct=_share(right, judged),
        uptime_budget_left=_left(asked - answered, asked, due, objectives[0]),
        correct_budget_left=_left(judged - right, judged, due, objectives[1]),
        pico_usd=span.pico_usd,
        unknown_cost=span.unknown_cost,
        by_question=tuple(_question(name, own) for name, own in _by_name(span.tallies).items()),
    )


def _question(name: str, tallies: Sequence[ProbeTally]) -> QuestionMonth:
    asked = _number(tallies, ProbeOutcome)
    right = _share(_number(tallies, {ProbeOutcome.RIGHT}), _number(tallies, JUDGED))
    return QuestionMonth(name, asked, _share(_number(tallies, ANSWERED), asked), right)


def _by_name(tallies: Iterable[ProbeTally]) -> dict[str, list[ProbeTally]]:
    found: dict[str, list[ProbeTally]] = {}
    for tally in sorted(tallies, key=lambda t: t.name):
        found.setdefault(tally.name, []).append(tally)
    return found


def _number(tallies: Iterable[ProbeTally], outcomes: Iterable[ProbeOutcome]) -> int:
    wanted = frozenset(outcomes)
    return sum(tally.number for tally in tallies if tally.outcome in wanted)


def failing(latest: Iterable[ProbeResult], after: int) -> tuple[ProbeResult, ...]:
    """Of results with the newest first, the newest of every question that failed `after` times in a row; what is
    switched off has not failed."""
    rows: dict[str, list[ProbeResult]] = {}
    for result in latest:
        rows.setdefault(result.name, []).append(result)
    return tuple(
        row[0] for _, row in sorted(rows.items())
        if len(row) >= after and all(r.outcome in FAILED for r in row[:after])
    )  # fmt: skip


def _share(part: int, whole: float) -> float | None:
    return part / whole if whole else None


def _left(failed: int, asked: int, due: float, objective: float) -> float | None:
    if not asked:
        return None
    return 1 - failed / ((1 - objective) * max(due, float(asked)))
