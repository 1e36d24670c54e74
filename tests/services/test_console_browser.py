"""The console in a real browser: nothing breaks, nothing is asked of a foreign host, hostile text stays text."""

import asyncio
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from botops.app.container import Container
from botops.app.releases.releasing import publish
from botops.app.scaffold import write_scaffold
from botops.app.seed import seed
from botops.app.supervise import Console
from botops.config import Secrets, load_settings
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action
from botops.store import DialogueFilter

pytestmark = pytest.mark.browser
REPOSITORY = Path(__file__).parents[2]
PAGES = {
    "": "Где бот ошибается?",
    "dialogues": "Показать ещё",
    "chat": "Новый диалог",
    "prompts": "Аварийный выключатель",
    "evals": "Тестов пока нет",
    "experiments": "Новый эксперимент",
    "pricebook": "Какие акции действуют?",
    "import": "Что ваш бот обещает клиентам?",
    "live?hours=168": "Отвечает ли бот?",
    "alerts": "Какие инциденты открыты?",
    "costs": "Сколько стоит модель в день?",
    "system": "Сколько накоплено и всё ли посчитано?",
}
COST_NAME = "<img src=http://evil.example/a.png onerror='window.hacked=1'>![x](http://evil.example/b.png)"
PROMISE = "- Всем даём скидку 50 % на любой тариф."
HOSTILE = (
    "<script>window.hacked=1</script><img src=http://evil.example/a.png onerror='window.hacked=1'> "
    "![x](http://evil.example/b.png) [y](javascript:alert(1)) $$\\frac{1}{0}$$ \u202eтёарбо\u202c \u200b "
    "<style>*{display:none!important}</style> " + "длинный текст " * 3000
)


def _aside(work):
    """Runs a coroutine in a thread of its own: in this one the browser's event loop may be running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "project"
    folder.mkdir()
    settings = (REPOSITORY / "botops.yaml").read_text("utf-8")
    # The bot of the chat makes no mistakes; the dialogues of the past have theirs all the same.
    faultless = re.sub(r"(wrong_variant|stale_price|invented_discount|wrong_total): [\d.]+", r"\1: 0.0", settings)
    (folder / "botops.yaml").write_text(faultless, "utf-8")
    for name in ("prompts", "pricebook"):
        shutil.copytree(REPOSITORY / name, folder / name)
    with Container.open(load_settings(folder / "botops.yaml"), Secrets()) as container:
        _aside(seed(container, 40))
        hostile = InboundMessage("hostile-1", "<b>lead</b>", HOSTILE, container.clock.now(), "hostile-1")
        _aside(container.bot.run_turn(hostile))
        # Long, so that it is among the dearest.
        dear = InboundMessage(COST_NAME, "l", "дорого " * 4000, container.clock.now(), "dear-1", channel=COST_NAME)
        _aside(container.bot.run_turn(dear))
    # Whether a few dozen dialogues of the past hold a false promise that clients saw is chance: this one does.
    lies = ("simulator.errors.invented_discount=1", "guard.policy=observe")
    with Container.open(load_settings(folder / "botops.yaml", overrides=lies), Secrets()) as container:
        at = container.clock.now() - timedelta(days=3)
        lied = InboundMessage("lied", "lied", "Какая скидка на тариф «Старт»?", at, "lied-1")
        _aside(container.bot.run_turn(lied))
        _tell_of_days(container)
        container.store.roll_up()
    return folder


def _tell_of_days(container):
    """The same again on the day before and at the very beginning of this day: when the tests go on past midnight, that
    is the day before."""
    zone = ZoneInfo(container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).date()
    (said,) = container.store.reads.dialogue("lied")
    for at in (datetime.combine(today - timedelta(days=1), time(12)), datetime.combine(today, time())):
        name, then = f"said-{at:%d}", at.replace(tzinfo=zone).astimezone(UTC)
        again = replace(said.inbound, dialogue_id=name, lead_id=name, at=then, idempotency_key=name)
        told = replace(said, id=name, number=1, inbound=again, replied_at=then, hand_off=None)
        container.store.write_many([told], origin="live")


@pytest.fixture
def yesterday(project):
    """The false promise that clients saw yesterday, by the company's days, not those of UTC: its dialogue and turn."""
    zone = ZoneInfo(load_settings(project / "botops.yaml").company.timezone)
    while (soon := datetime.now(zone) + timedelta(minutes=2)).date() != datetime.now(zone).date():
        sleep((datetime.combine(soon, time(), zone) - datetime.now(zone)).total_seconds() + 1)  # the day ends first
    return f"said-{datetime.now(zone) - timedelta(days=1):%d}"


