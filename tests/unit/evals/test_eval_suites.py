import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from botops.domain.errors import NotFoundError, UserError
from botops.evals.suite import lint_against_book, read_suite
from botops.pricebook import load

SUITES = Path(__file__).parents[3] / "evals" / "suites"
CASE = """\
cases:
  - id: one
    turns:
      - Сколько стоит «Альфа»?
      - client: А за год?
        expect: [{states_price: {sku: alpha, per: year}}, does_not_hand_over]
    expect: [no_invented_claims, {max_length: 600}]
"""


def problems(house, cases, head=None):
    with pytest.raises(UserError) as raised:
        house.suite(cases, head) if head else house.suite(cases)
    return [p.text() for p in raised.value.problems]


def test_a_suite_is_read(house, moment):
    suite = house.suite(CASE)
    (case,) = suite.cases
    assert (suite.name, suite.at, case.at) == ("small", moment, moment)
    assert [line.text for line in case.lines] == ["Сколько стоит «Альфа»?", "А за год?"]
    assert [e.check.id for e in case.lines[1].expect] == ["states_price", "does_not_hand_over"]
    assert [e.check.id for e in case.expect] == ["no_invented_claims", "max_length"]
    assert case.expect[1].params.characters == 600
    assert read_suite(suite.file).cases[0].id == "one"


def test_defaults_hold_for_every_case_unless_it_says_otherwise(house):
    head = """\
name: small
at: 2026-03-02T10:00:00+05:00
price_book: books/demo.yaml
prompt: reception
defaults:
  language: kk
  channel: telegram
  region: Алматы
  expect: [no_invented_claims, language]
"""
    suite = house.suite(
        """\
cases:
  - {id: a, turns: [Сәлем]}
  - {id: b, turns: [Hi], language: en, channel: web, segment: franchise, without: [language],
     at: 2026-04-01T09:00:00Z, weight: 2, owner: sales_lead, origin: "dialogue 17", tags: [en]}
  - id: c
    client: {goal: haggle, persona: terse, language: en, seed: 3, patience: 4, budget: 10000, things: [Альфа]}
  - id: d
    history: [{role: user, content: Сәлем}, {role: assistant, content: Сәлеметсіз бе!}]
    turns: [Бағасы?]
""",
        head,
    )
    a, b, c, d = suite.cases
    assert (suite.prompt, suite.price_book) == ("reception", house.root / "books/demo.yaml")
    assert (a.locale, a.channel, a.region, a.segment) == ("kk", "telegram", "Алматы", None)
    assert (b.locale, b.channel, b.region, b.segment) == ("en", "web", "Алматы", "franchise")
    assert [e.check.id for e in a.expect] == ["no_invented_claims", "language"]
    assert [e.check.id for e in b.expect] == ["no_invented_claims"]
    assert (b.weight, b.owner, b.origin, b.tags, b.at.month) == (2.0, "sales_lead", "dialogue 17", ("en",), 4)
    assert (c.client.goal, c.client.patience, c.client.seed, c.client.things) == ("haggle", 4, 3, ("Альфа",))
    assert [m.content for m in d.history] == ["Сәлем", "Сәлеметсіз бе!"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("turns:", "trns:", r":5:5: cases\.0\.trns: unknown key: did you mean `turns`"),
        ("no_invented_claims", "no_invented_claim", r"cases\.0\.expect\.0: unknown check: did you mean `no_inv"),
        ("{max_length: 600}", "{max_lenth: 600}", r":9:35: .*max_lenth: unknown key: did you mean `max_length`"),
        ("{max_length: 600}", "{max_length: long}", r"cases\.0\.expect\.1\.max_length: .*whole number"),
        ("{max_length: 600}", "{max_length: 0}", r"at least 1"),
        ("{max_length: 600}", "{regex: '('}", r"not a regular expression"),
        ("{max_length: 600}", "{hands_over: {rules: []}}", r"hands_over"),
        ("{max_length: 600}", "{does_not_hand_over: 5}", r"takes no value"),
        ("{max_length: 600}", "{states_price: {per: year}}", r"missing: add the key `sku`"),
        ("{sku: alpha, per: year}", "{sku: alpha, pre: year}", r":8:\d+: .*\.pre: unknown key: did you mean `per`"),
        ("id: one", "id: 'one two'", r"cases\.0\.id"),
    ],
)
def test_faults_are_told_with_their_place(house, before, after, said):
    (problem,) = problems(house, CASE.replace(before, after))
    assert re.search(said, problem), problem
    assert re.search(r"suite\.yaml:\d+:\d+: ", problem)


