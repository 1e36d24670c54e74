import re
import sys

import pytest

from botops.domain.errors import UserError
from botops.evals.own_code import with_own_code

pytestmark = pytest.mark.anyio

CODE = """
from dataclasses import dataclass
from botops.evals.checks import Miss

@dataclass
class Polite:
    word: str

def polite(dialogue, turns, word="пожалуйста"):
    wanted = Polite(word)
    return all(wanted.word in turn.reply.lower() for turn in turns)

def reason(dialogue, turns):
    return "слишком коротко"

def misses(dialogue, turns):
    for turn in turns:
        yield Miss("Коротко.", "Short.", turn.number, turn.reply)

def breaks(dialogue, turns):
    return 1 / 0

def nothing(dialogue, turns):
    pass
"""


def suite_with(house, function, arguments="{}"):
    house.write(CODE, "shop.py")
    expect = f"{{python: {{function: '{function}', arguments: {arguments}}}}}"
    return f"cases:\n  - id: a\n    turns: [Цена?]\n    expect: [{expect}]\n"


async def held(house, cases, reply):
    bench = house.bench(cases, reply)
    suite, sources = with_own_code(bench.suite, allowed=True)
    assert sources == (CODE,)
    (result,) = await house.hold(type(bench)(**{**{f: getattr(bench, f) for f in bench.__slots__}, "suite": suite}))
    return result


async def test_a_function_beside_the_suite_judges(house):
    assert (await held(house, suite_with(house, "shop:polite"), "Пожалуйста!")).status == "pass"
    failed = await held(house, suite_with(house, "shop:polite", "{word: здравствуйте}"), "Пожалуйста!")
    assert [(f.rule, f.turn) for f in failed.failures] == [("python", 1)]


async def test_a_text_or_misses_are_the_reason(house):
    failed = await held(house, suite_with(house, "shop:reason"), "Да.")
    assert failed.failures[0].explanations == {"ru": "слишком коротко", "en": "слишком коротко"}
    failed = await held(house, suite_with(house, "shop:misses"), "Да.")
    assert (failed.failures[0].explanations["en"], failed.failures[0].quote) == ("Short.", "Да.")


@pytest.mark.parametrize(
    ("function", "said"),
    [("breaks", r"ZeroDivisionError: division by zero \(shop\.py:21\)"), ("nothing", "raised TypeError")],
)
async def test_a_function_that_breaks_is_no_regression(house, function, said):
    result = await held(house, suite_with(house, f"shop:{function}"), "Да.")
    assert (result.status, result.fault) == ("error", "not_judged")
    assert re.search(said, result.error), result.error


def test_code_of_a_suite_is_not_loaded_unless_it_is_allowed(house):
    cases = suite_with(house, "shop:polite")
    house.write("raise SystemExit('loaded')", "shop.py")
    with pytest.raises(UserError, match=r"suite\.yaml:6:.*brings code of its own.*--allow-code"):
        with_own_code(house.suite(cases), allowed=False)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("shop:missing", "has no function `missing`"),
        ("nowhere:check", "neither .*nowhere.py nor an installed module"),
        ("broken:check", r"breaks when it is loaded: NameError: .*\(broken\.py:1\)"),
    ],
)
def test_functions_that_cannot_be_had_are_told_at_their_place(house, function, said):
    house.write("undefined_name\n", "broken.py")
    with pytest.raises(UserError, match=rf"suite\.yaml:6:\d+: .*{said}"):
        with_own_code(house.suite(suite_with(house, function)), allowed=True)


@pytest.mark.parametrize("function", ["shop", "shop.py:polite()", "../shop:polite", "os:system('ls')"])
def test_a_name_that_is_no_function_is_refused_when_the_suite_is_read(house, function):
    with pytest.raises(UserError, match="function"):
        house.suite(suite_with(house, function.replace("'", "''")))


def test_modules_of_suites_do_not_get_in_each_others_way(house):
    before = set(sys.modules)
    with_own_code(house.suite(suite_with(house, "shop:polite")), allowed=True)
    assert "shop" not in set(sys.modules) - before


def test_a_suite_without_code_needs_no_leave(house):
    suite = house.suite("cases:\n  - {id: a, turns: [Цена?], expect: [language]}\n")
    assert with_own_code(suite, allowed=False) == (suite, ())
