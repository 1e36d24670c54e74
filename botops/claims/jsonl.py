"""The rows of `botops claims < texts.jsonl`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions


def mentions_row(row: dict[str, Any]) -> dict[str, Any]:
    """`{"id", "lang", "text"}` -> `{"id", "mentions": [{"quote", "start", "end", "kind", "amount", "amount_max",
    "currency", "per"}]}`; amounts are JSON numbers, integers when they are whole."""
    return {"id": row.get("id"), "mentions": [_mention(m) for m in find_mentions(str(row.get("text") or ""))]}


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "quote": mention.quote,
        "start": mention.start,
        "end": mention.end,
        "kind": mention.kind,
        "amount": _number(mention.amount),
        "amount_max": None if mention.amount_max is None else _number(mention.amount_max),
        "currency": mention.currency,
        "per": mention.per,
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
