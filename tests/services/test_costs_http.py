"""`/v1/costs`: the read models over HTTP, bounded, with errors that say what to do."""

import asyncio
import json
from decimal import Decimal

import pytest

from botops.app.costs.planning import plan
from botops.app.costs.reporting import report
from botops.app.periods import period
from botops.app.seed import seed
from botops.costs.budgets import BudgetState

BUDGETS = """
budgets:
  month: {amount: 1000, period: month, soft: [0.5], hard: {cheaper_model: gpt-4.1-nano}, simulated: true}
  talk: {scope: dialogue, amount: 3, currency: USD, simulated: true}
"""


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A project with some dialogues. Never changed by a test."""
    from botops.app.container import Container
    from botops.app.scaffold import write_scaffold
    from botops.config import Secrets, load_settings

    folder = tmp_path_factory.mktemp("costs") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + BUDGETS, "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        asyncio.run(seed(container, 40))
        while container.store.roll_up():
            pass
    return folder


@pytest.fixture(scope="module")
def server(lived, running):
    with running(lived, "demo.dialogues=0") as started:
        yield started


def get(server, what, **parameters):
    answer = server.http.get(f"/v1/costs/{what}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(server, what, status, **parameters):
    answer = server.http.get(f"/v1/costs/{what}", params=parameters)
    assert answer.status_code == status, answer.text
    return answer.json()["detail"]


def test_a_report_adds_up_and_is_the_read_model(server):
    found = get(server, "report", by=["version", "channel"], days=29)  # the demo's four weeks end yesterday
    total = report(server.container, period(server.container, 29), ()).total
    assert found["total"]["cost"]["pico_usd"] == total.pico_usd > 0
    assert sum(row["cost"]["pico_usd"] for row in found["rows"]) == total.pico_usd
    assert set(found["rows"][0]["key"]) == {"version", "channel"}
    assert Decimal(found["total"]["cost"]["usd"]) == total.usd
    assert found["total"]["cost"]["local"]["currency"] == "KZT"
    assert found["total"]["dialogues"] == total.spoken.dialogues == 40
    assert found["total"]["billed"]["pico_usd"] == 0  # nobody bills a simulated reply


def test_a_report_is_the_same_on_the_command_line(server, botops, lived):
    code, out, _err = botops(
        lived, "cost", "report", "--days", "28", "--by", "purpose", "--json", "--set", "demo.dialogues=0"
    )
    assert code == 0
    told = json.loads(out)
    found = get(server, "report", by="purpose", days=28)
    for row, same in zip(found["rows"], told["rows"], strict=True):
        assert row == same


def test_a_report_of_days_and_in_dollars(server):
    found = get(server, "report", currency="usd", by="day")
    assert found["currency"] == "USD"
    assert found["days"] == 28
    day = next(row["key"]["day"] for row in found["rows"] if row["calls"])
    one = get(server, "report", since=day, until=day)
    assert one["days"] == 1
    assert one["total"]["cost"]["pico_usd"] == next(
        row["cost"]["pico_usd"] for row in found["rows"] if row["key"]["day"] == day
    )


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ({"currency": "EUR"}, 400, "costs.rates"),
        ({"currency": "€€€"}, 422, "currency"),
        ({"by": "lead"}, 422, "by"),
        ({"by": ["day", "week", "month", "model", "tier"]}, 422, "by"),
        ({"days": 0}, 422, "days"),
        ({"days": 10**9}, 422, "days"),
        ({"since": "2026-13-01"}, 422, "since"),
        ({"since": "2026-11-20", "until": "2026-11-01"}, 400, "before it begins"),
        ({"until": "2026-11-01"}, 400, "since"),
        ({"since": "2026-11-01", "days": 3}, 400, "either days"),
        ({"since": "2999-01-01"}, 400, "still to come"),
    ],
)
def test_a_report_refuses_what_cannot_be(server, parameters, status, said):
    assert said in refused(server, "report", status, **parameters)


def test_budgets_stand_in_the_order_of_the_settings(server):
    month, talk = get(server, "budgets")
    assert (month["name"], month["limit"], month["currency"], month["hard"]) == ("month", "1000", "KZT", True)
    assert (talk["scope"], talk["period"], talk["currency"]) == ("dialogue", None, "USD")
    assert Decimal(month["spent"]) + Decimal(month["left"]) + Decimal(month["held"]) == Decimal(month["limit"])
    assert month["state"] in {state.value for state in BudgetState}


def test_a_forecast_has_its_interval_and_its_back_test(server):
    found = get(server, "forecast")
    assert Decimal(found["low"]) <= Decimal(found["expected"]) <= Decimal(found["high"])
    assert found["currency"] == "KZT"
    assert found["backtest"]["coverage"] is None or 0 <= found["backtest"]["coverage"] <= 1
    assert {note["kind"] for note in found["notes"]} & {"simulated", "few_days"}
    dollars = get(server, "forecast", currency="usd", confidence=0.5)
    assert dollars["currency"] == "USD"
    assert dollars["confidence"] == 0.5


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ({"month": "2020-01"}, 400, "is over"),
        ({"month": "2026-13"}, 422, "month"),
        ({"month": "0000-01"}, 400, "no month"),
        ({"month": "9999-12"}, 400, "year"),
        ({"confidence": 1}, 422, "confidence"),
        ({"currency": "EUR"}, 400, "EUR"),
    ],
)
def test_a_forecast_refuses_what_cannot_be(server, parameters, status, said):
    assert said in refused(server, "forecast", status, **parameters)


def test_a_plan_says_what_it_takes_and_which_limit_is_hit(server):
    found = get(server, "plan", dialogues=5000, tpm=1000, rpm=100_000)
    same = plan(server.container, 5000.0, tpm=1000, rpm=100_000)
    assert Decimal(found["month_usd"]["expected"]) == same.month.expected
    by_kind = {limit["limit"]: limit for limit in found["limits"]}
    assert by_kind["tpm"]["hit"]
    assert not by_kind["rpm"]["hit"]
    assert len(found["hours"]) == 24
    assert {one["origin"] for one in found["inputs"]} <= {"measured", "assumed", "given"}


def test_a_plan_with_another_model_stands_beside_the_present_one(server):
    found = get(server, "plan", dialogues=100, model="gpt-4.1", cached=0, prompt="sales@1")
    assert found["model"] == "gpt-4.1"
    assert Decimal(found["month_usd"]["expected"]) > Decimal(found["base"]["month_usd"]["expected"])


def test_a_plan_of_a_model_without_a_price_is_not_free(server):
    assert get(server, "plan", dialogues=100, model="house-model-7b")["month_usd"] is None


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"dialogues": 0}, 422),
        ({"dialogues": "nan"}, 422),
        ({"dialogues": "inf"}, 422),
        ({"dialogues": 1e12}, 422),
        ({"cached": 1.5}, 422),
        ({"tpm": 0}, 422),
        ({"rpm": 10**20}, 422),
        ({"model": "x" * 500}, 422),
        ({"model": "a\x00b"}, 422),
        ({"prompt": "sales@999"}, 404),
        ({"prompt": "nobody@1"}, 404),
        ({"prompt": "sales@one"}, 400),
    ],
)
def test_a_plan_refuses_what_cannot_be(server, parameters, status):
    assert refused(server, "plan", status, **{"dialogues": 100, **parameters})


def test_an_empty_store_costs_nothing_and_can_be_planned_for(project, running):
    with running(project) as server:
        found = get(server, "report")
        assert found["total"]["cost"] == {"pico_usd": 0, "usd": "0", "local": {"amount": "0.00", "currency": "KZT"}}
        assert found["total"]["per_dialogue"] is None
        assert get(server, "budgets") == []
        assert get(server, "forecast")["expected"] is None
        assert "dialogues" in refused(server, "plan", 400)
        assert all(one["origin"] != "measured" for one in get(server, "plan", dialogues=100)["inputs"])


def test_the_routes_are_described(server):
    document = server.http.get("/openapi.json").json()
    for name in ("report", "budgets", "forecast", "plan"):
        told = document["paths"][f"/v1/costs/{name}"]["get"]
        assert told["summary"]
        assert told["tags"] == ["costs"]
        assert "400" in told["responses"]
