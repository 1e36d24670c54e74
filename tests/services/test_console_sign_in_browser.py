"""Signing in to the console in a real browser: two people, what each may do, and how the door is kept shut."""

import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from botops.app.access import people, tries
from botops.app.container import Container
from botops.app.scaffold import write_scaffold
from botops.config import Secrets, load_settings
from botops.domain.access import AccessRole

pytestmark = pytest.mark.browser
HOSTILE = "<script>window.hacked=1</script>\"'><img src=http://evil.example/a.png onerror='window.hacked=1'>"
PASSWORDS = {"Айгуль": "верблюд-везёт-чай-в-степи", "Болат": "три-горы-и-река-рядом", "Дана": "самовар-на-берегу-моря"}


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A project where people sign in by password: an admin and two viewers."""
    folder = tmp_path_factory.mktemp("signing") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    text = re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8"))
    settings.write_text(f"{text}\nsign_in: {{method: local}}\n", "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        for name, password in PASSWORDS.items():
            role = AccessRole.ADMIN if name == "Айгуль" else AccessRole.VIEWER
            people.add(container, name, {role}, by="setup", password=password)
    return folder


@pytest.fixture(scope="module")
def console(installation, started):
    """The address of the console of `botops up`."""
    with started(installation) as address:
        yield address


def _sign_in(tab, name, password):
    tab.get_by_label("Ваше имя").fill(name)
    tab.get_by_label("Пароль").fill(password)
    tab.get_by_role("button", name="Войти").click()


@pytest.fixture
def enter(console, drawn):
    """Signs in and waits until the page is drawn: `enter(tab, "Айгуль", "people")`."""

    def entered(tab, name, page=""):
        tab.goto(f"{console}/{page}")
        _sign_in(tab, name, PASSWORDS[name])
        tab.get_by_test_id("stMain").locator("h1").first.wait_for()  # the page to sign in has a heading of its own
        drawn(tab)

    return entered


def _ask(method, address, **more):
    """A request of somebody who is not in a browser, and keeps no cookie."""
    return httpx2.request(method, address, timeout=60, **more)


def _cookie(tab):
    """The session's; its name has the console's port, for a browser keeps one of a name for all ports of a host."""
    name = f"botops_session_{urlsplit(tab.url).port}"
    return next((cookie for cookie in tab.context.cookies() if cookie["name"] == name), None)


def test_signing_in_leads_where_one_wanted_and_lasts_over_a_reload(console, visitor):
    tab = visitor()
    tab.goto(f"{console}/prompts?view=history&lang=ru")
    tab.wait_for_url("**/sign-in?*")
    _sign_in(tab, HOSTILE, "не тот пароль")
    expect(tab.get_by_role("alert")).to_have_text("Имя или пароль неверны")
    expect(tab.get_by_label("Ваше имя")).to_have_value(HOSTILE)
    assert Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"] == []
    _sign_in(tab, "Айгуль", PASSWORDS["Айгуль"])
    tab.wait_for_url("**/prompts?*")
    expect(tab.get_by_role("heading", name="Промпты", exact=True)).to_be_visible()
    assert "view=history" in tab.url
    kept = _cookie(tab)
    assert (kept["httpOnly"], kept["sameSite"]) == (True, "Lax")
    tab.reload()
    side = tab.get_by_test_id("stSidebar")
    expect(side.get_by_text("Айгуль")).to_be_visible()
    expect(side.get_by_text("администратор")).to_be_visible()
    assert kept["value"] not in tab.content() + tab.url
    assert "botops_" not in tab.evaluate("document.cookie").replace("botops_lang", "")


def test_who_is_signed_in_reads_what_the_api_can(console, visitor, enter):
    tab = visitor()
    enter(tab, "Болат", "system?lang=ru")
    leads_to = tab.get_by_role("link", name="Описание API для программистов").get_attribute("href")
    assert urlsplit(leads_to).path == "/docs"
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(f"{console}/docs")
    tab.get_by_text("/v1/proposals", exact=True).first.click()
    tab.get_by_text("Without it, those nobody is done with.").first.wait_for()
    expect(tab.get_by_role("button", name="Try it out")).to_have_count(0)
    assert faults == []


def test_signing_out_ends_the_session_for_good(console, visitor, enter):
    tab = visitor()
    enter(tab, "Айгуль")
    token = _cookie(tab)["value"]
    tab.get_by_test_id("stSidebar").get_by_role("button", name="Выйти").click()
    tab.wait_for_url("**/sign-in*")
    assert _cookie(tab) is None
    tab.goto(f"{console}/dialogues")
    tab.wait_for_url("**/sign-in?*")
    with httpx2.Client(timeout=60, cookies={f"botops_session_{urlsplit(console).port}": token}) as kept_by_a_thief:
        assert kept_by_a_thief.get(f"{console}/session").status_code == 401


def test_what_a_viewer_may_not_do_is_refused(console, visitor, enter, drawn):
    """The page offers it not, and the service refuses whoever asks it past the page."""
    tab = visitor()
    enter(tab, "Болат", "prompts?view=release&lang=ru")
    expect(tab.get_by_test_id("stSidebar").get_by_text("наблюдатель")).to_be_visible()
    expect(tab.get_by_test_id("stSidebarNav").get_by_text("Люди и права")).to_have_count(0)
    tab.goto(f"{console}/people?lang=ru")
    tab.get_by_text("Для этого нужна роль: администратор. Ваша роль: наблюдатель.").wait_for()
    drawn(tab)
    expect(tab.get_by_text("Сауле")).to_have_count(0)
    api = f"http://127.0.0.1:{urlsplit(console).port - 1}"
    bearer = {"Authorization": f"Bearer {_cookie(tab)['value']}"}
    mine = {"name": "Болат", "roles": ["admin"]}
    refused = _ask("PUT", f"{api}/v1/people/roles", json=mine, headers=bearer)
    assert refused.status_code == 403
    assert _ask("GET", f"{api}/v1/session", headers=bearer).json()["roles"] == ["viewer"]
    assert _ask("GET", f"{api}/v1/session").status_code == 401


def _unfold(tab, title):
    """Opens a fold, and waits until it has grown to its height: a list that drops down meanwhile closes again."""
    fold = tab.get_by_test_id("stExpander").filter(has=tab.locator("summary", has_text=title)).locator("details")
    fold.locator("summary").click()
    expect(fold).to_have_js_property("open", True)
    fold.evaluate("fold => Promise.allSettled(fold.getAnimations().map(one => one.finished))")


def test_admin_lets_somebody_in_who_then_signs_in(console, visitor, enter, brings):
    tab = visitor()
    enter(tab, "Айгуль", "people?lang=ru")
    _unfold(tab, "Дать доступ")
    tab.get_by_label("Роли").first.fill("редактор")
    tab.get_by_role("option", name="редактор").click()
    tab.keyboard.press("Escape")
    tab.get_by_label("Пароль", exact=True).fill("ветер-гонит-перекати-поле")
    name = tab.get_by_label("Имя", exact=True)
    name.fill("Сауле")
    name.press("Enter")  # the button wakes up when the page has taken the name
    with brings(tab, tab.locator("td", has_text="Сауле")):
        tab.locator("[class*=st-key-person-add] button").click()
    other = visitor()
    other.goto(console)
    _sign_in(other, "Сауле", "ветер-гонит-перекати-поле")
    expect(other.get_by_test_id("stSidebar").get_by_text("редактор")).to_be_visible()


def test_page_left_open_shows_nothing_more_once_its_session_was_ended(console, visitor, enter, drawn):
    tab = visitor()
    enter(tab, "Айгуль", "dialogues?lang=ru")
    elsewhere = visitor()
    elsewhere.context.add_cookies([_cookie(tab)])
    elsewhere.goto(console)
    elsewhere.get_by_test_id("stMain").locator("h1").first.wait_for()
    drawn(elsewhere)
    elsewhere.get_by_test_id("stSidebar").get_by_role("button", name="Выйти").click()
    elsewhere.wait_for_url("**/sign-in*")
    with suppress(PlaywrightTimeout):  # by now the page may have noticed by itself, and is cut off or left
        tab.get_by_test_id("stSidebarNav").get_by_text("Расходы").click(timeout=5_000)
    tab.wait_for_url("**/sign-in*")


@pytest.mark.parametrize("path", ["/_stcore/host-config", "/media/x.csv", "/session", "/docs", "/openapi.json"])
def test_nothing_but_the_sign_in_answers_a_stranger(console, path):
    name = f"botops_session_{urlsplit(console).port}"
    for headers in ({}, {"cookie": f"{name}=x"}, {"cookie": f"{name}="}, {"cookie": "botops_session=x"}):
        assert _ask("GET", f"{console}{path}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "http://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
               "/%0d%0aSet-Cookie:x=1", "/\n//evil.example", "/sign-in", "http://[", "//["]
)  # fmt: skip
def test_signing_in_leads_nowhere_else(console, wanted):
    form = {"name": "Айгуль", "password": PASSWORDS["Айгуль"], "next": wanted}
    answer = _ask("POST", f"{console}/sign-in", data=form, headers={"Origin": console})
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).netloc == ""
    assert answer.headers["location"] in {"/", "/%0d%0aSet-Cookie:x=1"}


def test_form_of_another_site_signs_nobody_in(console):
    form = {"name": "Айгуль", "password": PASSWORDS["Айгуль"]}
    answer = _ask("POST", f"{console}/sign-in", data=form, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "botops_session" not in answer.headers.get("set-cookie", "")
    assert _ask("POST", f"{console}/sign-in", content=b"name=" + b"a" * 100_000).status_code == 401


def test_cookies_are_this_consoles_own_and_no_scripts(console):
    """Another installation on this host keeps its own: a browser shows the cookies of all ports to each."""
    form = {"name": "Айгуль", "password": PASSWORDS["Айгуль"]}
    answer = _ask("POST", f"{console}/sign-in", data=form, headers={"Origin": console})
    given = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    port = urlsplit(console).port
    assert set(given) == {f"botops_session_{port}", f"botops_device_{port}"}
    assert all("httponly" in line.lower() and "samesite=" in line.lower() for line in given.values())
    kept = [given[f"botops_session_{port}"].partition(";")[0], f"botops_session_{port - 1}=x", "botops_session=x"]
    assert _ask("GET", f"{console}/session", headers={"cookie": "; ".join(kept)}).status_code == 204


def test_guesses_of_others_do_not_hold_up_a_known_browser(console, installation):
    form = {"name": "Дана", "password": PASSWORDS["Дана"]}
    with httpx2.Client(base_url=console, timeout=60, headers={"Origin": console}) as browser:
        assert browser.post("/sign-in", data=form).status_code == 303
        # Ten wrong ones hold the next for minutes; three hold it for two seconds, which a slow machine takes to guess.
        with Container.open(load_settings(installation / "botops.yaml"), Secrets(), role="side") as container:
            for _ in range(9):
                container.store.sessions.count_try(tries.by_name("Дана"), lambda _failures: timedelta(), timedelta(1))
        guess = _ask("POST", f"{console}/sign-in", data={**form, "password": "guess"}, headers={"Origin": console})
        assert (guess.status_code, "Слишком много" in guess.text) == (401, False)
        held = _ask("POST", f"{console}/sign-in", data=form, headers={"Origin": console})
        assert (held.status_code, "Слишком много" in held.text) == (401, True)
        assert browser.post("/sign-in", data=form).status_code == 303


def test_what_a_page_of_another_port_sends_is_refused(console):
    for origin in ("http://evil.example", f"http://127.0.0.1:{urlsplit(console).port - 1}", "null", "http://["):
        asked = {"origin": origin, "accept": "text/html"}
        assert _ask("PUT", f"{console}/_stcore/upload_file/a/b", headers=asked).status_code == 403
        assert _ask("DELETE", f"{console}/_stcore/upload_file/a/b", headers=asked).status_code == 403
    assert _ask("PUT", f"{console}/_stcore/upload_file/a/b", headers={"origin": console}).status_code == 401


def test_form_that_no_page_made_is_answered_in_words(console):
    assert _ask("POST", f"{console}/sign-in", data={"name": "a"}, headers={"Origin": "http://["}).status_code == 403
    many = "&".join(f"field{n}=1" for n in range(50))
    assert _ask("POST", f"{console}/sign-in", content=many.encode()).status_code == 401
    assert _ask("GET", f"{console}/sign-in?next=http://[").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("Айгуль", ""), ("a" * 300, "x"), ("Айгуль", "x" * 2000)])
def test_name_or_password_nobody_can_have_is_wrong_and_no_outage(console, name, password):
    answer = _ask("POST", f"{console}/sign-in", data={"name": name, "password": password}, headers={"Origin": console})
    assert answer.status_code == 401
    assert "Имя или пароль неверны" in answer.text
    assert "не отвечает" not in answer.text


def test_button_that_takes_another_role_says_so(visitor, enter):
    tab = visitor()
    enter(tab, "Болат", "prompts?prompt=reception&lang=ru")
    kill = tab.locator("[class*=st-key-kill-reception] button").first
    expect(kill).to_be_disabled()
    kill.locator("..").hover()
    tab.get_by_text("Для этого нужна роль: оператор. Ваша роль: наблюдатель.").first.wait_for()
    other = visitor()
    enter(other, "Айгуль", "prompts?prompt=reception&lang=ru")
    expect(other.locator("[class*=st-key-kill-reception] button").first).to_be_enabled()


def test_deed_stands_under_the_name_of_who_signed_in_whatever_is_sent(console, visitor, enter, brings, installation):
    tab = visitor()
    enter(tab, "Айгуль", "prompts?prompt=reception&lang=ru")
    expect(tab.locator("[class*=st-key-kill-reception] button").first).to_be_enabled()
    api = f"http://127.0.0.1:{urlsplit(console).port - 1}"
    order = {"by": "Болат", "reason": "чужим именем", "to": "hand-over"}
    bearer = {"Authorization": f"Bearer {_cookie(tab)['value']}"}
    assert _ask("POST", f"{api}/v1/prompts/reception/kill", json=order, headers=bearer).status_code == 403
    tab.locator("[class*=st-key-kill-reception] button").first.click()
    tab.get_by_text("Передавать все диалоги людям").click()
    tab.locator("[class*=st-key-why-kill-reception] input").fill("проба")
    expect(tab.locator("[class*=st-key-by-kill-reception]")).to_have_count(0)
    with brings(tab, tab.get_by_text("Бот отключён: все диалоги передаются людям")):
        tab.locator("[class*=st-key-kill-now-reception] button").click()
    with Container.open(load_settings(installation / "botops.yaml"), Secrets(), role="reader") as container:
        assert {order.by for order in container.store.overrides.in_force()} == {"Айгуль"}


def test_page_of_another_port_of_this_host_talks_to_no_script_in_somebodys_name(console, visitor, enter):
    """To a browser all ports of a host are one site: it shows the cookie there, so the address has to be looked at."""
    tab = visitor()
    enter(tab, "Болат")
    talk = """address => new Promise(done => {
        const talk = new WebSocket(address.replace('http', 'ws') + '/_stcore/stream');
        talk.onopen = () => done('opened'); talk.onclose = talk.onerror = () => done('refused'); })"""
    assert tab.evaluate(talk, console) == "opened"
    tab.goto(f"http://127.0.0.1:{urlsplit(console).port - 1}/healthz")
    assert tab.evaluate(talk, console) == "refused"
