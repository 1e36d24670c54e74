"""What dialogues cost: the one read model behind the command line, the API, the console and exports.

Costs are those of model calls as they were metered when they were made, failed calls and corrections included. All of
it is read from hourly roll-ups, so that the figures of a report are those of whole hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.costs.amounts import Amount, Mean, converted
from botops.app.costs.currency import currency_asked
from botops.domain.usage import Usage
from botops.store import CallSums, CostDimension, CostKey, Spoken

if TYPE_CHECKING:
    from botops.app.costs.source import CostSource
    from botops.app.periods import Period
    from botops.costs.rates import ExchangeRates
    from botops.domain.money import Money
    from botops.store import CostRange, DearDialogue, Lag

SIDE: tuple[CostDimension, ...] = ("origin", "purpose", "model")
"""What calls beside dialogues are told by."""
_TIMES = frozenset({"day", "week", "month"})


@dataclass(frozen=True, slots=True)
class CostRow:
    """What the model cost for one group, in pico-dollars exactly and in the currency asked for.

    `key` holds the group's values in the order asked for; empty for the total. Amounts: `cost` all calls; of that
    `billed` calls that bring a bill (those of simulated models do not), `repairs` calls for corrections,
    `failed_calls` calls that gave nothing usable, `failed_turns` all calls of turns that were cut off or answered in
    the model's place after a fault, `estimated` calls whose tokens were counted here because the provider sent none.
    `saved` is what the provider's cache saved: the cost of the same tokens without a cache, less what they cost.

    Counts: `turns` and of them `replies` (answered), `turns_failed`, `simulated` and `unknown` (turns with a call
    without a known price: it counts 0, so that the cost is more than is shown); `calls` and of them `calls_failed`,
    `calls_estimated`, `calls_unknown`; `saved_unknown` are calls that read from a cache before savings were kept.
    A turn counts in the group of its first call, whole; its cost is that of the calls in the group. `spoken` counts
    dialogues and leads, each once in every group in which it has a call, so that groups may add up to more than the
    total.
    """

    key: CostKey
    cost: Amount
    billed: Amount
    repairs: Amount
    failed_calls: Amount
    failed_turns: Amount
    estimated: Amount
    saved: Amount
    usage: Usage
    turns: int = 0
    replies: int = 0
    turns_failed: int = 0
    simulated: int = 0
    unknown: int = 0
    calls: int = 0
    calls_failed: int = 0
    calls_estimated: int = 0
    calls_unknown: int = 0
    saved_unknown: int = 0
    spoken: Spoken = Spoken()  # noqa: RUF009 - frozen

    @property
    def pico_usd(self) -> int:
        """The cost of all calls, in pico-dollars."""
        return self.cost.pico_usd

    @property
    def usd(self) -> Decimal:
        """The cost of all calls in dollars, exact."""
        return self.cost.usd

    @property
    def local(self) -> Money | None:
        """The cost of all calls in the currency asked for, rounded once; None without an exchange rate."""
        return self.cost.money

    @property
    def per_dialogue(self) -> Mean | None:
        """The cost of all calls ÷ dialogues with a turn in the period."""
        return self.cost.per(self.spoken.dialogues)

    @property
    def per_reply(self) -> Mean | None:
        """The cost of all calls ÷ answered turns: failed turns are paid for by those that succeed."""
        return self.cost.per(self.replies)

    @property
    def per_qualified(self) -> Mean | None:
        """The cost of all calls ÷ leads that wrote in the period and were, up to now, qualified or won."""
        return self.cost.per(self.spoken.qualified)

    @property
    def per_won(self) -> Mean | None:
        """The cost of all calls ÷ leads that wrote in the period and whose deal, up to now, is won."""
        return self.cost.per(self.spoken.won)

    @property
    def estimated_share(self) -> Decimal | None:
        """The part of the cost that rests on estimated tokens, 0 to 1; None when nothing was spent."""
        return Decimal(self.estimated.pico_usd) / self.cost.pico_usd if self.cost.pico_usd else None

    @property
    def cached_share(self) -> Decimal | None:
        """The part of the tokens read that came from the provider's cache, 0 to 1; None when none were read."""
        return Decimal(self.usage.cached_tokens) / self.usage.input_tokens if self.usage.input_tokens else None


@dataclass(frozen=True, slots=True)
class CostReport:
    """What the model cost in a period.

    `rows` are the groups asked for: those of time in order, others dearest first. They are of clients' dialogues, and
    so is `total`, to which they add up to the pico-dollar. `side` are calls that belong to no dialogue (evaluations,
    second opinions on a log) by origin, purpose and model, and `side_total` all of them. `lag` says how far the
    roll-ups of the period are behind: the turns of that many hours are not or not wholly counted yet.
    """

    period: Period
    by: tuple[CostDimension, ...]
    currency: str
    rows: tuple[CostRow, ...]
    total: CostRow
    side: tuple[CostRow, ...]
    side_total: CostRow
    lag: Lag

    @property
    def side_by(self) -> tuple[CostDimension, ...]:
        """What the keys of `side` hold."""
        return SIDE

    @property
    def everything(self) -> Amount:
        """What dialogues and the calls beside them cost together: what a provider's invoice is held against."""
        return self.total.cost + self.side_total.cost

    @property
    def empty(self) -> bool:
        """True when no model was asked and nobody wrote in the period."""
        return not (self.total.turns or self.total.calls or self.side_total.calls)


