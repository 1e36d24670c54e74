"""A provider's invoice against the store: `botops cost reconcile`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.costs.currency import rates_of
from botops.app.costs.invoice_files import Invoice, of_projects, one_currency
from botops.costs.invoice_causes import Cause, causes
from botops.costs.invoices import Evidence, Figures, InvoiceRow, KeptHour, Line, Reconciliation, day_bounds, reconcile
from botops.domain.errors import UserError
from botops.domain.money import PICO

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.costs.invoice_formats import ColumnMap
    from botops.store import HourOfModel

TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. `notes` say what was left out and what the comparison rests on; `zone` is that of the days."""

    invoice: Invoice
    found: Reconciliation
    causes: tuple[Cause, ...]
    currency: str
    zone: str
    tolerance: Decimal
    notes: tuple[str, ...]


def reconcile_invoice(
    container: Container,
    invoice: Invoice,
    *,
    columns: ColumnMap,
    projects: Sequence[str] = (),
    tolerance: Decimal = TOLERANCE,
) -> Reconciled:
    """Compares an invoice (of `read_invoice`) with the calls kept on its days. Raises UserError, StoreError.

    Calls are counted by when their message came. Simulated ones are left out. `projects` keeps the rows of those
    projects only; `columns` is what the invoice was read by.
    """
    rows = of_projects(invoice.rows, projects) if projects else invoice.rows
    currency = one_currency(rows, columns.currency or "USD")
    first, last = _days(rows, invoice.zone)
    since, until = day_bounds(first, last, invoice.zone)
    hours = container.store.calls.by_hour(since, until)
    kept = tuple(_kept(container, [hour for hour in hours if not hour.simulated], currency))
    simulated = sum(hour.calls for hour in hours if hour.simulated)
    beside = sum(hour.calls for hour in hours if hour.beside and not hour.simulated)
    found = reconcile(rows, kept, zone=invoice.zone, tolerance=tolerance, same=columns.models)
    notes = (
        *_period_notes(container, invoice.zone, since, until),
        *_notes(invoice, rows, simulated, beside),
        *(f"counted as one model, {called}: {', '.join(names)}" for called, names in found.matching.joined.items()),
    )
    return Reconciled(invoice, found, causes(found), currency, str(invoice.zone), tolerance, notes)


def _days(rows: Sequence[InvoiceRow], zone: tzinfo) -> tuple[date, date]:
    last = max(row.end for row in rows) - timedelta(microseconds=1)
    return min(row.start for row in rows).astimezone(zone).date(), last.astimezone(zone).date()


def _kept(container: Container, hours: Sequence[HourOfModel], currency: str) -> Iterator[KeptHour]:
    zone, rates = ZoneInfo(container.settings.company.timezone), rates_of(container)
    if not rates.knows(currency):
        raise UserError(f"amounts are in {currency}, and there is no exchange rate for it: add one to `costs.rates`")
    for hour in hours:
        rate = rates.on(hour.hour.astimezone(zone).date(), currency)
        assert rate is not None  # the currency is known
        figures = Figures(
            hour.requests, hour.input_tokens, hour.cached_tokens, hour.cache_write_tokens, hour.output_tokens,
            Decimal(hour.pico_usd) * rate.per_usd / PICO,
        )  # fmt: skip
        evidence = Evidence(hour.calls, hour.without_usage, hour.estimated, hour.estimated_tokens, hour.unknown)
        yield KeptHour(hour.hour, hour.model, figures, evidence)


def _period_notes(container: Container, zone: tzinfo, since: datetime, until: datetime) -> Iterator[str]:
    yield f"days are those of {zone}; the store's calls are counted by when their message came"
    if until > container.clock.now():
        yield "the last day is not over: both sides still grow"
    purged = container.store.calls.kept_since()
    if purged is not None and purged > since:
        yield f"single calls before {purged:%Y-%m-%d %H:%M} UTC are gone by retention: earlier days look short here"
    if (since.utcoffset() or timedelta(0)) % timedelta(hours=1):
        yield "the store sums whole hours of UTC: days of this time zone are up to half an hour off"


def _notes(invoice: Invoice, rows: Sequence[InvoiceRow], simulated: int, beside: int) -> Iterator[str]:
    if simulated:
        yield f"simulated calls are left out, {simulated} of them: nobody bills them"
    if beside:
        yield f"calls of evaluations and second opinions, {beside} of them, count on the day their run ended"
    if left := len(invoice.rows) - len(rows):
        yield f"rows of other projects are left out, {left} of them"
    projects = {row.project or "none" for row in rows}
    if len(projects) > 1:
        yield f"rows of {len(projects)} projects are counted together: {', '.join(sorted(projects))} (--project picks)"
    if invoice.empty:
        yield f"rows without any usage: {invoice.empty}"
    if invoice.unread and invoice.form == "mapped":
        yield f"columns nothing was read from: {', '.join(invoice.unread)}"
    yield from invoice.notes


def reconciled_json(done: Reconciled) -> dict[str, Any]:
    """What came of it as JSON; amounts are text, exact."""
    found = done.found
    return {
        "format": done.invoice.form,
        "timezone": done.zone,
        "currency": done.currency,
        "tolerance": str(done.tolerance),
        "over": len(found.over),
        "lines": [_line_json(line, done) for line in found.lines],
        "models": [_line_json(line, done) for line in found.models],
        "total": _line_json(found.total, done),
        "joined_models": {called: list(names) for called, names in found.matching.joined.items()},
        "causes": [
            {"id": c.id, "text": c.text, "models": list(c.models), "evidence": dict(c.evidence)} for c in done.causes
        ],
        "notes": list(done.notes),
    }


def _line_json(line: Line, done: Reconciled) -> dict[str, Any]:
    measures: dict[str, Any] = {}
    for measure in done.found.measures:
        theirs, ours = line.invoice.of(measure), line.store.of(measure)
        gap = line.difference(measure)
        said = (lambda value: None if value is None else f"{value:f}") if measure == "amount" else _whole
        measures[measure] = {"invoice": said(theirs), "store": said(ours), "difference": said(gap)}
    return {
        "first": line.first.isoformat(),
        "last": line.last.isoformat(),
        "model": line.model or None,
        "on": line.presence,
        **measures,
        "over": list(line.over),
    }


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
