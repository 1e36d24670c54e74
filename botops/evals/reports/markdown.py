"""Markdown for a pull request: the verdict first, then what broke with quotes; short.

Quotes are code spans: in them nothing is rendered, mentioned or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from botops.evals.checks.base import shortened
from botops.evals.comparison import Comparison, Flip
from botops.evals.reports.lines import ReportLanguage, name_of, place_of, word
from botops.evals.result import CaseResult, Failure, RunResult

SHOWN = 20
"""Failing dialogues shown in full; the rest is counted."""

_TEXTS = {
    "passed": ("{passed} из {judged} диалогов прошли", "{passed} of {judged} dialogues passed"),
    "errors": ("{n} не удалось оценить", "{n} could not be judged"),
    "head": ("промпт | прошли | не прошли | не оценены | цена, $", "prompt | passed | failed | not judged | cost, $"),
    "simulated": ("симулятор, счёта нет", "simulated, nothing is billed"),
    "model": ("модель", "model"),
    "failed": ("Не прошли", "Failed"),
    "regressions": ("Сломалось по сравнению с прежним прогоном", "Broken since the baseline"),
    "new": ("Новые диалоги, которые не прошли", "New dialogues that failed"),
    "fixed": ("Починилось", "Fixed"),
    "still": ("Не проходили и раньше", "Failed before as well"),
    "unjudged": ("Не удалось оценить", "Could not be judged"),
    "more": ("…и ещё {n}", "…and {n} more"),
    "chance": ("Пар {pairs}, p = {p:.3f}", "{pairs} pairs, p = {p:.3f}"),
    "few": ("Пар {pairs}: изменений слишком мало для вывода", "{pairs} pairs: too few changes to conclude from"),
    "cost": ("диалог: {before:.6f} $ → {after:.6f} $", "a dialogue: {before:.6f} $ → {after:.6f} $"),
    "changed": ("текст изменён после публикации", "the text was changed after it was published"),
    "stopped": ("Прогон остановлен, отчёт неполный.", "The run was stopped, the report is incomplete."),
}


def markdown(result: RunResult, comparison: Comparison | None = None, language: ReportLanguage = "en") -> str:
    """The report."""
    lines = [*_summary(result, language), ""]
    failed = [case for case in result.cases if case.status == "fail"]
    if comparison is not None:
        lines += _comparison(result, comparison, language)
    elif failed:
        lines += _section(_t("failed", language), failed, language)
    errors = [case for case in result.cases if case.status == "error"]
    if errors:
        lines += [f"### {_t('unjudged', language)}", ""]
        lines += [f"- **{name_of(c)}** · {c.subject} · `{c.fault}`: {code(c.error or '')}" for c in errors[:SHOWN]]
        lines += _rest(errors, language)
    lines += [f"- {code(problem)}" for problem in result.problems]
    return "\n".join(lines).rstrip() + "\n"


def code(text: str, most: int = 400) -> str:
    """Foreign text as a code span on one line."""
    return f"`{re.sub('`+', chr(39), shortened(text, most))}`" if text.strip() else "—"


def _t(key: str, language: ReportLanguage) -> str:
    return _TEXTS[key][language == "en"]


def _summary(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    counts = result.counts
    good = not counts["fail"] and not counts["error"]
    title = _t("passed", language).format(passed=counts["pass"], judged=counts["pass"] + counts["fail"])
    if counts["error"]:
        title += ", " + _t("errors", language).format(n=counts["error"])
    yield f"## {'✅' if good else '❌' if counts['fail'] else '⚠️'} {title}"
    yield ""
    suites = ", ".join(s.name for s in result.suites)
    model = f"{_t('model', language)} {code(result.model)}"
    yield f"{suites} · {model}" + (f" ({_t('simulated', language)})" if result.simulated else "")
    if result.interrupted:
        yield f"\n**{_t('stopped', language)}**"
    yield ""
    yield f"| {_t('head', language)} |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for suite in result.suites:
        for subject in suite.subjects:
            cases, prompt = result.of(suite, subject), suite.prompt_of(subject)
            by = [sum(c.status == s for c in cases) for s in ("pass", "fail", "error")]
            cost = sum(c.pico_usd for c in cases) / 10**12
            label = f"{subject.label} ({_t('changed', language)})" if prompt.changed else subject.label
            yield f"| {suite.name} · {label} | {by[0]} | {by[1]} | {by[2]} | {cost:.4f} |"


def _section(title: str, cases: list[CaseResult], language: ReportLanguage) -> Iterator[str]:
    if not cases:
        return
    yield f"### {title}"
    yield ""
    for case in cases[:SHOWN]:
        yield f"- **{name_of(case)}** · {case.subject}"
        for failure in case.failures[:5]:
            yield from _failure(failure, language)
    yield from _rest(cases, language)
    yield ""


def _failure(failure: Failure, language: ReportLanguage) -> Iterator[str]:
    said = f" {code(failure.quote)}" if failure.quote else ""
    expected = f" · {word('expected', language)} {code(failure.expected)}" if failure.expected else ""
    yield f"  - {place_of(failure, language)} · `{failure.rule}`{said}{expected}"
    yield f"    <br>{code(failure.explanations.get(language, ''))}"


def _rest(cases: list[CaseResult], language: ReportLanguage) -> list[str]:
    return [f"- {_t('more', language).format(n=len(cases) - SHOWN)}"] if len(cases) > SHOWN else []


def _comparison(result: RunResult, comparison: Comparison, language: ReportLanguage) -> Iterator[str]:
    by_key: dict[tuple[str, str, str], CaseResult] = {}
    for case in result.cases:
        if case.status == "fail":
            by_key.setdefault((case.suite, case.case, case.subject), case)

    def runs(flips: tuple[Flip, ...]) -> list[CaseResult]:
        return [by_key[f.after.suite, f.after.case, f.after.subject] for f in flips]

    yield from _section(_t("regressions", language), runs(comparison.regressions), language)
    yield from _section(_t("new", language), runs(comparison.new_failing), language)
    for key, flips in (("fixed", comparison.fixed), ("still", comparison.still_failing)):
        if flips:
            names = ", ".join(f"{f.after.suite}/{f.after.case} ({f.after.subject})" for f in flips[:SHOWN])
            more = f" {_t('more', language).format(n=len(flips) - SHOWN)}" if len(flips) > SHOWN else ""
            yield f"{_t(key, language)}: {names}{more}"
            yield ""
    chance = "chance" if comparison.enough else "few"
    said = _t(chance, language).format(pairs=comparison.pairs, p=comparison.p_value)
    cost = _t("cost", language).format(before=comparison.usd_before, after=comparison.usd_after)
    yield f"{said} · {cost}"
    yield ""
