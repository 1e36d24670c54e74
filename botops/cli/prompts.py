"""`botops prompts`: list, show, lint, diff; the steps of a release are in `release_steps`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypedDict

import click

from botops.cli.context import format_option, json_option, project_settings, relative
from botops.cli.exchange import export, import_
from botops.cli.git import pull, push, sync_status
from botops.cli.overrides import kill, overrides, restore
from botops.cli.release_steps import STEPS
from botops.cli.shared_texts import adopt, partials

if TYPE_CHECKING:
    from botops.domain.releases import Override
    from botops.registry import Registry
    from botops.registry.version import PromptVersion


class _Row(TypedDict):
    name: str
    live: int | None
    versions: list[int]
    split: str | None
    overrides: list[str]
    owner: str
    purpose: str


@click.group()
def prompts() -> None:
    """List, show, compare, lint, publish and switch prompts; take them from and give them to other tools."""


for _command in (*STEPS, import_, export, push, pull, sync_status, partials, adopt, kill, restore, overrides):
    prompts.add_command(_command)


@prompts.command("list")
@json_option
def list_prompts(as_json: bool) -> None:
    """Every prompt: what is live, what is split, what is ordered above both, who owns it."""
    registry = _registry()
    orders = _orders()
    rows = [_row(registry, name, orders) for name in registry.names()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("prompt", "live", "versions", "split", "override", "owner", "purpose"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(
            str(row["name"]), str(row["live"] or "—"), ", ".join(str(v) for v in row["versions"]),
            str(row["split"] or "—"), "; ".join(row["overrides"]) or "—", str(row["owner"]), str(row["purpose"]),
        )  # fmt: skip
    Console().print(table)


@prompts.command()
@click.argument("which")
@json_option
def show(which: str, as_json: bool) -> None:
    """Show NAME (the live version), NAME@VERSION or NAME@draft."""
    version = version_of(_registry(), which)
    if not as_json:
        click.echo(version.raw.decode("utf-8"), nl=False)
        return
    row = {
        "name": version.ref.name,
        "version": version.ref.version,
        "checksum": version.ref.checksum,
        "file": version.file,
        **version.spec.model_dump(mode="json"),
    }
    click.echo(json.dumps(row, ensure_ascii=False, indent=1))


@prompts.command()
@click.argument("names", nargs=-1)
@format_option
def lint(names: tuple[str, ...], form: str) -> int:
    """Check prompts (all, or NAMES), the prices in them against the price book too.

    Exit code 1 when there are errors; warnings alone give 0.
    """
    from botops.app.books import Books
    from botops.app.clock import SystemClock
    from botops.app.container import book_path, open_registry
    from botops.app.extensions import extensions_of
    from botops.app.prompt_lint import lint_prompts
    from botops.domain.problems import render_problems

    settings = project_settings()
    books = Books(book_path(settings), extensions_of(settings))
    current = books.current()
    book = current.book if current is not None else None
    found = lint_prompts(open_registry(settings, keep=False), book, SystemClock().now(), names, books.extensions)
    problems = [*books.problems, *found]
    shown = [relative(p) for p in problems]
    if shown:
        click.echo(render_problems(shown, "github" if form == "github" else "text"))
    if current is None and not books.problems:
        click.echo(f"no price book at {books.path}: prices in prompts were not checked", err=True)
    errors = sum(p.level == "error" for p in problems)
    click.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    return int(errors > 0)


@prompts.command()
@click.argument("first")
@click.argument("second", required=False)
def diff(first: str, second: str | None) -> int:
    """Compare two versions word by word: FIRST and SECOND as NAME@VERSION; with one, it is compared with the live one.

    Exit code 1 when they differ.
    """
    from botops.registry.diff import diff as compare

    registry = _registry()
    new = version_of(registry, second or first)
    old = version_of(registry, first) if second else version_of(registry, new.ref.name)
    difference = compare(old, new)
    click.echo(difference.text())
    return int(difference.changed)


def _registry() -> Registry:
    from botops.app.container import open_registry

    return open_registry(project_settings(), keep=False)


def version_of(registry: Registry, which: str) -> PromptVersion:
    """The version named NAME (the live one), NAME@VERSION or NAME@draft. Raises UserError."""
    from botops.domain.errors import UserError

    name, at, number = which.partition("@")
    if not at:
        return registry.version(name, registry.release(name).spec.live)
    if number == "draft":
        return registry.draft(name)
    if not number.isdigit():
        raise UserError(f"{which}: a version is a number or `draft`, as in {name}@2")
    return registry.version(name, int(number))


def _orders() -> tuple[Override, ...]:
    """The overrides in force; none before there is a store, and a word on stderr when it cannot be read."""
    from botops.app.overrides import overrides_of
    from botops.config import Secrets
    from botops.domain.errors import StoreError

    try:
        return overrides_of(project_settings(), Secrets.from_environ(os.environ))
    except StoreError as error:
        click.echo(f"overrides are not shown: {error}", err=True)
        return ()


def _row(registry: Registry, name: str, orders: tuple[Override, ...]) -> _Row:
    from botops.app.kill_switch import in_words
    from botops.domain.errors import UserError

    versions = registry.versions(name)
    try:
        release = registry.release(name).spec
    except UserError:
        release = None
    live = release.live if release else None
    spec = registry.version(name, live or versions[-1]).spec if versions else None
    split = release.split if release else None
    return {
        "name": name,
        "live": live,
        "versions": list(versions),
        "split": f"{split.seed}: " + " / ".join(f"v{v.version} {v.weight / 100:g} %" for v in split.variants)
        if split
        else None,
        "overrides": [in_words(order) for order in orders if order.subject == name],
        "owner": spec.owner if spec else "",
        "purpose": spec.purpose if spec else "",
    }
