"""Running everything together: the API in this process, the console beside it, background work in threads."""

from __future__ import annotations

import ctypes
import ipaddress
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.care import retain
from botops.app.costs.budgets import announcing, look
from botops.app.experiments.auto_stop import ExperimentWatch
from botops.app.experiments.experimenting import promote_winners
from botops.app.pricebooks.canary import BookCanary
from botops.app.releases.overrides import unservable
from botops.domain.errors import StoreError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container

log = logging.getLogger(__name__)

API_VARIABLE = "BOTOPS_API"
"""Where the console finds the API."""
SET_VARIABLE = "BOTOPS_SET"
"""Settings overridden for this run, one assignment a line: the console must see the same ones."""
CONSOLE_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "theme.primaryColor": "#1570ef",
    "theme.baseRadius": "0.5rem",
    "theme.dark.primaryColor": "#53b1fd",
    "theme.light.linkColor": "#175cd3",
    "theme.dark.linkColor": "#84caff",
}
"""What `.streamlit/config.toml` says of privacy and looks; a project's folder need not have that file."""
_PR_SET_PDEATHSIG = 1
_WATCH_EVERY_S = 5.0
_LOOK_FOR_DEAD_EVERY = 12
"""Rounds of the watch loop, a minute together."""
_LOOK_AT_EXPERIMENTS_EVERY = 6
"""Rounds of the watch loop, half a minute together: traffic goes back to the control within a minute of harm shown."""
_REMOVE_OLD_EVERY = 720
"""Rounds of the watch loop, an hour together."""
_ROLL_UPS_A_ROUND = 10
_TERMINATE_S = 5.0


def require_loopback(host: str) -> None:
    """Raises UserError for an address others can reach: there is no sign-in yet that would protect it."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise UserError(
            f"{host} can be reached by others and nobody would have to sign in: bind to 127.0.0.1 and put a reverse "
            "proxy with sign-in in front"
        )


def require_free(host: str, port: int, what: str) -> None:
    """Raises UserError when a port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserError(
                f"port {port} for the {what} is taken ({error.strerror}): choose another with --port, "
                "or stop what listens there"
            ) from error


