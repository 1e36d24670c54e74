"""`botops eval import`: other tools' dialogues and tests, and dialogues of the store, as cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import counted, format_option, json_option, project_settings, set_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from botops.app.evals.importing.selecting import Selection
    from botops.app.evals.importing.taking import Report, Wanted
    from botops.config import Settings
    from botops.domain.problems import Problem

_FORMATS = ("jsonl", "csv", "openai", "langfuse", "langsmith", "promptfoo")
_FROM_STORE = 50
"""Dialogues taken from the store unless another number is said."""
_MOST_SHOWN = 200
_PLACES_SHOWN = 5
_OF_FILES = ("foreign", "columns", "encoding")
_OF_STORE = (
    "since", "until", "flagged", "prompt", "channel", "language", "origin", "lead", "text", "action", "kind",
    "severity", "lead_outcome",
)  # fmt: skip


def _store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The filters of `--store`, in the order in which help shows them."""
    options = (
        click.option("--since", metavar="WHEN", help="Store: dialogues that went on since (7d, 12h, 2026-11-01)."),
        click.option("--until", metavar="WHEN", help="Store: dialogues that began before (1d, 2026-11-20)."),
        click.option("--flagged/--clean", default=None, help="Store: with a turn that has findings, or that has none."),
        click.option("--prompt", metavar="NAME[@VERSION]", help="Store: with a turn of this prompt."),
        click.option("--channel", help="Store: of this channel."),
        click.option("--language", type=click.Choice(["ru", "kk", "en"]), help="Store: in this language."),
        click.option("--origin", help="Store: from this origin, as `live` or the name of an ingested file."),
        click.option("--lead", help="Store: of this lead."),
        click.option("--text", help="Store: in which this was said."),
        click.option(
            "--action", type=click.Choice(["passed", "flagged", "repaired", "blocked", "handed_over"]),
            help="Store: with a turn that ended so.",
        ),
        click.option(
            "--kind", type=click.Choice(["price", "discount", "promo_code", "unknown_product", "total", "terms",
                                         "stale_price", "currency"]), help="Store: with a finding of this kind.",
        ),
        click.option(
            "--severity", type=click.Choice(["low", "medium", "high", "critical"]),
            help="Store: with a finding of this severity or worse.",
        ),
        click.option(
            "--lead-outcome", type=click.Choice(["qualified", "won", "lost"]),
            help="Store: of leads that reached this stage.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command("import")
@click.argument("file", required=False, type=click.Path(allow_dash=True))
@click.option("--store", is_flag=True, help="Take dialogues of the store instead of a FILE.")
@click.option(
    "--from", "foreign", type=click.Choice(_FORMATS), help="The format of FILE; else it is told, if it can be only one."
)
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help="Add to this suite, or write a new one.")
@click.option(
    "--script", "shape", flag_value="script", help="Cases say all the client's lines again, one after another."
)
@click.option(
    "--last-turn",
    "shape",
    flag_value="last-turn",
    help="Cases say the client's last line again; what came before it is history.",
)
@click.option(
    "--every-turn", "shape", flag_value="every-turn", help="The same with a case for each line of the client."
)
@click.option(
    "--expect",
    multiple=True,
    metavar="CHECK",
    help="Expected of every case, as hands_over or 'max_length: 600'; default: no_invented_claims and language.",
)
@click.option("--tag", "tags", multiple=True, help="A tag for every case. May be given more than once.")
@click.option(
    "--at",
    metavar="TIME",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="The moment of cases that have none, as 2026-11-21 or 2026-11-21T12:00; default: now.",
)
@click.option("--limit", type=click.IntRange(1), help="Take at most so many dialogues; of the store 50 by default.")
@click.option("--seed", type=int, help="With --limit: take a sample, always the same, instead of the first ones.")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column or key holds a field; repeatable."
)
@click.option("--encoding", help="Of a table that is not in UTF-8, as windows-1251.")
@_store_options
@set_option
@json_option
@format_option
def import_(
    file: str | None,
    store: bool,
    into: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
    form: str,
    **options: Any,
) -> int:
    """Make cases of the dialogues and tests in FILE (- is stdin), or with --store of dialogues that were held.

    Without --into a suite is printed. A recorded dialogue becomes the client's lines said again; a test, and a question
    with its context, the last line with what came before it as history. Personal data is hidden as in the store. A case
    that the suite has already is not added twice. What has no place here is listed with its place in FILE.

    FIELD is one of client, id, at, language, channel, region, segment, owner, tags, expect, reply and messages, or for
    a table with a message a row dialogue, role and text.

    Exit code: 2 when rows could not be used (the others are taken), else 1 when something was not imported, else 0.
    """
    _refuse_mixed(file, store, options)
    settings = project_settings(overrides)
    wanted = _wanted(settings, into, options, store)
    report = _of_store(settings, wanted, options) if store else _of_file(settings, str(file), wanted, options)
    _show_notes(report.notes, form, as_json)
    if as_json:
        click.echo(json.dumps(_row(report), ensure_ascii=False, indent=1))
    elif into is None:
        click.echo(report.text, nl=False)
    _say(report, into)
    return _exit_code(report)


def _refuse_mixed(file: str | None, store: bool, options: dict[str, Any]) -> None:
    """One source, and only options that say something of it."""
    if store == (file is not None):
        raise click.UsageError("say what to import: a FILE, or --store")
    for name in _OF_FILES if store else _OF_STORE:
        if options[name] not in (None, ()):
            written = "from" if name == "foreign" else name.removesuffix("s") if name == "columns" else name
            need = "a FILE" if store else "--store"
            raise click.UsageError(f"--{written.replace('_', '-')} is for {need}")
    if options["seed"] is not None and options["limit"] is None:
        raise click.UsageError("--seed chooses a sample: say of how many with --limit")


