"""Pictures of every console page: wide and narrow, light and dark, in each language, with full, empty and broken data.

    make screenshots            (needs /usr/bin/chromium; the pictures go to build/screenshots)

Each state is a scratch copy of the demo project served by `botops up` itself.
"""

import argparse
import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, sync_playwright

from botops.app.container import Container
from botops.app.scaffold import write_scaffold
from botops.app.seed import seed
from botops.config import Secrets, load_settings
from botops.console import navigation
from botops.domain.turns import Action
from botops.store import DialogueFilter

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync")  # fmt: skip
PAGES = {
    "today": "",
    "dialogues": "dialogues",
    "exceptions": "dialogues?exceptions=1",
    "chat": "chat",
    "prompts": "prompts",
    "draft": "prompts?view=draft",
    "release": "prompts?view=release",
    "history": "prompts?view=history",
    "evals": "evals",
    "experiments": "experiments",
    "pricebook": "pricebook",
    "live": "live?hours=168",
    "alerts": "alerts",
    "system": "system",
    "costs": "costs?days=28",
    "costs-dialogues": "costs?view=dialogues&days=28",
    "costs-ahead": "costs?view=ahead",
    "costs-plan": "costs?view=plan&dialogues=5000&tpm=150000",
    "costs-basis": "costs?view=basis",
}
PAGES |= {
    name: navigation.address(name) for names in navigation.SECTIONS.values() for name in names if name not in PAGES
}
SIZES = {"wide": (1400, 900), "narrow": (400, 800)}
TALLEST = 4000
LIES = ("simulator.errors.invented_discount=1", "guard.policy=observe")
CLIENTS = 40
QUESTIONS = (
    "Сколько стоит тариф «Старт»? А скидка будет?",
    "Какая скидка на «Кафе», если оплатим за год?",
    "Сделайте скидку",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("build/screenshots"))
    options.add_argument("--dialogues", type=int, default=400)
    options.add_argument("--port", type=int, default=9300)
    options.add_argument("--languages", nargs="+", choices=("ru", "kk", "en"), default=["ru", "kk", "en"])
    options.add_argument(
        "--only", nargs="+", metavar="NAME", help="only these views of a full store, such as: today alert"
    )
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full, broken, empty = projects(Path(scratch), asked.dialogues)
        views = PAGES | talks(full)
        foreign: list[str] = []
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
            with served(full, asked.port, *LIES) as console:
                if not asked.only or {"alert", "incident"} & set(asked.only):
                    views |= troubles(f"http://127.0.0.1:{asked.port}")
                views = {name: views[name] for name in asked.only or views if name in views}
                for language in asked.languages:
                    foreign += take(browser, console, views, asked.out, "full", language, dark=False)
                foreign += take(browser, console, views, asked.out, "full", "ru", dark=True)
            for state, folder in () if asked.only else (("empty", empty), ("broken", broken)):
                with served(folder, asked.port) as console:
                    foreign += take(browser, console, PAGES, asked.out, state, "ru", dark=False)
            browser.close()
    print(
        f"{len(list(asked.out.glob('*.png')))} pictures in {asked.out}; requests to foreign hosts: {foreign or 'none'}"
    )
    sys.exit(1 if foreign else 0)


def projects(scratch: Path, dialogues: int) -> tuple[Path, Path, Path]:
    """One full of data, one with broken files, one where nothing happened yet."""
    full = project(scratch / "full")
    with open_container(full) as container:
        asyncio.run(seed(container, dialogues))
    broken = Path(shutil.copytree(full, scratch / "broken"))
    (broken / "prompts" / "sales" / "1.yaml").write_text("messages: [\n", "utf-8")
    (broken / "pricebook" / "demo.yaml").unlink()
    return full, broken, project(scratch / "empty")


def project(folder: Path) -> Path:
    """A copy of the demo project that makes no dialogues by itself."""
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8")), "utf-8")
    return folder


def open_container(folder: Path, role: str = "writer") -> Container:
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role)


def talks(folder: Path) -> dict[str, str]:
    """One dialogue for each thing the guard can do."""
    views = {"queue": "dialogues?waiting=1"}
    with open_container(folder, "reader") as container:
        for action in (Action.FLAGGED, Action.REPAIRED, Action.BLOCKED):
            page = container.store.reads.dialogues(DialogueFilter(action=action, limit=1))
            views |= {f"dialogue-{action.value}": f"dialogues?dialogue={row.id}" for row in page.items}
    return views


def troubles(api: str, seconds: float = 300) -> dict[str, str]:
    """An alert that a bot raises which promises discounts to whoever asks, and an incident opened from it."""
    with httpx2.Client(base_url=api, timeout=30) as http:
        for number in range(CLIENTS):
            asked = QUESTIONS[number % len(QUESTIONS)]
            http.post("/v1/chat", json={"text": asked, "lead_id": f"today-{number:02d}"}).raise_for_status()
        until = time.monotonic() + seconds
        while not (found := http.get("/v1/alerts").json()):
            if time.monotonic() > until:
                sys.exit(f"no alert came within {seconds:.0f} s of {CLIENTS} invented discounts")
            time.sleep(2)
        alert = found[0]["id"]
        opened = http.post("/v1/incidents/from-alert", json={"alert": alert, "by": "AI Ops"})
        opened.raise_for_status()
        number = opened.json()["number"]
    return {"alert": f"alerts?alert={alert}", "incident": f"alerts?incident={number}"}


@contextlib.contextmanager
def served(folder: Path, port: int, *settings: str) -> Iterator[str]:
    """`botops up` in a folder; the console's address."""
    command = [sys.executable, "-m", "botops.cli", "up", "--port", str(port)]
    command += [word for setting in settings for word in ("--set", setting)]
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, "NO_COLOR": "1"}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            console = f"http://127.0.0.1:{port + 1}"
            await_answer(f"{console}/_stcore/health")
            await_answer(f"http://127.0.0.1:{port}/healthz")
            yield console
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            await_silence(port + 1)


def await_answer(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def await_silence(port: int, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.2)


def take(
    browser: Browser, console: str, views: dict[str, str], out: Path, state: str, language: str, *, dark: bool
) -> list[str]:
    """Pictures of views; the foreign addresses that were asked for."""
    foreign: list[str] = []
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        page.on(
            "request",
            lambda r: None if re.match(r"(https?|wss?)://127\.0\.0\.1|data:|blob:", r.url) else foreign.append(r.url),
        )
        for name, address in views.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{console}/{address}{'&' if '?' in address else '?'}lang={language}")
            page.wait_for_selector("h1")
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
            page.wait_for_timeout(800)  # charts are drawn after the page is
            whole = page.evaluate(
                "Math.max(...[...document.querySelectorAll('[data-testid=stMain],[data-testid=stAppScrollToBottomContainer]')]"
                ".map(e => e.scrollHeight), 0)"
            )
            page.set_viewport_size({"width": width, "height": max(height, min(int(whole), TALLEST))})
            page.wait_for_timeout(500)
            page.screenshot(path=out / f"{state}-{name}-{language}-{size}{'-dark' if dark else ''}.png")
        context.close()
    return foreign


if __name__ == "__main__":
    main()
