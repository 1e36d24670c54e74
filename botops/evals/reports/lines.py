"""Lines that every report shares: failures, rules of the gate, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.evals.reports.texts import ReportLanguage, explained, number, text, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botops.evals.comparison import Comparison, Note
    from botops.evals.means import MeanChange
    from botops.evals.outcomes import Outcome
    from botops.evals.result import CaseResult, Failure, GateResult

_REASONS = {"simulated": "simulation"}


def name_of(case: CaseResult) -> str:
    """A case's run as reports call it."""
    return f"{case.suite}/{case.case}" + (f"#{case.repeat}" if case.repeat > 1 else "")


def place_of(failure: Failure, language: ReportLanguage) -> str:
    """The turn, or the dialogue as a whole."""
    return f"{text('turn', language)} {failure.turn}" if failure.turn else text("dialogue", language)


def failure_line(case: CaseResult, failure: Failure, language: ReportLanguage) -> str:
    """One line that names dialogue, prompt version, turn and rule, with the quote and what was expected."""
    line = f"{name_of(case)} · {case.subject} · {place_of(failure, language)} · {failure.rule}: "
    if failure.quote:
        line += f"«{failure.quote}» — "
    return visible(line + explained(failure.explanations, language))


def lines_of(case: CaseResult, language: ReportLanguage) -> Iterator[str]:
    """Every failure of a case in a line, then its error."""
    for failure in case.failures:
        yield failure_line(case, failure, language)
    if case.error:
        yield visible(f"{name_of(case)} · {case.subject} · {case.fault}: {case.error}")


def rule_line(rule: GateResult, language: ReportLanguage) -> str:
    """A rule of the gate with what was measured, in a line."""
    return f"{rule.suite} · {rule.subject} · {rule.rule}: {outcome_of(rule, language)}"


def outcome_of(rule: GateResult, language: ReportLanguage) -> str:
    """What was measured, what is wanted, of how many, and the interval of a share."""
    wanted = f"{text('wanted', language)} {wanted_of(rule, language)}"
    if rule.measured is None:
        return f"{text('not_asked', language)} ({reason_of(rule, language)}); {wanted}"
    parts = [f"{measured_of(rule, language)}, {wanted}", *basis_of(rule, language)]
    return "; ".join(parts)


def basis_of(rule: GateResult, language: ReportLanguage) -> Iterator[str]:
    """Of how many it was measured, the interval of a share, and why a broken rule says nothing of the prompt."""
    if rule.unit == "%":
        yield text("missed", language, missed=rule.missed, n=rule.n)
    elif rule.rule != "judged":
        yield text("out_of", language, n=rule.n)
    if rule.low is not None and rule.high is not None:
        yield f"{text('interval', language)} {number(rule.low, 1, language)}–{number(rule.high, 1, language)} %"
    if rule.reason:
        yield reason_of(rule, language)


def rule_name(rule: GateResult, labels: Mapping[str, Mapping[str, str]], language: ReportLanguage) -> str:
    """What a rule asks for, in words. `labels` are the checks' by id."""
    kind, _, name = rule.rule.partition(".")
    if kind == "checks":
        return text("gate.checks", language, name=_label(name, labels, language))
    if kind != "tags":
        return text(f"gate.{kind}", language)
    tag, _, rest = name.partition(".checks.") if ".checks." in name else name.rpartition(".")
    tagged = text("gate.tags", language, name=tag)
    if ".checks." in name:
        return f"{tagged}, {text('gate.checks', language, name=_label(rest, labels, language))}"
    return f"{tagged}, {text('gate.pass_rate', language)}"


def _label(check: str, labels: Mapping[str, Mapping[str, str]], language: ReportLanguage) -> str:
    return f"«{explained(labels[check], language)}»" if check in labels else check


def reason_of(rule: GateResult, language: ReportLanguage) -> str:
    """Why a rule was not asked, or was broken through no fault of the prompt."""
    return text(_REASONS.get(rule.reason, rule.reason), language)


