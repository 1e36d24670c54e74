"""A provider's export held against the store, as finance meets it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Purpose
from botops.domain.usage import Usage

DAY = timedelta(days=1)
USAGE_HEAD = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,"
    "service_tier,input_tokens,output_tokens,input_cached_tokens\n"
)
COSTS_HEAD = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,"
    "organization_id,organization_name\n"
)
# 2026-10-05 and the day after, 00:00 UTC
FIFTH, SIXTH, SEVENTH = 1791158400, 1791244800, 1791331200


def usage_row(start, model, requests, tokens_in, tokens_out, cached=0, project="proj_shop"):
    return (
        f"{start},{start + 86400},2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,{project},{requests},,,{model},"
        f",,{tokens_in},{tokens_out},{cached}\n"
    )


def cost_row(start, amount, item, project="proj_shop", currency="usd"):
    return f"{start},{start + 86400},,,{amount},{currency},{item},{project},org-1,Shop\n"


@pytest.fixture
def file(company):
    def write(text, name="invoice.csv", encoding="utf-8"):
        path = company.root / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path.name

    return write


def test_what_agrees_is_told_by_exit_code_zero(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100, 400), call("mini", 500, 50), at=noon)
    company.keep(call("big", 2000, 10), at=noon + DAY)
    name = file(
        USAGE_HEAD + usage_row(FIFTH, "mini", 2, 1500, 150, 400) + usage_row(SIXTH, "big", 1, 2000, 10)
        + f"{SEVENTH},{SEVENTH + 86400},2026-10-07T00:00:00+00:00,2026-10-08T00:00:00+00:00,,,,,,,,,,\n"
    )  # fmt: skip
    code, out, err = botops("cost", "reconcile", name)
    assert code == 0, out + err
    assert "no day and model differs by more than 1 %" in out
    assert "days are those of UTC" in err
    assert "rows without any usage: 1" in err


def test_differences_by_day_and_model_with_the_money(company, call, botops, file, noon):
    company.keep(call("mini", 1_000_000, 0), at=noon)  # 0.25 USD
    name = file(COSTS_HEAD + cost_row(FIFTH, "0.40", '"mini, input"') + cost_row(FIFTH, "-0.05", '"mini, output"'))
    code, out, _ = botops("cost", "reconcile", name, "--json")
    found = json.loads(out)
    assert code == 1
    (line,) = found["lines"]
    assert line["first"] == line["last"] == "2026-10-05"
    assert {k: Decimal(v) for k, v in line["amount"].items()} == {
        "invoice": Decimal("0.35"), "store": Decimal("0.25"), "difference": Decimal("-0.10"),
    }  # fmt: skip
    assert line["over"] == ["amount"]
    assert [cause["id"] for cause in found["causes"]] == ["amount_alone"]
    assert botops("cost", "reconcile", name, "--tolerance", "30%")[0] == 0


def test_days_are_utc_and_not_the_companys(company, call, botops, file, noon):
    late = noon.replace(hour=23)  # the 6th in Almaty
    company.keep(call("mini", 1000, 100), at=late)
    assert botops("cost", "reconcile", file(USAGE_HEAD + usage_row(FIFTH, "mini", 1, 1000, 100)))[0] == 0
    day = "day,m,r,i,o\n06.10.2026,mini,1,1000,100\n"
    maps = ["--map", "day=start", "--map", "m=model", "--map", "r=requests", "--map", "i=input_tokens", "--map",
            "o=output_tokens"]  # fmt: skip
    assert botops("cost", "reconcile", file(day, "own.csv"), *maps, "--timezone", "Asia/Almaty")[0] == 0
    code, out, _ = botops("cost", "reconcile", "own.csv", *maps)
    assert code == 1
    assert "only on the invoice" in out


def test_dated_names_are_matched_and_said(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100), at=noon)
    company.keep(call("openai/mini-2026-08-07", 500, 50), at=noon)
    name = file(USAGE_HEAD + usage_row(FIFTH, "Mini-2026-08-07", 2, 1500, 150))
    code, out, _ = botops("cost", "reconcile", name, "--json")
    assert code == 0, out
    assert json.loads(out)["joined_models"] == {"mini": ["Mini-2026-08-07", "openai/mini-2026-08-07"]}
    assert "counted as one model, mini" in botops("cost", "reconcile", name)[2]
    other = file(USAGE_HEAD + usage_row(FIFTH, "deployment-7", 2, 1500, 150), "azure.csv")
    assert botops("cost", "reconcile", other)[0] == 1
    assert botops("cost", "reconcile", other, "--model-as", "deployment-7=mini")[0] == 0


def test_causes_come_with_what_speaks_for_them(company, call, botops, file, noon):
    company.keep(
        call("mini", 1000, 100, estimated=True), call("mini", usage=Usage(), fault="connection"), at=noon,
    )  # fmt: skip
    company.keep(call("nameless", 700, 70), at=noon)
    company.keep(call("mini", 9999, 99), at=noon, simulated=True)
    name = file(
        USAGE_HEAD + usage_row(FIFTH, "mini", 4, 1500, 150) + usage_row(FIFTH, "stranger", 3, 10, 1, project="proj_x")
    )
    code, out, _ = botops("cost", "reconcile", name, "--json")
    found = json.loads(out)
    assert code == 1
    causes = {cause["id"]: cause for cause in found["causes"]}
    assert set(causes) == {
        "other_application", "not_on_invoice", "estimated", "failed_calls", "more_requests",
    }  # fmt: skip
    assert causes["other_application"]["models"] == ["stranger"]
    assert causes["not_on_invoice"]["models"] == ["nameless"]
    assert causes["estimated"]["evidence"] == {"mini": "1 call, 1100 estimated tokens"}
    assert causes["more_requests"]["evidence"] == {"mini": "3 requests more on the invoice"}
    assert any("simulated calls are left out, 1 of them" in note for note in found["notes"])


def test_rows_of_other_projects_are_left_out(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100), at=noon)
    name = file(
        USAGE_HEAD + usage_row(FIFTH, "mini", 1, 1000, 100) + usage_row(FIFTH, "mini", 5, 9000, 900, project="proj_x")
        + usage_row(FIFTH, "mini", 7, 70, 7, project="")
    )  # fmt: skip
    code, _, err = botops("cost", "reconcile", name)
    assert code == 1
    assert "rows of 3 projects are counted together: none, proj_shop, proj_x" in err
    code, _, err = botops("cost", "reconcile", name, "--project", "proj_shop")
    assert code == 0
    assert "rows of other projects are left out, 2 of them" in err
    code, _, err = botops("cost", "reconcile", name, "--project", "proj_shpo")
    assert code == 2
    assert "none, proj_shop, proj_x" in err


def test_calls_beside_dialogues_are_counted_and_said(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100), at=noon)
    beside = SideCalls("run-1", noon, Work.EVAL, Purpose.JUDGE, "mini", calls=3, failed=1, usage=Usage(500, 0, 0, 50))
    with company.open() as container:
        container.store.costs.keep([beside])
    code, out, err = botops("cost", "reconcile", file(USAGE_HEAD + usage_row(FIFTH, "mini", 3, 1500, 150)))
    assert code == 0, out
    assert "calls of evaluations and second opinions, 3 of them, count on the day their run ended" in err


def test_half_the_price_with_the_same_tokens_is_told(company, call, botops, file, noon):
    company.keep(call("big", 1_000_000, 0), at=noon)  # 2.50 USD
    rows = "date,model,in,out,usd\n2026-10-05,big,1000000,0,1.25\n"
    maps = [arg for pair in ("date=start", "model=model", "in=input_tokens", "out=output_tokens", "usd=amount")
            for arg in ("--map", pair)]  # fmt: skip
    code, out, _ = botops("cost", "reconcile", file(rows), *maps, "--json")
    assert code == 1
    (cause,) = json.loads(out)["causes"]
    assert cause["id"] == "half_price"
    assert cause["evidence"] == {"big": "invoice / store = 0.5000"}


def test_what_moved_over_midnight_is_told(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100), call("mini", 1000, 100), at=noon)
    company.keep(call("mini", 1000, 100), at=noon + DAY)
    name = file(USAGE_HEAD + usage_row(FIFTH, "mini", 1, 1000, 100) + usage_row(SIXTH, "mini", 2, 2000, 200))
    code, out, _ = botops("cost", "reconcile", name, "--json")
    assert code == 1
    found = json.loads(out)
    assert found["total"]["over"] == []
    (cause,) = found["causes"]
    assert cause["id"] == "midnight"
    assert cause["evidence"] == {"mini": "2026-10-05: -1000, 2026-10-06: +1000 input tokens"}


def test_an_unknown_price_is_told(company, call, botops, file, noon):
    company.keep(call("nameless", 1_000_000, 0), at=noon)
    code, out, _ = botops("cost", "reconcile", file(COSTS_HEAD + cost_row(FIFTH, "3", '"nameless, input"')), "--json")
    assert code == 1
    assert json.loads(out)["causes"][0]["evidence"] == {"nameless": "1 call without a price"}


def test_line_items_give_tokens_and_charges_without_a_model(company, call, botops, file, noon):
    company.keep(call("mini", 3000, 100, 1000), at=noon)
    head = COSTS_HEAD.replace("line_item,", "line_item,quantity,quantity_unit,")

    def row(amount, item, quantity, unit):
        return f'{FIFTH},{FIFTH + 86400},,,{amount},usd,"{item}",{quantity},{unit},proj_shop,org-1,Shop\n'

    text = (
        row("0.0005", "mini-2026-08-07, input", 2, "1000_tokens")
        + row("0.000025", "priority | mini-2026-08-07, cached input, long context", 1000, "tokens")
        + row("0.0002", "mini-2026-08-07 text, output", 100, "tokens")
        + row("0.55", "web search tool calls", 22, "")
    )
    code, out, _ = botops("cost", "reconcile", file(head + text), "--json")
    found = json.loads(out)
    assert code == 1
    by_model = {line["model"]: line for line in found["lines"]}
    assert set(by_model) == {"mini", "(web search tool calls)"}
    assert by_model["mini"]["over"] == []
    assert by_model["mini"]["input_tokens"] == {"invoice": 3000, "store": 3000, "difference": 0}
    assert by_model["mini"]["cached_tokens"]["invoice"] == 1000
    assert [cause["id"] for cause in found["causes"]] == ["no_model"]


def test_answers_of_the_usage_api_are_read(company, call, botops, file, noon):
    company.keep(call("mini", 1000, 100, 400), at=noon)
    result = {"object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 100,
              "input_cached_tokens": 400, "num_model_requests": 1, "project_id": None, "model": "mini"}  # fmt: skip
    bucket = {"object": "bucket", "start_time": FIFTH, "end_time": SIXTH, "results": [result]}
    page = {"object": "page", "data": [bucket], "has_more": True, "next_page": "p2"}
    code, out, err = botops("cost", "reconcile", file(json.dumps(page), "usage.json"))
    assert code == 0, out
    assert "has_more" in err
    rest = {"object": "page", "data": [{**bucket, "start_time": SIXTH, "end_time": SEVENTH, "results": []}],
            "has_more": False}  # fmt: skip
    code, _, err = botops("cost", "reconcile", file(json.dumps([page, rest], indent=1), "usage.json"))
    assert (code, "has_more" in err) == (0, False)
    code, _, err = botops("cost", "reconcile", file(json.dumps([page, page], indent=1), "usage.json"))
    assert code == 2
    assert "usage.json:33:6" in err
    assert "same result" in err


def test_answers_of_the_costs_api_are_read_exactly(company, call, botops, file, noon):
    company.keep(call("mini", 1_000_000, 0), at=noon)
    amount = {"value": "0.2500000000000000", "currency": "usd"}
    result = {"object": "organization.costs.result", "amount": amount, "line_item": "mini, input"}
    text = json.dumps({"data": [{"start_time": FIFTH, "end_time": SIXTH, "results": [result]}]})
    code, out, _ = botops("cost", "reconcile", file(text, "costs.json"), "--json")
    assert code == 0
    assert Decimal(json.loads(out)["total"]["amount"]["invoice"]) == Decimal("0.25")
    code, _, err = botops("cost", "reconcile", file(text.replace('"0.2500000000000000"', "NaN"), "costs.json"))
    assert code == 2
    assert "costs.json:1:" in err


def test_a_column_map_is_remembered(company, call, botops, file, noon):
    company.keep(call("mini", 1500, 100, 500), at=noon)
    name = file("Дата;Модель;Свежие;Из кеша;Ответ;Сумма\n05.10.2026;m1;1 000;500;100;0,0004625\n", encoding="cp1251")
    maps = [arg for pair in ("Дата=start", "Модель=model", "Свежие=uncached_tokens", "Из кеша=cached_tokens",
                             "Ответ=output_tokens", "Сумма=amount") for arg in ("--map", pair)]  # fmt: skip
    code, out, err = botops("cost", "reconcile", name, *maps, "--decimal", ",", "--model-as", "m1=mini", "--map-file",
                            "own.yaml")  # fmt: skip
    assert code == 0, out + err
    before = (company.root / "own.yaml").read_text("utf-8")
    assert "Модель" in before
    assert botops("cost", "reconcile", name, "--map-file", "own.yaml")[0] == 0
    assert (company.root / "own.yaml").read_text("utf-8") == before
    (company.root / "own.yaml").write_text("columns: {strat: Дата}\n", "utf-8")
    code, _, err = botops("cost", "reconcile", name, "--map-file", "own.yaml")
    assert code == 2
    assert "own.yaml:1:18: columns.strat" in err


def test_a_month_on_one_row_is_compared_with_the_whole_month(company, call, botops, file, noon):
    for day in range(3):
        company.keep(call("mini", 1000, 100), at=noon + day * DAY)
    name = file("month,model,in\n2026-10,mini,3000\n")
    code, out, _ = botops("cost", "reconcile", name, "--map", "month=start", "--map", "model=model", "--map",
                          "in=input_tokens", "--json")  # fmt: skip
    assert code == 0
    (line,) = json.loads(out)["lines"]
    assert (line["first"], line["last"]) == ("2026-10-01", "2026-10-31")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "not a number"),
        ("1,234", "a thousand or a fraction"),
        ("12,5", "--decimal ,"),
        ("9" * 70, "more than 60 characters"),
        ("1e50", "more than 1,000,000,000,000"),
        ("1e-900", "out of range"),
        ("NaN", "not a number"),
        ("٣", "not a number"),
    ],
)
def test_broken_amounts_are_pointed_at(botops, file, cell, said):
    name = file(f'd,m,a\n2026-10-05,mini,1\n2026-10-05,mini,"{cell}"\n')
    code, _, err = botops("cost", "reconcile", name, "--map", "d=start", "--map", "m=model", "--map", "a=amount")
    assert code == 2
    assert err.startswith("invoice.csv:3:17: amount: ")
    assert said in err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-13-05,1", "3:1: start: '2026-13-05' is no day"),
        (",1", "3:1: start: empty"),
        ("9999-12,1", "3:1: start: '9999-12' is of the year 9999"),
        ("0001-01-01,1", "of the year 1"),
        ("99999999999,1", "of the year 5138"),
        ("2026-10-05,-1", "3:12: requests: '-1' is below zero"),
        ("2026-10-05,1.5", "3:12: requests: '1.5' is not a whole number"),
        ("2026-10-05,1,2", "3:14: 3 cells under 2 headers"),
        ("2026-10-05,9999999999999999", "no invoice counts so many"),
    ],
)
def test_broken_rows_are_pointed_at(botops, file, row, said):
    code, _, err = botops("cost", "reconcile", file(f"d,n\n2026-10-05,1\n{row}\n"), "--map", "d=start", "--map",
                          "n=requests")  # fmt: skip
    assert code == 2
    assert said in err


def test_thousands_signs_and_credits_are_understood(company, call, botops, file, noon):
    company.keep(call("big", 1_000_000, 100_000), at=noon)  # 3.50 USD
    name = file('d,m,n,a\n2026-10-05,big,"1,000,000","$1,004.00"\n2026-10-05,big,,(500.5)\n2026-10-05,big,,−500.00\n')
    code, out, _ = botops("cost", "reconcile", name, "--map", "d=start", "--map", "m=model", "--map", "n=input_tokens",
                          "--map", "a=amount", "--decimal", ".", "--json")  # fmt: skip
    assert code == 0, out
    assert json.loads(out)["total"]["amount"]["invoice"] == "3.50"


def test_a_page_that_stands_twice_is_refused(botops, file):
    row = usage_row(FIFTH, "mini", 1, 10, 1)
    code, _, err = botops("cost", "reconcile", file("\ufeff" + USAGE_HEAD + row + row))
    assert code == 2
    assert err.startswith("invoice.csv:3:1: the same row as in line 2")


def test_other_bad_files_are_refused_with_a_next_step(botops, file, company):
    company.open().close()
    code, _, err = botops("cost", "reconcile", file("a,b\n1,2\n"))
    assert code == 2
    assert "--map" in err
    code, _, err = botops("cost", "reconcile", file(USAGE_HEAD), "--format", "openai-costs")
    assert code == 2
    assert '--map "HEADER=amount"' in err
    head = COSTS_HEAD.replace("line_item,", "line_item,quantity,quantity_unit,")
    row = f'{FIFTH},{FIFTH + 86400},,,1,usd,"mini, input",many,tokens,p,org-1,Shop\n'
    code, _, err = botops("cost", "reconcile", file(head + row))
    assert (code, "invoice.csv:2:" in err, "quantity: 'many' is not a number" in err) == (2, True, True)
    code, _, err = botops("cost", "reconcile", file("d,n\n" + "x,1\n" * 900), "--map", "d=start", "--map", "n=requests")
    assert (code, len(err.splitlines())) == (2, 200)
    code, _, err = botops("cost", "reconcile", file(USAGE_HEAD))
    assert (code, "nothing to compare" in err) == (2, True)
    two = COSTS_HEAD + cost_row(FIFTH, 1, "x") + cost_row(FIFTH, 1, "y", currency="eur")
    code, _, err = botops("cost", "reconcile", file(two))
    assert code == 2
    assert "EUR (line 3), USD (line 2)" in err
    code, _, err = botops("cost", "reconcile", file(COSTS_HEAD + cost_row(FIFTH, 1, "x", currency="eur")))
    assert (code, "no exchange rate" in err) == (2, True)
    code, _, err = botops("cost", "reconcile", file('{"data": [{"start_time": 1, "results": []}]}', "x.json"))
    assert (code, err.startswith("x.json:1:")) == (2, True)
    code, _, err = botops("cost", "reconcile", file(b"\x00\xff\xfe{"))
    assert code == 2
    code, _, err = botops("cost", "reconcile", file(b"a,b\n\xff\x98,1\n"))
    assert (code, "not a text in windows-1251: say its encoding, --encoding NAME" in err) == (2, True)
    code, _, err = botops("cost", "reconcile", file("a,b\n1,2\n"), "--map-file", "none.yaml")
    assert (code, "none.yaml: no such file" in err) == (2, True)
    with (company.root / "huge.csv").open("wb") as stream:
        stream.truncate(2**30)
    code, _, err = botops("cost", "reconcile", "huge.csv")
    assert (code, "64 MB" in err) == (2, True)


def test_an_invoice_in_tenge_is_compared_at_the_days_rate(company, call, botops, file, noon):
    company.keep(call("big", 1_000_000, 0), at=noon)  # 2.50 USD at 520.40
    name = file("d,m,a\n2026-10-05,big,1301.00\n")
    code, out, _ = botops("cost", "reconcile", name, "--map", "d=start", "--map", "m=model", "--map", "a=amount",
                          "--currency", "KZT", "--json")  # fmt: skip
    assert code == 0, out
    assert Decimal(json.loads(out)["total"]["amount"]["difference"]) == 0
