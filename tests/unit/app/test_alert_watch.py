"""A look at every source, and what people do with what it finds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.watching import BLIND_AFTER, AlertWatch
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.gauges import refresh_gauges
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, AlertState, Signal
from botops.domain.errors import ConflictError, NotFoundError, OutsideError, StoreError, UserError
from botops.domain.releases import Deed

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TEAM = """\
roles:
  enablement: {title: {ru: Sales Enablement AI}, people: [Алия]}
  ops: {title: {ru: AI Ops}, people: [Марат]}
responsible: {replies: enablement, service: ops}
"""


class Source:
    def __init__(self, name, *signals):
        self.name, self.signals, self.fault = name, signals, None

    def look(self, now):
        if self.fault is not None:
            raise self.fault
        return self.signals


def signal(key, area="replies", severity=AlertSeverity.PAGE):
    texts = {"ru": key, "kk": key, "en": key}
    return Signal(key, f"Botops{key.title()}", severity, area, NOW, texts, texts)


@pytest.fixture
def container(tmp_path):
    (tmp_path / "pricebook").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    (tmp_path / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\n", "utf-8")
    with Container.open(load_settings(tmp_path / "botops.yaml"), Secrets(), clock=SetClock(NOW)) as opened:
        yield opened


def standing(container):
    return [(alert.signal.key, alert.owner) for alert in inbox.alerts(container)]


def test_every_alert_gets_the_owner_of_its_area(container):
    AlertWatch(container, [Source("a", signal("lies"), signal("down", "service"), signal("book", "data"))]).look()
    assert sorted(standing(container)) == [("book", None), ("down", "ops"), ("lies", "enablement")]


def test_a_team_file_that_cannot_be_read_leaves_alerts_without_an_owner(container, caplog):
    container.settings.path("team").write_text("roles: [", "utf-8")
    watch = AlertWatch(container, [Source("a", signal("lies"), signal("down", "service"))])
    watch.look()
    assert sorted(standing(container)) == [("down", None), ("lies", None)]
    assert caplog.text.count("alerts have no owner") == 1


def test_a_source_that_fails_keeps_its_alerts_hides_no_other_and_is_an_alert_itself(container):
    lies, down = Source("lies", signal("lies")), Source("down")
    watch = AlertWatch(container, [lies, down])
    watch.look()
    lies.fault = OutsideError("the provider's page is gone")
    down.signals = (signal("down", "service"),)
    for _ in range(BLIND_AFTER):
        assert "blind:lies" not in dict(standing(container))
        watch.look()
    assert set(dict(standing(container))) == {"lies", "down", "blind:lies"}
    assert container.metrics.watch_errors._value.get() == BLIND_AFTER
    lies.fault = None
    watch.look()
    assert set(dict(standing(container))) == {"lies", "down"}
    lies.fault = ZeroDivisionError("nobody asked")
    watch.look()
    assert set(dict(standing(container))) == {"lies", "down"}


def test_the_metrics_tell_what_stands_and_when_each_source_last_looked(container):
    seeing, blind = Source("seeing", signal("lies"), signal("down", "service", AlertSeverity.TICKET)), Source("blind")
    blind.fault = StoreError("gone")
    AlertWatch(container, [seeing, blind]).look()
    refresh_gauges(container)

    def told(name, **labels):
        return container.metrics.registry.get_sample_value(name, labels)

    assert told("botops_alerts_firing", area="replies", severity="page") == 1
    assert told("botops_alerts_firing", area="service", severity="ticket") == 1
    assert told("botops_alerts_firing", area="sales", severity="page") == 0
    assert told("botops_alert_look_timestamp_seconds", source="seeing") == NOW.timestamp()
    assert told("botops_alert_look_timestamp_seconds", source="blind") is None
    assert told("botops_alert_look_errors_total", source="blind") == 1


def test_a_look_that_changes_nothing_writes_nothing(container, monkeypatch):
    watch = AlertWatch(container, [Source("lies", signal("lies")), Source("quiet")])
    assert len(watch.look()) == 1
    monkeypatch.setattr(container.store.alerts, "reconcile", None)
    assert watch.look() == ()


def test_sources_of_one_name_are_refused(container):
    with pytest.raises(ValueError, match="resolve each other"):
        AlertWatch(container, [Source("a"), Source("a")])


def test_what_people_do_is_in_the_audit_log_and_in_the_alerts_history(container):
    AlertWatch(container, [Source("a", signal("lies"), signal("down", "service"))]).look()
    first, second = inbox.alerts(container)
    assert inbox.acknowledge(container, first.id[:12], by=" Алия ").acknowledged_by == "Алия"
    assert inbox.resolve(container, second.id, "ложная тревога", by="Марат").state is AlertState.RESOLVED
    assert inbox.alerts(container) == (inbox.alert(container, first.id),)
    assert [a.id for a in inbox.alerts(container, firing=False)] == [first.id, second.id]
    log = {entry.deed: (entry.by, entry.subject, entry.reason) for entry in container.store.audit.entries()}
    assert log == {
        Deed.ACKNOWLEDGE: ("Алия", f"alert:{first.signal.rule}", "acknowledged"),
        Deed.RESOLVE: ("Марат", f"alert:{second.signal.rule}", "ложная тревога"),
    }
    assert [e.kind.value for e in inbox.events(container, second.id)] == ["raised", "resolved"]
    with pytest.raises(ConflictError):
        inbox.acknowledge(container, first.id, by="Марат")
    with pytest.raises(UserError, match="who does it"):
        inbox.acknowledge(container, first.id, by="  ")
    with pytest.raises(NotFoundError):
        inbox.alert(container, "zzz")
    with pytest.raises(NotFoundError):
        inbox.alert(container, "")


def test_an_incident_acknowledges_its_alert(container):
    AlertWatch(container, [Source("a", signal("lies"))]).look()
    (alert,) = inbox.alerts(container)
    linked = inbox.link_incident(container, alert.id, 7, by="Алия")
    assert (linked.incident, linked.acknowledged_by) == (7, "Алия")


def test_a_silence_covers_what_it_names_while_it_lasts(container):
    AlertWatch(container, [Source("a", signal("lies"), signal("down", "service"))]).look()
    by_key = {alert.signal.key: alert for alert in inbox.alerts(container)}
    hour = timedelta(hours=1)
    made = inbox.silence(container, by="Марат", reason="работы", until=NOW + hour, area="service")
    assert inbox.silenced_by(container, by_key["down"]) == made
    assert inbox.silenced_by(container, by_key["lies"]) is None
    container.clock.at += hour
    assert inbox.silenced_by(container, by_key["down"]) is None
    assert inbox.silences(container) == ()
    assert inbox.silences(container, over=True) == (made,)
    with pytest.raises(ConflictError):
        inbox.unsilence(container, made.id[:6], by="Алия")


def test_a_silence_ends_when_somebody_says_so(container):
    AlertWatch(container, [Source("a", signal("lies"))]).look()
    (alert,) = inbox.alerts(container)
    made = inbox.silence(container, by="Марат", reason="работы", until=NOW + timedelta(days=1))
    assert inbox.silenced_by(container, alert) == made
    ended = inbox.unsilence(container, made.id[:6], by="Алия")
    assert ended == replace(made, ended_at=NOW, ended_by="Алия")
    assert inbox.silenced_by(container, alert) is None
    assert {e.deed for e in container.store.audit.entries("alerts")} == {Deed.SILENCE, Deed.SILENCE_END}
    with pytest.raises(NotFoundError):
        inbox.unsilence(container, "zzz", by="Алия")


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(hours=1), NOW + timedelta(days=32)])
def test_a_silence_that_makes_no_sense_is_refused(container, until):
    with pytest.raises(UserError):
        inbox.silence(container, by="Марат", reason="работы", until=until)
    assert inbox.silences(container, over=True) == ()


def test_a_silence_for_a_rule_there_is_not_is_refused(container):
    until = NOW + timedelta(hours=1)
    for rule in ("", "Nope", "BotopsLies"):
        with pytest.raises(UserError, match="no rule"):
            inbox.silence(container, by="Марат", reason="работы", until=until, rule=rule)
    AlertWatch(container, [Source("a", signal("lies"))]).look()
    for rule in ("BotopsLies", "BotopsChannelLost", "BotopsProbesFailing", "UnusualCost"):
        assert inbox.silence(container, by="Марат", reason="работы", until=until, rule=rule).rule == rule
