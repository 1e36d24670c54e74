"""Evaluations that were run: which suite, which exact text, what came of it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from botops.domain.releases import AuditEntry, EvalRun
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.release_tables import AUDIT, EVAL_RUN


class EvalRuns:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, run: EvalRun, entry: AuditEntry) -> None:
        """Keeps a run, and `entry` in the audit log."""
        row, said = asdict(run), audit_row(self._access, entry)

        def work(connection: Connection) -> None:
            connection.execute(insert(EVAL_RUN), row)
            connection.execute(insert(AUDIT), said)

        self._access.write("keep an evaluation", work)

    def of_text(self, prompt: str, checksum: str) -> tuple[EvalRun, ...]:
        """The runs on one exact text of a prompt, the newest first."""
        statement = (
            select(EVAL_RUN)
            .where(EVAL_RUN.c.prompt == prompt, EVAL_RUN.c.checksum == checksum)
            .order_by(EVAL_RUN.c.at.desc(), EVAL_RUN.c.id)
        )
        return tuple(_run(row) for row in self._access.rows("read the evaluations", statement))

    def latest(self, prompt: str | None = None, *, most: int = 200) -> tuple[EvalRun, ...]:
        """The latest runs (of one prompt), the newest first."""
        statement = select(EVAL_RUN).order_by(EVAL_RUN.c.at.desc(), EVAL_RUN.c.id).limit(most)
        if prompt is not None:
            statement = statement.where(EVAL_RUN.c.prompt == prompt)
        return tuple(_run(row) for row in self._access.rows("read the evaluations", statement))


def _run(row: Row) -> EvalRun:
    return EvalRun(**{name: row[name] for name in EvalRun.__dataclass_fields__})
