"""What a trial of a text may cost: budgets hold it as they hold clients' dialogues, and earlier trials count.

Nothing of a trial takes from what clients' dialogues may cost: it is weighed after them, and refused first. What it may
cost is held before the model is asked, so that two trials never pass on the same money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.costs.budget_keeper import BudgetKeeper
from botops.app.costs.budgets import exchange_rates
from botops.domain.budgets import Allowance, NoBudgets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from botops.app.container import Container
    from botops.domain.budgets import Budgets, Decide, Decision, Permit, PlannedCall, Window
    from botops.domain.side_calls import SideCalls
    from botops.store.budgets import BudgetStore


@dataclass(slots=True)
class TrialBudgets:
    """The port `Budgets` of one trial; `refused` is the answer that let no model be asked, if any."""

    keeper: Budgets
    ledger: TrialLedger
    refused: Permit | None = None

    async def ask(self, call: PlannedCall) -> Permit:
        """May the call be made, and by which model? Raises StoreError."""
        permit = await self.keeper.ask(call)
        if permit.allowance is Allowance.HAND_OVER:
            self.refused = permit
        return permit

    async def settle(self, billed: Sequence[SideCalls]) -> None:
        """Keeps what the trial was billed in the place of what was held for it. To be called however it ended, also
        when the caller is cancelled. Raises StoreError."""
        if billed or self.ledger.held:
            await self.ledger.store.settle_trial(self.ledger.run, billed)


def budgets_of_trial(container: Container, run: str) -> TrialBudgets:
    """Who is asked before the calls of the trial `run`: nobody where no budget is set, or where the model brings no
    bill."""
    ledger = TrialLedger(container.store.budgets, run)
    if not container.budgets or container.bot.model.simulated:
        return TrialBudgets(NoBudgets(), ledger)
    rates = exchange_rates(container.settings)
    return TrialBudgets(BudgetKeeper(container.budgets, ledger, container.meter, rates, lambda alert: None), ledger)


class TrialLedger:
    """Where calls of a trial are weighed: after what clients' dialogues and other trials have used and hold. `held`
    tells that something was held for it."""

    def __init__(self, store: BudgetStore, run: str) -> None:
        self.store, self.run = store, run
        self.zone: ZoneInfo = store.zone
        self.held = False

    async def hold(self, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        """The decision on a planned call; nobody is told of it but who tries the text."""
        self.held = True
        return await self.store.hold_trial(self.run, call, windows, decide)
