"""Who gets which version: phases, targeting, testers and dates, through `Registry.assign`."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from botops.domain.errors import UserError
from botops.domain.prompts import Exposure, Lead
from botops.domain.releases import Override, OverrideKind
from botops.registry import Split, Targeting, Variant
from botops.registry.assigning import NOBODY, choose
from botops.split import BUCKETS, bucket, earlier_seeds, phase_of, seed_of

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
ALMATY = ZoneInfo("Asia/Almaty")
LIVE = 1


def split_of(*pairs, **changes):
    variants = tuple(Variant(version=version, weight=weight) for version, weight in pairs)
    return Split(**{"experiment": "tone", "variants": variants, **changes})


def release_of(split):
    return SimpleNamespace(name="sales", live=LIVE, split=split)


def pick(split, lead="lead-1", at=NOW, zone=ALMATY, override=None, **facts):
    return choose(release_of(split), Lead(lead, **facts), override, at=at, zone=zone)


leads = st.text(min_size=1, max_size=20)
weights = st.lists(st.integers(0, BUCKETS), max_size=4).map(
    lambda cuts: [b - a for a, b in itertools.pairwise([0, *sorted(cuts), BUCKETS])]
)


def served(choice):
    """The lead after its first turn: what the store will say of it."""
    if choice.variant < 0:
        return {}
    return {choice.experiment: Exposure(choice.variant, "sales", choice.version)}


@given(lead=leads, shares=weights, low=st.integers(0, BUCKETS), high=st.integers(0, BUCKETS))
def test_growing_coverage_never_moves_a_lead_between_variants(lead, shares, low, high):
    low, high = sorted((low, high))
    pairs = [(version, weight) for version, weight in enumerate(shares, 1)]
    before = pick(split_of(*pairs, coverage=low), lead)
    after = pick(split_of(*pairs, coverage=high), lead, kept=served(before))
    if before.variant >= 0:
        assert after == before
    assert after == pick(split_of(*pairs, coverage=high), lead)


@given(lead=leads, first=weights, second=weights, coverage=st.integers(0, BUCKETS))
def test_a_new_phase_keeps_what_leads_were_served(lead, first, second, coverage):
    one = split_of(*((v, w) for v, w in enumerate(first, 1)))
    two = split_of(*((v, w) for v, w in enumerate(second, 1)), phase=2, coverage=coverage)
    before = pick(one, lead)
    after = pick(two, lead, kept=served(before))
    if before.version in two.versions:
        assert after == before
        assert after.experiment == "tone"
    else:
        assert after.experiment == "tone:2"
        assert after == pick(two, lead)


phases = st.lists(
    st.tuples(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True), st.integers(0, BUCKETS)),
    min_size=1,
    max_size=6,
)


@given(history=phases, names=st.lists(leads, min_size=1, max_size=6, unique=True))
def test_over_any_history_a_lead_changes_versions_only_when_its_own_left(history, names):
    kept = {name: {} for name in names}
    last = {}
    for phase, (versions, coverage) in enumerate(history, 1):
        share = BUCKETS // len(versions)
        pairs = [(v, share) for v in versions[:-1]]
        split = split_of(*pairs, (versions[-1], BUCKETS - share * (len(versions) - 1)), phase=phase, coverage=coverage)
        for name in names:
            got = pick(split, name, kept=kept[name])
            if last.get(name) in versions:
                assert got.version == last[name]
                assert got.experiment != split.seed
            elif got.variant >= 0:
                assert got.experiment == split.seed
            for seed, exposure in served(got).items():
                kept[name].setdefault(seed, exposure)
                last[name] = got.version
            assert got == pick(split, name, kept=kept[name])


def test_what_the_latest_phase_dealt_counts():
    kept = {"tone": Exposure(0, "sales", 1), "tone:2": Exposure(1, "sales", 2), "tone:3": Exposure(0, "sales", 3)}
    got = pick(split_of((2, 5000), (3, 5000), phase=4), kept=kept)
    assert (got.version, got.experiment, got.variant) == (3, "tone:3", 0)
    # it left: the lead is dealt to anew, though it once had one of these
    assert pick(split_of((1, 5000), (2, 5000), phase=4), kept=kept).experiment == "tone:4"
    # a replica that has not read phase 2 yet serves what another one dealt in it
    assert pick(split_of((1, 5000), (2, 5000)), kept={"tone:2": Exposure(0, "sales", 2)}).experiment == "tone:2"


@pytest.mark.parametrize(
    "kept",
    [
        {"other": Exposure(0, "sales", 2)},
        {"tone:x": Exposure(0, "sales", 2)},
        {"tone": Exposure(0, "reception", 2)},
        {"tone": Exposure(0, None, None)},
    ],
)
def test_what_was_served_elsewhere_binds_nobody(kept):
    split = split_of((2, 1), (3, 9999), phase=2)
    assert pick(split, kept=kept) == pick(split)


FACTS = {"channel": "web", "language": "ru", "region": "almaty", "source": "instagram", "returning": False}


@pytest.mark.parametrize(
    ("targeting", "changes", "inside"),
    [
        ({}, {}, True),
        ({"channels": ["web", "telegram"]}, {}, True),
        ({"channels": ["telegram"]}, {}, False),
        ({"channels": ["web"]}, {"channel": None}, False),
        ({"languages": ["kk"]}, {}, False),
        ({"languages": ["ru"]}, {"language": None}, False),
        ({"regions": ["almaty"]}, {}, True),
        ({"regions": ["almaty"]}, {"region": None}, False),
        ({"sources": ["google", "instagram"]}, {}, True),
        ({"sources": ["google"]}, {"source": None}, False),
        ({"visitors": ["new"]}, {}, True),
        ({"visitors": ["returning"]}, {}, False),
        ({"visitors": ["returning"]}, {"returning": True}, True),
        ({"visitors": ["new", "returning"]}, {"returning": None}, False),
        ({"channels": ["web"], "languages": ["ru"], "visitors": ["new"]}, {}, True),
        ({"channels": ["web"], "languages": ["en"], "visitors": ["new"]}, {}, False),
    ],
)
def test_targeting(targeting, changes, inside):
    split = split_of((2, BUCKETS), targeting=targeting)
    got = pick(split, **{**FACTS, **changes})
    assert (got.version, got.variant) == ((2, 0) if inside else (LIVE, NOBODY))
    assert got.experiment == "tone"


def test_a_lead_dealt_to_keeps_its_variant_when_it_matches_no_longer():
    split = split_of((2, BUCKETS), targeting=Targeting(visitors=("new",)))
    first = pick(split, **FACTS)
    assert first.variant == 0
    assert pick(split, **{**FACTS, "returning": True}, kept=served(first)) == first
    assert pick(split, **{**FACTS, "returning": True}).variant == NOBODY


def test_testers_get_their_version_and_take_no_part():
    split = split_of((1, BUCKETS), (2, 0), testers={"me": 2}, targeting={"channels": ["telegram"]})
    got = pick(split, "me", kept={"tone": Exposure(0, "sales", 1)})
    assert (got.version, got.experiment, got.variant) == (2, None, NOBODY)


def test_orders_in_force_stand_above_everything():
    split = split_of((1, 5000), (2, 5000), testers={"me": 2})
    version = Override("1", "sales", OverrideKind.VERSION, "Марат", NOW, "сбой", version=3)
    control = Override("2", "sales", OverrideKind.CONTROL, "guardrail", NOW, "вред", experiment="tone")
    kept = {"tone": Exposure(1, "sales", 2)}
    assert pick(split, "me", override=version).version == 3
    assert pick(split, "lead", override=control, kept=kept).version == 1
    assert pick(split, "lead", override=control, kept=kept).experiment is None
    elsewhere = replace(control, experiment="other")
    assert pick(split, "lead", override=elsewhere, kept=kept).version == 2


def test_dialogues_are_dealt_to_where_they_are_the_unit():
    split = split_of((1, 5000), (2, 5000), unit="dialogue")
    same = [pick(split, lead, dialogue_id="d-1") for lead in ("a", "b", "c")]
    assert len(set(same)) == 1
    assert same[0].unit == "dialogue"
    assert len({pick(split, "a", dialogue_id=f"d-{n}").variant for n in range(50)}) == 2
    assert pick(split, "a").bucket == pick(split_of((1, 5000), (2, 5000)), "a").bucket


def test_a_phase_with_another_unit_keeps_what_was_dealt_by_the_old_one():
    kept = {"tone": Exposure(1, "sales", 2, "dialogue")}
    got = pick(split_of((1, 9999), (2, 1), phase=2), "a", dialogue_id="d-1", kept=kept)
    assert (got.version, got.experiment, got.variant, got.unit) == (2, "tone", 1, "dialogue")
    assert got.bucket == bucket("tone", "d-1")


BEGIN = datetime(2026, 12, 1, tzinfo=ALMATY)
END = datetime(2026, 12, 15, tzinfo=ALMATY)


@pytest.mark.parametrize(
    "dates",
    [
        {"starts": date(2026, 12, 1), "ends": date(2026, 12, 15)},
        {"starts": "2026-12-01", "ends": "2026-12-15"},
        {"starts": "2026-12-01T00:00:00+05:00", "ends": "2026-12-14T19:00:00Z"},
    ],
)
def test_a_split_runs_from_its_start_until_its_end_in_the_companys_zone(dates):
    split = split_of((2, BUCKETS), **dates)
    tick = timedelta(microseconds=1)
    for at, inside in ((BEGIN - tick, False), (BEGIN, True), (END - tick, True), (END, False)):
        got = pick(split, at=at.astimezone(UTC), kept={"tone": Exposure(0, "sales", 2)})
        assert (got.version, got.experiment) == ((2, "tone") if inside else (LIVE, None))
    # the same days elsewhere begin five hours later
    assert pick(split_of((2, BUCKETS), starts=date(2026, 12, 1)), at=BEGIN, zone=UTC).version == LIVE


@pytest.mark.parametrize(
    "value", ["2026-12-01T09:00:00", "завтра", "2026-13-01", NOW.replace(tzinfo=None), 20261201, True, [], "2026-12"]
)
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ValidationError, match="2026-12-01T09:00:00\\+05:00"):
        split_of((2, BUCKETS), starts=value)


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("  testers: {lead-7: 3}", "7:12: split.testers:", "version 3 of `lead-7` is none of the variants"),
        ("  starts: 2026-12-01T09:00:00", "7:11: split.starts:", "no offset"),
        ("  targeting: {chanels: [web]}", "7:15: split.targeting.chanels:", "did you mean `channels`"),
        ("  targeting: {visitors: [old]}", "7:26: split.targeting.visitors.0:", "`old` is not one of new, returning"),
        ("  unit: leads", "7:9: split.unit:", "`leads` is not one of lead, dialogue"),
        ("  phase: 1000", "7:10: split.phase:", "at most 999"),
    ],
)
def test_mistakes_in_a_release_file_are_placed(shop, line, place, words):
    shop.write(
        "sales/release.yaml",
        f"live: 1\nsplit:\n  experiment: tone\n  variants:\n  - {{version: 1, weight: 5000}}\n"
        f"  - {{version: 2, weight: 5000}}\n{line}\n",
    )
    said = [p.text() for p in shop.registry.state().problems]
    assert any(f"release.yaml:{place}" in text and words in text for text in said), said


@pytest.mark.parametrize("pairs", [[(1, BUCKETS)], [(1, BUCKETS), (2, 0)]])
def test_what_cannot_be_compared_is_not_judged(pairs):
    assert split_of(*pairs).measure is None
    with pytest.raises(ValidationError, match="nothing to compare"):
        split_of(*pairs, measure={"primary": "won", "planned": 400})


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValidationError, match="`ends` must be later than `starts`"):
        split_of((2, BUCKETS), starts=date(2026, 12, 2), ends=date(2026, 12, 2))


def test_the_registry_knows_the_moment_and_the_zone(shop):
    shop.write(
        "sales/release.yaml",
        "live: 1\nsplit:\n  experiment: tone\n  variants: [{version: 2, weight: 10000}]\n  starts: 2026-12-01\n",
    )
    registry = shop.restarted(zone=ALMATY)
    assert registry.assign("sales", "lead-1").ref.version == 1
    assert registry.assign("sales", "lead-1", at=BEGIN).ref.version == 2
    assert registry.assign("sales", Lead("lead-1"), at=BEGIN - timedelta(seconds=1)).experiment is None


def test_everything_of_a_split_survives_being_written(shop):
    split = split_of(
        (1, 5000), (2, 5000), coverage=300, unit="dialogue", targeting={"channels": ["web"], "visitors": ["new"]},
        starts=date(2026, 12, 1), ends="2026-12-15T18:00:00+05:00", testers={"77012345678": 2},
        measure={"primary": "escalated", "planned": 400, "window_days": 14, "promote": True},
    )  # fmt: skip
    written = shop.registry.change_split("sales", split, by="Айгүл", reason="проба", at=shop.at)
    assert written.split == split
    assert shop.registry.release("sales").split == split
    for changes in ({"coverage": 299}, {"unit": "lead"}, {"targeting": None}, {"measure": None}):
        with pytest.raises(UserError, match="begin phase 2"):
            shop.registry.change_split(
                "sales", split.model_copy(update=changes), by="Айгүл", reason="проба", at=shop.at
            )
    longer = split.model_copy(update={"ends": None, "testers": {}})
    assert shop.registry.change_split("sales", longer, by="Айгүл", reason="дольше", at=shop.at).split == longer


def test_seeds_of_phases():
    assert [seed_of("a", 1), seed_of("a", 12)] == ["a", "a:12"]
    assert [phase_of(seed, "a") for seed in ("a", "a:12", "a:1", "a:02", "a:x", "b:2", "a:2:3", "a:1000")] == [
        1, 12, None, None, None, None, None, None,
    ]  # fmt: skip
    assert earlier_seeds("a") == ()
    assert earlier_seeds("a:3") == ("a", "a:2")
