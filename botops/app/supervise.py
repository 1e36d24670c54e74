"""Running everything together: the API in this process, the console beside it as a process of its own."""

from __future__ import annotations

import ctypes
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
from pathlib import Path
from typing import TYPE_CHECKING

from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.config import Settings

log = logging.getLogger(__name__)

API_VARIABLE = "BOTOPS_API"
"""Where the console finds the API."""
KEY_VARIABLE = "BOTOPS_CONSOLE_KEY"
"""The key by which the API knows the console's process, see `Secrets`."""
SET_VARIABLE = "BOTOPS_SET"
"""Settings overridden for this run, one assignment a line: the console must see the same ones."""
CONSOLE_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "theme.primaryColor": "#175cd3",
    "theme.baseRadius": "0.5rem",
    "theme.dark.primaryColor": "#53b1fd",
    "theme.light.linkColor": "#175cd3",
    "theme.dark.linkColor": "#84caff",
}
"""What `.streamlit/config.toml` says of privacy and looks; a project's folder need not have that file."""
_PR_SET_PDEATHSIG = 1
_TERMINATE_S = 5.0


def require_sign_in(settings: Settings) -> None:
    """Raises UserError for an address others can reach while nobody has to sign in."""
    if not settings.server.local and not settings.sign_in.on:
        raise UserError(
            f"{settings.server.host} can be reached by others and nobody would have to sign in: bind to 127.0.0.1, or "
            "set `sign_in: {method: local}` in botops.yaml and let the first person in with `botops user add NAME "
            "--role admin`"
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

    def __init__(
        self,
        *,
        host: str,
        port: int,
        api: str,
        directory: Path,
        overrides: tuple[str, ...] = (),
        key: str | None = None,
    ) -> None:
        self.address = f"http://{host}:{port}"
        self._command = [
            sys.executable, "-m", "botops.console",
            "--server.address", host, "--server.port", str(port), "--server.headless", "true",
            "--server.fileWatcherType", "none", "--logger.level", "warning",
            *(part for name, value in CONSOLE_OPTIONS.items() for part in (f"--{name}", value)),
        ]  # fmt: skip
        self._environment = {**os.environ, API_VARIABLE: api, SET_VARIABLE: "\n".join(overrides)}
        if key is not None:
            self._environment[KEY_VARIABLE] = key
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
