"""A source of alerts: channels through which nobody is reached, or could be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from botops.app.alerts.channels import channel_faults
from botops.app.alerts.outbox import CHANNEL_FACT, CHANNEL_KEY
from botops.config.alerting import ALERTMANAGER
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.notices import ChannelHealth
from botops.monitor.alert_words import shortened
from botops.monitor.delivery import lost_channels

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.domain.notices import KeptNotice

RULE = "BotopsChannelLost"
_MOST_WAITING = 5


class LostChannels:
    """Finds channels that have failed for longer than `alerts.lost_after_min`, and those that are set up in a way that
    cannot work; other channels tell of it."""

    name = "channels"

    def __init__(self, container: Container) -> None:
        self._container = container
        self._unusable: dict[str, ChannelHealth] | None = None

    def look(self, now: datetime) -> tuple[Signal, ...]:
        """The channels that are lost now. Raises StoreError."""
        asked, outbox = self._container.settings.alerts, self._container.store.outbox
        known = {*asked.channels, *([ALERTMANAGER] if asked.alertmanager is not None else [])}
        if self._unusable is None:  # what the environment holds does not change while the process lives
            faults = channel_faults(self._container.settings)
            self._unusable = {n: ChannelHealth(n, failing_since=now, error=why) for n, why in faults.items()}
        health = {one.name: one for one in outbox.health()}
        lost = {one.name: one for one in lost_channels(health.values(), now, asked) if one.name in known}
        for name, one in self._unusable.items():
            lost.setdefault(name, replace(one, waiting=health[name].waiting if name in health else 0))
        return tuple(_signal(one, outbox.waiting_for(name, most=_MOST_WAITING), now) for name, one in lost.items())


def _signal(channel: ChannelHealth, waiting: tuple[KeptNotice, ...], now: datetime) -> Signal:
    name, error = channel.name, shortened(channel.error or "?", 300)
    titles: dict[Language, list[str]] = {
        language: [f"— {_title(one, language)}" for one in waiting] for language in ("ru", "kk", "en")
    }
    return Signal(
        key=f"{CHANNEL_KEY}{name}",
        rule=RULE,
        severity=AlertSeverity.PAGE,
        area="service",
        began_at=channel.failing_since or now,
        title={
            "ru": f"Оповещения не доходят через канал «{name}»",
            "kk": f"«{name}» арнасы арқылы хабарламалар жетпей тұр",
            "en": f"Notices do not get through the channel {name}",
        },
        text={
            "ru": "\n".join([f"Последняя ошибка: {error}", f"Ждут отправки: {channel.waiting}", *titles["ru"]]),
            "kk": "\n".join([f"Соңғы қате: {error}", f"Жіберуді күтіп тұр: {channel.waiting}", *titles["kk"]]),
            "en": "\n".join([f"The last error: {error}", f"Waiting to be sent: {channel.waiting}", *titles["en"]]),
        },
        subject=name,
        facts={CHANNEL_FACT: name, "waiting": channel.waiting},
    )


def _title(kept: KeptNotice, language: Language) -> str:
    words = kept.notice.words
    return (words.get(language) or next(iter(words.values()))).title
