"""What the doctor says of things that go bad by themselves: prices that run out, recordings, sums, old dialogues, and
whether anybody would notice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.checkup import Check, guarded
from botops.app.clock import SystemClock
from botops.app.container import open_registry
from botops.app.models import build_model, recordings_of
from botops.app.place import database_url, store_exists
from botops.app.pricebooks.books import Books
from botops.app.probing.asking import address_of, switched_on
from botops.config import Secrets
from botops.domain.errors import StoreError, UserError
from botops.monitor.probe_alerts import fault_of
from botops.monitor.probes import failing, price_questions
from botops.pricebook.ending import first_end

if TYPE_CHECKING:
    from botops.config import Settings
    from botops.store import Store

EXPIRES_WITHIN_DAYS = 14
"""How long before its prices end a price book is worth a thought."""
LATE_S = 900.0
"""Seconds after which roll-ups are late, as in the alert BotopsRollupsLate."""
BLIND_SHARE = 0.05
LEAST_REPLIES = 20
"""Replies of a day below which a share says nothing."""
_BEATS_LATE = timedelta(minutes=10)


def care(settings: Settings) -> Iterator[Check]:
    """Everything of this module. What needs the store is left out when it cannot be opened: that is told already."""
    for name, look in (
        ("price book end", _price_book_end), ("recordings", _recordings), ("detectors", _detectors),
    ):  # fmt: skip
        yield from guarded(name, partial(look, settings))
    with ExitStack() as stack:
        try:
            store = _opened(settings, stack)
        except StoreError:
            return
        looks: tuple[tuple[str, Callable[[Settings, Store | None], Iterator[Check]]], ...] = (
            ("probes", _probes), ("watchdog", _watchdog), ("roll-ups", _roll_ups), ("guard", _guard),
            ("retention", _retention),
        )  # fmt: skip
        for title, seen in looks:
            yield from guarded(title, partial(seen, settings, store))


def _opened(settings: Settings, stack: ExitStack) -> Store | None:
    """The store, opened for reading; None where there is none yet. Raises StoreError."""
    from botops.store import Store

    secrets = Secrets.from_environ(os.environ)
    if not store_exists(settings, secrets):
        return None
    return stack.enter_context(Store.open(database_url(settings, secrets), clock=SystemClock(), role="reader"))


def _price_book_end(settings: Settings) -> Iterator[Check]:
    """Whether a price of the book in force runs out soon."""
    current = Books(settings.path("pricebook")).current()
    if current is None:
        return
    today = SystemClock().now().astimezone(ZoneInfo(current.book.timezone)).date()
    end = first_end(current.book, today)
    if end is None:
        return
    days = (end[0] - today).days
    detail = f"{end[1]} has a price until {end[0]} and none after it"
    soon = days <= EXPIRES_WITHIN_DAYS
    remedy = "add the price that follows, then: botops pricebook publish FILE" if soon else ""
    yield Check("price book end", "warning" if soon else "ok", f"{detail}, in {days} days", remedy)


def _recordings(settings: Settings) -> Iterator[Check]:
    """Whether replies are recorded for the versions that are live, of prompts any are recorded for."""
    from botops.app.evals.recorded import recorded_versions, unrecorded

    known = recorded_versions(recordings_of(settings))
    stale = unrecorded(open_registry(settings, keep=False), known)
    if stale:
        detail = f"no reply of {', '.join(stale)} is recorded, and that is live: its evals cannot be replayed"
        yield Check("recordings", "warning", detail, "botops eval run SUITE --prompt NAME --model URL --record")
    elif known:
        yield Check("recordings", "ok", f"of {', '.join(sorted(known))}")


def _detectors(settings: Settings) -> Iterator[Check]:
    """Whether the settings of the detectors can be used, where there are any. Raises UserError."""
    from botops.app.alerts.feeding import refuse_unknown
    from botops.monitor.detectors.settings import FILE_NAME, load_detectors

    file = settings.root / "alerts" / FILE_NAME
    if file.exists():
        asked = load_detectors(file)
        refuse_unknown(asked)
        allowed = f"at most {asked.budget.pages:g} false pages in 30 days"
        yield Check("detectors", "ok", f"{len(asked.rules())} series of the whole traffic, {allowed}")


def _probes(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether the bot is probed, whether what is asked has an answer, and what the latest rounds say."""
    secrets = Secrets.from_environ(os.environ)
    model = build_model(settings, secrets)
    if not switched_on(settings, simulated=model.simulated):
        yield _probes_off(settings)
        return
    if address_of(settings) is None:
        yield Check("probes", "error", "server.port is 0: nobody knows where to ask", "set it, or probes.url")
        return
    current = Books(settings.path("pricebook")).current()
    if current is not None:
        day = SystemClock().now().astimezone(ZoneInfo(current.book.timezone)).date()
        try:
            price_questions(current.book, day, settings.company.languages, settings.probes.product)
        except UserError as error:
            yield Check("probes", "error", str(error), "name a product with one price in probes.product")
            return
    runs = store.probes.latest(settings.probes.fail_after) if store else ()
    failed = failing((result for run in runs for result in run.results), settings.probes.fail_after)
    if failed:
        detail = "; ".join(f"{one.name}: {fault_of(one, 'en')}" for one in failed)
        yield Check("probes", "error", detail, "botops probe run, then botops probe list")
    else:
        last = f"the last round was at {runs[0].at:%Y-%m-%d %H:%M} UTC" if runs else "no round yet"
        yield Check("probes", "ok", f"every {settings.probes.every_min} min, {last}")


