"""`botops incident`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from botops.cli.context import by_option, counted, json_line, json_option, open_container, project_settings
from botops.cli.incident_steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botops.domain.incidents import Incident, TimelineEntry
    from botops.monitor.postmortem import PostmortemLanguage

_SEVERITIES = click.Choice(["critical", "major", "minor"])
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def incident() -> None:
    """Trouble that somebody owns: opened, acknowledged, resolved, learnt from, closed."""


@incident.command("open")
@click.argument("title")
@click.option("--severity", type=_SEVERITIES, default="major", show_default=True, help="How bad it is.")
@click.option("--since", required=True, metavar="WHEN", help="When it began: 3h, 2d, or a day as 2026-11-01.")
@click.option("--owner", metavar="ROLE", help="Role that has it [default: who is responsible for --area].")
@click.option(
    "--area", type=click.Choice(["replies", "data", "service"]), default="replies", show_default=True,
    help="The bot says wrong things, data disagree, or it does not answer.",
)  # fmt: skip
@click.option("--prompt", metavar="NAME[@VERSION]", help="Only replies of this prompt or version.")
@click.option("--kind", metavar="KIND", help="Only findings of this kind: price, discount, terms …")
@click.option(
    "--finding-severity",
    type=click.Choice(["low", "medium", "high", "critical"]),
    help="Only findings this bad or worse.",
)
@click.option("--channel", metavar="CHANNEL", help="Only replies in this channel.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), help="Only replies in this language.")
@by_option
@json_option
def open_(as_json: bool, **asked: Any) -> None:
    """Open an incident named TITLE and say which replies it is about. Prints its number."""
    from botops.app.incidents import open_incident
    from botops.domain.incidents import IncidentSeverity

    settings = project_settings()
    with open_container(settings, role="side") as container:
        found = open_incident(
            container, asked["title"], IncidentSeverity(asked["severity"]),
            _scope(container.clock.now(), settings, asked), by=asked["by"], owner=asked["owner"], area=asked["area"],
        )  # fmt: skip
    click.echo(json_line(_row(found)) if as_json else _line(found), nl=not as_json)


@incident.command("list")
@click.option("--all", "all_", is_flag=True, help="Resolved and closed ones too.")
@json_option
def list_(all_: bool, as_json: bool) -> int:
    """The incidents under way, the newest first, and what is overdue. Exit code 1 while any is unresolved."""
    from botops.app.incidents import figures, reminders

    with open_container(project_settings(), role="reader") as container:
        found = container.store.incidents.latest(under_way=not all_)
        late = reminders(container)
        counts = figures(container, 90)
        under_way = container.store.incidents.latest(under_way=True, most=1)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            click.echo(_line(one))
        repeats = ", ".join(f"{kind.value} {number} times" for kind, number in counts.repeats) or "none"
        click.echo(
            f"90 days: {counted(counts.incidents, 'incident')}, acknowledged after {_span(counts.to_acknowledge)}, "
            f"resolved after {_span(counts.to_resolve)} (medians), causes that came back: {repeats}", err=True,
        )  # fmt: skip
        for text in late:
            click.echo(f"Due: {text}", err=True)
    return int(bool(under_way))


@incident.command()
@click.argument("number", type=int)
@json_option
def show(number: int, as_json: bool) -> None:
    """One incident with its timeline, what changed before it included, and what is missing before it can be closed."""
    from botops.app.incidents import timeline
    from botops.monitor.incidents import missing

    with open_container(project_settings(), role="reader") as container:
        found = container.store.incidents.get(number)
        happened = timeline(container, found)
    if as_json:
        row = {**_row(found), "timeline": [_entry(e) for e in happened], "missing": list(missing(found))}
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    click.echo(_line(found))
    _show_timeline(happened)
    for place, one in enumerate(found.follow_ups, 1):
        done = f"done {one.done_at:%Y-%m-%d}" if one.done_at else f"due {one.due}"
        click.echo(f"action {place}: {one.text} ({one.owner}, {done})")
    for lack in missing(found):
        click.echo(f"missing: {lack}", err=True)


@incident.command()
@click.argument("number", type=int)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--out", type=_FILE, help="Write here instead of to stdout.")
def affected(number: int, form: str, out: Path | None) -> None:
    """Clients who were told something wrong, what holds, and a text to write to each: for the sellers."""
    from botops.app.incidents import corrections, corrections_csv

    with open_container(project_settings(), role="reader") as container:
        rows = list(corrections(container, container.store.incidents.get(number)))
    text = "".join(corrections_csv(rows) if form == "csv" else map(json_line, rows))
    if out is None:
        click.echo(text, nl=False)
    else:
        # A spreadsheet knows UTF-8 by its mark.
        out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")
    clients = len({row["lead_id"] for row in rows})
    click.echo(f"{counted(len(rows), 'wrong claim')} told to {counted(clients, 'client')}", err=True)


@incident.command()
@click.argument("number", type=int)
@click.option("--language", type=click.Choice(["ru", "en"]), default="ru", show_default=True)
@click.option("--out", type=_FILE, help="Write here instead of to stdout; a file that is there is kept.")
def postmortem(number: int, language: str, out: Path | None) -> None:
    """The draft of a postmortem in Markdown: impact, timeline, cause, actions; what is not known is a question."""
    from botops.app.incidents import postmortem as drafted
    from botops.domain.errors import ConflictError

    with open_container(project_settings(), role="reader") as container:
        text = drafted(container, number, cast("PostmortemLanguage", language))
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConflictError(
            f"{out} is there already, and somebody may have completed it: choose another name"
        ) from error
    click.echo(f"{out} written", err=True)


for _command in STEPS:
    incident.add_command(_command)


def _scope(now: datetime, settings: Any, asked: dict[str, Any]) -> Any:
    from botops.cli.moments import moment_before
    from botops.domain.findings import FindingKind, Severity
    from botops.domain.incidents import Scope

    name, _, version = (asked["prompt"] or "").partition("@")
    if version and not version.isdigit():
        raise click.UsageError(f"--prompt {asked['prompt']!r}: write NAME or NAME@VERSION, for example sales@3")
    kinds = [kind.value for kind in FindingKind]
    if asked["kind"] is not None and asked["kind"] not in kinds:
        raise click.UsageError(f"--kind {asked['kind']!r}: choose from {', '.join(kinds)}")
    severity = asked["finding_severity"]
    return Scope(
        moment_before(now, asked["since"], settings),
        None,
        name or None,
        int(version) if version else None,
        FindingKind(asked["kind"]) if asked["kind"] else None,
        Severity[severity.upper()] if severity else None,
        asked["channel"],
        asked["language"],
    )


def _line(of: Incident) -> str:
    from botops.cli.rows import moment, plain

    return plain(
        f"{of.name}  {of.state.value}  {of.severity.value}  {of.owner}  since {moment(of.began_at)}  {of.title}"
    )


def _row(of: Incident) -> dict[str, Any]:
    row = asdict(of)
    for name, value in row["scope"].items():
        row["scope"][name] = value.isoformat() if isinstance(value, datetime) else value
    return {"name": of.name, **json.loads(json.dumps(row, default=str))}


def _entry(of: TimelineEntry) -> dict[str, Any]:
    return {
        "at": of.at.isoformat(), "kind": of.kind.value, "by": of.by, "text": of.text, "subject": of.subject,
        "detail": dict(of.detail),
    }  # fmt: skip


def _show_timeline(entries: Iterable[TimelineEntry]) -> None:
    from botops.cli.rows import moment, one_line, plain

    for entry in entries:
        about = f" {entry.subject}" if entry.subject else ""
        click.echo(
            plain(f"{moment(entry.at)}  {entry.kind.value}{about}  {entry.by}: {one_line(entry.text)}".rstrip(": "))
        )


def _span(span: Any) -> str:
    if span is None:
        return "—"
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