@pytest.fixture(scope="module")
def service(project, started):
    with started(project) as address:
        yield address


def _open(tab, address, text):
    tab.goto(address)
    tab.get_by_text(text, exact=False).first.wait_for()
    _settle(tab)
    expect(tab.get_by_test_id("stException")).to_have_text([])  # says which one it is


def _settle(tab):
    """Waits until the page is drawn to its end: before that a field may stand there without its text, what is opened is
    closed again, and a press is forgotten when another choice ends the run that brought it.

    Right after a choice the page is still at rest: something the choice brings onto the page is waited for before."""
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def _shown(tab, text, **options):
    """Waits for a text that was not there before, and until the page with it is drawn to its end."""
    tab.get_by_text(text, **options).first.wait_for()
    _settle(tab)


WITH_ADDRESS = """seen => {
    const look = new MutationObserver(() => {
        if (!document.querySelector(seen)) return;
        look.disconnect();
        window.address = location.href;
    });
    window.address = null;
    look.observe(document.body, {childList: true, subtree: true});
}"""
"""Keeps the address as it is at the moment when something appears on the page."""


def _fits(tab):
    tab.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def _dialogue_with(project, action):
    with Container.open(load_settings(project / "botops.yaml"), Secrets(), role="reader") as container:
        return container.store.reads.dialogues(DialogueFilter(action=action, limit=1)).items[0].id


@pytest.mark.parametrize(("page", "text"), list(PAGES.items()))
@pytest.mark.parametrize("width", [1400, 400])
def test_page_renders(service, tab, page, text, width):
    tab.set_viewport_size({"width": width, "height": 900})
    _open(tab, f"{service}/{page}", text)
    _fits(tab)
    tab.wait_for_function(
        "document.querySelector('[data-testid=stMainBlockContainer]').scrollWidth <= window.innerWidth"
    )


def test_first_visitor_by_a_deep_link_gets_the_menu_and_the_language(project, tab, port):
    """Nobody has opened the start page since the console came up."""
    console = Console(host="127.0.0.1", port=port, api="http://127.0.0.1:9", directory=project)
    console.start()
    try:
        assert console.wait_ready(40)
        _open(tab, f"{console.address.rstrip('/')}/costs?lang=kk", "Шығындар")
        tab.get_by_role("heading", name="Шығындар", exact=True).wait_for()
        expect(tab.get_by_test_id("stSidebarNav").locator("a").last).to_contain_text("Адамдар мен құқықтар")
    finally:
        console.stop()


def test_dialogue_opened_from_the_list_stands_in_the_address(service, tab):
    _open(tab, f"{service}/dialogues?action=flagged", "Поиск")
    tab.evaluate(WITH_ADDRESS, ".bo-turn")
    tab.locator("[class*=st-key-row-] a").first.click()
    tab.locator("mark.bo-mark").first.wait_for()
    assert "dialogue=" in tab.evaluate("address")  # with its first line, not with its last one
    tab.reload()
    tab.locator("mark.bo-mark").first.wait_for()
    _settle(tab)
    tab.get_by_text("Все диалоги").first.click()
    tab.wait_for_url(lambda url: "dialogue=" not in url and "action=flagged" in url)


def test_language_is_one_click_away_and_remembered(service, tab):
    _open(tab, f"{service}/costs", "Расходы")
    # Exactly: a chart's "Fullscreen" button has these letters too.
    tab.get_by_role("radio", name="EN", exact=True).click()
    tab.get_by_role("heading", name="Costs", exact=True).wait_for()
    tab.wait_for_url("**lang=en*")
    tab.wait_for_function("document.cookie.includes('botops_lang=en')")
    _settle(tab)
    tab.reload()
    tab.get_by_role("heading", name="Costs", exact=True).wait_for()
    tab.goto(f"{service}/prompts")
    tab.get_by_role("heading", name="Prompts", exact=True).wait_for()


