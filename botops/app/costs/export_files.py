"""Tables written to a file row by row: CSV for spreadsheets, Parquet for databases. Whole or not at all."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO

from botops.app.delimited import plain
from botops.domain.errors import NotFoundError, OutsideError, UserError

Kind = Literal["text", "count", "money", "rate", "flag", "day", "moment"]
AT_ONCE = 10_000
"""Rows of a Parquet file held in memory."""
SCALES = {"money": 18, "rate": 12}
"""Digits after the point of amounts and rates in Parquet. A pico-dollar has twelve; a rate of six more is exact."""
_DIGITS = 38


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what its cells are: counts are integers, amounts and rates exact decimals."""

    name: str
    kind: Kind = "text"


Row = Sequence[Any]
Progress = Callable[[int], None]


def write_csv(sink: TextIO, columns: Sequence[Column], rows: Iterable[Row], on_rows: Progress = lambda _: None) -> int:
    """Writes rows as CSV; how many. Decimals are exact, moments ISO 8601 in UTC, nothing is an empty cell. A text that
    a spreadsheet would run as a formula is made plain."""
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    number = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        number += 1
        on_rows(1)
    return number


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S}{f'.{value.microsecond:06}' if value.microsecond else ''}Z"
        case date() | int():
            return str(value)
        case _:
            return plain(str(value).encode("utf-8", "backslashreplace").decode())


def write_parquet(
    path: Path, columns: Sequence[Column], rows: Iterable[Row], on_rows: Progress = lambda _: None
) -> int:
    """Writes rows as a Parquet file, `AT_ONCE` at a time; how many. Amounts and rates are decimals of 38 digits.

    Raises UserError where pyarrow is not installed, or a number has more digits than the file can hold.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UserError("Parquet needs pyarrow: pip install pyarrow, or write --format csv") from error
    schema = pa.schema([(column.name, _type(pa, column.kind)) for column in columns])
    number, source = 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(source, AT_ONCE)):
            arrays = [
                pa.array([_value(row[place], column) for row in batch], schema.field(place).type)
                for place, column in enumerate(columns)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            number += len(batch)
            on_rows(len(batch))
    return number


def _type(pa: Any, kind: Kind) -> Any:
    types = {
        "text": pa.string(),
        "count": pa.int64(),
        "flag": pa.bool_(),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
        **{name: pa.decimal128(_DIGITS, scale) for name, scale in SCALES.items()},
    }
    return types[kind]


def _value(value: Any, column: Column) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if not isinstance(value, Decimal):
        return value
    with localcontext() as context:
        context.prec = 2 * _DIGITS
        rounded = value.quantize(Decimal(1).scaleb(-SCALES[column.kind]), rounding=ROUND_HALF_EVEN)
    if len(rounded.as_tuple().digits) > _DIGITS:
        raise UserError(f"{column.name} {value:f} has more digits than a Parquet file can hold: write --format csv")
    return rounded


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[Path]:
    """A temporary file beside `path` to be written in the block; it gets its name at the end, whole, or is removed.

    Raises UserError when the file is there already (unless `force`), NotFoundError without its folder, OutsideError.
    """
    if path.is_dir():
        raise UserError(f"{path}: a folder: name a file")
    if not force and os.path.lexists(path):
        raise UserError(f"{path} is there already: name another file, or write over it with --force")
    if not path.parent.is_dir():
        raise NotFoundError(f"{path.parent}: no such folder: make it first")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        temporary.touch(mode=0o644, exist_ok=False)
        yield temporary
        _flush(temporary)
        if force:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    except FileExistsError as error:
        raise UserError(f"{path} was made meanwhile: name another file, or write over it with --force") from error
    except OSError as error:
        raise OutsideError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
