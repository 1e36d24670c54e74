"""What an eval says of its cost before it asks a paid model, and how it keeps to a bound."""

import asyncio
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from botops.app.evals.evaluation import EvalRequest, Evaluation
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.llm.estimate import estimate_messages
from botops.testing import Behaviour, FakeProvider

SUITE = "evals/suites/demo.yaml"
PRICES = "priced-by-us, input: 2, output: 8"
GOOD = "Тариф «Старт» — 6 900 ₸ в месяц, подключение к ОФД — 1 900 ₸ в месяц за кассу."
OPTIONS = ("--prompt", "sales@1", "--set", f"costs.prices=[{{model: {PRICES}}}]", "--set", "guard.policy=block")


@pytest.fixture
def fake():
    usage = {"prompt_tokens": 5_000, "completion_tokens": 50, "total_tokens": 5_050}
    with FakeProvider([Behaviour("ok", text=GOOD, usage=usage)]) as provider:
        yield provider


def model(fake):
    return ("--model", f"{fake.base_url}#priced-by-us")


def test_an_estimate_asks_nothing_and_foresees_what_the_run_then_asks(botops, project, fake):
    command = ("eval", "run", SUITE, *model(fake), *OPTIONS, "--no-evidence")
    code, out, err = botops(project, *command, "--estimate", "--json", "-")
    assert code == 0
    assert fake.requests == []
    assert not (project / ".botops/evals").exists()
    (expected,) = json.loads(out)["models"]
    botops(project, *command)
    used = [[Message(m["role"], m["content"]) for m in request.body["messages"]] for request in fake.requests]
    assert expected["calls"] == {"low": len(used), "likely": len(used), "high": len(used)}
    tokens = sum(estimate_messages(messages, "gpt-4o") for messages in used)
    assert expected["input_tokens"]["likely"] == pytest.approx(tokens, rel=0.05)
    assert expected["input_tokens"]["low"] < tokens < expected["input_tokens"]["high"]
    assert "tokens counted with the vocabulary" in err


def test_recorded_replies_tell_how_long_replies_are(botops, project):
    command = ("eval", "run", SUITE, "--model", "simulator", "--prompt", "sales@1", "--no-evidence")
    code, out, err = botops(project, *command, "--estimate", "--json", "-")
    assert code == 0
    assert re.search(r"assumed: replies as in \d+ recordings of simulated", err)
    assert "simulated, nothing is billed" in err
    (expected,) = json.loads(out)["models"]
    assert botops(project, *command, "--json", "r.json")[0] == 0
    cases = json.loads((project / "r.json").read_text("utf-8"))["cases"]
    used = sum(turn["output_tokens"] for case in cases for turn in case["turns"])
    assert expected["output_tokens"]["likely"] == pytest.approx(used, rel=0.1)


def test_a_paid_run_says_before_it_starts_what_it_will_cost(botops, project, fake):
    code, _, err = botops(project, "eval", "run", SUITE, *model(fake), *OPTIONS, "--case", "price-start-short")
    assert code == 0, err
    assert re.search(
        r"estimate for 1 dialogue:\n  priced-by-us: 1 calls, about [\d,]+ tokens in, 150 out: about 0\.0\d+ \$", err
    )
    assert "assumed: replies taken to be of about 150 tokens (40 to 600)" in err
    assert err.index("estimate for") < err.index("1 turns in")


def test_a_run_that_is_sure_to_cost_more_is_not_started(botops, project, fake):
    code, _, err = botops(project, "eval", "run", SUITE, *model(fake), *OPTIONS, "--max-cost", "0.01")
    assert code == 2
    assert re.search(r"would cost at least 0\.\d{4} \$, about 0\.\d{4} \$: more than --max-cost 0\.01", err)
    assert fake.requests == []


def test_a_run_stops_when_the_money_is_spent_and_reports_what_it_has(botops, project, fake):
    options = ("--tag", "price", "--concurrency", "1", "--json", "r.json")
    command = ("eval", "run", SUITE, *model(fake), *OPTIONS)
    code, out, _ = botops(project, *command, *options[:2], "--estimate", "--json", "-")
    assert code == 0
    (expected,) = json.loads(out)["models"]
    most = expected["pico_usd"]["low"] / 1e12 + 0.0001
    code, _, err = botops(project, *command, *options, "--max-cost", f"{most:.6f}")
    result = json.loads((project / "r.json").read_text("utf-8"))
    assert result["interrupted"]
    assert 0 < len(result["cases"]) < json.loads(out)["dialogues"]
    spent = [case["pico_usd"] / 1e12 for case in result["cases"]]
    assert sum(spent[:-1]) < most <= sum(spent)
    assert code in {1, 3}
    before = len(fake.requests)
    code, _, err = botops(project, *command, *options, "--max-cost", f"{most:.6f}", "--resume")
    assert code == 2
    assert "$ spent before" in err
    assert len(fake.requests) == before