def test_claim_is_highlighted_in_its_place(service, tab, project):
    _open(tab, f"{service}/dialogues?dialogue={_dialogue_with(project, Action.FLAGGED)}", "клиент это увидел")
    mark = tab.locator("mark.bo-mark").first
    mark.wait_for()
    assert mark.evaluate("mark => mark.getBoundingClientRect().width") > 10
    # Why other claims are right is folded away; what is wrong with this one stands open.
    tab.get_by_text("В прайсе").filter(visible=True).first.wait_for()


def test_from_today_to_a_wrong_promise_in_two_clicks(service, tab):
    _open(tab, f"{service}/?days=28", "Где бот ошибается?")
    tab.get_by_text("Открыть диалог").first.click()
    tab.get_by_text("Все диалоги").first.wait_for()
    tab.locator("mark.bo-mark").first.wait_for()
    tab.wait_for_url("**dialogue=*")


def test_hostile_dialogue_is_shown_as_text(service, tab):
    _open(tab, f"{service}/dialogues?dialogue=hostile-1", "hostile-1")
    tab.get_by_text("<script>window.hacked=1</script>").first.wait_for()
    tab.get_by_text("U+202E").first.wait_for()
    tab.wait_for_timeout(1500)  # time for what must not happen
    assert tab.evaluate("window.hacked") is None
    assert tab.locator(".bo-said img, .bo-said script, .bo-said a, .bo-said style, .katex").count() == 0
    _fits(tab)
    _open(tab, f"{service}/dialogues?text=hostile-1", "hostile-1")


COST_PARTS = {
    "where": "Сколько уходит впустую и сколько сэкономлено?",
    "dialogues": "Сколько стоит один диалог?",
    "ahead": "Хватит ли бюджетов?",
    "plan": "Когда нагрузка больше всего?",
    "basis": "Что значит каждое число?",
}
MONTH = "Стоимость месяца по плану"


def _figure(tab, name):
    return tab.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


@pytest.mark.parametrize(("part", "text"), list(COST_PARTS.items()))
def test_part_of_costs_by_its_address(service, tab, part, text):
    tab.set_viewport_size({"width": 400, "height": 900})
    _open(tab, f"{service}/costs?view={part}&days=28&currency=USD", text)
    _fits(tab)
    expect(_figure(tab, "Потрачено в этом месяце")).to_contain_text("$")


def test_slider_of_the_planner_changes_the_figure_and_the_address(service, tab):
    _open(tab, f"{service}/costs?view=plan&dialogues=1000&tpm=30000", MONTH)
    slider = tab.locator("[class*=st-key-plan-dialogues] input[type=range]")
    slider.focus()
    for _step in range(4):  # one after the other: the figure of a step in between must not be taken for the last one
        before = _figure(tab, MONTH).inner_text()
        slider.press("ArrowRight")
        expect(_figure(tab, MONTH)).not_to_have_text(before)
        _settle(tab)
    tab.wait_for_url(lambda url: "dialogues=" in url and "dialogues=1000&" not in url)
    expect(_figure(tab, "Упрёмся в лимит")).to_have_text(re.compile(r"\d\d:00"))
    planned, address = _figure(tab, MONTH).inner_text(), tab.url
    tab.goto("about:blank")
    _open(tab, address, MONTH)  # as a colleague would open the link
    expect(_figure(tab, MONTH)).to_have_text(planned)
    expect(tab.locator("[class*=st-key-plan-tpm] input")).to_have_value("30000")


def test_split_of_costs_stands_in_the_address(service, tab):
    _open(tab, f"{service}/costs?days=28", "За что платим моделям?")
    tab.get_by_role("radio", name="Версия", exact=True).click()
    _shown(tab, "Какая версия промпта дороже?")
    tab.wait_for_url("**by=version*")
    tab.get_by_role("radio", name="По диалогам", exact=True).click()
    _shown(tab, "Какие диалоги самые дорогие?")
    tab.wait_for_url("**view=dialogues*")
    tab.locator("[class*=st-key-row-dear-0] a").first.click()
    tab.wait_for_url("**dialogue=*")
    tab.get_by_text("Все диалоги").first.wait_for()


def test_hostile_names_in_costs_are_text(service, tab):
    """A client's dialogue id and channel come from outside, and so does a model's name in an address."""
    _open(tab, f"{service}/costs?view=plan&dialogues=10&model={quote(COST_NAME)}", "неизвестна")
    for part in ("by=channel", "view=dialogues"):
        _open(tab, f"{service}/costs?{part}&days=90", "Расходы")
    tab.wait_for_timeout(1000)  # time for what must not happen
    assert tab.evaluate("window.hacked") is None
    assert tab.locator("img[src*=evil]").count() == 0


