"""What the requests of one model call cost together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from botops.domain.ports import Meter


def billed(
    meter: Meter, requests: Iterable[Usage], model: str, at: datetime, *, asked: str = "", simulated: bool = False
) -> Cost:
    """What a call cost, each of its requests priced by itself: long prompts, tiers and prices for a call go by the
    single request, so a sum must not be priced.

    `model` is who answered by the provider's word. Where no price is known for that name (a deployment's, a dated
    one), the price of the model `asked` counts.
    """
    total = Cost()
    for usage in requests:
        if not (usage.total_tokens or usage.tool_uses):
            continue  # refused before anything was read: no price is needed, so none can be missing
        cost = meter.cost(usage, model or asked, at, simulated=simulated)
        if cost.unknown_model and asked and asked != model:
            known = meter.cost(usage, asked, at, simulated=simulated)
            cost = cost if known.unknown_model else known
        total += cost
    return total
