"""The HTML report: one self-contained page, in Russian, Kazakh and English, that asks no host for anything.

What is said in dialogues is handed to the page as JSON and becomes text nodes there, a page of them at a time. The
content security policy lets the page's own script and style in by their hashes, and nothing else.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Container, Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from botops.claims.shown import worded
from botops.evals.checks.catalogue import Catalogue
from botops.evals.comparison import Comparison
from botops.evals.gate import broken, gate
from botops.evals.reports.lines import (
    basis_of,
    chance_line,
    change_lines,
    measured_of,
    note_line,
    reason_of,
    rule_name,
    wanted_of,
)
from botops.evals.reports.texts import LANGUAGES, TEXTS, ReportLanguage, encodable, number, text
from botops.evals.result import AttemptResult, CaseResult, Failure, GateResult, RunResult, TurnResult

if TYPE_CHECKING:
    from markupsafe import Markup

_ORDER = {"fail": 0, "error": 1, "pass": 2}
_DRAWN = ("status.", "kind.", "severity.", "action.", "language.", "js.")
"""Texts with these beginnings are handed to the script; `js.` is left out there."""


def html(
    result: RunResult,
    checks: Catalogue,
    comparison: Comparison | None = None,
    *,
    before: RunResult | None = None,
    language: ReportLanguage = "ru",
) -> str:
    """The whole page. `before` is what the run is compared with: its transcripts, where it has them, stand beside
    those of the run."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only for this report

    environment = Environment(
        loader=PackageLoader("botops.evals"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=_in_each_language, each=_each, spans=_spans, rule_name=rule_name, measured_of=measured_of,
        wanted_of=wanted_of, basis=_basis, number=number, note_line=note_line, chance_line=chance_line,
    )  # fmt: skip
    labels = {check.id: dict(check.label) for check in checks}
    rules = gate(result, comparison)
    style, script = (_source(name) for name in ("eval.css", "eval.js"))
    page = environment.get_template("eval.html.j2").render(
        r=result,
        language=language,
        labels=labels,
        rules=sorted(rules, key=lambda rule: (rule.kept is None, rule.kept)),
        verdict=_verdict(result, rules),
        comparison=comparison,
        compared_labels=_labels(result, before) if comparison is not None else None,
        changes=_changes(comparison),
        rates_of=lambda suite, subject: next(x for x in result.repeats if (x.suite, x.subject) == (suite, subject)),
        style=_markup(style),
        style_hash=_markup(_hash(style)),
        script=_markup(script),
        script_hash=_markup(_hash(script)),
        data=_markup(_json(_data(result, comparison, before, labels))),
    )
    return encodable(page)


def _verdict(result: RunResult, rules: Iterable[GateResult]) -> str:
    missed = [rule for rule in broken(tuple(rules)) if rule.reason != "not_judged"]
    return "fail" if missed else "error" if result.counts["error"] or result.interrupted else "pass"


def _labels(result: RunResult, before: RunResult | None) -> tuple[str, str] | None:
    """The two subjects, where two of them are compared within one run."""
    sides = [{s.label for suite in side.suites for s in suite.subjects} for side in (before, result) if side]
    if len(sides) == 2 and all(len(side) == 1 for side in sides) and sides[0] != sides[1]:
        return sides[0].pop(), sides[1].pop()
    return None


def _changes(comparison: Comparison | None) -> list[tuple[str, ...]]:
    """Each line on a check or a mean that changed, in every language."""
    if comparison is None:
        return []
    return list(zip(*(change_lines(comparison, language) for language in LANGUAGES), strict=True))


def _basis(rule: GateResult, language: ReportLanguage) -> str:
    return reason_of(rule, language) if rule.kept is None else "; ".join(basis_of(rule, language))


# --- texts in every language ---------------------------------------------------------------------------------------
def _in_each_language(key: str, **values: object) -> Markup:
    return _spans([text(key, language, **values) for language in LANGUAGES])


def _each(say: Callable[..., str], *values: object) -> Markup:
    """What a function of `botops.evals.reports.lines` says, in every language."""
    return _spans([say(*values, language) for language in LANGUAGES])


def _spans(said: Iterable[str]) -> Markup:
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with jinja2

    known = list(said)
    if len(set(known)) == 1:
        return escape(known[0])
    spans = (Markup('<span lang="{}">{}</span>').format(*pair) for pair in zip(LANGUAGES, known, strict=True))
    return Markup("").join(spans)


# --- what the script is handed -------------------------------------------------------------------------------------
def _data(
    result: RunResult, comparison: Comparison | None, before: RunResult | None, labels: Mapping[str, Any]
) -> dict[str, Any]:
    changes: dict[tuple[str, str, str], str] = {}
    counterparts: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    if comparison is not None:
        for word, flips in (("broken", comparison.worse), ("fixed", comparison.fixed)):
            changes.update({flip.after.key: word for flip in flips})
        for flip in (*comparison.compared, *comparison.not_comparable):
            if flip.before is not None:
                counterparts[flip.after.key] = flip.before.key
    earlier: dict[tuple[str, str, str], CaseResult] = {}
    for case in before.cases if before is not None else ():
        known = earlier.get(case.key[:3])
        if case.turns and (known is None or _ORDER[case.status] < _ORDER[known.status]):
            earlier[case.key[:3]] = case
    grouped: dict[tuple[str, str], list[CaseResult]] = {}
    for case in result.cases:
        grouped.setdefault((case.suite, case.case), []).append(case)
    sides = [result] if before is None else [result, before]
    # The times of a simulation say nothing.
    timed = {(s.name, x.label) for side in sides for s in side.suites for x in s.subjects if not side.simulates(x)}
    cases = sorted(grouped.values(), key=lambda runs: min(_rank(run, changes) for run in runs))
    return {
        "texts": {
            key.removeprefix("js."): said for key, said in TEXTS.items() if key.startswith(_DRAWN) or key in _WORDS
        },
        "labels": labels,
        "cases": [_case(runs, changes, counterparts, earlier, timed) for runs in cases],
    }


_NOBODY = ("", "", "")
_WORDS = ("turn", "said", "expected", "judge")


def _rank(run: CaseResult, changes: Mapping[tuple[str, str, str], str]) -> tuple[bool, int]:
    """What broke first, then what fails, then what could not be judged."""
    return changes.get(run.key[:3]) != "broken", _ORDER[run.status]


def _case(
    runs: list[CaseResult],
    changes: Mapping[tuple[str, str, str], str],
    counterparts: Mapping[tuple[str, str, str], tuple[str, str, str]],
    earlier: Mapping[tuple[str, str, str], CaseResult],
    timed: Container[tuple[str, str]],
) -> dict[str, Any]:
    first = runs[0]
    were = (counterparts[run.key[:3]] for run in runs if run.key[:3] in counterparts)
    keys = list(dict.fromkeys(key for key in were if key in earlier))
    places = {key: number for number, key in enumerate(keys)}
    return {
        "suite": first.suite,
        "case": first.case,
        "tags": first.tags,
        "owner": first.owner,
        "origin": first.origin,
        "runs": [
            {
                **_run(run, changes.get(run.key[:3]), timed),
                "was": places.get(counterparts.get(run.key[:3], _NOBODY), -1),
            }
            for run in runs
        ],
        "before": [_run(earlier[key], None, timed) for key in keys],
    }


def _run(run: CaseResult, change: str | None, timed: Container[tuple[str, str]]) -> dict[str, Any]:
    return {
        "subject": run.subject,
        "repeat": run.repeat,
        "status": run.status,
        "change": change,
        "fault": run.fault or "",
        "error": run.error or "",
        "failures": [_failure(failure) for failure in run.failures],
        "advice": [_failure(failure) for failure in run.advice],
        "grades": [
            {"check": g.check, "name": g.name, "score": g.score, "high": g.high, "least": g.least, "reason": g.reason}
            for g in run.grades
        ],
        "turns": [_turn(turn, timed=(run.suite, run.subject) in timed) for turn in run.turns],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "check": failure.check,
        "rule": failure.rule,
        "turn": failure.turn,
        "quote": failure.quote,
        "expected": _expected(failure.expected),
        "explanations": failure.explanations,
    }


def _expected(said: str | None) -> dict[str, str] | None:
    """What the book says, in each language of the page."""
    return {language: worded(said, language) for language in LANGUAGES} if said else None


def _turn(turn: TurnResult, *, timed: bool) -> dict[str, Any]:
    return {
        "number": turn.number,
        "client": turn.client,
        "reply": turn.reply,
        "action": turn.action,
        "language": turn.language,
        "hand_off": turn.hand_off or "",
        "ms": turn.total_ms if timed else 0,
        "attempts": [_attempt(attempt) for attempt in turn.attempts],
    }


def _attempt(attempt: AttemptResult) -> dict[str, Any]:
    return {
        "text": "" if attempt.left else attempt.text,
        "left": attempt.left,
        "findings": [
            {
                "kind": finding.kind,
                "severity": finding.severity,
                "quote": finding.quote,
                "start": finding.start,
                "end": finding.end,
                "expected": _expected(finding.expected),
                "explanations": finding.explanations,
            }
            for finding in attempt.findings
        ],
    }


def _json(data: Any) -> str:
    """JSON that may stand in a script element: no tag can begin in it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def _source(name: str) -> str:
    return files("botops.evals").joinpath("templates", name).read_text("utf-8")


def _hash(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def _markup(trusted: str) -> Markup:
    """Text that needs no escaping: the page's own, or JSON made fit for it."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup(trusted)  # noqa: S704
