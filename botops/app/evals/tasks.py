"""Evaluations asked for in the console or over HTTP: one at a time, in a process of their own, beside the service.

The process has the lowest priority and ends with the service. What it finds is kept as evidence when the run came to
its end; a run that was cancelled or broken off proves nothing.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.evals.suite_files import listed_suites
from botops.app.models import SIMULATOR
from botops.app.place import STATE
from botops.app.releases.auditing import label
from botops.app.releases.evidence import keep_proofs, proofs_of
from botops.app.supervise import end_with_parent
from botops.domain.access import Right
from botops.domain.errors import BotopsError, ConflictError, NotFoundError, OutsideError, StoreError, UserError
from botops.domain.evaluations import EvalTask, TaskState
from botops.domain.people import person
from botops.domain.refusals import Refusal
from botops.evals.result_file import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from botops.app.container import Container

log = logging.getLogger(__name__)

_WORKER = [sys.executable, "-m", "botops.app.evals.worker"]
_TOLD_EVERY_S = 1.0
_ESTIMATE_S = 60.0
_END_S, _TERMINATE_S = 0.5, 5.0
MOST_SUITES = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run: suites on a version of a prompt (0: its draft) with a model, None for the simulator."""

    prompt: str
    version: int
    suites: tuple[str, ...]
    model: str | None = None
    max_usd: str | None = None


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a run would cost: so many dialogues, and the least, the likely and the most in dollars, none where nothing
    is billed. `unpriced` names the models whose price is not known."""

    dialogues: int
    usd: tuple[Decimal, ...] = ()
    unpriced: tuple[str, ...] = ()


class EvalDesk:
    """Takes evaluations and watches over the one that runs. One for each service process."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen[str]] = {}

    @needs(Right.EDIT)
    def begin(self, wanted: Wanted, by: str) -> EvalTask:
        """Begins a run and comes back at once. Raises ConflictError while another runs, NotFoundError, UserError,
        StoreError."""
        container, who = self._container, person(by)
        order = _order(container, wanted)
        model, most = order["model"], order["max_usd"]
        if model != SIMULATOR and most is None:
            raise UserError(f"{model} is billed: say in dollars what the run may cost at most")
        task = EvalTask(
            new_id(), container.clock.now(), who, wanted.prompt, wanted.version, wanted.suites, model, max_usd=most
        )
        order["result"] = str(self._result(task.id))
        with self._lock:
            container.store.interrupt_dead()
            running = container.store.eval_tasks.running()
            if running:
                other, what = running[0].by, label(running[0].prompt, running[0].version)
                raise ConflictError(f"a run of {other} on {what} is under way: wait for it or cancel it").told_as(
                    Refusal.RUN_UNDER_WAY, who=other
                )
            container.store.eval_tasks.begin(task)
        threading.Thread(target=self._watch, args=(task, order), name="eval", daemon=True).start()
        return task

    @needs(Right.EDIT)
    def cancel(self, task_id: str, by: str) -> EvalTask:
        """Ends a run before its time. Raises ConflictError when it is over, NotFoundError, UserError, StoreError."""
        who = person(by)
        task = self._container.store.eval_tasks.get(task_id)
        if not self._container.store.eval_tasks.end(task_id, TaskState.CANCELLED, by=who):
            raise ConflictError(f"the run is over: {task.state.value}")
        process = self._processes.get(task_id)
        if process is not None:
            _signal(process, signal.SIGTERM)
        return self._container.store.eval_tasks.get(task_id)

    def estimate(self, wanted: Wanted) -> CostEstimate:
        """What a run would cost; nobody is asked anything. Takes seconds. Raises NotFoundError, UserError,
        OutsideError."""
        order = json.dumps(_order(self._container, wanted))
        try:
            said = subprocess.run(  # noqa: S603
                _WORKER, input=order, capture_output=True, cwd=self._container.settings.root, text=True,
                encoding="utf-8", timeout=_ESTIMATE_S, check=True,
            ).stdout  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise OutsideError(f"what the run would cost could not be told: {error}") from error
        told: dict[str, Any] = json.loads(said.splitlines()[-1])
        if "error" in told:
            raise UserError(told["error"])
        return CostEstimate(told["dialogues"], tuple(Decimal(usd) for usd in told["usd"]), tuple(told["unpriced"]))

    def _result(self, task_id: str) -> Path:
        return self._container.settings.root / STATE / "evals" / f"{task_id}.json"

    def _watch(self, task: EvalTask, order: dict[str, Any]) -> None:
        """Follows a run to its end; whatever goes wrong is said on the run."""
        try:
            self._follow(task, order)
        except BotopsError as error:
            self._fail(task, str(error))
        except Exception as error:
            log.exception("an evaluation broke off")
            self._fail(task, f"{type(error).__name__}: {error}")
        finally:
            self._result(task.id).unlink(missing_ok=True)

    def _fail(self, task: EvalTask, said: str) -> None:
        try:
            self._container.store.eval_tasks.end(task.id, TaskState.FAILED, error=said)
        except StoreError as error:
            log.error("the end of an evaluation could not be kept: %s", error)

    def _follow(self, task: EvalTask, order: dict[str, Any]) -> None:
        self._result(task.id).parent.mkdir(parents=True, exist_ok=True)
        told: dict[str, Any] = {}
        with subprocess.Popen(  # noqa: S603
            _WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=self._container.settings.root, env={**os.environ}, text=True, encoding="utf-8", start_new_session=True,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        ) as process:  # fmt: skip
            self._processes[task.id] = process
            try:
                assert process.stdin is not None
                with process.stdin as pipe:
                    json.dump(order, pipe)
                self._read(task, process, told)
            finally:
                self._processes.pop(task.id, None)
                _end(process)
        if "error" in told:
            self._fail(task, told["error"])
        elif "inputs" not in told:
            self._fail(task, f"the process that held the evaluation ended with code {process.returncode}")
        else:
            self._keep(task, {suite: (text, book) for suite, (text, book) in told["inputs"].items()})

    def _read(self, task: EvalTask, process: subprocess.Popen[str], told: dict[str, Any]) -> None:
        """Reads what the process says into `told`; ends it when somebody cancelled the run, in any process."""
        assert process.stdout is not None
        last = 0.0
        for line in process.stdout:
            told.update(json.loads(line))
            now = time.monotonic()
            if now - last < _TOLD_EVERY_S and "inputs" not in told and told.get("done") != told.get("total"):
                continue
            last = now
            counts = (told.get("done", 0), told.get("total", 0), told.get("failed", 0))
            if not self._container.store.eval_tasks.advance(task.id, *counts):
                return

    def _keep(self, task: EvalTask, inputs: dict[str, tuple[str, str]]) -> None:
        """Keeps a run that came to its end as evidence. One that stopped at its limit of costs proves nothing."""
        result = load(self._result(task.id))
        if result.interrupted:
            self._fail(task, f"stopped at the limit of ${task.max_usd} after {len(result.cases)} dialogues")
            return
        if self._container.store.eval_tasks.get(task.id).state is not TaskState.RUNNING:
            return
        proofs = proofs_of(inputs, result)
        keep_proofs(self._container.store, proofs, task.by)
        self._container.store.eval_tasks.end(task.id, TaskState.DONE, runs=[proof.run.id for proof in proofs])