def test_talking_to_the_bot(service, tab):
    _open(tab, f"{service}/chat", "Спросите о цене")
    box = tab.locator("textarea").first
    box.fill("Сколько стоит тариф «Старт»?")
    box.press("Enter")
    tab.wait_for_url("**talk=*")  # the reply is there as a whole
    said = tab.get_by_test_id("stChatMessage")  # the examples to begin with say nearly the same
    expect(said.nth(1)).to_contain_text("6 900")
    _settle(tab)
    tab.reload()
    expect(said.nth(0)).to_contain_text("Сколько стоит тариф «Старт»?")
    expect(said.nth(1)).to_contain_text("6 900")


def _sign(tab, what, reason="проба"):
    tab.locator(f"[class*=st-key-why-{what}] input").fill(reason)
    tab.locator(f"[class*=st-key-by-{what}] input").fill("Айгуль")


def _name(tab, what):
    """Says who one is where the field stands in no form. The run that this begins brings nothing onto the page, and
    nothing is lost when a press that follows ends it: the press brings the name along."""
    field = tab.locator(f"[class*=st-key-by-{what}] input")
    field.fill("Айгуль")
    field.press("Enter")
    return field


def _press(tab, key):
    tab.locator(f"[class*=st-key-{key}] button").first.click()


def test_a_prompt_from_its_draft_to_clients_and_back(service, tab, project):
    """The whole way of a text, as a person walks it: nothing is done beside the page."""
    _open(tab, f"{service}/prompts?prompt=reception&view=draft", "Черновика ещё нет")
    box = tab.locator("[class*=st-key-draft-reception] textarea").first
    expect(box).not_to_have_value("")
    text = box.input_value()
    box.fill(f"{text}\nВсем даём скидку 50 % на любой тариф.")
    box.press("Control+Enter")
    tab.get_by_text("Расходится с прайсом").first.wait_for()
    tab.get_by_text("«Всем даём скидку 50 % на любой тариф.»", exact=False).first.wait_for()
    tab.locator(".bo-prompt ins").first.wait_for()
    _settle(tab)
    box.fill(f"{text}\nПиши короче.")
    box.press("Control+Enter")
    _shown(tab, "Замечаний нет")
    _name(tab, "draft-reception")
    _press(tab, "save-reception")
    _shown(tab, "Черновик сохранён.")

    tab.get_by_role("radio", name="Выпуск", exact=True).click()
    _shown(tab, "Черновик готов?")
    _sign(tab, "version-reception")
    _press(tab, "version-now-reception")
    _shown(tab, "Из него сделана v3")
    tab.get_by_text("Опубликовать v3").click()
    _sign(tab, "publish-reception-3")
    _press(tab, "publish-now-reception")
    _shown(tab, "v3 уже работает")
    assert "Пиши короче." in (project / "prompts" / "reception" / "3.yaml").read_text("utf-8")
    tab.get_by_text("Откатить", exact=True).click()
    _sign(tab, "rollback-reception", "стало хуже")
    _press(tab, "rollback-now-reception")
    _shown(tab, "Именно этот текст уже работал")
    tab.goto(f"{service}/prompts?prompt=reception&view=history")
    tab.get_by_text("стало хуже").first.wait_for()


def test_the_kill_switch_is_pulled_and_ended(service, tab, project):
    _open(tab, f"{service}/prompts?prompt=reception", "Аварийный выключатель")
    _press(tab, "kill-reception")
    tab.get_by_text("Передавать все диалоги людям").click()
    _sign(tab, "kill-reception", "обещает лишнее")
    _press(tab, "kill-now-reception")
    _shown(tab, "Бот отключён: все диалоги передаются людям")
    tab.reload()
    _shown(tab, "обещает лишнее")
    _press(tab, "restore-reception")
    _sign(tab, "restore-reception", "исправили")
    _press(tab, "restore-now-reception")
    tab.get_by_text("Бот отключён").wait_for(state="hidden")
    with Container.open(load_settings(project / "botops.yaml"), Secrets(), role="reader") as container:
        assert container.store.overrides.in_force() == ()


