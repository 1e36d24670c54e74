"""Markdown for a pull request: the verdict first, then what broke with quotes; short.

Quotes are code spans: in them nothing is rendered, mentioned or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from botops.claims.shown import worded
from botops.domain.money import PICO
from botops.evals.checks.base import shortened
from botops.evals.comparison import Comparison, Flip
from botops.evals.gate import broken, gate
from botops.evals.reports.lines import (
    basis_of,
    chance_line,
    change_lines,
    measured_of,
    name_of,
    note_line,
    outcome_name,
    place_of,
    reason_of,
    wanted_of,
)
from botops.evals.reports.texts import ReportLanguage, explained, number, text, visible
from botops.evals.result import CaseResult, Failure, GateResult, RunResult

SHOWN = 20
"""Failing dialogues shown in full; the rest is counted."""
MOST = 65_000
"""Characters of a report: GitHub takes 65,536 in a comment."""
_RULES_SHOWN = 30
_FAILURES_SHOWN = 5


def markdown(result: RunResult, comparison: Comparison | None = None, language: ReportLanguage = "en") -> str:
    """The report, never longer than `MOST` characters."""
    rules = gate(result, comparison)
    lines = [*_verdict(result, rules, comparison, language), ""]
    if comparison is not None:
        lines += _broken(result, comparison, language)
    else:
        lines += _section("failures", list(_failing(result).values()), language)
    lines += [*_table(result, language), ""]
    lines += [*_rules(rules, language), ""]
    if comparison is not None:
        lines += _comparison(comparison, language)
    lines += _repeats(result, language)
    lines += _advice(result, language)
    lines += _unjudged(result, language)
    lines += [f"- {code(problem)}" for problem in result.problems]
    return _fitting(lines, language)


def code(foreign: str, most: int = 400) -> str:
    """Foreign text as a code span on one line."""
    if not foreign.strip():
        return "—"
    return f"`{re.sub('`+', chr(39), visible(shortened(foreign, most)))}`"


def _cell(foreign: str) -> str:
    """The same in a table: GitHub takes the backslash out again."""
    return code(foreign).replace("|", "\\|")


def _fitting(lines: Iterable[str], language: ReportLanguage) -> str:
    closing = text("cut", language)
    left = MOST - len(closing) - 3
    kept: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            kept += ["", closing]
            break
        kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _verdict(
    result: RunResult, rules: Sequence[GateResult], comparison: Comparison | None, language: ReportLanguage
) -> Iterator[str]:
    counts = result.counts
    missed = [rule for rule in broken(rules) if rule.reason != "not_judged"]
    title = text("title_passed", language, passed=counts["pass"], judged=counts["pass"] + counts["fail"])
    if counts["error"]:
        title += ", " + text("title_unjudged", language, n=counts["error"])
    yield f"## {'❌' if missed else '⚠️' if counts['error'] or result.interrupted else '✅'} {title}"
    yield ""
    suites = ", ".join(s.name for s in result.suites)
    model = f"{text('model', language)} {code(result.model)}"
    yield f"{suites} · {model}" + (f" ({text('simulated', language)})" if result.simulated else "")
    if result.interrupted:
        yield f"\n**{text('stopped', language)}**"
    if comparison is not None and not comparison.worse:
        yield f"\n{text('nothing_new', language)}"


def _broken(result: RunResult, comparison: Comparison, language: ReportLanguage) -> Iterator[str]:
    by_key = _failing(result)
    for key, flips in (("regressions", comparison.regressions), ("new_failing", comparison.new_failing)):
        yield from _section(key, [by_key[flip.after.key] for flip in flips], language)


def _failing(result: RunResult) -> dict[tuple[str, str, str], CaseResult]:
    """The first failing run of each case and subject: repeats would say the same again."""
    failing: dict[tuple[str, str, str], CaseResult] = {}
    for case in result.cases:
        if case.status == "fail":
            failing.setdefault(case.key[:3], case)
    return failing


def _section(title: str, cases: Sequence[CaseResult], language: ReportLanguage) -> Iterator[str]:
    if not cases:
        return
    yield f"### {text(title, language)}"
    yield ""
    for case in cases[:SHOWN]:
        yield f"- **{name_of(case)}** · {code(case.subject)}"
        shown = case.failures[:_FAILURES_SHOWN]
        for place, failure in enumerate(shown, 1):
            yield from _failure(failure, language)
            if place == len(shown) or shown[place].turn != failure.turn:
                yield from _talk(case, failure.turn, language)
    yield from _rest(len(cases), language)
    yield ""


def _failure(failure: Failure, language: ReportLanguage) -> Iterator[str]:
    said = f" {code(failure.quote)}" if failure.quote else ""
    expected = f" · {text('expected', language)} {code(worded(failure.expected, language))}" if failure.expected else ""
    yield f"  - {place_of(failure, language)} · {code(failure.rule)}{said}{expected}"
    yield f"    <br>{code(explained(failure.explanations, language))}"


def _talk(case: CaseResult, number: int | None, language: ReportLanguage) -> Iterator[str]:
    """What was said in a turn."""
    turn = next((turn for turn in case.turns if turn.number == number), None)
    if turn is not None:
        yield f"    <br>{text('client', language)}: {code(turn.client, 160)}"
        yield f"    <br>{text('bot', language)}: {code(turn.reply, 160)}"


def _rest(many: int, language: ReportLanguage) -> Iterator[str]:
    if many > SHOWN:
        yield f"- {text('more', language, n=many - SHOWN)}"


def _table(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    heads = [text(key, language) for key in ("prompt", "passed", "failed", "unjudged", "cost")]
    yield f"| {' | '.join(heads)}, $ |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for suite in result.suites:
        for subject in suite.subjects:
            cases, prompt = result.of(suite, subject), suite.prompt_of(subject)
            by = [sum(c.status == s for c in cases) for s in ("pass", "fail", "error")]
            cost = _dollars(sum(c.pico_usd for c in cases), language, unpriced=any(c.unpriced for c in cases))
            label = _cell(subject.label) + (f" ({text('changed_text', language)})" if prompt.changed else "")
            yield f"| {suite.name} · {label} | {by[0]} | {by[1]} | {by[2]} | {cost} |"


def _dollars(pico_usd: int, language: ReportLanguage, *, unpriced: bool) -> str:
    """Dollars; more than those when a price is not known, and a dash when none is."""
    if unpriced and not pico_usd:
        return "—"
    return ("> " if unpriced else "") + number(pico_usd / PICO, 4, language)


def _rules(rules: Sequence[GateResult], language: ReportLanguage) -> Iterator[str]:
    """Broken rules first, then the kept ones, then those that could not be asked."""
    marks = {False: "❌", True: "✅", None: "—"}
    order = {False: 0, True: 1, None: 2}
    heads = [text(key, language) for key in ("rule", "measured", "wanted")]
    yield f"### {text('gate', language)}"
    yield ""
    yield f"|  | {' | '.join(heads)} |  |"
    yield "| --- | --- | ---: | ---: | --- |"
    for rule in sorted(rules, key=lambda r: order[r.kept])[:_RULES_SHOWN]:
        name = f"{rule.suite} · {_cell(rule.subject)} · {_cell(rule.rule)}"
        basis = "; ".join(basis_of(rule, language)) if rule.kept is not None else reason_of(rule, language)
        yield f"| {marks[rule.kept]} | {name} | {measured_of(rule, language)} | {wanted_of(rule, language)} | {basis} |"
    if len(rules) > _RULES_SHOWN:
        yield ""
        yield text("more", language, n=len(rules) - _RULES_SHOWN)


def _comparison(comparison: Comparison, language: ReportLanguage) -> Iterator[str]:
    yield f"### {text('comparison', language)}"
    yield ""
    yield from (f"- {code(note_line(note, language))}" for note in comparison.notes)
    yield f"- {chance_line(comparison, language)}"
    if all(mean.what != "cost" for mean in comparison.means) and comparison.usd_before and comparison.usd_after:
        shown = number(comparison.usd_after, 6, language)
        yield f"- {text('mean.cost', language)}: {number(comparison.usd_before, 6, language)} → {shown} $"
    changes = list(change_lines(comparison, language))
    yield from (f"- {line}" for line in changes)
    if changes:
        yield f"- {text('family', language, n=comparison.family)}"
    for key, names in (
        ("fixed", _names(comparison.fixed)),
        ("still_failing", _names(comparison.still_failing)),
        ("gone", [outcome_name(outcome) for outcome in comparison.gone]),
    ):
        if names:
            more = f" {text('more', language, n=len(names) - SHOWN)}" if len(names) > SHOWN else ""
            yield f"- {text(key, language)}: {', '.join(map(code, names[:SHOWN]))}{more}"
    if comparison.not_comparable:
        yield f"- {text('not_comparable', language, n=len(comparison.not_comparable))}"
    yield ""


def _names(flips: Iterable[Flip]) -> list[str]:
    return [outcome_name(flip.after) for flip in flips]


def _repeats(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    """pass@1, pass@k and pass^k of each prompt version and model, and the cases whose runs disagree."""
    for rates in result.repeats:
        known = (
            ("pass@1", rates.pass_at[0]),
            (f"pass@{result.repeat}", rates.pass_at[-1]),
            (f"pass^{result.repeat}", rates.pass_all[-1]),
        )
        shown = ", ".join(f"{name} {number(100 * rate, 1, language)} %" for name, rate in known if rate is not None)
        flaky = f"; {text('flaky', language)}: {', '.join(map(code, rates.flaky[:SHOWN]))}" if rates.flaky else ""
        more = f" {text('more', language, n=len(rates.flaky) - SHOWN)}" if len(rates.flaky) > SHOWN else ""
        yield f"- {rates.suite} · {code(rates.subject)}: {shown or '—'}{flaky}{more}"
    if result.repeats:
        yield ""


def _advice(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    """What a judge objects to and may not fail the gate by."""
    found = [(case, failure) for case in result.cases for failure in case.advice]
    if not found:
        return
    yield f"### {text('advice', language)}"
    yield ""
    for case, failure in found[:SHOWN]:
        yield f"- **{name_of(case)}** · {code(case.subject)}"
        yield from _failure(failure, language)
    yield from _rest(len(found), language)
    yield ""


def _unjudged(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    errors = [case for case in result.cases if case.status == "error"]
    if not errors:
        return
    yield f"### {text('errors', language)}"
    yield ""
    for case in errors[:SHOWN]:
        yield f"- **{name_of(case)}** · {code(case.subject)} · {code(case.fault or '')}: {code(case.error or '')}"
    yield from _rest(len(errors), language)
    yield ""