def test_a_price_that_is_not_known_is_never_nought(botops, project, fake):
    unknown = ("--model", f"{fake.base_url}#nobody-knows-it", "--case", "price-start-short", "--prompt", "sales@1")
    code, _, err = botops(project, "eval", "run", SUITE, *unknown, "--estimate")
    assert code == 0
    assert "price unknown, add nobody-knows-it under costs.prices in botops.yaml" in err
    assert " 0.0000 $" not in err
    code, _, err = botops(project, "eval", "run", SUITE, *unknown, "--max-cost", "5")
    assert code == 2
    assert "--max-cost cannot be kept: the price of nobody-knows-it is not known" in err
    assert fake.requests == []


def test_a_simulated_run_is_not_held_to_a_cost(botops, project):
    code, _, err = botops(project, "eval", "run", SUITE, "--model", "simulator", "--max-cost", "0", "--tag", "price")
    assert code == 0, err
    assert "estimate for" not in err


HAGGLE = """\
name: haggle
at: 2026-11-21T12:00:00+05:00
price_book: ../../pricebook/demo.yaml
cases:
  - id: hard
    client: {goal: haggle, language: ru, seed: 11, patience: 4}
    expect: [{max_length: 3000}, {rubric: The bot is polite.}]
"""


def test_judges_and_clients_are_part_of_the_estimate_and_of_the_bound(botops, project, fake):
    (project / "evals/suites/haggle.yaml").write_text(HAGGLE, "utf-8")
    names = ("--judge", f"{fake.base_url}#priced-by-us", "--client", f"{fake.base_url}#priced-by-us")
    command = ("eval", "run", "evals/suites/haggle.yaml", "--model", "simulator", *names, *OPTIONS)
    code, out, err = botops(project, *command, "--estimate", "--json", "-")
    assert code == 0, err
    simulated, client, judge = sorted(json.loads(out)["models"], key=lambda row: not row["simulated"])
    assert {client["label"], judge["label"]} == {"client: priced-by-us", "judge: priced-by-us"}
    assert simulated["simulated"]
    calls = {row["label"]: row["calls"] for row in (client, judge)}
    assert calls["client: priced-by-us"] == {"low": 1, "likely": 2, "high": 4}
    assert calls["judge: priced-by-us"] == {"low": 1, "likely": 1, "high": 2}
    code, _, err = botops(project, *command, "--max-cost", "0.0001")
    assert code == 2
    assert fake.requests == []
    code, _, err = botops(project, *command, "--max-cost", "1", "--json", "r.json")
    (case,) = json.loads((project / "r.json").read_text("utf-8"))["cases"]
    assert case["billed_pico_usd"] == sum(case["side_pico_usd"].values()) > 0
    assert case["pico_usd"] > 0


def test_whoever_holds_a_run_is_held_to_its_bound(project, fake, monkeypatch):
    monkeypatch.chdir(project)
    settings = load_settings("botops.yaml", overrides=(f"costs.prices=[{{model: {PRICES}}}]",))
    for name, said in (("priced-by-us", "would cost at least"), ("nobody-knows-it", "is not known")):
        request = EvalRequest((Path(SUITE),), models=(f"{fake.base_url}#{name}",), max_cost=Decimal("0.01"))
        with pytest.raises(UserError, match=said):
            asyncio.run(Evaluation(settings, Secrets(), request).hold())
    assert fake.requests == []


def test_models_are_recorded_side_by_side_and_replayed_by_name(botops, project, fake):
    whole = ("eval", "run", SUITE, "--no-evidence")
    (project / SUITE).write_text(
        HAGGLE.replace("name: haggle", "name: demo")
        .replace("client: {goal: haggle, language: ru, seed: 11, patience: 4}", "turns: [Сколько стоит тариф «Старт»?]")
        .replace(", {rubric: The bot is polite.}", ""),
        "utf-8",
    )
    models = ("--model", f"{fake.base_url}#priced-by-us", "--model", "simulator")
    code, _, err = botops(project, *whole, *models, "--record")
    assert code == 0, err
    asked = len(fake.requests)
    for name in ("priced-by-us", "simulated"):
        code, _, err = botops(project, *whole, "--model", f"replay:{name}")
        assert code == 0, err
    assert len(fake.requests) == asked
    code, _, err = botops(project, *whole)
    assert code == 2
    assert "recordings of several models (priced-by-us, simulated): name the one to replay" in err
