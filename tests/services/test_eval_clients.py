"""Simulated clients played by the simulator, by a model on loopback, and from recordings."""

import json
from functools import partial

import pytest

from botops.testing import Behaviour, FakeProvider

SUITE = """\
name: played
price_book: ../../pricebook/demo.yaml
at: 2026-11-21T12:00:00+05:00
cases:
  - {id: a, client: {goal: price, patience: 2}, expect: [language]}
"""
RUN = ("eval", "run", "evals/suites/played.yaml", "--prompt", "sales@1", "--json", "r.json")


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project, which has a suite with a simulated client."""
    (project / "evals/suites/played.yaml").write_text(SUITE, "utf-8")
    return partial(botops, project)


def turns_of(project):
    (case,) = json.loads((project / "r.json").read_text("utf-8"))["cases"]
    return [turn["client"] for turn in case["turns"]], case.get("side_pico_usd", {})


def test_a_model_plays_the_clients_and_its_recordings_do_so_again(botops, project):
    script = [Behaviour(text="Сколько стоит «Магазин»?"), Behaviour(text="###STOP###")]
    with FakeProvider(script) as fake:
        code, _, err = botops(*RUN, "--model", "simulator", "--client", fake.base_url, "--record")
    assert code == 0, err
    said, beside = turns_of(project)
    assert said == ["Сколько стоит «Магазин»?"]
    assert beside["client"] > 0
    assert "simulated clients: 0.000" in err
    code, _, err = botops(*RUN, "--model", "replay", "--client", "replay")
    assert code == 0, err
    assert turns_of(project)[0] == said


def test_the_simulator_plays_them_by_default_and_always_the_same(botops, project):
    assert botops(*RUN, "--model", "simulator")[0] == 0
    said, beside = turns_of(project)
    assert (1 <= len(said) <= 2, beside) == (True, {})
    assert botops(*RUN, "--model", "simulator", "--client", "simulator")[0] == 0
    assert turns_of(project)[0] == said


def test_a_client_that_only_a_model_can_play_is_told_before_the_run(botops, project):
    played = SUITE.replace("patience: 2", "patience: 2, model: gpt-4o-mini, brief: Вы открываете кафе.")
    (project / "evals/suites/played.yaml").write_text(played, "utf-8")
    code, _, err = botops(*RUN, "--model", "simulator", "--client", "simulator")
    assert code == 2
    assert "played.yaml:5:21: cases.0.client: only a language model can play this `brief`" in err
    code, _, err = botops(*RUN, "--model", "simulator")
    assert code == 2
    assert "cannot reach gpt-4o-mini: set OPENAI_API_KEY" in err
