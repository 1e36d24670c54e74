import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from botops.domain.problems import Problem
from botops.evals.checks.catalogue import built_in
from botops.evals.comparison import compare
from botops.evals.reports.html import html
from botops.evals.reports.junit import junit
from botops.evals.reports.markdown import MOST, SHOWN, code, markdown
from botops.evals.reports.sarif import sarif
from botops.evals.reports.terminal import comparison_lines, cost_lines, failure_lines, summary_table
from botops.evals.result import (
    AttemptResult,
    CaseResult,
    ClaimFinding,
    Failure,
    ModelInfo,
    PromptInfo,
    RepeatRates,
    RunResult,
    SubjectInfo,
    SuiteInfo,
    TurnResult,
)

LABEL = {"ru": "Ничего не придумано", "en": "Nothing invented"}
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


ALLOWED = {
    # Of the schema that Jenkins checks JUnit files against: attributes, and what may stand in an element.
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "time", "file"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}


def test_junit_keeps_to_the_common_schema(result):
    for element in ET.fromstring(junit(result)).iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))


def test_sarif_points_at_lines_and_names_rules():
    problem = Problem("evals/suites/de mo.yaml", 7, 9, "", "demo/x \ud800", "error", "no_invented_claims/discount")
    document = sarif(
        [problem, replace(problem, line=0, rule="timeout", level="warning")], {"no_invented_claims": LABEL}, "0.1"
    )
    (run,) = json.loads(document)["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no_invented_claims/discount", "timeout"]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "evals/suites/de%20mo.yaml"}, "region": {"startLine": 7, "startColumn": 9},
    }  # fmt: skip
    assert (first["level"], first["ruleIndex"], first["message"]) == ("error", 0, {"text": "demo/x ?"})
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert first["partialFingerprints"] != second["partialFingerprints"]


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


def test_a_price_that_is_not_known_never_reads_as_free(result):
    assert "| 1 | 1 | 1 | 0,0010 |" in markdown(result, None, "ru")
    partly = replace(result, cases=(FAILED, replace(PASSED, unpriced=True), BROKEN))
    assert "| 1 | 1 | 1 | > 0,0010 |" in markdown(partly, None, "ru")
    assert next(cost_lines(partly)).endswith(", more than 0.0010 $")
    assert re.search(r"&gt; <span[^>]*>0,0010<", html(partly, built_in()))
    unknown = replace(result, cases=(replace(PASSED, unpriced=True),))
    assert "| 1 | 0 | 0 | — |" in markdown(unknown, None, "ru")
    assert next(cost_lines(unknown)).endswith(", cost unknown")
    assert "0,0000" not in html(unknown, built_in())


def test_markdown_stays_short(result):
    many = tuple(replace(FAILED, case=f"c{n}") for n in range(SHOWN + 5))
    text = markdown(replace(result, cases=many, interrupted=True))
    assert "…and 5 more" in text
    assert "The run was stopped" in text
    good = markdown(replace(result, cases=(PASSED,)))
    assert good.startswith("## ✅ 1 of 1")
    assert markdown(replace(result, cases=(BROKEN,))).startswith("## ⚠️")


def test_markdown_fits_into_a_comment_whatever_is_said(result):
    long = replace(WHY, quote="б" * 5000, expected="в" * 5000, explanations={"en": "г" * 5000})
    many = tuple(
        replace(FAILED, suite="demo", case=f"c{n}", failures=(long,) * 9, turns=(replace(TURN, client="д" * 9000),))
        for n in range(500)
    )
    for problems in ((), ("х" * 300,) * 400):
        text = markdown(replace(result, cases=many, problems=problems))
        assert len(text) <= MOST
        assert text.rstrip().endswith("hold all of it.")


def test_markdown_shows_every_rule_with_what_was_measured(result):
    text = markdown(result)
    assert "| ❌ | demo · `sales@3` · `pass_rate` | 50.0 % | ≥ 100 % | 1 of 2 missed it; 95 % interval" in text
    assert "| ✅ | demo · `sales@3` · `judged` | 2 | ≥ 1 |  |" in text
    assert "| Промпт | прошли | не прошли |" in markdown(result, language="ru")
    assert "Шектер" in markdown(result, language="kk")


