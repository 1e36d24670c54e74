"""Calls played back against a provider's cache, by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from botops.costs.caching import CacheRule, cache_rule, played_back

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULE = CacheRule(1024, 128, timedelta(minutes=5), "test")
SHARED = {frozenset((0, 1)): 1500, frozenset((0, 2)): 1000, frozenset((1, 2)): 1023}


def shared(one, other):
    return 2000 if one == other else SHARED[frozenset((one, other))]


def at(*minutes_and_prompts):
    return [(START + timedelta(minutes=minute), prompt) for minute, prompt in minutes_and_prompts]


def test_what_is_read_comes_in_steps_from_the_least_on():
    assert [RULE.read(n) for n in (0, 1023, 1024, 1151, 1152, 2000)] == [0, 0, 1024, 1024, 1152, 1920]


def test_a_call_reads_the_longest_beginning_that_is_still_kept():
    # nothing yet; the same again; 1,500 shared; 1,000 and 1,023 are too few
    assert played_back(at((0, 0), (1, 0), (2, 1), (3, 2)), shared, RULE) == [0, 1920, 1408, 0]


def test_what_is_idle_too_long_is_gone_and_use_keeps_it():
    assert played_back(at((0, 0), (6, 0)), shared, RULE) == [0, 0]
    assert played_back(at((0, 0), (4, 0), (8, 0)), shared, RULE) == [0, 1920, 1920]
    assert played_back(at((0, 0), (4, 1), (6, 1)), shared, RULE) == [0, 1408, 1920]


@pytest.mark.parametrize(
    ("model", "minimum", "assumed"),
    [("gpt-4o-mini", 1024, False), ("openai/o4-mini", 1024, False), ("azure.gpt-5", 1024, False),
     ("gemini-2.5-flash", 2048, False), ("google/gemini-3-pro", 4096, False), ("llama-local", 1024, True)],
)  # fmt: skip
def test_rules_by_model(model, minimum, assumed):
    rule = cache_rule(model)
    assert (rule.minimum, rule.assumed) == (minimum, assumed)
    assert rule.source


def test_a_cache_that_works_only_when_asked_for_has_no_rule():
    assert cache_rule("claude-sonnet-4-5") is None
    assert cache_rule("anthropic/claude-opus-5") is None
