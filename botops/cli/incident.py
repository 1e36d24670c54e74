"""`botops incident`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from botops.cli.context import counted, json_line, json_option, open_container, project_settings
from botops.cli.incident_open import attach, open_
from botops.cli.incident_steps import STEPS
from botops.cli.remedies import kill_command, rollback_command

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from botops.app.container import Container
    from botops.app.incidents.remedies import AtFault
    from botops.domain.incidents import TimelineEntry
    from botops.domain.messages import Language
    from botops.monitor.postmortem import PostmortemLanguage

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def incident() -> None:
    """Trouble that somebody owns: opened, acknowledged, resolved, learnt from, closed."""


@incident.command("list")
@click.option("--all", "all_", is_flag=True, help="Resolved and closed ones too.")
@json_option
def list_(all_: bool, as_json: bool) -> int:
    """The incidents under way, the newest first, and what is overdue. Exit code 1 while any is unresolved."""
    from botops.app.incidents import reminders
    from botops.app.incidents.rows import incident_row
    from botops.cli.rows import incident_line

    with open_container(project_settings(), role="reader") as container:
        found = container.store.incidents.latest(under_way=not all_)
        late = reminders(container)
        under_way = container.store.incidents.latest(under_way=True, most=1)
    if as_json:
        click.echo(json.dumps([incident_row(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            click.echo(incident_line(one))
        for text in late:
            click.echo(f"Due: {text}", err=True)
    return int(bool(under_way))


@incident.command("figures")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True, help="The last so many days.")
@json_option
def figures_(days: int, as_json: bool) -> None:
    """Incidents in figures: how soon they are noticed, acknowledged (MTTA) and over (MTTR), and causes that came back.

    Medians first: a mean is spoilt by one incident that was forgotten.
    """
    from botops.app.incidents import figures
    from botops.app.incidents.rows import figures_row

    with open_container(project_settings(), role="reader") as container:
        found = figures(container, days)
    if as_json:
        click.echo(json_line(figures_row(found)), nl=False)
        return
    click.echo(f"{counted(found.incidents, 'incident')} in {counted(days, 'day')}, {found.unresolved} unresolved")
    for words, spans in (
        ("noticed after", found.to_notice),
        ("acknowledged after (MTTA)", found.to_acknowledge),
        ("over after (MTTR)", found.to_resolve),
    ):
        shown = "—" if spans is None else f"{_span(spans.median)} (median), {_span(spans.mean)} (mean)"
        click.echo(f"{words}: {shown}")
    for one in found.repeats:
        numbers = ", ".join(f"INC-{number}" for number in one.incidents)
        click.echo(f"came back: {one.kind.value}, {counted(len(one.incidents), 'time')} ({numbers})")


@incident.command()
@click.argument("number", type=int)
@json_option
def show(number: int, as_json: bool) -> None:
    """One incident with its timeline, what changed before it included, and what is missing before it can be closed."""
    from botops.app.incidents import impact, timeline
    from botops.app.incidents.rows import entry_row, impact_row, incident_row
    from botops.cli.rows import incident_line
    from botops.monitor.alert_words import money
    from botops.monitor.incidents import missing

    with open_container(project_settings(), role="reader") as container:
        found = container.store.incidents.get(number)
        happened, did = timeline(container, found), impact(container, found)
    if as_json:
        row = {
            **incident_row(found), "impact": impact_row(did), "timeline": [entry_row(e) for e in happened],
            "missing": list(missing(found)),
        }  # fmt: skip
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    click.echo(incident_line(found))
    amounts = ", ".join(money(one, "en") for one in did.at_risk) or "unknown"
    click.echo(
        f"{counted(did.replies, 'wrong reply', 'wrong replies')} to {counted(did.leads, 'client')}, at risk: {amounts}"
    )
    if found.at_risk is not None:
        click.echo(f"at risk as estimated: {money(found.at_risk, 'en')}")
    _show_timeline(happened)
    for place, one in enumerate(found.follow_ups, 1):
        done = f"done {one.done_at:%Y-%m-%d}" if one.done_at else f"due {one.due}"
        click.echo(f"action {place}: {one.text} ({one.owner}, {done})")
    for lack in missing(found):
        click.echo(f"missing: {lack}", err=True)


@incident.command()
@click.argument("number", type=int)
@click.option(
    "--format", "form", type=click.Choice(["csv", "xlsx", "json"]),
    help="json: one object a line; xlsx needs --out [default: by the name of FILE, else csv].",
)  # fmt: skip
@click.option("--out", type=_FILE, metavar="FILE", help="Write here instead of to stdout.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), help="Of the workbook's head [default: company's].")
def affected(number: int, form: str | None, out: Path | None, language: Language | None) -> None:
    """Clients who were told something wrong, what holds, and a text to write to each: for the sellers."""
    from botops.app.incidents import corrections, corrections_csv, corrections_xlsx

    form = form or _form_of(out)
    if form == "xlsx" and out is None:
        raise click.UsageError("a workbook cannot go to stdout: name a file, --out clients.xlsx")
    settings = project_settings()
    with open_container(settings, role="reader") as container:
        rows = list(corrections(container, container.store.incidents.get(number)))
    if form == "xlsx" and out is not None:
        out.write_bytes(corrections_xlsx(rows, language or settings.company.languages[0]))
    else:
        text = "".join(corrections_csv(rows) if form == "csv" else map(json_line, rows))
        if out is None:
            click.echo(text, nl=False)
        else:
            # A spreadsheet knows UTF-8 by its mark.
            out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")
    clients = len({row["lead_id"] for row in rows})
    click.echo(f"{counted(len(rows), 'wrong claim')} told to {counted(clients, 'client')}", err=True)


def _form_of(out: Path | None) -> str:
    """The format that the name of a file asks for; csv for stdout and for a name without an ending."""
    named = out.suffix.lower().removeprefix(".") if out is not None else ""
    if named not in {"", "csv", "xlsx", "json"}:
        raise click.UsageError(f"`.{named[:20]}` is no format here: name a file .csv, .xlsx or .json, or give --format")
    return named or "csv"


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


def _of_incident(container: Container, number: str) -> AtFault:
    from botops.app.incidents.remedies import of_incident

    return of_incident(container, int(number))


_which = click.argument("key", metavar="NUMBER", type=int)
for _command in (open_, attach, *STEPS, rollback_command(_which, _of_incident), kill_command(_which, _of_incident)):
    incident.add_command(_command)


def _show_timeline(entries: Iterable[TimelineEntry]) -> None:
    from botops.cli.rows import moment, one_line, plain

    for entry in entries:
        about = f" {entry.subject}" if entry.subject else ""
        click.echo(
            plain(f"{moment(entry.at)}  {entry.kind.value}{about}  {entry.by}: {one_line(entry.text)}".rstrip(": "))
        )


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
