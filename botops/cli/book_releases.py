"""`botops pricebook publish|rollback|list|history`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import click

from botops.cli.context import (
    by_option,
    format_option,
    json_option,
    open_container,
    project_settings,
    reason_option,
    relative,
)

if TYPE_CHECKING:
    from botops.app.pricebooks.candidate import Candidate
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.registry.books import BookApproval, BookRelease, BookVersion

_language = click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True)
_MOST_LINES = 40


@click.command()
@click.argument("book")
@reason_option
@by_option
@click.option("--anyway", is_flag=True, help="Publish with warnings that the book in force does not have.")
@click.option("--confirm", is_flag=True, help="Yes, so much is meant to change: see what looked like a slip first.")
@click.option("--dry-run", is_flag=True, help="Look and tell, publish nothing.")
@click.option("--no-impact", is_flag=True, help="Do not look for prompts, eval cases and dialogues it touches.")
@_language
@format_option
@json_option
def publish(
    book: str,
    by: str,
    reason: str,
    anyway: bool,
    confirm: bool,
    dry_run: bool,
    no_impact: bool,
    language: str,
    form: str,
    as_json: bool,
) -> int:
    """Make a price book live: BOOK is a file, or the number or name of one in the project's folder.

    A file from elsewhere is copied into the folder as the next number and never changes from then on. Shown first: what
    changes, and what of the prompts, eval cases and open dialogues it touches. Exit code 1 when nothing was published
    because a warning or what looks like a slip needs a yes; 2 when the book has errors.
    """
    from botops.app.clock import SystemClock
    from botops.app.pricebooks.candidate import candidate
    from botops.domain.problems import render_problems

    settings = project_settings()
    now = SystemClock().now()
    found = candidate(settings, book, now, cast("Language", language))
    if found.warnings:
        shown = [relative(p) for p in found.warnings]
        click.echo(render_problems(shown, "github" if form == "github" else "text"), err=True)
    touched = None if no_impact else _touched(settings, found)
    _tell(found, touched, cast("Language", language))
    missing = _missing(found, anyway=anyway, confirm=confirm)
    release = None
    if missing:
        click.echo(f"nothing was published: {'; '.join(missing)}", err=True)
    elif not dry_run:
        release = _publish(settings, found, by, reason)
    if as_json:
        row = {"published": release is not None, **_row(found, touched, cast("Language", language))}
        click.echo(json.dumps({**row, **(_done(release) if release else {})}, ensure_ascii=False, indent=1))
    elif release is not None:
        click.echo(f"{release.live} is live ({_short(release)}); botops pricebook rollback undoes it")
    return int(bool(missing))


@click.command()
@click.argument("book")
@reason_option
@by_option
@json_option
def propose(book: str, by: str, reason: str, as_json: bool) -> None:
    """Put a price book forward, so that a second person can approve exactly it (botops prompts approve).

    BOOK is as for publish. The yes is to these very prices: edited afterwards, the book needs another one.
    """
    from botops.app.pricebooks.book_releases import propose_book
    from botops.app.pricebooks.candidate import candidate
    from botops.cli.rows import proposal_row

    settings = project_settings()
    with open_container(settings, role="side") as container:
        found = candidate(settings, book, container.clock.now())
        made = propose_book(container, found, by=by, reason=reason)
    if as_json:
        click.echo(json.dumps(proposal_row(made), ensure_ascii=False, indent=1))
    else:
        click.echo(f"{made.version} is proposed; to look at it: botops pricebook diff live {book}")
        click.echo(f"to approve it: botops prompts approve {made.id[:8]} --reason …")


@click.command()
@click.option("--to", help="The version to go back to; default the one before the present one.")
@reason_option
@by_option
@json_option
def rollback(to: str | None, by: str, reason: str, as_json: bool) -> None:
    """Make the price book live again that was live before, at once: running bots take it up within two seconds."""
    from botops.app.pricebooks.book_releases import rollback_book

    settings = project_settings()
    with open_container(settings, role="side") as container:
        release = rollback_book(container, by=by, reason=reason, to=to)
    if as_json:
        click.echo(json.dumps(_done(release), ensure_ascii=False, indent=1))
    else:
        step = release.spec.approvals[-1]
        click.echo(f"{release.live} is live again ({_short(release)}), {step.replaced} is not")


@click.command("list")
@json_option
def list_books(as_json: bool) -> int:
    """Every price book of the project: which is live, who published it, when and why. Exit code 1 when a published
    file was changed."""
    from botops.app.pricebooks.candidate import book_folder

    folder = book_folder(project_settings())
    release = folder.release()
    found = folder.versions()
    alone = found[0].name if release is None and len(found) == 1 else ""
    rows = [_version_row(v, alone) for v in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _table(("book", "state", "published", "by", "reason", "sha256"), [_version_cells(r) for r in rows])
    return int(any(v.changed for v in found))


@click.command()
@json_option
def history(as_json: bool) -> None:
    """Every publication and rollback of price books, the latest first."""
    from botops.app.pricebooks.candidate import book_folder

    release = book_folder(project_settings()).release()
    steps = list(reversed(release.spec.approvals)) if release else []
    if as_json:
        click.echo(json.dumps([s.model_dump(mode="json") for s in steps], ensure_ascii=False, indent=1))
        return
    if not steps:
        click.echo("no price book was published yet", err=True)
        return
    titles = ("when", "what", "book", "instead of", "by", "reason", "sha256")
    _table(titles, [_step_cells(step) for step in steps])


def _touched(settings: Settings, found: Candidate) -> Counter[str]:
    """How many places of each kind the change touches; `unread` files could not be looked into."""
    from botops.app.clock import SystemClock
    from botops.claims.impact import BookChange
    from botops.cli.impact import places
    from botops.domain.errors import StoreError
    from botops.domain.problems import Problem

    counts = Counter[str]()
    if found.report is None or found.report.empty or found.live is None:
        return counts
    now = SystemClock().now()
    day = now.astimezone(ZoneInfo(found.book.timezone)).date()
    change = BookChange(found.report.old, found.report.new, day)
    files = (found.live, found.file)
    try:
        for one in places(settings, change, files, now, ("14d", "90d")):
            counts["unread" if isinstance(one, Problem) else one.where] += 1
            if not isinstance(one, Problem) and one.breaks:
                counts["breaks"] += 1
    except StoreError as error:
        click.echo(f"the store was not looked into: {error}", err=True)
    return counts


def _tell(found: Candidate, touched: Counter[str] | None, language: Language) -> None:
    from botops.cli.impact import counted

    lines = found.report.lines(language) if found.report else []
    if found.live is None:
        click.echo("no price book was in force: there is nothing to compare with", err=True)
    elif found.report is None:
        click.echo(f"{found.live.name}, the book in force, cannot be read as it was published: not compared", err=True)
    else:
        click.echo(f"{found.live.name} → {found.name or found.file}: {len(lines)} changes", err=True)
    for line in lines[:_MOST_LINES]:
        click.echo(f"  {line}", err=True)
    if len(lines) > _MOST_LINES:
        click.echo(f"  … and {len(lines) - _MOST_LINES} more: botops pricebook diff live {found.file}", err=True)
    if touched is not None and lines:
        click.echo(f"touched: {counted(touched)}; {touched['breaks']} cease to be right", err=True)
    for suspicion in found.suspicions:
        click.echo(f"looks like a slip: {suspicion.message}", err=True)
        for example in suspicion.examples:
            click.echo(f"  {example}", err=True)


def _missing(found: Candidate, *, anyway: bool, confirm: bool) -> list[str]:
    missing = []
    needs = found.needs()
    if "anyway" in needs and not anyway:
        missing.append(f"{len(found.warnings)} new warnings: mend them, or repeat with --anyway")
    if "confirm" in needs and not confirm:
        missing.append("if so much is meant to change, repeat with --confirm")
    return missing


def _publish(settings: Settings, found: Candidate, by: str, reason: str) -> BookRelease:
    from botops.app.pricebooks.book_releases import publish_book
    from botops.domain.errors import ConflictError

    with open_container(settings, role="side") as container:
        try:
            return publish_book(container, found, by=by, reason=reason)
        except ConflictError as error:
            if error.theirs:
                click.echo(f"the release file as it stands now:\n{error.theirs}", err=True)
            raise


def _row(found: Candidate, touched: Counter[str] | None, language: Language) -> dict[str, Any]:
    return {
        "file": str(found.file),
        "instead_of": found.live.name if found.live else None,
        "changes": found.report.lines(language) if found.report else [],
        "touched": None if touched is None else dict(touched),
        "suspicions": [
            {"rule": s.rule, "count": s.count, "of": s.of, "message": s.message, "examples": list(s.examples)}
            for s in found.suspicions
        ],
        "warnings": [relative(p).text() for p in found.warnings],
    }


def _done(release: BookRelease) -> dict[str, Any]:
    return release.spec.approvals[-1].model_dump(mode="json")


def _short(release: BookRelease) -> str:
    return release.spec.checksums[release.live][:12]


def _version_row(version: BookVersion, alone: str) -> dict[str, Any]:
    step = version.published
    state = "live" if version.live or version.name == alone else "earlier" if version.released else "new"
    return {
        "book": version.name,
        "state": f"{state}, changed since" if version.changed else state,
        "at": step.at.isoformat() if step else None,
        "by": step.by if step else None,
        "reason": step.reason if step else None,
        "checksum": version.checksum,
    }


def _version_cells(row: dict[str, Any]) -> tuple[str, ...]:
    when = row["at"][:16].replace("T", " ") if row["at"] else "—"
    return row["book"], row["state"], when, row["by"] or "—", row["reason"] or "—", row["checksum"][:12]


def _step_cells(step: BookApproval) -> tuple[str, ...]:
    when = f"{step.at:%Y-%m-%d %H:%M}"
    by = f"{step.by}, approved by {step.approved_by}" if step.approved_by else step.by
    return when, step.action.value, step.version, step.replaced or "—", by, step.reason, step.checksum[:12]


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
