"""The canary of price books: after a new one, the share of replies that the checker does not bear out is watched.

A wrong upload makes right replies look wrong, and the guard then silences a right bot. The opposite fault, a wrong book
that the bot quotes faithfully, silences nobody and is not seen here: `botops pricebook publish` asks about changes that
look like a slip.

Nothing is rolled back by itself. When prices truly changed and a prompt still says the old ones, the checker is right
to hold replies back: an automatic rollback would have the bot promise yesterday's prices.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.pricebooks.canary_evidence import evidence_of
from botops.app.releases.auditing import PRICEBOOK
from botops.domain.releases import AuditEntry, Deed
from botops.store.book_replies import BookPeriod

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.app.pricebooks.books import BookInForce
    from botops.experiments import Rise
    from botops.store import Store
    from botops.store.book_replies import HeldReplies

log = logging.getLogger(__name__)

RULE = "canary:pricebook"
"""Who raises the alarm, in the audit log."""
WATCHED = timedelta(days=7)
BASELINE = timedelta(days=14)
FALSE_ALARMS = 0.01
"""The greatest probability that a book which changed nothing for the worse is ever alarmed about."""
_REST = 20
"""A look may take one part in so many of the time, whatever the size of the store."""


@dataclass(frozen=True, slots=True)
class BookWatch:
    """How a new price book stands: replies before and under it, in which periods, and whether a rise is shown."""

    earlier: BookPeriod
    period: BookPeriod
    before: HeldReplies
    after: HeldReplies
    rise: Rise


class BookCanary:
    """Looks after the book in force. One call of `look` a round of the watch loop; what it knows it reads from the
    store each time, so a restart loses nothing."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._next_look = float("-inf")
        self._past: str | None = None

    def look(self) -> AuditEntry | None:
        """Looks once, unless the last look was costly and recent. Gives the alarm when it is raised now.

        Raises StoreError.
        """
        container = self._container
        current = container.books.current()
        begun = time.monotonic()
        if container.settings.pricebook.canary == "off" or current is None or begun < self._next_look:
            return None
        found = self._watched(current)
        self._next_look = time.monotonic() + _REST * (time.monotonic() - begun)
        standing = standing_alarm(container.store, current)
        raised = None
        if found is not None and found.rise.shown and standing is None:
            standing = raised = self._raise(current, found)
        self._measure(found, standing)
        return raised

    def _watched(self, current: BookInForce) -> BookWatch | None:
        """How the book stands; None when it is in force for longer than it is watched, or judged no reply yet."""
        if alarm_id(current) == self._past:
            return None
        since = since_when(self._container.store, current, self._container.clock.now())
        if since is None:
            return None
        if self._container.clock.now() - since > WATCHED:
            self._past = alarm_id(current)  # not asked for again: finding its first use takes a look at all its turns
            return None
        return watch_book(self._container, current, since)

    def _raise(self, current: BookInForce, found: BookWatch) -> AuditEntry:
        entry = _entry(self._container, current, found)
        # Of several replicas that see it at once, one entry is kept: its id follows from the release.
        self._container.store.audit.add_missing([entry])
        log.error("%s", entry.reason)
        return entry

    def _measure(self, found: BookWatch | None, standing: AuditEntry | None) -> None:
        metrics = self._container.metrics
        metrics.price_book_alarm.set(standing is not None)
        after = found.rise.after if found is not None else None
        metrics.price_book_held.set(after if after is not None else 0)


def watch_book(container: Container, current: BookInForce, since: datetime) -> BookWatch:
    """The replies under a book since a moment against those of the fortnight before it.

    Left out of the fortnight are books that were alarmed about: after a bad one nothing looks worse. Raises StoreError.
    """
    from botops.experiments import share_rise

    replies = container.store.book_replies
    earlier = BookPeriod(since - BASELINE, since, besides=_alarmed_books(container.store))
    period = BookPeriod(since, container.clock.now(), current.identity)
    before, after = replies.held(earlier), replies.held(period)
    margin = container.settings.pricebook.canary_margin
    rise = share_rise(before.held, before.replies, after.held, after.replies, margin, FALSE_ALARMS)
    return BookWatch(earlier, period, before, after, rise)


def since_when(store: Store, current: BookInForce, now: datetime) -> datetime | None:
    """When the book came into force: as its release says, or else when it first judged a live reply in the week that
    is watched. None when it judged none."""
    step = current.release.step if current.release is not None else None
    if step is not None:
        return step.at
    begun = now - WATCHED - timedelta(days=1)
    return store.book_replies.first_use(current.identity, begun)


def standing_alarm(store: Store, current: BookInForce) -> AuditEntry | None:
    """The alarm about the book in force, since it came into force the last time. Raises StoreError."""
    wanted = alarm_id(current)
    return next((e for e in store.audit.entries(PRICEBOOK) if e.id == wanted), None)


def _alarmed_books(store: Store) -> tuple[str, ...]:
    entries = (e for e in store.audit.entries(PRICEBOOK) if e.deed is Deed.ALARM)
    return tuple(dict.fromkeys(str(e.detail["book"]) for e in entries if "book" in e.detail))


def alarm_id(current: BookInForce) -> str:
    """One id for each time a book came into force: published anew after a rollback, it may be alarmed about anew."""
    step = current.release.step if current.release is not None else None
    said = f"{RULE}\0{current.identity}\0{step.at.timestamp() if step else ''}"
    return sha256(said.encode()).hexdigest()[:32]


def _entry(container: Container, current: BookInForce, found: BookWatch) -> AuditEntry:
    evidence = evidence_of(container, current, found)
    before, after = found.before, found.after
    detail: dict[str, str | int] = {
        "book": current.identity,
        "replies_before": before.replies,
        "held_before": before.held,
        "replies": after.replies,
        "held": after.held,
        "products": "; ".join(evidence.products),
        "turns": " ".join(f"{e.dialogue_id}:{e.number}" for e in evidence.examples),
        "cause": evidence.cause,
        "action": evidence.action,
    }
    return AuditEntry(
        alarm_id(current), container.clock.now(), RULE, Deed.ALARM, PRICEBOOK,
        alarm_text(current, found, evidence.lines), current.file.name, current.checksum, MappingProxyType(detail),
    )  # fmt: skip


def alarm_text(current: BookInForce, found: BookWatch, evidence: tuple[str, ...]) -> str:
    """The alarm in words: the book and who published it, the shares, the evidence, what to do."""
    step = current.release.step if current.release is not None else None
    who = f"{step.action.value} by {step.by}, {step.at:%Y-%m-%d %H:%M} UTC: {step.reason}" if step else "not released"
    before, after = found.before, found.after
    then = f"{before.held / before.replies:.1%} of {before.replies}" if before.replies else "no replies"
    now = f"{after.held / after.replies:.1%} of {after.replies}" if after.replies else "no replies"
    lines = (
        f"price book {current.file.name} ({who}): replies not borne out by it rose from {then} to {now}",
        *evidence,
    )
    return "\n".join(lines)
