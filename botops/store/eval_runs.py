"""Evaluations that were run: which suite, which exact text, what came of it and of each case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select

from botops.domain.errors import NotFoundError
from botops.domain.evaluations import CaseOutcome, KeptDraft, KeptFailure, KeptMark, KeptTurn, Origin
from botops.domain.releases import AuditEntry, EvalRun
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.eval_tables import EVAL_CASE
from botops.store.release_tables import AUDIT, EVAL_RUN

RunOfCase = tuple[EvalRun, CaseOutcome]
_BRIEF = [column for column in EVAL_CASE.columns if column.name != "detail"]


class EvalRuns:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, run: EvalRun, entry: AuditEntry, cases: Iterable[CaseOutcome] = ()) -> None:
        """Keeps a run with its cases, and `entry` in the audit log. Personal data in the dialogues is masked."""
        row, said = asdict(run), audit_row(self._access, entry)
        of_cases = [self._case_row(run.id, case) for case in cases]

        def work(connection: Connection) -> None:
            connection.execute(insert(EVAL_RUN), row)
            connection.execute(insert(AUDIT), said)
            if of_cases:
                connection.execute(insert(EVAL_CASE), of_cases)

        self._access.write("keep an evaluation", work)

    def get(self, run_id: str) -> EvalRun:
        """A run. Raises NotFoundError."""
        rows = self._access.rows("read the evaluations", select(EVAL_RUN).where(EVAL_RUN.c.id == run_id))
        if not rows:
            raise NotFoundError(f"there is no evaluation {run_id!r}")
        return _run(rows[0])

    def of_text(self, prompt: str, checksum: str) -> tuple[EvalRun, ...]:
        """The runs on one exact text of a prompt, the newest first."""
        statement = (
            select(EVAL_RUN)
            .where(EVAL_RUN.c.prompt == prompt, EVAL_RUN.c.checksum == checksum)
            .order_by(EVAL_RUN.c.at.desc(), EVAL_RUN.c.id)
        )
        return tuple(_run(row) for row in self._access.rows("read the evaluations", statement))

    def latest(self, prompt: str | None = None, *, suite: str | None = None, most: int = 200) -> tuple[EvalRun, ...]:
        """The latest runs (of one prompt, of one suite), the newest first."""
        statement = select(EVAL_RUN).order_by(EVAL_RUN.c.at.desc(), EVAL_RUN.c.id).limit(most)
        if prompt is not None:
            statement = statement.where(EVAL_RUN.c.prompt == prompt)
        if suite is not None:
            statement = statement.where(EVAL_RUN.c.suite == suite)
        return tuple(_run(row) for row in self._access.rows("read the evaluations", statement))

    def cases(self, run_id: str) -> tuple[CaseOutcome, ...]:
        """The cases of a run with their dialogues, by id; none for a run that was kept without them."""
        statement = select(EVAL_CASE).where(EVAL_CASE.c.run_id == run_id).order_by(EVAL_CASE.c.case)
        return tuple(_case(row) for row in self._access.rows("read the cases of an evaluation", statement))

    def of_dialogue(self, dialogue_id: str, *, most: int = 200) -> tuple[RunOfCase, ...]:
        """What became, in the latest runs, of the cases made from a dialogue, the newest first; without their
        dialogues."""
        return self._runs_of_cases(EVAL_CASE.c.dialogue_id == dialogue_id, most)

    def of_case(self, suite: str, case: str, *, most: int = 50) -> tuple[RunOfCase, ...]:
        """What became of a case in the latest runs, the newest first; without its dialogues."""
        return self._runs_of_cases((EVAL_CASE.c.case == case) & (EVAL_RUN.c.suite == suite), most)

    def _runs_of_cases(self, which: Any, most: int) -> tuple[RunOfCase, ...]:
        runs = [column.label(f"run_{column.name}") for column in EVAL_RUN.columns]
        statement = (
            select(*runs, *_BRIEF)
            .join(EVAL_CASE, EVAL_CASE.c.run_id == EVAL_RUN.c.id)
            .where(which)
            .order_by(EVAL_RUN.c.at.desc(), EVAL_RUN.c.id, EVAL_CASE.c.case)
            .limit(most)
        )
        rows = self._access.rows("read the runs of a case", statement)
        return tuple((_run(row, "run_"), _case(row)) for row in rows)

    def _case_row(self, run_id: str, case: CaseOutcome) -> dict[str, Any]:
        hide = self._access.hide
        failures = [
            {
                "rule": f.rule,
                "turn": f.turn,
                "quote": hide(f.quote),
                "explanations": {language: hide(words) for language, words in f.explanations.items()},
            }
            for f in case.failures
        ]
        turns = [
            {
                "client": hide(turn.client),
                "action": turn.action,
                "reply": self._draft_data(turn.reply),
                "held": [self._draft_data(draft) for draft in turn.held],
            }
            for turn in case.turns
        ]
        return {
            "run_id": run_id,
            "case": case.case,
            "status": case.status,
            "passed": case.passed,
            "judged": case.judged,
            "rules": list(case.rules),
            "quote": next((f["quote"] for f in failures if f["quote"]), ""),
            "error": hide(case.error) if case.error else None,
            "dialogue_id": case.origin.dialogue_id if case.origin else None,
            "dialogue_turn": case.origin.turn if case.origin else None,
            "detail": {"failures": failures, "turns": turns},
        }

    def _draft_data(self, draft: KeptDraft) -> dict[str, Any]:
        return {**asdict(draft), "text": self._access.hide(draft.text)}


def _run(row: Row, prefix: str = "") -> EvalRun:
    return EvalRun(**{name: row[prefix + name] for name in EvalRun.__dataclass_fields__})


def _case(row: Row) -> CaseOutcome:
    detail: Mapping[str, Any] = row.get("detail") or {}
    # Without the detail the rules are still known, and where the first one was broken.
    brief = [KeptFailure(rule, quote=row["quote"] if n == 0 else "") for n, rule in enumerate(row["rules"])]
    origin = Origin(row["dialogue_id"], row["dialogue_turn"] or 0) if row["dialogue_id"] else None
    return CaseOutcome(
        row["case"], row["status"], row["passed"], row["judged"],
        tuple(_failure(f) for f in detail["failures"]) if "failures" in detail else tuple(brief),
        row["error"], origin, tuple(_turn(turn) for turn in detail.get("turns", ())),
    )  # fmt: skip


def _failure(data: Mapping[str, Any]) -> KeptFailure:
    return KeptFailure(**{**data, "explanations": MappingProxyType(data["explanations"])})


def _turn(data: Mapping[str, Any]) -> KeptTurn:
    held = tuple(_draft(draft) for draft in data["held"])
    return KeptTurn(data["client"], _draft(data["reply"]), data["action"], held)


def _draft(data: Mapping[str, Any]) -> KeptDraft:
    return KeptDraft(data["text"], tuple(KeptMark(**mark) for mark in data["marks"]))
