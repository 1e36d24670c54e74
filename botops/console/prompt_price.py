"""What a change of a prompt costs, in words."""

from __future__ import annotations

from botops.app.prompts.diff import MonthlyChange, TokenChange
from botops.console import formats, labels
from botops.console.i18n import _


def tokens(count: TokenChange) -> str:
    """The tokens of a call in a language, and how many more they are."""
    about = "" if count.exact else "≈ "
    change = count.after - count.before
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return _("{language}: {about}{tokens} tokens ({change})").format(
        language=labels.spoken(count.language), about=about, tokens=formats.number(count.after),
        change=f"{sign}{formats.number(abs(change))}",
    )  # fmt: skip


def month(monthly: MonthlyChange) -> str:
    """What a change costs a month."""
    if monthly.unknown_model:
        return _("The price of the model is not known: set it under costs.prices in botops.yaml.")
    local = monthly.local
    amount, currency = (monthly.usd, "USD") if local is None else (local.amount, local.currency)
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    sentence = _("{change} a month, at {replies} replies as in the last 28 days.").format(
        change=f"{sign}{formats.cost(abs(amount), currency)}", replies=formats.number(monthly.replies)
    )
    if monthly.simulated:
        sentence += " " + _("A simulator answers: priced as {model}.").format(model=monthly.priced_as[1])
    return sentence
