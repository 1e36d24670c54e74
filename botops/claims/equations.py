"""Arithmetic written out in a reply: "12 500 × 3 = 37 500", "6 990 + 990 + 10 000 = 17 980", "14 000 − 10%"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from botops.claims.mention import Mention
from botops.claims.quantities import Quantity

_OPERATOR = re.compile(
    r"[^\w\d+*×·/÷=≈:()−–—-]*(?P<sign>[+*×·/÷=≈−–—-]|\bx\b|\bх\b|\bплюс\b|\bминус\b|\bplus\b|\bminus\b)[^\w+*×·/÷=≈−–—-]*",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s*[^\W\d_]{1,14}\.?(?:\s+[^\W\d_]{1,14}\.?)?\s*(?=[+*×·/÷=≈−–—-]|[xх]\s)", re.IGNORECASE)
_SIGNS = {"×": "*", "·": "*", "x": "*", "х": "*", "*": "*", "/": "/", "÷": "/", "+": "+", "плюс": "+", "plus": "+",
          "-": "-", "−": "-", "–": "-", "—": "-", "минус": "-", "minus": "-", "=": "=", "≈": "="}  # fmt: skip
_NO_BRACKETS = str.maketrans("", "", "()[]")
_FRACTION = re.compile(r"(\d{1,4})/(\d{1,4})")
_FACTOR = re.compile(r"\s*[×x*х·]")
_DASHES = frozenset("–—")
_RESULT = re.compile(
    r"[^\w.;!?\n]*(?:(?:это|и\s+того|итого|всего|вместе|итог|в\s+сумме|суммарно|общая\s+сумма|на\s+круг|то\s+есть|"
    r"получ\w+|выход\w+|выйдет|будет|состав\w+|даст|дадут|дает|дают|обойд\w+|к\s+оплате|"
    r"барлығы|жалпы|жиыны|яғни|болады|шығады|болып|құрайды|"
    r"comes?\s+(?:out\s+)?(?:to|at)|works?\s+out\s+(?:at|to)|makes?|totals?|equals?|gives?|is|in\s+total|in\s+all|"
    r"altogether|that[’']?s|which|it|so|adds?\s+up\s+to|a\s+total\s+of)[^\w.;!?\n]*){1,2}",
    re.IGNORECASE,
)
_MAX_GAP = 40
_HUNDRED, _ONE, _SHARE = Decimal(100), Decimal(1), Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Operand:
    """A number of an equation. `mention` is set when it is money or a percent; `unit` is what a count is of, one of the
    lexicon's, empty where none stands beside it."""

    value: Decimal
    start: int
    end: int
    mention: Mention | None = None
    unit: str = ""

    @property
    def percent(self) -> bool:
        """True for "10%"."""
        return self.mention is not None and self.mention.kind == "percent"


@dataclass(frozen=True, slots=True)
class Equation:
    """Operands, the signs between them, and what they are said to make. `value` is what they really make."""

    operands: tuple[Operand, ...]
    signs: tuple[str, ...]
    result: Operand
    value: Decimal


def equations(text: str, mentions: Sequence[Mention], counts: Sequence[Quantity]) -> tuple[Equation, ...]:
    """Every chain "a op b … = c" of a text, in order. Brackets group: "(29 000 + 25 000) × 3 = 162 000"."""
    operands = _operands(text, mentions, counts)
    out: list[Equation] = []
    chain: list[Operand] = []
    signs: list[str] = []
    for operand in operands:
        sign = _sign(text, chain[-1].end, operand.start) if chain else None
        if sign is None and signs and _tells_result(text, chain, operand):
            sign = "="
        if sign is None:
            chain, signs = [operand], []
            continue
        if sign == "=" and signs:
            out += _equation(text, chain, signs, operand)
            chain, signs = [operand], []
            continue
        if sign == "=":
            chain, signs = [operand], []
            continue
        counts_only = operand.mention is None or (not signs and chain[0].mention is None)
        if sign in "+-" and counts_only and not signs and not _FACTOR.match(text, operand.end):
            chain, signs = [operand], []
            continue
        chain.append(operand)
        signs.append(sign)
    return tuple(out)


def _tells_result(text: str, chain: Sequence[Operand], operand: Operand) -> bool:
    """True where words say what a chain of plain signs comes to ("8 000 + 5 000, итого 13 000"); a dash between two
    numbers may be no minus."""
    if operand.mention is None or operand.mention.kind != "money":
        return False
    between = (text[a.end : b.start] for a, b in pairwise(chain))
    return _RESULT.fullmatch(text, chain[-1].end, operand.start) is not None and not any(
        _DASHES & set(gap) for gap in between
    )


