"""`botops check` and `botops claims`."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from botops.cli.context import json_line, open_container, project_book, project_settings
from botops.cli.exports import export_options, export_reader

if TYPE_CHECKING:
    from botops.app.checks.checking import Checked, Rules
    from botops.app.checks.report import CheckSummary
    from botops.cli.opinions import Asking

_FILE = click.Path(dir_okay=False, path_type=Path)
_FAIL_ON = ("low", "medium", "high", "critical", "never")


@click.command()
@click.option(
    "--dialogues",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Dialogues: JSON lines, a table, or a chat export. May be given more than once.",
)
@click.option("--price-book", type=_FILE, help="One price book for all dialogues (YAML, JSON, CSV or XLSX).")
@click.option(
    "--books",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the price books that dialogues name.",
)
@click.option(
    "--exceptions",
    metavar="FILE|store",
    help="Exceptions to apply: a file of `botops exceptions export`, or the project's store.",
)
@click.option("--out", type=_FILE, help="Write the findings here, one JSON object a line, instead of to stdout.")
@click.option("--html", type=_FILE, help="Write a report for people.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to work in.")
@click.option(
    "--fail-on", type=click.Choice(_FAIL_ON), default="low", show_default=True, help="Least severity for exit code 1."
)  # fmt: skip
@click.option(
    "--second-opinion",
    "opinion_of",
    metavar="MODEL|off",
    help="Ask a language model about tone, intent and promises without a figure: a model's name, a URL, or replay.",
)
@click.option("--explain", is_flag=True, help="Tell of the claims that are right, too, and what bears each out.")
@click.option(
    "--policy",
    type=click.Choice(["block"]),
    help="Instead of judging files: what this policy would have stopped among the project's stored replies.",
)
@click.option("--since", help="With --policy: from when on; 7d, 12h, 2w, or a day as 2026-11-01. Default 7d.")
@click.option(
    "--examples", type=click.IntRange(0, 100), default=3, show_default=True,
    help="With --policy: how many examples of each kind to show.",
)  # fmt: skip
@export_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout; needs --out for the rows.")
@click.option("--format", "form", type=click.Choice(["text", "github"]), default="text", help="How problems are shown.")
def check(
    files: tuple[Path, ...],
    price_book: Path | None,
    books: Path | None,
    exceptions: str | None,
    out: Path | None,
    html: Path | None,
    jobs: int,
    fail_on: str,
    opinion_of: str | None,
    explain: bool,
    policy: str | None,
    since: str | None,
    examples: int,
    as_json: bool,
    form: str,
    **export: Any,
) -> int:
    """Compare every price, discount and term in dialogues with a price book.

    Findings go to stdout as JSON lines, a summary table to stderr. With --explain the claims that are right stand
    between them as rows with "supported": true, and on the page for people. A finding that an exception lets pass has
    the key "exception" and is not counted. Exit code: 2 when lines could not be read (the others are checked all the
    same), else 1 when something was found, else 0.

    With --second-opinion rows with "opinion": true are added: what a language model objects to in tone, intent and
    promises without a figure. They are no findings, have no severity and never change the exit code; what asking cost
    is told on stderr. Dialogues leave this machine for it, personal data masked.

    With --policy block --since 7d nothing is judged anew: the verdicts in the project's store say what blocking would
    have stopped, rightly and wrongly as far as reviewers said so. Exit code 0.
    """
    from botops.app.checks.checking import BookChoice, check_files
    from botops.cli.opinions import open_asking
    from botops.cli.progress import progress

    if policy is not None:
        if files or exceptions or opinion_of:
            raise click.UsageError(
                "--policy looks at the store: leave --dialogues, --exceptions and --second-opinion out"
            )
        return _rehearse(since or "7d", examples, as_json=as_json)
    _refuse_unfit(files, since, out, as_json=as_json)
    choice = BookChoice(price_book, books, project_book())
    rules = _rules(exceptions)
    reader = export_reader(**export)
    with ExitStack() as stack:
        asking = open_asking(stack, opinion_of)
        sink = stack.enter_context(out.open("w", encoding="utf-8")) if out else sys.stdout
        advance = stack.enter_context(progress("Checking", sum(f.stat().st_size for f in files)))

        def write(checked: Checked) -> None:
            for row in _rows(checked, asking):
                sink.write(json_line(row))

        summary = check_files(
            files,
            choice,
            rules=replace(rules, keep_messages=asking is not None),
            jobs=jobs,
            explain=explain,
            lines=reader.lines,
            on_checked=write,
            on_bytes=advance,
        )
    summary.problems[:0] = reader.problems
    if html:
        _write_html(html, summary, files)
    _report(summary, as_json=as_json, form=form, more=asking.as_json() if asking else {})
    if asking is not None:
        asking.report()
    return _exit_code(summary, fail_on)


def _refuse_unfit(files: tuple[Path, ...], since: str | None, out: Path | None, *, as_json: bool) -> None:
    """Raises UsageError for options that do not go with checking files."""
    if not files:
        raise click.UsageError("nothing to check: give --dialogues FILE, or --policy block to look into the store")
    if since is not None:
        raise click.UsageError("--since belongs to --policy: files are checked whole")
    if as_json and out is None:
        raise click.UsageError("--json prints the summary on stdout, so the findings need a place: add --out FILE")


def _rows(checked: Checked, asking: Asking | None) -> list[dict[str, Any]]:
    """What is written of a dialogue, in the order of its text: findings, claims that are right, second opinions."""
    from botops.claims.rows import finding_row, supported_row

    rows = [finding_row(checked.id, f, checked.language) for f in (*checked.findings, *checked.excepted)]
    rows += [supported_row(checked.id, c, checked.language) for c in checked.supported]
    if asking is not None:
        rows += asking.rows(checked.id, checked.messages)
    return sorted(rows, key=lambda r: (r["turn"], r["start"], r["end"]))


def _rules(exceptions: str | None) -> Rules:
    """What counts besides the book, with what the project in this folder adds. Raises UserError for an exceptions file
    that cannot be used."""
    from zoneinfo import ZoneInfo

    from botops.app.checks.checking import Rules
    from botops.app.checks.exceptions import load_exceptions
    from botops.app.checks.extensions import NOTHING_OWN, ExtensionChoice
    from botops.app.clock import SystemClock
    from botops.claims.exceptions import NO_EXCEPTIONS
    from botops.config import FILE_NAME, load_settings

    settings = load_settings() if Path(FILE_NAME).exists() else None
    found = NO_EXCEPTIONS
    if exceptions == "store":
        with open_container(project_settings(), role="reader") as container:
            found = container.exceptions.current()
    elif exceptions is not None:
        found = load_exceptions(Path(exceptions))
    zone = ZoneInfo(settings.company.timezone if settings else "Asia/Almaty")
    own = ExtensionChoice.of(settings) if settings else NOTHING_OWN
    return Rules(found, SystemClock().now().astimezone(zone).date(), own)


def _rehearse(since: str, examples: int, *, as_json: bool) -> int:
    from botops.app.checks.rehearsal import as_json as rehearsal_json
    from botops.app.checks.rehearsal import rehearse
    from botops.cli.moments import moment_before
    from botops.cli.rehearsal import show

    with open_container(project_settings(), role="reader") as container:
        until = container.clock.now()
        found = rehearse(container, moment_before(until, since, container.settings), until, examples=examples)
    if as_json:
        click.echo(json.dumps(rehearsal_json(found), ensure_ascii=False, indent=1))
    else:
        show(found)
    return 0


def _write_html(path: Path, summary: CheckSummary, files: tuple[Path, ...]) -> None:
    from botops import __version__
    from botops.app.checks.report import render_html
    from botops.app.clock import SystemClock

    title = ", ".join(f.name for f in files[:3]) + (" …" if len(files) > 3 else "")
    page = render_html(summary, title=title, made_at=SystemClock().now(), version=__version__)
    path.write_text(page, encoding="utf-8", errors="replace")


def _report(summary: CheckSummary, *, as_json: bool, form: str, more: dict[str, object]) -> None:
    from botops.domain.problems import render_problems

    if summary.problems:
        click.echo(render_problems(summary.problems, "github" if form == "github" else "text"), err=True)
    if as_json:
        click.echo(json.dumps(_as_json(summary) | more, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(str(summary.dialogues), "dialogues")
    table.add_row(str(summary.replies), "replies of the bot")
    table.add_row(str(summary.claims), "commercial claims looked at")
    table.add_row(str(summary.findings), f"findings in {summary.replies_at_fault} replies")
    for kind, count in summary.by_kind.most_common():
        table.add_row(str(count), f"  {kind}")
    for currency, amount in summary.at_risk.items():
        table.add_row(f"{amount:,.0f}".replace(",", " "), f"{currency} promised below the price book")
    for identifier, count in summary.excepted.most_common():
        table.add_row(str(count), f"findings let pass by exception {identifier}")
    for reason, count in summary.not_judged.most_common():
        table.add_row(str(count), f"replies not judged: {reason}")
    if summary.problems:
        table.add_row(str(len(summary.problems)), "lines could not be used")
    table.add_row(f"{summary.seconds:.1f}", "seconds")
    Console(stderr=True).print(table)


def _as_json(summary: CheckSummary) -> dict[str, object]:
    return {
        "dialogues": summary.dialogues,
        "replies": summary.replies,
        "claims": summary.claims,
        "findings": summary.findings,
        "replies_at_fault": summary.replies_at_fault,
        "by_kind": dict(summary.by_kind),
        "by_severity": {severity.label: count for severity, count in summary.by_severity.items()},
        "not_judged": dict(summary.not_judged),
        "excepted": dict(summary.excepted),
        "at_risk": {currency: str(amount) for currency, amount in summary.at_risk.items()},
        "problems": [p.text() for p in summary.problems],
        "seconds": round(summary.seconds, 3),
    }


def _exit_code(summary: CheckSummary, fail_on: str) -> int:
    from botops.domain.findings import Severity

    if summary.problems:
        return 2
    if fail_on == "never":
        return 0
    return int(any(severity >= Severity[fail_on.upper()] for severity in summary.by_severity))


@click.command()
@click.argument("texts", type=click.File("rb"), default="-")
def claims(texts: BinaryIO) -> int:
    """List the amounts and percents found in texts.

    Reads JSON lines {"id", "lang", "text"} from TEXTS (default stdin), writes {"id", "mentions": […]} for each.
    """
    from botops.claims.jsonl import mentions_row

    name = getattr(texts, "name", "<stdin>")
    bad = 0
    for number, line in enumerate(texts, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            why = "nested too deep" if isinstance(error, RecursionError) else str(error)
            click.echo(f"{name}:{number}:1: not a JSON row: {why}", err=True)
            bad += 1
            continue
        if not (isinstance(row, dict) and isinstance(row.get("id"), str | int) and isinstance(row.get("text"), str)):
            click.echo(f"{name}:{number}:1: not a row with id and text", err=True)
            bad += 1
            continue
        click.echo(json_line(mentions_row(row)), nl=False)
    return 2 if bad else 0
