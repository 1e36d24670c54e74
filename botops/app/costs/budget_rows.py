"""Budgets for programs: amounts are text, exact, so that no reader rounds them by way of a float."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from botops.costs.budgets import BudgetStanding
    from botops.domain.budgets import BudgetAlert


def standing_row(one: BudgetStanding) -> dict[str, Any]:
    """A standing as JSON; amounts are text, exact."""
    budget = one.budget
    return {
        "name": one.name,
        "scope": budget.scope.value,
        "of": budget.of,
        "period": budget.period.value if budget.period else None,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "currency": one.currency,
        "limit": _text(one.limit),
        "spent": _text(one.spent),
        "held": _text(one.held),
        "left": _text(one.left),
        "share": round(float(one.share), 6),
        "state": one.state.value,
        "hard": budget.hard,
        "soft": [_text(share) for share in budget.soft],
        "cheaper_model": budget.cheaper_model,
        "cheaper_at": None if budget.cheaper_at is None else _text(budget.cheaper_at),
        "hand_over_at": None if budget.hand_over_at is None else _text(budget.hand_over_at),
        "runs_out_at": one.runs_out_at.isoformat() if one.runs_out_at else None,
        "unknown_calls": one.unknown_calls,
        "dialogue_id": one.dialogue_id,
        "alerts": [alert_row(alert) for alert in one.alerts],
    }


def alert_row(alert: BudgetAlert) -> dict[str, Any]:
    """An alert as JSON."""
    return {
        "level": alert.level.value,
        "share": _text(alert.share) if alert.share else None,
        "limit": alert.limit,
        "at": alert.at.isoformat(),
        "times": alert.times,
        "detail": alert.detail,
    }


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
