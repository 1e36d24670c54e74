"""The HTML report of an eval in a real browser: it asks nobody for anything, and hostile text stays text."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from botops.evals.checks.catalogue import built_in
from botops.evals.comparison import compare
from botops.evals.reports.html import html
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

pytestmark = pytest.mark.browser
HOSTILE = (
    "</script><script>window.hacked=1</script><img src=http://evil.example/a.png onerror='window.hacked=1'> "
    "<style>*{display:none!important}</style><!--<script> \u202eтёарбо\u202c 👩‍👩‍👧 " + "ш" * 900
)
WHY = {"ru": "Такой скидки нет.", "en": "There is no such discount."}
EMOJI = "👍🏽 Скидка 50 %!"
FINDING = ClaimFinding("discount", "high", "50 %", EMOJI.index("50"), EMOJI.index("!"), "50 %", "10 %", WHY)
FAILURE = Failure("no_invented_claims", "no_invented_claims/discount", WHY, 1, "50 %", "10 %")


def turn(client, reply, *, held=(), language="ru"):
    attempts = (
        *(AttemptResult("reply", text, False, (FINDING,)) for text in held),
        AttemptResult("reply", reply, True),
    )
    return TurnResult(1, client, reply, "passed", language, attempts)


def case(name, subject, status="pass", *, client="Цена?", reply="5 000 ₸", held=(), tags=("price",), language="ru"):
    failures = (FAILURE,) if status == "fail" else ()
    turns = (turn(client, reply, held=held, language=language),)
    return CaseResult("demo", name, subject, status, failures=failures, turns=turns, tags=tags)


def run_of(*cases):
    labels = tuple(dict.fromkeys(case.subject for case in cases))
    prompts = tuple(
        PromptInfo(label, "sales", n, "ab" * 32, "prompts/sales/1.yaml") for n, label in enumerate(labels, 1)
    )
    subjects = tuple(SubjectInfo(label, label, "simulated") for label in labels)
    at = datetime(2026, 11, 21, tzinfo=UTC)
    suite = SuiteInfo("demo", "evals/suites/demo.yaml", at, "2026-11", "pricebook/demo.yaml", prompts, subjects, 3)
    return RunResult("0.1", (ModelInfo("simulated", True),), (suite,), cases, at)


RUN = run_of(
    case("half-price", "sales@1"),
    case("half-price", "sales@2", "fail", held=(EMOJI,), reply="Уточню."),
    case("hostile", "sales@1", client=HOSTILE, reply=HOSTILE, tags=(HOSTILE[:200],)),
    case("hostile", "sales@2", client=HOSTILE, reply="Передаю коллеге.", tags=(HOSTILE[:200],)),
    case("greeting", "sales@1", client="Сәлем!", language="kk", tags=("kk",)),
    case("greeting", "sales@2", client="Сәлем!", language="kk", tags=("kk",)),
)


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a report from its file; any request beside the file and any complaint of the browser fails the test."""
    contexts, asked, complaints = [], [], []

    def open_page(page_text, width=1300, scheme="light"):
        file = tmp_path / "report.html"
        file.write_text(page_text, "utf-8")
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda r: None if r.url == file.as_uri() else asked.append(r.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert asked == []
    assert complaints == []


def expect(locator):
    from playwright.sync_api import expect as expectation

    return expectation(locator)


def names(page):
    return [row.inner_text() for row in page.query_selector_all("details.case > summary > b")]


def test_a_report_is_filtered_by_everything(opened):
    page = opened(html(RUN, built_in()))
    assert names(page) == ["half-price", "hostile", "greeting"]
    for control, value, left in (
        ("status", "fail", ["half-price"]), ("tag", "kk", ["greeting"]), ("language", "kk", ["greeting"]),
        ("check", "no_invented_claims", ["half-price"]), ("subject", "sales@1", ["half-price", "hostile", "greeting"]),
    ):  # fmt: skip
        page.select_option(f"#{control}", value)
        assert names(page) == left
        page.select_option(f"#{control}", "")
    page.select_option("#status", "fail")
    page.select_option("#subject", "sales@1")
    assert names(page) == []
    assert "0 из 3" in page.inner_text("#count")


def test_a_report_is_used_by_keyboard(opened):
    page = opened(html(RUN, built_in()))
    page.keyboard.press("/")
    page.keyboard.type("сәлем")
    expect(page.locator("details.case")).to_have_count(1)
    assert names(page) == ["greeting"]
    page.keyboard.press("Escape")
    expect(page.locator("details.case")).to_have_count(3)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    assert page.evaluate("document.activeElement.parentElement.dataset.case") == "demo/hostile"


def test_claims_are_marked_and_explained_where_they_stand(opened):
    page = opened(html(RUN, built_in()))
    marked = page.locator("details.case mark").first
    assert marked.inner_text().startswith("50 %")
    shown = page.inner_text("details.case[open]")
    assert "Такой скидки нет." in shown
    assert "Не ушло клиенту" in shown
    page.click("text=English")
    expect(page.locator("details.case[open]")).to_contain_text("There is no such discount.")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_two_versions_and_what_was_before_stand_side_by_side(opened):
    page = opened(html(RUN, built_in()))
    heads = page.locator("details.case[open] .head")
    assert [head.split(":")[0] for head in heads.all_inner_texts()] == ["sales@1", "sales@2"]
    left, right = (heads.nth(n).bounding_box() for n in range(2))
    assert left["y"] == right["y"]
    earlier = replace(RUN, cases=tuple(replace(c, status="pass", failures=()) for c in RUN.cases))
    page = opened(html(RUN, built_in(), compare(earlier, RUN), before=earlier))
    heads = page.locator("details.case[open] .head").all_inner_texts()
    assert heads == ["было: sales@2: прошёл", "sales@2: не прошёл"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1300])
def test_hostile_text_stays_text_and_nothing_runs_over(opened, width, scheme):
    page = opened(html(RUN, built_in()), width, scheme)
    page.evaluate("document.querySelectorAll('details.case').forEach((row) => { row.open = true; })")
    expect(page.locator(".panes")).to_have_count(3)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert HOSTILE[:60] in page.inner_text("details[data-case='demo/hostile']")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ten_thousand_dialogues_are_drawn_a_page_at_a_time(opened):
    page = opened(html(run_of(*(case(f"c{n}", "sales@1") for n in range(10_000))), built_in()))
    assert len(names(page)) == 50
    page.click("#more")
    assert len(names(page)) == 100
    assert page.evaluate("document.querySelectorAll('*').length") < 2_000
    page.fill("#text", "c9999")
    expect(page.locator("details.case")).to_have_count(1)
