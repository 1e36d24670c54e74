"""A provider's invoice held against the calls that were kept: differences by day and model. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

from botops.costs.model_names import Matching, match_models

Measure = Literal["requests", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "amount"]
MEASURES: tuple[Measure, ...] = (
    "requests", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "amount",
)  # fmt: skip
LEAST_AMOUNT = Decimal("0.01")
"""A smaller difference of money in one line is never over the tolerance: providers round to the cent."""

Presence = Literal["both", "invoice", "store"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was used and charged. `input_tokens` include cached ones and those written to the cache, as in `Usage`.
    None is what an invoice does not say; `amount` is in the invoice's currency."""

    requests: int | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    amount: Decimal | None = None

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(_plus(getattr(self, m), getattr(other, m)) for m in MEASURES))

    def of(self, measure: Measure) -> Decimal | None:
        """One figure as an exact number."""
        value = getattr(self, measure)
        return None if value is None else Decimal(value)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row of an invoice for [start, end). `item` names what is charged where it is no model: a tool, storage.

    `project` is the provider's own id, None where the row has none; `line` is its place in the file.
    """

    start: datetime
    end: datetime
    model: str | None
    item: str
    figures: Figures
    project: str | None = None
    currency: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the calls kept, beyond their figures: what may explain a difference.

    Calls that failed without a usage, calls whose tokens were estimated here (and how many tokens that is), calls
    without a known price.
    """

    calls: int = 0
    without_usage: int = 0
    estimated: int = 0
    estimated_tokens: int = 0
    unknown: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class KeptHour:
    """The calls of one model in the hour that begins at `at`."""

    at: datetime
    model: str
    figures: Figures
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Line:
    """One period (a day, unless the invoice's rows are longer) and model. `model` is "" for an invoice that does not
    tell models apart, and an item in brackets for a charge that is no model's. `over` are the measures whose difference
    is over the tolerance."""

    first: date
    last: date
    model: str
    invoice: Figures
    store: Figures
    evidence: Evidence
    presence: Presence
    over: tuple[Measure, ...]

    def difference(self, measure: Measure) -> Decimal | None:
        """The store's figure less the invoice's; None where the invoice has none."""
        theirs, ours = self.invoice.of(measure), self.store.of(measure)
        return None if theirs is None else (ours or Decimal(0)) - theirs


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Lines in order of time and model, the same summed by model and altogether, and how models were matched."""

    lines: tuple[Line, ...]
    models: tuple[Line, ...]
    total: Line
    measures: tuple[Measure, ...]
    matching: Matching

    @property
    def over(self) -> tuple[Line, ...]:
        """The lines with a difference over the tolerance."""
        return tuple(line for line in self.lines if line.over)


def reconcile(
    invoice: Sequence[InvoiceRow],
    kept: Iterable[KeptHour],
    *,
    zone: tzinfo,
    tolerance: Decimal,
    same: Mapping[str, str] | None = None,
) -> Reconciliation:
    """Compares an invoice with calls. Days are those of `zone`; a row of a longer period is compared as a whole.

    `tolerance` is a share of the invoice's figure: 0.01 lets one per cent pass. `same` maps a model's name on the
    invoice to the store's. Calls outside the days of the invoice must not be among `kept`.
    """
    rows, hours = tuple(invoice), tuple(kept)
    measures = tuple(m for m in MEASURES if any(row.figures.of(m) is not None for row in rows))
    by_model = all(row.model or row.item for row in rows)
    matching = match_models({r.model for r in rows if r.model}, {h.model for h in hours}, same or {})
    spans = _Spans(rows, zone)
    sums: dict[tuple[date, date, str], _Sum] = {}
    for row in rows:
        name = _name(row, matching) if by_model else ""
        sums.setdefault((*spans.of_row(row), name), _Sum()).add_invoice(row.figures)
    for hour in hours:
        name = matching.ours.get(hour.model, hour.model) if by_model else ""
        sums.setdefault((*spans.of_moment(hour.at), name), _Sum()).add_store(hour.figures, hour.evidence)
    total, models = _Sum(), dict[str, _Sum]()
    for (_, _, name), one in sums.items():
        total.merge(one)
        models.setdefault(name, _Sum()).merge(one)
    first, last = min(key[0] for key in sums), max(key[1] for key in sums)
    return Reconciliation(
        tuple(sums[key].line(*key, measures, tolerance) for key in sorted(sums)),
        tuple(models[name].line(first, last, name, measures, tolerance) for name in sorted(models)),
        total.line(first, last, "", measures, tolerance),
        measures,
        matching,
    )


def over_tolerance(measure: Measure, theirs: Decimal, ours: Decimal, tolerance: Decimal) -> bool:
    """True when a difference is more than a share of the invoice's figure (and of money, more than a cent)."""
    difference = abs(ours - theirs)
    if measure == "amount" and difference < LEAST_AMOUNT:
        return False
    return difference > abs(theirs) * tolerance


def _name(row: InvoiceRow, matching: Matching) -> str:
    return matching.theirs[row.model] if row.model else f"({row.item})"


def _plus(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return one + other


class _Spans:
    """Which days are compared together."""

    def __init__(self, rows: Sequence[InvoiceRow], zone: tzinfo) -> None:
        self._zone = zone
        self._long = sorted({span for row in rows if (span := self._span(row))[0] != span[1]})

    def of_row(self, row: InvoiceRow) -> tuple[date, date]:
        first, last = self._span(row)
        return self._of_day(first) if first == last else (first, last)

    def of_moment(self, at: datetime) -> tuple[date, date]:
        return self._of_day(at.astimezone(self._zone).date())

    def _span(self, row: InvoiceRow) -> tuple[date, date]:
        last = max(row.start, row.end - timedelta(microseconds=1))
        return row.start.astimezone(self._zone).date(), last.astimezone(self._zone).date()

    def _of_day(self, day: date) -> tuple[date, date]:
        return next((span for span in self._long if span[0] <= day <= span[1]), (day, day))


class _Sum:
    """Both sides of one line while they are added up."""

    def __init__(self) -> None:
        self.invoice: Figures | None = None
        self.store: Figures | None = None
        self.evidence = Evidence()

    def add_invoice(self, figures: Figures) -> None:
        self.invoice = figures if self.invoice is None else self.invoice + figures

    def add_store(self, figures: Figures, evidence: Evidence) -> None:
        self.store = figures if self.store is None else self.store + figures
        self.evidence += evidence

    def merge(self, other: _Sum) -> None:
        if other.invoice is not None:
            self.add_invoice(other.invoice)
        if other.store is not None:
            self.add_store(other.store, other.evidence)

    def line(self, first: date, last: date, model: str, measures: Sequence[Measure], tolerance: Decimal) -> Line:
        presence: Presence = "store" if self.invoice is None else "invoice" if self.store is None else "both"
        nothing = Figures(0, 0, 0, 0, 0, Decimal(0))
        theirs, ours = self.invoice or nothing, self.store or nothing
        over = tuple(
            measure
            for measure in measures
            if (there := theirs.of(measure)) is not None
            and over_tolerance(measure, there, ours.of(measure) or Decimal(0), tolerance)
        )
        return Line(first, last, model, theirs, ours, self.evidence, presence, over)


def day_bounds(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments at which the first day begins and the last one ends."""
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
