"""What a prompt costs, in the console, for a company that is not the demo's."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from botops.app.clock import SystemClock

HOSTILE = """\
messages:
  - role: system
    content: |
      <img src=x onerror=alert(1)> **sell** [flowers](http://evil.example)

      Never promise what is not in the list below. {{ company }}

      {{ price_table }}

      Never promise what is not in the list below.
"""


@pytest.fixture
def lived(florist):
    """Sixty dialogues within the last days by the machine's clock, half with each version."""
    florist.clock.at = now = SystemClock().now()
    with florist.open() as container:
        turns = [
            florist.turn(n % 2 + 1, at=now - timedelta(minutes=n), cached=400, repaired=n % 10 == 0, faulty=n % 7 == 0)
            for n in range(60)
        ]
        florist.keep(container, *turns)
    return florist.root


def costs(run, folder, view=None, **parameters):
    test = run(folder, "prompts", **parameters)
    test.segmented_control(key="prompt-view").set_value("costs").run()
    if view is not None:
        test.segmented_control(key="costs-view-florist").set_value(view).run()
    assert not test.exception
    return test


def test_parts_with_their_cost(lived, run, words):
    said = words(costs(run, lived, lang="en"))
    assert "What does each part of this prompt cost?" in said
    assert "calls of the model a month, as in the last 28 days." in said
    assert "40% of what they read came from the provider" in said
    assert "prompts/florist/1.yaml:7" in said
    assert "The whole prompt" in said
    assert "₸" in said


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("view", ["parts", "less", "versions"])
def test_every_view_in_every_language(lived, run, words, view, language):
    said = words(costs(run, lived, view, lang=language))
    assert "{" not in said.replace("{{ price_table }}", "").replace("{{ company }}", "")


def test_hints_come_with_place_money_and_proof(lived, run, words):
    said = words(costs(run, lived, "less", lang="en"))
    assert "Nobody names these products of the price list" in said
    assert "in the last 60 dialogues: Prickly cactus, Tulip" in said
    assert "So with 95 % certainty fewer than" in said
    assert "Up to " in said
    assert "prompts/florist/1.yaml:15" in said
    assert "All 30 calls looked at begin with the same" in said


def test_two_versions_beside_each_other(lived, run, words):
    said = words(costs(run, lived, "versions", lang="en"))
    assert "Nothing to compare" not in said
    assert "Too few replies to say which makes fewer errors" in said
    assert "each version while it answered" in said
    assert "No set of tests was run on both texts" in said


def test_an_empty_store_says_what_is_not_known(florist, run, words):
    florist.open().close()
    said = words(costs(run, florist.root, lang="en"))
    assert "No reply was given with it in the last 28 days" in said
    assert "Cost a month" not in said
    said = words(costs(run, florist.root, "less", lang="en"))
    assert "0 dialogues were looked at." in said
    said = words(costs(run, florist.root, "versions", lang="en"))
    assert "nobody was answered by florist@" in said
    assert "Errors cannot be compared." in said


def test_an_unknown_price_is_said(florist, run, words, lived):
    florist.settings(("priced_as: house-model", "priced_as: nobody-knows-9"))
    said = words(costs(run, lived, lang="en"))
    assert "The price of the model is not known" in said
    assert "Cost a month" not in said


def test_hostile_words_of_a_prompt_stay_words(florist, run, words):
    florist.versions(HOSTILE)
    florist.open().close()
    for view in ("parts", "less"):
        said = words(costs(run, florist.root, view, lang="en"))
        assert "<img" not in said
    assert "The same is said twice" in said
    assert "1.yaml:6" in said
    assert "1.yaml:10" in said


def test_one_version_has_nothing_to_be_compared_with(florist, run, words):
    (florist.root / "prompts/florist/2.yaml").unlink()
    florist.open().close()
    assert "Nothing to compare" in words(costs(run, florist.root, "versions", lang="en"))


def test_the_block_for_other_pages(lived, monkeypatch, words):
    monkeypatch.chdir(lived)

    def page(folder, name, version):
        from botops.app.container import Container
        from botops.config import Secrets, load_settings
        from botops.console.prompts import costs as prompt_costs

        with Container.open(load_settings(f"{folder}/botops.yaml"), Secrets(), role="reader") as container:
            prompt_costs.show(container, name, version)

    shown = AppTest.from_function(page, args=(str(lived), "florist", None), default_timeout=30).run()
    assert not shown.exception
    assert "prompts/florist/1.yaml" in words(shown)
    missing = AppTest.from_function(page, args=(str(lived), "florist", 9), default_timeout=30).run()
    assert not missing.exception
    assert "no version 9" in words(missing)


def test_a_draft_shows_what_its_parts_cost(florist, lived, run, words):
    (lived / "prompts/florist/draft.yaml").write_text(HOSTILE, "utf-8")
    test = run(lived, "prompts", lang="en")
    test.segmented_control(key="prompt-view").set_value("draft").run()
    assert not test.exception
    said = words(test)
    assert "What each part of it costs" in said
    assert "as all versions had in the last 28 days: this one had none" in said
