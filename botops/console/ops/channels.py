"""Through which channels people are told of alerts, and whether they get there."""

from __future__ import annotations

from botops.app.container import Container
from botops.config.alerting import ALERTMANAGER
from botops.console import formats, frame, parts
from botops.console.i18n import _, ngettext
from botops.console.safe import Html


def show(container: Container) -> None:
    """Where alerts go, and whether they get there."""
    parts.question(_("Whom do alerts reach?"))
    asked = container.settings.alerts
    names = [*asked.channels, *([ALERTMANAGER] if asked.alertmanager else [])]
    known = {one.name: one for one in container.store.outbox.health()}
    if not names:
        frame.show(frame.alert(
            "warn", _("Nobody is told of alerts"),
            _("They are shown in the console alone. Name channels (Telegram, mail, Slack …) in the section alerts of "
              "the settings."),
        ))  # fmt: skip
        return
    zone = container.settings.company.timezone
    heads = [(_("Channel"), False), (_("State"), False), (_("Last delivery"), False), (_("Waiting"), True)]
    rows: list[list[str | Html]] = []
    for name in names:
        one = known.get(name)
        if one is None or one.tried_at is None:
            waiting = formats.number(one.waiting if one else 0)
            rows.append([name, parts.chip(_("nothing was sent yet")), formats.NOTHING, waiting])
            continue
        sent = formats.moment(one.sent_at, zone) if one.sent_at else formats.NOTHING
        state = parts.chip(_("works"), "good")
        if one.failing_since is not None:
            since = _("fails since {moment}").format(moment=formats.moment(one.failing_since, zone))
            state = parts.chip(since, "bad")
        rows.append([name, state, sent, formats.number(one.waiting)])
    frame.show(parts.table(heads, rows))
    late, since_late = container.store.outbox.unsent(container.clock.now())
    if late and since_late is not None:
        count = ngettext("{n} notice is on its way", "{n} notices are on their way", late)
        since = _("since {moment}").format(moment=formats.moment(since_late, zone))
        parts.answer(f"{count.format(n=formats.number(late))} · {since}")
