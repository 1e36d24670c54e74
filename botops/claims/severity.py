"""How bad a finding is, and how much money a wrong promise puts at risk."""

from __future__ import annotations

from decimal import Decimal

from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money

CRITICAL_SUM = {"KZT": Decimal(100_000), "RUB": Decimal(20_000), "USD": Decimal(200), "EUR": Decimal(200)}
"""Money at risk from which a finding is critical, by currency; other currencies have no such sum."""

_MEDIUM = frozenset({FindingKind.TERMS, FindingKind.UNKNOWN_PRODUCT})


def severity_of(
    kind: FindingKind, *, at_risk: Money | None = None, floor: Decimal | None = None, stated: Decimal | None = None
) -> Severity:
    """Critical below a floor price or with a large sum at risk; medium for terms and products the book does not know;
    high for every other contradiction."""
    if floor is not None and stated is not None and stated < floor:
        return Severity.CRITICAL
    if at_risk is not None and at_risk.amount >= CRITICAL_SUM.get(at_risk.currency, at_risk.amount + 1):
        return Severity.CRITICAL
    return Severity.MEDIUM if kind in _MEDIUM else Severity.HIGH


def money_at_risk(stated: Decimal, owed: Decimal, count: Decimal, currency: str) -> tuple[Money | None, Money | None]:
    """What a promise costs us, max(0, owed − promised) × quantity, and what it overcharges; each None when nothing."""
    difference = (owed - stated) * count
    if difference > 0:
        return Money.of(difference, currency), None
    if difference < 0:
        return None, Money.of(-difference, currency)
    return None, None
