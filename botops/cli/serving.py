"""`botops up`, `serve` and `console`."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from botops.cli.context import open_container, project_settings, set_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container
    from botops.config import Settings

_PORT = click.option("--port", type=click.IntRange(1, 65_534), help="Port of the API; the console is one above.")


@click.command()
@_PORT
@set_option
@click.option("--no-seed", is_flag=True, help="Do not fill an empty store with the demo company's dialogues.")
def up(port: int | None, overrides: tuple[str, ...], no_seed: bool) -> None:
    """Start everything on 127.0.0.1: API, console, metrics and watch loop. Ctrl-C ends all."""
    from botops.app.supervise import Console, require_free, require_loopback

    _end_in_order()
    settings = _settings(overrides, port)
    server = settings.server
    require_loopback(server.host)
    console_port = server.effective_console_port
    require_free(server.host, server.port, "API")
    require_free(server.host, console_port, "console")
    api = f"http://{server.host}:{server.port}"
    console = Console(host=server.host, port=console_port, api=api, directory=settings.root, overrides=overrides)
    console.start()
    try:
        with open_container(settings) as container, ExitStack() as stack:
            threading.Thread(target=_announce, args=(console, api, container), daemon=True).start()
            if not no_seed:
                stack.enter_context(_demo(container))
            _serve(container)
    finally:
        console.stop()


@click.command()
@_PORT
@set_option
def serve(port: int | None, overrides: tuple[str, ...]) -> None:
    """Start the API and metrics, with the watch loop."""
    from botops.app.supervise import require_free, require_loopback

    _end_in_order()
    settings = _settings(overrides, port)
    require_loopback(settings.server.host)
    require_free(settings.server.host, settings.server.port, "API")
    with open_container(settings) as container:
        click.echo(f"API      http://{settings.server.host}:{settings.server.port}", err=True)
        _serve(container)


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of the console.")
@click.option("--api", default=None, help="Address of the API; by default as botops.yaml says.")
def console(port: int | None, api: str | None) -> None:
    """Start the console beside an API that runs already."""
    from botops.app.supervise import Console, require_free, require_loopback

    _end_in_order()
    settings = _settings(())
    server = settings.server
    chosen = port or server.effective_console_port
    require_loopback(server.host)
    require_free(server.host, chosen, "console")
    page = Console(
        host=server.host, port=chosen, api=api or f"http://{server.host}:{server.port}", directory=settings.root
    )
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


def _serve(container: Container) -> None:
    import uvicorn

    from botops.app.supervise import Watch
    from botops.http import create_api

    watch = Watch(container)
    watch.start()
    server = container.settings.server
    try:
        uvicorn.run(
            create_api(container), host=server.host, port=server.port,
            log_level="warning", timeout_graceful_shutdown=5, server_header=False,
        )  # fmt: skip
    finally:
        watch.stop()


def _announce(console: object, api: str, container: Container) -> None:
    from botops.app.supervise import Console

    assert isinstance(console, Console)
    ready = console.wait_ready()
    model = container.bot.model
    click.echo(f"\n  Console  {console.address}{'' if ready else '   (still starting)'}", err=True)
    click.echo(f"  API      {api}/docs", err=True)
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
