"""`botops opinion`, and how `botops check` asks for second opinions."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import set_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from botops.app.checks.calibration import Calibration
    from botops.app.checks.second_opinion import OpinionDesk, OpinionTally
    from botops.config import Settings
    from botops.domain.messages import Message
    from botops.domain.opinions import Concern, SecondOpinion
    from botops.domain.side_calls import Work

_OFF = "off"


class Asking:
    """Second opinions on one dialogue after another, counted."""

    def __init__(self, desk: OpinionDesk, currency: str, runner: asyncio.Runner) -> None:
        from botops.app.checks.second_opinion import OpinionTally

        self._desk, self._currency, self._runner = desk, currency, runner
        self.tally = OpinionTally(desk.model.name, desk.model.simulated)

    def rows(self, dialogue_id: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The opinions on a dialogue's replies as rows."""
        from botops.app.checks.second_opinion import opinion_row

        given = self._counted(self._runner.run(self._desk.of_dialogue(messages)))
        return [opinion_row(dialogue_id, o, self._desk.model.name) for one in given for o in one.opinions]

    def replies(self, replies: Sequence[Sequence[Message]]) -> list[SecondOpinion]:
        """The opinions on the last message of each dialogue."""
        from botops.cli.progress import progress

        with progress("Asking", len(replies)) as advance:
            return self._counted(self._runner.run(self._desk.of_replies(replies, advance)))

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What the model is asked about."""
        return self._desk.concerns

    def _counted(self, given: list[SecondOpinion]) -> list[SecondOpinion]:
        for one in given:
            self.tally.add(one)
        return given

    def as_json(self) -> dict[str, object]:
        """What asking came to, under its own key."""
        from botops.app.checks.second_opinion import tally_json

        return {"second_opinion": tally_json(self.tally, self._currency)}

    def report(self) -> None:
        """Says on stderr what asking came to and what it cost."""
        click.echo("\n".join(_tally_lines(self.tally, self._currency)), err=True)


def open_asking(stack: ExitStack, wanted: str | None) -> Asking | None:
    """What asks for second opinions: the model of the option, else of the settings where they are enabled; None when
    neither wants any. Raises UserError for a model that cannot give opinions."""
    from botops.config import FILE_NAME, Settings, load_settings
    from botops.domain.side_calls import Work

    settings = load_settings() if Path(FILE_NAME).exists() else Settings()
    if wanted == _OFF or (wanted is None and not settings.second_opinion.enabled):
        return None
    return _asking(stack, settings, wanted, work=Work.OPINION)


def _asking(stack: ExitStack, settings: Settings, wanted: str | None, *, work: Work, record: bool = False) -> Asking:
    """What asks; what its calls cost is kept when the stack ends."""
    from botops.app.checks.second_opinion import OpinionDesk, opinion_model, recordings_folder
    from botops.app.clock import SystemClock
    from botops.app.container import build_meter, new_id
    from botops.app.costs.counting import CallBook
    from botops.config import Secrets
    from botops.domain.turns import Purpose
    from botops.llm.recordings import RecordingModel, ReplayModel

    chosen = settings.second_opinion
    secrets, meter = Secrets.from_environ(os.environ), build_meter(settings)
    model = opinion_model(settings, secrets, wanted)
    replayed = isinstance(model, ReplayModel)
    if record and replayed:
        raise click.UsageError("a replay cannot be recorded: name a model")
    if not replayed:
        book = CallBook(meter, new_id(), work)
        model = book.counted(model, Purpose.OPINION)
        stack.callback(book.keep, settings, secrets)
    if record:
        model = RecordingModel(model, recordings_folder(settings))
    desk = OpinionDesk(
        model, meter, SystemClock(), chosen.concerns,
        concurrency=chosen.concurrency, temperature=chosen.temperature, deadline_s=settings.model.deadline_s,
    )  # fmt: skip
    return Asking(desk, settings.company.currency, stack.enter_context(asyncio.Runner()))


def _tally_lines(tally: OpinionTally, currency: str) -> list[str]:
    said = ", ".join(f"{concern} {count}" for concern, count in sorted(tally.by_concern.items()))
    lines = [
        f"second opinion of {tally.model}{' (no bill)' if tally.simulated else ''} on {tally.replies} replies, "
        f"opinions: {tally.by_concern.total()}{f' ({said})' if said else ''}"
    ]
    lines += [f"  opinions dropped, {why}: {count}" for why, count in sorted(tally.dropped.items())]
    lines += [f"  replies without an opinion, {why}: {count}" for why, count in sorted(tally.not_given.items())]
    return [*lines, f"  cost: {_cost(tally, currency)}"]


def _cost(tally: OpinionTally, currency: str) -> str:
    cost, local = tally.cost, tally.local_cost(currency)
    spent = f"{tally.calls} calls, {tally.usage.total_tokens} tokens"
    if cost.unknown_model:
        return f"unknown, no price for {cost.priced_as} (add one as costs.prices); {spent}"
    also = f" ({local.amount} {local.currency})" if local is not None else ""
    billed = f"as if by {cost.priced_as}, " if cost.simulated else ""
    return f"${cost.usd:f}{also}, {billed}{spent}"


@click.group()
def opinion() -> None:
    """Measure a language model's second opinion against human labels."""


@opinion.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", metavar="MODEL", help="A model's name, a URL, replay or replay:MODEL; default: as configured.")
@click.option("--record", is_flag=True, help="Keep the answers as recordings for --model replay.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@set_option
def calibrate(labels: Path, model: str | None, record: bool, as_json: bool, overrides: tuple[str, ...]) -> int:
    """Compare a model's opinions with what people said of the same replies.

    LABELS is JSON lines {"id", "messages", "labels": {"tone": true, "intent": false, "promise": false}}: the labels are
    about the last message, true where a person objects. Printed for each concern: replies, agreement with its 95%
    Wilson interval, Cohen's kappa and the table of who objected. Exit code: 2 when lines could not be read (the others
    are used all the same), else 3 when the model gave no opinion at all, else 0.
    """
    from contextlib import ExitStack

    from botops.app.checks.calibration import calibrated, calibration_json, read_labels
    from botops.config import load_settings
    from botops.domain.problems import render_problems
    from botops.domain.side_calls import Work

    replies, problems = read_labels(labels)
    with ExitStack() as stack:
        chosen = load_settings(overrides=overrides)
        asking = _asking(stack, chosen, model, work=Work.CALIBRATION, record=record)
        opinions = asking.replies([reply.messages for reply in replies])
    found = calibrated(replies, opinions, asking.concerns)
    if problems:
        click.echo(render_problems(problems), err=True)
    if as_json:
        click.echo(json.dumps({"concerns": calibration_json(found)} | asking.as_json(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_calibration_lines(found)))
    asking.report()
    if problems:
        return 2
    return 0 if any(one.given for one in opinions) else 3


def _calibration_lines(found: Calibration) -> list[str]:
    if not found.concerns:
        return ["no reply has both a label and an opinion: nothing to compare"]
    lines = []
    for c in found.concerns:
        kappa = "none, both always said the same" if c.kappa is None else f"{c.kappa:.2f}"
        (neither, model), (person, both) = c.table
        lines += [
            f"{c.concern}: {c.replies} {'reply' if c.replies == 1 else 'replies'}",
            f"  agreement {c.agreement:.1%} [{c.low:.1%}, {c.high:.1%}], kappa {kappa}",
            "                    model objects  model does not",
            f"  person objects    {both:>13}  {person:>14}",
            f"  person does not   {model:>13}  {neither:>14}",
        ]
    return lines
