"""`botops eval calibrate`."""

from __future__ import annotations

import asyncio
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted, json_option, project_settings, set_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.evals.calibrating import Calibrated


@click.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("suites", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--judge", metavar="MODEL", help="The model that grades: as eval run --model; default: judge.model.")
@click.option("--record", is_flag=True, help="Keep the grades as recordings for --judge replay.")
@json_option
@set_option
def calibrate(
    labels: Path, suites: tuple[Path, ...], judge: str | None, record: bool, as_json: bool, overrides: tuple[str, ...]
) -> int:
    """Compare the judge with people: may it fail a gate by what SUITES ask it?

    LABELS is JSON lines {"id", "messages": [{"role", "content"}], "label": true, "question": "tone"}, or a CSV table
    with the columns id, client, reply, label, question. A label is true or false (yes or no), or a score of the scale;
    `question` is the name of a rubric, `tone` or `success`, and may be left out when the suites ask one only.

    For each question: the share on which both agree and Cohen's kappa, with 95% intervals, who found the criterion met,
    and what asking cost. The outcome is kept in judge-calibration.json beside the suites: from judge.least_kappa on
    judge.least_labels labels on the judge may fail the gate, for this criterion, this model and this version of its
    prompt; below it advises only.

    Exit code: 2 when rows could not be read (the others are used), else 1 when the judge may not fail a gate by some
    question, 3 when it gave no grade at all, else 0.
    """
    from botops.app.container import build_meter, new_id
    from botops.app.costs.counting import CallBook
    from botops.app.evals import calibrating
    from botops.app.evals.judge import judge_named
    from botops.app.evals.labels import questions_of, read_labels
    from botops.app.evals.preparation import read_suites
    from botops.cli.progress import progress
    from botops.config import Secrets
    from botops.domain.errors import UserError
    from botops.domain.problems import render_problems
    from botops.domain.side_calls import Work

    settings = project_settings(overrides)
    expected = [e for suite in read_suites(suites) for case in suite.cases for e in case.expectations]
    questions = questions_of([e.check.question(e.params) for e in expected if e.check.question is not None])
    wanted = judge or settings.judge.model
    if wanted is None:
        raise UserError("no judge was chosen: name one with --judge MODEL or as judge.model in botops.yaml")
    found_labels, problems = read_labels(labels, questions)
    if problems:
        click.echo(render_problems(problems), err=True)
    if not found_labels:
        raise UserError(f"{labels}: no label to compare with")
    command = f"botops eval calibrate {labels} {' '.join(map(str, suites))} --judge MODEL --record"
    secrets, book = Secrets.from_environ(os.environ), CallBook(build_meter(settings), new_id(), Work.CALIBRATION)
    model = judge_named(settings, secrets, wanted, command, record=record, book=book)
    try:
        with progress("Grading", len(found_labels)) as advance:
            found = asyncio.run(calibrating.calibrate(model, found_labels, settings, advance))
    finally:
        book.keep(settings, secrets)
    graded = sum(one.calibration.graded for one in found)
    if as_json:
        click.echo(json.dumps([calibrating.calibrated_json(one) for one in found], ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(line for one in found for line in _lines(one)))
    if graded:
        click.echo(f"kept in {calibrating.keep(found, settings)}", err=True)
    if problems:
        return 2
    if not graded:
        return 3
    return int(any(one.doubt for one in found))


def _lines(one: Calibrated) -> Iterator[str]:
    found = one.calibration
    (neither, judge), (people, both) = found.table
    yield f"{found.name}, judged by {found.model}: {counted(found.labels, 'label')}, {found.graded} graded"
    if found.agreement is not None and one.low is not None and one.high is not None:
        kappa = "kappa none"
        if found.kappa is not None and found.low is not None and found.high is not None:
            kappa = f"kappa {found.kappa:.2f} [{found.low:.2f}, {found.high:.2f}]"
        yield f"  agreement {found.agreement:.1%} [{one.low:.1%}, {one.high:.1%}], {kappa}"
        yield "                   judge: met  judge: not met"
        yield f"  people: met      {both:>10}  {people:>14}"
        yield f"  people: not met  {judge:>10}  {neither:>14}"
    for fault in one.faults[:3]:
        yield f"  no grade: {fault}"
    spent = "unknown, add the model under costs.prices" if one.unpriced else f"{_dollars(found.pico_usd):.4f} $"
    yield f"  cost: {spent}"
    yield "  it may fail the gate" if one.doubt is None else f"  advisory, it may not fail the gate: {one.doubt}"


def _dollars(pico_usd: int) -> Decimal:
    from botops.domain.money import PICO

    return Decimal(pico_usd) / PICO
