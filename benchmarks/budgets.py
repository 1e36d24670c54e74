"""What budgets cost a turn: one dialogue after another, and 64 at the same time, without a language model.

    python benchmarks/budgets.py [--store postgresql://…] [--turns 2000]

A turn is `begin` and `finish`; with budgets a call is held in between, in a transaction of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from decimal import Decimal

from botops.app.clock import SystemClock
from botops.app.costs.budget_keeper import BudgetKeeper
from botops.costs.rates import ExchangeRates
from botops.domain.budgets import Budget, BudgetPeriod, BudgetScope, NoBudgets, PlannedCall
from botops.domain.messages import InboundMessage, Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import Assignment, ModelParameters, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store

REF = PromptRef("sales", 1, "0" * 64)
PROMPT = "Ты продаёшь кассы. " * 400
USAGE = Usage(2_900, output_tokens=60)
BUDGETS = [
    Budget("day", BudgetScope.COMPANY, Decimal(10**6), "USD", BudgetPeriod.DAY, hand_over_at=Decimal(1)),
    Budget("month", BudgetScope.COMPANY, Decimal(10**6), "USD", BudgetPeriod.MONTH, hand_over_at=Decimal(1)),
    Budget("dialogue", BudgetScope.DIALOGUE, Decimal(10**6), "USD", hand_over_at=Decimal(1)),
]


class Flat:
    """A meter at a micro-dollar a token: prices are looked up elsewhere."""

    def cost(self, usage, model, at, *, simulated=False):
        return Cost(usage.total_tokens * 10**6, priced_as=model, source="flat")


async def turn(store, budgets, number):
    inbound = InboundMessage(f"d{number}", f"lead-{number}", "Сколько стоит?", SystemClock().now(), f"k{number}")
    started = time.perf_counter()
    begun = await store.begin(f"t{number}", inbound, "ru")
    messages = (Message("system", PROMPT), Message("user", inbound.text))
    request = ModelRequest(messages, ModelParameters(max_tokens=700))
    await budgets.ask(PlannedCall(f"t{number}", inbound, REF, request, "gpt-4o-mini", False))
    attempt = Attempt(Purpose.REPLY, "gpt-4o-mini", "Ответ.", USAGE, Flat().cost(USAGE, "", inbound.at), 1)
    record = TurnRecord(
        f"t{number}", inbound, begun.number, TurnState.ANSWERED, "ru", GuardPolicy.BLOCK, "Ответ.", Action.PASSED,
        Assignment(REF), None, (attempt,), model="gpt-4o-mini",
    )  # fmt: skip
    await store.finish(record)
    return time.perf_counter() - started


async def measure(store, budgets, turns, at_once, first):
    """Milliseconds of a turn: by the clock (median), and of the processor (mean), whatever else runs."""
    numbers = iter(range(first, first + turns))
    took: list[float] = []

    async def work():
        took.extend([await turn(store, budgets, number) for number in numbers])

    started = time.process_time()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return statistics.median(took) * 1000, (time.process_time() - started) / turns * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="A database's address; a SQLite file in a scratch folder without it.")
    parser.add_argument("--turns", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.store or f"sqlite:///{folder}/bench.db"
        with Store.open(url, clock=SystemClock(), zone="Asia/Almaty") as store:
            keepers = {"no budgets": NoBudgets()}
            for count in (1, 3):
                keepers[f"{count} budgets"] = BudgetKeeper(
                    tuple(BUDGETS[:count]), store.budgets, Flat(), ExchangeRates(), print
                )
            first = time.time_ns()
            print(f"{'':12}{'one by one':>16}{'64 at once':>16}{'processor':>16}")
            for name, keeper in keepers.items():
                alone, _ = asyncio.run(measure(store, keeper, asked.turns // 4, 1, first))
                many, processor = asyncio.run(measure(store, keeper, asked.turns, 64, first + 10**6))
                first += 10**7
                print(f"{name:12}{alone:>13.2f} ms{many:>13.2f} ms{processor:>13.2f} ms")


if __name__ == "__main__":
    main()
