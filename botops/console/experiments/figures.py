"""The figures of an experiment: what clients of each variant did, and how large the difference is."""

from __future__ import annotations

from botops.app.experiments.metrics import METRICS
from botops.app.experiments.status import Arm, Comparison, ExperimentStatus
from botops.app.glossary import GLOSSARY
from botops.console import formats, frame, parts
from botops.console.experiments.labels import difference, value
from botops.console.i18n import _, language
from botops.console.safe import Html, tag
from botops.experiments import State


def arms(status: ExperimentStatus) -> None:
    """How the clients of each variant fared, and whether they were dealt as was set."""
    parts.question(_("What did clients of each variant do?"))
    names = list(status.arms[0].metrics)
    heads = [(_("Variant"), False), (_("Clients"), True), (_("Outcome known"), True)]
    heads += [(GLOSSARY[name].name[language()], True) for name in names]
    frame.show(parts.table(heads, [_arm(n, arm, names) for n, arm in enumerate(status.arms)]))
    p = formats.number(_ratio(status), 2)
    if status.verdict is not None and status.verdict.state is State.MISMATCH:
        p = formats.number(_ratio(status), 6)
        parts.answer(
            _(
                "Clients were not dealt in the shares that were set (p = {p}): the figures cannot be trusted until it "
                "is known why."
            ).format(p=p)
        )
        return
    parts.answer(_("Clients were dealt to the variants in the shares that were set: p = {p}.").format(p=p))


def _arm(number: int, arm: Arm, names: list[str]) -> list[str | Html]:
    title = tag("span", f"v{arm.version} ", parts.chip(_("as before")) if number == 0 else "")
    values = [value(name, arm.metrics[name]) for name in names]
    return [title, formats.number(arm.leads), formats.number(arm.known), *values]


def _ratio(status: ExperimentStatus) -> float:
    return status.verdict.sample_ratio.p if status.verdict else 1.0


def compared(status: ExperimentStatus) -> None:
    """Each variant against the first one, with the interval that decides."""
    parts.question(_("How large is the difference?"))
    parts.answer(
        _("The interval holds however often you look; the verdict comes from it. “Not worse than” is a guardrail.")
    )
    heads = [(_("Metric"), False), (_("Difference"), True), (_("Interval"), True), (_("Not worse than"), True),
             (_("Chance that it is better"), True)]  # fmt: skip
    frame.show(parts.table(heads, [_row(c, len(status.arms) > 2) for c in status.comparisons]))
    parts.answer(_("The chance is there for intuition; no decision is made by it."))


def _row(c: Comparison, several: bool) -> list[str | Html]:
    name = GLOSSARY[c.metric].name[language()] + (f" · v{c.version}" if several else "")
    low, high = (difference(c.metric, bound) for bound in (c.always.low, c.always.high))
    margin = "—" if c.margin is None else difference(c.metric, _harm(c))
    chance = "—" if c.chance is None else formats.percent(c.chance.better, 1)
    return [name, difference(c.metric, c.always.diff), f"{low} … {high}", margin, chance]


def _harm(c: Comparison) -> float:
    assert c.margin is not None
    return -c.margin if METRICS[c.metric].higher_is_better else c.margin
