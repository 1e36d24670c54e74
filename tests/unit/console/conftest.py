"""A project of the demo company with a few dozen dialogues lived by the product, and pages run without a browser."""

import asyncio
import shutil
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from streamlit.testing.v1 import AppTest

import botops.console
from botops.app import hand_offs
from botops.app.container import Container
from botops.app.seed import seed
from botops.config import Secrets, load_settings
from botops.console import data
from botops.domain.messages import InboundMessage
from botops.http import create_api

FILES = ("botops.yaml", "team.yaml", "prompts", "pricebook")
MAIN = Path(botops.console.__file__).parent / "main.py"


def copy_project(repository: Path, to: Path) -> Path:
    to.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        source = repository / name
        if source.is_dir():
            shutil.copytree(source, to / name)
        else:
            shutil.copy(source, to / name)
    return to


def open_project(folder: Path, role: str = "writer", **options) -> Container:
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role, **options)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> Path:
    """Never changed by a test."""
    folder = copy_project(Path(__file__).parents[3], tmp_path_factory.mktemp("seeded"))
    with open_project(folder) as container:
        asyncio.run(seed(container, 59))
    # Whether a few dozen dialogues hold one that was held back is chance: the last one surely is.
    lies = ("simulator.errors.invented_discount=1", "guard.policy=block")
    settings = load_settings(folder / "botops.yaml", overrides=lies)
    with Container.open(settings, Secrets(), role="writer") as container:
        asked = "Какая скидка на тариф «Старт»?"
        at = container.clock.now() - timedelta(days=3)
        asyncio.run(container.bot.run_turn(InboundMessage("held", "held", asked, at, "held")))
        for step in (hand_offs.take, hand_offs.close):
            step(container, "held", by="seller")
        container.store.roll_up()
    return folder


@pytest.fixture
def project(seeded, tmp_path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(seeded, tmp_path / "project"))


@pytest.fixture
def bare(repository, tmp_path) -> Path:
    """A project whose service was never started."""
    return copy_project(repository, tmp_path / "bare")


@pytest.fixture(autouse=True)
def _forget():
    yield
    data.forget()


@pytest.fixture
def run(monkeypatch):
    """Runs a page in a project's folder."""

    def run(folder: Path, page: str = "today", **parameters: str) -> AppTest:
        monkeypatch.chdir(folder)
        test = AppTest.from_file(str(MAIN), default_timeout=30)
        if "lang" in parameters:
            test.query_params["lang"] = parameters.pop("lang")
        if page != "today":
            test.run()
            test.switch_page(f"views/{page}.py")
            if parameters:
                test.run()  # changing the page empties the address
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    return run


@pytest.fixture
def words():
    """Everything a page says, as one text."""

    def words(test: AppTest) -> str:
        said = [element.proto.body for element in test.get("html") if "<style>" not in element.proto.body]
        said += [m.label + " " + m.value for m in test.metric] + [c.value for c in test.caption]
        said += [e.label for e in test.expander] + [t.value for t in test.title] + [b.label for b in test.button]
        said += [w.label for kind in (test.selectbox, test.text_input) for w in kind] + [t.label for t in test.tabs]
        return "\n".join(said)

    return words


@pytest.fixture
def served(project):
    """The service over a project that was lived in: its address and its container."""
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_api(container), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until = time.monotonic() + 20
            while not server.started and time.monotonic() < until:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", container
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()


@pytest.fixture
def acting(served, monkeypatch) -> Container:
    """A service that the page talks to; its container."""
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    return container
