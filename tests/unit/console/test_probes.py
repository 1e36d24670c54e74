"""Probes on the page of the installation."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.probes import ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun

RIGHT, WRONG, DOWN = ProbeOutcome.RIGHT, ProbeOutcome.WRONG, ProbeOutcome.UNANSWERED
FAULTS = {WRONG: ProbeFault.NO_PRICE, DOWN: ProbeFault.NO_ANSWER}


def text(said):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", said)).split())


def keep(folder, *rounds, every_min=15):
    """Keeps rounds, the last of them now: outcomes of the price in Russian and of a person; None for one missed."""
    with Container.open(load_settings(folder / "botops.yaml"), Secrets()) as container:
        now = container.clock.now()
        for n, outcomes in enumerate(rounds):
            at = now - timedelta(minutes=every_min * (len(rounds) - 1 - n))
            if outcomes is None:
                continue
            run = ProbeRun(f"r{n}", at, "http://127.0.0.1:8000", every_min * 60)
            results = tuple(
                ProbeResult(run.id, kind, "ru", at, outcome, "?", "6 900 ₸", fault=FAULTS.get(outcome),
                            detail="<b>boom</b>" if outcome is DOWN else "", ms=None if outcome is DOWN else 420)
                for kind, outcome in zip((ProbeKind.PRICE, ProbeKind.HAND_OVER), outcomes, strict=True)
            )  # fmt: skip
            container.store.probes.keep_run(replace(run, results=results))


def test_before_the_first_round_it_is_said_that_nothing_was_asked(project, run, words):
    said = text(words(run(project, "system")))
    assert "В этом месяце ещё ничего не спрашивали." in said


def test_the_month_and_the_latest_round_are_told(project, run, words):
    keep(project, (RIGHT, RIGHT), (RIGHT, RIGHT))
    said = text(words(run(project, "system")))
    assert "Вопросов в этом месяце: 4." in said
    assert "Отвечено 100% при цели 99,5%" in said
    assert "цена, по-русски верно 420 мс 100% 100%" in said
    assert "Пропущено" not in said


def test_what_fails_is_told_with_the_fault_and_never_as_markup(project, run, words):
    keep(project, (DOWN, WRONG), None, None, (DOWN, RIGHT))
    raw = words(run(project, "system"))
    said = text(raw)
    assert "нет ответа <b>boom</b>" in said
    assert "<b>boom" not in raw
    assert "2 круга не прошли" in said
    assert "Отвечено 50% при цели 99,5%" in said


def test_probes_that_are_switched_off_are_explained(project, run, words):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nprobes: {enabled: false}\n", "utf-8")
    said = text(words(run(project, "system")))
    assert "поставьте probes.enabled: true" in said


def test_kazakh_and_english_speak_too(project, run, words):
    keep(project, (WRONG, RIGHT))
    assert "жауапта 6 900 ₸ деген баға жоқ" in text(words(run(project, "system", lang="kk")))
    assert "the reply does not name 6 900 ₸" in text(words(run(project, "system", lang="en")))
