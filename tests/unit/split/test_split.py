import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.split import BUCKETS, OUTSIDE, Assigned, assign, bucket, fnv1a32

GOLDEN = Path(__file__).parents[2] / "golden" / "split"
HASHES = json.loads((GOLDEN / "hashes.json").read_text("utf-8"))
ASSIGNMENTS = json.loads((GOLDEN / "assignments.json").read_text("utf-8"))

texts = st.text(min_size=1, max_size=30)


@st.composite
def plans(draw):
    """Weights that sum to 10000."""
    cuts = sorted(draw(st.lists(st.integers(0, BUCKETS), max_size=5)))
    edges = [0, *cuts, BUCKETS]
    return [right - left for left, right in itertools.pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("", 0x811C9DC5), ("a", 0xE40C292C), ("b", 0xE70C2DE5), ("fo", 0x6222E842), ("foobar", 0xBF9CF968)],
)
def test_the_published_fnv_values_hold(text, value):
    assert fnv1a32(text) == value


@pytest.mark.parametrize("case", HASHES, ids=lambda c: ascii(c["text"])[:20])
def test_hashes_equal_those_of_javascript(case):
    assert fnv1a32(case["text"]) == case["hash"]


@pytest.mark.parametrize("case", ASSIGNMENTS)
def test_golden_assignments(case):
    assert bucket(case["seed"], case["unit"]) == case["bucket"]
    assigned = assign(case["seed"], case["unit"], case["weights"], case["coverage"])
    assert assigned == Assigned(case["bucket"], case["variant"])


def test_a_lone_surrogate_is_hashed_like_any_code_unit():
    assert 0 <= bucket("seed", "lead-\ud83d") < BUCKETS


def test_half_a_bucket_counts_as_inside():
    """3333 x 0.5 = 1666.5: bucket 1666 lies below the end of the range, so nothing may be rounded down."""
    unit = next(u for u in (f"u{i}" for i in range(200_000)) if bucket("edge", u) == 1666)
    assert assign("edge", unit, [3333, 6667], 5000).variant == 0
    after = next(u for u in (f"u{i}" for i in range(200_000)) if bucket("edge", u) == 1667)
    assert assign("edge", after, [3333, 6667], 5000).variant == OUTSIDE


@given(seed=texts, unit=texts, weights=plans(), low=st.integers(0, BUCKETS), high=st.integers(0, BUCKETS))
def test_raising_the_coverage_moves_nobody_between_variants(seed, unit, weights, low, high):
    low, high = sorted((low, high))
    before, after = assign(seed, unit, weights, low), assign(seed, unit, weights, high)
    assert before.bucket == after.bucket
    assert before.variant in (OUTSIDE, after.variant)


@given(seed=texts, unit=texts, weights=plans())
def test_full_coverage_leaves_nobody_out_and_none_takes_nobody_in(seed, unit, weights):
    inside = assign(seed, unit, weights, BUCKETS).variant
    assert weights[inside] > 0
    assert assign(seed, unit, weights, 0).variant == OUTSIDE


@given(seed=texts, unit=texts, weights=plans(), coverage=st.integers(0, BUCKETS))
def test_the_variant_follows_from_exact_fractions(seed, unit, weights, coverage):
    at, variant = (got := assign(seed, unit, weights, coverage)).bucket, got.variant
    starts = [sum(weights[:j]) for j in range(len(weights))]
    inside = [
        j
        for j, (s, w) in enumerate(zip(starts, weights, strict=True))
        if s * BUCKETS <= at * BUCKETS < s * BUCKETS + w * coverage
    ]
    assert inside == ([] if variant == OUTSIDE else [variant])


def test_shares_come_out_as_asked():
    weights = [5000, 3000, 2000]
    counts = {OUTSIDE: 0, 0: 0, 1: 0, 2: 0}
    total = 20_000
    for index in range(total):
        counts[assign("shares", f"lead-{index}", weights, 8000).variant] += 1
    for variant, share in {0: 0.4, 1: 0.24, 2: 0.16, OUTSIDE: 0.2}.items():
        deviation = abs(counts[variant] - share * total) / (total * share * (1 - share)) ** 0.5
        assert deviation < 4.5


def test_two_experiments_share_leads_independently():
    table = [[0, 0], [0, 0]]
    for index in range(8_000):
        one = assign("first", f"{index}", [5000, 5000], BUCKETS).variant
        two = assign("first:2", f"{index}", [5000, 5000], BUCKETS).variant
        table[one][two] += 1
    for row in table:
        for count in row:
            assert abs(count - 2_000) < 4.5 * (8_000 * 0.25 * 0.75) ** 0.5


@pytest.mark.parametrize(("seed", "unit"), [("", "u"), ("s", ""), (None, "u"), ("s", 7)])
def test_an_empty_seed_or_unit_is_refused(seed, unit):
    with pytest.raises(ValueError, match="must"):
        bucket(seed, unit)


@pytest.mark.parametrize(
    "weights",
    [
        [],
        [5000, 4999],
        [5000, 5001],
        [0.5, 0.5],
        [5000.0, 5000.0],
        [True, 9999],
        [-1, 10001],
        ["5000", "5000"],
        "ab",
        10000,
        None,
    ],
)
def test_weights_that_are_not_a_whole_split_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        assign("s", "u", weights, BUCKETS)


@pytest.mark.parametrize("coverage", [-1, 10001, 1.0, 0.5, True, "10000", None])
def test_a_coverage_out_of_range_is_refused(coverage):
    with pytest.raises(ValueError, match="coverage"):
        assign("s", "u", [10000], coverage)
