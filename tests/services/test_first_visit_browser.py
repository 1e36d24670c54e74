"""The first visit, as a new user has it: `botops up` in an empty folder, the address it prints, and no instructions."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
MOST_CLICKS = 3
COUNT = "window.clicks = 0; addEventListener('click', () => { window.clicks += 1 }, true)"


@pytest.fixture
def tab(tab):
    """Counts clicks."""
    tab.add_init_script(COUNT)
    return tab


def test_a_wrong_promise_and_why_within_three_clicks(project, process, wait_for, port, tab, tmp_path):
    with process(project, "up", "--port", str(port), "--set", "demo.dialogues=60") as child:
        wait_for(f"http://127.0.0.1:{port + 1}/_stcore/health", seconds=120, child=child)
        # The page is open before there is anything to show: it must come to life by itself.
        tab.goto(f"http://127.0.0.1:{port + 1}/")
        told = tab.locator(".st-key-worst-promise")
        expect(told).to_contain_text("Клиентам сказали неправду")
        expect(told).to_contain_text("В прайсе:")
        assert tab.evaluate("clicks") == 0
        # While numbers grow the page draws itself anew, and Streamlit forgets a link that is clicked in that moment.
        expect(tab.get_by_test_id("stProgress")).to_have_count(0, timeout=180_000)
        _settle(tab)
        told.get_by_text("Показать в диалоге").click()
        tab.wait_for_url("**dialogue=*")
        expect(tab.locator("mark.bo-mark").first).to_be_visible()
        expect(tab.get_by_text("Почему").filter(visible=True).first).to_be_visible()
        assert 0 < tab.evaluate("clicks") <= MOST_CLICKS
        _the_week_is_one_sheet_of_paper(tab, f"http://127.0.0.1:{port + 1}/monday", tmp_path / "week.pdf")


def _settle(tab):
    """Waits until the page is drawn to its end."""
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def _the_week_is_one_sheet_of_paper(tab, address, file):
    tab.goto(address)
    expect(tab.get_by_text("Что ещё не сделано?")).to_be_visible()
    _settle(tab)
    tab.emulate_media(media="print", color_scheme="dark")
    for gone in ("stSidebar", "stPageLink"):
        expect(tab.get_by_test_id(gone).filter(visible=True)).to_have_count(0)
    expect(tab.locator("[data-testid=stMain]")).to_have_css("background-color", "rgb(255, 255, 255)")
    tab.pdf(path=file, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", file.read_bytes())) == 1
