"""Costs as tables for finance: by day and dimensions, or call by call. `botops cost export`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.costs.amounts import dollars
from botops.app.costs.currency import currency_asked
from botops.app.costs.export_files import Column, Row
from botops.domain.errors import UserError
from botops.store import Call, CallSums, CostDimension, ExperimentVariant, PromptVersion

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.costs.rates import ExchangeRates

BY: tuple[CostDimension, ...] = ("version", "purpose", "model", "channel")
"""What days are told by where nothing else is asked for."""
ALWAYS: tuple[CostDimension, ...] = ("origin", "simulated")
"""What every row says besides: whose calls they were, and whether anybody is billed for them."""
_INSIDE: Mapping[CostDimension, CostDimension] = {"version": "prompt", "variant": "experiment"}
_TIMES = frozenset({"day", "week", "month"})
_DIGITS = 60
_TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_COUNTS = ("turns", "calls", "failed_calls", "estimated_calls", "unknown_price_calls")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, rows that are made as they are asked for, and what a reader of the file has to know. `incomplete` rows
    lack a cost that the file's format demands."""

    columns: tuple[Column, ...]
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()
    incomplete: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What to export: [since, until) by dimensions, amounts in dollars and in `currency` (the company's)."""

    since: datetime
    until: datetime
    by: tuple[CostDimension, ...] = BY
    currency: str | None = None


def sums_of(container: Container, asked: Asked, by: Sequence[CostDimension], zone: ZoneInfo) -> tuple[CallSums, ...]:
    """The sums of calls by day and group: of clients' dialogues and of calls beside them, in order of day.

    Raises UserError for a dimension that is none, StoreError.
    """
    store = container.store.costs
    found = [
        *store.calls(asked.since, asked.until, by, zone),
        *store.side_calls(asked.since, asked.until, by, zone),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.day, [str(value) for value in one.key])))


def lag_notes(container: Container, asked: Asked) -> tuple[str, ...]:
    """What has to be said when hours of the period are not summed up yet."""
    lag = container.store.costs.lag(asked.since, asked.until)
    if not lag.hours:
        return ()
    return (f"{lag.hours} hours are not summed up yet, their calls are missing here: `botops serve` sums them up",)


def by_day(container: Container, asked: Asked) -> Table:
    """Costs of each day of the company's time zone by the dimensions asked for, from the roll-ups.

    A cost is empty where no call of the row has a known price; where some have none, `unknown_price_calls` says how
    many, and the cost is that of the others. Raises UserError for a dimension or a currency that is not known.
    """
    currency, rates = currency_asked(container, asked.currency)
    by = dimensions(asked.by)
    names = [name for dimension in by for name in _names(dimension)]
    columns = (
        Column("day", "day"),
        *(Column(name, _kind(name)) for name in names),
        *(Column(name, "count") for name in (*_COUNTS, *_TOKENS)),
        Column("cost_usd", "money"),
        Column("saved_by_cache_usd", "money"),
        Column("rate", "rate"),
        Column("cost_local", "money"),
        Column("local_currency"),
    )
    zone = ZoneInfo(container.settings.company.timezone)
    sums = sums_of(container, asked, by, zone)
    return Table(columns, (_day_row(one, rates, currency) for one in sums), lag_notes(container, asked))


def dimensions(asked: Sequence[CostDimension]) -> tuple[CostDimension, ...]:
    """The dimensions of a table by day; a version names its prompt, a variant its experiment. Raises UserError for
    times of their own."""
    if times := [name for name in asked if name in _TIMES]:
        raise UserError(f"the table is by day already: leave `{times[0]}` out of --by")
    named = {inner for outer, inner in _INSIDE.items() if outer in asked}
    return tuple(dict.fromkeys(name for name in (*asked, *ALWAYS) if name not in named))


def _names(dimension: CostDimension) -> tuple[str, ...]:
    return {"version": ("prompt", "version"), "variant": ("experiment", "variant")}.get(dimension, (dimension,))


def _kind(name: str) -> Any:
    return {"version": "count", "variant": "count", "simulated": "flag"}.get(name, "text")


