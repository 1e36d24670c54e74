"""What tools returned in a dialogue: named things with their amounts, read from the JSON of `tool` messages.

An amount said by the assistant may rest on them as on the price book, which overrules them (`overruled.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_MONEY_KEY = re.compile(
    r"price|cost|amount|total|fare|fee|balance|rate|sum|rent|charge|refund|payment|цена|стоим|сумм|итог|остат",
    re.IGNORECASE,
)
_DEAL_KEY = re.compile(
    r"order|invoice|bill|receipt|book|reserv|payment|paid|transaction|purchase|contract|subscription|заказ|сч[её]т|чек|"
    r"брон|оплач|платеж|договор|покупк|тапсырыс|төле|шот",
    re.IGNORECASE,
)
_CENT = Decimal("0.01")
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Item:
    """A thing a tool named. `amounts` are its figures by key; `labels` the folded texts that name it or describe it.

    `turn` is the index of the tool's message. `dealt` is True for what belongs to an order, a bill or a booking.
    """

    turn: int
    amounts: tuple[tuple[str, Decimal], ...]
    labels: tuple[tuple[str, str], ...]
    dealt: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All things tools named so far, in order. `computed` are bare numbers returned by a tool as its whole answer."""

    items: tuple[Item, ...] = ()
    computed: tuple[tuple[int, Decimal], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items or self.computed)

    def with_tool(self, turn: int, content: str) -> Evidence:
        """The evidence with one more tool result. Content that is no JSON is text and adds only a bare number."""
        body = content.strip()
        if _NUMBER.fullmatch(body):
            return Evidence(self.items, (*self.computed, (turn, _cents(Decimal(body)))))
        if not body or body[0] not in "{[":
            return self
        try:
            value = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        except (ValueError, RecursionError):
            return self
        found: list[Item] = []
        _walk(value, turn, (), found, 0, dealt=False)
        return Evidence(self.items + tuple(found), self.computed)


def _walk(
    value: Any, turn: int, above: tuple[tuple[str, str], ...], found: list[Item], depth: int, *, dealt: bool
) -> None:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for piece in value:
            _walk(piece, turn, above, found, depth + 1, dealt=dealt)
        return
    if not isinstance(value, dict):
        return
    labels: list[tuple[str, str]] = []
    amounts: list[tuple[str, Decimal]] = []
    dealt = dealt or any(_DEAL_KEY.search(str(key)) for key in value)
    for key, piece in value.items():
        _sort_pair(str(key), piece, labels, amounts)
    options = value.get("options")
    if isinstance(options, dict):
        labels += [(str(k), str(v).lower()) for k, v in options.items() if not isinstance(v, (dict, list))]
    inherited = tuple(p for p in above if p[0] in {"name", "title"}) if "name" not in value else ()
    if amounts:
        found.append(Item(turn, tuple(amounts), (*inherited, *labels), dealt))
    for key, piece in value.items():
        if isinstance(piece, dict | list) and key != "options":
            _walk(piece, turn, (*inherited, *labels), found, depth + 1, dealt=dealt)


def _sort_pair(key: str, piece: Any, labels: list[tuple[str, str]], amounts: list[tuple[str, Decimal]]) -> None:
    """A pair of a record is a figure of money, a label, or neither."""
    if isinstance(piece, bool) or piece is None or isinstance(piece, dict | list):
        return
    number: Decimal | None = piece if isinstance(piece, Decimal) else None
    if number is None and isinstance(piece, str) and _MONEY_KEY.search(key):
        try:
            number = Decimal(piece.strip().lstrip("$€£₸₽").replace(",", ""))
        except InvalidOperation:
            number = None
    if number is not None and number.is_finite() and _MONEY_KEY.search(key):
        amounts.append((key, _cents(number)))
    else:
        labels.append((key, str(piece).lower()))


def _cents(number: Decimal) -> Decimal:
    """Binary floats leave tails like 26.480000000000018: a figure of money has cents. Its sign is a direction."""
    return abs(number if number.as_tuple().exponent in range(-2, 1) else number.quantize(_CENT)).normalize() + 0


NO_EVIDENCE = Evidence()
"""Nothing was returned by tools."""
