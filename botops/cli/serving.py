"""`botops up`, `serve` and `console`."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from botops.cli.context import open_container, project_settings, set_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container
    from botops.config import Settings
    from botops.http.gate import Keys

_PORT = click.option("--port", type=click.IntRange(1, 65_534), help="Port of the API; the console is one above.")


@click.command()
@_PORT
@set_option
@click.option("--no-seed", is_flag=True, help="Do not fill an empty store with the demo company's dialogues.")
def up(port: int | None, overrides: tuple[str, ...], no_seed: bool) -> None:
    """Start everything on 127.0.0.1: API, console, metrics and watch loop. Ctrl-C ends all."""
    from botops.app.supervise import Console, require_free, require_sign_in

    _end_in_order()
    settings = _settings(overrides, port)
    server = settings.server
    require_sign_in(settings)
    console_port = server.effective_console_port
    require_free(server.host, server.port, "API")
    require_free(server.host, console_port, "console")
    api = f"http://{server.host}:{server.port}"
    keys = _keys(own=True)
    console = Console(
        host=server.host, port=console_port, api=api, directory=settings.root, overrides=overrides, key=keys.console
    )
    console.start()
    try:
        with open_container(settings) as container, ExitStack() as stack:
            threading.Thread(target=_announce, args=(console, api, container), daemon=True).start()
            if not no_seed:
                stack.enter_context(_demo(container))
            _serve(container, keys)
    finally:
        console.stop()


@click.command()
@_PORT
@set_option
def serve(port: int | None, overrides: tuple[str, ...]) -> None:
    """Start the API and metrics, with the watch loop."""
    from botops.app.supervise import require_free, require_sign_in

    _end_in_order()
    settings = _settings(overrides, port)
    require_sign_in(settings)
    require_free(settings.server.host, settings.server.port, "API")
    keys = _keys()
    with open_container(settings) as container:
        click.echo(f"API      http://{settings.server.host}:{settings.server.port}", err=True)
        _serve(container, keys)


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of the console.")
@click.option("--api", default=None, help="Address of the API; by default as botops.yaml says.")
@set_option
def console(port: int | None, api: str | None, overrides: tuple[str, ...]) -> None:
    """Start the console beside an API that runs already."""
    from botops.app.supervise import Console, require_free, require_sign_in

    _end_in_order()
    settings = _settings(overrides)
    server = settings.server
    chosen = port or server.effective_console_port
    require_sign_in(settings)
    require_free(server.host, chosen, "console")
    address = api or f"http://{server.host}:{server.port}"
    page = Console(host=server.host, port=chosen, api=address, directory=settings.root, overrides=overrides)
    page.start()
    click.echo(f"Console  {page.address}", err=True)
    try:
        threading.Event().wait()
    finally:
        page.stop()


def _end_in_order() -> None:
    """SIGTERM ends what runs as Ctrl-C does: the server hands the signal back, and what was started is stopped."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)


def _settings(overrides: tuple[str, ...], port: int | None = None) -> Settings:
    chosen = (f"server.port={port}", "server.console_port=null") if port else ()
    return project_settings((*overrides, *chosen))


def _keys(*, own: bool = False) -> Keys:
    """The keys of programs, from the environment; with `own` one for the console is made up when there is none: the
    process we start gets it from us."""
    from botops.config import Secrets
    from botops.http.gate import Keys

    keys = Keys.of(Secrets.from_environ(os.environ))
    return replace(keys, console=secrets.token_urlsafe(32)) if own and keys.console is None else keys


def _serve(container: Container, keys: Keys) -> None:
    import uvicorn

    from botops.app.background import background
    from botops.app.served import serving
    from botops.http import create_api

    server = container.settings.server
    with background(container), serving(container):
        uvicorn.run(
            create_api(container, keys), host=server.host, port=server.port,
            log_level="warning", timeout_graceful_shutdown=5, server_header=False,
        )  # fmt: skip


def _announce(console: object, api: str, container: Container) -> None:
    from botops.app.supervise import Console

    assert isinstance(console, Console)
    ready = console.wait_ready()
    model = container.bot.model
    click.echo(f"\n  Console  {console.address}{'' if ready else '   (still starting)'}", err=True)
    # Where people sign in, a browser has its session at the console alone.
    click.echo(f"  API      {console.address if container.settings.sign_in.on else api}/docs", err=True)
    click.echo(f"  Metrics  {api}/metrics", err=True)
    if model.simulated:
        click.echo("  Model    simulated: no OPENAI_API_KEY is set, so no language model stands behind it", err=True)
    else:
        click.echo(f"  Model    {model.name}", err=True)
    click.echo("  Ctrl-C ends all.\n", err=True)


@contextmanager
def _demo(container: Container) -> Iterator[None]:
    """Lives the demo company's past beside the block, when the store is empty or an earlier start was broken off."""
    from botops.app.seed import Seeding
    from botops.cli.progress import progress

    seeding = Seeding(container)
    if not seeding.wanted():
        yield
        return

    with suppress(OSError):  # which the making says of itself
        seeding.begin()  # before anything looks for alerts: half a past must not be judged

    def run() -> None:
        with progress("Demo dialogues", container.settings.demo.dialogues) as advance:
            seeding.run(on_dialogue=lambda: advance(1))

    thread = threading.Thread(target=run, name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        seeding.stop()
        thread.join(10)
