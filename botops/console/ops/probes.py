"""Probes on the page of the installation: how often the bot answers what botops asks it, and how often it is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botops.app.probing import standing
from botops.console import formats, frame, parts
from botops.console.i18n import N_, _, language, ngettext
from botops.console.safe import tag
from botops.domain.probes import ProbeFault, ProbeOutcome
from botops.monitor.probe_alerts import fault_of, question_of

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.probing import ProbeStanding
    from botops.console.safe import Html
    from botops.domain.probes import ProbeResult

_OUTCOMES: Mapping[ProbeOutcome, tuple[str, str]] = {
    ProbeOutcome.RIGHT: (N_("right"), "good"),
    ProbeOutcome.WRONG: (N_("wrong"), "bad"),
    ProbeOutcome.UNANSWERED: (N_("no answer"), "bad"),
    ProbeOutcome.SWITCHED_OFF: (N_("switched off by hand"), ""),
}


def show(container: Container) -> None:
    """The month so far and the latest round."""
    parts.question(_("Is the bot right when botops asks it?"))
    found = standing(container)
    if not found.on:
        parts.answer(_("botops asks nothing by itself: set probes.enabled to true in botops.yaml. A model may cost."))
    if found.figures.asked:
        _month(found)
    elif found.on:
        parts.answer(_("Nothing was asked this month yet."))
    if found.last is not None:
        _latest(container, found)


def _month(found: ProbeStanding) -> None:
    figures = found.figures
    parts.answer(
        _("botops itself asks for a price in each language and for a person. This month: {asked} questions.").format(
            asked=formats.number(figures.asked)
        )
    )
    missed = None
    if figures.missed:
        text = ngettext("{n} round never took place", "{n} rounds never took place", figures.missed)
        missed = parts.chip(text.format(n=formats.number(figures.missed)), "bad")
    goal = found.objectives
    frame.show(
        parts.facts(
            [
                (_("Questions answered"), _share(figures.uptime, goal.answered)),
                (_("Right, of the answers"), _share(figures.correct, goal.right)),
                (_("Failures still allowed this month"), _left(figures.uptime_budget_left)),
                (_("Wrong answers still allowed this month"), _left(figures.correct_budget_left)),
                (_("Missed"), missed),
            ]
        )
    )


def _latest(container: Container, found: ProbeStanding) -> None:
    assert found.last is not None
    month = {one.name: one for one in found.figures.by_question}
    rows: list[list[str | Html]] = []
    for result in found.last.results:
        own = month.get(result.name)
        rows.append(
            [
                question_of(result, language()), _outcome(result),
                formats.milliseconds(result.ms) if result.ms is not None else formats.NOTHING,
                _plain(own.uptime if own else None), _plain(own.correct if own else None),
            ]
        )  # fmt: skip
    heads = [(_("What was asked"), False), (_("The last time"), False), (_("Took"), True),
             (_("Answered in the month"), True), (_("Right in the month"), True)]  # fmt: skip
    frame.show(parts.table(heads, rows))
    at = formats.moment(found.last.at, container.settings.company.timezone)
    parts.answer(_("The last round: {at}.").format(at=at))


def _outcome(result: ProbeResult) -> Html:
    text, look = _OUTCOMES[result.outcome]
    why = result.detail if result.fault is ProbeFault.NO_ANSWER else fault_of(result, language())
    return tag("span", parts.chip(_(text), look), f" {why}" if why else None)


def _share(share: float | None, goal: float) -> str | Html:
    if share is None:
        return formats.NOTHING
    text = _("{share}, the goal is {goal}").format(share=formats.percent(share, 1), goal=formats.percent(goal, 1))
    return text if share >= goal else parts.chip(text, "bad")


def _left(left: float | None) -> str | Html:
    if left is None:
        return formats.NOTHING
    return parts.chip(_("none: the goal of the month is missed"), "bad") if left < 0 else formats.percent(left)


def _plain(share: float | None) -> str:
    return formats.NOTHING if share is None else formats.percent(share, 1)
