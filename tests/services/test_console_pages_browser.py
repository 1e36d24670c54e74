"""Every page of the console's menu, and what is opened from them, in a real browser over a store full of hostile text.

On each: nothing of the text runs, no foreign host is asked, nothing is wider than the screen, and axe-core finds no
serious violation that Streamlit does not cause itself. A page added to the menu is looked at without a change here.
"""

import asyncio
import csv
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from botops.app.alerts.watching import AlertWatch
from botops.app.incidents.opening import from_alert
from botops.app.scaffold import write_scaffold
from botops.app.seed import seed
from botops.app.supervise import Console
from botops.console import navigation
from botops.domain.alerts import AlertSeverity, Example, LikelyCause, Signal, Where
from botops.domain.incidents import Scope
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.people import readable

pytestmark = pytest.mark.browser
SAID = "ЗЛОЙТЕКСТ"
HOSTILE = (
    f"{SAID} <script>window.hacked=1</script><img src=http://evil.example/a.png onerror='window.hacked=1'> "
    "![x](http://evil.example/b.png) [y](javascript:window.hacked=1) <http://evil.example/c> $$\\frac{1}{0}$$ "
    "=HYPERLINK(\"http://evil.example/d\") :material/bolt: :red[x] `</div></p></style><style>*{display:none!important}"
    "</style> \u202eтёарбо\u202c \u200b\ufeff " + "щ" * 300
)  # fmt: skip
LONG = HOSTILE + " длинный текст" * 7_200
"""100 kB."""
HOSTILE_ID = "<img src=http://evil.example/e.png onerror='window.hacked=1'>![x](http://evil.example/f.png)"
PLACES = {
    "dialogue": "dialogues?dialogue=hostile",
    "dialogue of a hostile id": f"dialogues?dialogue={quote(HOSTILE_ID)}",
    "replies to review": "dialogues?queue=first",
    "worst dialogues": "dialogues?order=worst",
    "dialogues found": f"dialogues?text={SAID}",
    "draft": "prompts?view=draft",
    "draft on a dialogue": "prompts?view=draft&dialogue=hostile",
    "release": "prompts?view=release",
    "history": "prompts?view=history",
    "alert": "alerts?alert={alert}",
    "incident": "alerts?incident={incident}",
    "talk": "chat?talk=hostile",
    "test": "evals?suite={suite}&case={case}",
    "run of tests": "evals?run={run}",
    "dearest dialogues": "costs?view=dialogues&days=7",
    "costs ahead": "costs?view=ahead",
    "plan": "costs?view=plan&dialogues=1000",
    "basis": "costs?view=basis",
    "a new price list": "pricebook?view=new",
    "sentences of the prices": "pricebook?view=sentences",
    "price books": "pricebook?view=releases",
}
TELLING = {
    "dialogues",
    "dialogue",
    "draft on a dialogue",
    "dialogue of a hostile id",
    "dialogues found",
    "alert",
    "incident",
    "talk",
    "test",
}
"""Where hostile text is seen as text: a page that leaves it out would prove nothing."""
PAGES = {name: navigation.address(name) for names in navigation.SECTIONS.values() for name in names}

AWAY = """[...document.querySelectorAll('[src], [href], .katex')].filter(
    e => e.className === 'katex' || new URL(e.src || e.href, location).hostname !== '127.0.0.1'
).map(e => e.outerHTML)"""
"""What leads or looks to another host, or runs; and a formula that was drawn."""
WIDER = """() => [...document.querySelectorAll('[data-testid=stMain] *')].filter(e => {
    for (let at = e; at.dataset.testid !== 'stMain'; at = at.parentElement)
        if (getComputedStyle(at).overflowX !== 'visible' && at.getBoundingClientRect().right <= innerWidth)
            return false;
    return e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width;
}).map(e => e.outerHTML.slice(0, 300)).slice(0, 3)"""
"""What stands over the right edge of the screen and cannot be scrolled within its own box."""

