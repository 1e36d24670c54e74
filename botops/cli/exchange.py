"""`botops prompts import` and `export`: other tools' formats, and archives that reproduce a reply."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import by_option, json_option, open_container, project_settings, relative

if TYPE_CHECKING:
    from botops.app.prompts.exchange import Taken
    from botops.config import Settings
    from botops.registry import PromptVersion
    from botops.registry.exchange import Format, Import, Jinja

_LONGEST_NOTES = 50


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--format", "form", type=click.Choice(["langfuse", "mlflow", "text", "botops"]), required=True)
@click.option("--name", help="Name of the prompt here; needed for text, and where the foreign name cannot be kept.")
@by_option
@click.option("--reason", default="imported", show_default=True, help="Why.")
@click.option("--draft", is_flag=True, help="Write the draft instead of versions.")
@click.option("--publish", is_flag=True, help="Make the version live that is in force there, if the policy allows.")
@click.option(
    "--jinja", type=click.Choice(["refuse", "keep", "text"]), default="refuse", show_default=True,
    help="MLflow texts with {% … %}: keep them as templates, or take the tags for plain text.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@json_option
def import_(
    file: str, form: Format, name: str | None, by: str, reason: str, draft: bool, publish: bool, jinja: Jinja,
    dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Take prompts over from Langfuse, MLflow, a plain text or a botops prompt file. FILE is `-` for stdin.

    Versions are written and nothing goes live: the version in force there is proposed, unless --publish is given. What
    has no place here is listed as not imported, with its place in FILE. Exit code 1 when something was not taken over.
    """
    from botops.app.prompts.exchange import suggest_live, take_import
    from botops.domain.errors import BotopsError, UserError
    from botops.registry.exchange import read_foreign

    if publish and draft:
        raise UserError("--publish and --draft exclude one another: a draft cannot be live")
    settings = project_settings()
    found = read_foreign(_input(file), "stdin" if file == "-" else file, form, name=name, jinja=jinja)
    if dry_run:
        _show_plan(found, as_json)
        return _notes(found)
    with open_container(settings, "side") as container:
        taken = take_import(container, found, by=by, reason=reason, draft=draft)
        try:
            said = suggest_live(container, taken, by=by, reason=reason, go_live=publish)
        except BotopsError:  # the versions are written all the same
            _show(found, taken, (), as_json)
            _notes(found)
            raise
    _show(found, taken, said, as_json)
    return _notes(found)


def _input(file: str) -> str:
    from botops.config import read_text
    from botops.config.document import decode
    from botops.domain.errors import UserError
    from botops.registry.exchange import MAX_IMPORT_BYTES

    if file != "-":
        return read_text(Path(file), max_bytes=MAX_IMPORT_BYTES)
    raw = sys.stdin.buffer.read(MAX_IMPORT_BYTES + 1)
    if len(raw) > MAX_IMPORT_BYTES:
        raise UserError(f"stdin: larger than {MAX_IMPORT_BYTES:,} bytes: split it into several files")
    return decode(raw, "stdin")


