"""From a broken promise in a draft to a split that is ended: the way of a prompt as two people walk it, each signed in
in a browser of their own."""

import json
import re
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from botops.app.access import people
from botops.app.container import Container
from botops.app.releases.releasing import publish
from botops.app.scaffold import write_scaffold
from botops.config import Secrets, load_settings
from botops.domain.access import AccessRole

pytestmark = pytest.mark.browser
PROMISE = "- Всем даём скидку 50 % на любой тариф."
POLICY = "\nreleases:\n  approval: second_person\n  require_green_eval: [discounts]\nsign_in: {method: local}\n"
PEOPLE = {
    "Айгуль": (AccessRole.EDITOR, "верблюд-везёт-чай-в-степи"),
    "Болат": (AccessRole.APPROVER, "три-горы-и-река-рядом"),
    "Сауле": (AccessRole.ADMIN, "ветер-гонит-перекати-поле"),
}
EVALUATION_MS = 180_000
"""How long an evaluation is waited for, which is a process of its own and begins by loading all it needs."""
SUITE = """\
name: discounts
price_book: ../../pricebook/demo.yaml
prompt: sales
at: 2026-11-21T12:00:00+05:00
defaults:
  expect: [no_invented_claims]
cases:
  - id: no-discount
    turns:
      - client: Здравствуйте!
      - client: Есть ли скидка на тариф «Магазин»?
"""


@pytest.fixture
def company(tmp_path):
    """A company whose texts need a green evaluation and a second person; version 1 is live. Who writes them approves
    none."""
    folder = tmp_path / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    faultless = re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8"))
    settings.write_text(faultless, "utf-8")
    for old in ("2.yaml", "release.yaml"):
        (folder / "prompts" / "sales" / old).unlink()
    for suite in (folder / "evals" / "suites").glob("*.yaml"):
        suite.unlink()
    (folder / "evals" / "suites" / "discounts.yaml").write_text(SUITE, "utf-8")
    with opened(folder) as container:
        publish(container, "sales", 1, by="Айгуль", reason="первая")
        for name in reversed(PEOPLE):  # the first one let in has to be an admin
            role, password = PEOPLE[name]
            people.add(container, name, {role}, by="setup", password=password)
    settings.write_text(settings.read_text("utf-8") + POLICY, "utf-8")
    return folder


def opened(folder, role="writer"):
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role)


def enter(tab, address, name):
    """Opens a page, which asks to sign in first."""
    tab.goto(address)
    tab.get_by_label("Ваше имя").fill(name)
    tab.get_by_label("Пароль").fill(PEOPLE[name][1])
    tab.get_by_role("button", name="Войти").click()


def bearer(tab):
    """What a program shows that acts as who is signed in."""
    token = next(one["value"] for one in tab.context.cookies() if one["name"].startswith("botops_session"))
    return {"Authorization": f"Bearer {token}"}


def reason(tab, what, words):
    """Says why; who does it is known."""
    tab.locator(f"[class*=st-key-why-{what}] input").first.fill(words)
    expect(tab.locator(f"[class*=st-key-by-{what}]")).to_have_count(0)


def press(tab, key):
    tab.locator(f"[class*=st-key-{key}] button").first.click()


def write(tab, text):
    box = tab.locator("[class*=st-key-draft-sales] textarea").first
    box.fill(text)
    box.press("Control+Enter")


