"""Where the money goes: by day, then by what the reader chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from botops.app import queries
from botops.app.container import Container
from botops.console import costs_charts, costs_choice, data, formats, frame, labels, parts, safe
from botops.console.costs_charts import DayCost
from botops.console.costs_choice import Shown
from botops.console.i18n import N_, _
from botops.console.safe import tag
from botops.store import PromptVersion

_BY: Mapping[queries.SpendingGroup, tuple[str, str]] = {
    "version": (N_("Version"), N_("Which prompt version costs more?")),
    "model": (N_("Model"), N_("Which model is the money spent on?")),
    "channel": (N_("Channel"), N_("Which channel costs more?")),
}
_NAMES: Mapping[queries.SpendingGroup, Callable[[tuple[object, ...]], str]] = {
    "version": lambda key: _version(key[0]),
    "model": lambda key: labels.model(str(key[0])),
    "channel": lambda key: labels.channel(str(key[0])),
}


def _version(told: object) -> str:
    assert isinstance(told, PromptVersion)
    return labels.prompt(*told)


def section(container: Container, days: int, shown: Shown) -> None:
    """The part of the page."""
    key = data.key_of(container)
    parts.question(_("How much does the model cost a day?"))
    costs = []
    for spent in data.spending(container, key, days, "day"):
        day = spent.key[0]
        assert isinstance(day, date)
        costs.append(DayCost(day, shown.number(spent.pico_usd, spent.local), spent.replies))
    costs_charts.days(costs, shown.currency)
    _groups(container, days, shown)


def _groups(container: Container, days: int, shown: Shown) -> None:
    """One table by what is chosen."""
    titles = {name: _(head) for name, (head, _question) in _BY.items()}
    by = costs_choice.pick("by", _("Split by"), list(_BY), "version", titles)
    parts.question(_(_BY[by][1]))
    rows = data.spending(container, data.key_of(container), days, by)
    whole = sum(row.pico_usd for row in rows) or 1
    heads = [(titles[by], False), (_("Cost"), True), (_("Share"), True), (_("Per reply"), True), (_("Replies"), True),
             (_("Tokens in"), True), (_("cached"), True), (_("Tokens out"), True)]  # fmt: skip
    lines = [
        (
            tag("div", _NAMES[by](row.key), safe.bar(row.pico_usd / whole)),
            shown.amount(row.pico_usd, row.local),
            formats.percent(row.pico_usd / whole),
            shown.each(row.pico_usd, row.local, row.replies),
            formats.number(row.replies),
            formats.compact(row.usage.input_tokens),
            cached(row.usage.cached_tokens, row.usage.input_tokens),
            formats.compact(row.usage.output_tokens),
        )
        for row in rows
    ]
    frame.show(parts.table(heads, lines))


def cached(part: int, whole: int) -> str:
    """Which share of the tokens read came from the cache."""
    return formats.percent(part / whole) if whole else formats.NOTHING
