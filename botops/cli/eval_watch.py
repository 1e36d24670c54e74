"""Watching an eval while it runs: the estimate before it, progress with the cost so far, and Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

    from botops.app.evals.evaluation import Evaluation
    from botops.evals.estimate import Estimate, ModelEstimate
    from botops.evals.result import CaseResult, RunResult

SELDOM = 30.0
"""Seconds between two lines of progress where nobody watches, in a CI log."""


def estimate_lines(estimate: Estimate) -> Iterator[str]:
    """What a run will ask and cost, by model, with what was assumed."""
    yield f"estimate for {counted(estimate.dialogues, 'dialogue')}:"
    for model in estimate.models:
        calls, tokens = model.calls, f"{model.input_tokens.likely:,} tokens in, {model.output_tokens.likely:,} out"
        many = f"{calls.likely}" if calls.low == calls.high else f"{calls.likely} ({calls.low} to {calls.high})"
        yield f"  {model.label}: {many} calls, about {tokens}: {_price(model)}"
        yield f"    assumed: {model.assumption}"
    counted_by = "with the vocabulary of OpenAI's models" if estimate.exact else "by the shape of texts, ±15 %"
    yield f"  tokens counted {counted_by}; tries repeated after faults are not foreseen"
    if len(estimate.billed) > 1:
        from botops.evals.estimate import dollars

        total = estimate.pico_usd
        lacking = "".join(f" + unknown for {name}" for name in estimate.unpriced)
        spread = f"{dollars(total.low):.4f} to {dollars(total.high):.4f}"
        yield f"  billed together: about {dollars(total.likely):.4f} $ ({spread}){lacking}"


def _price(model: ModelEstimate) -> str:
    from botops.evals.estimate import dollars

    if model.pico_usd is None:
        return f"price unknown, add {model.priced_as} under costs.prices in botops.yaml"
    span = model.pico_usd
    price = f"{dollars(span.likely):.4f} $ ({dollars(span.low):.4f} to {dollars(span.high):.4f}; {model.prices})"
    return f"{price}, simulated, nothing is billed" if model.simulated else f"about {price}"


class Interruption:
    """Ctrl-C: the first stops the run, so that what is known is reported; a second one ends the process at once."""

    def __init__(self) -> None:
        self.heard = False
        self._stop: Callable[[], None] | None = None
        self._before: Any = None

    def __enter__(self) -> Interruption:
        # Whoever started us deaf to Ctrl-C, or hears it in a way of its own, is left alone.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    async def hold(self, evaluation: Evaluation) -> None:
        """Holds the evaluation until it ends or is stopped."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop() -> None:
            loop.call_soon_threadsafe(task.cancel)

        self._stop = stop
        try:
            await evaluation.hold()
        except asyncio.CancelledError:
            if not self.heard:
                raise
        finally:
            self._stop = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.heard:
            # Not sys.exit: a report half written or a thread that waits for a model must not hold us up.
            os.write(sys.stderr.fileno(), b"Stopped at once; --resume takes up what was finished.\n")
            os._exit(130)
        self.heard = True
        if self._stop is None:
            raise KeyboardInterrupt
        self._stop()


def hold(evaluation: Evaluation, interruption: Interruption) -> RunResult:
    """Runs to the end or to Ctrl-C; what is known by then is the result, and what is left is said."""
    started = time.monotonic()
    runner = asyncio.Runner()
    try:
        with _progress(evaluation) as shown:
            evaluation.run.on_case = shown
            runner.run(interruption.hold(evaluation))
    finally:
        # The end of a loop waits for threads: one whose call was given up must not hold up the report.
        if not interruption.heard:
            runner.close()
    result = evaluation.result(time.monotonic() - started)
    if result.interrupted:
        left = counted(len(evaluation.run.jobs) - len(result.cases), "dialogue")
        click.echo(f"stopped with {left} left: the same command with --resume takes up the rest", err=True)
    return result


def leave() -> None:
    """Ends a stopped command with 130. Threads of models that were given up are not waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(130)


@contextmanager
def _progress(evaluation: Evaluation) -> Iterator[Callable[[CaseResult], None]]:
    """Shows each case that is finished: a bar on a terminal, a line now and then elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(evaluation).case
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    total = len(evaluation.run.jobs)
    with Progress(*columns, console=console, transient=True) as bar:
        task, told = bar.add_task("", total=total, completed=evaluation.resumed), _Told(evaluation)

        def advance(case: CaseResult) -> None:
            told.add(case)
            bar.update(task, advance=1, description=told.text)

        yield advance


class _Told:
    """What has come of a run so far."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._run = evaluation.run
        self._failed = self._errors = 0

    def add(self, case: CaseResult) -> None:
        """Counts a case that is finished."""
        self._failed += case.status == "fail"
        self._errors += case.status == "error"

    @property
    def text(self) -> str:
        """Failures, errors and dollars."""
        from botops.evals.estimate import dollars

        parts = [f"{self._failed} failed"] if self._failed else []
        parts += [f"{self._errors} not judged"] if self._errors else []
        parts += [f"{dollars(self._run.spent):.4f} $"] if self._run.spent else []
        return ", ".join(parts)


class _Lines:
    """Progress for a log."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._told = _Told(evaluation)
        self._done, self._total = evaluation.resumed, len(evaluation.run.jobs)
        self._known = self._done
        self._started = self._last = time.monotonic()

    def case(self, case: CaseResult) -> None:
        """Counts a case, and says so when nothing was said for long."""
        self._done += 1
        self._told.add(case)
        now = time.monotonic()
        if now - self._last < SELDOM or self._done == self._total:
            return
        self._last = now
        left = (now - self._started) / (self._done - self._known) * (self._total - self._done)
        parts = [f"{self._done} of {self._total} dialogues", self._told.text, f"about {_minutes(left)} left"]
        click.echo(", ".join(part for part in parts if part), err=True)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