OF_STREAMLIT = {
    "list": "the side bar's list holds its sections' headings between the items",
    "listitem": "the same list: its items stand in a fold of the section",
    "svg-img-alt": "the small chart of st.metric draws its points as a graphic without a title",
}
"""Violations of axe-core's rules that Streamlit's own elements cause, and how. `_ours` proves whose they are."""
STREAMLIT_OWN = "[data-testid=stSidebarNav], [data-testid=stMetricChart], [data-testid=stMetric]"


class Rehearsal:
    """A detector that gives an alert whose every text is hostile."""

    name = "rehearsal"

    def __init__(self, container):
        self.container = container

    def look(self, now):
        words = dict.fromkeys(("ru", "kk", "en"), HOSTILE)
        example = Example("hostile", 1, now, HOSTILE)
        cause = LikelyCause("publish", now - timedelta(hours=2), HOSTILE, HOSTILE[:60], 0.87, "prompt:sales", "2")
        return (Signal(
            "discounts:sales", "BotopsWrongPromises", AlertSeverity.PAGE, "replies", now - timedelta(hours=1), words,
            words, 400.0, Money(900_000, "KZT"), Where("version", "sales@2", 0.93), (cause,), (example,),
            Scope(now - timedelta(hours=24)), "prompt:sales",
        ),)  # fmt: skip


