"""A price list in a real browser: dropped in on a phone, corrected, stale prompts seen, proposed, agreed to, live."""

import pytest
from playwright.sync_api import expect

from botops.app.supervise import Console
from botops.domain.releases import ProposalState

pytestmark = pytest.mark.browser
POLICY = ("releases.pricebook={approval: second_person}", "probes.enabled=false")
HOSTILE = "<img src=http://evil.example/a.png onerror='window.hacked=1'>![x](http://evil.example/b.png)"
LIST = f"""\
ТОО «Айна Касса»;;;
Прайс на декабрь;;;
№;Что продаём;Сколько;{HOSTILE}
1;Старт;от 7 900 тг/мес;=HYPERLINK("http://evil.example")
2;Aina Go;118 900;
3;Моноблок Aina Duo;дорого;
4;{HOSTILE};5 000;
"""


@pytest.fixture
def console(project, running, port):
    """The console over a project whose draft names a price; the container of its API."""
    folder = project / "prompts" / "sales"
    before, found, after = (folder / "1.yaml").read_text("utf-8").partition("content: |\n")
    (folder / "draft.yaml").write_text(f"{before}{found}      Тариф «Старт» — 6 900 ₸ в месяц.\n{after}", "utf-8")
    with running(project, *POLICY) as server:
        console = Console(host="127.0.0.1", port=port, api=server.url, directory=project, overrides=POLICY)
        console.start()
        try:
            assert console.wait_ready(60)
            yield console.address, server.container
        finally:
            console.stop()


@pytest.fixture
def tab(tab):
    """Of a narrow screen."""
    tab.set_viewport_size({"width": 400, "height": 900})
    return tab


def _fits(tab):
    tab.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def _fill(tab, key, why, who):
    tab.locator(f"[class*=st-key-why-{key}] input").fill(why)
    tab.locator(f"[class*=st-key-by-{key}] input").fill(who)


def test_a_price_list_shows_stale_prompts_and_is_agreed_to(console, tab, project, drawn, brings):
    address, container = console
    tab.goto(f"{address}/pricebook?view=new")
    drop = tab.locator("input[type=file]")
    drop.wait_for(state="attached")
    drawn(tab)
    with brings(tab, tab.get_by_text("Не удалось прочитать 1 строку")):
        drop.set_input_files({"name": "прайс.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1251")})
    expect(tab.get_by_text("«дорого»")).to_be_visible()
    with brings(tab, tab.get_by_text("В промптах старая цена: 1 место")):
        tab.get_by_text("Пропустить эти строки и продолжить с остальными").click()
    expect(tab.get_by_text("2 цены вырастут, 1 новая цена.")).to_be_visible()
    _fits(tab)
    tab.reload()  # neither the file nor what was said of it is lost
    tab.get_by_text("В промптах старая цена: 1 место").first.wait_for()
    drawn(tab)
    expect(tab.get_by_text("prompts/sales/draft.yaml:")).to_be_visible()
    _fits(tab)
    _fill(tab, "live-", "цены с декабря", "Айгуль")
    with brings(tab, tab.get_by_text("Прайс предложен")):
        tab.get_by_role("button", name="Предложить").click()
    (proposal,) = container.store.proposals.listed("pricebook")
    _fits(tab)
    tab.get_by_role("button", name="Решить").click()
    _fill(tab, proposal.id, "сверил с приказом", "Ержан")
    with brings(tab, tab.get_by_text("одобрен", exact=False)):
        tab.locator("[class*=st-key-decide-now] button").click()
    assert container.store.proposals.get(proposal.id).state is ProposalState.APPROVED
    _fits(tab)
    tab.get_by_role("button", name="Ввести в действие").click()
    _fill(tab, f"live-{proposal.id}", "введено с декабря", "Айгуль")
    with brings(tab, tab.get_by_text("введено с декабря")):
        tab.locator("[class*=st-key-publish-now] button").click()
    assert "\nlive: 1.yaml\n" in (project / "pricebook" / "release.yaml").read_text("utf-8")
    tab.goto(f"{address}/pricebook?q=Старт")  # a link somebody was sent
    tab.get_by_text("7 900 ₸").first.wait_for()
    drawn(tab)
    _fits(tab)
