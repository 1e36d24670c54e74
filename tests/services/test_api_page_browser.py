"""The API's own page in a real browser: it works and asks nobody else for anything."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def test_the_api_page_shows_every_route_and_asks_no_foreign_host(project, running):
    from playwright.sync_api import sync_playwright

    with running(project) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        try:
            page = browser.new_page()
            asked, errors = [], []
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"{server.url}/docs")
            page.get_by_text("/v1/chat", exact=True).first.wait_for()
            shown = page.inner_text("#swagger-ui")
        finally:
            browser.close()
    for path in ("/v1/dialogues", "/v1/prompts/{name}", "/healthz", "/readyz", "/metrics"):
        assert path in shown.replace("\u200b", "")
    assert errors == []
    hosts = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme in {"http", "https", "ws", "wss"}}
    assert hosts == {urlsplit(server.url).netloc}