@pytest.fixture
def wrong(tmp_path):
    """A project whose bot was told to promise what the price book does not know, and did so to a client."""
    folder = tmp_path / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8")), "utf-8")
    version = folder / "prompts" / "sales" / "1.yaml"
    version.write_text(version.read_text("utf-8").rstrip("\n") + f"\n      {PROMISE}\n", "utf-8")
    for old in ("2.yaml", "release.yaml"):
        (folder / "prompts" / "sales" / old).unlink()
    with Container.open(load_settings(settings), Secrets()) as container:
        publish(container, "sales", 1, by="Айгуль", reason="акция")
        for number, text in enumerate(("Здравствуйте!", "Есть ли скидка на тариф «Магазин»?")):
            said = InboundMessage("angry", "lead", text, container.clock.now(), f"angry-{number}")
            _aside(container.bot.run_turn(said))
    return folder


def _run_tests(tab, key):
    tab.locator(f"[class*=st-key-by-run-{key}] input").fill("Айгуль")
    _press(tab, f"run-now-{key}")


def test_from_a_wrong_promise_to_the_version_that_mends_it(wrong, tab, started):
    """The closed loop as a person walks it: dialogue, test, run, draft, run, version, and back at the dialogue."""
    with started(wrong) as service:
        dialogue = f"{service}/dialogues?dialogue=angry"
        _open(tab, dialogue, "Задержано")
        tab.get_by_text("Сделать тест").last.click()
        made = tab.locator("[class*=st-key-make-test-now-]")
        expect(made).to_have_count(1)
        turn = made.get_attribute("class").split("st-key-make-test-now-")[1].split()[0]
        _sign(tab, f"test-{turn}", "такой скидки нет")
        _press(tab, f"make-test-now-{turn}")
        _shown(tab, "Ещё не прогоняли. Запустите на версии, которая ошиблась")
        assert "dialogue:angry#2" in (wrong / "evals" / "suites" / "regressions.yaml").read_text("utf-8")

        tab.get_by_text("Тест и его прогоны").click()
        tab.wait_for_url("**case=*")
        tab.get_by_text("Исходный диалог").wait_for()
        _open(tab, f"{service}/evals", "Отвечает ли бот как надо?")
        for suite in ("demo", "red-team"):
            tab.get_by_role("button", name=f"Remove {suite}").click()
            expect(tab.get_by_role("button", name=f"Remove {suite}")).to_have_count(0)
        _run_tests(tab, "sales-1")
        _shown(tab, "не прошли 1 из 1")

        _open(tab, f"{service}/prompts?view=draft", "Черновика ещё нет")
        box = tab.locator("[class*=st-key-draft-sales] textarea").first
        expect(box).not_to_have_value("")
        box.fill(box.input_value().replace(PROMISE, ""))
        box.press("Control+Enter")
        _shown(tab, "Замечаний нет")
        _name(tab, "draft-sales")
        _press(tab, "save-sales")
        _shown(tab, "Черновик сохранён.")
        tab.get_by_text("Проверить тестами").click()
        _run_tests(tab, "sales-draft")
        _shown(tab, "пройден 1 тест")

        tab.get_by_role("radio", name="Выпуск", exact=True).click()
        _shown(tab, "Черновик готов?")
        _sign(tab, "version-sales", "без скидки")
        _press(tab, "version-now-sales")
        _shown(tab, "Из него сделана v2")
        tab.get_by_text("Опубликовать v2").click()
        _sign(tab, "publish-sales-2", "без скидки")
        _press(tab, "publish-now-sales")
        _shown(tab, "v2 уже работает")
        _open(tab, dialogue, "исправляет ошибку и уже работает")
        expect(tab.locator(".bo-chain li")).to_have_count(5)
        tab.get_by_text("Последний прогон").click()
        _shown(tab, "исправился 1 тест")
        tab.locator("mark.bo-mark").first.wait_for()
        tab.get_by_text("Исходный диалог").first.click()
        tab.wait_for_url("**dialogue=angry*")


