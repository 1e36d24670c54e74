"""`botops prompts`: list, show, lint, diff; the steps of a release are in `release_steps`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from botops.cli.assigning import assign
from botops.cli.context import counted, format_option, json_option, lang_option, project_settings, relative
from botops.cli.exchange import export, import_, replay
from botops.cli.git import pull, push, sync_status
from botops.cli.overrides import kill, overrides, restore
from botops.cli.prompt_care import list_prompts, overdue
from botops.cli.prompt_diff import diff
from botops.cli.release_steps import STEPS
from botops.cli.shared_texts import adopt, partials

if TYPE_CHECKING:
    from botops.domain.messages import Language
    from botops.registry import Registry
    from botops.registry.version import PromptVersion


@click.group()
def prompts() -> None:
    """List, show, compare, lint, publish and switch prompts; take them from and give them to other tools."""


for _command in (
    list_prompts,
    overdue,
    diff,
    *STEPS,
    assign,
    import_,
    export,
    replay,
    push,
    pull,
    sync_status,
    partials,
    adopt,
    kill,
    restore,
    overrides,
):
    prompts.add_command(_command)


@prompts.command()
@click.argument("which")
@click.option("--filled", is_flag=True, help="The messages as a client's reply would get them, examples filled in.")
@lang_option
@json_option
def show(which: str, filled: bool, language: Language, as_json: bool) -> None:
    """Show NAME (the live version), NAME@VERSION or NAME@draft."""
    version = version_of(_registry(), which)
    if filled:
        _show_filled(version, language, as_json)
        return
    if not as_json:
        click.echo(version.raw.decode("utf-8"), nl=False)
        return
    row = {
        "name": version.ref.name,
        "version": version.ref.version,
        "checksum": version.ref.checksum,
        "text_checksum": version.text_checksum,
        "partials": {ref: partial.checksum for ref, partial in version.partials.items()},
        "file": version.file,
        **version.spec.model_dump(mode="json"),
    }
    click.echo(json.dumps(row, ensure_ascii=False, indent=1))


def _show_filled(version: PromptVersion, language: Language, as_json: bool) -> None:
    from botops.app.checks.extensions import extensions_of
    from botops.app.clock import SystemClock
    from botops.app.container import book_path
    from botops.app.pricebooks.books import Books
    from botops.app.prompts.diff import preview

    settings = project_settings()
    current = Books(book_path(settings), extensions_of(settings)).current()
    if current is None:
        click.echo(f"no price book at {book_path(settings)}: the price table is empty here", err=True)
    messages = preview(version, settings, current.book if current else None, SystemClock().now(), language)
    if as_json:
        rows = [{"role": message.role, "content": message.content} for message in messages]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for message in messages:
        click.echo(f"--- {message.role}\n{message.content}")


@prompts.command()
@click.argument("names", nargs=-1)
@click.option(
    "--at",
    metavar="WHEN",
    help="The moment to judge by: +14d, +12h or +2w from now, or a day as 2026-12-01; default: now.",
)
@format_option
@lang_option
def lint(names: tuple[str, ...], at: str | None, form: str, language: Language) -> int:
    """Check prompts (all, or NAMES), the prices in them against the price book too.

    A price that is in force now and will not be later is a warning that names the day. With --at everything is judged
    by that moment: what will no longer be true by then is an error. Exit code 1 when there are errors; warnings alone
    give 0.
    """
    from botops.app.checks.extensions import extensions_of
    from botops.app.clock import SystemClock
    from botops.app.container import book_path, open_registry
    from botops.app.pricebooks.books import Books
    from botops.app.prompts.lint import lint_prompts, lint_rules
    from botops.cli.moments import moment_ahead
    from botops.domain.problems import render_problems

    settings = project_settings()
    now = SystemClock().now()
    moment = now if at is None else moment_ahead(now, at, settings)
    books = Books(book_path(settings), extensions_of(settings))
    current = books.current()
    rules = lint_rules(settings)
    found = lint_prompts(open_registry(settings, keep=False), current, moment, names, rules=rules, language=language)
    problems = [*books.problems, *found]
    shown = [relative(p) for p in problems]
    if shown:
        click.echo(render_problems(shown, "github" if form == "github" else "text"))
    if current is None and not books.problems:
        click.echo(f"no price book at {books.path}: prices in prompts were not checked", err=True)
    errors = sum(p.level == "error" for p in problems)
    click.echo(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}", err=True)
    return int(errors > 0)


def _registry() -> Registry:
    from botops.app.container import open_registry

    return open_registry(project_settings(), keep=False)


def version_of(registry: Registry, which: str) -> PromptVersion:
    """The version named NAME (the live one), NAME@VERSION or NAME@draft. Raises UserError."""
    from botops.registry.version import which_version

    name, number = which_version(which)
    return registry.version(name, registry.release(name).spec.live if number is None else number)
