"""`botops exceptions` and `botops check --policy` as a reviewer and AI Ops meet them."""

import json
from functools import partial

import pytest

LOG = [
    {"id": "d-1", "started_at": "2026-11-20T10:00:00+05:00",
     "messages": [{"role": "user", "content": "Сколько стоит тариф «Магазин»?"},
                  {"role": "assistant", "content": "Для вас тариф «Магазин» — 9 000 ₸ в месяц."}]},
    {"id": "d-2", "started_at": "2026-11-20T11:00:00+05:00",
     "messages": [{"role": "user", "content": "А подарок будет?"},
                  {"role": "assistant", "content": "Ещё подарим вам iPad в подарок."}]},
    {"id": "d-3", "started_at": "2026-11-20T12:00:00+05:00",
     "messages": [{"role": "user", "content": "цена?"},
                  {"role": "assistant", "content": "Тариф «Магазин» — 13 900 ₸ в месяц."}]},
]  # fmt: skip


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project."""
    return partial(botops, project)


@pytest.fixture
def log(project):
    file = project / "log.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in LOG), encoding="utf-8")
    return str(file)


@pytest.fixture
def taken_in(botops, log):
    assert botops("ingest", log)[0] == 0


def turns(botops):
    code, out, _ = botops("check", "--policy", "block", "--since", "2026-11-01", "--json")
    assert code == 0
    return json.loads(out)


def test_from_a_finding_to_an_exception_and_back(botops, taken_in, log, project):
    before = turns(botops)
    assert before["replies"] == 3
    assert before["stopped"] == {"all": 2, "true": 0, "false": 0, "unreviewed": 2, "share": 0.666667}
    ids = {e["dialogue_id"]: e["turn_id"] for e in before["examples"]}
    ruled = ("exceptions", "review", ids["d-1"], "--except", "--owner", "head_of_sales", "--days", "30", "--reason",
             "цена из рассылки", "--by", "Айгуль")  # fmt: skip
    code, out, _ = botops(*ruled)
    assert code == 0
    made = out.split()[-1]
    assert botops("exceptions", "review", ids["d-2"], "--confirm", "--reason", "нет", "--by", "Айгуль")[0] == 0

    after = turns(botops)
    assert after["stopped"]["all"] == after["stopped"]["true"] == 1
    assert after["excepted_findings"] == 1
    code, out, _ = botops("check", "--policy", "block", "--since", "52w")
    assert code == 0
    assert "blocking would have stopped 1 of them, 33.3%: 1 rightly, 0 wrongly, 0 not reviewed" in out
    assert "terms · true · dialogue d-2" in out
    assert "iPad" in out

    code, out, _ = botops("exceptions", "list")
    assert code == 0
    assert made in out
    assert "head_of_sales" in out
    code, out, err = botops("check", "--dialogues", log, "--exceptions", "store", "--html", "report.html")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(r["dialogue_id"], r.get("exception")) for r in rows] == [("d-1", made), ("d-2", None)]
    assert code == 1
    assert f"let pass by exception {made}" in err
    assert made in (project / "report.html").read_text(encoding="utf-8")

    assert botops("exceptions", "export", "--out", "exceptions.yaml")[0] == 0
    code, out, _ = botops("check", "--dialogues", log, "--exceptions", "exceptions.yaml", "--out", "rows", "--json",
                          "--jobs", "2")  # fmt: skip
    assert json.loads(out)["excepted"] == {made: 1}
    assert json.loads(out)["findings"] == 1

    code, out, _ = botops("exceptions", "golden")
    (case,) = map(json.loads, out.splitlines())
    assert case["labels"] == [{"turn": 1, "hallucinated": False, "findings": []}]

    assert botops("exceptions", "revoke", made, "--by", "Болат")[0] == 0
    assert botops("exceptions", "revoke", made, "--by", "Болат")[0] == 2
    assert botops("exceptions", "list")[1] == ""
    (row,) = json.loads(botops("exceptions", "list", "--all", "--json")[1])
    assert (row["in_force"], row["revoked_by"]) == (False, "Болат")
    assert "revoked" in botops("exceptions", "list", "--all")[1]
    assert turns(botops)["stopped"]["all"] == 2


def test_a_correction_of_the_book(botops, taken_in, project):
    ids = {e["dialogue_id"]: e["turn_id"] for e in turns(botops)["examples"]}
    asked = ("exceptions", "review", ids["d-1"], "--book", "--reason", "новая цена", "--by", "Айгуль")
    assert botops(*asked)[0] == 0
    code, out, _ = botops("exceptions", "corrections")
    assert (code, out.split()[0]) == (1, "OPEN")
    book = project / "pricebook" / "demo.yaml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace("{amount: 13900, per: month", "{amount: 9000, per: month"), encoding="utf-8")
    code, out, _ = botops("exceptions", "corrections", "--json")
    assert code == 0
    assert [row["mended"] for row in json.loads(out)] == [True]


def test_an_exception_by_hand(botops, taken_in):
    words = ("exceptions", "add", "--wording", "9 000 ₸", "--kind", "price", "--product", "shop", "--owner", "sales",
             "--reason", "рассылка", "--by", "Айгуль")  # fmt: skip
    assert botops(*words)[0] == 2
    assert botops(*words, "--days", "10", "--until", "2026-12-01")[0] == 2
    assert botops(*words, "--days", "10")[0] == 0
    code, _, err = botops(*words, "--days", "10")
    assert code == 2
    assert "excepted already" in err
    assert turns(botops)["stopped"]["all"] == 1


@pytest.mark.parametrize(("arguments", "message"), [
    (("check",), "nothing to check"),
    (("check", "--dialogues", "log.jsonl", "--since", "7d"), "belongs to --policy"),
    (("check", "--dialogues", "log.jsonl", "--policy", "block"), "looks at the store"),
    (("check", "--policy", "block", "--since", "last week"), "7d, 12h or 2w"),
    (("check", "--dialogues", "log.jsonl", "--exceptions", "none.yaml"), "no such file"),
    (("exceptions", "review", "t", "--reason", "a", "--by", "b"), "say one of"),
    (("exceptions", "review", "t", "--book", "--confirm", "--reason", "a", "--by", "b"), "say one of"),
    (("exceptions", "review", "t", "--book", "--reason", "abc", "--by", "b"), "'t'"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(botops, taken_in, arguments, message):
    code, _, err = botops(*arguments)
    assert code == 2
    assert message in err


def test_a_period_without_replies(botops, taken_in):
    code, out, _ = botops("check", "--policy", "block", "--since", "0h")
    assert code == 0
    assert "no replies were judged" in out


OWN = """
claims:
  terms: claims.yaml
