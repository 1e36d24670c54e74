"""Runs of evaluations that people asked for: begun, followed, ended, and marked when their process died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from botops.domain.errors import NotFoundError
from botops.domain.evaluations import EvalTask, TaskState
from botops.store.access import Access, Row
from botops.store.eval_tables import EVAL_TASK

_RUNNING = EVAL_TASK.c.state == TaskState.RUNNING.value


class EvalTasks:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access, process: str) -> None:
        self._access, self._process = access, process

    def begin(self, task: EvalTask) -> None:
        """Keeps a run that begins, watched over by this process."""
        row = {**asdict(task), "suites": list(task.suites), "runs": list(task.runs), "state": task.state.value}
        row["process"] = self._process
        self._access.write("begin an evaluation", lambda connection: connection.execute(insert(EVAL_TASK), row))

    def advance(self, task_id: str, done: int, total: int, failed: int) -> bool:
        """Says how far a run is; False when it ended meanwhile, and then nothing is changed."""
        statement = update(EVAL_TASK).where(EVAL_TASK.c.id == task_id, _RUNNING)
        values = {"done": done, "total": total, "failed": failed}

        def work(connection: Connection) -> bool:
            return connection.execute(statement.values(values)).rowcount > 0

        return self._access.write("follow an evaluation", work)

    def end(
        self,
        task_id: str,
        state: TaskState,
        *,
        by: str | None = None,
        error: str | None = None,
        runs: Sequence[str] = (),
    ) -> bool:
        """Ends a run; False when it had ended already, and then nothing is changed."""
        values = {
            "state": state.value, "ended_at": self._access.clock.now(), "ended_by": by,
            "error": self._access.hide(error) if error else None, "runs": list(runs),
        }  # fmt: skip
        statement = update(EVAL_TASK).where(EVAL_TASK.c.id == task_id, _RUNNING).values(values)

        def work(connection: Connection) -> bool:
            return connection.execute(statement).rowcount > 0

        return self._access.write("end an evaluation", work)

    def get(self, task_id: str) -> EvalTask:
        """A run. Raises NotFoundError."""
        rows = self._access.rows("read a run", select(EVAL_TASK).where(EVAL_TASK.c.id == task_id))
        if not rows:
            raise NotFoundError(f"no run {task_id!r} was asked for")
        return _task(rows[0])

    def latest(self, prompt: str | None = None, *, most: int = 20) -> tuple[EvalTask, ...]:
        """The latest runs (of one prompt), the newest first."""
        statement = select(EVAL_TASK).order_by(EVAL_TASK.c.at.desc(), EVAL_TASK.c.id).limit(most)
        if prompt is not None:
            statement = statement.where(EVAL_TASK.c.prompt == prompt)
        return tuple(_task(row) for row in self._access.rows("read the runs", statement))

    def running(self) -> tuple[EvalTask, ...]:
        """Those that have not ended, the oldest first."""
        statement = select(EVAL_TASK).where(_RUNNING).order_by(EVAL_TASK.c.at, EVAL_TASK.c.id)
        return tuple(_task(row) for row in self._access.rows("read the runs", statement))


def processes(connection: Connection) -> set[str]:
    """The processes that watch over runs."""
    return set(connection.execute(select(EVAL_TASK.c.process).where(_RUNNING)).scalars())


def interrupt_dead(connection: Connection, dead: Sequence[str], now: datetime) -> int:
    """Marks the runs of processes that died; how many."""
    statement = update(EVAL_TASK).where(EVAL_TASK.c.process.in_(dead), _RUNNING)
    return connection.execute(statement.values(state=TaskState.INTERRUPTED.value, ended_at=now)).rowcount


def _task(row: Row) -> EvalTask:
    values = {name: row[name] for name in EvalTask.__dataclass_fields__}
    return EvalTask(
        **{
            **values,
            "state": TaskState(row["state"]),
            "suites": tuple(row["suites"]),
            "runs": tuple(row["runs"]),
        }
    )