def _probes_off(settings: Settings) -> Check:
    if settings.probes.enabled is False:
        return Check("probes", "ok", "switched off in the settings")
    calls = round(1440 / settings.probes.every_min * (len(settings.company.languages) + 1))
    detail = f"off: the model costs money, and probes would call it about {calls:,} times a day"
    return Check("probes", "warning", detail, "set probes.enabled to true, or to false to hear no more of it")


def _watchdog(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether anybody outside would notice that botops itself has stopped."""
    if settings.alerts.watchdog_url is None:
        if settings.alerts.channels:
            remedy = "set alerts.watchdog_url to a check of a service such as healthchecks.io"
            yield Check("watchdog", "warning", "nobody would notice that botops itself has stopped", remedy)
        return
    last = store.heartbeats.last() if store else None
    if last is None:
        yield Check("watchdog", "ok", "no sign of life yet: it is given while `botops up` or `botops serve` runs")
        return
    late = SystemClock().now() - last > _BEATS_LATE
    detail = f"the last sign of life was at {last:%Y-%m-%d %H:%M} UTC"
    remedy = "start botops, or read in its log why no sign of life is given" if late else ""
    yield Check("watchdog", "warning" if late else "ok", detail, remedy)


def _roll_ups(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether what screens read is up to date."""
    if store is None:
        return
    lag = store.reads.lag()
    if lag.seconds > LATE_S:
        remedy = "start botops, whose watch loop makes them; if it runs, read its log"
        detail = f"hours to count anew: {lag.hours}, the first for {lag.seconds / 60:.0f} min"
        yield Check("roll-ups", "warning", detail, remedy)
    else:
        yield Check("roll-ups", "ok", "up to date")


def _guard(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether the claim checker could judge the replies of the last 24 hours."""
    if store is None:
        return
    now = SystemClock().now()
    (day,) = store.reads.totals(now - timedelta(days=1), now)
    replies = day.judged + day.not_judged
    if not replies:
        return
    share = day.not_judged / replies
    detail = f"{day.not_judged:,} of {replies:,} replies of 24 hours were not judged"
    if replies >= LEAST_REPLIES and share > BLIND_SHARE:
        remedy = "Dialogues in the console tell why: a missing price book, an offer not understood, a check that fails"
        yield Check("guard", "error", f"{detail}, {share:.0%}", remedy)
    else:
        yield Check("guard", "ok", detail)


def _retention(settings: Settings, store: Store | None) -> Iterator[Check]:
    """Whether dialogues older than `privacy.keep_days` are gone."""
    days = settings.privacy.keep_days
    if days is None:
        yield Check("retention", "ok", "dialogues are kept until somebody removes them (privacy.keep_days is not set)")
        return
    zone = ZoneInfo(settings.company.timezone)
    today = SystemClock().now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    oldest = store.moments.oldest() if store else None
    # A day's grace: it is done once an hour, by a process that need not run all the time.
    if oldest is not None and oldest < today - timedelta(days=days + 1):
        detail = f"dialogues of {oldest.astimezone(zone):%Y-%m-%d} are still there, {days} days are allowed"
        remedy = f"start botops, or: botops store purge --before {today - timedelta(days=days):%Y-%m-%d} --reason WHY"
        yield Check("retention", "error", detail, remedy)
    else:
        yield Check("retention", "ok", f"dialogues are kept for {days} days")
