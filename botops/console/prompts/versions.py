"""Two versions of a prompt side by side: what the second costs more, and what it does to the quality of replies."""

from __future__ import annotations

from decimal import Decimal

from botops.app.costs.versions import Interval, VersionComparison, VersionFigures
from botops.console import formats, frame, labels, parts
from botops.console.i18n import _, ngettext
from botops.console.prompts import price as prompt_price


def show(found: VersionComparison) -> None:
    """Price, then quality."""
    parts.question(_("What does {after} cost against {before}?").format(before=found.before, after=found.after))
    parts.answer(" · ".join(prompt_price.tokens(count) for count in found.priced.tokens))
    if found.priced.monthly is None:
        parts.answer(_("There were no replies in the last 28 days, so a month's cost cannot be told."))
    else:
        parts.answer(prompt_price.month(found.priced.monthly))
    parts.question(_("And what does it do to the replies?"))
    parts.answer(_measured(found))
    heads = [(_("Version"), False), (_("Dialogues"), True), (_("Replies"), True), (_("Errors in 1,000 replies"), True),
             (_("from … to"), True), (_("A dialogue costs"), True)]  # fmt: skip
    labelled = zip((found.before, found.after), found.figures, strict=True)
    frame.show(parts.table(heads, [(label, *_figures(figures)) for label, figures in labelled]))
    parts.answer(_findings(found))
    parts.answer(_cost(found))
    _tests(found)
    if found.verdict is not None:
        parts.question(_("What does the experiment say?"))
        parts.answer(found.verdict)


def _measured(found: VersionComparison) -> str:
    match found.measured_by:
        case "experiment":
            said = _("Measured side by side in the experiment {name} over {days} days: chance dealt the clients.")
            return said.format(name=found.experiment, days=found.days)
        case "period":
            said = _(
                "Measured over {days} days, each version while it answered: what else changed meanwhile counts too."
            )
            return said.format(days=found.days)
        case _:
            labelled = zip((found.before, found.after), found.figures, strict=True)
            silent = ", ".join(label for label, figures in labelled if not figures.replies)
            said = _("Not measured: in the last {days} days nobody was answered by {versions}.")
            return said.format(days=found.days, versions=silent)


def _figures(figures: VersionFigures) -> tuple[str, ...]:
    rate = figures.per_thousand
    span = formats.NOTHING
    if rate is not None and rate.low is not None and rate.high is not None:
        span = f"{formats.number(rate.low, 1)} … {formats.number(rate.high, 1)}"
    return (
        formats.number(figures.dialogues),
        formats.number(figures.replies),
        formats.number(rate.value, 1) if rate else formats.NOTHING,
        span,
        formats.cost(figures.usd, "USD") if figures.usd is not None else formats.NOTHING,
    )


def _findings(found: VersionComparison) -> str:
    change = found.findings
    match found.findings_answer:
        case "less":
            return _("Fewer errors: {change}.").format(change=_signed(change))
        case "more":
            return _("More errors: {change}.").format(change=_signed(change))
        case "too_few":
            return _("Too few replies to say which makes fewer errors: {change}.").format(change=_signed(change))
        case _:
            return _("Errors cannot be compared.")


def _cost(found: VersionComparison) -> str:
    change = found.usd
    match found.usd_answer:
        case "less":
            return _("A dialogue costs less: {change}.").format(change=_dollars(change))
        case "more":
            return _("A dialogue costs more: {change}.").format(change=_dollars(change))
        case "too_few":
            return _("Too few dialogues to say which costs less: {change}.").format(change=_dollars(change))
        case _:
            return _("What a dialogue costs cannot be compared.")


def _signed(change: Interval | None) -> str:
    if change is None:
        return formats.NOTHING
    said = _("{change} in 1,000 replies").format(change=_with_sign(change.value))
    if change.low is None or change.high is None:
        return said
    return f"{said} ({_with_sign(change.low)} … {_with_sign(change.high)})"


def _with_sign(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{formats.number(abs(value), 1)}"


def _dollars(change: Interval | None) -> str:
    if change is None:
        return formats.NOTHING
    ends = (change.low, change.high)
    if None in ends:
        return _one(change.value)
    return f"{_one(change.value)} ({' … '.join(_one(end) for end in ends if end is not None)})"


def _one(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{formats.cost(Decimal(str(abs(value))), 'USD')}"


def _tests(found: VersionComparison) -> None:
    if not found.evals:
        parts.answer(_("No set of tests was run on both texts in the same state."))
        return
    heads = [(_("Tests"), False), (_("Model"), False), (found.before, True), (found.after, True)]
    rows = []
    for pair in found.evals:
        failed = [
            ngettext("{n} of {cases} failed", "{n} of {cases} failed", run.failed).format(n=run.failed, cases=run.cases)
            for run in (pair.before, pair.after)
        ]
        rows.append((pair.suite, labels.model(pair.model), *failed))
    frame.show(parts.table(heads, rows))
