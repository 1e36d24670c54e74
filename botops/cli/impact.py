"""`botops pricebook impact`."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import click

from botops.cli.book_param import BOOK
from botops.cli.context import format_option, json_option, open_container, project_settings, relative

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from botops.app.pricebooks.impact import Affected
    from botops.claims.impact import BookChange
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.problems import Problem

_WHERE = {"prompt": "prompt texts", "case": "eval cases", "dialogue": "open dialogues", "promise": "standing promises"}


@click.command()
@click.argument("old", type=BOOK)
@click.argument("new", type=BOOK)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day from which NEW counts; default today.")
@click.option("--open-since", default="14d", show_default=True, help="Dialogues spoken in since then are open.")
@click.option("--promised-since", default="90d", show_default=True, help="Promises are looked for since then.")
@click.option("--no-store", is_flag=True, help="Look into files only: prompts and eval cases.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
@format_option
@json_option
def impact(
    old: Path,
    new: Path,
    on: datetime | None,
    open_since: str,
    promised_since: str,
    no_store: bool,
    language: str,
    form: str,
    as_json: bool,
) -> int:
    """What a change from OLD to NEW touches: prompts, eval cases, open dialogues and promises that still stand.

    Errors are texts that cease to be right, warnings those that stay right but rest on what changes. Exit code: 2 when
    a file could not be read (the others are looked at all the same), else 1 when anything is touched, else 0.
    """
    from botops.app.clock import SystemClock
    from botops.claims.impact import BookChange
    from botops.domain.problems import Problem, render_problems
    from botops.pricebook import load

    settings = project_settings()
    now = SystemClock().now()
    books = load(old), load(new)
    day = on.date() if on is not None else now.astimezone(ZoneInfo(books[1].timezone)).date()
    change = BookChange(*books, day)
    spoken = cast("Language", language)
    found: list[Affected] = []
    problems: list[Problem] = []
    for one in places(settings, change, (old, new), now, None if no_store else (open_since, promised_since)):
        if isinstance(one, Problem):
            problems.append(relative(one))
        else:
            found.append(replace(one, file=relative(one.problem(spoken, day)).file))
    if problems:
        click.echo(render_problems(problems, "github" if form == "github" else "text"), err=True)
    if as_json:
        rows = [a.row(spoken, day) for a in found]
        lines = change.report.lines(spoken)
        click.echo(json.dumps({"changes": lines, "affected": rows}, ensure_ascii=False, indent=1))
    else:
        _show(found, spoken, day, github=form == "github")
    _summary(found, change, spoken)
    return 2 if problems else int(bool(found))


def places(
    settings: Settings, change: BookChange, books: tuple[Path, Path], now: datetime, store: tuple[str, str] | None
) -> Iterator[Affected | Problem]:
    """What the change touches, in files and, unless `store` is None, in the store: dialogues spoken in since the first
    of its moments, promises since the second. A Problem stands for a file that cannot be read."""
    from botops.app.pricebooks.impact_run import touched_places
    from botops.cli.moments import moment_before

    if change.report.empty:
        return
    since = [moment_before(now, text, settings) for text in store or ("14d", "90d")]
    with nullcontext() if store is None else open_container(settings, role="reader") as container:
        reads = container.store.reads if container is not None else None
        yield from touched_places(settings, change, books, reads, open_since=since[0], promised_since=since[1])


def _show(found: list[Affected], language: Language, day: date, *, github: bool) -> None:
    from botops.domain.problems import render_problems

    in_files = [a.problem(language, day) for a in found if a.file]
    if in_files:
        click.echo(render_problems(in_files, "github" if github else "text"))
    for a in found:
        if not a.file:
            click.echo(f"{a.where} {a.dialogue_id}, turn {a.turn}: {a.message(language, day)}")


def _summary(found: list[Affected], change: BookChange, language: Language) -> None:
    told = counted(Counter[str](a.where for a in found))
    broken = sum(a.breaks for a in found)
    click.echo(f"{len(change.report.lines(language))} changes; touched: {told}; {broken} cease to be right", err=True)


def counted(places: Counter[str]) -> str:
    """How many places of each kind: `2 prompt texts, 0 eval cases …`."""
    return ", ".join(f"{places[where]} {title}" for where, title in _WHERE.items())
