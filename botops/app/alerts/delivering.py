"""Sends what is in the outbox: every notice through every channel it is for, at least once, whatever dies meanwhile.

One thread plans (routes, quiet hours, escalation); every channel has a thread of its own, so that one that hangs delays
no other. Several processes may do this on one store: what one has taken, others leave alone for `HOLD`.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.alerts.alertmanager import TOLD_AGAIN, Alertmanager
from botops.app.alerts.channels import ChannelError, channels_of
from botops.app.alerts.outbox import about
from botops.app.looping import Loop
from botops.config.alerting import ALERTMANAGER
from botops.domain.errors import NotFoundError
from botops.monitor import delivery as rules
from botops.monitor.delivery import Dropped, Held, Planned, Situation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botops.app.alerts.channels import Channel
    from botops.app.container import Container
    from botops.domain.alerts import Alert, Silence
    from botops.domain.notices import KeptNotice, Sending

log = logging.getLogger(__name__)

EVERY_S = 1.0
"""Seconds between two looks into the outbox."""
HOLD = timedelta(seconds=60)
"""What was taken and neither sent nor failed within this time is taken for lost with its process, and sent again."""
ANSWER_S = 30.0
"""Seconds after which a channel that is still sending has failed. What it sends may arrive all the same."""
_FURTHEST = timedelta(minutes=10)
"""No wait of the outbox is longer: what lies further ahead was put there by a clock that was set back since."""
_URGE_EVERY = 10
_KEEP_DAYS = 90
_FORGET_EVERY = 3_600


class Delivery:
    """Plans and sends. `start` does it in threads until `stop`; `send_due` does what is due once, in this thread."""

    def __init__(self, container: Container, channels: Mapping[str, Channel] | None = None) -> None:
        self._container = container
        self._asked = container.settings.alerts
        self._zone = ZoneInfo(container.settings.company.timezone)
        self._channels = dict(channels_of(container) if channels is None else channels)
        self._urged: set[str] = set()
        self._under_way: dict[str, tuple[float, Sequence[Sending]]] = {}
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}
        metrics = container.metrics
        plan = (
            (1, "planning notices", self._plan),
            (1, "watching channels that hang", self._watch_hanging),
            (_URGE_EVERY, "urging", self._urge),
            (int(TOLD_AGAIN.total_seconds()), "telling Alertmanager again", self._refresh),
            (_FORGET_EVERY, "removing old notices", self._forget),
        )
        first = [(1, "letting go of old channels", self._let_go)]
        self._loops = [Loop("delivery", EVERY_S, plan, metrics, at_once=first)] + [
            Loop(f"channel-{name}", EVERY_S, [(1, f"sending through {name}", partial(self._send, name))], metrics)
            for name in self._channels
        ]

    def start(self) -> None:
        """Starts the threads; none where no channel is set up."""
        if not self._channels:
            log.info("no channel is set up under alerts.channels: nobody is told of alerts")
            return
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """Ends the threads after what they are sending. What is left is sent at the next start."""
        for loop in self._loops:
            loop.ending.set()
        for loop in self._loops:
            loop.stop()

    def quiet_s(self) -> float:
        """Seconds since planning last came round; none where no channel is set up."""
        return self._loops[0].quiet_s() if self._channels else 0.0

    def send_due(self) -> None:
        """Plans and sends all that is due by the container's clock. Raises StoreError."""
        self._let_go()
        self._urge()
        self._plan()
        for name in self._channels:
            self._send(name)

    # --- planning --------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        now, outbox = self._container.clock.now(), self._container.store.outbox
        due = outbox.due(now)
        if not due:
            return
        lost = frozenset(one.name for one in rules.lost_channels(outbox.health(), now, self._asked))
        silences = self._container.store.alerts.silences(now)
        for kept in due:
            match rules.decide(kept, self._asked, self._seen(kept, now, silences, lost)):
                case Planned(channels, at):
                    outbox.plan(kept.id, channels, at)
                case Held(until, reason):
                    outbox.hold(kept.id, until, reason)
                case Dropped(reason):
                    outbox.drop(kept.id, reason)
                    log.info("notice %s is told to nobody: %s", kept.notice.key, reason)

    def _seen(self, kept: KeptNotice, now: datetime, silences: Sequence[Silence], lost: frozenset[str]) -> Situation:
        alert_id = kept.notice.alert
        if alert_id is None:
            return Situation(now, self._zone, lost=lost)
        siblings = tuple(one for one in self._container.store.outbox.of_alert(alert_id) if one.id != kept.id)
        alert = self._alert(alert_id)
        silence = _covering(alert, silences, now)
        return Situation(now, self._zone, alert, siblings, silence, lost)

    def _alert(self, alert_id: str) -> Alert | None:
        try:
            return self._container.store.alerts.get(alert_id)
        except NotFoundError:
            return None

    def _urge(self) -> None:
        """Puts reminders, and notices for the next in the chain, of what nobody has acknowledged."""
        now, store = self._container.clock.now(), self._container.store
        silences = store.alerts.silences(now)
        settings, before = self._container.settings, self._urged
        self._urged = set()
        urgent = [a for a in store.alerts.firing() if rules.urgent(a) and _covering(a, silences, now) is None]
        news_at = store.alerts.news_at([alert.id for alert in urgent])
        past = store.alerts.silences() if urgent else ()
        for alert in urgent:
            since = rules.waits_since(alert, news_at.get(alert.id, alert.raised_at), past, now)
            for urge in rules.urges(alert, since, now, self._asked):
                notice = about(settings, alert, urge.kind, now, step=urge.step, role=urge.role)
                if notice.key not in before:
                    store.outbox.put(notice)
                self._urged.add(notice.key)

    def _let_go(self) -> None:
        gone = self._container.store.outbox.forget_channels(list(self._channels))
        for name in gone:
            log.warning("channel %s is not set up any more: what waited for it goes to others", name)

    def _forget(self) -> None:
        self._container.store.outbox.forget(self._container.clock.now() - timedelta(days=_KEEP_DAYS))

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, name: str) -> None:
        """Sends what is due through a channel, up to the first message that does not leave."""
        store, now = self._container.store, self._container.clock.now()
        claimed = store.outbox.claim(name, now, hold=HOLD, furthest=_FURTHEST)
        if not claimed:
            return
        health = next((one for one in store.outbox.health() if one.name == name), None)
        hopeless = {s.notice.id: why for s in claimed if (why := rules.hopeless(s, health, now)) is not None}
        for notice_id, why in hopeless.items():
            store.outbox.give_up(name, [notice_id], why)
            self._count(name, "given_up")
            log.error("notice %s is given up in channel %s: %s", notice_id, name, why)
        groups = list(rules.together([s for s in claimed if s.notice.id not in hopeless]))
        while groups:
            group = groups.pop(0)
            fault = self._try(name, group)
            at, ids = self._container.clock.now(), [s.notice.id for s in group]
            if fault is None:
                store.outbox.sent(name, ids, at)
                self._count(name, "sent", len(group))
                self._say(name, None)
                continue
            store.outbox.failed(name, {s.notice.id: rules.again_at(s, at) for s in group}, at, fault)
            self._count(name, "failed", len(group))
            self._say(name, fault)
            store.outbox.release(name, [s.notice.id for rest in groups for s in rest])
            return

    def _try(self, name: str, group: Sequence[Sending]) -> str | None:
        """Sends one message; what went wrong."""
        with self._lock:
            self._under_way[name] = (self._container.clock.monotonic(), group)
        try:
            self._channels[name].send(group)
        except ChannelError as error:
            return str(error)
        except Exception as error:  # a channel's own code is foreign: its fault is a message that did not leave
            log.exception("channel %s broke off", name)
            return f"{type(error).__name__}: see the log"
        finally:
            with self._lock:
                self._under_way.pop(name, None)
        return None

    def _watch_hanging(self) -> None:
        """A channel that takes too long has failed: its notices are tried again, here or in another process."""
        mono, now = self._container.clock.monotonic(), self._container.clock.now()
        with self._lock:
            hanging = {name: group for name, (since, group) in self._under_way.items() if mono - since > ANSWER_S}
            for name, group in hanging.items():
                self._under_way[name] = (mono, group)
        for name, group in hanging.items():
            fault = f"no answer for {ANSWER_S:.0f} s"
            again = {s.notice.id: now + rules.LONGEST_WAIT for s in group}
            self._container.store.outbox.failed(name, again, now, fault)
            self._count(name, "failed", len(group))
            self._say(name, fault)

    def _refresh(self) -> None:
        """Tells Alertmanager again of all that stands and is not silenced."""
        channel = self._channels.get(ALERTMANAGER)
        if not isinstance(channel, Alertmanager):
            return
        store, now = self._container.store, self._container.clock.now()
        silences = store.alerts.silences(now)
        try:
            channel.refresh(one for one in store.alerts.firing() if _covering(one, silences, now) is None)
        except ChannelError as error:
            store.outbox.failed(ALERTMANAGER, {}, now, str(error))
        else:
            store.outbox.sent(ALERTMANAGER, [], now)

    def _say(self, name: str, fault: str | None) -> None:
        """Says in the log what is wrong with a channel: once, until it is something else or over."""
        if fault is not None and fault != self._said.get(name):
            log.warning("channel %s failed, its notices are tried again: %s", name, fault)
        elif fault is None and name in self._said:
            log.warning("channel %s works again", name)
        if fault is None:
            self._said.pop(name, None)
        else:
            self._said[name] = fault

    def _count(self, channel: str, outcome: str, number: int = 1) -> None:
        self._container.metrics.notices.labels(channel, outcome).inc(number)


def _covering(alert: Alert | None, silences: Sequence[Silence], now: datetime) -> Silence | None:
    return None if alert is None else next((one for one in silences if one.covers(alert, now)), None)
