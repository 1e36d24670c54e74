"""The process that holds an evaluation for the service: of the lowest priority, so that no client waits for it.

It reads an order, one JSON object, from its standard input, and writes what it does as JSON lines: `{"total"}`, then
`{"done", "failed"}` after each dialogue, and at the end `{"inputs"}` when the result lies in the order's file, or
`{"error"}`. An order without a file for the result asks what the run would cost: `{"dialogues", "usd"}`, the least,
the likely and the most in dollars, empty where nothing is billed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.app.evals.evaluation import EvalRequest, Evaluation, faultless
from botops.config import FILE_NAME, Secrets, load_settings
from botops.domain.errors import BotopsError, UserError
from botops.evals.estimate import dollars
from botops.evals.result_file import dump

if TYPE_CHECKING:
    from botops.evals.estimate import Estimate, Span
    from botops.evals.result import CaseResult

LOWEST_PRIORITY = 19
CONCURRENCY = 4
"""Dialogues at a time: the provider's limits are there for clients first."""


def main() -> None:
    """Holds the evaluation that is ordered."""
    os.nice(LOWEST_PRIORITY)
    order: dict[str, Any] = json.loads(sys.stdin.read())
    try:
        _hold(order)
    except BotopsError as error:
        _say({"error": str(error)})


def _hold(order: dict[str, Any]) -> None:
    # The project's own settings, as everywhere a text is proven: what a service was started with besides is not there.
    settings = load_settings(Path(order["root"]) / FILE_NAME, overrides=faultless(()))
    request = EvalRequest(
        tuple(Path(suite) for suite in order["suites"]),
        (order["prompt"],),
        (order["model"],),
        CONCURRENCY,
        max_cost=Decimal(order["max_usd"]) if order["max_usd"] else None,
    )
    counts = {"done": 0, "failed": 0}

    def finished(case: CaseResult) -> None:
        counts["done"] += 1
        counts["failed"] += case.status != "pass"
        _say(counts)

    evaluation = Evaluation(settings, Secrets.from_environ(os.environ), request, finished)
    estimate = evaluation.estimate(exact=True) if evaluation.billed else None
    if order["result"] is None:
        found = estimate.pico_usd if estimate is not None else None
        _say({"dialogues": len(evaluation.run.jobs), "usd": _usd(found), "unpriced": list(_unpriced(estimate))})
        return
    if estimate is not None:
        if request.max_cost is None:
            raise UserError("a model that is billed takes part: say in dollars what the run may cost at most")
        evaluation.refuse_over_budget(estimate)
    _say({"total": len(evaluation.run.jobs)})
    started = time.monotonic()
    asyncio.run(evaluation.hold())
    result = evaluation.result(time.monotonic() - started)
    Path(order["result"]).write_text(dump(result), encoding="utf-8")
    _say({"inputs": evaluation.inputs()})


def _usd(found: Span | None) -> list[str]:
    return [f"{dollars(int(value)):.4f}" for value in (found.low, found.likely, found.high)] if found else []


def _unpriced(estimate: Estimate | None) -> tuple[str, ...]:
    return estimate.unpriced if estimate is not None else ()


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201 - the pipe to the service


if __name__ == "__main__":
    main()
