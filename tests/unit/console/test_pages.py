"""What single pages show; what holds for all of them stands in test_every_page.py."""

import asyncio
import re
import time
from datetime import timedelta
from html import unescape

import pytest
import streamlit as st

from botops.app.glossary import GLOSSARY, TODAY
from botops.app.pricebooks.canary import alarm_id
from botops.domain.messages import InboundMessage
from botops.domain.releases import AuditEntry, Deed
from botops.domain.turns import Action
from botops.store import DialogueFilter


def _open(folder, role="reader"):
    from botops.app.container import Container
    from botops.config import Secrets, load_settings

    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role)


def _dialogue_with(folder, action):
    with _open(folder) as container:
        return container.store.reads.dialogues(DialogueFilter(action=action, limit=1)).items[0].id


@pytest.mark.parametrize(
    ("page", "lang", "title"), [("today", "ru", "Сегодня"), ("dialogues", "kk", "Диалогтар"), ("costs", "en", "Costs")]
)
def test_a_browsers_tab_says_which_page_it_is(seeded, run, monkeypatch, page, lang, title):
    told = []
    monkeypatch.setattr(st, "set_page_config", lambda **settings: told.append(settings.get("page_title")))
    run(seeded, page, lang=lang)
    assert told[-1] == f"{title} · botops"


def test_broken_prompt_and_missing_price_book(project, run, words):
    (project / "prompts" / "sales" / "1.yaml").write_text("messages: [\n", encoding="utf-8")
    (project / "pricebook" / "demo.yaml").unlink()
    said = words(run(project))
    assert "Нет прайса" in said
    assert "Файл промпта sales сломан: клиенты получают последнюю исправную версию" in said
    said = words(run(project, "prompts"))
    assert "Файл сломан: клиенты получают последнюю исправную версию" in said
    assert "prompts/sales/1.yaml" in said


def test_a_changed_version_is_explained_in_russian(project, run, words):
    (project / "prompts" / "sales" / "1.yaml").write_text("messages: [\n", encoding="utf-8")
    said = words(run(project))
    assert "Опубликованную версию изменили" in said
    assert "<code>prompts/sales/1.yaml" in said


def test_broken_price_book_is_loud(project, run, words):
    (project / "pricebook" / "demo.yaml").write_text("version: [", encoding="utf-8")
    said = words(run(project))
    assert "Нет прайса" in said
    assert "Файл прайса сломан" in said
    assert "demo.yaml" in said


def test_today_shows_the_seven_numbers_with_their_definitions(seeded, run, words):
    test = run(seeded, days="28")
    labels = [re.sub(r"\\", "", m.label) for m in test.metric]
    assert labels == [GLOSSARY[name].name["ru"] for name in TODAY]
    assert all(m.help for m in test.metric)
    said = unescape(words(test))
    for name in TODAY:
        assert GLOSSARY[name].meaning["ru"] in said
        assert GLOSSARY[name].formula["ru"] in said
    assert "Где бот ошибается?" in said


def test_today_says_that_the_model_is_simulated(seeded, run, words):
    assert "OPENAI_API_KEY" in words(run(seeded))


