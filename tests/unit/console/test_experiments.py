"""The page of experiments: what is said, and that starting, stopping and promoting do what they say."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from botops.app.container import Container
from botops.app.experiments import experimenting
from botops.app.experiments.status import experiment_status
from botops.app.releases import releasing
from botops.config import Secrets, load_settings
from botops.console import i18n
from botops.console.experiments import progress

IN_A_MONTH = datetime.now(UTC).date() + timedelta(days=30)


def named(elements, key):
    return next(e for e in elements if e.key == key)


def press(test, key):
    return named(test.button, key).click().run()


def signed(test, what, reason="так решили", by="Айгуль"):
    named(test.text_input, f"why-{what}").set_value(reason)
    named(test.text_input, f"by-{what}").set_value(by)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_page_says_the_verdict_and_the_figures_under_it(seeded, run, words, language):
    test = run(seeded, "experiments", lang=language)
    assert not test.exception
    said = words(test)
    verdict = {"ru": "Рано", "kk": "Әлі ерте", "en": "Too early"}[language]
    assert verdict in said
    assert "v1" in said
    assert "v2" in said


def test_clients_whose_outcome_is_awaited_are_told_apart_from_those_who_came(seeded, run, words):
    said = words(run(seeded, "experiments"))
    assert re.search(r"Чем кончилось, известно о \d+ из них; ещё о \d+ ждём, самое позднее до \d+ \w+ 20\d\d", said)
    assert re.search(r"Пришло клиентов: \d+ из 1\s600 запланированных", said)


def test_more_clients_than_planned_are_no_riddle(seeded, monkeypatch):
    monkeypatch.setitem(st.session_state, i18n.PARAMETER, "ru")
    settings = load_settings(seeded / "botops.yaml")
    with Container.open(settings, Secrets(), role="reader") as container:
        status = experiment_status(container, "sales")
    (said,) = progress.lines(status, 20, "Asia/Almaty")
    assert "Все 20 запланированных клиентов пришли, всего " in said


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


def test_an_experiment_of_three_versions_for_some_until_a_day(acting, project, run, words):
    release = project / "prompts" / "sales" / "release.yaml"
    text = release.read_text("utf-8")
    release.write_text(text[: text.index("split:")] + text[text.index("checksums:") :], "utf-8")
    acting.registry.load()
    releasing.new_version(acting, "sales", (project / "prompts/sales/2.yaml").read_text("utf-8") + "# 3\n", by="Болат",
                          reason="третья")  # fmt: skip
    test = run(project, "experiments")
    named(test.selectbox, "new-prompt").set_value("sales").run()
    named(test.multiselect, "new-versions-sales").set_value([2, 3]).run()
    named(test.multiselect, "new-guarded-won").set_value(["flagged", "cost"]).run()
    named(test.multiselect, "new-languages").set_value(["kk"])
    named(test.date_input, "new-until").set_value(IN_A_MONTH)
    signed(test, "new", "проверить прямую цену")
    press(test, "new-start")
    assert not test.exception
    split = acting.registry.release("sales").split
    assert [(v.version, v.weight) for v in split.variants] == [(1, 3334), (2, 3333), (3, 3333)]
    assert split.targeting.languages == ("kk",)
    assert (split.starts, split.ends) == (None, IN_A_MONTH)
    assert [(g.metric, g.margin) for g in split.measure.guardrails] == [("flagged", 0.03), ("cost", 0.01)]


def test_more_clients_are_let_in_and_a_tester_is_named_and_dropped(acting, project, run, words):
    release = project / "prompts" / "sales" / "release.yaml"
    release.write_text(release.read_text("utf-8").replace("coverage: 10000", "coverage: 2000"), "utf-8")
    acting.registry.load()
    test = run(project, "experiments")
    named(test.slider, "widen-2000").set_value(50)
    signed(test, "widen")
    press(test, "widen-now")
    assert not test.exception
    assert acting.registry.release("sales").split.coverage == 5000
    signed(test, "tester")
    press(test, "tester-now")
    assert "Укажите клиента" in words(test)
    named(test.text_input, "tester-lead").set_value("я-сам")
    named(test.selectbox, "tester-version-0").set_value(2)
    signed(test, "tester")
    press(test, "tester-now")
    assert acting.registry.release("sales").split.testers == {"я-сам": 2}
    assert "я-сам" in words(test)
    named(test.text_input, "tester-lead").set_value("я-сам")
    named(test.selectbox, "tester-version-1").set_value(0)
    signed(test, "tester")
    press(test, "tester-now")
    assert not test.exception
    assert acting.registry.release("sales").split.testers == {}


def test_what_was_tried_before_is_told(acting, project, run, words):
    experimenting.stop(acting, "sales", by="Болат", reason="разницы нет")
    said = words(run(project, "experiments"))
    assert "Что пробовали раньше?" in said
    assert "остановлен, всё как было" in said
    assert "Болат: разницы нет" in said
