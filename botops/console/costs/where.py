"""Where the money goes: by day, then by what the reader chooses, and what is spent in vain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from botops.app.container import Container
from botops.app.costs.reporting import CostReport, CostRow
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.costs import charts as costs_charts
from botops.console.costs import choice as costs_choice
from botops.console.costs import reads as costs_reads
from botops.console.costs.charts import DayCost
from botops.console.costs.choice import Shown
from botops.console.i18n import N_, _, ngettext
from botops.console.safe import Html, tag
from botops.store import CostDimension, PromptVersion

_BY: Mapping[CostDimension, tuple[str, str]] = {
    "purpose": (N_("For what"), N_("What are the models asked for?")),
    "version": (N_("Version"), N_("Which prompt version costs more?")),
    "model": (N_("Model"), N_("Which model is the money spent on?")),
    "channel": (N_("Channel"), N_("Which channel costs more?")),
    "language": (N_("Client's language"), N_("Which language costs more?")),
    "outcome": (N_("What became of the client"), N_("Is the money spent on those who buy?")),
}


def _version(value: object) -> str:
    return labels.prompt(value.prompt, value.version) if isinstance(value, PromptVersion) else str(value)


_NAMES: Mapping[CostDimension, Callable[[object], str]] = {
    "purpose": lambda value: labels.purpose_of(str(value)),
    "version": _version,
    "model": lambda value: labels.model(str(value)),
    "channel": lambda value: labels.channel(str(value)),
    "language": lambda value: labels.spoken(str(value)),
    "outcome": lambda value: labels.lead_outcome(str(value)),
}


def section(container: Container, days: int, shown: Shown) -> None:
    """The part of the page."""
    key = data.key_of(container)
    parts.question(_("How much does the model cost a day?"))
    by_day = costs_reads.cost_days(container, key, days, shown.currency)
    costs_charts.days([_day(row, shown) for row in by_day], shown.currency)
    titles = {name: _(head) for name, (head, _question) in _BY.items()}
    by = costs_choice.pick("by", _("Split by"), list(_BY), "purpose", titles)
    parts.question(_(_BY[by][1]))
    found = costs_reads.costs(container, key, days, (by,), shown.currency)
    _groups(found, by, titles[by], shown)
    if by == "version":
        navigation.link("prompts", _("What each part of a prompt costs"), view="costs")
    _in_vain(found, shown)


def _day(row: CostRow, shown: Shown) -> DayCost:
    day = row.key[0]
    assert isinstance(day, date)
    return DayCost(day, shown.number(row.cost), row.replies)


def _groups(found: CostReport, by: CostDimension, head: str, shown: Shown) -> None:
    """One table by what is chosen; by purpose and by model the calls beside dialogues too."""
    heads = [(head, False), (_("Cost"), True), (_("Share"), True), (_("Calls"), True), (_("Dialogues"), True),
             (_("Tokens in"), True), (_("cached"), True), (_("Tokens out"), True)]  # fmt: skip
    whole = found.total.pico_usd + (found.side_total.pico_usd if by == "purpose" else 0)
    lines = [_line(_NAMES[by](row.key[0]), row, whole, shown) for row in found.rows]
    if by == "purpose":
        lines += [_line(_beside(row), row, whole, shown) for row in found.side]
    frame.show(parts.table(heads, lines))
    if any(row.calls_unknown for row in (*found.rows, *found.side)):
        parts.answer(_("! — with calls of unknown price, which are in no sum."))


def _line(name: str, row: CostRow, whole: int, shown: Shown) -> tuple[str | Html, ...]:
    cached = row.cached_share
    return (
        tag("div", safe.preview(name, 80), " !" if row.calls_unknown else "", safe.bar(row.pico_usd / (whole or 1))),
        shown.least(row, row.cost),
        formats.percent(row.pico_usd / whole) if whole else formats.NOTHING,
        formats.number(row.calls),
        formats.number(row.spoken.dialogues) if row.spoken.dialogues else formats.NOTHING,
        formats.compact(row.usage.input_tokens),
        formats.NOTHING if cached is None else formats.percent(float(cached)),
        formats.compact(row.usage.output_tokens),
    )


def _beside(row: CostRow) -> str:
    """Calls that belong to no dialogue: what for, what they did, and by which model."""
    work, purpose, model = (str(value) for value in row.key)
    return " · ".join([labels.work(work), labels.purpose_of(purpose), labels.model(model)])


def _in_vain(found: CostReport, shown: Shown) -> None:
    total = found.total
    parts.question(_("What is spent in vain, and what is saved?"))
    n = total.turns_failed
    failed = ngettext("{n} failed reply", "{n} failed replies", n).format(n=formats.number(n))
    rows = [
        (_("Corrections"), shown.amount(total.repairs), _of(total.repairs.pico_usd, total),
         _("the guard found a mistake in the draft, the model was asked once more")),
        (_("Failed replies"), shown.amount(total.failed_turns), _of(total.failed_turns.pico_usd, total),
         _("{replies}: the provider bills what the client never got").format(replies=failed)),
        (_("Saved by the cache"), saved(total, shown), _cheaper(total), _saved(total)),
    ]  # fmt: skip
    heads = [("", False), (_("Cost"), True), (_("Share"), True), ("", False)]
    frame.show(parts.table(heads, rows))


def _of(part: int, total: CostRow) -> str:
    return formats.percent(part / total.pico_usd) if total.pico_usd else formats.NOTHING


def _cheaper(total: CostRow) -> str:
    """The part of what would have been paid without the cache that it took off."""
    whole = total.pico_usd + total.saved.pico_usd
    return formats.percent(total.saved.pico_usd / whole) if whole > 0 and total.saved.pico_usd else formats.NOTHING


def saved(total: CostRow, shown: Shown) -> str:
    """What the cache saved; not known where all calls are older than that is counted."""
    if total.saved_unknown and not total.saved.pico_usd:
        return _("unknown")
    return shown.amount(total.saved)


def _saved(total: CostRow) -> str:
    if total.saved_unknown:
        n = total.saved_unknown
        text = ngettext("not known of {n} older call", "not known of {n} older calls", n)
        return text.format(n=formats.number(n))
    share = formats.NOTHING if total.cached_share is None else formats.percent(float(total.cached_share))
    return _("{share} of the tokens read came from the provider's cache").format(share=share)
