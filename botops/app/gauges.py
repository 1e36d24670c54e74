"""The gauges of `/metrics`: how files and store stand, brought up to date whenever somebody asks.

Counters are kept by what happens in this process. What is not known is not a number (`NaN`), never 0; what cannot be
read just now keeps its last value, and `botops_refresh_errors_total` says so.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from botops.app.backup import last_backup
from botops.app.costs.budgets import period_standings
from botops.app.probing.gauges import refresh_probe_gauges
from botops.domain.alerts import AlertSeverity, Area
from botops.domain.errors import BotopsError, UserError
from botops.domain.incidents import IncidentSeverity
from botops.domain.releases import OverrideKind
from botops.monitor.metrics import fill
from botops.pricebook.ending import first_end

if TYPE_CHECKING:
    from botops.app.container import Container

log = logging.getLogger(__name__)

_WAITED = timedelta(days=1)
_MOST_EVALS = 40


def refresh_gauges(container: Container) -> None:
    """Brings every gauge up to date. What cannot be read is counted and keeps no other gauge from being told."""
    for look in _LOOKS:
        try:
            look(container)
        except BotopsError as error:
            container.metrics.gauge_errors.inc()
            log.error("gauges were not brought up to date: %s", error)
        except Exception:  # a gauge that breaks must not take every counter with it: we would count as down
            container.metrics.gauge_errors.inc()
            log.exception("gauges were not brought up to date")


def _prompts(container: Container) -> None:
    metrics, registry = container.metrics, container.registry
    registry.refresh()
    state = registry.state()
    metrics.prompts_broken.set(len(state.faults))
    metrics.prompts_stale.set(len(state.stale))
    if state.healthy and state.loaded_at is not None:
        metrics.prompts_good_at.set(state.loaded_at.timestamp())
    live: dict[tuple[str, ...], float] = {}
    released: dict[tuple[str, ...], float] = {}
    for name in registry.names():
        try:
            spec = registry.release(name).spec
        except UserError:  # nothing published, or unreadable: the problems say so
            continue
        live[name, str(spec.live)] = 1
        if spec.approvals:
            released[(name,)] = spec.approvals[-1].at.timestamp()
    fill(metrics.prompt_live, live)
    fill(metrics.prompt_release_at, released)


def _overrides(container: Container) -> None:
    orders = container.overrides.in_force()
    for kind in OverrideKind:
        container.metrics.overrides.labels(kind.value).set(sum(order.kind is kind for order in orders))


def _price_book(container: Container) -> None:
    metrics, current = container.metrics, container.books.current()
    metrics.price_book_problems.set(len(container.books.problems))
    if current is None:
        return
    metrics.price_book.info({"version": current.identity, "currency": current.book.currency})
    step = current.release.step if current.release else None
    metrics.price_book_release_at.set(step.at.timestamp() if step else math.nan)
    zone = ZoneInfo(current.book.timezone)
    end = first_end(current.book, container.clock.now().astimezone(zone).date())
    if end is None:
        metrics.price_book_ends_at.set(math.nan)
    else:
        midnight = datetime.combine(end[0] + timedelta(days=1), datetime.min.time(), zone)
        metrics.price_book_ends_at.set(midnight.timestamp())


def _price_table(container: Container) -> None:
    from botops.costs.public import public_table

    day = public_table().looked_up
    seconds = math.nan if day is None else datetime.combine(day, datetime.min.time(), UTC).timestamp()
    container.metrics.price_table_at.set(seconds)


def _queue(container: Container) -> None:
    metrics, reads = container.metrics, container.store.reads
    waiting, longest_s = reads.waiting()
    metrics.queue_open.set(waiting)
    metrics.queue_oldest.set(longest_s)
    waits = reads.waits(container.clock.now() - _WAITED)
    metrics.queue_wait.set(median(waits) if waits else math.nan)


def _store(container: Container) -> None:
    metrics, store = container.metrics, container.store
    metrics.store_writes.set(store.waiting)
    metrics.store_bytes.set(store.moments.size())
    metrics.rollup_lag.set(store.reads.lag().seconds)
    backup = last_backup(container.settings)
    metrics.backup_at.set(backup[1].timestamp() if backup else math.nan)


def _budgets(container: Container) -> None:
    standings = period_standings(container)
    fill(container.metrics.budget_left, {(one.name,): float(1 - one.share) for one in standings})
    fill(container.metrics.budget_unknown, {(one.name,): one.unknown_calls for one in standings})


def _incidents(container: Container) -> None:
    open_ones = container.store.incidents.latest(under_way=True)
    fill(
        container.metrics.incidents,
        {(severity.value,): sum(one.severity is severity for one in open_ones) for severity in IncidentSeverity},
    )


def _alerts(container: Container) -> None:
    metrics, now = container.metrics, container.clock.now()
    standing = Counter((alert.signal.area, alert.severity.value) for alert in container.store.alerts.firing())
    every = product(get_args(Area), map(str, AlertSeverity))
    fill(metrics.alerts, {both: standing[both] for both in every})
    late, since = container.store.outbox.unsent(now)
    metrics.notices_waiting.set(late)
    metrics.notices_oldest.set((now - since).total_seconds() if since else 0)


def _evals(container: Container) -> None:
    metrics = container.metrics
    last = {(run.suite, run.prompt): run for run in reversed(container.store.eval_runs.latest())}
    latest = dict(sorted(last.items(), key=lambda item: item[1].at, reverse=True)[:_MOST_EVALS])
    fill(metrics.eval_run_at, {labels: run.at.timestamp() for labels, run in latest.items()})
    fill(metrics.eval_failed, {labels: run.failed for labels, run in latest.items()})
    fill(metrics.eval_passed, {labels: run.passed for labels, run in latest.items()})


_LOOKS: tuple[Callable[[Container], None], ...] = (
    _prompts, _overrides, _price_book, _price_table, _queue, _store, _budgets, _incidents, _alerts, _evals,
    refresh_probe_gauges,
)  # fmt: skip
