"""Whether the model that grades replies can be trusted: how it and people agree, criterion by criterion."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.evals.judge import KnownJudge, judges
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.domain.errors import UserError


def section(container: Container) -> None:
    """Every criterion on which a judge was compared with people, what came of it, and what it may do."""
    try:
        known = judges(container.settings)
    except UserError as error:
        frame.fault(_("What is known of the judge cannot be read"), error)
        return
    if not known and container.settings.judge.model is None:
        return  # nobody grades: nothing to trust
    parts.question(_("Can the judge be trusted?"))
    if not known:
        advice = _("Until it was compared with people its grades are advice only: botops eval calibrate.")
        frame.show(frame.alert("warn", _("The judge was never compared with people"), advice))
        return
    parts.answer(_("A language model grades tone and the like. It may stop a prompt only where it agrees with people."))
    heads = [(_("Criterion"), False), (_("Judge"), False), (_("Labels of people"), True), (_("Agree"), True),
             (_("Beyond chance (kappa)"), True), (_("It may"), False)]  # fmt: skip
    rows = []
    for one in known:
        found = one.calibration
        kappa = _interval(found.kappa, found.low, found.high) if found.kappa is not None else formats.NOTHING
        share = formats.percent(found.agreement) if found.agreement is not None else formats.NOTHING
        name, judge = safe.preview(found.name, 80), labels.model(found.model)
        rows.append((name, judge, formats.number(found.graded), share, kappa, _may(container, one)))
    frame.show(parts.table(heads, rows))
    day = max(one.calibration.at for one in known)
    n = len({one.calibration.model for one in known})
    said = ngettext("{n} judge, compared last on {day}.", "{n} judges, compared last on {day}.", n)
    parts.answer(said.format(n=n, day=formats.full_day(day.date())))


def _interval(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return formats.number(value, 2)
    return f"{formats.number(value, 2)} ({formats.number(low, 2)} … {formats.number(high, 2)})"


def _may(container: Container, one: KnownJudge) -> Html:
    if one.weakness is None:
        return parts.chip(_("stop a prompt"), "good")
    wanted = container.settings.judge
    why = {
        "few_labels": _("at least {n} labels are wanted").format(n=formats.number(wanted.least_labels)),
        "one_answer": _("people gave one and the same answer throughout"),
        "low_kappa": _("kappa of at least {n} is wanted").format(n=formats.number(wanted.least_kappa, 2)),
    }[one.weakness]
    return tag("span", parts.chip(_("only advise"), "warn"), tag("span", f" {why}", class_="bo-muted bo-small"))
