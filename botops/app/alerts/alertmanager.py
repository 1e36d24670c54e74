"""Alerts handed to an Alertmanager (API v2), which then groups, silences, routes and repeats them.

An alert that Alertmanager is not told of again it takes for over (`resolve_timeout`, five minutes by default). So what
stands is told again every minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botops.app.alerts.channels import ChannelError
from botops.app.alerts.outbox import links_of
from botops.config.alerting import ALERTMANAGER
from botops.domain.alerts import AlertSeverity, AlertState
from botops.domain.errors import NotFoundError
from botops.domain.notices import NoticeKind
from botops.monitor.alert_words import money, shortened

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.alerts import Alert
    from botops.domain.notices import Sending

TOLD_AGAIN = timedelta(minutes=1)
"""How often what stands is told again."""
STANDS_FOR = timedelta(minutes=2)
"""What was over before Alertmanager heard of it stands there for so long: it tells nobody of what is over at once."""
_CONNECT_S, _ANSWER_S = 4.0, 10.0
_MOST_ANSWER = 300


class Alertmanager:
    """Posts alerts to an Alertmanager."""

    def __init__(self, container: Container, address: str) -> None:
        self.name = ALERTMANAGER
        self._container = container
        self._address = address

    def send(self, sendings: Sequence[Sending]) -> None:
        """Tells of changes of alerts. Raises ChannelError."""
        now = self._container.clock.now()
        kinds: dict[str, set[NoticeKind]] = {}
        for sending in sendings:
            if sending.notice.notice.alert is not None:
                kinds.setdefault(sending.notice.notice.alert, set()).add(sending.notice.notice.kind)
        rows = []
        for alert_id, of_it in kinds.items():
            try:
                alert = self._container.store.alerts.get(alert_id)
            except NotFoundError:  # removed by retention: there is nothing left to tell
                continue
            news = of_it - {NoticeKind.RESOLVED}
            ends = alert.resolved_at if alert.state is AlertState.RESOLVED else None
            rows += self._rows(alert, now + STANDS_FOR if ends is not None and news else ends)
            if NoticeKind.WORSENED in of_it:
                rows += self._milder(alert, now)
        self._post(rows)

    def refresh(self, alerts: Iterable[Alert]) -> None:
        """Tells again of what stands. Raises ChannelError."""
        self._post([row for alert in alerts for row in self._rows(alert, None)])

    def _rows(self, alert: Alert, ends: datetime | None, severity: AlertSeverity | None = None) -> list[dict[str, Any]]:
        settings, signal = self._container.settings, alert.signal
        language, links = settings.company.languages[0], links_of(settings)
        page = links.page("alerts", language, alert=alert.id)
        annotations = {
            "summary": signal.title[language],
            "description": shortened(signal.text[language], 2_000),
            "runbook": links.runbook(signal.rule),
            "console": page,
        }
        if signal.at_risk is not None:
            annotations["money_at_risk"] = money(signal.at_risk, language)
        labels = {
            "alertname": signal.rule, "severity": (severity or alert.severity).value, "area": signal.area,
            "key": signal.key, "source": "botops", **({"owner": alert.owner} if alert.owner else {}),
        }  # fmt: skip
        row = {"labels": labels, "annotations": annotations, "startsAt": alert.raised_at.isoformat(),
               "generatorURL": page}  # fmt: skip
        return [row if ends is None else {**row, "endsAt": ends.isoformat()}]

    def _milder(self, alert: Alert, now: datetime) -> list[dict[str, Any]]:
        """The same alert as it was before it got worse, as over: to Alertmanager another severity is another alert."""
        others = [one for one in AlertSeverity if one is not alert.severity]
        return [row for one in others for row in self._rows(alert, now, one)]

    def _post(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        import httpx2

        try:
            answer = httpx2.post(
                f"{self._address}/api/v2/alerts", json=rows, timeout=httpx2.Timeout(_ANSWER_S, connect=_CONNECT_S)
            )
        except httpx2.HTTPError as error:
            raise ChannelError(f"{self._address} does not answer: {error or type(error).__name__}") from error
        if not answer.is_success:
            said = shortened(" ".join(answer.text.split()), _MOST_ANSWER)
            raise ChannelError(f"{self._address} answered {answer.status_code}: {said}")