def report(
    source: CostSource, period: Period, by: Sequence[CostDimension] = (), *, currency: str | None = None
) -> CostReport:
    """What the model cost in a period, by any dimensions together.

    `currency` is an ISO code with a known exchange rate, the company's without one. Raises UserError for a dimension or
    a currency that is not known, StoreError when the store cannot be read.
    """
    (code, rates), asked = currency_asked(source, currency), tuple(by)
    store, zone = source.store.costs, ZoneInfo(period.zone)
    sums = store.calls(period.since, period.until, asked, zone)
    spoken, everybody = store.spoken_and_all(period.since, period.until, asked, zone)
    side = store.side_calls(period.since, period.until, SIDE, zone)
    return CostReport(
        period,
        asked,
        code,
        _rows(sums, spoken, asked, rates, code, period),
        _row((), sums, everybody, rates, code),
        _rows(side, {}, SIDE, rates, code, period),
        _row((), side, Spoken(), rates, code),
        store.lag(period.since, period.until),
    )


def cost_rows(
    source: CostSource, period: Period, by: Sequence[CostDimension] = (), *, currency: str | None = None
) -> tuple[CostRow, ...]:
    """The rows of a report without the rest; without dimensions its total. Raises as `report`."""
    (code, rates), asked = currency_asked(source, currency), tuple(by)
    store, zone = source.store.costs, ZoneInfo(period.zone)
    sums = store.calls(period.since, period.until, asked, zone)
    return _rows(sums, store.spoken(period.since, period.until, asked, zone), asked, rates, code, period)


def side_costs(
    source: CostSource, period: Period, by: Sequence[CostDimension] = SIDE, *, currency: str | None = None
) -> tuple[CostRow, ...]:
    """What calls that belong to no dialogue cost in a period, by any dimensions. Raises as `report`."""
    (code, rates), asked = currency_asked(source, currency), tuple(by)
    sums = source.store.costs.side_calls(period.since, period.until, asked, ZoneInfo(period.zone))
    return _rows(sums, {}, asked, rates, code, period)


def dearest(source: CostSource, asked: Period, limit: int = 10) -> tuple[DearDialogue, ...]:
    """The dialogues that cost most in a period, dearest first."""
    ids = source.store.costs.dearest(asked.since, asked.until, limit)
    return source.store.reads.cost_of_dialogues(ids, asked.since, asked.until)


def cost_range(source: CostSource, asked: Period, shares: Sequence[float] = (0.5, 0.95)) -> CostRange:
    """How what dialogues cost in a period is distributed: the cost not exceeded by each share of them."""
    return source.store.costs.ranges(asked.since, asked.until, shares)


def _rows(
    sums: Iterable[CallSums], spoken: Mapping[CostKey, Spoken], by: tuple[CostDimension, ...], rates: ExchangeRates,
    currency: str, period: Period,
) -> tuple[CostRow, ...]:  # fmt: skip
    groups: dict[CostKey, list[CallSums]] = {(day,): [] for day in period.dates()} if by == ("day",) else {}
    if not by:
        groups[()] = []
    for one in sums:
        groups.setdefault(one.key, []).append(one)
    rows = [_row(key, some, spoken.get(key, Spoken()), rates, currency) for key, some in groups.items()]
    if by and by[0] in _TIMES:
        return tuple(sorted(rows, key=lambda row: (row.key[0], -row.pico_usd, str(row.key))))
    return tuple(sorted(rows, key=lambda row: (-row.pico_usd, str(row.key))))


def _row(key: CostKey, sums: Iterable[CallSums], spoken: Spoken, rates: ExchangeRates, currency: str) -> CostRow:
    days = list(sums)

    def amount(name: str) -> Amount:
        return converted(((one.day, getattr(one, name)) for one in days), rates, currency)

    def number(name: str) -> int:
        return sum(getattr(one, name) for one in days)

    return CostRow(
        key,
        amount("pico_usd"),
        amount("billed"),
        amount("repairs"),
        amount("failed_calls_cost"),
        amount("failed_turns_cost"),
        amount("estimated_cost"),
        amount("saved"),
        sum((one.usage for one in days), Usage()),
        turns=number("turns"),
        replies=number("answered"),
        turns_failed=number("failed_turns"),
        simulated=number("simulated_turns"),
        unknown=number("unknown_turns"),
        calls=number("calls"),
        calls_failed=number("failed"),
        calls_estimated=number("estimated"),
        calls_unknown=number("unknown"),
        saved_unknown=number("saved_unknown"),
        spoken=spoken,
    )
