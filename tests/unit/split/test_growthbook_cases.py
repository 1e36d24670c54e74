"""GrowthBook's own cases for hash version 2, and those of its ranges that whole basis points can express.

The other six range cases repair weights and coverages that make no sense; here those are refused.
"""

import json
from pathlib import Path

import pytest

from botops.split import BUCKETS, OUTSIDE, assign, bucket

CASES = json.loads((Path(__file__).parents[2] / "golden" / "split" / "growthbook.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def units():
    """A unit for every bucket of one seed."""
    found = {}
    number = 0
    while len(found) < BUCKETS:
        found.setdefault(bucket("ranges", f"u{number}"), f"u{number}")
        number += 1
    return found


def test_all_cases_are_here():
    assert (len(CASES["hash"]), len(CASES["getBucketRange"])) == (7, 7)


@pytest.mark.parametrize("case", CASES["hash"], ids=lambda c: c["seed"])
def test_hashes(case):
    assert case["version"] == 2
    assert bucket(case["seed"], case["value"]) == round(case["expected"] * BUCKETS)


@pytest.mark.parametrize("case", CASES["getBucketRange"], ids=lambda c: c["name"])
def test_ranges(case, units):
    count = case["variations"]
    weights = case["weights"] or [1 / count] * count
    ranges = [(round(low * BUCKETS), round(high * BUCKETS)) for low, high in case["expected"]]
    points, coverage = [round(w * BUCKETS) for w in weights], round(case["coverage"] * BUCKETS)
    for at in range(BUCKETS):
        expected = next((i for i, (low, high) in enumerate(ranges) if low <= at < high), OUTSIDE)
        assert assign("ranges", units[at], points, coverage).variant == expected
