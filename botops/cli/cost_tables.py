"""How costs are printed: plain tables, amounts with the digits that matter."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING

import click

from botops.cli.rows import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LEAST = Decimal("0.0001")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> None:
    """Prints columns that line up; those of `right` are numbers."""
    lines = [[plain(" ".join(cell.split())) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def exact(amount: Decimal) -> str:
    """An amount of money rounded for reading: to the hundredth of a cent, or to two digits where it is less."""
    with localcontext() as context:
        context.prec = 60
        if not amount:
            return "0"
        least = _LEAST if abs(amount) >= _LEAST else Decimal(1).scaleb(amount.adjusted() - 1)
        return f"{amount.quantize(least, rounding=ROUND_HALF_EVEN):,f}"


def whole(number: Decimal | int) -> str:
    """A count, its thousands apart."""
    return f"{int(number):,}"
