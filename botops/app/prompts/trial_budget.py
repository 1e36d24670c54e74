"""What a trial of a text may cost: budgets hold it as they hold clients' dialogues, and earlier trials count.

Nothing of a trial takes from what clients' dialogues may cost: it is weighed after them, and refused first.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from botops.app.costs.budget_keeper import BudgetKeeper
from botops.app.costs.budgets import exchange_rates
from botops.domain.budgets import Allowance, NoBudgets, Used
from botops.domain.side_calls import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.app.container import Container
    from botops.domain.budgets import Budgets, Decide, Decision, Permit, PlannedCall, Window
    from botops.store import Store


@dataclass(slots=True)
class TrialBudgets:
    """The port `Budgets` of one trial; `refused` is the answer that let no model be asked, if any."""

    keeper: Budgets
    refused: Permit | None = None

    async def ask(self, call: PlannedCall) -> Permit:
        """May the call be made, and by which model? Raises StoreError."""
        permit = await self.keeper.ask(call)
        if permit.allowance is Allowance.HAND_OVER:
            self.refused = permit
        return permit


def budgets_of_trial(container: Container) -> TrialBudgets:
    """Who is asked before a trial's calls: nobody where no budget is set, or where the model brings no bill."""
    if not container.budgets or container.bot.model.simulated:
        return TrialBudgets(NoBudgets())
    ledger, rates = _Ledger(container.store), exchange_rates(container.settings)
    return TrialBudgets(BudgetKeeper(container.budgets, ledger, container.meter, rates, lambda alert: None))


class _Ledger:
    """What clients' dialogues have used, and what trials have: of those it is not known by which channel. Nothing is
    held for a trial, which is no turn: two at the same moment may pass on the same money."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.zone = store.budgets.zone

    async def hold(self, call: PlannedCall, windows: Sequence[Window], decide: Decide) -> Decision:
        """The decision on a planned call; nobody is told of it but who tries the text."""
        used = await asyncio.to_thread(
            lambda: tuple(map(self._with_trials, windows, self._store.budgets.used(windows)))
        )
        return replace(decide(used), held=None, alerts=())

    def _with_trials(self, window: Window, used: Used) -> Used:
        if window.channel is not None or window.dialogue_id is not None:
            return used
        since = datetime.combine(window.first, time.min, self.zone)
        until = datetime.combine(window.last + timedelta(days=1), time.min, self.zone)
        trials = self._store.costs.beside(Work.TRIAL, since, until, window.prompt)
        spent = Counter(dict(used.spent))
        for one in trials:
            spent[one.at.astimezone(self.zone).date()] += one.pico_usd
        return replace(used, spent=tuple(sorted(spent.items())), unknown=used.unknown + sum(t.unknown for t in trials))