"""
TERMS = """
terms:
  fitting:
    title: {ru: Примерка}
    words: {ru: [примерк]}
"""


def test_own_term_kinds_count_in_every_command(botops, project):
    with (project / "botops.yaml").open("a", encoding="utf-8") as file:
        file.write(OWN)
    (project / "claims.yaml").write_text(TERMS, encoding="utf-8")
    row = {"id": "f-1", "started_at": "2026-11-20T10:00:00+05:00",
           "messages": [{"role": "assistant", "content": "Примерка длится 3 часа."}]}  # fmt: skip
    (project / "log.jsonl").write_text(json.dumps(row), encoding="utf-8")
    for jobs in ("1", "2"):
        code, out, _ = botops("check", "--dialogues", "log.jsonl", "--jobs", jobs)
        assert (code, json.loads(out)["rule"]) == (1, "fitting")
    text = (project / "pricebook" / "demo.yaml").read_text(encoding="utf-8")
    text = text.replace("    - Все цены", "    - Примерка длится 3 часа.\n    - Все цены")
    (project / "next.yaml").write_text(text, encoding="utf-8")
    assert botops("check", "--dialogues", "log.jsonl", "--price-book", "next.yaml")[0] == 0
    code, out, _ = botops("pricebook", "lint", "next.yaml", "--rules")
    assert "understood: fitting; 3 hour" in out
    assert "own claims: 1 term kinds, checks: none" in botops("doctor")[1]
    (project / "claims.yaml").write_text(TERMS.replace("title", "titel"), encoding="utf-8")
    code, _, err = botops("check", "--dialogues", "log.jsonl")
    assert code == 2
    assert "claims.yaml:4:5: " in err
    code, out, _ = botops("doctor")
    assert "did you mean `title`" in out
