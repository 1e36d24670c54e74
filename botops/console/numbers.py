"""Numbers of the glossary as the screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.app.glossary_entry import Better, Entry
from botops.app.today import FEW
from botops.console import formats, safe
from botops.console.i18n import _, language, ngettext
from botops.domain.money import Money

_COLOURS: Mapping[Better, Literal["normal", "inverse", "off"]] = {"up": "normal", "down": "inverse", "neither": "off"}


def metric(container: Container, number: queries.Number, note: str | None = None) -> None:
    """A number with its change, or a `note` where that cannot be told, and its days; its meaning on the question
    mark."""
    entry = GLOSSARY[number.id]
    change = number.change
    same = change is not None and not round(change, 3)
    st.metric(
        safe.markdown(entry.name[language()]),
        value(container, entry, number.value, number.usd),
        note if change is None else _signed(change, changed(number)),
        delta_color="off" if same or change is None else _COLOURS[entry.better],
        delta_arrow="off" if same or change is None else "auto",
        help=safe.markdown(entry.meaning[language()]),
        border=True,
        height="stretch",
        chart_data=[_plain(one) for __, one in number.series if one is not None] or None,
    )


def note(number: queries.Number) -> str | None:
    """What has to be said with a share: how many ratings it rests on, and that they are too few."""
    if number.id != "satisfied" or number.counted is None:
        return None
    if not number.counted:
        return _("no ratings yet")
    told = ngettext("{n} rating", "{n} ratings", number.counted).format(n=formats.number(number.counted))
    return _("{ratings}: too few to say").format(ratings=told) if number.counted < FEW else told


def changed(number: queries.Number) -> str | None:
    """By how much a number changed, without a sign: a share in percentage points (from 25 % to 30 % is 5, not 20 %),
    anything else as a share of what it was. None where it cannot be told."""
    change = number.change
    if change is None:
        return None
    if GLOSSARY[number.id].unit == "share" and number.value is not None and number.previous is not None:
        points = abs(_plain(number.value) - _plain(number.previous)) * 100
        return _("{n} pp").format(n=formats.number(points, 1 if 0 < points < 1 else 0))
    return formats.percent(min(abs(change), 99.0))


def _signed(change: float, text: str | None) -> str:
    # Streamlit takes the direction from an ASCII sign.
    return f"{'+' if change > 0 else '-' if change < 0 else ''}{text}"


def _plain(value: queries.Value) -> float:
    return float(value.amount if isinstance(value, Money) else value or 0)


def value(container: Container, entry: Entry, found: queries.Value, usd: Decimal | None = None) -> str:
    """A number as text, by its unit; a dash for none."""
    if entry.unit == "model_cost":
        if isinstance(found, Decimal):
            return formats.cost(found, container.settings.company.currency)
        return formats.cost(usd, "USD") if usd is not None else formats.NOTHING
    if found is None:
        return formats.NOTHING
    if isinstance(found, Money):
        return formats.money(found)
    if entry.unit == "share":
        return formats.percent(float(found))
    if entry.unit == "milliseconds":
        return formats.milliseconds(float(found))
    if entry.unit == "per_thousand":
        return _("{n} per 1,000").format(n=formats.number(float(found), 1 if 0 < found < 10 else 0))
    return formats.number(float(found))
