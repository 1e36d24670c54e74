"""Which columns of an invoice hold what: OpenAI's two exports, and others by a column map that a file remembers.

OpenAI's usage export (dashboard, Activity) and its Usage API count requests and tokens by day, project and model; its
cost export (dashboard, Cost) and Costs API hold amounts by day, project and line item. Days are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from botops.config import Strict, load
from botops.config.writing import locked
from botops.config.writing import replace as replace_file
from botops.config.yaml_writer import dump_yaml
from botops.costs.invoices import InvoiceRow
from botops.domain.errors import UserError

FormatName = Literal["openai-usage", "openai-costs", "mapped"]
InvoiceField = Literal[
    "start", "end", "model", "item", "project", "requests", "input_tokens", "uncached_tokens", "cached_tokens",
    "cache_write_tokens", "output_tokens", "amount", "currency",
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(InvoiceField)
"""What a column can hold. `input_tokens` include cached ones; `uncached_tokens` are those read at the full price."""
COUNTS = ("requests", "input_tokens", "uncached_tokens", "cached_tokens", "cache_write_tokens", "output_tokens")

OPENAI_USAGE: Mapping[str, str] = {
    "start": "start_time", "end": "end_time", "model": "model", "project": "project_id",
    "requests": "num_model_requests", "input_tokens": "input_tokens", "cached_tokens": "input_cached_tokens",
    "cache_write_tokens": "input_cache_write_tokens", "output_tokens": "output_tokens",
}  # fmt: skip
OPENAI_COSTS: Mapping[str, str] = {
    "start": "start_time", "end": "end_time", "item": "line_item", "project": "project_id", "amount": "amount_value",
    "currency": "amount_currency", "quantity": "quantity", "quantity_unit": "quantity_unit",
}  # fmt: skip
_LINE_ITEM = re.compile(r"(?:[a-z ]+ \| )?(?P<model>[^,|\s][^,|]*), (?P<kind>[^,]+)(?:, .+)?", re.IGNORECASE)
"""`gpt-5-mini-2025-08-07, cached input`, also `priority | gpt-5, output, long context`."""
_MODALITY = re.compile(r" (?:text|audio|image)$")
_KINDS = {"input": "uncached_tokens", "cached input": "cached_tokens", "cache write": "cache_write_tokens",
          "output": "output_tokens"}  # fmt: skip
_TOKENS = {"tokens": 1, "1000_tokens": 1000}


@dataclass(frozen=True, slots=True)
class LineItem:
    """What a line item of OpenAI's costs is for. `field` is what its quantity counts, None for other things."""

    model: str | None
    item: str
    field: str | None


def line_item(text: str) -> LineItem:
    """Reads a line item: a model and a kind of token, or the name of another charge."""
    bare = " ".join(text.split())
    match = _LINE_ITEM.fullmatch(bare)
    if match is None:
        return LineItem(None, bare, None)
    return LineItem(_MODALITY.sub("", match["model"].strip()), "", _KINDS.get(match["kind"].strip().casefold()))


def tokens_of(quantity: Decimal, unit: str) -> int | None:
    """The tokens of a line item's quantity; None where it counts something else."""
    times = _TOKENS.get(unit.strip().casefold())
    return None if times is None else int((quantity * times).to_integral_value())


def item_row(row: InvoiceRow, text: str, quantity: Decimal | None, unit: str) -> InvoiceRow:
    """A row of OpenAI's costs with what its line item says: the model, and the tokens its quantity counts."""
    item = line_item(text)
    tokens = tokens_of(quantity, unit) if quantity is not None and item.field else None
    figures = row.figures
    match item.field if tokens is not None else None:
        case "output_tokens":
            figures = replace(figures, output_tokens=tokens)
        case "uncached_tokens":
            figures = replace(figures, input_tokens=tokens)
        case "cached_tokens":
            figures = replace(figures, input_tokens=tokens, cached_tokens=tokens)
        case "cache_write_tokens":
            figures = replace(figures, input_tokens=tokens, cache_write_tokens=tokens)
    return replace(row, model=item.model, item=item.item, figures=figures)


def guess_format(headers: frozenset[str]) -> FormatName | None:
    """The format that a table's headers, in small letters, belong to; None when they are another provider's."""
    if {"start_time", "amount_value"} <= headers:
        return "openai-costs"
    if {"start_time", "input_tokens", "num_model_requests"} <= headers:
        return "openai-usage"
    return None


Header = Annotated[str, Field(min_length=1, max_length=200)]


class ColumnMap(Strict):
    """How another provider's table is read, as a file remembers it.

    `columns` maps each field to the header of its column, `models` a model's name there to the store's. `timezone` is
    that of its days, `decimal` its decimal mark, `currency` that of amounts that name none.
    """

    columns: dict[InvoiceField, Header] = Field(default_factory=dict)
    models: dict[Header, Header] = Field(default_factory=dict)
    timezone: Header | None = None
    decimal: Literal[".", ","] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    encoding: Header | None = None


def load_map(path: Path) -> ColumnMap:
    """A remembered column map; an empty one when the file is not there yet. Raises UserError with every problem."""
    return load(path, ColumnMap) if path.exists() else ColumnMap()


def keep_map(path: Path, columns: ColumnMap) -> None:
    """Writes a column map for the next time, whole or not at all. Raises UserError, OutsideError."""
    text = dump_yaml(columns.model_dump(exclude_defaults=True))
    try:
        with locked(path.parent):
            replace_file(path, text.encode())
    except UserError as error:
        raise UserError(f"the column map cannot be kept: {error}") from error
