"""Budgets: how much of each is used, when it will be used up, and what happens then."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from botops.app.container import Container
from botops.app.costs.budget_outlook import BudgetOutlook
from botops.app.costs.budgets import BudgetStanding
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.costs import reads as costs_reads
from botops.console.costs.choice import Shown
from botops.console.i18n import N_, _, ngettext
from botops.console.safe import Html, tag
from botops.costs.budgets import BudgetState
from botops.domain.budgets import Budget, BudgetAlert, BudgetLevel, BudgetPeriod, BudgetScope

_STATES: Mapping[BudgetState, tuple[str, str]] = {
    BudgetState.OK: (N_("within the budget"), "good"),
    BudgetState.SOFT: (N_("an alert was raised"), "warn"),
    BudgetState.CHEAPER: (N_("a cheaper model answers"), "warn"),
    BudgetState.REACHED: (N_("used up"), "bad"),
}
_PERIODS: Mapping[BudgetPeriod, str] = {BudgetPeriod.DAY: N_("for a day"), BudgetPeriod.MONTH: N_("for a month")}
_LOOKS: Mapping[BudgetState, str] = {
    BudgetState.OK: "", BudgetState.SOFT: "warn", BudgetState.CHEAPER: "warn", BudgetState.REACHED: "bad",
}  # fmt: skip


def section(container: Container, shown: Shown) -> None:
    """The budgets, the fullest first."""
    parts.question(_("Will the budgets hold?"))
    found = sorted(costs_reads.budgets(container, data.key_of(container)), key=lambda s: (-s.share, s.name))
    if not found:
        frame.empty(
            _("No budgets are set"),
            _("A budget warns, switches to a cheaper model or hands dialogues over. Add budgets to botops.yaml."),
        )
        return
    ahead = costs_reads.forecast(container, data.key_of(container), shown.currency)
    outlooks = {one.name: one for one in ahead.budgets}
    for number, one in enumerate(found):
        with st.container(key=f"row-budget-{number}"):
            frame.show(_card(container, one, outlooks.get(one.name)))
            if one.dialogue_id is not None:
                navigation.link("dialogues", safe.markdown(one.dialogue_id), None, dialogue=one.dialogue_id)
    parts.answer(_("Marks: an alert or a cheaper model; a red one: the bot hands dialogues over to people."))


def state(found: tuple[BudgetStanding, ...]) -> tuple[str, str]:
    """How the budgets stand together: how much of the fullest one is used, and what is said of it."""
    if not found:
        return formats.NOTHING, _("No budgets are set")
    worst = max(found, key=lambda s: (list(_STATES).index(s.state), s.share))
    return formats.percent(float(worst.share)), f"{worst.name}: {_(_STATES[worst.state][0])}"


def _card(container: Container, one: BudgetStanding, ahead: BudgetOutlook | None) -> Html:
    word, level = _STATES[one.state]
    title = tag("span", tag("b", one.name), " ", tag("span", _scope(one.budget), class_="bo-muted bo-small"))
    spent = _("{spent} of {limit}").format(spent=_money(one, one.spent), limit=_money(one, one.limit))
    head = tag("div", title, parts.chip(_(word), level), class_="bo-row")
    figures = tag("div", tag("b", spent), tag("span", formats.percent(float(one.share))), class_="bo-row")
    return tag("div", head, safe.gauge(float(one.share), _LOOKS[one.state], _marks(one.budget)), figures,
               *(tag("div", line, class_="bo-muted bo-small") for line in _lines(container, one, ahead)),
               class_="bo-budget")  # fmt: skip


def _scope(budget: Budget) -> str:
    match budget.scope:
        case BudgetScope.PROMPT:
            what = _("prompt {name}").format(name=budget.of or "")
        case BudgetScope.CHANNEL:
            what = _("channel {name}").format(name=labels.channel(budget.of or ""))
        case BudgetScope.DIALOGUE:
            what = _("the dearest dialogue of the day")
        case _:
            what = _("the whole company")
    return f"{what}, {_(_PERIODS[budget.period])}" if budget.period else what


def _marks(budget: Budget) -> list[tuple[float, str]]:
    soft = [*budget.soft, *([budget.cheaper_at] if budget.cheaper_at is not None else [])]
    hard = [budget.hand_over_at] if budget.hand_over_at is not None else []
    return [(float(share), "soft") for share in soft] + [(float(share), "hard") for share in hard]


def _lines(container: Container, one: BudgetStanding, ahead: BudgetOutlook | None) -> list[str]:
    zone = container.settings.company.timezone
    lines = [_deed(one.budget)]
    if ahead is not None and ahead.period is BudgetPeriod.MONTH and ahead.expected is not None and one.left > 0:
        lines.append(_outlook(ahead))
    elif one.runs_out_at is not None and one.left > 0:
        lines.append(_("At this pace it will be used up {when}.").format(when=formats.moment(one.runs_out_at, zone)))
    elif one.left > 0 and one.until is not None:
        lines.append(_("At this pace it will hold to the end of its period."))
    if one.held:
        lines.append(_("Held for replies under way: {amount}.").format(amount=_money(one, one.held)))
    if one.unknown_calls:
        text = ngettext("{n} call of unknown price is not counted.", "{n} calls of unknown price are not counted.",
                        one.unknown_calls)  # fmt: skip
        lines.append(text.format(n=formats.number(one.unknown_calls)))
    if one.budget.simulated:
        lines.append(_("A rehearsal: simulated replies count in this budget."))
    lines += [_alert(alert, zone) for alert in one.alerts]
    return lines


def _outlook(ahead: BudgetOutlook) -> str:
    """What becomes of a month's budget by the forecast, which knows weekdays and growth."""
    assert ahead.expected is not None
    assert ahead.high is not None
    expected, high = (formats.cost(amount, ahead.currency) for amount in (ahead.expected, ahead.high))
    if ahead.passed_on is not None:
        text = _("The forecast comes to {expected}: it will be used up on {day}.")
        return text.format(expected=expected, day=formats.day(ahead.passed_on))
    if ahead.passed_early is not None:
        text = _("The forecast comes to {expected} and it will hold; in a dear month it is used up on {day}.")
        return text.format(expected=expected, day=formats.day(ahead.passed_early))
    return _("The forecast comes to {expected}, at most {high}: it will hold.").format(expected=expected, high=high)