def _day_row(one: CallSums, rates: ExchangeRates, currency: str) -> Row:
    cost = None if one.calls and one.unknown == one.calls else dollars(one.pico_usd)
    rate = rates.on(one.day, currency) if rates.knows(currency) else None
    return [
        one.day,
        *(value for part in one.key for value in spread(part)),
        one.turns, one.calls, one.failed, one.estimated, one.unknown,
        *(getattr(one.usage, name) for name in _TOKENS),
        cost,
        dollars(one.saved),
        None if rate is None else rate.per_usd,
        None if cost is None or rate is None else times(cost, rate.per_usd),
        currency,
    ]  # fmt: skip


def spread(part: Any) -> tuple[Any, ...]:
    """A dimension's value as cells: a version is a prompt and a number; without them both are empty."""
    match part:
        case PromptVersion(prompt=prompt, version=version):
            return (prompt, version) if prompt else (None, None)
        case ExperimentVariant(experiment=experiment, variant=variant):
            return (experiment, variant if variant >= 0 else None) if experiment else (None, None)
        case "":
            return (None,)
        case _:
            return (part,)


def times(cost: Decimal, rate: Decimal) -> Decimal:
    """Dollars in another currency, not rounded."""
    with localcontext() as context:
        context.prec = _DIGITS
        return (cost * rate).normalize()


CALL_COLUMNS = (
    Column("at", "moment"), Column("day", "day"), Column("dialogue_id"), Column("turn_id"), Column("call", "count"),
    Column("purpose"), Column("prompt"), Column("version", "count"), Column("experiment"), Column("variant", "count"),
    Column("model"), Column("priced_as"), Column("price_source"), Column("service_tier"), Column("channel"),
    Column("language"), Column("origin"), Column("simulated", "flag"), Column("fault"), Column("estimated", "flag"),
    Column("unknown_price", "flag"), Column("requests", "count"),
    *(Column(name, "count") for name in (*_TOKENS, "audio_input_tokens", "audio_output_tokens")),
    Column("cost_usd", "money"), Column("saved_by_cache_usd", "money"), Column("rate", "rate"),
    Column("cost_local", "money"), Column("local_currency"),
)  # fmt: skip


def call_by_call(container: Container, asked: Asked) -> Table:
    """Every call of clients' dialogues in the order of time, streamed: memory does not grow with their number.

    The local amount is at the rate the call was priced at. Calls beside dialogues are kept as sums only and left out.
    """
    zone = ZoneInfo(container.settings.company.timezone)
    calls = container.store.calls.calls(asked.since, asked.until)
    notes = ["evaluations and second opinions are kept as sums, not call by call: they are left out here"]
    kept = container.store.calls.kept_since()
    if kept is not None and kept > asked.since:
        notes.append(f"calls before {kept:%Y-%m-%d %H:%M} UTC are gone by retention; their sums by day are kept")
    return Table(CALL_COLUMNS, (_call_row(call, zone) for call in calls), tuple(notes))


def _call_row(call: Call, zone: ZoneInfo) -> Row:
    usage, cost = call.usage, call.cost
    price = None if cost.unknown_model else dollars(cost.pico_usd)
    day: date = call.at.astimezone(zone).date()
    experiment, variant = spread(ExperimentVariant(call.experiment or "", -1 if call.variant is None else call.variant))
    return [
        call.at, day, call.dialogue_id, call.turn_id, call.position, call.purpose.value, call.prompt, call.version,
        experiment, variant, call.model, cost.priced_as or None, cost.source or None,
        usage.service_tier or None, call.channel, call.language, call.origin, cost.simulated, call.fault,
        usage.estimated, cost.unknown_model, len(call.tries) or 1,
        *(getattr(usage, name) for name in _TOKENS), usage.audio_input_tokens, usage.audio_output_tokens,
        price,
        None if cost.saved_pico_usd is None else dollars(cost.saved_pico_usd),
        cost.rate,
        None if price is None or cost.rate is None else times(price, cost.rate),
        cost.local.currency if cost.local else None,
    ]  # fmt: skip
