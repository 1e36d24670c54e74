"""The sheet of a week: numbers beside those of the week before, the errors behind them, what is not dealt with."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.app.monday import Compared, Open, Turn, Week
from botops.app.queries import Number, Pattern, Value
from botops.console import formats, labels, numbers, parts, safe
from botops.console.i18n import N_, _, language, ngettext
from botops.console.safe import Html, tag
from botops.domain.money import Money

_TURNS: dict[Turn, tuple[str, str]] = {
    Turn.WORSE: (N_("worse"), "bad"),
    Turn.UNKNOWN: (N_("cannot be compared"), ""),
    Turn.SAME: (N_("the same"), ""),
    Turn.CHANGED: (N_("changed"), ""),
    Turn.BETTER: (N_("better"), "good"),
}
_BLOCKS = "▁▂▃▄▅▆▇█"


def figures(container: Container, found: Week) -> Html:
    """The numbers, those that got worse first."""
    heads = [(_("Number"), False), (_("The week"), True), (_("The week before"), True), (_("Change"), False),
             (_("By day"), False)]  # fmt: skip
    return parts.table(heads, [_row(container, one) for one in found.numbers])


def _row(container: Container, one: Compared) -> list[str | Html]:
    entry, number = GLOSSARY[one.number.id], one.number
    now = numbers.value(container, entry, number.value, number.usd)
    before = numbers.value(container, entry, number.previous, number.usd_previous)
    said = numbers.note(number)
    value = tag("span", tag("b", now), tag("div", said, class_="bo-muted bo-small") if said else None)
    return [tag("span", entry.name[language()]), value, before, _change(one), _days(container, number)]


def _change(one: Compared) -> Html:
    word, look = _TURNS[one.turn]
    change = one.number.change
    if change is None or one.turn in {Turn.UNKNOWN, Turn.SAME}:
        return parts.chip(_(word), look)
    sign = "▲" if change > 0 else "▼"
    return tag("span", f"{sign} {numbers.changed(one.number)} ", parts.chip(_(word), look))


def _days(container: Container, number: Number) -> Html:
    """A line of the days, Monday first, that needs no colour and no chart to be printed."""
    values = [_plain(value) for _day, value in number.series]
    known = [value for value in values if value is not None]
    if not known:
        return tag("span", formats.NOTHING)
    low, span = min(known), (max(known) - min(known)) or 1.0
    line = "".join(" " if v is None else _BLOCKS[round((v - low) / span * (len(_BLOCKS) - 1))] for v in values)
    entry = GLOSSARY[number.id]
    said = ", ".join(f"{formats.day(day)}: {numbers.value(container, entry, value)}" for day, value in number.series)
    return tag("span", line, class_="bo-days", role="img", aria_label=said, title=said)


def _plain(value: Value) -> float | None:
    if value is None:
        return None
    return float(value.amount if isinstance(value, Money) else value)


def errors(found: tuple[Pattern, ...]) -> Html:
    """The most frequent errors of the week, each with what was said and what the price book has."""
    if not found:
        return tag("p", f"✓ {_('No false promises in this week.')}")
    return tag("ol", *(_error(one) for one in found), class_="bo-notes")


def _error(one: Pattern) -> Html:
    key, fault = one.fault.key, one.fault
    told = (labels.kind(key.kind), one.product, labels.prompt(key.prompt, key.version))
    name = " · ".join(part for part in told if part and part != formats.NOTHING)
    count = ngettext("{n} reply", "{n} replies", fault.replies).format(n=formats.number(fault.replies))
    reached = _("reached clients: {n}").format(n=formats.number(fault.reached))
    example = one.examples[0] if one.examples else None
    said = None
    if example is not None:
        said = tag("div", f"{_('Said')}: «{safe.preview(example.quote, 90)}». {_('Price book')}: "
                   f"{safe.preview(parts.in_book(example.expected), 120)}", class_="bo-small bo-muted")  # fmt: skip
    return tag("li", tag("b", name), f" — {count}, {reached}", said)


def undone(found: Open) -> Html:
    """What is not dealt with, worst first."""
    if found.nothing:
        return tag("p", f"✓ {_('Nothing is left open.')}")
    owners, roles = found.without_owner or 0, found.unreached or 0
    counted = (
        (found.overdue, ngettext("{n} client waits too long", "{n} clients wait too long", found.overdue)),
        (found.incidents, ngettext("{n} incident is open", "{n} incidents are open", found.incidents)),
        (found.bad_marks, ngettext("{n} bad mark nobody has looked into", "{n} bad marks nobody has looked into",
                                   found.bad_marks)),
        (found.to_review, ngettext("{n} reply waits for your word", "{n} replies wait for your word", found.to_review)),
        (owners, ngettext("{n} thing has no owner", "{n} things have no owner", owners)),
        (
            roles,
            ngettext("{n} role has no people or gets no alerts", "{n} roles have no people or get no alerts", roles),
        ),
        (found.to_decide, ngettext("{n} proposal to decide", "{n} proposals to decide", found.to_decide)),
        (found.to_publish, ngettext("{n} approved text to publish", "{n} approved texts to publish", found.to_publish)),
        (found.drafts, ngettext("{n} prompt has a draft", "{n} prompts have a draft", found.drafts)),
    )  # fmt: skip
    lines = [text.format(n=formats.number(n)) for n, text in counted if n]
    if found.without_owner is None:
        lines.insert(0, _("The team's file cannot be read: nobody knows who owns what"))
    return tag("ul", *(tag("li", line) for line in lines), class_="bo-notes")