def _aside(work):
    """Runs a coroutine in a thread of its own: in this one the browser's event loop may be running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _logged():
    """A dialogue of another bot whose wrong promise is wrapped in hostile text: its finding quotes it."""
    at = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    promise = f"Тариф «{HOSTILE_ID}» стоит 4 990 ₸ в месяц, а CRM Старт — 1 ₸ в месяц {HOSTILE}"
    messages = [{"role": "user", "content": LONG}, {"role": "assistant", "content": promise}]
    return [
        {"id": name, "started_at": at, "messages": messages, "lead": HOSTILE_ID} for name in ("hostile", HOSTILE_ID)
    ]


def _tested(server):
    """A test made of a hostile dialogue, and a run of it: its suite and case and the run, for addresses."""
    said = {"turn": 1, "by": HOSTILE_ID, "reason": readable(HOSTILE)}
    made = server.http.post("/v1/dialogues/hostile/case", json=said)
    assert made.status_code == 201, made.text
    suite, prompt = made.json()["suite"], made.json()["prompt"]
    asked = {"prompt": prompt, "version": 1, "suites": [suite], "by": HOSTILE_ID}
    begun = server.http.post("/v1/evals/tasks", json=asked)
    assert begun.status_code == 202, begun.text
    until = time.monotonic() + 60
    while (task := server.http.get(f"/v1/evals/tasks/{begun.json()['id']}").json())["state"] == "running":
        assert time.monotonic() < until, task
        time.sleep(0.1)
    assert task["runs"], task
    return {"suite": suite, "case": quote(made.json()["case"]), "run": task["runs"][0]}


@pytest.fixture(scope="module")
def place(tmp_path_factory, running):
    """A console over a store that was lived in, whose newest texts are hostile; addresses of what lies in it."""
    folder = tmp_path_factory.mktemp("pages") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8")), "utf-8")
    lies = ("simulator.errors.invented_discount=1", "guard.policy=observe", "probes.enabled=false")
    with running(folder, *lies) as server:
        container = server.container
        _aside(seed(container, 30))
        asked = InboundMessage(HOSTILE_ID + "2", HOSTILE_ID, HOSTILE, container.clock.now(), "k", channel=HOSTILE_ID)
        _aside(container.bot.run_turn(asked))
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in _logged())
        taken = server.http.post("/v1/dialogues", content=lines.encode()).json()
        assert (taken["dialogues"], taken["rejected"]) == (2, []), taken
        assert taken["findings"]
        rated = {"dialogue_id": "hostile", "rating": 1, "by": HOSTILE_ID, "reason": HOSTILE, "voice": "manager"}
        assert server.http.post("/v1/feedback", json=rated).status_code == 200
        AlertWatch(container, (Rehearsal(container),)).look()
        (alert,) = container.store.alerts.latest(rule="BotopsWrongPromises")
        incident = from_alert(container, alert.id, by=HOSTILE_ID)
        tested = _tested(server)
        console = Console(host="127.0.0.1", port=_free_port(), api=server.url, directory=folder, overrides=lies)
        console.start()
        try:
            assert console.wait_ready(60)
            yield console.address, {"alert": alert.id, "incident": str(incident.number), **tested}
        finally:
            console.stop()


def _settle(tab):
    """Waits until the page is drawn to its end. What a click brings is waited for before: until its run begins, the
    page is at rest."""
    tab.locator("h1").first.wait_for()
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    tab.locator("[data-testid=stSkeleton]").first.wait_for(state="detached")
    expect(tab.get_by_test_id("stException")).to_have_text([])  # says which one it is


def _violations(tab):
    """What axe-core finds serious or critical in what is ours: the rule, the element, what is wrong."""
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [rule for rule in found if rule["impact"] in {"serious", "critical"}]
    return [
        f"{rule['id']}: {node['html'][:300]} {(node['any'] or node['all'] or node['none'])[0]['message']}"
        for rule in serious
        for node in rule["nodes"]
        if not (rule["id"] in OF_STREAMLIT and _of_streamlit(tab, node["target"][-1]))
    ]


def _of_streamlit(tab, selector):
    return tab.evaluate("([s, own]) => !!document.querySelector(s)?.closest(own)", [selector, STREAMLIT_OWN])


def _fits(tab):
    """Charts draw themselves anew when the screen changes: they are waited for."""
    with suppress(PlaywrightTimeout):
        tab.wait_for_function(f"({WIDER})().length === 0", timeout=5_000)
    assert tab.evaluate(WIDER) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("name", [*PAGES, *PLACES])
def test_page_is_safe_readable_and_fits(place, tab, name):
    address, ids = place
    tab.goto(f"{address}/{(PAGES | PLACES)[name].format(**ids)}")
    _settle(tab)
    assert tab.evaluate(AWAY) == []
    assert tab.locator("h1").first.is_visible()  # no style of a text reached the page
    if name in TELLING:
        expect(tab.locator("body")).to_contain_text(re.compile(f"{SAID}|evil.example"))
    _looks_well(tab)


def _looks_well(tab):
    """Wide and light, then narrow and dark."""
    assert _violations(tab) == []
    tab.set_viewport_size({"width": 400, "height": 900})
    tab.emulate_media(color_scheme="dark")
    expect(tab.locator("[data-testid=stApp]")).to_have_css("color-scheme", "dark")
    _fits(tab)
    _settle(tab)
    assert _violations(tab) == []


def test_an_export_full_of_hostile_text_is_safe_readable_and_fits(place, tab, tmp_path):
    address, _ids = place
    file = tmp_path / "![x](http:evil.example) <b>.csv"
    rows = [
        ["ID диалога", "Дата", "Автор", HOSTILE_ID, "Сообщение"],
        [HOSTILE_ID, "20.11.2026 10:00", f"клиент {HOSTILE}", "=1+1", LONG],
        [HOSTILE_ID, "20.11.2026 10:01", "бот", "=1+1", f"Тариф «{HOSTILE_ID}» — скидка 77 % {HOSTILE}"],
    ]
    with file.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink).writerows(rows)
    tab.goto(f"{address}/import")
    _settle(tab)
    tab.locator("input[type=file]").set_input_files(file)
    for seen in ("Верно ли понят файл?", "В чём бот ошибается?"):
        expect(tab.get_by_text(seen)).to_be_visible()
        _settle(tab)
        assert tab.evaluate(AWAY) == []
        expect(tab.locator("body")).to_contain_text(re.compile(f"{SAID}|evil.example"))
        if seen.startswith("Верно"):
            tab.get_by_role("button", name="Найти ложные обещания").click()
    tab.locator("[class*='st-key-row-import'] a").first.click()
    expect(tab.locator("mark.bo-mark").first).to_be_visible()
    _settle(tab)
    assert tab.evaluate(AWAY) == []
    _looks_well(tab)
    tab.get_by_text("Всё, что нашлось").click()
    expect(tab.get_by_text("В чём бот ошибается?")).to_be_visible()
    _settle(tab)
    _looks_well(tab)