def _wanted(settings: Settings, into: Path | None, options: dict[str, Any], store: bool) -> Wanted:
    from zoneinfo import ZoneInfo

    from botops.app.evals.importing.taking import DEFAULT_CHECKS, Wanted, checks_of

    at: datetime | None = options["at"]
    return Wanted(
        options["shape"],
        options["tags"],
        options["limit"] or (_FROM_STORE if store else None),
        options["seed"],
        checks_of(options["expect"]) or DEFAULT_CHECKS,
        into,
        at.replace(tzinfo=ZoneInfo(settings.company.timezone)) if at is not None else None,
    )


def _of_file(settings: Settings, file: str, wanted: Wanted, options: dict[str, Any]) -> Report:
    from botops.app.evals.importing.reading import MAX_BYTES, STDIN, read_bytes
    from botops.app.evals.importing.taking import import_file

    raw = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else read_bytes(Path(file))
    columns = {}
    for text in options["columns"]:
        field, equals, header = text.partition("=")
        if not (field and equals and header):
            raise click.UsageError(f"--column {text!r} is not of the form client=question")
        columns[field] = header
    name = STDIN if file == "-" else file
    return import_file(settings, name, raw, wanted, options["foreign"], columns, options["encoding"])


def _of_store(settings: Settings, wanted: Wanted, options: dict[str, Any]) -> Report:
    from botops.app.evals.importing.taking import import_store
    from botops.cli.context import open_container

    selection = _selection(settings, options)
    with open_container(settings, role="reader") as container:
        return import_store(settings, container.store, selection, wanted)


def _selection(settings: Settings, options: dict[str, Any]) -> Selection:
    from botops.app.clock import SystemClock
    from botops.app.evals.importing.selecting import Selection
    from botops.cli.moments import moment_before
    from botops.domain.findings import FindingKind, Severity
    from botops.domain.outcomes import Stage
    from botops.domain.turns import Action
    from botops.store.views import DialogueFilter

    name, _, version = (options["prompt"] or "").partition("@")
    if version and not version.isdecimal():
        raise click.UsageError(f"--prompt {options['prompt']!r}: write NAME, or NAME@VERSION with a number")
    now = SystemClock().now()
    since, until = (
        moment_before(now, options[key], settings, f"--{key}") if options[key] else None for key in ("since", "until")
    )
    wanted = DialogueFilter(
        text=options["text"], language=options["language"], channel=options["channel"], origin=options["origin"],
        lead_id=options["lead"], prompt=name or None, version=int(version) if version else None,
        action=Action(options["action"]) if options["action"] else None,
        kind=FindingKind(options["kind"]) if options["kind"] else None,
        severity=Severity[options["severity"].upper()] if options["severity"] else None,
        has_findings=options["flagged"], since=since, until=until,
    )  # fmt: skip
    return Selection(wanted, Stage(options["lead_outcome"]) if options["lead_outcome"] else None)


def _show_notes(notes: Sequence[Problem], form: str, as_json: bool) -> None:
    """Problems one a line; notes that say the same once, with the places where they hold."""
    from botops.domain.problems import render_problems

    errors = [note for note in notes if note.level == "error"]
    if form == "github":
        click.echo(render_problems(notes[:_MOST_SHOWN], "github"), err=True)
    elif not as_json:
        lines = [*(error.text() for error in sorted(errors)), *_grouped(n for n in notes if n.level != "error")]
        for line in lines[:_MOST_SHOWN]:
            click.echo(line, err=True)
        if len(lines) > _MOST_SHOWN:
            click.echo(f"… and {len(lines) - _MOST_SHOWN} more", err=True)


def _grouped(notes: Iterator[Problem]) -> Iterator[str]:
    alike: dict[tuple[str, str], list[Problem]] = {}
    for note in sorted(notes):
        alike.setdefault((note.file, note.message), []).append(note)
    for same in alike.values():
        rest = list(dict.fromkeys(str(note.line) for note in same[1:] if note.line))
        places = ", ".join(rest[:_PLACES_SHOWN]) + (", …" if len(rest) > _PLACES_SHOWN else "")
        yield same[0].text() + (f" ({len(same) - 1} more: lines {places})" if rest else "")


def _row(report: Report) -> dict[str, Any]:
    notes = [
        {"file": n.file, "line": n.line, "column": n.column, "path": n.path, "rule": n.rule, "message": n.message}
        | {"level": n.level}
        for n in sorted(report.notes)
    ]
    row = {"format": report.form, "added": list(report.added), "present": list(report.present), "notes": notes}
    return row | ({"suite": report.text} if report.text else {})


def _say(report: Report, into: Path | None) -> None:
    from botops.evals.importing import LEFT_OUT, NOT_IMPORTED

    said = [f"{report.form}: {counted(len(report.added), 'case')}" + (f" added to {into}" if into else "")]
    if report.present:
        said.append(f"{len(report.present)} there already")
    rules = [note.rule for note in report.notes]
    said += [
        f"{count} {words}"
        for count, words in (
            (sum(note.level == "error" for note in report.notes), "not usable"),
            (rules.count(NOT_IMPORTED), "not imported"),
            (rules.count(LEFT_OUT), "left out"),
        )
        if count
    ]
    click.echo(", ".join(said), err=True)
    if into is not None and report.added:
        judge = " --judge MODEL (or --no-llm)" if report.needs_judge else ""
        click.echo(f"run them: botops eval run {into} --model simulator{judge}", err=True)


def _exit_code(report: Report) -> int:
    from botops.evals.importing import NOT_IMPORTED

    if any(note.level == "error" for note in report.notes):
        return 2
    return 1 if any(note.rule == NOT_IMPORTED for note in report.notes) else 0
