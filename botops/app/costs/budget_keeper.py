"""Step 4 of the turn: may a model be called, and which one? The port `Budgets` over the store's ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from botops.costs.budgets import Case, Plan, decide, window_of
from botops.domain.budgets import BudgetLevel, BudgetScope, Decision, Expected, Permit
from botops.domain.messages import Message
from botops.domain.usage import Usage
from botops.llm.estimate import estimate_messages

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from botops.app.costs.budgets import OnAlert
    from botops.costs.rates import ExchangeRates
    from botops.domain.budgets import Budget, Decide, PlannedCall, Used, Window
    from botops.domain.ports import Meter

OUTPUT_TOKENS = 800
"""What a reply is expected to have at most when its prompt sets no `max_tokens`."""


class Ledger(Protocol):
    """Where calls are weighed; days are those of `zone`."""

    zone: ZoneInfo

    async def hold(self, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        """Decides on a planned call by what the windows have used. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class BudgetKeeper:
    """Asks every budget a call concerns, in one transaction that also holds what the call may cost."""

    budgets: tuple[Budget, ...]
    store: Ledger
    meter: Meter
    rates: ExchangeRates
    on_alert: OnAlert
    _told: set[tuple[object, ...]] = field(default_factory=set)

    async def ask(self, call: PlannedCall) -> Permit:
        """The answer to a planned call. Raises StoreError: a call that nobody keeps account of is not made."""
        channel, simulated = call.inbound.channel, call.simulated
        concerned = [b for b in self.budgets if b.concerns(call.ref.name, channel, simulated=simulated)]
        # Budgets that only alert are watched from outside the turn, a dialogue's apart: nobody else looks at each.
        if not any(b.hard or (b.soft and b.scope is BudgetScope.DIALOGUE) for b in concerned):
            return Permit()
        plan = self._plan(call, concerned)
        windows = [window_of(budget, plan.day, call.inbound.dialogue_id) for budget in concerned]
        reached: set[tuple[object, ...]] = set()

        def deciding(used: tuple[Used, ...]) -> Decision:
            cases = [Case(budget, one) for budget, one in zip(concerned, used, strict=True)]
            decision = decide(cases, plan, self.rates)
            reached.update(alert.key for alert in decision.alerts if alert.level is BudgetLevel.SOFT)
            return replace(decision, alerts=tuple(a for a in decision.alerts if a.key not in self._told))

        decision = await self.store.hold(call, windows, deciding)
        self._told.update(reached)
        for alert in decision.alerts:
            self.on_alert(alert)
        return decision.permit

    def _plan(self, call: PlannedCall, concerned: Sequence[Budget]) -> Plan:
        names = {budget.cheaper_model for budget in concerned if budget.cheaper_model is not None}
        return Plan(
            self.expected(call, call.model),
            sum(attempt.cost.pico_usd for attempt in call.made),
            {name: self._offer(call, name) for name in names},
            call.inbound.at,
            call.inbound.at.astimezone(self.store.zone).date(),
        )

    def _offer(self, call: PlannedCall, model: str) -> Expected:
        """What a cheaper model would cost; in a rehearsal at its own price, or none would ever be cheaper."""
        if not call.simulated:
            return self.expected(call, model)
        offer = self.expected(replace(call, simulated=False), model)
        return replace(offer, cost=replace(offer.cost, simulated=True))

    def expected(self, call: PlannedCall, model: str) -> Expected:
        """What a call will use at most, by its messages and `max_tokens`, as if nothing of it were cached."""
        usage = Usage(
            input_tokens=_tokens(call.request.messages, model),
            output_tokens=call.request.parameters.max_tokens or OUTPUT_TOKENS,
            estimated=True,
        )
        return Expected(model, usage, self.meter.cost(usage, model, call.inbound.at, simulated=call.simulated))


def _tokens(messages: Sequence[Message], model: str) -> int:
    """Tokens of a prompt, a few too many. Its own text comes again with every turn and is counted once; what clients
    write is not kept in memory for that."""
    return sum(
        _counted(message.content, model)
        if message.role == "system"
        else estimate_messages((message,), model, wait=False)
        for message in messages
    )


@lru_cache(maxsize=64)
def _counted(text: str, model: str) -> int:
    return estimate_messages((Message("system", text),), model, wait=False)
