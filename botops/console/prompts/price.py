"""What a change of a prompt costs, in words."""

from __future__ import annotations

from botops.app.costs.economics import PromptEconomics
from botops.app.prompts.diff import MonthlyChange, TokenChange
from botops.console import formats, labels
from botops.console.i18n import _, ngettext


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


def rests_on(found: PromptEconomics) -> str:
    """What the cost of a prompt's parts is told from."""
    said = []
    if not found.counted:
        said.append(_("No reply was given with it in the last {days} days, so a month's cost cannot be told.").format(
            days=found.days))  # fmt: skip
    else:
        sentence = ngettext("{n} call of the model a month", "{n} calls of the model a month", round(found.calls))
        sentence = sentence.format(n=formats.number(round(found.calls)))
        whose = {
            "version": _("as in the last {days} days"),
            "prompt": _("as all versions had in the last {days} days: this one had none"),
        }
        said.append(f"{sentence}, {whose[found.basis].format(days=found.days)}.")
    if found.cached is not None and found.counted:
        said.append(_("{share} of what they read came from the provider's cache.").format(
            share=formats.percent(found.cached)))  # fmt: skip
    if found.carried is not None:
        said.append(_("The prompt is {share} of what they read, the rest is what was said.").format(
            share=formats.percent(found.carried)))  # fmt: skip
    if not found.known_price:
        said.append(_("The price of the model is not known: set it under costs.prices in botops.yaml."))
    elif found.simulated:
        said.append(_("A simulator answers: priced as {model}.").format(model=found.priced_as))
    if not found.exact:
        said.append(_("Tokens are estimated: the model's vocabulary is not at hand."))
    return " ".join(said)
