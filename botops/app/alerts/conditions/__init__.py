"""Conditions: troubles that need no statistics, seen from inside, without Prometheus.

The rules have the names and thresholds of `alerts/rules.yml`, so that both share a runbook. What only Prometheus can
see (that nothing answers at all) is not here; what only botops knows (that prices end soon) is here alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.alerts.conditions import data, money, replies, sales, service
from botops.app.alerts.conditions.look import Condition, Looks, Seldom

if TYPE_CHECKING:
    from botops.app.container import Container

__all__ = ["RULES", "Looks", "conditions"]

_MINUTES_5, _MINUTES_10, _MINUTES_15, _HOUR = (timedelta(minutes=n) for n in (5, 10, 15, 60))


def _rules() -> tuple[Condition, ...]:
    """Every rule; some keep what they saw, so each installation has its own."""
    return (
        Condition("BotopsFailingFast", service.failing_fast),
        Condition("BotopsFailingSlowly", service.failing_slowly),
        Condition("BotopsFailingForDays", service.failing_for_days),
        Condition("BotopsSlow", service.slow),
        Condition("BotopsModelFaults", service.model_faults),
        Condition("BotopsQuiet", service.quiet),
        Condition("BotopsRollupsLate", service.rollups_late, _MINUTES_10),
        Condition("BotopsWatchFailing", service.WatchFailing()),
        Condition("BotopsWrongPromises", replies.wrong_promises),
        Condition("BotopsCriticalPromise", replies.critical_promise),
        Condition("BotopsGuardBlind", replies.guard_blind),
        Condition("BotopsNotJudgedRising", Seldom(replies.not_judged_rising, _MINUTES_5)),
        Condition("BotopsGuardSlow", replies.guard_slow, _MINUTES_15),
        Condition("BotopsOwnCheckFailing", replies.OwnChecksFailing()),
        Condition("BotopsPromptsBroken", replies.prompts_broken, _MINUTES_5),
        Condition("BotopsExperimentMismatch", replies.experiment_mismatch),
        Condition("BotopsExperimentStopped", replies.experiment_stopped),
        Condition("BotopsKillSwitchOn", replies.kill_switch_on),
        Condition("BotopsPriceBookBroken", data.price_book_broken, _MINUTES_5),
        Condition("BotopsPriceBookSuspect", data.price_book_suspect),
        Condition("BotopsPriceBookExpiring", data.price_book_expiring),
        Condition("BotopsPriceTableStale", Seldom(data.price_table_stale, _HOUR)),
        Condition("BotopsRecordingsStale", Seldom(data.recordings_stale, _HOUR)),
        Condition("BotopsBudgetLow", money.budget_low),
        Condition("BotopsBudgetSpent", money.budget_spent),
        Condition("BotopsPriceUnknown", money.price_unknown, _MINUTES_5),
        Condition("BotopsClientsWaiting", sales.clients_waiting),
    )


RULES = tuple(one.name for one in _rules())
"""The names of all rules; each has a page in `alerts/runbooks`."""


def conditions(container: Container, looks: Looks | None = None) -> tuple[Condition, ...]:
    """The conditions of an installation as sources of alerts. `looks` is given by who looks in rounds."""
    seen = looks or Looks(container)
    return tuple(one.of(seen) for one in _rules())