def test_faults_of_several_cases_are_told_at_once(house):
    found = problems(
        house,
        """\
cases:
  - {id: a, turns: [Да], expect: [language]}
  - {id: a, turns: [Да], expect: [language]}
  - {id: b, expect: [language]}
  - {id: c, turns: [Да], client: {}, expect: [language]}
  - {id: d, turns: [Да]}
  - {id: e, turns: [Да], expect: [language], without: [langage]}
""",
    )
    text = "\n".join(found)
    assert len(found) == 5
    assert ":5:10: cases.1.id: `a` is there already" in text
    assert text.count("either `turns` or a `client`") == 2
    assert "nothing is expected" in text
    assert "`langage` is not among the default checks" in text


def test_a_moment_needs_its_offset(house):
    (problem,) = problems(house, CASE, "name: small\nat: 2026-03-02T10:00:00\n")
    assert ":2:5: at:" in problem


def test_a_missing_file_is_told(house):
    with pytest.raises(NotFoundError, match="no such file"):
        read_suite(house.root / "none.yaml")


def test_expectations_are_compared_with_the_price_book(house):
    suite = house.suite(CASE.replace("sku: alpha, per: year", "sku: alfa"))
    (problem,) = lint_against_book(suite, load(house.root / "book.yaml"))
    assert "cases.0.turns.1.expect.0.states_price" in problem.text()
    assert "did you mean `alpha`" in problem.text()
    assert (problem.line, problem.level) == (8, "error")
    good = house.suite(CASE)
    assert lint_against_book(good, load(house.root / "book.yaml")) == []
    vague = house.suite(CASE.replace("sku: alpha, per: year", "sku: alpha"))
    assert "has several prices" in lint_against_book(vague, load(house.root / "book.yaml"))[0].message


def test_a_gate_is_read_and_its_checks_are_known(house):
    gate = "gate: {pass_rate: 95, checks: {no_invented_claims: 100}, cost_per_dialogue: 10}\n"
    rules = house.suite(gate + CASE).gate
    assert (rules.pass_rate, rules.checks, rules.new_failures) == (95, {"no_invented_claims": 100}, 0)
    (problem,) = problems(house, gate.replace("no_invented_claims", "no_invented_claim") + CASE)
    assert "gate.checks.no_invented_claim: unknown check: did you mean `no_invented_claims`" in problem
    assert house.suite(CASE).gate is None


def test_own_keys_are_allowed(house):
    assert house.suite("x-owner: me\n" + CASE).name == "small"


def test_the_schema_knows_every_check_and_short_forms(house):
    schema = house.reader.json_schema()
    text = json.dumps(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    for check in house.reader.catalogue:
        assert f'"{check.id}"' in text
    assert {"type": "integer", "minimum": 1, "title": "Characters"} in schema["$defs"]["MaxLength"]["anyOf"]
    assert schema["patternProperties"] == {"^x-": {}}
    items = schema["$defs"]["Case"]["properties"]["turns"]["items"]
    assert items["anyOf"][0] == {"type": "string", "minLength": 1}
    expect = schema["$defs"]["Case"]["properties"]["expect"]["items"]
    assert "language" in expect["anyOf"][0]["enum"]


@pytest.mark.parametrize("name", ["demo", "red-team"])
def test_suites_that_are_read_fit_the_schema(house, name):
    written = yaml.safe_load((SUITES / f"{name}.yaml").read_text("utf-8"))
    schema = jsonschema.Draft202012Validator(house.reader.json_schema())
    assert [error.json_path for error in schema.iter_errors(json.loads(json.dumps(written, default=str)))] == []


@pytest.mark.parametrize(
    ("expect", "fits"),
    [
        ("must_contain: да", True),
        ("must_contain: [да, нет]", True),
        ("must_contain: {texts: да}", True),
        ("must_contain: 5", False),
        ("asks: business", True),
        ("asks: weather", False),
        ("no_invented_claims: discount", True),
        ("no_invented_claims: [discounts]", False),
        ("hands_over: client_request", True),
    ],
)
def test_what_may_stand_alone_in_a_suite_may_in_the_schema(house, expect, fits):
    text = f"cases:\n  - id: a\n    turns: [Почём]\n    expect:\n      - {expect}\n"
    written = yaml.safe_load(f"name: small\nat: x\n{text}")
    assert jsonschema.Draft202012Validator(house.reader.json_schema()).is_valid(written) is fits
    if fits:
        assert len(house.suite(text).cases) == 1
    else:
        assert problems(house, text)


def test_the_schema_that_is_shipped_beside_the_suites_is_the_present_one(house):
    shipped = json.loads((Path(__file__).parents[3] / "evals" / "suite.schema.json").read_text("utf-8"))
    assert shipped == house.reader.json_schema(), "write it anew: botops eval schema > evals/suite.schema.json"
