"""What models may cost is nearly used up, is used up, or is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.alerts.conditions.wording import percent, said
from botops.app.costs.budgets import period_standings
from botops.domain.alerts import AlertSeverity, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.alerts.conditions.look import Look
    from botops.costs.budgets import BudgetStanding

LOW = 0.2


def budget_low(look: Look) -> Iterator[Signal]:
    """Less than a fifth of a budget is left."""
    for one in period_standings(look.container):
        left = 1 - float(one.share)
        if not 0 < left < LOW:
            continue
        yield Signal(
            key=_key("budget_low", one), rule="BotopsBudgetLow", severity=AlertSeverity.TICKET, area="service",
            began_at=look.now,
            title=said(
                "От бюджета {name} осталось {left}", "{name} бюджетінен {left} қалды",
                "{left} of budget {name} is left", name=one.name,
                left=percent(left),
            ),
            text=said(
                "Когда бюджет кончится, бот перейдёт на дешёвую модель или передаст диалоги людям.",
                "Бюджет таусылғанда бот арзан модельге ауысады немесе диалогтарды адамдарға береді.",
                "When it is used up, a cheaper model answers or dialogues go to people.",
            ),
            subject=f"budget:{one.name}", facts={"left_share": round(left, 4)},
        )  # fmt: skip


def budget_spent(look: Look) -> Iterator[Signal]:
    """A budget is used up."""
    for one in period_standings(look.container):
        if one.share < 1:
            continue
        yield Signal(
            key=_key("budget_spent", one), rule="BotopsBudgetSpent", severity=AlertSeverity.PAGE, area="service",
            began_at=look.now,
            title=said(
                "Бюджет {name} исчерпан", "{name} бюджеті таусылды", "Budget {name} is used up", name=one.name
            ),
            text=said(
                "Бот отвечает дешёвой моделью или передаёт диалоги людям, как настроено.",
                "Бот баптауға сай арзан модельмен жауап береді немесе диалогтарды адамдарға береді.",
                "A cheaper model answers or dialogues go to people, as it is set.",
            ),
            subject=f"budget:{one.name}", facts={"left_share": round(1 - float(one.share), 4)},
        )  # fmt: skip


def price_unknown(look: Look) -> Iterator[Signal]:
    """Calls of a budget's period have no known price."""
    for one in period_standings(look.container):
        if not one.unknown_calls:
            continue
        yield Signal(
            key=_key("price_unknown", one), rule="BotopsPriceUnknown", severity=AlertSeverity.TICKET, area="service",
            began_at=look.now,
            title=said(
                "Обращений к модели без цены: {n}", "Бағасы белгісіз модель сұраулары: {n}",
                "Calls of models without a known price: {n}", n=one.unknown_calls,
            ),
            text=said(
                "В бюджете {name} потрачено больше, чем показано. Добавьте цену модели в costs.prices.",
                "{name} бюджетінде көрсетілгеннен көп жұмсалды. Модель бағасын costs.prices бөліміне қосыңыз.",
                "More of budget {name} is spent than shown. Add the price of the model to costs.prices.",
                name=one.name,
            ),
            subject=f"budget:{one.name}", facts={"calls": one.unknown_calls},
        )  # fmt: skip


def _key(what: str, one: BudgetStanding) -> str:
    """A budget of the next period is another matter."""
    return f"{what}:{one.name}:{one.since:%Y-%m-%d}" if one.since is not None else f"{what}:{one.name}"
