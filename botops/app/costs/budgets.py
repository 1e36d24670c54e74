"""Budgets of an installation: what is configured, where each stands, what has to be told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botops.config import FILE_NAME
from botops.config.document import Document, read
from botops.costs.budgets import BudgetStanding, BudgetState, Case, days_of, soft_alerts, standing, window_of
from botops.costs.configured import configured_rates
from botops.domain.budgets import Budget, BudgetAlert, BudgetScope, Used
from botops.domain.errors import UserError
from botops.domain.usage import Usage

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config import Settings
    from botops.costs.rates import ExchangeRates
    from botops.domain.ports import ChatModel, Meter
    from botops.monitor import Metrics
    from botops.store.budgets import BudgetStore
    from botops.store.ledger import Discrepancy

__all__ = ["BudgetStanding", "BudgetState", "configured_budgets", "look", "standings"]

log = logging.getLogger(__name__)

OnAlert = Callable[[BudgetAlert], None]
COMPARED_DAYS = 62
"""Local days the ledger is held to the attempts for: this month and the one before."""


def configured_budgets(settings: Settings) -> tuple[Budget, ...]:
    """The budgets of the settings, in their order. Raises UserError for a currency without an exchange rate."""
    if not settings.budgets:
        return ()
    _refuse_without_rate(settings, exchange_rates(settings))
    found: list[Budget] = []
    for name, asked in settings.budgets.items():
        hard = asked.hard
        found.append(
            Budget(
                name,
                asked.scope,
                asked.amount,
                asked.currency or settings.company.currency,
                asked.period,
                asked.of,
                asked.soft,
                hard.cheaper_model if hard else None,
                hard.cheaper_from if hard else None,
                hard.hand_over_at if hard else None,
                asked.unknown_price,
                asked.simulated,
            )
        )
    return tuple(found)


def exchange_rates(settings: Settings) -> ExchangeRates:
    """The exchange rates of the settings. Raises UserError for a file of rates that cannot be read."""
    return configured_rates(settings.costs, currency=settings.company.currency, root=settings.root)


def standings(container: Container) -> tuple[BudgetStanding, ...]:
    """Where each budget stands now, in the order of the settings. Raises StoreError."""
    return standings_of(container.settings, container.budgets, container.store.budgets, container.clock.now())


def period_standings(container: Container) -> tuple[BudgetStanding, ...]:
    """The same of budgets of days and months alone: cheap enough to be asked every few seconds."""
    kept = [budget for budget in container.budgets if budget.scope is not BudgetScope.DIALOGUE]
    return standings_of(container.settings, kept, container.store.budgets, container.clock.now())


def standings_of(
    settings: Settings, budgets: Sequence[Budget], store: BudgetStore, now: datetime
) -> tuple[BudgetStanding, ...]:
    """Where budgets stand at a moment. Raises StoreError."""
    if not budgets:
        return ()
    rates = exchange_rates(settings)
    return tuple(_standing(budget, store, now, rates) for budget in budgets)


def _standing(budget: Budget, store: BudgetStore, now: datetime, rates: ExchangeRates) -> BudgetStanding:
    day = now.astimezone(store.zone).date()
    dialogue = None
    if budget.scope is BudgetScope.DIALOGUE:
        dialogue = store.dearest_dialogue(day, simulated=budget.simulated)
    nothing = budget.scope is BudgetScope.DIALOGUE and dialogue is None
    used = Used() if nothing else store.used([window_of(budget, day, dialogue)])[0]
    since = days_of(budget, day)[0]
    alerts = tuple(a for a in store.alerts(since) if a.budget == budget.name and a.since == since)
    return standing(Case(budget, used), now, store.zone, rates, alerts, dialogue)


def look(container: Container, on_alert: OnAlert) -> None:
    """Tells the soft shares that were reached since the last look: the last call of a day is followed by no other that
    would notice. Raises StoreError."""
    store, now = container.store.budgets, container.clock.now()
    watched = [b for b in container.budgets if b.soft and b.scope is not BudgetScope.DIALOGUE]
    if not watched:
        return
    day, rates = now.astimezone(store.zone).date(), exchange_rates(container.settings)
    used = store.used([window_of(budget, day) for budget in watched])
    cases = [Case(budget, one) for budget, one in zip(watched, used, strict=True)]
    reached = [alert for case in cases for alert in soft_alerts(case, now, day, rates)]
    known = {alert.key for alert in store.alerts(day.replace(day=1))}
    for alert in store.tell(alert for alert in reached if alert.key not in known):
        on_alert(alert)


def announcing(metrics: Metrics) -> OnAlert:
    """What is done with a new alert: it is logged and counted."""

    def announce(alert: BudgetAlert) -> None:
        metrics.budget_alerts.labels(alert.budget, alert.level.value).inc()
        share = f" ({alert.share:.0%})" if alert.share else ""
        log.warning("budget %s: %s%s: %s", alert.budget, alert.level.value, share, alert.detail)

    return announce


def discrepancies(store: BudgetStore, now: datetime) -> tuple[Discrepancy, ...]:
    """Lines of the ledger of this month and the one before that the attempts do not bear out. Raises StoreError."""
    last = now.astimezone(store.zone).date() + timedelta(days=1)
    return store.compare(last - timedelta(days=COMPARED_DAYS), last)


def unkept(
    budgets: Sequence[Budget], prompts: Collection[str], meter: Meter, model: ChatModel, now: datetime
) -> list[str]:
    """Budgets that cannot do what they say, as sentences: of a prompt that is not there; hard ones with prices that
    nobody knows, or a cheaper model that is not cheaper."""
    found = []
    for budget in budgets:
        if budget.scope is BudgetScope.PROMPT and budget.of not in prompts:
            known = ", ".join(sorted(prompts)) or "none"
            found.append(f"budget {budget.name}: there is no prompt {budget.of!r} (there are: {known})")
        if budget.hard and (budget.simulated or not model.simulated):
            found += [f"budget {budget.name}: {fault}" for fault in _faults(budget, meter, model, now)]
    return found


def _faults(budget: Budget, meter: Meter, model: ChatModel, now: datetime) -> Iterator[str]:
    sample = Usage(input_tokens=3_000, output_tokens=300)
    own = meter.cost(sample, model.name, now, simulated=model.simulated)
    if own.unknown_model:
        what = "dialogues are handed over" if budget.unknown_price == "hand_over" else "its calls are not counted"
        yield f"the price of {model.name} is not known, so {what}"
    if budget.cheaper_model is None or model.simulated:
        return
    cheaper = meter.cost(sample, budget.cheaper_model, now)
    if cheaper.unknown_model:
        yield f"the price of {budget.cheaper_model} is not known, so it never answers instead"
    elif not own.unknown_model and cheaper.pico_usd >= own.pico_usd:
        yield f"{budget.cheaper_model} is not cheaper than {model.name}, so it never answers instead"


def _refuse_without_rate(settings: Settings, rates: ExchangeRates) -> None:
    """Raises UserError for amounts that cannot be converted, at their places in the settings file."""
    unknown = {
        name: asked.currency or settings.company.currency
        for name, asked in settings.budgets.items()
        if not rates.knows(asked.currency or settings.company.currency)
    }
    if not unknown:
        return
    file = settings.root / FILE_NAME
    document = read(file) if file.exists() else Document(FILE_NAME, "", None)
    raise UserError(
        problems=[
            document.problem(
                ("budgets", name, "currency" if settings.budgets[name].currency else "amount"),
                f"there is no exchange rate for {currency}: add one under costs.rates, or give the amount in USD",
                rule="no-rate",
            )
            for name, currency in unknown.items()
        ]
    )


def stopped(found: Iterable[BudgetStanding]) -> bool:
    """True when a hard budget is used up: dialogues go to people."""
    return any(one.budget.hard and one.state is BudgetState.REACHED for one in found)