def _end(process: subprocess.Popen[str]) -> None:
    """Waits for the process, which is about to end or no longer wanted; then asks it to, then makes it."""
    for wait_s, number in ((_END_S, signal.SIGTERM), (_TERMINATE_S, signal.SIGKILL)):
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            _signal(process, number)
    process.wait()


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Tells the process and those it started, which are a group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _files(container: Container, wanted: Wanted) -> Sequence[Path]:
    """The files of the suites. Raises NotFoundError, UserError."""
    if not wanted.suites or len(wanted.suites) > MOST_SUITES:
        raise UserError(f"name the suites to run, at most {MOST_SUITES}")
    suites = listed_suites(container.settings)
    known = {suite.name: suite for suite in sorted(suites, key=lambda suite: not suite.problem)}
    found = []
    for name in wanted.suites:
        suite = known.get(name)
        if suite is None:
            raise NotFoundError(f"there is no suite {name}: known are {', '.join(sorted(known)) or 'none'}")
        if suite.problem:
            raise UserError(suite.problem)
        if suite.prompt != wanted.prompt:
            raise UserError(f"the suite {name} tests the prompt {suite.prompt}, not {wanted.prompt}")
        found.append(suite.file)
    return found


def _order(container: Container, wanted: Wanted) -> dict[str, Any]:
    """What the process is told, without a place for the result. Raises NotFoundError, UserError."""
    container.registry.candidate(wanted.prompt, wanted.version)
    files = _files(container, wanted)
    model, most = _model(container, wanted)
    return {
        "root": str(container.settings.root), "suites": [str(file) for file in files], "max_usd": most,
        "prompt": label(wanted.prompt, wanted.version), "model": model, "result": None,
    }  # fmt: skip


def _model(container: Container, wanted: Wanted) -> tuple[str, str | None]:
    """The model's name, and the most the run may cost, None for no limit. Raises UserError."""
    configured = container.bot.model.name
    model = wanted.model or SIMULATOR
    if model not in {SIMULATOR, configured}:
        raise UserError(f"{model} is not the configured model: {configured}")
    if container.bot.model.simulated:
        model = SIMULATOR
    if wanted.max_usd is None:
        return model, None
    try:
        most = Decimal(wanted.max_usd)
    except InvalidOperation:
        most = Decimal(0)
    if not most.is_finite() or most <= 0:
        raise UserError(f"{wanted.max_usd} is no sum of dollars that a run may cost")
    return model, str(most)
