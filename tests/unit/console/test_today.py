"""The page Today: what is wrong, what waits for whom, what was changed."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import get_args

from sqlalchemy import Engine, event

from botops.app import incidents
from botops.app.container import Container
from botops.app.releases import proposing
from botops.config import Secrets, load_settings
from botops.console import data, formats
from botops.domain.incidents import IncidentSeverity, Scope
from botops.domain.messages import InboundMessage
from botops.domain.releases import AuditEntry, Deed
from botops.simulator.mistakes import MistakeKind


def _said(words, test):
    return unescape(re.sub(r"<[^>]+>", " ", words(test)))


def _side(folder):
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="side")


def test_a_proposal_waits_for_a_second_person(project, run, words):
    assert "Прайс autumn.yaml" not in words(run(project))
    with _side(project) as container:
        proposing.put_forward(
            container, "pricebook", "autumn.yaml", "c" * 64, by="Дана", reason="осенние <b>цены</b>", base=None
        )
    said = _said(words, run(project))
    assert "Прайс autumn.yaml" in said
    assert "осенние <b>цены</b>" in said


def test_incidents_under_way_stand_first_the_worst_on_top(project, run, words):
    opened = (("Мелочь", "minor"), ("Старая цена", "critical"), ("<b>Скидка</b>", "critical"), ("Прошло", "critical"))
    with _side(project) as container:
        since = Scope(container.clock.now() - timedelta(hours=3))
        for title, severity in opened:
            incidents.open_incident(container, title, IncidentSeverity(severity), since, by="Дана")
        incidents.acknowledge(container, 2, by="Айгуль")
        incidents.resolve(container, 4, "починили", by="Дана")
    test = run(project)
    said = _said(words, test)
    places = [said.index(f"INC-{number}") for number in (3, 2, 1)]
    assert places == sorted(places)
    assert places[-1] < said.index("Клиентам сказали неправду")
    assert "INC-4" not in said
    assert re.search(r"INC-3 · <b>Скидка</b>\s+критический · никто не взял · длится 3 часа", said)
    assert re.search(r"INC-2 · Старая цена\s+критический · в работе · длится 3 часа · Айгуль", said)
    links = [link.proto.query_string for link in test.get("page_link")]
    assert [query for query in links if "incident=" in query] == [f"incident={n}&lang=ru" for n in (3, 2, 1)]
    waits = said[said.index("Что ждёт меня?") :]
    assert waits.index("3 инцидента открыто") < waits.index("вашего слова")
    assert "Никто не взял в работу: 2." in waits


def test_with_many_incidents_the_rest_is_counted(project, run, words):
    with _side(project) as container:
        for _number in range(7):
            scope = Scope(container.clock.now() - timedelta(hours=3))
            incidents.open_incident(container, "Старая цена", IncidentSeverity.MAJOR, scope, by="Дана")
    test = run(project)
    assert "INC-6" not in _said(words, test)
    assert any("ещё 2 инцидента" in link.proto.label for link in test.get("page_link"))


def test_replies_nobody_judged_wait_for_a_word(seeded, bare, run, words):
    assert re.search(r"\d+ отве\S+ жд\S+ вашего слова", _said(words, run(seeded)))
    Container.open(load_settings(bare / "botops.yaml"), Secrets(), role="writer").close()
    said = _said(words, run(bare))
    assert "вашего слова" not in said
    assert "Ничего не ждёт" in said


def test_the_store_is_asked_once_for_the_queue_and_for_no_number_that_is_not_shown(seeded, run):
    asked = []

    def note(connection, cursor, statement, parameters, context, many):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        run(seeded)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum(" AS waiting" in statement for statement in asked) == 1
    assert any("rollup_turn" in statement for statement in asked)
    assert not [s for s in asked if "rollup_latency" in s or "rollup_call" in s or "sum_input_tokens" in s]


def _lie(folder, error, asked, ago, times):
    lies = [f"simulator.errors.{one}={int(one == error)}" for one in get_args(MistakeKind)]
    settings = load_settings(folder / "botops.yaml", overrides=(*lies, "guard.policy=observe"))
    with Container.open(settings, Secrets(), role="writer") as container:
        at = container.clock.now() - ago
        for number in range(times):
            name = f"{error}-{number}"
            asyncio.run(container.bot.run_turn(InboundMessage(name, name, asked, at, name)))
        container.store.roll_up()
    return at


def test_what_was_said_wrong_since_yesterday_stands_before_what_is_old_and_both_with_their_day(bare, run, words):
    zone = load_settings(bare / "botops.yaml").company.timezone
    old = _lie(bare, "wrong_variant", "Сколько стоит CRM Старт в месяц?", timedelta(days=19), times=4)
    leads = "Клиентам сказали неправду: [^,]+, последний раз "
    said = _said(words, run(bare, days="28"))
    assert re.search(leads + re.escape(formats.moment(old, zone)), said), said[:3000]
    data.forget()
    new = _lie(bare, "invented_discount", "Какая скидка на тариф «Старт»?", timedelta(minutes=2), times=3)
    said = _said(words, run(bare, days="28"))
    assert re.search(leads + re.escape(formats.moment(new, zone)), said), said[:3000]
    assert formats.moment(old, zone) not in said[: said.index("Где бот ошибается?")]


def test_a_price_a_prompt_still_tells_is_shown_with_its_line(project, run, words):
    draft = (project / "prompts" / "sales" / "2.yaml").read_text(encoding="utf-8")
    (project / "prompts" / "sales" / "draft.yaml").write_text(
        draft.replace("messages:", "messages:\n  - {role: system, content: Тариф «Магазин» стоит 1 234 ₸ в месяц.}", 1),
        encoding="utf-8",
    )
    said = _said(words, run(project))
    assert re.search(r"Промпт sales расходится с прайсом в \d+ мест", said)
    assert "1 234" in said
    assert "prompts/sales/draft.yaml:" in said
    assert "Черновик промпта sales" in said


def test_what_was_published_is_told_with_who_and_why(project, run, words):
    with _side(project) as container:
        now, hour = container.clock.now(), timedelta(hours=1)
        for at, reason in ((now - hour, "осенние цены"), (now - 72 * hour, "летние цены")):
            container.store.audit.add(AuditEntry(reason, at, "Дана", Deed.ROLLBACK, "pricebook", reason))
    said = _said(words, run(project))
    assert "осенние цены" in said
    assert "летние цены" not in said


def test_few_ratings_are_called_few(seeded, run):
    test = run(seeded, days="7")
    card = next(metric for metric in test.metric if metric.label == "Довольны ботом")
    assert re.search(r"\d+ оцен\S+: судить рано|оценок пока нет", card.delta)