def test_a_real_model_is_not_called_simulated(seeded, run, words, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k-test")
    said = words(run(seeded))
    assert "OPENAI_API_KEY" not in said


def test_flagged_turn_is_marked_where_it_stands(seeded, run, words):
    test = run(seeded, "dialogues", dialogue=_dialogue_with(seeded, Action.FLAGGED))
    said = words(test)
    assert 'class="bo-mark bo-' in said
    assert "Ушло как есть: клиент это увидел" in said
    assert "В прайсе" in said
    assert "Почему" in said


@pytest.mark.parametrize(
    ("action", "title"), [(Action.REPAIRED, "Исправленный ответ"), (Action.BLOCKED, "Безопасный ответ")]
)
def test_held_back_text_stands_beside_what_left(seeded, run, words, action, title):
    said = words(run(seeded, "dialogues", dialogue=_dialogue_with(seeded, action)))
    assert "Задержано: клиент этого не видел" in said
    assert title in said
    assert said.index("Задержано: клиент") < said.index(title)


def test_dialogue_names_prompt_cost_and_client(seeded, run, words):
    said = words(run(seeded, "dialogues", dialogue="demo-00001"))
    assert "lead-00001" in said
    assert "sales · v" in said
    assert "₸" in said


def test_dialogue_tells_why_its_claims_are_right(seeded, run):
    test = run(seeded, "dialogues", dialogue="demo-00001")
    folded = [h.proto.body for h in test.get("html") if '<details class="bo-right' in h.proto.body]
    assert folded
    assert any("Верно: в прайсе" in body or "Расчёт верен" in body or "есть в прайсе" in body for body in folded)


def test_unknown_dialogue(seeded, run, words):
    assert "Такого диалога нет" in words(run(seeded, "dialogues", dialogue="nobody"))


def _rows(test):
    return [h.proto.body for h in test.get("html") if h.proto.body.startswith('<div class="bo-item"')]


def test_list_filters_by_address_and_keeps_them(seeded, run, words):
    test = run(seeded, "dialogues", dialogue="demo-00001")
    test.query_params = {"action": "blocked", "text": "demo"}
    test.run()
    assert test.selectbox(key="f-action").value == "blocked"
    assert test.text_input(key="f-text").value == "demo"
    assert test.query_params["action"] == "blocked"


def test_list_narrows_down(seeded, run, words):
    test = run(seeded, "dialogues")
    whole = len(_rows(test))
    test.selectbox(key="f-action").select("blocked").run()
    assert not test.exception
    rows = _rows(test)
    assert 0 < len(rows) < whole
    assert all("Задержано" in row for row in rows)
    test.text_input(key="f-text").set_value("такого никто не писал").run()
    assert "Ничего не нашлось" in words(test)


def test_more_of_the_list(seeded, run):
    test = run(seeded, "dialogues")
    count = len(_rows(test))
    test.button(key="more").click().run()
    assert len(_rows(test)) > count


def test_waiting_queue(seeded, run, words):
    said = words(run(seeded, "dialogues", waiting="1"))
    assert "Кто ждёт человека?" in said
    assert "ждёт" in said


def test_a_client_who_waits_is_taken_on(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    asked_at = container.clock.now() - timedelta(hours=1)
    asyncio.run(container.bot.run_turn(InboundMessage("w1", "lead", "Позовите менеджера", asked_at, "k1")))
    test = run(project, "dialogues", waiting="1")
    assert "Никто не ждёт" not in words(test)
    test.text_input(key="by-take-0").set_value("Айгуль")
    test.button(key="do-take-0").click().run()
    assert not test.exception
    assert "Никто не ждёт" in words(test)
    (row,) = container.store.reads.hand_offs(dialogue_id="w1")
    assert row.taken_by == "Айгуль"


def _view(test, name):
    return test.segmented_control(key="prompt-view").set_value(name).run()


def test_prompts_compare_with_signs_not_only_colour(seeded, run, words):
    said = words(_view(run(seeded, "prompts"), "compare"))
    assert "<ins>" in said
    assert "<del>" in said
    assert "sales-price-first" in said


def test_a_prompt_without_faults_says_so(seeded, run, words):
    assert "Замечаний нет" in words(_view(run(seeded, "prompts"), "check"))


def test_lint_findings_stand_with_the_prompt(project, run, words):
    from botops.registry.version import checksum_of

    file = project / "prompts" / "sales" / "1.yaml"
    release = project / "prompts" / "sales" / "release.yaml"
    before = checksum_of(file.read_bytes())
    text = file.read_text(encoding="utf-8").replace(
        "- У акции", "- Всем даём скидку 50 % на любой тариф.\n      - У акции"
    )
    file.write_text(text, encoding="utf-8")
    release.write_text(
        release.read_text(encoding="utf-8").replace(before, checksum_of(file.read_bytes())), encoding="utf-8"
    )
    said = words(_view(run(project, "prompts"), "check"))
    assert "Расходится с прайсом" in said
    assert "50" in said


def test_other_prompt_by_address(seeded, run, words):
    test = run(seeded, "prompts")
    test.segmented_control(key="prompt-name").set_value("reception").run()
    assert not test.exception
    assert test.query_params["prompt"] == "reception"
    assert "Руководитель поддержки" in words(test)


def test_language_is_kept_in_the_address_and_over_pages(seeded, run):
    test = run(seeded, lang="en")
    assert test.query_params["lang"] == "en"
    test.switch_page("views/costs.py").run()
    assert test.title[0].value == "Costs"
    assert test.query_params["lang"] == "en"


def test_unknown_language_is_russian(seeded, run):
    assert run(seeded, lang="xx").title[0].value == "Сегодня"


def test_chat_without_an_api_says_so(seeded, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    test = run(seeded, "chat")
    test.chat_input(key="message").set_value("Сколько стоит тариф «Старт»?").run()
    assert not test.exception
    assert "Бот не ответил" in words(test)


def test_pages_say_that_the_demo_is_being_made(project, run):
    (project / ".botops" / "demo-unfinished").write_text("2026-11-21", encoding="utf-8")
    test = run(project)
    assert not test.exception
    assert "Готовим демо-данные: 60 из 2\xa0200" in test.get("progress")[0].proto.text
    assert test.query_params["days"] == "28"
    test.session_state["today-drawn"] = time.monotonic() - 60
    test.run()
    assert time.monotonic() - test.session_state["today-drawn"] < 30  # its numbers grow: it was drawn anew


def test_finished_demo_says_nothing(seeded, run):
    assert not run(seeded).get("progress")


def test_owner_without_a_title_is_named_by_its_role(project, run, words):
    (project / "team.yaml").write_text("roles: {support_lead: {title: }}\n", encoding="utf-8")
    assert "sales_enablement" in words(run(project, "prompts"))
    (project / "team.yaml").write_text("roles: {sales_enablement: {title: Промптеры}}\n", encoding="utf-8")
    assert "Промптеры" in words(run(project, "prompts"))
    for broken in ("roles: [", "- x", "roles: {sales_enablement: 3}"):
        (project / "team.yaml").write_text(broken, encoding="utf-8")
        assert "sales_enablement" in words(run(project, "prompts"))


def test_today_tells_of_a_price_book_that_is_alarmed_about(project, run, words):
    assert "С новым прайсом" not in words(run(project))
    with _open(project, "side") as container:
        current = container.books.current()
        detail = {"replies_before": 200, "held_before": 4, "replies": 20, "held": 9, "products": "Тариф «Старт»"}
        entry = AuditEntry(
            alarm_id(current), container.clock.now(), "canary:pricebook", Deed.ALARM, "pricebook", "…", detail=detail
        )
        container.store.audit.add(entry)
    said = unescape(re.sub(r"<[^>]+>", " ", words(run(project))))
    assert "С новым прайсом demo.yaml расходится гораздо больше ответов" in said
    assert "раньше 2%, теперь 45%" in said
    assert "Больше всего: Тариф «Старт»." in said
    assert "botops pricebook rollback" in said
