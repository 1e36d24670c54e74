"""People are not where the bot hands its dialogues over to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.alerts.conditions.wording import length, said
from botops.domain.alerts import AlertSeverity, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.alerts.conditions.look import Look


def clients_waiting(look: Look) -> Iterator[Signal]:
    """A client waits for a person for longer than the settings allow (`hand_off.answer_within_min`)."""
    allowed = timedelta(minutes=look.container.settings.hand_off.answer_within_min)
    before = look.window(allowed)[-1][0]
    waiting = look.container.store.recent.waiting(before)
    if waiting.since is None or look.age(waiting.since) <= allowed:
        return
    longest = look.age(waiting.since)
    yield Signal(
        key="clients_waiting", rule="BotopsClientsWaiting", severity=AlertSeverity.PAGE, area="sales",
        began_at=look.since(waiting.since),
        title=said(
            "Клиент ждёт человека уже {longest}", "Клиент адамды {longest} күтіп тұр",
            "A client has been waiting for a person for {longest}", longest=length(longest),
        ),
        text=said(
            "Бот передал диалог, но за него никто не взялся. Ждут дольше {allowed}: {n}.",
            "Бот диалогты берді, бірақ ешкім қолға алмады. {allowed} шегінен асқандар: {n}.",
            "The bot handed the dialogue over, and nobody took it. Waiting for longer than {allowed}: {n}.",
            allowed=length(allowed), n=max(1, waiting.overdue),
        ),
        examples=look.container.store.recent.who_waits(),
        facts={"waiting": max(1, waiting.overdue), "longest_s": round(longest.total_seconds())},
    )  # fmt: skip
