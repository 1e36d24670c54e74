from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from botops.evals.checks.catalogue import built_in
from botops.evals.comparison import compare
from botops.evals.reports.html import html, pieces
from botops.evals.reports.junit import junit
from botops.evals.reports.markdown import SHOWN, code, markdown
from botops.evals.reports.terminal import comparison_lines, failure_lines, summary_table
from botops.evals.result import (
    AttemptResult,
    CaseResult,
    ClaimFinding,
    Failure,
    ModelInfo,
    PromptInfo,
    RunResult,
    SubjectInfo,
    SuiteInfo,
    TurnResult,
)

FINDING = ClaimFinding("discount", "high", "50 %", 7, 11, "50 %", "10 %", {"ru": "нет такой", "en": "no such"})
HELD = AttemptResult("reply", "Скидка 50 %!", False, (FINDING,))
HOSTILE = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) @everyone `code` \x00\x1b[31m"
TURN = TurnResult(1, HOSTILE, "Передаю коллеге.", "blocked", "ru", (HELD,), "blocked_reply", 100, 90, 10, 5, 10**9)
WHY = Failure("no_invented_claims", "no_invented_claims/discount", {"ru": "нет", "en": "no such"}, 1, "50 %", "10 %")
FAILED = CaseResult(
    "demo", "half-price", "sales@3", "fail", 1,
    (WHY,),
    turns=(TURN,), tags=("pressure",), owner="sales_lead", origin="dialogue-17", pico_usd=10**9, seconds=0.25,
)  # fmt: skip
PASSED = CaseResult("demo", "price", "sales@3", "pass", turns=(replace(TURN, client="Цена?", attempts=()),))
BROKEN = CaseResult("demo", "down", "sales@3", "error", 2, fault="timeout", error=f"the deadline passed {HOSTILE}")


@pytest.fixture
def result(moment):
    info = PromptInfo("sales@3", "sales", 3, "ab" * 32, "prompts/sales/3.yaml", "live", changed=True)
    subjects = (SubjectInfo("sales@3", "sales@3", "simulated"),)
    suite = SuiteInfo("demo", "evals/suites/demo.yaml", moment, "2026-11", "pricebook/demo.yaml", (info,), subjects, 3,
                      checksum="ef" * 32, book_checksum="cd" * 32)  # fmt: skip
    return RunResult(
        "0.1",
        (ModelInfo("simulated", True),),
        (suite,),
        (FAILED, PASSED, BROKEN),
        moment,
        problems=("3.yaml: was changed",),
        prices="table of 2026-11-01",
    )


def test_junit_is_read_by_a_parser_and_names_everything(result):
    root = ET.fromstring(junit(result))
    assert root.attrib | {"time": ""} == {
        "name": "botops eval",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "time": "",
    }
    (suite,) = root.findall("testsuite")
    assert suite.get("name") == "demo sales@3"
    failed, passed, broken = suite.findall("testcase")
    assert (failed.get("classname"), failed.get("name"), failed.get("time")) == ("demo.sales@3", "half-price", "0.250")
    message = failed.find("failure").get("message")
    assert all(part in message for part in ("demo/half-price", "turn 1", "no_invented_claims/discount", "50 %"))
    assert list(passed) == []
    assert broken.find("error").get("type") == "timeout"
    assert broken.get("name") == "down#2"
    assert "ход 1" in junit(result, "ru")
    properties = {p.get("name"): p.get("value") for p in suite.find("properties")}
    assert properties == {
        "model": "simulated",
        "prompt.sha256": "ab" * 32,
        "price_book": "2026-11",
        "price_book.sha256": "cd" * 32,
        "suite.sha256": "ef" * 32,
        "prices": "table of 2026-11-01",
    }


def test_markdown_shows_the_dialogue_and_the_rule(result):
    text = markdown(result)
    assert text.startswith("## ❌ 1 of 2 dialogues passed, 1 could not be judged")
    assert "**demo/half-price** · `sales@3`" in text
    assert "turn 1 · `no_invented_claims/discount` `50 %` · expected `10 %`" in text
    assert "the text was changed after it was published" in text
    assert "## ❌ Диалогов прошло: 1 из 2" in markdown(result, language="ru")


def test_markdown_renders_nothing_of_a_dialogue(result):
    text = markdown(result)
    line = next(line for line in text.splitlines() if "demo/down" in line)
    assert line.count("`") == 6
    assert line.index("<img") > line.rindex("`", 0, line.index("<img"))
    assert code("a `` b\n\nc") == "`a ' b c`"
    assert code("  ") == "—"


def test_markdown_stays_short(result):
    many = tuple(replace(FAILED, case=f"c{n}") for n in range(SHOWN + 5))
    text = markdown(replace(result, cases=many, interrupted=True))
    assert "…and 5 more" in text
    assert "The run was stopped" in text
    good = markdown(replace(result, cases=(PASSED,)))
    assert good.startswith("## ✅ 1 of 1")
    assert markdown(replace(result, cases=(BROKEN,))).startswith("## ⚠️")


def test_markdown_tells_what_changed(result):
    before = replace(result, cases=(replace(FAILED, status="pass", failures=()), replace(PASSED, status="fail")))
    text = markdown(result, compare(before, result))
    assert "### Broken since the baseline" in text
    assert "Fixed: `demo/price · sales@3`" in text
    assert "2 pairs: 1 passed before, 1 now (too few changes to tell from chance)" in text
    same = markdown(result, compare(result, result))
    assert "Failed before as well: `demo/half-price · sales@3`" in same


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in {"src", "href"}]


