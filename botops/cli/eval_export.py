"""`botops eval export`: dialogues of a run for people to label."""

from __future__ import annotations

from pathlib import Path

import click

from botops.cli.context import counted

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("export")
@click.argument("result", type=_FILE)
@click.argument("suites", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=_FILE, help="Write this file, a table if it ends in .csv, and nothing to stdout.")
@click.option("--limit", type=click.IntRange(1), help="At most so many rows.")
@click.option("--seed", type=int, help="With --limit: take a sample, always the same, instead of the first ones.")
def export(result: Path, suites: tuple[Path, ...], out: Path | None, limit: int | None, seed: int | None) -> int:
    """Write the dialogues of RESULT, of `eval run --json`, as rows for people to label.

    A row for every question that SUITES ask a judge (rubric, tone, success) about a dialogue. People fill in `label`:
    yes or no, or a score; then `botops eval calibrate` compares the judge with them. A table holds dialogues of one
    turn only, JSON lines all of them. A file that is there is not written over.
    """
    from botops.app.evals.labelling import as_rows, as_table, unlabelled
    from botops.app.evals.preparation import read_suites
    from botops.domain.errors import ConflictError, OutsideError, UserError
    from botops.evals.result_file import load

    if seed is not None and limit is None:
        raise click.UsageError("--seed chooses a sample: say of how many with --limit")
    rows = unlabelled(load(result), read_suites(suites), limit, seed)
    if out is None:
        click.echo(as_rows(rows), nl=False)
        return 0
    left = 0
    text = as_rows(rows)
    if out.suffix.lower() == ".csv":
        text, left = as_table(rows)
        if left == len(rows):
            raise UserError("no dialogue has one turn only, so none fits a table: write JSON lines, --out labels.jsonl")
    try:
        with out.open("x", encoding="utf-8-sig" if out.suffix.lower() == ".csv" else "utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise ConflictError(f"{out} exists already, perhaps with labels in it: choose another name") from error
    except OSError as error:
        raise OutsideError(f"{out}: cannot be written ({error.strerror})") from error
    if left:
        click.echo(f"{counted(left, 'row')} of several turns left out: --out labels.jsonl holds them", err=True)
    suites_said = " ".join(map(str, suites))
    said = f"{out}: {counted(len(rows) - left, 'row')} to label"
    click.echo(f"{said}; then: botops eval calibrate {out} {suites_said}", err=True)
    return 0
