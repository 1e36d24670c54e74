"""One suite with several models: what answers, how reports call it, what it cost."""

import json
import re
import sys

import pytest

from botops.testing import Behaviour, FakeProvider

CASE = ("evals/suites/demo.yaml", "--case", "price-start-short", "--prompt", "sales@1")
GOOD = Behaviour("ok", text="Тариф «Старт» — 6 900 ₸ в месяц.")
BAD = Behaviour("ok", text="Тариф «Старт» — 5 000 ₸ в месяц.")


def test_every_model_answers_every_prompt_and_has_a_line_of_costs(botops, project):
    with FakeProvider([GOOD]) as good, FakeProvider([BAD]) as bad:
        models = ("--model", f"{good.base_url}#qwen3-of-ours", "--model", f"{bad.base_url}#qwen3-of-ours")
        options = (*models, "--model", "simulator", "--json", "r.json", "--set", "guard.policy=observe")
        code, _, err = botops(project, "eval", "run", *CASE, *options)
    assert code == 1, err
    result = json.loads((project / "r.json").read_text("utf-8"))
    statuses = {c["subject"].partition(" × ")[2]: c["status"] for c in result["cases"]}
    here, there = (f"qwen3-of-ours @ 127.0.0.1:{fake.port}" for fake in (good, bad))
    assert statuses == {here: "pass", there: "fail", "simulated": "pass"}
    assert f"  {here}: 1 turns, price unknown: add qwen3-of-ours under costs.prices in botops.yaml (billed)" in err
    assert re.search(r"  simulated: 1 turns, 0\.\d{4} \$, genai-prices .* \(simulated, nothing is billed\)", err)
    assert [c["unpriced"] for c in result["cases"]] == [True, True, False]
    assert {fake.requests[0].body["model"] for fake in (good, bad)} == {"qwen3-of-ours"}


def test_an_own_price_makes_the_cost_known(botops, project):
    price = "costs.prices=[{model: qwen3-of-ours, input: 100, output: 200}]"
    with FakeProvider([GOOD]) as fake:
        code, _, err = botops(
            project, "eval", "run", *CASE, "--model", f"{fake.base_url}#qwen3-of-ours", "--set", price
        )
    assert code == 0, err
    assert re.search(r"  qwen3-of-ours: 1 turns, 0\.0200 \$", err)  # 120 tokens in, 40 out


def test_a_langchain_model_of_the_project_is_judged(botops, project, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (project / "our_models.py").write_text(
        "from langchain_core.language_models.fake_chat_models import GenericFakeChatModel\n"
        "from langchain_core.messages import AIMessage\n\n\n"
        "def cheap():\n"
        f"    reply = AIMessage('{GOOD.text}', response_metadata={{'finish_reason': 'stop'}})\n"
        "    return GenericFakeChatModel(messages=iter([reply]))\n",
        "utf-8",
    )
    code, _, err = botops(project, "eval", "run", *CASE, "--model", "langchain:our_models:cheap")
    assert code == 0, err
    assert "GenericFakeChatModel: 1 turns, price unknown" in err
    sys.modules.pop("our_models")


def test_a_langchain_model_that_never_says_why_it_stopped_is_told_how_to_be_wrapped(botops, project, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (project / "silent_models.py").write_text(
        "from langchain_core.language_models.fake_chat_models import FakeListChatModel\n\n"
        "from botops.llm.langchain_model import LangChainModel\n\n"
        f"bare = FakeListChatModel(responses=['{GOOD.text}'])\n"
        "wrapped = LangChainModel(bare, require_finish_reason=False)\n",
        "utf-8",
    )
    code, _, err = botops(project, "eval", "run", *CASE, "--model", "langchain:silent_models:bare")
    assert code == 3
    assert "truncated: FakeListChatModel" in err
    assert "LangChainModel(model, require_finish_reason=False)" in err
    assert botops(project, "eval", "run", *CASE, "--model", "langchain:silent_models:wrapped")[0] == 0
    sys.modules.pop("silent_models")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("langchain:nobodys:cheap", "there is no module nobodys"),
        ("langchain:botops", "write it as langchain:package.module:factory"),
        ("http://#x", "is no address"),
    ],
)
def test_a_model_that_cannot_be_is_bad_input(botops, project, model, said):
    code, _, err = botops(project, "eval", "run", *CASE, "--model", model)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_repeats_show_what_one_of_k_and_all_of_k_runs_pass(botops, project):
    with FakeProvider([GOOD, BAD, GOOD]) as fake:
        options = ("--concurrency", "1", "--repeat", "3", "--json", "r.json", "--set", "guard.policy=observe")
        code, _, err = botops(project, "eval", "run", *CASE, "--model", fake.base_url, *options)
    assert code == 1
    assert "demo · sales@1: pass@1 66.7 %, pass@3 100.0 %, pass^3 0.0 %" in err
    assert "flaky, 1 of 1: price-start-short" in err
    (rates,) = json.loads((project / "r.json").read_text("utf-8"))["repeats"]
    assert rates["pass_all"] == pytest.approx([2 / 3, 1 / 3, 0])
