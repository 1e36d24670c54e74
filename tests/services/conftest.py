"""Real installations in scratch folders: the demo project, its API in this process or as a process of its own."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from botops.app.container import Container
from botops.app.scaffold import write_scaffold
from botops.cli.main import run
from botops.config import Secrets, load_settings
from botops.http import create_api
from botops.http.gate import Keys


@pytest.fixture
def project(tmp_path) -> Path:
    """A fresh copy of the demo project, with no dialogues to make."""
    folder = tmp_path / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8")), "utf-8")
    return folder


def _free_ports() -> int:
    """A port that is free together with the one above it."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port + 1))
                return port


@dataclass
class Running:
    """An API that answers, and the container behind it."""

    url: str
    container: Container
    http: httpx2.Client
    api: FastAPI

    def chat(self, text, **more):
        answer = self.http.post("/v1/chat", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextlib.contextmanager
def _running(project: Path, *overrides: str, keys: Keys | None = None, **parts) -> Iterator[Running]:
    """The API over a project, on a loopback port, in a thread of this process."""
    settings = load_settings(project / "botops.yaml", required=True, overrides=overrides)
    with Container.open(settings, Secrets(), **parts) as container:
        port = _free_ports()
        api = create_api(container, keys)
        config = uvicorn.Config(api, host="127.0.0.1", port=port, log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                yield Running(f"http://127.0.0.1:{port}", container, http, api)
        finally:
            server.should_exit = True
            thread.join(10)


def _hears_ctrl_c() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def _process(project: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    """`botops …` as a process of its own; ended with the block."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "BOTOPS_", "COV_"))}
    child = subprocess.Popen(
        [sys.executable, "-m", "botops.cli", *arguments], cwd=project, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_hears_ctrl_c,  # noqa: PLW1509
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
        child.wait()
        child.stdout.close()


def _wait_for(url: str, seconds: float = 30, child: subprocess.Popen | None = None) -> httpx2.Response:
    """The first good answer of an address."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if child is not None and child.poll() is not None:
            raise AssertionError(f"ended with {child.returncode}: {child.stdout.read().decode()}")
        with contextlib.suppress(httpx2.TransportError):
            answer = httpx2.get(url, timeout=5)
            if answer.status_code == 200:
                return answer
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def running():
    """Starts an API over a project: `with running(project, "guard.policy=block") as server`."""
    return _running


@pytest.fixture
def process():
    """Starts `botops …` as a process of its own: `with process(project, "serve") as child`."""
    return _process


@contextlib.contextmanager
def _started(project: Path) -> Iterator[str]:
    """`botops up` as a user starts it, over the store as it is; the console's address. The API is one port below."""
    port = _free_ports()
    with _process(project, "up", "--port", str(port), "--no-seed") as child:
        _wait_for(f"http://127.0.0.1:{port}/healthz", 180, child)
        _wait_for(f"http://127.0.0.1:{port + 1}/_stcore/health", 180, child)
        yield f"http://127.0.0.1:{port + 1}"


@pytest.fixture(scope="session")
def started():
    """Starts API and console as one: `with started(project) as console`."""
    return _started


# --- browsers ---------------------------------------------------------------------------------------------------------

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync")  # fmt: skip
PATIENCE_MS = 60_000
"""How long a page is waited for on a machine that runs much else."""
_SCREEN = {"width": 1400, "height": 900}
_OURS = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:http://127.0.0.1:")


@pytest.fixture(scope="module")
def chromium():
    """Debian's browser, started once for a file of tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        yield browser
        browser.close()


def _page(chromium):
    """A page of a browser that knows nothing yet."""
    context = chromium.new_context(viewport=_SCREEN, locale="ru-RU", color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


@dataclass
class _Seen:
    """What pages did that they must never do."""

    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hacked: list[object] = field(default_factory=list)

    def asked(self, request):
        if not request.url.startswith(_OURS):
            self.foreign.append(request.url)

    def broke(self, error):
        self.faults.append(str(error))

    def watch(self, page):
        page.on("request", self.asked)
        page.on("pageerror", self.broke)

    def leave(self, page):
        self.hacked.append(page.evaluate("window.hacked"))
        page.remove_listener("request", self.asked)
        page.remove_listener("pageerror", self.broke)

    def check(self):
        assert (self.foreign, self.faults, set(self.hacked) - {None}) == ([], [], set())


@pytest.fixture(scope="module")
def _kept_page(chromium):
    page = _page(chromium)
    yield page
    page.context.close()


@pytest.fixture
def tab(_kept_page):
    """A page that remembers nothing of earlier tests. A foreign host it asks, a fault of a script, or a text that runs
    as a script (which sets `window.hacked`) fails the test.

    It is one page for a file of tests: to read and compile Streamlit's scripts anew is most of what a page costs."""
    page, seen = _kept_page, _Seen()
    seen.watch(page)
    yield page
    seen.leave(page)
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(_SCREEN)
    page.emulate_media(media="null", color_scheme="light")
    seen.check()


@pytest.fixture
def visitor(chromium):
    """Opens browsers that know nothing of each other, watched as `tab` is."""
    pages, seen = [], _Seen()

    def opened():
        page = _page(chromium)
        pages.append(page)
        seen.watch(page)
        return page

    yield opened
    for page in pages:
        seen.leave(page)
        page.context.close()
    seen.check()


def _drawn(page) -> None:
    """Waits until a page is drawn to its end, without a fault. Right after a press it still stands as it stood before:
    what the press brings is waited for first, see `_brings`."""
    from playwright.sync_api import expect

    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@contextlib.contextmanager
def _brings(page, effect) -> Iterator[None]:
    """What is done to a page in the block brings `effect`, which is not there before; waits for it, and until the page
    is drawn to its end. Whatever is touched earlier interrupts the run of the script, and with it what is still to be
    done in it: Streamlit forgets a press that an interrupted run carried."""
    from playwright.sync_api import expect

    expect(effect).to_have_count(0)
    yield
    effect.first.wait_for()
    _drawn(page)


@pytest.fixture(scope="session")
def drawn():
    """Waits until a page is drawn to its end: `drawn(tab)`, once something of it is seen."""
    return _drawn


@pytest.fixture(scope="session")
def brings():
    """Waits for what a press brings: `with brings(tab, tab.get_by_text("It is kept")): button.click()`."""
    return _brings


@pytest.fixture
def wait_for():
    """Waits for an address to answer with 200."""
    return _wait_for


@pytest.fixture
def port() -> int:
    """A free port, the one above it free as well."""
    return _free_ports()


@pytest.fixture
def botops(monkeypatch, capsysbinary):
    """Runs a command in a folder, in this process, as `by` when given: exit code, stdout, stderr."""

    def call(folder, *arguments, stdin=b"", by=None):
        monkeypatch.chdir(folder)
        if by is not None:
            monkeypatch.setenv("BOTOPS_USER", by)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            run(arguments)
        out, err = capsysbinary.readouterr()
        return stop.value.code, out.decode(), err.decode()

    return call
