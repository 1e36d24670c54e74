"""OpenAI's Usage and Costs API answers, saved as JSON: one page, or a list of pages or of buckets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botops.app.costs.invoice_cells import CellError, amount_of, count_of, moment_of
from botops.app.costs.invoice_formats import FormatName, item_row
from botops.costs.invoices import Figures, InvoiceRow
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.config import Document
    from botops.domain.problems import Problem

_USAGE = "organization.usage.completions.result"
_COSTS = "organization.costs.result"
_FORMS: Mapping[str, FormatName] = {_USAGE: "openai-usage", _COSTS: "openai-costs"}
_COUNTS: Mapping[str, str] = {
    "requests": "num_model_requests", "input_tokens": "input_tokens", "cached_tokens": "input_cached_tokens",
    "cache_write_tokens": "input_cache_write_tokens", "output_tokens": "output_tokens",
}  # fmt: skip
Way = tuple[str | int, ...]
MOST_PROBLEMS = 200
"""Problems after which the rest of a file is not read."""


@dataclass(frozen=True, slots=True)
class JsonRows:
    """What the answers hold."""

    rows: tuple[InvoiceRow, ...]
    form: FormatName
    empty: int
    notes: tuple[str, ...]


def json_rows(document: Document, form: FormatName | None) -> JsonRows:
    """Reads the answers. Raises UserError with every problem."""
    read = _Answers(document, form)
    rows = tuple(read.rows())
    if read.problems:
        raise UserError(problems=read.problems)
    if read.form is None:
        raise UserError(f"{document.file}: holds no usage and no costs: every bucket is empty")
    return JsonRows(rows, read.form, read.empty, tuple(read.notes))


class _Answers:
    def __init__(self, document: Document, form: FormatName | None) -> None:
        self._document = document
        self._seen: dict[tuple[Any, ...], Way] = {}
        self.form = form
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.empty = 0

    def rows(self) -> Iterator[InvoiceRow]:
        for way, bucket in self._buckets():
            if len(self.problems) >= MOST_PROBLEMS:
                return
            start, end = (self._value(bucket, way, name, _moment) for name in ("start_time", "end_time"))
            key = "results" if "results" in bucket else "result"
            results = bucket.get(key)
            if start is None or end is None or not isinstance(results, list):
                self._complain(way, "no bucket of OpenAI's: it has `start_time`, `end_time` and `results`")
                continue
            self.empty += not results
            for place, result in enumerate(results):
                row = self._row((*way, key, place), result, start, end)
                if row is not None:
                    yield row

    def _buckets(self) -> Iterator[tuple[Way, Mapping[str, Any]]]:
        data = self._document.data
        pages: list[tuple[Way, Any]] = [((n,), one) for n, one in enumerate(data)] if isinstance(data, list) else []
        for way, page in pages or [((), data)]:
            if isinstance(page, dict) and isinstance(page.get("data"), list):
                yield from self._of_page(way, page)
            elif isinstance(page, dict) and "start_time" in page:
                yield way, page
            else:
                self._complain(way, "no answer of OpenAI's Usage or Costs API: it has `data`, a list of buckets")
        last = pages[-1][1] if pages else data
        if isinstance(last, dict) and last.get("has_more") is True:
            self.notes.append(
                "the last page says `has_more`: later days are missing; fetch the rest with `page` and `next_page`"
            )

    def _of_page(self, way: Way, page: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
        for place, bucket in enumerate(page["data"]):
            here = (*way, "data", place)
            if isinstance(bucket, dict):
                yield here, bucket
            else:
                self._complain(here, "no bucket: it has `start_time`, `end_time` and `results`")

    def _row(self, way: Way, result: Any, start: datetime, end: datetime) -> InvoiceRow | None:
        if not isinstance(result, dict):
            self._complain(way, "no result: an object with `object` and its figures")
            return None
        kind = result.get("object")
        known = _FORMS.get(str(kind))
        if known is None:
            message = f"results of {kind!r} cannot be compared: export completions usage or costs"
            self._complain(way, message, "object")
            return None
        if self.form is not None and known != self.form:
            self._complain(way, f"a result of {known} in a file of {self.form}: hand them in apart", "object")
            return None
        self.form = known
        before = len(self.problems)
        row = self._usage(way, result, start, end) if known == "openai-usage" else self._cost(way, result, start, end)
        if len(self.problems) > before or self._twice(way, result, start):
            return None
        return row

    def _usage(self, way: Way, result: Mapping[str, Any], start: datetime, end: datetime) -> InvoiceRow:
        figures = Figures(**{name: self._value(result, way, key, _count) for name, key in _COUNTS.items()})
        return InvoiceRow(start, end, _text(result, "model"), "", figures, _text(result, "project_id"))

    def _cost(self, way: Way, result: Mapping[str, Any], start: datetime, end: datetime) -> InvoiceRow:
        amount = result.get("amount")
        if not isinstance(amount, dict):
            self._complain(way, "no amount: an object with `value` and `currency`", "amount")
            amount = {}
        value = self._value(amount, (*way, "amount"), "value", _amount)
        currency = _text(amount, "currency")
        row = InvoiceRow(start, end, None, "", Figures(amount=value), _text(result, "project_id"),
                         currency.upper() if currency else None)  # fmt: skip
        item = _text(result, "line_item")
        quantity = self._value(result, way, "quantity", _amount)
        return item_row(row, item, quantity, _text(result, "quantity_unit") or "") if item else row

    def _twice(self, way: Way, result: Mapping[str, Any], start: datetime) -> bool:
        key = (start, repr(sorted(result.items())))
        first = self._seen.setdefault(key, way)
        if first is not way:
            line = self._document.position(first)[0]
            self._complain(way, f"the same result as in line {line}: is a page in this file twice? Remove one of them")
        return first is not way

    def _value(self, values: Mapping[str, Any], way: Way, name: str, read: Callable[[Any], Any]) -> Any:
        try:
            return None if values.get(name) is None else read(values[name])
        except CellError as error:
            self._complain(way, str(error), name)
            return None

    def _complain(self, way: Way, message: str, *names: str) -> None:
        self.problems.append(self._document.problem((*way, *names), message, rule="invoice"))


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return str(value).strip() or None if value is not None else None


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise CellError(f"{value!r} is not a number")
    return str(value)


def _moment(value: Any) -> datetime | None:
    return moment_of(_plain(value), UTC)


def _count(value: Any) -> int | None:
    return count_of(_plain(value))


def _amount(value: Any) -> Decimal | None:
    return amount_of(_plain(value), ".")