def _deed(budget: Budget) -> str:
    """What happens at the marks, in words."""
    said = []
    if budget.soft:
        said.append(_("alert from {shares}").format(shares=", ".join(formats.percent(float(s)) for s in budget.soft)))
    if budget.cheaper_at is not None:
        text = _("{model} answers from {share}")
        said.append(text.format(model=budget.cheaper_model, share=formats.percent(float(budget.cheaper_at))))
    if budget.hand_over_at is not None:
        said.append(_("to people from {share}").format(share=formats.percent(float(budget.hand_over_at))))
    line = "; ".join(said) or _("only watched")
    return line[:1].upper() + line[1:] + "."


def _alert(alert: BudgetAlert, zone: str) -> str:
    when = formats.moment(alert.at, zone)
    match alert.level:
        case BudgetLevel.SOFT:
            what = _("{share} was reached").format(share=formats.percent(float(alert.share)))
        case BudgetLevel.CHEAPER:
            what = _("the cheaper model began to answer")
        case BudgetLevel.HAND_OVER:
            what = _("dialogues began to go to people")
        case BudgetLevel.HELD:
            what = _("replies under way held the rest, a dialogue went to a person")
        case _:
            what = _("a call without a known price")
    times = f" ({alert.times}×)" if alert.times > 1 else ""
    return f"{when}: {what}{times}"


def _money(one: BudgetStanding, amount: object) -> str:
    return formats.cost(amount, one.currency)  # type: ignore[arg-type]
