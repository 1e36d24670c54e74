"""History priced anew, with another table or exchange rate: `botops cost reprice`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.access.acting import needs
from botops.app.releases.auditing import label, record
from botops.costs import CostMeter, PriceTable, load_overrides, local_total
from botops.costs.configured import configured_rates, configured_table
from botops.costs.rate_files import load_rates
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.domain.access import Right
from botops.domain.billing import billed
from botops.domain.errors import UserError
from botops.domain.money import Money
from botops.domain.releases import Deed
from botops.domain.usage import Cost
from botops.store import Call, same_cost

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.ports import Meter

SUBJECT = "costs"
"""The subject of everything in the audit log that changes what calls cost."""
AT_ONCE = 500
"""Turns priced anew in one transaction: live turns get in between."""
BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
"""Before the first call anybody kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be priced anew, and by what.

    Calls of [since, until), None being from the first one kept and until now. `prices` and `rates` are files that stand
    in for the settings' own prices and rates; the public table stays. `model_as` prices one model's calls as another's.
    """

    since: datetime | None = None
    until: datetime | None = None
    prices: Path | None = None
    rates: Path | None = None
    model_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What calls cost: dollars exact to the pico-dollar, the company's currency rounded once at the end (None without a
    rate), and how many calls have no known price."""

    pico_usd: int
    local: Money | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a new price makes of the calls of a month, model and version: before and after, and how many changed."""

    month: str
    model: str
    version: str
    calls: int
    changed: int
    before: Amounts
    after: Amounts


@dataclass(frozen=True, slots=True)
class Repricing:
    """The difference by month, model and version, and altogether. Nothing is written yet."""

    since: datetime
    until: datetime
    changes: tuple[Change, ...]
    total: Change
    kept_since: datetime | None


class _Sum:
    """Both sides of one line while they are added up; one cost a rate is enough to round once at the end."""

    def __init__(self) -> None:
        self.calls = self.changed = 0
        self.sides: tuple[dict[Decimal | None, int], dict[Decimal | None, int]] = ({}, {})
        self.unknown = [0, 0]

    def add(self, call: Call, new: Cost) -> None:
        self.calls += 1
        self.changed += not same_cost(call.cost, new)
        for side, cost in enumerate((call.cost, new)):
            self.sides[side][cost.rate] = self.sides[side].get(cost.rate, 0) + cost.pico_usd
            self.unknown[side] += cost.unknown_model and call.usage.total_tokens > 0

    def merge(self, other: _Sum) -> None:
        self.calls += other.calls
        self.changed += other.changed
        for side, sums in enumerate(other.sides):
            self.unknown[side] += other.unknown[side]
            for rate, pico in sums.items():
                self.sides[side][rate] = self.sides[side].get(rate, 0) + pico

    def change(self, month: str, model: str, version: str, currency: str) -> Change:
        before, after = (self._amounts(side, currency) for side in (0, 1))
        return Change(month, model, version, self.calls, self.changed, before, after)

    def _amounts(self, side: int, currency: str) -> Amounts:
        sums = self.sides[side]
        costs = [Cost(pico, rate=rate) for rate, pico in sums.items()]
        whole = all(pico == 0 for rate, pico in sums.items() if rate is None)
        return Amounts(sum(sums.values()), local_total(costs, currency) if whole else None, self.unknown[side])


def meter_for(container: Container, asked: Asked) -> Meter:
    """The meter that prices anew: the installation's own, with the files in place of its settings where they are given.

    Raises UserError with every problem of the files.
    """
    if asked.prices is None and asked.rates is None:
        return container.meter
    settings = container.settings
    zone, currency = ZoneInfo(settings.company.timezone), settings.company.currency
    if asked.prices is not None:
        table = PriceTable(load_overrides(asked.prices), zone=zone)
    else:
        table = configured_table(settings.costs, zone=zone, root=settings.root)
    if asked.rates is not None:
        rates = ExchangeRates(ExchangeRate.of(rate, currency) for rate in load_rates(asked.rates))
    else:
        rates = configured_rates(settings.costs, currency=currency, root=settings.root)
    return CostMeter(table, rates, currency, settings.simulator.priced_as, zone=zone)


def cost_of_call(meter: Meter, call: Call, model_as: Mapping[str, str]) -> Cost:
    """What a call costs by a meter: each of its requests by itself, at the moment its message came.

    Where the meter knows no price for the model that answered, that of the model it was priced as counts again. A call
    that one model's price is to stand in for is priced as a real one; it stays marked as simulated if it was. A call
    that used and cost nothing is left as it is: there is nothing to price.
    """
    if not (call.usage.total_tokens or call.usage.tool_uses or call.cost.pico_usd):
        return call.cost
    stand_in = model_as.get(call.model)
    model, asked = (stand_in, "") if stand_in is not None else (call.model, call.cost.priced_as)
    simulated = call.cost.simulated and stand_in is None
    cost = billed(meter, call.tries or (call.usage,), model, call.at, asked=asked, simulated=simulated)
    return replace(cost, simulated=call.cost.simulated)


def reprice(container: Container, asked: Asked, on_calls: Callable[[int], None] = lambda _: None) -> Repricing:
    """What pricing history anew would change; writes nothing.

    Raises:
        UserError: a file cannot be read, or `since` lies before what retention has kept.
        StoreError: the store cannot be read.
    """
    since, until, kept = _period(container, asked)
    meter, currency = meter_for(container, asked), container.settings.company.currency
    zone = ZoneInfo(container.settings.company.timezone)
    sums: dict[tuple[str, str, str], _Sum] = {}
    for call in _calls(container, since, until, on_calls):
        key = (f"{call.at.astimezone(zone):%Y-%m}", call.model, _version(call))
        sums.setdefault(key, _Sum()).add(call, cost_of_call(meter, call, asked.model_as))
    total = _Sum()
    for one in sums.values():
        total.merge(one)
    changes = tuple(sums[key].change(*key, currency) for key in sorted(sums))
    return Repricing(since, until, changes, total.change("", "", "", currency), kept)


@needs(Right.OPERATE)
def apply(
    container: Container,
    asked: Asked,
    found: Repricing,
    *,
    by: str,
    reason: str,
    on_calls: Callable[[int], None] = lambda _: None,
) -> int:
    """Writes the new costs of what `reprice` found, in batches, and makes the roll-ups anew; how many calls changed.

    The audit log gets the old and the new figures before the first cost is touched, and the number of calls at the end.
    A run that was cut off left whole batches behind: the same run again does the rest, and logs what was left.

    Raises UserError without a name or reason, StoreError.
    """
    _log(container, asked, found, by, reason)
    price = _Pricing(meter_for(container, asked), asked.model_as)
    changed = 0
    for turn_ids in _batches(_to_change(_calls(container, found.since, found.until, on_calls), price)):
        changed += len(container.store.repricing.apply(turn_ids, price.of))
        price.forget()
    while container.store.roll_up():
        pass
    record(container, Deed.REPRICE, SUBJECT, by, reason, detail={"state": "done", "calls": changed})
    return changed


def _period(container: Container, asked: Asked) -> tuple[datetime, datetime, datetime | None]:
    kept = container.store.calls.kept_since()
    if asked.since is not None and kept is not None and asked.since < kept:
        raise UserError(
            f"single calls before {kept:%Y-%m-%dT%H:%M}Z are gone by retention and their sums stay as they are: "
            f"begin later, for example --since {kept.date()}"
        )
    return asked.since or kept or BEGINNING, asked.until or container.clock.now(), kept


def _calls(container: Container, since: datetime, until: datetime, on_calls: Callable[[int], None]) -> Iterator[Call]:
    for call in container.store.calls.calls(since, until):
        on_calls(1)
        yield call


def _version(call: Call) -> str:
    return "" if call.prompt is None else label(call.prompt, call.version or 0)


class _Pricing:
    """New costs of calls; those that differ are remembered until their batch is written."""

    def __init__(self, meter: Meter, model_as: Mapping[str, str]) -> None:
        self._meter = meter
        self._model_as = model_as
        self._found: dict[tuple[str, int], Cost] = {}

    def of(self, call: Call) -> Cost:
        """What a call costs now."""
        known = self._found.get((call.turn_id, call.position))
        return cost_of_call(self._meter, call, self._model_as) if known is None else known

    def changes(self, call: Call) -> bool:
        """True when a call costs something else now."""
        cost = self.of(call)
        if same_cost(call.cost, cost):
            return False
        self._found[call.turn_id, call.position] = cost
        return True

    def forget(self) -> None:
        """Lets go of what is written."""
        self._found.clear()


def _to_change(calls: Iterable[Call], price: _Pricing) -> Iterator[str]:
    """The turns with a call whose cost is another now. Calls of one turn follow one another."""
    for turn_id, of_turn in groupby(calls, key=lambda call: call.turn_id):
        if any(price.changes(call) for call in of_turn):
            yield turn_id


def _batches(turn_ids: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for turn_id in turn_ids:
        batch.append(turn_id)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _log(container: Container, asked: Asked, found: Repricing, by: str, reason: str) -> None:
    """One entry with the old and the new figures of everything that is about to change, exact."""
    detail: dict[str, str | int | float | bool | None] = {
        "state": "begun",
        "since": None if found.since == BEGINNING else found.since.isoformat(),
        "until": found.until.isoformat(),
        "calls": found.total.changed,
        "before_pico_usd": str(found.total.before.pico_usd),
        "after_pico_usd": str(found.total.after.pico_usd),
    }
    for name, file in (("prices", asked.prices), ("rates", asked.rates)):
        if file is not None:
            detail[name] = file.name
            detail[f"{name}_sha256"] = sha256(file.read_bytes()).hexdigest()
    detail |= {f"{model} as": stand_in for model, stand_in in asked.model_as.items()}
    for change in found.changes:
        if change.changed:
            name = " ".join(part for part in (change.month, change.model, change.version) if part)
            detail[name] = f"{_said(change.before)} -> {_said(change.after)}"
    record(container, Deed.REPRICE, SUBJECT, by, reason, detail=detail)


def _said(amounts: Amounts) -> str:
    local = f", {amounts.local.amount} {amounts.local.currency}" if amounts.local is not None else ""
    unknown = f", {amounts.unknown} of unknown price" if amounts.unknown else ""
    return f"{amounts.pico_usd} pico-dollars{local}{unknown}"
