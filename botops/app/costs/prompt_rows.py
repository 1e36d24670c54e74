"""What a prompt costs, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from botops.app.prompts.diff import diff_json

if TYPE_CHECKING:
    from botops.app.costs.economics import MonthlyCost, PromptEconomics, SectionCost
    from botops.app.costs.hint_model import HintsOfPrompt, Saving
    from botops.app.costs.versions import EvalPair, Interval, VersionComparison, VersionFigures


def economics_row(found: PromptEconomics) -> dict[str, Any]:
    """A version's sections and what they cost. Amounts are text; null where they are not known."""
    return {
        "prompt": found.prompt,
        "version": found.version,
        "days": found.days,
        "calls": {"basis": found.basis, "counted": found.counted, "month": round(found.calls, 1)},
        "cached_share": found.cached,
        "prompt_share_of_input": found.carried,
        "tokens": dict(found.tokens),
        "exact": found.exact,
        "monthly": _money(found.monthly),
        "priced_as": found.priced_as,
        "price_source": found.price_source,
        "price_known": found.known_price,
        "simulated": found.simulated,
        "sections": [_section(row) for row in found.sections],
    }


def comparison_row(found: VersionComparison) -> dict[str, Any]:
    """Two versions side by side."""
    priced = diff_json(found.priced)
    return {
        "before": found.before,
        "after": found.after,
        "days": found.days,
        "tokens": priced["tokens"],
        "monthly": priced["monthly"],
        "measured_by": found.measured_by,
        "experiment": found.experiment,
        "versions": [_figures(figures) for figures in found.figures],
        "findings_per_1000": _interval(found.findings),
        "usd_per_dialogue": _interval(found.usd),
        "evals": [_pair(pair) for pair in found.evals],
        "verdict": found.verdict,
    }


def hints_row(found: HintsOfPrompt) -> dict[str, Any]:
    """Hints with their evidence, and how much of the prompt its calls share."""
    return {
        "dialogues": found.dialogues,
        "prefix": None if found.prefix is None else asdict(found.prefix),
        "hints": [
            {
                "kind": hint.kind,
                "places": [asdict(place) for place in hint.places],
                "tokens": hint.tokens,
                "calls": round(hint.calls, 1),
                "saving": _saving(hint.saving),
                "evidence": asdict(hint.evidence),
            }
            for hint in found.hints
        ],
    }


def _saving(saving: Saving | None) -> dict[str, Any] | None:
    if saving is None:
        return None
    local = saving.local
    return {
        "pico_usd": saving.pico_usd,
        "usd": str(saving.usd),
        "local": None if local is None else str(local.amount),
        "currency": None if local is None else local.currency,
    }


def _money(cost: MonthlyCost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    local, uncached = cost.local, cost.local_uncached
    return {
        "pico_usd": cost.pico_usd,
        "usd": str(cost.usd),
        "usd_uncached": str(cost.usd_uncached),
        "local": None if local is None else str(local.amount),
        "local_uncached": None if uncached is None else str(uncached.amount),
        "currency": None if local is None else local.currency,
    }


def _section(row: SectionCost) -> dict[str, Any]:
    section = row.section
    place: dict[str, Any] = {"kind": "frame", "title": "", "file": None, "line": None, "column": None}
    if section is not None:
        place = {
            "kind": section.kind,
            "title": section.title,
            "heading": section.heading,
            "role": section.role,
            "language": section.language,
            "source": section.source,
            "file": section.file,
            "line": section.line,
            "column": section.column,
        }
    return place | {
        "tokens": dict(row.tokens),
        "tokens_of_variables": dict(row.filled),
        "share": row.share,
        "calls": round(row.calls, 1),
        "monthly": _money(row.monthly),
    }


def _figures(figures: VersionFigures) -> dict[str, Any]:
    return {
        "version": figures.version,
        "dialogues": figures.dialogues,
        "replies": figures.replies,
        "faulty": figures.faulty,
        "findings_per_1000": _interval(figures.per_thousand),
        "usd_per_dialogue": None if figures.usd is None else str(figures.usd),
        "turns_of_unknown_cost": figures.unknown,
    }


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    row: dict[str, Any] = {"value": interval.value, "low": interval.low, "high": interval.high}
    return row


def _pair(pair: EvalPair) -> dict[str, Any]:
    return {
        "suite": pair.suite,
        "model": pair.model,
        "cases": pair.after.cases,
        "failed_before": pair.before.failed,
        "failed_after": pair.after.failed,
        "passed_before": pair.before.passed,
        "passed_after": pair.after.passed,
        "before_at": pair.before.at.isoformat(),
        "after_at": pair.after.at.isoformat(),
    }