def test_html_stands_alone_and_escapes_everything(result):
    page = html(result, built_in())
    reader = Reader()
    reader.feed(page)
    assert reader.links == []
    assert "img" not in reader.tags
    assert "<mark>50 %</mark>" in page
    assert "Не ушло клиенту" in page
    assert "Did not reach the client" in page
    assert reader.tags.count("details") == 3
    assert page.index("half-price") < page.index("timeout") < page.index("Цена?")


def test_html_shows_what_changed(result):
    before = replace(result, cases=(replace(FAILED, status="pass", failures=()), replace(PASSED, status="fail")))
    page = html(replace(result, interrupted=True), built_in(), compare(before, result))
    assert "Compared with the baseline" in page
    assert "сломался" in page
    assert "починился" in page
    assert "The run was stopped" in page


def test_spans_are_cut_at_their_borders():
    text = "Скидка 50 %!"
    assert pieces(text, (FINDING,)) == [("Скидка ", False), ("50 %", True), ("!", False)]
    outside = replace(FINDING, start=-3, end=99)
    assert pieces(text, (outside,)) == [(text, True)]
    assert pieces("", (FINDING,)) == []


def test_the_terminal_names_dialogue_turn_and_rule(result):
    lines = list(failure_lines(result, None, "en", 50))
    assert lines[0].startswith("FAIL demo/half-price · sales@3 · turn 1 · no_invented_claims/discount: «50 %» — ")
    assert lines[1].startswith("ERROR demo/down#2 · sales@3 · timeout: ")
    many = replace(result, cases=(FAILED,) * 4 + (BROKEN,) * 9)
    lines = list(failure_lines(many, None, "ru", 2))
    assert "… and 2 more lines" in lines[2]
    assert lines[-1] == "… and 6 more: timeout"


def test_the_terminal_tells_new_failures_from_old_ones(result):
    same = compare(result, result)
    assert next(failure_lines(result, same, "en", 50)).startswith("FAIL (as before) ")
    before = replace(result, cases=(replace(FAILED, status="pass"), replace(PASSED, status="fail"), BROKEN))
    told = compare(before, result)
    assert next(failure_lines(result, told, "en", 50)).startswith("FAIL demo")
    text = "\n".join(comparison_lines(told))
    assert "1 broken, 1 fixed, 0 failing as before, 0 new cases failing" in text
    assert "FIXED demo/price · sales@3" in text
    assert "1 not comparable" in text
    fewer = replace(result, cases=(PASSED,))
    assert "2 cases of the baseline were not run" in "\n".join(comparison_lines(compare(result, fewer)))


def test_the_table_has_a_row_for_each_version_and_shows_flakiness(result, capsys):
    twice = replace(result, repeat=2, cases=(FAILED, replace(FAILED, status="pass", repeat=2), BROKEN))
    Console(width=100).print(summary_table(twice))
    out = capsys.readouterr().out
    assert "flaky" in out
    assert out.splitlines()[1].split() == ["demo", "sales@3", "(live)", "1", "1", "1", "1"]