def measured_of(rule: GateResult, language: ReportLanguage) -> str:
    """What was measured, with its unit."""
    return _amount(rule, rule.measured, language) if rule.measured is not None else "—"


def wanted_of(rule: GateResult, language: ReportLanguage) -> str:
    """The limit, with its direction and unit."""
    return f"{'≥' if rule.at_least else '≤'} {_amount(rule, rule.wanted, language, written=True)}"


def _amount(rule: GateResult, value: float, language: ReportLanguage, *, written: bool = False) -> str:
    if rule.unit == "cases":
        return f"{value:.0f}"
    if rule.unit == "$":
        return f"{_short(value, language)} $"
    if rule.unit == "s":
        return f"{_short(value, language)} {'s' if language == 'en' else 'с'}"
    shown = _short(value, language) if written else number(value, 1, language)
    return f"{'+' if rule.unit == '+%' and value >= 0 else ''}{shown} %"


def _short(value: float, language: ReportLanguage) -> str:
    """Four digits that matter, without an exponent."""
    if value == 0:
        return "0"
    digits = 0
    while abs(value) * 10**digits < 1000 and digits < 9:
        digits += 1
    shown = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
    return shown if language == "en" else shown.replace(".", ",")


def note_line(note: Note, language: ReportLanguage) -> str:
    """What a reader of a comparison must know, as a sentence."""
    return text(f"note.{note.kind}", language, suite=note.suite, detail=note.detail)


def chance_line(comparison: Comparison, language: ReportLanguage) -> str:
    """How many pairs passed on each side, and whether that could be chance."""
    pairs = text(
        "pairs", language, pairs=comparison.pairs, before=comparison.passed_before, after=comparison.passed_after
    )
    p = number(comparison.p_value, 3, language)
    return f"{pairs} ({text('mcnemar', language, p=p) if comparison.enough else text('few_flips', language)})"


def change_lines(comparison: Comparison, language: ReportLanguage) -> Iterator[str]:
    """A line for each check and each mean that changed."""
    for change in comparison.checks:
        told = text("check_change", language, worse=change.worse, better=change.better, pairs=change.pairs)
        yield f"{change.check}: {told}, {text('p', language, p=number(change.p_adjusted, 3, language))}"
    for mean in comparison.means:
        yield mean_line(mean, language)


def mean_line(mean: MeanChange, language: ReportLanguage) -> str:
    """A mean before and after, with the interval of the difference, or that there are too few pairs for one."""
    percent = ""
    if mean.percent is not None:
        percent = f" ({'+' if mean.percent >= 0 else ''}{number(mean.percent, 1, language)} %)"
    unit = {"$": " $", "s": " s" if language == "en" else " с"}.get(mean.unit, "")
    line = f"{mean_name(mean.what, language)}: {_short(mean.before, language)} → {_short(mean.after, language)}{unit}"
    return f"{line}{percent}; {mean_basis(mean, language)}"


def mean_name(what: str, language: ReportLanguage) -> str:
    """What a mean is of."""
    kind, _, name = what.partition(" ")
    return text(f"mean.{kind}", language, name=name)


def mean_basis(mean: MeanChange, language: ReportLanguage) -> str:
    """The interval of the difference and its p-value, or that there are too few pairs."""
    if mean.low is None or mean.high is None or mean.p_adjusted is None:
        return text("few_pairs", language, n=mean.pairs)
    low, high = _short(mean.low, language), _short(mean.high, language)
    p = number(mean.p_adjusted, 3, language)
    return ", ".join(
        (
            text("over_pairs", language, n=mean.pairs),
            text("difference", language, low=low, high=high),
            text("p", language, p=p),
        )
    )


def outcome_name(outcome: Outcome) -> str:
    """A case with its subject, repeats together."""
    return f"{outcome.suite}/{outcome.case} · {outcome.subject}"