def test_a_chat_of_a_foreign_bot_is_dropped_and_its_false_promise_seen(service, tab, tmp_path):
    chat = tmp_path / "Чат WhatsApp с Айгуль.txt"
    lines = "10.11.2026, 10:00 - Айгуль: Сколько стоит тариф «Магазин»?\n10.11.2026, 10:01 - Бот: {}\n"
    chat.write_text(lines.format(f"Тариф «Магазин» — 9 000 ₸ в месяц. {HOSTILE[:400]}"), "utf-8")
    tab.goto(f"{service}/import")
    tab.locator("input[type=file]").set_input_files(chat)
    expect(tab.get_by_text("переписка WhatsApp")).to_be_visible()
    _settle(tab)
    tab.get_by_role("button", name="Найти ложные обещания").click()
    expect(tab.get_by_text("1 ответ из 1 обещает то, чего нет в прайсе")).to_be_visible()
    _settle(tab)
    tab.evaluate(WITH_ADDRESS, "mark.bo-mark")
    tab.locator("[class*='st-key-row-import'] a").first.click()
    expect(tab.locator("mark.bo-mark").first).to_have_text(re.compile("9 000 ₸"))
    assert "dialogue=" in tab.evaluate("address")
    tab.reload()
    expect(tab.locator("mark.bo-mark").first).to_be_visible()
    assert tab.evaluate("window.hacked") is None


@pytest.fixture
def no_tests_left(project):
    """Other tests share the project and look at a company that has no tests yet."""
    yield
    for name in ("suites", "dialogues"):
        shutil.rmtree(project / "evals" / name, ignore_errors=True)


@pytest.mark.usefixtures("no_tests_left")
def test_the_worst_of_yesterday_is_confirmed_and_becomes_a_test(service, tab, project, yesterday):
    _open(tab, f"{service}/dialogues", "Поиск")
    tab.locator(".st-key-f-last input").click()
    tab.get_by_role("option", name="вчера").click()
    tab.wait_for_url("**last=yesterday*")
    tab.get_by_role("radio", name="Сначала худшие").click()
    _shown(tab, "Диалогов без ошибок здесь нет")
    tab.wait_for_url("**order=worst*")
    rows = tab.locator("[class*=st-key-row-] a")
    expect(rows.get_by_text("lied", exact=True)).to_have_count(0)  # of another day
    rows.get_by_text(yesterday, exact=True).click()
    tab.locator("mark.bo-mark").first.wait_for()
    tab.wait_for_url(f"**dialogue={yesterday}*")
    _settle(tab)
    _name(tab, "words")
    _press(tab, f"wrong-{yesterday}")
    expect(tab.locator(".bo-word")).to_contain_text("Бот ошибся")
    _settle(tab)  # the page drawn anew closes what was opened meanwhile
    tab.get_by_text("Сделать тест").last.click()
    expect(tab.locator(f"[class*=st-key-why-test-{yesterday}] input")).not_to_have_value("")  # the check says why
    _press(tab, f"make-test-now-{yesterday}")
    _shown(tab, "Ещё не прогоняли")
    assert f"dialogue:{yesterday}#1" in (project / "evals" / "suites" / "regressions.yaml").read_text("utf-8")


def test_replies_are_judged_by_the_keyboard_one_after_another(service, tab):
    _open(tab, f"{service}/dialogues?queue=first", "вашего слова")
    waiting = tab.locator(".bo-question").first.inner_text()
    name = _name(tab, "words")
    tab.locator("h1").first.click()  # keys typed into a field are no orders
    expect(name).not_to_be_focused()
    tab.keyboard.press("2")
    _shown(tab, "Сохранено: Не ошибка")
    expect(tab.locator(".bo-question").first).not_to_have_text(waiting)
    tab.get_by_text("Вернуться к нему").click()
    tab.wait_for_url("**dialogue=*")
    expect(tab.locator(".bo-word").first).to_contain_text("Айгуль")


def test_console_without_a_service_waits_for_its_store(tmp_path, tab, port):
    shutil.copy(REPOSITORY / "botops.yaml", tmp_path)
    console = Console(host="127.0.0.1", port=port, api="http://127.0.0.1:9", directory=tmp_path)
    console.start()
    try:
        assert console.wait_ready(40)
        _open(tab, console.address, "Данных пока нет")
        # The store appears: the page comes to life by itself.
        made = threading.Thread(
            target=lambda: Container.open(load_settings(tmp_path / "botops.yaml"), Secrets()).close()
        )
        made.start()
        made.join()
        tab.get_by_text("За этот период диалогов нет").first.wait_for()
    finally:
        console.stop()
