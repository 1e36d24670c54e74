"""Latencies as counts in geometric buckets, which add up over hours and groups; percentiles do not.

Bucket 0 holds up to 1 ms and bucket k the times in (2^((k-1)/4), 2^(k/4)] ms: every bound is 1.19 times the one below,
so a percentile read from the counts is within 19 % of the true one, mostly within 9 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

STEPS = 4
"""Buckets to a doubling."""


def bucket_of(milliseconds: int) -> int:
    """The bucket of a time in milliseconds."""
    return 0 if milliseconds <= 1 else math.ceil(STEPS * math.log2(milliseconds))


def bounds(bucket: int) -> tuple[float, float]:
    """The times a bucket covers, in milliseconds: above the first, up to the second."""
    return (0.0 if bucket == 0 else 2 ** ((bucket - 1) / STEPS)), 2 ** (bucket / STEPS)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The time in milliseconds not exceeded by `share` (0..1) of the counted turns; None without any.

    Linear inside the bucket the rank falls into, as Prometheus's `histogram_quantile` does.
    """
    total = sum(counts.values())
    if total == 0:
        return None
    rank, below, bucket = min(share, 1.0) * total, 0, 0
    for bucket in sorted(k for k, turns in counts.items() if turns):
        if below + counts[bucket] >= rank:
            break
        below += counts[bucket]
    low, high = bounds(bucket)
    return low + (high - low) * max(0.0, rank - below) / counts[bucket]
