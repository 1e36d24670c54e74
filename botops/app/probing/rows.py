"""Probes as plain values: what the command line prints as JSON and the API answers with."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botops.domain.money import PICO

if TYPE_CHECKING:
    from botops.app.probing.standing import ProbeStanding
    from botops.domain.probes import ProbeResult, ProbeRun


def run_row(run: ProbeRun) -> dict[str, Any]:
    """A round with its results."""
    return {
        "id": run.id,
        "at": run.at.isoformat(),
        "address": run.address,
        "scheduled": run.every_s is not None,
        "note": run.note or None,
        "results": [result_row(one) for one in run.results],
    }


def result_row(result: ProbeResult) -> dict[str, Any]:
    """One question and what became of it."""
    turn = result.turn
    return {
        "probe": result.name,
        "at": result.at.isoformat(),
        "outcome": result.outcome.value,
        "asked": result.asked,
        "expected": result.expected or None,
        "reply": result.reply or None,
        "fault": result.fault.value if result.fault else None,
        "detail": result.detail or None,
        "ms": result.ms,
        "prompt": turn.prompt if turn else None,
        "version": turn.version if turn else None,
        "model": turn.model if turn else None,
    }


def standing_row(found: ProbeStanding) -> dict[str, Any]:
    """How the probes of a month stand. Shares are None where nothing is known."""
    figures = found.figures
    plain = ("runs", "missed", "asked", "answered", "judged", "right", "uptime", "uptime_at_least", "correct",
             "uptime_budget_left", "correct_budget_left", "unknown_cost")  # fmt: skip
    return {
        "month": f"{found.month:%Y-%m}",
        "on": found.on,
        "every_s": found.every_s,
        "objectives": found.objectives.model_dump(),
        **{name: getattr(figures, name) for name in plain},
        "cost_usd": str(Decimal(figures.pico_usd) / PICO),
        "questions": [asdict(one) for one in figures.by_question],
        "failing": [result_row(one) for one in found.failing],
        "last": run_row(found.last) if found.last else None,
    }
