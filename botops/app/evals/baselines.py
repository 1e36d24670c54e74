"""The run of a suite that later ones are held against: chosen by a person, with a reason, never by itself.

The choice stands in the audit log, where its who, when and why are kept anyway. It is what screens compare with; the
gate of a pipeline has a file of its own, `botops eval bless`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.releases.auditing import record
from botops.domain.access import Right
from botops.domain.errors import NotFoundError, UserError
from botops.domain.releases import Deed

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.releases import EvalRun

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Baseline:
    """The chosen run, and who chose it, when and why."""

    run: EvalRun
    by: str
    at: datetime
    reason: str


def suite_subject(name: str) -> str:
    """The subject of everything about a suite in the audit log."""
    return f"suite:{name}"


def baseline_of(container: Container, suite: str) -> Baseline | None:
    """What runs of a suite are held against; None while nobody has chosen, or when the chosen run is gone. Raises
    StoreError."""
    for entry in container.store.audit.entries(suite_subject(suite)):
        if entry.deed is not Deed.BASELINE:
            continue
        try:
            run = container.store.eval_runs.get(str(entry.detail.get("run")))
        except NotFoundError:
            return None
        return Baseline(run, entry.by, entry.at, entry.reason)
    return None


@needs(Right.EDIT)
def choose_baseline(container: Container, run_id: str, *, by: str, reason: str, allow_gone: bool = False) -> Baseline:
    """Makes a kept run the one that later runs of its suite are held against.

    Raises NotFoundError for a run there is not, and UserError for one whose cases are not known or could not all be
    judged, and, without `allow_gone`, for one that lacks cases of the earlier baseline.
    """
    run = container.store.eval_runs.get(run_id)
    cases = {case.case: case for case in container.store.eval_runs.cases(run_id)}
    if not cases:
        raise UserError(f"the cases of the run {run_id} are not kept: run the suite {run.suite} again")
    unjudged = [name for name, case in cases.items() if case.status == "error"]
    if unjudged:
        raise UserError(f"could not be judged: {_named(unjudged)}; run the suite {run.suite} again")
    earlier = baseline_of(container, run.suite)
    if earlier is not None and not allow_gone:
        gone = [c.case for c in container.store.eval_runs.cases(earlier.run.id) if c.case not in cases]
        if gone:
            raise UserError(f"cases of the baseline are not in this run: {_named(gone)}; say so if that is meant")
    entry = record(
        container, Deed.BASELINE, suite_subject(run.suite), by, reason,
        version=str(run.version) if run.version else "draft", checksum=run.checksum,
        detail={"run": run.id, "prompt": run.prompt, "cases": run.cases, "failed": run.failed},
    )  # fmt: skip
    return Baseline(run, entry.by, entry.at, entry.reason)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
