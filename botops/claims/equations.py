"""Arithmetic written out in a reply: "12 500 × 3 = 37 500", "6 990 + 990 + 10 000 = 17 980", "14 000 − 10%"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from botops.claims.mention import Mention
from botops.claims.quantities import Quantity

_OPERATOR = re.compile(
    r"[^\w\d+*×·/÷=≈:()−–—-]*(?P<sign>[+*×·/÷=≈−–—-]|\bx\b|\bх\b|\bплюс\b|\bминус\b|\bplus\b|\bminus\b)[^\w+*×·/÷=≈−–—-]*",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s*[^\W\d_]{1,14}\.?(?:\s+[^\W\d_]{1,14}\.?)?\s*(?=[+*×·/÷=≈−–—-]|[xх]\s)", re.IGNORECASE)
_SIGNS = {"×": "*", "·": "*", "x": "*", "х": "*", "*": "*", "/": "/", "÷": "/", "+": "+", "плюс": "+", "plus": "+",
          "-": "-", "−": "-", "–": "-", "—": "-", "минус": "-", "minus": "-", "=": "=", "≈": "="}  # fmt: skip
_HUNDRED, _ONE, _SHARE = Decimal(100), Decimal(1), Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Operand:
    """A number of an equation. `mention` is set when it is money or a percent."""

    value: Decimal
    start: int
    end: int
    mention: Mention | None = None

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
    operands = _operands(mentions, counts)
    out: list[Equation] = []
    chain: list[Operand] = []
    signs: list[str] = []
    for operand in operands:
        sign = _sign(text, chain[-1].end, operand.start) if chain else None
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
        if sign in "+-" and (operand.mention is None or (not signs and chain[0].mention is None)):
            chain, signs = [operand], []
            continue
        chain.append(operand)
        signs.append(sign)
    return tuple(out)


def _equation(text: str, chain: Sequence[Operand], signs: Sequence[str], result: Operand) -> list[Equation]:
    """The chain as an equation; when it does not hold, the part of it that does ("4 000 plus 120 × 60 = 7 200")."""
    found = []
    for first in range(len(signs)):
        value = _value(text, chain[first:], signs[first:])
        if value is not None:
            found.append(Equation(tuple(chain[first:]), tuple(signs[first:]), result, value))
    holds = [e for e in found if abs(e.value - result.value) <= max(_ONE, abs(e.value) * _SHARE)]
    return holds[:1] or found[:1]


def _operands(mentions: Sequence[Mention], counts: Sequence[Quantity]) -> list[Operand]:
    found = [Operand(m.amount, m.start, m.end, m) for m in mentions if m.amount_max is None]
    taken = [(m.start, m.end) for m in mentions]
    found += [Operand(c.value, c.start, c.end) for c in counts if not any(s < c.end and c.start < e for s, e in taken)]
    return sorted(found, key=lambda o: o.start)


def _sign(text: str, start: int, end: int) -> str | None:
    gap = text[start:end]
    if len(gap) > 32 or "\n" in gap:
        return None
    unit = _UNIT.match(gap)
    if unit:
        gap = gap[unit.end() :]
    match = _OPERATOR.fullmatch(gap)
    return _SIGNS.get(match["sign"].lower()) if match else None


def _value(text: str, chain: Sequence[Operand], signs: Sequence[str]) -> Decimal | None:
    """The value by the usual precedence; one pair of brackets around a leading sum is honoured."""
    close = None
    if "(" in text[max(0, chain[0].start - 2) : chain[0].start]:
        for i in range(1, len(chain)):
            after = chain[i + 1].start if i + 1 < len(chain) else chain[i].end + 2
            if ")" in text[chain[i].end : after]:
                close = i
                break
    if close is not None and close < len(chain) - 1:
        inner = _flat(chain[: close + 1], signs[:close])
        if inner is None:
            return None
        first = Operand(inner, chain[0].start, chain[close].end)
        return _flat([first, *chain[close + 1 :]], signs[close:])
    return _flat(chain, signs)


def _flat(chain: Sequence[Operand], signs: Sequence[str]) -> Decimal | None:
    terms: list[tuple[str, Decimal, bool]] = [("+", chain[0].value, chain[0].percent)]
    for sign, operand in zip(signs, chain[1:], strict=True):
        value, last = operand.value, terms[-1]
        if sign == "*":
            terms[-1] = (last[0], last[1] * (value / _HUNDRED if operand.percent else value), False)
        elif sign == "/":
            if not value:
                return None
            terms[-1] = (last[0], last[1] / value, False)
        else:
            terms.append((sign, value, operand.percent))
    total = Decimal(0)
    for sign, value, percent in terms:
        step = total * value / _HUNDRED if percent else value
        total += step if sign == "+" else -step
    return total
