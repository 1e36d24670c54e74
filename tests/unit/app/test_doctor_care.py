"""The doctor on what goes bad by itself: prices, recordings, sums, old dialogues, and whether anybody would notice."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.doctor import examine
from botops.domain.findings import Verdict
from botops.domain.probes import ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun
from botops.domain.usage import Usage
from botops.llm.recordings import Recording

CHANNELS = "alerts: {channels: {phone: {env: ALERTS_PHONE}}}\n"


@pytest.fixture
def now():
    return datetime.now(UTC)


def checks(florist, *lines):
    """What the doctor says, by name, with settings added."""
    settings = florist.root / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "".join(lines), "utf-8")
    return {check.name: check for check in examine(florist.root)}


def price(florist, last_day):
    book = florist.root / "pricebook/book.yaml"
    text = book.read_text("utf-8")
    book.write_text(text.replace("{amount: 400}", f'{{amount: 400, valid_to: "{last_day:%Y-%m-%d}"}}'), "utf-8")


@pytest.mark.parametrize(("days", "state"), [(5, "warning"), (60, "ok")])
def test_a_price_that_runs_out_is_told_in_time(florist, now, days, state):
    last = (now + timedelta(hours=5, days=days)).date()
    price(florist, last)
    found = checks(florist)["price book end"]
    assert (found.state, f"tulip has a price until {last}" in found.detail) == (state, True)


def test_prices_without_an_end_are_no_matter(florist):
    assert "price book end" not in checks(florist)


def record(florist, prompt):
    folder = florist.root / "evals/recordings/demo"
    folder.mkdir(parents=True, exist_ok=True)
    row = Recording("key", prompt, "m", "talk", "setting", "?", "900", "m", "stop", Usage(1, 0, 0, 1), True)
    (folder / "own.jsonl").write_text(row.line(), "utf-8")


def test_recordings_of_a_version_that_is_no_longer_live_are_stale(florist):
    assert "recordings" not in checks(florist)
    record(florist, "florist@1")
    assert checks(florist)["recordings"].state == "ok"
    (florist.root / "prompts/florist/release.yaml").write_text("live: 2\n", "utf-8")
    found = checks(florist)["recordings"]
    assert found.state == "warning"
    assert "no reply of florist@2 is recorded" in found.detail


def test_probes_that_would_cost_money_are_off_until_somebody_says_so(florist, monkeypatch):
    assert checks(florist)["probes"].detail == "every 15 min, no round yet"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    found = checks(florist)["probes"]
    assert (found.state, "about 288 times a day" in found.detail) == ("warning", True)
    found = checks(florist, "probes: {enabled: false}\n")["probes"]
    assert (found.state, found.detail) == ("ok", "switched off in the settings")


def test_a_probe_that_has_nothing_to_ask_for_is_told(florist):
    found = checks(florist, "probes: {product: orchid}\n")["probes"]
    assert (found.state, found.remedy) == ("error", "name a product with one price in probes.product")


def test_probes_that_fail_are_told_with_what_is_wrong(florist, now):
    with florist.open() as container:
        for minutes in (20, 5):
            at = now - timedelta(minutes=minutes)
            run = ProbeRun(f"r{minutes}", at, "http://127.0.0.1:8000", 900)
            result = ProbeResult(run.id, ProbeKind.PRICE, "kk", at, ProbeOutcome.WRONG, "?", "900 ₸",
                                 fault=ProbeFault.NO_PRICE)  # fmt: skip
            container.store.probes.keep_run(replace(run, results=(result,)))
    found = checks(florist)["probes"]
    assert (found.state, found.detail) == ("error", "price:kk: the reply does not name 900 ₸")


def test_somebody_outside_should_notice_that_botops_has_stopped(florist, now):
    assert "watchdog" not in checks(florist)
    assert checks(florist, CHANNELS)["watchdog"].state == "warning"


@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (30, "warning")])
def test_a_sign_of_life_that_is_late_is_told(florist, now, minutes, state):
    settings = "alerts: {watchdog_url: https://hc.example/secret-42}\n"
    found = checks(florist, settings)["watchdog"]
    assert (found.state, "no sign of life yet" in found.detail) == ("ok", True)
    florist.clock.at = now - timedelta(minutes=minutes)
    with florist.open() as container:
        container.store.heartbeats.note()
    found = checks(florist)["watchdog"]
    assert found.state == state
    assert "secret-42" not in found.detail + found.remedy


def test_sums_that_are_late_are_told(florist, now):
    florist.clock.at = now - timedelta(hours=2)
    with florist.open() as container:
        container.store.write_many([replace(florist.turn(at=now - timedelta(hours=3)), number=1)], "live")
    found = checks(florist)["roll-ups"]
    assert (found.state, found.detail) == ("warning", "hours to count anew: 1, the first for 120 min")
    with florist.open() as container:
        container.store.roll_up()
    assert checks(florist)["roll-ups"].state == "ok"


def test_a_checker_that_could_not_judge_is_told(florist, now):
    def turn(n):
        made = florist.turn(at=now - timedelta(hours=3))
        return replace(made, verdict=Verdict.not_judged("checker_failed")) if n < 2 else made

    with florist.open() as container:
        florist.keep(container, *(turn(n) for n in range(19)))
    assert checks(florist)["guard"].state == "ok"  # two of nineteen say nothing
    with florist.open() as container:
        florist.keep(container, turn(0))
    found = checks(florist)["guard"]
    assert (found.state, found.detail) == ("error", "3 of 20 replies of 24 hours were not judged, 15%")


@pytest.mark.parametrize(("age", "state"), [(10, "ok"), (40, "error")])
def test_dialogues_that_should_be_gone_are_told(florist, now, age, state):
    assert "kept until somebody removes them" in checks(florist)["retention"].detail
    with florist.open() as container:
        florist.keep(container, florist.turn(at=now - timedelta(days=age)))
    found = checks(florist, "privacy: {keep_days: 30}\n")["retention"]
    assert found.state == state
    assert ("botops store purge --before" in found.remedy) is (state == "error")


def test_a_store_of_another_version_is_told_once(florist):
    with florist.open() as container:
        container.store.roll_up()
    with sqlite3.connect(florist.root / ".botops/botops.db") as store:
        store.execute("UPDATE botops_schema SET version_num = '0001'")
    told = [name for name, check in checks(florist).items() if "not set up for this version" in check.detail]
    assert sorted(told) == ["prices", "store"]


def test_settings_of_detectors_that_cannot_be_used_are_told_with_their_place(florist):
    assert "detectors" not in checks(florist)
    (florist.root / "alerts").mkdir(exist_ok=True)
    file = florist.root / "alerts/detectors.yaml"
    file.write_text("budget: {pages: 2}\n", "utf-8")
    found = checks(florist)["detectors"]
    assert (found.state, found.detail) == ("ok", "7 series of the whole traffic, at most 2 false pages in 30 days")
    file.write_text("budget: {pages: -2}\n", "utf-8")
    found = checks(florist)["detectors"]
    assert found.state == "error"
    assert "detectors.yaml:1:17" in found.detail
    file.write_text("rates: {finding: {}}\n", "utf-8")
    assert "did you mean `findings`" in checks(florist)["detectors"].detail


@pytest.mark.parametrize(
    ("responsible", "states"),
    [
        ("", {"warning"}),
        ("{replies: a, data: a, service: a}", {"warning"}),
        ("{replies: a, data: a, service: nobody}", {"warning", "error"}),
        ("{replies: a, data: a, service: a, sales: nobody}", {"error"}),
        ("{replies: a, data: a, service: a, sales: a}", {"ok"}),
    ],
)
def test_areas_of_alerts_that_nobody_answers_for_are_told(florist, responsible, states):
    team = f"roles: {{a: {{title: {{ru: А}}}}}}\nresponsible: {responsible or '{}'}\n"
    (florist.root / "team.yaml").write_text(team, "utf-8")
    assert {check.state for check in examine(florist.root) if check.name == "alert owners"} == states