def test_markdown_shows_repeats_and_advice(result):
    rates = RepeatRates("demo", "sales@3", (2, 2), (0.75, 0.9), (0.75, 0.6), ("price",))
    advised = replace(PASSED, advice=(replace(WHY, check="tone", rule="tone"),))
    text = markdown(replace(result, cases=(advised,), repeat=2, repeats=(rates,)))
    assert "- demo · `sales@3`: pass@1 75.0 %, pass@2 90.0 %, pass^2 60.0 %; flaky: `price`" in text
    assert "### A judge's advice, which the gate does not count" in text
    assert "turn 1 · `tone` `50 %`" in text
    twice = markdown(replace(result, cases=(FAILED, replace(FAILED, repeat=2)), repeat=2))
    assert twice.count("**demo/half-price") == 1
    assert "pass^2" in html(replace(result, cases=(advised,), repeat=2, repeats=(rates,)), built_in())


def test_markdown_tells_what_changed(result):
    before = replace(result, cases=(replace(FAILED, status="pass", failures=()), replace(PASSED, status="fail")))
    text = markdown(result, compare(before, result))
    assert "### Broken since the baseline" in text
    assert "Fixed: `demo/price · sales@3`" in text
    assert "2 pairs: 1 passed before, 1 now (too few changes to tell from chance)" in text
    same = markdown(result, compare(result, result))
    assert "Failed before as well: `demo/half-price · sales@3`" in same


class Reader(HTMLParser):
    """Tags and links of a page, and the JSON it hands to its script."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.policy, self.json = [], [], "", ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        known = dict(attrs)
        self.links += [v for k, v in attrs if k in {"src", "href", "style"} or k.startswith("on")]
        if known.get("http-equiv"):
            self.policy = known["content"]
        self._inside = known.get("id") == "data"

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.json += data

    @property
    def data(self):
        return json.loads(self.json)


def hashed(page, tag):
    (source,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    return b64encode(sha256(source.encode()).digest()).decode()


def test_html_stands_alone_and_lets_nothing_in(result):
    breaking = "</script><script>alert(1)</script><!-- <script>" + HOSTILE + "\ud800"
    hostile = replace(FAILED, turns=(replace(TURN, client=breaking),), tags=(breaking,), owner=breaking)
    page = html(replace(result, cases=(hostile, PASSED, BROKEN), problems=(breaking,)), built_in())
    reader = Reader(page)
    assert reader.links == []
    assert not {"img", "link", "iframe", "object"} & {*reader.tags}
    assert reader.tags.count("script") == 2
    assert page.count("</script>") == 2
    said = reader.data["cases"][0]["runs"][0]["turns"][0]["client"]
    assert said == breaking.replace("\ud800", "?")
    page.encode()
    assert reader.policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{hashed(page, 'script')}'" in reader.policy
    assert f"style-src 'sha256-{hashed(page, 'style')}'" in reader.policy


def test_html_hands_over_every_dialogue_with_its_findings(result):
    data = Reader(html(result, built_in())).data
    assert [one["case"] for one in data["cases"]] == ["half-price", "down", "price"]
    run = data["cases"][0]["runs"][0]
    assert run["failures"][0]["expected"] == {"ru": "10 %", "kk": "10 %", "en": "10 %"}
    (attempt,) = run["turns"][0]["attempts"]
    assert (attempt["left"], attempt["findings"][0]["start"]) == (False, 7)
    assert run["turns"][0]["ms"] == 0  # a simulation's time says nothing
    assert all(len(said) == 3 for said in data["texts"].values())


def test_html_speaks_every_language_and_begins_with_the_one_asked_for(result):
    page = html(result, built_in(), language="kk")
    assert '<html lang="kk" data-language="kk">' in page
    for said in ("Пороги не пройдены", "Шектерден өтпеді", "The gate is not passed"):
        assert said in page
    assert "доля прошедших" in page
    assert "50,0 %" in page
    assert "50.0 %" in page


def test_html_shows_what_changed_beside_what_was(result):
    before = replace(result, cases=(replace(FAILED, status="pass", failures=()), replace(PASSED, status="fail")))
    page = html(replace(result, interrupted=True), built_in(), compare(before, result), before=before)
    assert "Compared with the baseline" in page
    assert "The run was stopped" in page
    by_case = {one["case"]: one for one in Reader(page).data["cases"]}
    assert by_case["half-price"]["runs"][0]["change"] == "broken"
    assert by_case["price"]["runs"][0]["change"] == "fixed"
    assert by_case["half-price"]["before"][0]["status"] == "pass"
    bare = Reader(html(result, built_in(), compare(before, result), before=before.as_baseline())).data
    assert all(one["before"] == [] for one in bare["cases"])


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
