"""Scenarios drawn at random: what is behind a rise is planted, and must be found."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from botops.monitor.detectors.attribution import Change, Part, attribute

BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
TRAFFIC = {
    "version": (["6", "7"], [0.9, 0.1]),
    "language": (["ru", "kk", "en"], [0.6, 0.3, 0.1]),
    "channel": (["web", "telegram"], [0.7, 0.3]),
    "model": (["big", "small"], [0.8, 0.2]),
}
PUBLISH = Change("prompt_publish", BEGAN - timedelta(hours=3), "sales@7", {"version": "7"})


def parts(seed, fault, replies=600):
    """Replies before (all of version 6, 5 % with a finding) and since; `fault` says their rates."""
    rng = np.random.default_rng(seed)
    counted = {}
    for count, since in ((6000, False), (replies, True)):
        drawn = {name: rng.choice(values, count, p=share) for name, (values, share) in TRAFFIC.items()}
        if not since:
            drawn["version"] = np.full(count, "6")
        found = rng.random(count) < (fault(drawn) if since else 0.05)
        for name, (values, _) in TRAFFIC.items():
            for value in values:
                here = drawn[name] == value
                counted.setdefault((name, value), []).extend([int(found[here].sum()), int(here.sum())])
    return [Part(*key, *numbers) for key, numbers in counted.items()]


def outcomes(fault, changes, runs=40):
    return [attribute(parts(seed, fault), changes, BEGAN) for seed in range(runs)]


def named(found):
    where = found.where
    return (where.part.dimension, where.part.value) if where else None


def test_a_bad_version_with_a_tenth_of_the_leads_is_named():
    bystanders = [
        Change("deploy", BEGAN - timedelta(hours=1), "deploy"),
        Change("price_book", BEGAN - timedelta(hours=30), "book@4"),
    ]
    found = outcomes(lambda d: np.where(d["version"] == "7", 0.35, 0.05), [*bystanders, PUBLISH])
    assert sum(named(f) == ("version", "7") for f in found) >= 38
    assert sum(f.likely is not None and f.likely.change is PUBLISH for f in found) >= 38


def test_a_publish_at_the_same_time_is_innocent_when_the_new_model_fails():
    model = Change("model", BEGAN - timedelta(hours=10), "small is new", {"model": "small"})
    found = outcomes(lambda d: np.where(d["model"] == "small", 0.25, 0.05), [PUBLISH, model])
    assert sum(named(f) == ("model", "small") for f in found) >= 38
    assert all(f.likely is not None and f.likely.change is model for f in found)
    assert all(f.causes[-1].change is PUBLISH and f.causes[-1].probability < 0.05 for f in found)


def test_a_fault_of_one_language_is_named_though_no_change_explains_it():
    found = outcomes(lambda d: np.where(d["language"] == "kk", 0.18, 0.05), [PUBLISH])
    assert sum(named(f) == ("language", "kk") for f in found) >= 34
    assert sum(f.likely is None for f in found) >= 37
    assert found[0].suspects[0].usual == pytest.approx(0.05, abs=0.02)
    assert found[0].suspects[0].excess > 0.5


def test_a_rise_everywhere_after_nothing_known_is_said_to_be_that():
    found = outcomes(lambda _: 0.1, [])
    assert sum(f.where is None for f in found) >= 38
    assert all(f.risen and f.likely is None and f.unknown == 1.0 for f in found)


def test_a_rise_everywhere_just_after_a_deploy_is_laid_to_it():
    old = Change("price_book", BEGAN - timedelta(days=9), "book@3")
    later = Change("release", BEGAN + timedelta(days=2), "sales@8")
    deploy = Change("deploy", BEGAN - timedelta(hours=4), "deploy")
    (found,) = outcomes(lambda _: 0.1, [old, later, deploy], runs=1)
    assert found.likely is not None
    assert found.likely.change is deploy
    assert [c.change for c in found.causes] == [deploy, old, later]
    assert sum(c.probability for c in found.causes) + found.unknown == pytest.approx(1.0)


def test_more_traffic_of_a_dearer_kind_is_told_apart_from_a_fault():
    mixed = [Part("channel", "web", 90, 3000, 15, 500), Part("channel", "telegram", 150, 1000, 75, 500)]
    found = attribute(mixed, [], BEGAN)
    assert found.mixed == "channel"
    assert found.where is None


def test_without_a_rise_there_is_nothing_to_explain():
    assert not attribute([Part("channel", "web", 50, 1000, 5, 100)], [PUBLISH], BEGAN).risen
    assert not attribute([Part("channel", "web", 50, 1000, 0, 0)], [PUBLISH], BEGAN).risen


def test_a_fall_is_explained_as_a_rise_is():
    adopted = [Part("language", "ru", 600, 1000, 120, 200), Part("language", "kk", 300, 500, 30, 100)]
    found = attribute(adopted, [], BEGAN, direction="down")
    assert named(found) == ("language", "kk")


def test_without_parts_time_alone_ranks():
    found = attribute([], [PUBLISH], BEGAN)
    assert found.likely is not None
    assert found.likely.suspect is None


def test_days_that_vary_ask_for_more_evidence():
    held = parts(1, lambda d: np.where(d["version"] == "7", 0.35, 0.05))
    plain, wary = (attribute(held, [], BEGAN, dispersion=phi).suspects[0].log_odds for phi in (1.0, 4.0))
    assert wary < plain / 2


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"began": datetime(2026, 11, 20)}, "offset"),  # noqa: DTZ001 - what is refused
        ({"dispersion": 0.5}, "below 1"),
        ({"parts": [Part("a", "x", 1, 9, 1, 9), Part("b", "y", 1, 9, 2, 9)]}, "do not add up"),
    ],
)
def test_what_cannot_be_ranked_is_refused(how, says):
    given = {"parts": [Part("a", "x", 1, 9, 1, 9)], "changes": [], "began": BEGAN} | how
    with pytest.raises(ValueError, match=says):
        attribute(**given)


def test_impossible_parts_and_changes_are_refused():
    with pytest.raises(ValueError, match="3 events of 2"):
        Part("language", "kk", 1, 2, 3, 2)
    with pytest.raises(ValueError, match="offset"):
        Change("deploy", datetime(2026, 11, 20), "deploy")  # noqa: DTZ001 - what is refused
