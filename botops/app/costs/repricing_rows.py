"""What pricing history anew changes, as JSON; amounts are text, exact."""

from __future__ import annotations

from typing import Any

from botops.app.costs.repricing import BEGINNING, Amounts, Change, Repricing


def repricing_json(found: Repricing, *, applied: int | None) -> dict[str, Any]:
    """The difference as JSON; amounts are text, exact. `applied` is how many calls were changed, None in a dry run."""
    return {
        "since": None if found.since == BEGINNING else found.since.isoformat(),
        "until": found.until.isoformat(),
        "applied": applied,
        "total": _change_json(found.total),
        "changes": [_change_json(change) for change in found.changes],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "month": change.month or None,
        "model": change.model or None,
        "version": change.version or None,
        "calls": change.calls,
        "changed": change.changed,
        "before": _amounts_json(change.before),
        "after": _amounts_json(change.after),
    }


def _amounts_json(amounts: Amounts) -> dict[str, Any]:
    return {
        "pico_usd": str(amounts.pico_usd),
        "local": None if amounts.local is None else str(amounts.local.amount),
        "currency": None if amounts.local is None else amounts.local.currency,
        "unknown": amounts.unknown,
    }
