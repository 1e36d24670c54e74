"""A report of costs for programs: amounts are text, exact, so that no reader rounds them by way of a float."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from botops.app.costs.amounts import Amount, Mean
    from botops.app.costs.reporting import CostReport, CostRow
    from botops.store import CostDimension, CostValue


def report_json(report: CostReport) -> dict[str, Any]:
    """A whole report."""
    period = report.period
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "timezone": period.zone,
        "days": period.days,
        "by": list(report.by),
        "currency": report.currency,
        "total": row_json(report.total, ()),
        "rows": [row_json(row, report.by) for row in report.rows],
        "side_total": row_json(report.side_total, ()),
        "side": [row_json(row, report.side_by) for row in report.side],
        "everything": amount_json(report.everything),
        "behind": {"hours": report.lag.hours, "seconds": round(report.lag.seconds, 1)},
    }


def row_json(row: CostRow, by: tuple[CostDimension, ...]) -> dict[str, Any]:
    """One row; `by` names what its key holds."""
    usage, spoken = row.usage, row.spoken
    return {
        **({"key": {name: _plain(value) for name, value in zip(by, row.key, strict=True)}} if by else {}),
        "cost": amount_json(row.cost),
        "billed": amount_json(row.billed),
        "repairs": amount_json(row.repairs),
        "failed_calls": amount_json(row.failed_calls),
        "failed_turns": amount_json(row.failed_turns),
        "estimated": amount_json(row.estimated),
        "estimated_share": _share(row.estimated_share),
        "saved_by_cache": amount_json(row.saved),
        "per_dialogue": mean_json(row.per_dialogue),
        "per_reply": mean_json(row.per_reply),
        "per_qualified_lead": mean_json(row.per_qualified),
        "per_won_deal": mean_json(row.per_won),
        "dialogues": spoken.dialogues,
        "qualified_leads": spoken.qualified,
        "won_deals": spoken.won,
        "turns": row.turns,
        "replies": row.replies,
        "turns_failed": row.turns_failed,
        "turns_simulated": row.simulated,
        "turns_of_unknown_cost": row.unknown,
        "calls": row.calls,
        "calls_failed": row.calls_failed,
        "calls_estimated": row.calls_estimated,
        "calls_of_unknown_cost": row.calls_unknown,
        "calls_of_unknown_saving": row.saved_unknown,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_share": _share(row.cached_share),
    }


def amount_json(amount: Amount) -> dict[str, Any]:
    """An amount: pico-dollars, the same in dollars, and in the report's currency, rounded once."""
    money = amount.money
    return {
        "pico_usd": amount.pico_usd,
        "usd": format(amount.usd, "f"),
        "local": None if money is None else {"amount": format(money.amount, "f"), "currency": money.currency},
    }


def mean_json(mean: Mean | None) -> dict[str, Any] | None:
    """A mean in dollars and in the report's currency."""
    if mean is None:
        return None
    local = None if mean.local is None else {"amount": format(mean.local, "f"), "currency": mean.currency}
    return {"usd": format(mean.usd, "f"), "local": local}


def _share(share: Decimal | None) -> float | None:
    return None if share is None else round(float(share), 6)


def _plain(value: CostValue) -> str | bool:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool) else str(value)
