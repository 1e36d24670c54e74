"""What a model call used and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from botops.domain.money import PICO, Money


@dataclass(frozen=True, slots=True)
class Usage:
    """What one or more model calls used, as the provider reports it.

    Tokens. `input_tokens` includes `cached_tokens` (read from the provider's cache), `cache_write_tokens` and
    `audio_input_tokens`; `output_tokens` includes `reasoning_tokens` and `audio_output_tokens`. `cache_write_1h_tokens`
    is the part of `cache_write_tokens` kept for an hour, `audio_cached_tokens` the part of `audio_input_tokens` that
    was cached. So the parts are never added to the wholes.

    `tool_uses` are calls of the provider's own tools that are billed by the piece, as (unit, number) in order of unit:
    `web_search`, `file_search` …. `service_tier` is the tier the call was served at, in the provider's words ("" is the
    ordinary one): `batch`, `flex`, `priority`. `estimated` marks counts made here because the provider sent none.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
    cache_write_1h_tokens: int = 0
    audio_input_tokens: int = 0
    audio_cached_tokens: int = 0
    audio_output_tokens: int = 0
    tool_uses: tuple[tuple[str, int], ...] = ()
    service_tier: str = ""

    def __add__(self, other: Usage) -> Usage:
        """The sum of two usages. A sum is for showing: it must not be priced, for prices depend on a call's size and
        tier. The tier of a sum is the common one, "" when they differ; that of a usage of nothing does not count."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            self.audio_input_tokens + other.audio_input_tokens,
            self.audio_cached_tokens + other.audio_cached_tokens,
            self.audio_output_tokens + other.audio_output_tokens,
            _summed(self.tool_uses, other.tool_uses),
            _common_tier(self, other),
        )

    def uncached(self) -> Usage:
        """The same usage had the provider kept nothing in its cache: every token read is an ordinary one."""
        return replace(self, cached_tokens=0, cache_write_tokens=0, cache_write_1h_tokens=0, audio_cached_tokens=0)

    def plain(self) -> dict[str, Any]:
        """The usage as JSON can hold it; what is zero or ordinary is left out."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: dict(value) if name == "tool_uses" else value for name, value in values.items() if value}

    @classmethod
    def of_plain(cls, values: Mapping[str, Any]) -> Usage:
        """The usage of what `plain` gave. Raises TypeError for a field that is none of it."""
        uses = values.get("tool_uses") or {}
        return cls(**{**values, "tool_uses": tuple(sorted(dict(uses).items()))})

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def _common_tier(one: Usage, two: Usage) -> str:
    tiers = {usage.service_tier for usage in (one, two) if usage.total_tokens or usage.tool_uses}
    return tiers.pop() if len(tiers) == 1 else ""


def _summed(some: tuple[tuple[str, int], ...], others: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    if not some or not others:
        return some or others
    numbers: dict[str, int] = {}
    for unit, number in (*some, *others):
        numbers[unit] = numbers.get(unit, 0) + number
    return tuple(sorted(numbers.items()))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a usage cost.

    `pico_usd` is exact, in pico-dollars. `local` is the same in the company's currency at `rate` (local units for one
    dollar, of the day of the turn). `priced_as` names the model whose price was used; `source` the price table and its
    date. `simulated` means no bill exists: a simulated reply priced as if a real model had given it.
    `unknown_model` means no price was found: the cost is then 0 and must be shown as unknown.

    `saved_pico_usd` is what the provider's cache saved, in pico-dollars: the cost of the same tokens read without a
    cache, less `pico_usd`. Below zero where writing to the cache cost more than reading from it saved; None where it
    was not counted.

    `unpriced` names what was used but has no price of its own (`web_search`, `tier batch`, `audio_input`): the cost is
    then too low, or a guess. It is not kept with a stored turn; there `source` tells.
    """

    pico_usd: int = 0
    local: Money | None = None
    rate: Decimal | None = None
    priced_as: str = ""
    source: str = ""
    simulated: bool = False
    unknown_model: bool = False
    saved_pico_usd: int | None = None
    unpriced: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """Dollars, exact."""
        return Decimal(self.pico_usd) / PICO

    def __add__(self, other: Cost) -> Cost:
        """The sum of two costs. At one rate its local amount is rounded once, from the sum; else amounts are added."""
        pico = self.pico_usd + other.pico_usd
        local, rate = _local_sum(self, other, pico)
        saved = [one for one in (self.saved_pico_usd, other.saved_pico_usd) if one is not None]
        return Cost(
            pico,
            local,
            rate,
            self.priced_as or other.priced_as,
            self.source or other.source,
            self.simulated or other.simulated,
            self.unknown_model or other.unknown_model,
            sum(saved) if saved else None,
            tuple(dict.fromkeys((*self.unpriced, *other.unpriced))),
        )


def local_amounts(costs: Iterable[Cost]) -> tuple[Money, ...]:
    """What costs come to in each currency they are known in, at the rate of each, rounded once, from the sum."""
    exact: dict[str, Decimal] = {}
    for cost in costs:
        if cost.local is not None:
            amount = cost.local.amount if cost.rate is None else cost.usd * cost.rate
            exact[cost.local.currency] = exact.get(cost.local.currency, Decimal(0)) + amount
    return tuple(Money.of(amount, currency) for currency, amount in sorted(exact.items()))


def _local_sum(one: Cost, two: Cost, pico: int) -> tuple[Money | None, Decimal | None]:
    """The local amount of a sum and the rate it is at; no rate when it is at several."""
    amounts = [(cost.local, cost.rate) for cost in (one, two) if cost.local is not None]
    if not amounts:
        return None, None
    complete = all(cost.local is not None or not cost.pico_usd for cost in (one, two))
    (first, rate), *others = amounts
    if not others:
        return first, rate if complete else None
    if complete and rate is not None and all(rate == at and first.currency == more.currency for more, at in others):
        return Money.of(Decimal(pico) * rate / PICO, first.currency), rate
    return sum((more for more, _ in others), first), None
