"""`botops backup` and `botops restore`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import counted, json_option, project_settings, set_option

if TYPE_CHECKING:
    from botops.app.backup import Backup


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1, 10_000), help="Remove all but so many of the folder's newest backups.")
@json_option
@set_option
def backup(target: Path | None, keep: int | None, as_json: bool, overrides: tuple[str, ...]) -> None:
    """Save this installation, also while it runs: dialogues, prompts, price book, evals, settings. No secrets.

    TARGET is a file that ends in .tar.gz or a folder (default: .botops/backups). Put it on another disk: a copy beside
    the original does not outlive it.
    """
    from botops.app.backup import make_backup
    from botops.config import Secrets

    made = make_backup(project_settings(overrides), Secrets.from_environ(os.environ), target, keep=keep)
    if as_json:
        click.echo(json.dumps(_row(made), ensure_ascii=False, indent=1))
        return
    click.echo(f"{made.path}: {_contents(made)}, {made.size / 1e6:.1f} MB")
    for path in made.outside:
        click.echo(f"Not in it, because it lies outside the project's folder: {path}", err=True)


@click.command()
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder (default: here)."
)
@click.option("--force", is_flag=True, help="Move what is there aside, to .botops/replaced, and take its place.")
@click.option("--check", "only_check", is_flag=True, help="Only compare every part with its checksum.")
@json_option
def restore(archive: Path, into: Path, force: bool, only_check: bool, as_json: bool) -> None:
    """Bring an installation back from an ARCHIVE of `botops backup`. Stop what serves the store first."""
    from botops.app.backup import read_backup, restore_backup
    from botops.config import Secrets

    if only_check:
        found, aside = read_backup(archive), None
    else:
        done = restore_backup(archive, into, Secrets.from_environ(os.environ), force=force)
        found, aside = done.backup, done.aside
    if as_json:
        click.echo(json.dumps({**_row(found), "aside": None if aside is None else str(aside)}, indent=1))
        return
    click.echo(f"{'Whole' if only_check else 'Restored'}: {_contents(found)}, saved {found.at:%Y-%m-%d %H:%M} UTC")
    if aside is not None:
        click.echo(f"What was there before lies in {aside}", err=True)


def _contents(of: Backup) -> str:
    store = "no store" if of.store is None else f"the {of.store.kind} store (tables {of.store.revision})"
    return f"{store} and {counted(len(of.files), 'file')}"


def _row(of: Backup) -> dict[str, Any]:
    return {
        "path": str(of.path),
        "at": of.at.isoformat(),
        "botops": of.version,
        "store": None if of.store is None else {"kind": of.store.kind, "revision": of.store.revision},
        "files": len(of.files),
        "bytes": of.size,
        "outside": list(of.outside),
    }
