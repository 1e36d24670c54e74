"""What evaluations and second opinions cost is in the report of costs, beside the dialogues."""

import json
from functools import partial

import pytest

from botops.app.clock import SystemClock
from botops.store import Store
from botops.testing import Behaviour, FakeProvider

SUITE = """\
name: judged
price_book: ../../pricebook/demo.yaml
at: 2026-11-21T12:00:00+05:00
cases:
  - id: polite
    turns: [Сколько стоит тариф «Магазин»?]
    expect: [tone]
"""
GOOD = json.dumps({"reason": "Вежливо.", "quote": "", "score": 5})
LOG = {"id": "d-1", "started_at": "2026-11-20T10:00:00+05:00",
       "messages": [{"role": "user", "content": "цена?"},
                                 {"role": "assistant", "content": "Добрый день!"}]}  # fmt: skip


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project, which has an empty store."""
    (project / "evals/suites/judged.yaml").write_text(SUITE, "utf-8")
    (project / ".botops").mkdir(exist_ok=True)
    Store.open(f"sqlite:///{project}/.botops/botops.db", clock=SystemClock()).close()
    return partial(botops, project)


def side_of(botops):
    code, out, _ = botops("cost", "report", "--json")
    assert code == 0
    return {tuple(row["key"].values()): row for row in json.loads(out)["side"]}


def test_an_evaluation_and_a_second_opinion_are_in_the_report(botops, project):
    with FakeProvider([Behaviour(text=GOOD)]) as fake:
        code, _, err = botops(
            "eval", "run", "evals/suites/judged.yaml", "--model", "simulator", "--judge", fake.base_url
        )
    assert code == 0, err
    assert {key[:2] for key in side_of(botops)} == {("eval", "judge")}
    (project / "log.jsonl").write_text(json.dumps(LOG, ensure_ascii=False) + "\n", "utf-8")
    with FakeProvider([Behaviour(text='{"opinions": []}')]) as fake:
        code, _, err = botops("check", "--dialogues", "log.jsonl", "--second-opinion", fake.base_url)
    assert code == 0, err
    found = side_of(botops)
    assert {key[:2] for key in found} == {("eval", "judge"), ("opinion", "opinion")}
    assert all(row["cost"]["pico_usd"] > 0 and row["calls"] > 0 for row in found.values())
