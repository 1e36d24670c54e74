"""The page of experiments: what is said, and that starting, stopping and promoting do what they say."""

import re

import pytest


def named(elements, key):
    return next(e for e in elements if e.key == key)


def press(test, key):
    return named(test.button, key).click().run()


def signed(test, what, reason="так решили", by="Айгуль"):
    named(test.text_input, f"why-{what}").set_value(reason)
    named(test.text_input, f"by-{what}").set_value(by)


@pytest.fixture
def acting(served, monkeypatch):
    """A service that the page talks to; its container."""
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    return container


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_page_says_the_verdict_and_the_figures_under_it(seeded, run, words, language):
    test = run(seeded, "experiments", lang=language)
    assert not test.exception
    said = words(test)
    verdict = {"ru": "Рано", "kk": "Әлі ерте", "en": "Too early"}[language]
    assert verdict in said
    assert "v1" in said
    assert "v2" in said


def test_without_an_experiment_one_can_be_started(acting, project, run, words):
    release = project / "prompts" / "sales" / "release.yaml"
    text = release.read_text("utf-8")
    release.write_text(text[: text.index("split:")] + text[text.index("checksums:") :], "utf-8")
    acting.registry.load()
    test = run(project, "experiments")
    assert "Экспериментов нет" in words(test)
    named(test.selectbox, "new-prompt").set_value("sales").run()
    signed(test, "new", "проверить прямую цену")
    press(test, "new-start")
    assert not test.exception
    split = acting.registry.release("sales").split
    assert split.versions == (1, 2)
    assert split.measure.primary == "won"
    assert split.measure.guardrails[0].metric == "flagged"
    assert "v1 — 50%, v2 — 50%" in words(test)


def test_stopping_gives_everybody_the_live_version(acting, project, run, words):
    test = run(project, "experiments")
    signed(test, "stop")
    press(test, "stop-now")
    assert not test.exception
    release = acting.registry.release("sales")
    assert (release.live, release.split) == (1, None)
    assert release.spec.approvals[-1].by == "Айгуль"
    assert "Экспериментов нет" in words(test)


def test_promoting_against_the_verdict_must_be_said(acting, project, run, words):
    test = run(project, "experiments")
    named(test.selectbox, "promote-version").set_value(2)
    signed(test, "promote")
    press(test, "promote-now")
    assert "Не сохранено" in words(test)
    assert acting.registry.release("sales").live == 1
    named(test.checkbox, "promote-anyway").set_value(True)
    signed(test, "promote")
    press(test, "promote-now")
    assert not test.exception
    release = acting.registry.release("sales")
    assert (release.live, release.split) == (2, None)


def test_without_an_api_it_is_said_and_nothing_happens(project, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    test = run(project, "experiments")
    signed(test, "stop")
    press(test, "stop-now")
    assert not test.exception
    assert "Не сохранено" in words(test)


def test_an_experiment_nobody_can_judge_can_still_be_ended(project, run, words):
    release = project / "prompts" / "sales" / "release.yaml"
    release.write_text(re.sub(r"  measure:\n(?:    .*\n)+", "", release.read_text("utf-8")), "utf-8")
    test = run(project, "experiments")
    assert not test.exception
    assert "Не сказано, как судить" in words(test)
    assert named(test.button, "stop-now")