def end_with_parent() -> None:
    """In the child: asks the kernel for SIGTERM when the parent dies, `kill -9` included, or the port stays taken."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Console:
    """The console's process: started, restarted when it dies, ended with us."""

    def __init__(self, *, host: str, port: int, api: str, directory: Path, overrides: tuple[str, ...] = ()) -> None:
        self.address = f"http://{host}:{port}"
        self._command = [
            sys.executable, "-m", "botops.console",
            "--server.address", host, "--server.port", str(port), "--server.headless", "true",
            "--server.fileWatcherType", "none", "--logger.level", "warning",
            *(part for name, value in CONSOLE_OPTIONS.items() for part in (f"--{name}", value)),
        ]  # fmt: skip
        self._environment = {**os.environ, API_VARIABLE: api, SET_VARIABLE: "\n".join(overrides)}
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()

    def start(self) -> None:
        """Starts the process and the thread that keeps it alive."""
        self._spawn()
        threading.Thread(target=self._keep_alive, name="console-supervisor", daemon=True).start()

    def wait_ready(self, seconds: float = 30.0) -> bool:
        """True once the console answers; False when it does not within `seconds`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._ending.is_set():
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1) as answer:  # noqa: S310
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def stop(self) -> None:
        """Ends the process: asked first, killed when it does not listen."""
        self._ending.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_TERMINATE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _spawn(self) -> None:
        # A session of its own: Ctrl-C reaches us, and we end it in order.
        self._process = subprocess.Popen(  # noqa: S603
            self._command, cwd=self._directory, env=self._environment, stdout=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )  # fmt: skip

    def _keep_alive(self) -> None:
        pause = 1.0
        while not self._ending.is_set():
            assert self._process is not None
            code = self._process.wait()
            if self._ending.wait(pause):
                return
            log.error("the console ended with code %s, starting it again", code)
            pause = min(pause * 2, 60.0)
            self._spawn()


class Watch:
    """The watch loop, in a thread of its own: roll-ups, turns of dead processes, dialogues kept for too long, a new
    price book, experiments that do harm or come to their planned end, soft limits of budgets, and what is wrong with
    prompt and price files, said once in the log when it appears and once when it is mended."""

    def __init__(self, container: Container, on_tick: Callable[[], None] | None = None) -> None:
        self._container = container
        self._on_tick = on_tick
        self._ending = threading.Event()
        self._told: frozenset[str] = frozenset()
        self._canary = BookCanary(container)
        self._experiments = ExperimentWatch(container)
        self._stuck: frozenset[str] = frozenset()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it after what it is doing."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        rounds = 0
        self._do("looking at the files", self._tell)
        while not self._ending.wait(_WATCH_EVERY_S):
            for every, what, duty in self._duties():
                if rounds % every == 0:
                    self._do(what, duty)
            rounds += 1
            if self._on_tick is not None:
                self._on_tick()

    def _duties(self) -> tuple[tuple[int, str, Callable[[], object]], ...]:
        """What is done every so many rounds, in this order: experiments first, which steady traffic must not delay."""
        return (
            (_LOOK_AT_EXPERIMENTS_EVERY, "looking for harm done by experiments", self._experiments.look),
            (_LOOK_AT_EXPERIMENTS_EVERY, "promoting the winners of experiments", self._promote),
            (_LOOK_FOR_DEAD_EVERY, "looking for turns of dead processes", self._container.store.interrupt_dead),
            (_REMOVE_OLD_EVERY, "removing dialogues kept for too long", partial(retain, self._container)),
            (1, "watching the price book", self._canary.look),
            (1, "watching budgets", self._watch_budgets),
            (1, "rolling up", self._roll_up),
            (1, "looking at the files", self._tell),
        )

    def _do(self, what: str, duty: Callable[[], object]) -> None:
        """One duty. Its fault is said and counted, and keeps no other from being done: a watch that ended over one of
        them would end in silence, and with it what stops a harmful experiment."""
        try:
            duty()
        except StoreError as error:
            self._container.metrics.watch_errors.inc()
            log.error("%s failed, tried again in %s s: %s", what, _WATCH_EVERY_S, error)
        except Exception:
            self._container.metrics.watch_errors.inc()
            log.exception("%s broke off", what)

    def _roll_up(self) -> None:
        """Rolls up what is due, or some of it: under steady traffic there is always more, and what else is looked after
        must not wait for it."""
        for _ in range(_ROLL_UPS_A_ROUND):
            if self._ending.is_set() or not self._container.store.roll_up():
                return

    def _watch_budgets(self) -> None:
        """Tells the soft limits that were reached."""
        look(self._container, announcing(self._container.metrics))

    def _promote(self) -> None:
        """Makes winners live where their experiments ask for it; what stands against it is said once."""
        stuck = frozenset(promote_winners(self._container))
        for line in sorted(stuck - self._stuck):
            log.error("%s", line)
        self._stuck = stuck

    def _tell(self) -> None:
        now = frozenset(broken_files(self._container))
        for line in sorted(now - self._told):
            log.error("%s", line)
        if self._told and not now:
            log.warning("prompts and price book are whole again")
        self._told = now


def broken_files(container: Container) -> list[str]:
    """What is wrong with the files the bot serves from, in lines fit for a log; the last good texts serve meanwhile."""
    registry, books = container.registry, container.books
    registry.refresh()
    lines = [p.text() for p in registry.state().problems if p.level == "error"]
    if books.current() is None and not books.problems:
        lines.append(f"{books.path}: no price book: replies are not judged and nothing is sold without one")
    lines += unservable(registry, container.overrides.in_force())
    return lines + [p.text() for p in books.problems]
