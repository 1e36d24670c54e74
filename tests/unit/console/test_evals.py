"""Tests in the console: made of a dialogue, run, read case by case, and walked from the flag to the version."""

import json
import shutil
import time
from datetime import timedelta
from types import MappingProxyType

import pytest

from botops.app.evals import cases as making
from botops.app.evals import suite_files
from botops.app.releases import releasing
from botops.console import data, signed
from botops.domain.access import AccessRole, Actor
from botops.domain.evaluations import CaseOutcome, EvalTask, KeptDraft, KeptFailure, KeptMark, KeptTurn, TaskState
from botops.domain.evaluations import Origin as From
from botops.domain.releases import AuditEntry, Deed, EvalRun
from botops.domain.turns import Action
from botops.store import DialogueFilter

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/a.png) скидка 50 %"


@pytest.fixture
def record(acting):
    """A turn of a dialogue in which the bot was wrong."""
    for action in (Action.FLAGGED, Action.BLOCKED, Action.REPAIRED):
        for row in acting.store.reads.dialogues(DialogueFilter(action=action, limit=5)).items:
            return next(r for r in acting.store.reads.dialogue(row.id) if r.action is action)
    raise AssertionError("the seeded project has no such turn")


def named(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


def kept(container, number, record, *, status="fail", version=1, text=None, suite="regressions"):
    """A run of one case made of `record`."""
    at = container.clock.now() - timedelta(hours=1) + timedelta(minutes=number)
    start = HOSTILE.index("50 %")
    failure = KeptFailure("no_invented_claims/discount", MappingProxyType({"ru": "Такой скидки нет."}), 1, HOSTILE)
    reply = KeptDraft(HOSTILE, (KeptMark(start, start + 4, "high"),))
    turn = KeptTurn(HOSTILE, reply, "flagged", (KeptDraft("черновой"),))
    outcome = CaseOutcome("was-wrong", status, int(status == "pass"), 1, (failure,) if status == "fail" else (), None,
                          From(record.inbound.dialogue_id, record.number), (turn,))  # fmt: skip
    checksum = text or container.registry.candidate("sales", version).text_checksum
    run = EvalRun(f"run-{number}", at, suite, "sales", version, checksum, "simulator", status == "pass", 1,
                  int(status != "pass"))  # fmt: skip
    container.store.eval_runs.add(run, AuditEntry(f"e-{number}", at, "ci", Deed.EVAL, "prompt:sales", "…"), [outcome])
    return run


def _await_end(container):
    until = time.monotonic() + 60
    while container.store.eval_tasks.running() and time.monotonic() < until:
        time.sleep(0.1)


def test_a_turn_becomes_a_test_and_says_so(acting, project, run, words, record):
    test = run(project, "dialogues", dialogue=record.inbound.dialogue_id)
    button = f"make-test-now-{record.id}"
    named(test.button, button).click().run()
    assert "Назовите себя и причину." in words(test)
    assert not (project / "evals/suites/regressions.yaml").exists()
    named(test.text_input, f"why-test-{record.id}").set_value("нет такой скидки")
    named(test.text_input, f"by-test-{record.id}").set_value("Айгуль")
    named(test.button, button).click().run()
    assert not test.exception
    said = words(test)
    assert "Ещё не прогоняли" in said
    assert "regressions" in said
    assert not [b for b in test.button if b.key == button]
    ((suite, case),) = suite_files.cases_of(suite_files.listed_suites(acting.settings), record.inbound.dialogue_id)
    assert (suite.name, case.origin) == ("regressions", From(record.inbound.dialogue_id, record.number))
    test = run(project, "evals", suite="regressions", case=case.id)
    assert "Ещё не прогоняли." in words(test)


def test_what_flipped_comes_first_with_both_dialogues(acting, project, run, words, record):
    before = kept(acting, 1, record)
    after = kept(acting, 2, record, status="pass", text="f" * 64)
    test = run(project, "evals", run=after.id)
    assert not test.exception
    said = words(test)
    assert "исправился 1 тест" in said
    assert '<mark class="bo-mark bo-high">50 %</mark>' in said
    assert "Такой скидки нет." in said
    assert "черновой" in said
    assert "<script>alert" not in said
    test = run(project, "evals", run=before.id)
    assert "не прошли 1 из 1" in words(test)
    back = kept(acting, 3, record, text="f" * 64)
    assert "Результаты тестов не изменились" in words(run(project, "evals", run=back.id))


def test_many_failures_are_shown_some_at_a_time(acting, project, run, words):
    checksum, at = acting.registry.candidate("sales", 1).text_checksum, acting.clock.now()
    entry = AuditEntry("e-1", at, "ci", Deed.EVAL, "prompt:sales", "…")
    failed = [CaseOutcome(f"case-{n:03}", "fail", 0, 1) for n in range(70)]
    many = EvalRun("many", at, "regressions", "sales", 1, checksum, "simulator", False, 70, 70)
    acting.store.eval_runs.add(many, entry, failed)
    test = run(project, "evals", run="many")
    assert len(test.expander) == 30
    for expected in (60, 70):
        named(test.button, "more-many").click().run()
        assert not test.exception
        assert len(test.expander) == expected
    assert not [b for b in test.button if b.key == "more-many"]


def test_a_test_that_broke_is_said_in_red(acting, project, run, words, record):
    kept(acting, 1, record, status="pass")
    broke = kept(acting, 2, record, text="f" * 64)
    said = words(run(project, "evals", run=broke.id))
    assert "сломался 1 тест" in said
    assert "bo-alert bad" in said


def test_the_chain_leads_to_the_version_that_is_live(acting, project, run, words, record):
    kept(acting, 1, record)
    good = acting.registry.candidate("sales", 1).document.text.replace("- У акции", "- Пиши короче.\n      - У акции")
    made = releasing.new_version(acting, "sales", good, by="Айгуль", reason="короче")
    number, checksum = made.ref.version, made.text_checksum
    kept(acting, 2, record, status="pass", version=0, text=checksum)
    said = words(run(project, "dialogues", dialogue=record.inbound.dialogue_id))
    assert "из набора тест уже убрали" in said
    assert "ещё не опубликована" in said
    releasing.publish(acting, "sales", number, by="Айгуль", reason="короче", end_split=True)
    said = words(run(project, "dialogues", dialogue=record.inbound.dialogue_id))
    assert f"<b>v{number}</b> — исправляет ошибку и уже работает" in said
    said = words(run(project, "evals", suite="regressions", case="was-wrong"))
    assert "исправляет ошибку и уже работает" in said
    kept(acting, 4, record, version=number)
    assert "исправляет ошибку" not in words(run(project, "dialogues", dialogue=record.inbound.dialogue_id))


def test_sets_of_tests_with_their_last_results(acting, project, run, words, record):
    made = making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    kept(acting, 1, record)
    (project / "evals/suites/broken.yaml").write_text("cases: [", "utf-8")
    test = run(project, "evals")
    assert not test.exception
    said = words(test)
    assert "Набор тестов broken не читается" in said
    assert "1 тест" in said
    assert "не прошли 1 из 1" in said
    assert "тесты с тех пор изменились" in said
    assert made.suite in said
    test.multiselect(key="run-suites-sales-1").set_value([])
    named(test.button, "run-now-sales-1").click().run()
    assert "Выберите набор тестов" in words(test)


def test_two_files_with_one_name_are_told_and_the_page_stays(acting, project, run, words, record):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    twin = (project / "evals/suites/regressions.yaml").read_text("utf-8")
    (project / "evals/suites/another.yaml").write_text(twin, "utf-8")
    test = run(project, "evals")
    assert not test.exception
    said = words(test)
    assert "Два набора тестов называются regressions: переименуйте один" in said
    assert "another.yaml" in said
    assert test.multiselect(key="run-suites-sales-1").options == ["regressions"]
    named(test.text_input, "by-run-sales-1").set_value("Айгуль")
    named(test.button, "run-now-sales-1").click().run()
    (task,) = acting.store.eval_tasks.latest()
    assert task.suites == ("regressions",)
    _await_end(acting)
    owners = {suite.file.name: suite.problem for suite in suite_files.listed_suites(acting.settings)}
    assert owners["regressions.yaml"] == ""
    assert "the name regressions is that of regressions.yaml already" in owners["another.yaml"]


def test_cases_in_a_file_of_their_own_are_counted_and_wrong_names_told(acting, project, run, words):
    folder = project / "evals/suites"
    folder.mkdir(parents=True)
    head = "prompt: sales\nat: 2026-11-21T12:00:00+05:00\ncases: {file: rows.jsonl}\n"
    (folder / "rows.yaml").write_text(f"name: rows\n{head}", "utf-8")
    rows = "".join(f'{{"id": "r{n}", "turns": ["Сколько?"], "tags": ["{HOSTILE[:8]}"]}}\n' for n in range(1200))
    (folder / "rows.jsonl").write_text(rows, "utf-8")
    (folder / "none.yaml").write_text(head.replace("{file: rows.jsonl}", "[]") + "name: none\n", "utf-8")
    (folder / "cyrillic.yaml").write_text(f"name: жалобы\n{head}", "utf-8")
    (folder / "lost.yaml").write_text(f"name: lost\n{head}".replace("rows.jsonl", "gone.jsonl"), "utf-8")
    test = run(project, "evals")
    assert not test.exception
    said = words(test)
    assert "1\u00a0200 тестов" in said
    assert "cyrillic.yaml:1:" in said
    assert "Latin letters" in said
    assert "gone.jsonl" in said
    assert test.multiselect(key="run-suites-sales-1").options == ["rows"]  # of `none` there is nothing to run


def test_the_versions_of_an_experiment_can_be_tested(acting, project, run, words, record):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    shutil.copy(project / "prompts/sales/2.yaml", project / "prompts/sales/draft.yaml")
    test = run(project, "evals")
    chosen = test.segmented_control(key="evals-text-sales")
    assert chosen.options == ["v1 · работает", "v2 · в эксперименте"]  # the draft says what v2 says
    test = chosen.set_value("2").run()
    assert not test.exception
    assert named(test.button, "run-now-sales-2")


def test_a_run_without_a_name_is_not_started(acting, project, run, words, record):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    test = run(project, "evals")
    named(test.button, "run-now-sales-1").click().run()
    said = words(test)
    assert "Тесты не запущены" in said
    assert "Назовите себя." in said
    assert not acting.store.eval_tasks.latest()


def test_a_mistake_that_does_not_come_back_is_said(acting, project, run, words, record):
    passed = kept(acting, 1, record, status="pass")
    said = words(run(project, "dialogues", dialogue=record.inbound.dialogue_id))
    assert "Ошибка не повторилась" in said
    opened = run(project, "evals", run=passed.id)
    assert [one.label for one in opened.expander] == ["пройден 1 тест"]
    kept(acting, 2, record)
    assert "Ошибка не повторилась" not in words(run(project, "dialogues", dialogue=record.inbound.dialogue_id))


def test_a_run_is_asked_for_and_shown_to_its_end(acting, project, run, words, record, repository):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    test = run(project, "evals")
    named(test.text_input, "by-run-sales-1").set_value("Айгуль")
    named(test.button, "run-now-sales-1").click().run()
    assert not test.exception
    _await_end(acting)
    (task,) = acting.store.eval_tasks.latest()
    assert (task.state, task.by, task.total) == (TaskState.DONE, "Айгуль", 1)
    assert "1 тест" in words(run(project, "evals"))


@pytest.mark.parametrize(
    ("state", "said"),
    [(TaskState.INTERRUPTED, "Прогон оборвался"), (TaskState.CANCELLED, "Прогон отменён (Данияр)"),
     (TaskState.FAILED, "Прогнать не удалось")],
)  # fmt: skip
def test_how_the_last_run_ended_badly(acting, project, run, words, record, state, said):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    acting.store.eval_tasks.begin(
        EvalTask("t", acting.clock.now(), "Айгуль", "sales", 1, ("regressions",), "simulator")
    )
    test = run(project, "evals")
    assert not test.exception
    assert named(test.button, "cancel-now-")
    assert named(test.button, "run-now-").disabled  # one runs at a time
    acting.store.eval_tasks.end("t", state, by="Данияр", error="<b>regressions.yaml:1:1</b>")
    test = run(project, "evals")
    assert not named(test.button, "run-now-").disabled
    shown = words(test)
    assert said in shown
    assert "<b>regressions.yaml" not in shown


def test_links_that_lead_nowhere(acting, project, run, words):
    assert "Такого прогона нет" in words(run(project, "evals", run="none"))
    assert "Такого теста нет" in words(run(project, "evals", suite="x", case="y"))


def test_the_draft_is_tested_where_it_is_written(acting, project, run, words, record):
    making.make_case(acting, record.inbound.dialogue_id, record.number, by="Айгуль", reason="ошибка")
    shutil.copy(project / "prompts/sales/1.yaml", project / "prompts/sales/draft.yaml")
    test = run(project, "prompts")
    test = test.segmented_control(key="prompt-view").set_value("draft").run()
    assert not test.exception
    assert "Проверить тестами" in words(test)
    assert named(test.button, "run-now-sales-draft")


def test_any_two_runs_are_held_against_each_other_by_their_address(acting, project, run, words, record):
    first = kept(acting, 1, record, text="a" * 64)
    kept(acting, 2, record, status="pass", text="b" * 64)
    last = kept(acting, 3, record, text="c" * 64)
    test = run(project, "evals", run=last.id, against="run-2")
    assert not test.exception
    assert "сломался 1 тест" in words(test)
    choice = test.selectbox(key=f"against-{last.id}")
    assert choice.value == "run-2"
    choice.set_value(first.id).run()
    assert "Результаты тестов не изменились" in words(test)
    assert first.id in test.query_params["against"]


def test_a_run_is_made_the_yardstick_with_a_reason(acting, project, run, words, record):
    chosen = kept(acting, 1, record, status="pass", text="a" * 64)
    later = kept(acting, 2, record, text="b" * 64)
    test = run(project, "evals", run=chosen.id)
    test.button(key=f"do-baseline-{chosen.id}").click().run()
    assert "Эталоном он не стал" in words(test)
    test.text_input(key=f"by-baseline-{chosen.id}").set_value("Айгуль")
    test.text_input(key=f"why-baseline-{chosen.id}").set_value("так и должно быть")
    test.button(key=f"do-baseline-{chosen.id}").click().run()
    said = words(test)
    assert not test.exception
    assert "Эталон" in said
    assert "так и должно быть" in said
    assert "сломался 1 тест" in words(run(project, "evals", run=later.id))


def test_a_viewer_reads_runs_and_starts_none(acting, project, run, record, monkeypatch):
    seen = kept(acting, 1, record)
    write_suite(project)
    monkeypatch.setattr(signed, "actor", lambda: Actor("Вера", frozenset({AccessRole.VIEWER})))
    test = run(project, "evals", run=seen.id)
    assert not test.exception
    assert test.button(key=f"do-baseline-{seen.id}").disabled
    assert named(run(project, "evals").button, "run-now-").disabled


def test_what_is_known_of_the_judge_is_shown_with_what_it_may_do(acting, project, run, words):
    good = {
        "name": "polite", "question": "q1", "model": "judge-1", "prompt": "p", "prompt_checksum": "c", "labels": 40,
        "not_graded": 0, "table": [[10, 1], [1, 28]], "agreement": 0.95, "kappa": 0.87, "low": 0.7, "high": 0.98,
        "pico_usd": 0, "at": "2026-11-20T10:00:00+00:00",
    }  # fmt: skip
    few = {**good, "name": "tone", "question": "q2", "table": [[2, 0], [0, 3]], "labels": 5}
    alike = {**good, "name": "success", "question": "q3", "kappa": None, "low": None, "high": None}
    file = project / "evals" / "judge-calibration.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"schema_version": 1, "calibrations": [good, few, alike]}), "utf-8")
    write_suite(project)
    said = words(run(project, "evals"))
    assert "остановить промпт" in said
    assert "0,87 (0,7 … 0,98)" in said
    assert "нужно не меньше 30 оценок" in said
    assert "люди всюду ответили одинаково" in said
    file.write_text("{", "utf-8")
    data.forget()
    test = run(project, "evals")
    assert not test.exception
    assert "Сведения о судье не читаются" in words(test)


def write_suite(project):
    folder = project / "evals" / "suites"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.yaml").write_text(
        "name: one\nprompt: sales\ncases:\n  - id: a\n    client: Цена?\n    expect: [language]\n", "utf-8"
    )
