"""`botops cost forecast` and `botops cost plan` as whole commands: tables of one's own, projects, and bad input."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

WEEK = (120, 130, 128, 125, 118, 60, 45)
FIRST = date(2026, 9, 28)


def _rows(days=56, between=",", first=FIRST, cost=lambda n: WEEK[n % 7] + n % 5):
    return "".join(f"{first + timedelta(days=n)}{between}{cost(n)}\n" for n in range(days))


@pytest.fixture
def forecast(botops, tmp_path):
    """The forecast of a table, which is written first; the folder has no project."""

    def call(table, *options, name="days.csv"):
        (tmp_path / name).write_bytes(table if isinstance(table, bytes) else table.encode())
        return botops(tmp_path, "cost", "forecast", "--history", name, *options)

    return call


def test_a_table_needs_no_project(forecast):
    code, out, err = forecast("date,cost\n" + _rows())
    assert (code, err) == (0, "")
    assert "2026-11, as known at the beginning of 2026-11-23" in out
    assert "by the month's end" in out
    assert "all 28 of the last four weeks: off by" in out
    assert str(FIRST + timedelta(days=28)) in out


def test_the_figures_are_the_same_as_json(forecast):
    code, out, _ = forecast("date,cost\n" + _rows(), "--json", "--currency", "eur")
    found = json.loads(out)
    spent = sum(WEEK[n % 7] + n % 5 for n in range(34, 56))  # from the first of November on
    assert code == 0
    assert (found["since"], found["until"], found["currency"]) == ("2026-11-01", "2026-11-30", "EUR")
    assert Decimal(found["spent"]) == spent
    rest = Decimal(found["rest"]["expected"])
    assert Decimal(found["expected"]) == spent + rest
    assert float(rest) == pytest.approx(sum(WEEK) + WEEK[0] + 16, rel=0.05)  # eight days: a week and a Monday
    assert Decimal(found["low"]) < Decimal(found["expected"]) < Decimal(found["high"])
    assert found["backtest"]["mape"] < 0.03
    assert found["backtest"]["coverage"] == 1
    assert len(found["backtest"]["trials"]) == 28
    assert found["budgets"] == []


def test_as_of_a_day_knows_nothing_of_later_ones(forecast):
    whole = forecast("date,cost\n" + _rows(), "--as-of", "2026-11-10", "--json")[1]
    cut = forecast("date,cost\n" + _rows(43), "--json")[1]
    assert json.loads(whole) == json.loads(cut)
    december = json.loads(forecast("date,cost\n" + _rows(), "--month", "2026-12", "--json")[1])
    assert (december["since"], december["spent"]) == ("2026-12-01", "0")


@pytest.mark.parametrize(
    "table",
    [
        "Дата;Сумма\n" + "".join(f"{d}.10.2026;1 20{d % 10},5\n" for d in range(1, 31)),
        ("Дата\tСумма\n" + "".join(f"2026-10-{d:02}T10:00:00\t120{d % 10}.5\n" for d in range(1, 31))).encode("cp1251"),
    ],
)  # fmt: skip
def test_tables_as_spreadsheets_save_them(forecast, table):
    code, out, err = forecast(table, "--column", "date=дата", "--column", "cost=СУММА", "--json", "--month", "2026-10")
    assert (code, err) == (0, "")
    assert Decimal(json.loads(out)["spent"]) == sum(Decimal(1200 + d % 10) + Decimal("0.5") for d in range(1, 31))


def test_rows_of_a_day_are_added_up(forecast):
    once = forecast("date,cost\n" + _rows(), "--json")[1]
    twice = forecast("date,model,cost\n" + _rows(between=",a,") + _rows(between=",b,"), "--json")[1]
    assert Decimal(json.loads(twice)["spent"]) == 2 * Decimal(json.loads(once)["spent"])


def test_a_table_from_stdin(botops, tmp_path):
    table = ("date,cost\n" + _rows(3)).encode()
    code, out, _ = botops(tmp_path, "cost", "forecast", "--history", "-", stdin=table)
    assert code == 0
    assert "too few days: 3" in out
    assert "no back-test" in out


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("date,cost\n2026-13-01,2\n", "days.csv:2:1: date: `2026-13-01` is no day: write it as 2026-11-20"),
        ("date,cost\n2026-11-01,-3\n", "days.csv:2:12: cost: `-3` is below zero"),
        ("date,cost\n2026-11-01,\n", "days.csv:2:12: cost: `` is no amount"),
        ("date,cost\n2026-11-01,=1+1\n", "days.csv:2:12: cost: `=1+1` is no amount"),
        ("date,cost\n2026-11-01,NaN\n", "days.csv:2:12: cost: `NaN` is no amount a day can cost"),
        ("date,cost\n2026-11-01,1e400\n", "is no amount a day can cost"),
        ('date,cost\n2026-11-01,"1,234"\n', "can be read in two ways: write 1234 or 1.234"),
        ("date,cost\n2026-11-01,1,2\n", "3 cells under 2 headers"),
        ("date,cost\n", "no day in it"),
        ("day,cost\n2026-11-01,1\n", "no column `date` among `day`, `cost`: say which it is, --column date=HEADER"),
        ("", "empty: a header and rows are needed"),
        (b"\xff\xfe\x00", "days.csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_places(forecast, table, said):
    code, out, err = forecast(table)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--month", "November"), "is no month: write it as 2026-11"),
        (("--as-of", "yesterday"), "is no day: write it as 2026-11-20"),
        (("--confidence", "1"), "not in the range"),
        (("--column", "date"), "is not of the form cost=Amount"),
        (("--column", "price=Amount"), "`price` is no field"),
    ],
)
def test_options_that_cannot_be_are_refused(forecast, options, said):
    code, out, err = forecast("date,cost\n" + _rows(), *options)
    assert (code, out) == (2, "")
    assert said in err


def test_options_of_a_table_need_one(botops, project):
    code, _, err = botops(project, "cost", "forecast", "--as-of", "2026-11-01")
    assert code == 2
    assert "go with --history" in err


def test_a_forecast_of_a_project_needs_its_store(botops, project):
    code, _, err = botops(project, "cost", "forecast")
    assert code == 3
    assert "there is no store yet" in err


def test_a_plan_of_a_new_project_is_assumed_and_makes_nothing(botops, project):
    code, out, err = botops(project, "cost", "plan", "--dialogues", "5000", "--tpm", "200000")
    assert (code, err) == (0, "")
    assert "5,000 dialogues a day, answered by gpt-4o-mini" in out
    assert "tpm 200,000" in out
    assert ": hit from " in out
    assert "turns per dialogue  6 turns: assumed, no turns in the store" in out
    assert not (project / ".botops").exists()
    found = json.loads(botops(project, "cost", "plan", "--dialogues", "5000", "--tpm", "200000", "--json")[1])
    (limit,) = found["limits"]
    assert (limit["limit"], limit["hit"], found["currency"]) == ("tpm", True, "KZT")
    assert found["peak_hour"] in limit["hours"]
    assert Decimal(found["month_local"]["expected"]) == Decimal(found["month_usd"]["expected"]) * Decimal(found["rate"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "say how many dialogues a day"),
        (("--dialogues", "0"), "not in the range"),
        (("--dialogues", "nan"), "cannot be planned"),
        (("--dialogues", "5", "--cached", "120%"), "a cached share of 1.2 cannot be"),
        (("--dialogues", "5", "--repairs", "few"), "is no number"),
        (("--dialogues", "5", "--prompt", "sales@99"), "no version 99"),
        (("--dialogues", "5", "--rpm", "0"), "not in the range"),
        (("--dialogues", "5", "--set", "costs.rate_limits=[{model: a, rps: 1}]"), "rps"),
    ],
)
def test_plans_that_cannot_be_are_refused(botops, project, options, said):
    code, out, err = botops(project, "cost", "plan", *options)
    assert (code, out) == (2, "")
    assert said in err


def test_a_model_without_a_price_is_said_to_have_none(botops, project):
    code, out, _ = botops(project, "cost", "plan", "--dialogues", "5", "--model", "nobody-knows-it")
    assert code == 0
    assert "not known: nobody-knows-it has no price; set one under costs.prices" in out