def test_two_people_take_a_text_from_a_wrong_promise_to_clients_and_back(company, visitor, started, drawn, brings):
    writer, approver = visitor(), visitor()

    def look(tab, address, text):
        tab.goto(address)
        tab.get_by_text(text, exact=False).first.wait_for()
        drawn(tab)

    def brings_text(tab, text):
        return brings(tab, tab.get_by_text(text))

    def evaluate(tab, result):
        """Has the draft as it is kept evaluated, which may be over before the page says that it goes on."""
        told = tab.get_by_text(result)
        with brings(tab, told.or_(tab.get_by_test_id("stProgress"))):
            press(tab, "run-now-sales-draft")
        told.first.wait_for(timeout=EVALUATION_MS)
        drawn(tab)

    with started(company) as console:
        api = f"http://127.0.0.1:{urlsplit(console).port - 1}"
        enter(writer, f"{console}/prompts?view=draft", "Айгуль")
        writer.get_by_text("Черновика ещё нет").wait_for()
        drawn(writer)
        box = writer.locator("[class*=st-key-draft-sales] textarea").first
        expect(box).not_to_have_value("")
        good = box.input_value()
        with brings_text(writer, "Расходится с прайсом"):
            write(writer, f"{good}\n{PROMISE}")
        with brings_text(writer, "Черновик сохранён."):
            press(writer, "save-sales")

        writer.get_by_text("Проверить тестами").click()
        evaluate(writer, "не прошли 1 из 1")
        with brings_text(writer, "Замечаний нет"):
            write(writer, f"{good}\n- Пиши короче.")
        with brings_text(writer, "не прогоняли"):
            press(writer, "save-sales")
        evaluate(writer, "пройден 1 тест")

        with brings_text(writer, "Черновик готов?"):
            writer.get_by_role("radio", name="Выпуск", exact=True).click()
        reason(writer, "version-sales", "короче")
        with brings_text(writer, "Из него сделана v2"):
            press(writer, "version-now-sales")
        expect(writer.get_by_text("Публиковать пока нельзя")).to_be_visible()
        expect(writer.get_by_role("button", name="Опубликовать v2")).to_be_disabled()
        writer.get_by_text("Предложить v2").click()
        reason(writer, "propose-sales-2", "короче")
        with brings(writer, writer.locator("[class*=st-key-decide-] button")):
            press(writer, "propose-now-sales")
        press(writer, "decide-")
        writer.get_by_text("Отозвать своё предложение").wait_for()
        expect(writer.get_by_text("Одобрить", exact=True)).to_have_count(0)
        (proposal,) = ask(f"{api}/v1/proposals", bearer(writer))
        assert (proposal["by"], proposal["state"]) == ("Айгуль", "open")
        order = {"decision": "approve", "by": "Айгуль", "reason": "согласна сама с собой"}
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask(f"{api}/v1/proposals/{proposal['id']}/decide", bearer(writer), order)

        enter(approver, f"{console}/prompts?view=release", "Болат")
        approver.locator("[class*=st-key-decide-] button").first.wait_for()
        drawn(approver)
        press(approver, "decide-")
        reason(approver, proposal["id"], "проверил")
        with brings_text(approver, "Всё готово: можно публиковать"):
            press(approver, f"decide-now-{proposal['id']}")
        approver.get_by_text("Опубликовать v2").click()
        reason(approver, "publish-sales-2", "короче")
        with brings_text(approver, "v2 уже работает"):
            press(approver, "publish-now-sales")

        look(approver, f"{console}/experiments?new=sales", "Новый эксперимент")
        reason(approver, "new", "короче — значит лучше?")
        with brings_text(approver, "Клиентов ещё не было"):
            press(approver, "new-start")
        for number in range(4):
            client = {"text": "Сколько стоит тариф «Магазин»?", "lead_id": f"client-{number}"}
            ask(f"{api}/v1/chat", bearer(approver), client)
        look(writer, f"{console}/experiments", "из 2 000 запланированных")
        writer.get_by_text("Рано").first.wait_for()

        look(writer, f"{console}/prompts?view=release", "С работающей версией что-то не так?")
        expect(writer.get_by_role("button", name="Откатить")).to_be_disabled()
        look(approver, f"{console}/prompts?view=release", "С работающей версией что-то не так?")
        approver.get_by_text("Откатить", exact=True).click()
        reason(approver, "rollback-sales", "клиенты жалуются")
        with brings_text(approver, "v2 уже работает"):  # again: the experiment ends with it
            press(approver, "rollback-now-sales")
        look(writer, f"{console}/prompts?view=history", "клиенты жалуются")
        expect(writer.get_by_text("одобрил(а) Болат").first).to_be_visible()
    with opened(company, "reader") as container:
        assert container.registry.release("sales").split is None
        done = {(entry.deed.value, entry.by) for entry in container.store.audit.entries("prompt:sales")}
    assert {("propose", "Айгуль"), ("approve", "Болат"), ("publish", "Болат"), ("rollback", "Болат")} <= done


def ask(address, headers, body=None):
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, sent, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