def _show_plan(found: Import, as_json: bool) -> None:
    rows = [
        {"name": p.name, "version": v.number, "live_there": v.number == p.live, "text": v.text}
        for p in found.prompts
        for v in p.versions
    ]
    if as_json:
        click.echo(json.dumps({"versions": rows, **_notes_json(found)}, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"# {row['name']}@{row['version']}{' (in force there)' if row['live_there'] else ''}\n{row['text']}")


def _show(found: Import, taken: tuple[Taken, ...], said: tuple[str, ...], as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        rows = {"versions": [asdict(t) for t in taken], "live": list(said), **_notes_json(found)}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in taken:
        here = f"{one.name}@{one.number or 'draft'}"
        there = f" (version {one.foreign} there)" if one.number != one.foreign else ""
        click.echo(f"{here}: {'there already, not written' if one.outcome == 'present' else 'written'}{there}")
    for line in said:
        click.echo(line)


def _notes_json(found: Import) -> dict[str, Any]:
    return {
        "notes": [
            {"file": n.file, "line": n.line, "column": n.column, "path": n.path, "rule": n.rule, "message": n.message}
            for n in found.notes
        ]
    }


def _notes(found: Import) -> int:
    notes = sorted(found.notes)
    for note in notes[:_LONGEST_NOTES]:
        click.echo(relative(note).text(), err=True)
    if len(notes) > _LONGEST_NOTES:
        click.echo(f"… and {len(notes) - _LONGEST_NOTES} more: --json lists all", err=True)
    return int(any(n.rule == "not-imported" for n in notes))


@click.command("export")
@click.argument("which", required=False)
@click.option("--format", "form", type=click.Choice(["langfuse", "mlflow", "text", "botops"]))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here; default stdout.")
@click.option("--flat", is_flag=True, help="Fill in every variable, condition and loop, so that only text is left.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A variable's value for --flat.")
@click.option(
    "--archive", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write a .zip or .tar.gz with everything that reproduces what is sent.",
)  # fmt: skip
@click.option("--turn", metavar="ID", help="With --archive: the reply of this turn (its id, or DIALOGUE/NUMBER).")
def export(
    which: str | None, form: Format | None, out: Path | None, flat: bool, given: tuple[str, ...],
    archive: Path | None, turn: str | None,
) -> int:  # fmt: skip
    """Give out NAME (the live version), NAME@VERSION or NAME@draft in another tool's format, or an archive.

    What the format cannot say is an error that names the line; --flat fills everything in instead.
    An archive holds a prompt or, with --turn, all that made one reply; `botops prompts replay` plays it back. Exit code
    1 when something that belongs in it could not be found.
    """
    from botops.domain.errors import UserError

    if archive is not None:
        if form or out or flat or given or (which is None) == (turn is None):
            raise UserError("--archive FILE goes with a prompt's NAME or with --turn ID, and with no other option")
        return _archive(which, turn, archive)
    if which is None or form is None or turn is not None:
        raise UserError("name a prompt and a --format, or write an --archive")
    if given and not flat:
        raise UserError("--set goes with --flat: otherwise variables stay variables")
    return _export(which, form, out, flat, given)


def _export(which: str, form: Format, out: Path | None, flat: bool, given: tuple[str, ...]) -> int:
    from botops.app.container import open_registry
    from botops.app.prompts.exchange import writable
    from botops.cli.prompts import version_of
    from botops.registry.exchange import write_foreign

    settings = project_settings()
    registry = open_registry(settings)
    version = version_of(registry, which)
    values = _values(settings, version, given) if flat else None
    exported = write_foreign(writable(registry, version, values), form)
    for note in exported.notes:
        click.echo(relative(note).text(), err=True)
    if out is None:
        click.echo(exported.text, nl=False)
    else:
        out.write_text(exported.text, "utf-8")
    return 0


def _archive(which: str | None, turn: str | None, file: Path) -> int:
    from botops.app.clock import SystemClock
    from botops.app.container import open_books, open_registry
    from botops.app.prompts.archive import gather_prompt, gather_turn
    from botops.cli.prompts import version_of
    from botops.domain.errors import UserError
    from botops.registry.exchange.packing import is_archive

    if not is_archive(file.name):
        raise UserError(f"{file}: name it .zip or .tar.gz")
    settings = project_settings()
    if turn is not None:
        with open_container(settings, "reader") as container:
            found = gather_turn(container, turn)
    else:
        registry = open_registry(settings)
        version = version_of(registry, which or "")
        found = gather_prompt(settings, registry, open_books(settings, keep=False), SystemClock().now(), version)
    raw = found.packed(zipped=file.suffix == ".zip")
    file.write_bytes(raw)
    click.echo(f"{file}: {len(found.members) + 2} files, {len(raw):,} bytes")
    for line in found.lacking:
        click.echo(f"lacking: {line}", err=True)
    return int(bool(found.lacking))


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@json_option
def replay(archive: Path, as_json: bool) -> int:
    """Play an ARCHIVE back: check its hashes, render the prompt and judge the reply again, and name what differs.

    Needs no project and no network. Exit code 1 when something differs, 2 when the archive was changed.
    """
    from dataclasses import asdict

    from botops.app.prompts.replay import replay as play

    played = play(archive)
    if as_json:
        rows = {"subject": played.subject, "same": played.same, "compared": [asdict(c) for c in played.compared]}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        marks = {True: ("same   ", "green"), False: ("DIFFERS", "red"), None: ("unknown", "yellow")}
        for one in played.compared:
            mark, colour = marks[one.same]
            lines = one.detail.splitlines() or [""]
            click.echo(f"{click.style(mark, fg=colour)}  {one.what}: {lines[0]}".rstrip(": "))
            for line in lines[1:]:
                click.echo(f"           {line}")
    return int(not played.same)


def _values(settings: Settings, version: PromptVersion, given: tuple[str, ...]) -> dict[str, Any]:
    from botops.app.checks.extensions import extensions_of
    from botops.app.clock import SystemClock
    from botops.app.container import book_path
    from botops.app.pricebooks.books import Books
    from botops.app.prompts.exchange import sample_values
    from botops.app.prompts.prompting import built_ins
    from botops.domain.errors import UserError

    pairs: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UserError(f"--set {one}: write it as NAME=VALUE")
        pairs[name] = value
    current = Books(book_path(settings), extensions_of(settings)).current()
    book = current.book if current else None
    built_in = built_ins(settings.company, book, SystemClock().now(), settings.company.languages[0], "web")
    return sample_values(version, pairs, built_in)
