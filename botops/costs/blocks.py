"""From what a provider sends to what it costs, in one pure function."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from botops.costs.prices import PriceRow, pico_of
from botops.usage import Api, read_stream, read_usage


def cost_of_block(
    block: object, api: Api | str, row: PriceRow, *, tier: str = "", per_usd: Decimal | None = None
) -> int | None:
    """What a call cost in whole pico-dollars, from a provider's usage block, the name of its interface and a price.

    `block` is a usage block as it came over the wire, a whole body that holds one (which tells tools and tier besides),
    or decoded chunks of a stream (list or iterator). `api` is named as in `botops.usage.Api` (`openai`, `responses`,
    `anthropic`, `gemini`, `azure`, `bedrock`, `langchain`, `xai` …; what is compatible with OpenAI is `openai`).
    `row` is charged as it stands: whoever chose it has seen to day and tier (`PriceTable.row`), and to what it has no
    price for (`unpriced`). `tier` is one that no block tells (`batch`). `per_usd` is the rate of a row that is not in
    dollars. Rounded once, half up.

    A price by hand, and the cost of a call at it (1,000 x 0.25 $ and 100 x 2 $ a million, in pico-dollars):

        row = row_of(PriceOverride(model="m", input="0.25", output=2, cached_input="0.025"))
        cost_of_block({"prompt_tokens": 1000, "completion_tokens": 100}, "openai", row)  # 450000000

    None for a block that says nothing of a usage; a zero is never put in its place. Raises ValueError for an unknown
    `api` and for a rate that is missing or not above zero, nothing else.
    """
    told = (
        read_stream(block, api, tier=tier)
        if isinstance(block, list | tuple | Iterator)
        else read_usage(block, api, tier=tier)
    )
    return None if told is None else pico_of(told, row, per_usd=per_usd)
