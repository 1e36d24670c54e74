"""The API's own page in a real browser: it works and asks nobody else for anything."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser
SAYS = "path => document.querySelector('#swagger-ui').innerText.replaceAll('\\u200b', '').includes(path)"
"""Long paths are shown with places to break them."""


def test_the_api_page_shows_every_route_and_asks_no_foreign_host(project, running, tab):
    with running(project) as server:
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{server.url}/docs")
        tab.get_by_text("/v1/chat", exact=True).first.wait_for()
        for path in ("/v1/dialogues", "/v1/prompts/{name}", "/healthz", "/readyz", "/metrics"):
            tab.wait_for_function(SAYS, arg=path)
    hosts = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme in {"http", "https", "ws", "wss"}}
    assert hosts == {urlsplit(server.url).netloc}
