"""The HTML report: one self-contained page, in Russian and English, that asks no host for anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from botops.evals.checks.catalogue import Catalogue
from botops.evals.comparison import Comparison
from botops.evals.result import ClaimFinding, RunResult

SHOWN = 1000
"""Dialogues on the page, failing ones first; all are in the JSON."""


def html(result: RunResult, checks: Catalogue, comparison: Comparison | None = None) -> str:
    """The whole page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only for this report

    environment = Environment(
        loader=PackageLoader("botops.evals"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["pieces"] = pieces
    order = {"fail": 0, "error": 1, "pass": 2}
    cases = sorted(result.cases, key=lambda case: order[case.status])
    changes = {}
    if comparison is not None:
        for word, flips in (("broken", comparison.worse), ("fixed", comparison.fixed)):
            changes.update({(f.after.suite, f.after.case, f.after.subject): word for f in flips})
    template = environment.get_template("eval.html.j2")
    return template.render(
        r=result,
        cases=cases[:SHOWN],
        hidden=len(cases) - min(SHOWN, len(cases)),
        comparison=comparison,
        changes=changes,
        labels={check.id: check.label for check in checks},
    )


def pieces(text: str, findings: Sequence[ClaimFinding]) -> list[tuple[str, bool]]:
    """A text cut at the borders of findings; True marks a piece that one of them covers."""
    spans = [(max(0, f.start), min(len(text), f.end)) for f in findings]
    borders = sorted({0, len(text), *(b for start, end in spans if start < end for b in (start, end))})
    return [(text[a:b], any(start <= a and b <= end for start, end in spans)) for a, b in pairwise(borders)]
