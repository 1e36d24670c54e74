"""Working on prompts in the console: drafts, versions, the second person, publishing, going back, the kill switch."""

import pytest

from botops.app.releases import kill_switch, proposing, releasing
from botops.console.prompts.typed import Typed
from botops.domain.releases import AuditEntry, Deed, EvalRun, OverrideKind, ProposalState

INVENTED = "- Всем даём скидку 50 % на любой тариф."
PARTIAL = """\
description: Общие правила
owner: sales_enablement
purpose: Правила о человеке.
text: |
  Если клиент просит человека, передай диалог менеджеру.
"""


def named(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


def press(test, key):
    return named(test.button, key).click().run()


def signed(test, what, reason="так решили", by="Айгуль"):
    if reason is not None:
        named(test.text_input, f"why-{what}").set_value(reason)
    named(test.text_input, f"by-{what}").set_value(by)


def field(test):
    return named(test.text_area, "draft-sales")


def look(test, view):
    return test.segmented_control(key="prompt-view").set_value(view).run()


@pytest.fixture
def two_people(project):
    """A project whose texts a second person has to approve; before the service starts."""
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nreleases:\n  approval: second_person\n", "utf-8")


def test_from_a_draft_to_what_clients_get_and_back(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    assert not test.exception
    assert "Черновика ещё нет: это текст v1." in words(test)
    assert "Замечаний нет" in words(test)
    good = field(test).value
    field(test).set_value(good.replace("- У акции", f"{INVENTED}\n- У акции")).run()
    said = words(test)
    assert "Ещё не сохранено" in said
    assert "Расходится с прайсом" in said
    line = (
        (project / "prompts/sales/1.yaml")
        .read_text("utf-8")
        .split("\n")
        .index("      - У акции всегда называй её условие.")
    )
    assert f"prompts/sales/draft.yaml:{line + 1}:" in said
    assert "Всем даём скидку 50 % на любой тариф" in said
    assert "<ins>" in said

    field(test).set_value(good.replace("- У акции", "- Пиши короче.\n- У акции")).run()
    assert "Замечаний нет" in words(test)
    assert "токенов (+" in words(test)
    assert "в месяц" in words(test)
    signed(test, "draft-sales", None)
    press(test, "save-sales")
    assert not test.exception
    assert "Черновик сохранён." in words(test)
    checksum, text = acting.registry.draft_text("sales")
    expected = (project / "prompts/sales/1.yaml").read_text("utf-8")
    assert text == expected.replace("      - У акции", "      - Пиши короче.\n      - У акции")

    look(test, "release")
    assert "Черновик готов?" in words(test)
    signed(test, "version-sales", "короче")
    press(test, "version-now-sales")
    assert not test.exception
    assert acting.registry.versions("sales") == (1, 2, 3)
    assert "Из него сделана v3" in words(test)
    assert "Всё готово: можно публиковать" in words(test)
    named(test.checkbox, "publish-sales-3").set_value(True)
    signed(test, "publish-sales-3")
    press(test, "publish-now-sales")
    assert not test.exception
    assert acting.registry.release("sales").live == 3
    assert "v3 уже работает" in words(test)

    signed(test, "rollback-sales", "стало хуже")
    press(test, "rollback-now-sales")
    assert not test.exception
    assert acting.registry.release("sales").live == 1

    said = words(look(test, "history"))
    for deed in ("сохранён", "создана", "опубликована", "возвращена"):
        assert deed in said
    assert "стало хуже" in said
    assert f">{checksum[:8]}</code>" in said


def test_of_two_who_edit_none_loses_a_word(acting, project, run, words):
    mine = look(run(project, "prompts"), "draft")
    field(mine).set_value(f"{field(mine).value}\nМоё слово.").run()
    base = (project / "prompts/sales/1.yaml").read_text("utf-8")
    theirs = base.replace("- У акции", "- Чужое слово.\n      - У акции")
    releasing.save_draft(acting, "sales", theirs, by="Болат")
    signed(mine, "draft-sales", None)
    press(mine, "save-sales")
    said = words(mine)
    assert "Черновик тем временем изменили" in said
    assert "Болат" in said
    assert "<ins>" in said
    assert "Чужое слово" in said
    assert "Моё слово." in field(mine).value
    assert acting.registry.draft_text("sales")[1] == theirs
    press(mine, "mine-sales")
    press(mine, "save-sales")
    assert "Черновик сохранён." in words(mine)
    assert "Моё слово." in acting.registry.draft_text("sales")[1]


def test_the_other_ones_text_can_be_taken_and_one_s_own_brought_back(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    field(test).set_value("Моё слово.").run()
    base = (project / "prompts/sales/1.yaml").read_text("utf-8")
    releasing.save_draft(acting, "sales", base.replace("- У акции", "- Чужое слово."), by="Болат")
    test.run()
    press(test, "theirs-sales")
    assert "Чужое слово." in field(test).value
    assert "Черновик тем временем изменили" not in words(test)
    press(test, "back-sales")
    assert field(test).value == "Моё слово."


def test_what_is_typed_while_another_one_saves_is_kept(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    base = (project / "prompts/sales/1.yaml").read_text("utf-8")
    releasing.save_draft(acting, "sales", base.replace("- У акции", "- Чужое слово."), by="Болат")
    field(test).set_value("Моё слово.").run()
    assert field(test).value == "Моё слово."
    assert "Черновик тем временем изменили" in words(test)


def test_a_draft_saved_elsewhere_is_shown_when_nothing_was_typed(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    base = (project / "prompts/sales/1.yaml").read_text("utf-8")
    releasing.save_draft(acting, "sales", base.replace("- У акции", "- Чужое слово."), by="Болат")
    test.run()
    assert "Чужое слово." in field(test).value
    assert "Черновик тем временем изменили" not in words(test)


def test_without_an_api_what_was_typed_stays(project, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    test = look(run(project, "prompts"), "draft")
    field(test).set_value("Новые слова.").run()
    signed(test, "draft-sales", None)
    press(test, "save-sales")
    assert not test.exception
    assert "Не сохранено. Всё, что вы набрали, осталось здесь." in words(test)
    look(test, "history")
    look(test, "draft")
    assert field(test).value == "Новые слова."
    assert test.session_state["typed:sales"].changed


def test_a_fault_in_the_moment_of_typing_takes_nothing_away(project, run, words):
    settings = project / "botops.yaml"
    good = settings.read_text("utf-8")
    test = look(run(project, "prompts"), "draft")
    settings.write_text("company: [\n", "utf-8")
    field(test).set_value("Новые слова.").run()
    assert "Не получается показать страницу" in words(test)
    settings.write_text(good, "utf-8")
    look(test.run(), "draft")
    assert field(test).value == "Новые слова."


@pytest.mark.parametrize("end", ["\n", "\n\n", " ", "\r\nещё", "\ufffe"])
def test_what_reads_back_otherwise_is_not_written_over(project, run, end):
    """Nothing is sent to a field somebody may go on typing in, whatever became of its text in the file."""
    test = look(run(project, "prompts"), "draft")
    typed = field(test).value + end
    field(test).set_value(typed).run()
    for _ in range(2):
        test.run()
        assert field(test).value == typed
        assert not field(test).proto.set_value


def test_line_breaks_typed_at_the_end_are_saved_once(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    field(test).set_value(f"{field(test).value}\nПиши короче.\n\n").run()
    signed(test, "draft-sales", None)
    press(test, "save-sales")
    assert "Черновик сохранён." in words(test)
    kept = (project / "prompts/sales/draft.yaml").read_text("utf-8")
    assert kept.endswith("Пиши короче.\n")
    test.run()
    assert "Черновик сохранён." in words(test)


def test_hostile_words_of_a_file_stay_words(project, run, words):
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")
    hostile = text.replace("role: system", 'role: "![x](http://evil.example/a.png)"').replace(
        "- У акции", "- <b>У</b> акции"
    )
    (project / "prompts/sales/draft.yaml").write_text(hostile, "utf-8")
    test = look(run(project, "prompts"), "draft")
    assert not test.exception
    assert "![x](http" not in field(test).label
    assert "<b>У</b>" not in words(test)


def test_without_a_name_nothing_is_sent(acting, project, run, words):
    test = look(run(project, "prompts"), "draft")
    press(test, "save-sales")
    assert "Назовите себя." in words(test)
    assert acting.registry.draft_text("sales") is None


def test_a_file_that_cannot_be_read_is_mended_as_a_whole(project, run, words):
    (project / "prompts/sales/draft.yaml").write_text("owner: sales\nmessages: [\n", "utf-8")
    test = look(run(project, "prompts"), "draft")
    assert not test.exception
    said = words(test)
    assert "prompts/sales/draft.yaml:3:1" in said
    assert field(test).value == "owner: sales\nmessages: [\n"
    text = (project / "prompts/sales/2.yaml").read_text("utf-8")
    field(test).set_value(text).run()
    test.toggle(key="whole-sales").set_value(False).run()
    assert field(test).value.startswith("Ты — продавец-консультант")
    test.toggle(key="whole-sales").set_value(True).run()
    assert field(test).value == text
    field(test).set_value(text.replace("owner: ", "onwer: ")).run()
    said = words(test)
    assert "prompts/sales/draft.yaml:2:1" in said
    assert "«onwer: sales_enablement»" in said


def test_begin_from_another_version(project, run):
    test = look(run(project, "prompts"), "draft")
    test.selectbox(key="begin-sales").set_value("v2").run()
    press(test, "take-sales")
    assert "Цену называй сразу" in field(test).value


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("view", ["text", "draft", "release", "compare", "costs", "check", "history", "shared"])
def test_every_view_in_every_language(seeded, run, view, language):
    test = look(run(seeded, "prompts", lang=language), view)
    assert not test.exception
    assert test.query_params.get("view", "text") == view


def test_a_second_person_says_yes(two_people, acting, project, run, words):
    text = (project / "prompts/sales/1.yaml").read_text("utf-8").replace("- У акции", "- Пиши короче.\n      - У акции")
    releasing.new_version(acting, "sales", text, by="Айгуль", reason="короче")
    test = look(run(project, "prompts"), "release")
    said = words(test)
    assert "Публиковать пока нельзя" in said
    assert "должен одобрить второй человек" in said
    signed(test, "propose-sales-3", "короче")
    press(test, "propose-now-sales")
    assert not test.exception
    (proposal,) = acting.store.proposals.listed()
    assert "ждёт второго человека" in words(test)
    assert "Айгуль" in words(test)

    signed(test, proposal.id, "да", by="Айгуль")
    press(test, f"decide-now-{proposal.id}")
    assert "Не сохранено" in words(test)
    assert "Предложение внёс человек по имени Айгуль: одобрить должен кто-то другой." in words(test)
    assert acting.store.proposals.get(proposal.id).state is ProposalState.OPEN

    signed(test, proposal.id, "да", by="Болат")
    press(test, f"decide-now-{proposal.id}")
    assert acting.store.proposals.get(proposal.id).state is ProposalState.APPROVED
    said = words(test)
    assert "Всё готово: можно публиковать" in said
    assert "Одобрил(а): Болат." in said
    named(test.checkbox, "publish-sales-3").set_value(True)
    signed(test, "publish-sales-3")
    press(test, "publish-now-sales")
    assert acting.registry.release("sales").live == 3
    assert "одобрил(а) Болат" in words(look(test, "history"))


def test_what_was_proposed_in_the_place_of_another_text_is_proposed_anew(two_people, acting, project, run, words):
    text = (project / "prompts/sales/1.yaml").read_text("utf-8").replace("- У акции", "- Пиши короче.\n      - У акции")
    releasing.new_version(acting, "sales", text, by="Айгуль", reason="короче")
    proposing.propose(acting, "sales", 3, by="Айгуль", reason="короче")
    releasing.rollback(acting, "sales", to=2, by="Болат", reason="жалобы")
    test = look(run(project, "prompts"), "release")
    assert "С тех пор вышла другая версия: предложите заново." in words(test)
    signed(test, "propose-sales-3", "короче")
    press(test, "propose-now-sales")
    assert not test.exception
    assert len(acting.store.proposals.listed()) == 2


def test_publishing_while_an_experiment_runs_is_refused_and_said(acting, project, run, words):
    test = look(run(project, "prompts"), "release")
    signed(test, "publish-sales-2")
    press(test, "publish-now-sales")
    assert not test.exception
    assert "Не сохранено" in words(test)
    assert "Идёт эксперимент: сначала закончите его" in words(test)
    assert acting.registry.release("sales").live == 1


def test_the_history_tells_of_evaluations(acting, project, run, words):
    at, version = acting.clock.now(), acting.registry.version("sales", 1)
    failed = EvalRun("run-1", at, "demo", "sales", 1, version.text_checksum, "simulator", False, 12, 2)
    detail = {"suite": "demo", "passed": False}
    entry = AuditEntry("a-1", at, "ci", Deed.EVAL, "prompt:sales", "…", "1", version.text_checksum, detail)
    acting.store.eval_runs.add(failed, entry)
    said = words(look(run(project, "prompts"), "history"))
    assert "не прошли 2 из 12" in said
    assert "demo: не пройдена" in said


def test_the_kill_switch_stands_in_red_above_everything_until_it_is_ended(acting, project, run, words):
    test = run(project, "prompts")
    named(test.radio, "kill-to-sales").set_value("hand-over").run()
    signed(test, "kill-sales", "бот обещает <b>лишнее</b>")
    press(test, "kill-now-sales")
    assert not test.exception
    (order,) = acting.store.overrides.in_force()
    assert order.kind is OverrideKind.HAND_OVER
    said = words(test)
    assert "Бот отключён: все диалоги передаются людям" in said
    assert "бот обещает &lt;b&gt;лишнее" in said
    assert said.index("Бот отключён") < said.index("Работает сейчас")
    signed(test, "restore-sales", "исправили")
    press(test, "restore-now-sales")
    assert acting.store.overrides.in_force() == ()
    assert "Бот отключён" not in words(test)
    assert [e.deed for e in acting.store.audit.entries("prompt:sales", most=2)] == [Deed.OVERRIDE_END, Deed.OVERRIDE]


def test_the_kill_switch_gives_everybody_another_version(acting, project, run, words):
    test = run(project, "prompts")
    assert "последнюю надёжную версию, v1" in named(test.radio, "kill-to-sales").options[0]
    named(test.radio, "kill-to-sales").set_value("version").run()
    test.selectbox(key="kill-version-sales").set_value(2).run()
    signed(test, "kill-sales", "лучше так")
    press(test, "kill-now-sales")
    (order,) = acting.store.overrides.in_force()
    assert (order.kind, order.version) == (OverrideKind.VERSION, 2)
    assert "По распоряжению все получают v2" in words(test)


def test_an_order_of_a_guardrail_leads_to_its_experiment(acting, project, run, words):
    kill_switch.kill(acting, "sales", "control", by="Болат", reason="проба")
    test = run(project, "prompts")
    assert "Эксперимент sales-price-first остановлен" in words(test)


def test_a_prompt_nobody_has(seeded, run, words):
    test = run(seeded, "prompts", prompt="<b>sale</b>")
    assert not test.exception
    assert "Промпта «&lt;b&gt;sale&lt;/b&gt;» нет" in words(test)


@pytest.mark.parametrize("view", ["text", "draft", "release", "costs", "history"])
@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("sales/release.yaml", b"live: [\n"),
        ("sales/release.yaml", b"live: 9\n"),
        ("sales/2.yaml", b"\xff\xfe"),
        ("sales/draft.yaml", b"\xff\xfe\x00"),
        ("sales/draft.yaml", b"x" * 300_000),
        ("sales/draft.yaml", b""),
        ("apart/draft.yaml", b"messages: [{role: system, content: '{{ nobody }}'}]\n"),
        ("_partials/a/1.yaml", b"text: 3\n"),
    ],
)
def test_no_broken_file_breaks_the_page(project, run, words, view, file, content):
    path = project / "prompts" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    test = run(project, "prompts")
    if path.parent.name == "apart":
        test.segmented_control(key="prompt-name").set_value("apart").run()
    look(test, view)
    assert not test.exception
    assert "Не получается показать страницу" not in words(test)


def test_shared_texts_with_who_uses_them(project, run, words):
    folder = project / "prompts/_partials/person"
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"{number}.yaml").write_text(PARTIAL, "utf-8")
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")
    used = text.replace("{{ price_table }}", '{% include "person@1" %}\n      {{ price_table }}')
    (project / "prompts/sales/draft.yaml").write_text(used, "utf-8")
    said = words(look(run(project, "prompts"), "shared"))
    assert "person@2" in said
    assert "sales@draft" in said
    assert "2 версии" in said


def test_without_shared_texts(seeded, run, words):
    assert "Общих текстов нет" in words(look(run(seeded, "prompts"), "shared"))


def test_an_overdue_review_is_said(project, run, words):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nprompts:\n  review_days: 1\n", "utf-8")
    assert "пора пересмотреть" in words(run(project, "prompts"))


def test_a_text_in_the_place_of_another_can_be_brought_back():
    typed = Typed("mine", "", "live", "v1")
    typed.take("other", "v2")
    assert (typed.text, typed.replaced, typed.changed) == ("other", "mine", True)
    typed.take("mine", "v1")
    assert typed.round == 2


def test_a_prompt_is_begun_from_another_one(acting, project, run, words):
    test = run(project, "prompts")
    assert "Все промпты: 2" in words(test)
    named(test.text_input, "by-new-prompt").set_value("Айгуль")
    press(test, "new-prompt-now")
    assert "support" not in acting.registry.names()
    named(test.text_input, "new-prompt-name").set_value("Поддержка")
    press(test, "new-prompt-now")
    assert "small latin letters" in words(test)
    named(test.text_input, "new-prompt-name").set_value("support")
    press(test, "new-prompt-now")
    assert not test.exception
    assert "Все промпты: 3" in words(test)
    assert acting.registry.draft_text("support")[1] == (project / "prompts/sales/2.yaml").read_text("utf-8")
    for view in ("text", "draft", "release", "compare", "costs", "check", "history"):
        assert not look(test, view).exception
    named(test.text_input, "new-prompt-name").set_value("support")
    press(test, "new-prompt-now")
    assert "Черновик с таким именем уже есть" in words(test)


def test_which_versions_are_looked_at_stands_in_the_address(seeded, run, words):
    test = run(seeded, "prompts")
    named(test.selectbox, "text-sales").set_value(2).run()
    assert test.query_params["version"] in ("2", ["2"])
    look(test, "compare")
    named(test.selectbox, "diff-after-sales").set_value(1).run()
    assert test.query_params["after"] in ("1", ["1"])
