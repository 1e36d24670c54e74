"""Costs as files for finance, read back with what finance reads them with."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from botops.app.costs.focus import COLUMNS, MANDATORY, NULLS
from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Purpose
from botops.domain.usage import Usage

DAY = timedelta(days=1)
SINCE = ("--since", "2026-10-01")


def read(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def month(company, call, noon):
    """Two days of calls: of two models, one of unknown price, one simulated, one evaluation."""
    company.keep(call("mini", 1000, 100, 400), call("big", 10, 1, purpose=Purpose.REPAIR), at=noon)
    company.keep(call("mini", 1000, 100), at=noon + DAY, version=2, channel="telegram")
    company.keep(call("nameless", 50, 5), at=noon + DAY)
    company.keep(call("mini", 7000, 70), at=noon, simulated=True)
    beside = SideCalls("run-1", noon, Work.EVAL, Purpose.JUDGE, "big", calls=3, usage=Usage(500, output_tokens=50),
                       pico_usd=1_750_000_000)  # fmt: skip
    with company.open() as container:
        container.store.costs.keep([beside])
    return company


def test_days_by_dimensions_add_up_exactly(month, botops):
    code, _, err = botops("cost", "export", *SINCE, "--out", "costs.csv")
    assert code == 0, err
    rows = read(month.root / "costs.csv")
    assert "6 rows written to costs.csv" in err
    first = next(r for r in rows if r["model"] == "mini" and r["day"] == "2026-10-05" and r["simulated"] == "false")
    # 600 fresh at 0.25, 400 cached at 0.025 and 100 written at 2 USD for a million
    assert first["cost_usd"] == "0.00036"
    assert Decimal(first["cost_local"]) == Decimal("0.00036") * Decimal("520.40")
    assert (first["prompt"], first["version"], first["channel"], first["purpose"]) == ("sales", "1", "web", "reply")
    unknown = next(r for r in rows if r["model"] == "nameless")
    assert (unknown["cost_usd"], unknown["cost_local"], unknown["unknown_price_calls"]) == ("", "", "1")
    side = next(r for r in rows if r["origin"] == "eval")
    assert (side["cost_usd"], side["prompt"]) == ("0.00175", "")
    with month.open("reader") as container:
        (total,) = container.store.reads.totals(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    of_turns = sum(Decimal(r["cost_usd"] or 0) for r in rows if r["origin"] != "eval")
    assert of_turns == Decimal(total.pico_usd) / 10**12


def test_days_are_included_from_the_first_to_the_last(month, call, botops, noon):
    late = noon.replace(hour=20)  # the 6th in Almaty, the 5th in UTC
    month.keep(call("mini", 5, 5), at=late, channel="late")
    days = ("--since", "2026-10-05", "--until", "2026-10-05")
    assert botops("cost", "export", *days, "--by", "channel", "--out", "costs.csv")[0] == 0
    of_day = {(r["day"], r["channel"]) for r in read(month.root / "costs.csv")}
    assert of_day == {("2026-10-05", "web"), ("2026-10-05", "")}
    assert botops("cost", "export", *days, "--format", "focus", "--by", "channel", "--out", "focus.csv")[0] == 0
    rows = read(month.root / "focus.csv")
    assert {r["ChargePeriodStart"] for r in rows} == {"2026-10-05T00:00:00Z"}
    assert any("late" in r["Tags"] for r in rows)
    assert botops("cost", "export", "--days", "400", "--out", "all.csv")[0] == 0
    assert len(read(month.root / "all.csv")) == 7


def test_no_column_stands_twice(month, botops):
    options = ("--by", "prompt,version,experiment,variant,model,model", "--format", "parquet")
    assert botops("cost", "export", *SINCE, *options, "--out", "costs.parquet")[0] == 0
    names = pq.read_table(month.root / "costs.parquet").schema.names
    assert names[:8] == ["day", "prompt", "version", "experiment", "variant", "model", "origin", "simulated"]
    assert len(names) == len(set(names))


def test_parquet_holds_decimals(month, botops):
    assert botops("cost", "export", *SINCE, "--out", "costs.csv", "--by", "model")[0] == 0
    assert botops("cost", "export", *SINCE, "--out", "costs.parquet", "--format", "parquet", "--by", "model")[0] == 0
    table = pq.read_table(month.root / "costs.parquet")
    assert str(table.schema.field("cost_usd").type) == "decimal128(38, 18)"
    assert str(table.schema.field("day").type) == "date32[day]"
    rows = table.to_pylist()
    assert rows[0]["day"] == date(2026, 10, 5)
    texts = read(month.root / "costs.csv")
    assert [r["model"] for r in rows] == [r["model"] for r in texts]
    for name in ("cost_usd", "cost_local", "rate"):
        assert [r[name] for r in rows] == [Decimal(r[name]) if r[name] else None for r in texts]
    assert [r["input_tokens"] for r in rows] == [int(r["input_tokens"]) for r in texts]


def test_the_name_of_a_file_says_what_it_is(month, botops):
    assert botops("cost", "export", *SINCE, "--out", "costs.parquet")[0] == 0
    assert pq.read_table(month.root / "costs.parquet").num_rows > 0
    code, _, err = botops("cost", "export", *SINCE, "--format", "csv", "--out", "table.PARQUET")
    assert (code, "named as Parquet" in err) == (2, True)
    assert not (month.root / "table.PARQUET").exists()


def test_calls_one_by_one(month, botops, noon):
    assert botops("cost", "export", *SINCE, "--calls", "--out", "calls.csv")[0] == 0
    rows = read(month.root / "calls.csv")
    assert len(rows) == 5
    assert rows[0]["at"] == "2026-10-05T12:00:00Z"
    assert [Decimal(r["cost_usd"]) for r in rows if r["model"] == "big"] == [Decimal("0.000035")]
    assert [(r["cost_usd"], r["unknown_price"]) for r in rows if r["model"] == "nameless"] == [("", "true")]
    code, _, err = botops("cost", "export", *SINCE, "--calls", "--format", "parquet", "--out", "calls.parquet")
    assert code == 0
    assert "left out here" in err
    table = pq.read_table(month.root / "calls.parquet").to_pylist()
    assert [r["at"] for r in table] == [datetime.fromisoformat(r["at"]) for r in rows]
    assert [r["cost_usd"] for r in table] == [Decimal(r["cost_usd"]) if r["cost_usd"] else None for r in rows]
    assert {str(r["price_source"]) for r in table if r["model"] == "mini"} == {"own price; rate of 2026-10-01"}


def test_focus_has_what_the_specification_wants(month, botops):
    code, _, err = botops("cost", "export", *SINCE, "--format", "focus", "--out", "focus.csv", "--provider", "Seller")
    assert code == 1
    assert "1 rows have empty costs, which FOCUS does not allow" in err
    rows = read(month.root / "focus.csv", "utf-8")
    assert set(rows[0]) >= MANDATORY
    assert all(name.startswith("x_") or name[0].isupper() for name in rows[0])
    assert len(rows) == 5  # the simulated call is nobody's bill
    for row in rows:
        assert row["ChargePeriodStart"].endswith("T00:00:00Z")
        month_of = (row["BillingPeriodStart"], row["BillingPeriodEnd"])
        assert month_of == ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
        assert row["BillingCurrency"] == "USD"
        assert row["PricingQuantity"] == row["ConsumedQuantity"]
        assert (row["ChargeCategory"], row["ServiceCategory"]) == ("Usage", "AI and Machine Learning")
        assert {row[name] for name in NULLS} == {""}
        for name in ("ListCost", "ContractedCost", "EffectiveCost"):
            assert row[name] == row["BilledCost"]
        empty = {name for name in MANDATORY - set(NULLS) if row[name] == ""}
        assert empty == (set() if row["SkuId"] != "nameless" else {
            "BilledCost", "ListCost", "ContractedCost", "EffectiveCost",
        })  # fmt: skip
    tags = json.loads(next(r["Tags"] for r in rows if "telegram" in r["Tags"]))
    assert tags == {"channel": "telegram", "origin": "live", "prompt": "sales", "purpose": "reply", "version": "2"}
    total = sum(Decimal(r["BilledCost"] or 0) for r in rows)
    # mini: 0.00036 and 0.00045, big: 0.000035 and an evaluation's 0.00175
    assert total == Decimal("0.002595")


def test_focus_names_the_seller_by_the_price_table(company, call, botops, noon):
    company.keep(call("gpt-5-mini", 1000, 100), call("mini", 10, 1), at=noon)
    code, _, err = botops("cost", "export", *SINCE, "--format", "focus", "--out", "focus.csv", "--account", "acc-7")
    assert code == 0, err
    sellers = {r["SkuId"]: (r["ServiceProviderName"], r["BillingAccountId"]) for r in read(company.root / "focus.csv")}
    assert sellers == {"gpt-5-mini": ("OpenAI", "acc-7"), "mini": ("Unknown", "acc-7")}
    arguments = ("cost", "export", *SINCE, "--format", "focus")
    assert botops(*arguments, "--focus-version", "1.2", "--out", "old.csv")[0] == 0
    old = read(company.root / "old.csv")
    assert set(old[0]) == ({c.name for c in COLUMNS} - {"ServiceProviderName", "HostProviderName"}) | {
        "ProviderName", "PublisherName",
    }  # fmt: skip
    assert {r["PublisherName"] for r in old} == {"OpenAI", "Unknown"}
    assert botops(*arguments, "--out", "focus.parquet")[0] == 0
    table = pq.read_table(company.root / "focus.parquet")
    assert str(table.schema.field("BilledCost").type) == "decimal128(38, 18)"
    assert str(table.schema.field("ChargePeriodStart").type) == "timestamp[us, tz=UTC]"


def test_no_cell_runs_as_a_formula(company, call, botops, noon):
    company.keep(call("=HYPERLINK(1)", 10, 1), call("@x", 10, 1), at=noon, channel="-2+3")
    for options in ((), ("--calls",), ("--format", "focus")):
        botops("cost", "export", *SINCE, *options, "--out", "f.csv", "--force")
        for row in read(company.root / "f.csv"):
            for name, cell in row.items():
                if not name.endswith(("usd", "local", "Cost")):
                    assert not cell.startswith(("=", "+", "-", "@")), (name, cell)
    assert "'=HYPERLINK(1)" in (company.root / "f.csv").read_text("utf-8")


def test_a_file_is_never_written_over_and_never_half_written(month, botops, monkeypatch):
    target = month.root / "costs.csv"
    target.write_text("mine", "utf-8")
    code, _, err = botops("cost", "export", *SINCE, "--out", "costs.csv")
    assert (code, "--force" in err, target.read_text("utf-8")) == (2, True, "mine")
    assert botops("cost", "export", *SINCE, "--out", "costs.csv", "--force")[0] == 0
    assert len(read(target)) == 6
    before = target.read_bytes()
    code, _, err = botops("cost", "export", *SINCE, "--by", "colour", "--out", "costs.csv", "--force")
    assert code == 2
    assert "colour" in err
    assert target.read_bytes() == before
    assert botops("cost", "export", *SINCE, "--out", "nowhere/costs.csv")[0] == 2
    assert botops("cost", "export", *SINCE, "--out", ".")[0] == 2
    (month.root / "dangling.csv").symlink_to("gone")
    assert botops("cost", "export", *SINCE, "--out", "dangling.csv")[0] == 2
    assert not [p for p in month.root.iterdir() if p.name.endswith(".part")]


def test_bad_questions_are_answered_with_the_next_step(month, botops):
    assert "by day already" in botops("cost", "export", "--by", "week", "--out", "x.csv")[2]
    assert "exchange rate" in botops("cost", "export", "--currency", "XYZ", "--out", "x.csv")[2]
    assert botops("cost", "export", "--since", "2026-11-01", "--until", "2026-10-01", "--out", "x.csv")[0] == 2
    assert botops("cost", "export", "--since", "2027-01-01", "--out", "x.csv")[0] == 2
    assert botops("cost", "export", "--since", "2026-10-01", "--days", "3", "--out", "x.csv")[0] == 2
    assert botops("cost", "export", "--calls", "--format", "focus", "--out", "x.csv")[0] == 2
    assert botops("cost", "export", "--format", "parquet", "--out", "-")[0] == 2
    code, out, err = botops("cost", "export", *SINCE, "--by", "model", "--currency", "usd", "--out", "-")
    assert code == 0
    assert out.startswith("day,model,")
    assert "rows written to stdout" in err