def _equation(text: str, chain: Sequence[Operand], signs: Sequence[str], result: Operand) -> list[Equation]:
    """The chain as an equation; when it does not hold, the part of it that does ("4 000 plus 120 × 60 = 7 200")."""
    found = []
    for first in range(len(signs)):
        value = _value(text, chain[first:], signs[first:])
        if value is not None:
            found.append(Equation(tuple(chain[first:]), tuple(signs[first:]), result, value))
    holds = [e for e in found if abs(e.value - result.value) <= max(_ONE, abs(e.value) * _SHARE)]
    return holds[:1] or found[:1]


def _operands(text: str, mentions: Sequence[Mention], counts: Sequence[Quantity]) -> list[Operand]:
    found = [Operand(m.amount, m.start, m.end, m) for m in mentions if m.amount_max is None]
    starts = [m.start for m in mentions]
    for count in counts:
        near = bisect_left(starts, count.end) - 1
        if near >= 0 and count.start < mentions[near].end:
            continue
        parts = _FRACTION.fullmatch(text, count.start, count.end)
        if parts:
            found.append(Operand(Decimal(parts[1]), *parts.span(1)))
            found.append(Operand(Decimal(parts[2]), *parts.span(2)))
        else:
            found.append(Operand(count.value, count.start, count.end, unit=count.unit))
    return sorted(found, key=lambda o: o.start)


def _sign(text: str, start: int, end: int) -> str | None:
    gap = text[start:end]
    if len(gap) > _MAX_GAP or "\n" in gap:
        return None
    unit = _UNIT.match(gap)
    if unit:
        gap = gap[unit.end() :]
    match = _OPERATOR.fullmatch(gap.translate(_NO_BRACKETS))
    return _SIGNS.get(match["sign"].lower()) if match else None


def _value(text: str, chain: Sequence[Operand], signs: Sequence[str]) -> Decimal | None:
    """The value by the usual precedence, brackets honoured; None when it cannot be computed."""
    items: list[Operand | str] = []
    for i, operand in enumerate(chain):
        before = text[chain[i - 1].end : operand.start] if i else text[max(0, operand.start - 3) : operand.start]
        if i:
            items += [")"] * before.count(")")
            items.append(signs[i - 1])
        items += ["("] * before.count("(")
        items.append(operand)
    items += [")"] * (items.count("(") - items.count(")"))
    try:
        return _Expression(items).value()
    except (ArithmeticError, IndexError):
        return None


def products(equation: Equation) -> Iterator[Sequence[Operand]]:
    """The runs of operands that are multiplied with each other."""
    run = [equation.operands[0]]
    for sign, operand in zip(equation.signs, equation.operands[1:], strict=True):
        if sign == "*":
            run.append(operand)
        else:
            yield run
            run = [operand]
    yield run


def factors(equation: Equation) -> Iterator[Operand]:
    """Numbers of an equation that multiply or divide a sum rather than being one: the smaller unmarked factor."""
    for i, sign in enumerate(equation.signs):
        if sign in "*/":
            pair = equation.operands[i : i + 2]
            smaller = min(pair, key=lambda o: o.value)
            if smaller.mention is not None and smaller.mention.currency is None:
                yield smaller


class _Expression:
    """Evaluates operands, signs and brackets. Raises IndexError where brackets do not match."""

    def __init__(self, items: Sequence[Operand | str]) -> None:
        self._items = items
        self._at = 0

    def value(self) -> Decimal:
        """The value of all items."""
        total = self._sum()
        if self._at < len(self._items):
            raise IndexError
        return total

    def _sum(self) -> Decimal:
        total, _ = self._product()
        while self._at < len(self._items) and self._items[self._at] in ("+", "-"):
            sign = self._items[self._at]
            self._at += 1
            step, percent = self._product()
            step = total * step / _HUNDRED if percent else step
            total = total + step if sign == "+" else total - step
        return total

    def _product(self) -> tuple[Decimal, bool]:
        value, percent = self._atom()
        while self._at < len(self._items) and self._items[self._at] in ("*", "/"):
            sign = self._items[self._at]
            self._at += 1
            factor, share = self._atom()
            factor = factor / _HUNDRED if share else factor
            value = value * factor if sign == "*" else value / factor
            percent = False
        return value, percent

    def _atom(self) -> tuple[Decimal, bool]:
        item = self._items[self._at]
        self._at += 1
        if isinstance(item, Operand):
            return item.value, item.percent
        if item != "(":
            raise IndexError
        inner = self._sum()
        if self._items[self._at] != ")":
            raise IndexError
        self._at += 1
        return inner, False
