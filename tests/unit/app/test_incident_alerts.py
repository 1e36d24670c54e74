"""An alert becomes an incident; what is at fault is taken out of service by one action."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.watching import AlertWatch
from botops.app.experiments import experimenting
from botops.app.incidents import (
    add_follow_up,
    attach,
    from_alert,
    open_incident,
    postmortem,
    remedies,
    resolve,
    set_owner,
    timeline,
)  # fmt: skip
from botops.app.incidents.reminding import Reminding, reminders
from botops.app.releases import kill_switch, releasing
from botops.domain.alerts import AlertSeverity, LikelyCause, Signal, Where
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.findings import Verdict
from botops.domain.incidents import EntryKind, IncidentSeverity, Scope
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, GuardPolicy, Timing, TurnRecord, TurnState
from botops.registry.model import Split, Variant

TEAM = """\
roles:
  sales_enablement: {title: {ru: Качество}}
  ai_ops: {title: {ru: AI Ops}}
responsible: {replies: sales_enablement, service: ai_ops}
"""
TITLE = {"ru": "Ошибок больше обычного", "kk": "Қате көп", "en": "More mistakes than usual"}


class Source:
    """Says what it is told to say."""

    name = "test"

    def __init__(self):
        self.signals = ()

    def look(self, now):
        return self.signals


@pytest.fixture
def office(desk):
    """The desk with a team, version 2 published over version 1, and a source of alerts."""
    (desk.root / "team.yaml").write_text(TEAM, "utf-8")
    desk.publish(2)
    desk.source = Source()
    desk.watch = AlertWatch(desk.container, [desk.source])
    return desk


def published(office, version):
    return next(e for e in office.container.store.audit.entries("prompt:sales") if e.version == str(version))


def signal(office, **more):
    deed = published(office, 2)
    cause = LikelyCause("prompt_publish", deed.at, "sales@2", deed.by, 0.93, "prompt:sales", "2")
    return replace(
        Signal(
            "unusual:findings", "UnusualFindings", AlertSeverity.PAGE, "replies", deed.at, TITLE, TITLE,
            at_risk=Money(50_000_000, "KZT"), where=Where("version", "sales@2", 0.97), causes=(cause,),
            scope=Scope(deed.at, prompt="sales", version=2),
        ),
        **more,
    )  # fmt: skip


def raised(office, **more):
    """An alert under a key of its own, with its signal changed."""
    office.source.signals = (*office.source.signals, signal(office, **more))
    office.watch.look()
    key = more.get("key", "unusual:findings")
    return next(one for one in inbox.alerts(office.container) if one.signal.key == key)


def answered(office, prompt, version):
    """One turn answered by a version of a prompt."""
    at, assignment = office.clock.at, Assignment(PromptRef(prompt, version, "ab" * 32))
    inbound = InboundMessage("d1", "l1", "Сколько?", at, "k1")
    record = TurnRecord(
        "t1", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "450 ₸", Action.PASSED, assignment,
        Verdict.of((), claims=1, book="1"), (), None, Timing(500, 50, 3, 100), "test-model", False, None, at,
    )  # fmt: skip
    office.container.store.write_many([record], origin="live")


def test_an_incident_takes_over_what_the_alert_knows(office):
    alert = raised(office)
    found = from_alert(office.container, alert.id[:6], by="aliya")
    assert (found.title, found.owner, found.severity.value) == (TITLE["ru"], "sales_enablement", "major")
    assert (found.scope, found.at_risk, found.alert) == (alert.signal.scope, alert.signal.at_risk, alert.id)
    assert found.began_at == alert.signal.began_at
    kept = inbox.alert(office.container, alert.id)
    assert (kept.incident, kept.acknowledged_by) == (1, "aliya")
    with pytest.raises(ConflictError, match="INC-1"):
        from_alert(office.container, alert.id, by="marat")
    assert office.container.store.incidents.latest() == (found,)


def test_an_opening_that_was_broken_off_is_finished(office):
    alert = raised(office)
    scope = Scope(alert.signal.began_at)
    half = open_incident(office.container, "x", IncidentSeverity.MINOR, scope, by="a", alert=alert.id)
    assert inbox.alert(office.container, alert.id).incident is None
    assert from_alert(office.container, alert.id, by="aliya") == half
    assert inbox.alert(office.container, alert.id).incident == half.number
    with pytest.raises(ConflictError, match="INC-1 was opened from"):
        open_incident(office.container, "x", IncidentSeverity.MINOR, scope, by="a", alert=alert.id)


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"where": None}, IncidentSeverity.CRITICAL),
        ({}, IncidentSeverity.MAJOR),
        ({"severity": AlertSeverity.TICKET}, IncidentSeverity.MAJOR),
        ({"severity": AlertSeverity.TICKET, "scope": None}, IncidentSeverity.MINOR),
        ({"severity": AlertSeverity.DIGEST}, IncidentSeverity.MINOR),
    ],
)
def test_how_bad_it_is_follows_from_whom_it_wakes_and_where_it_is(office, more, severity):
    assert from_alert(office.container, raised(office, **more).id, by="a").severity is severity


def test_replies_of_a_likely_version_are_what_it_is_about_and_no_others(office):
    began = published(office, 2).at
    everywhere = raised(office, where=None, scope=Scope(began))
    assert from_alert(office.container, everywhere.id, by="a").scope == Scope(began, prompt="sales", version=2)
    unsure = raised(office, key="b", where=None, scope=Scope(began), causes=())
    assert from_alert(office.container, unsure.id, by="a").scope == Scope(began)


def test_what_told_nobody_anything_asks_for_no_replies_and_an_area_without_an_owner_for_one(office):
    down = raised(office, key="down", rule="ModelDown", area="service", scope=None, causes=())
    found = from_alert(office.container, down.id, by="a")
    assert (found.owner, found.scope.until) == ("ai_ops", found.scope.since)
    nobody = raised(office, key="stale", rule="PriceBookStale", area="data", scope=None, causes=())
    with pytest.raises(UserError, match="--owner"):
        from_alert(office.container, nobody.id, by="a")
    assert from_alert(office.container, nobody.id, by="a", owner="ai_ops", title="Прайс").title == "Прайс"
    with pytest.raises(NotFoundError):
        from_alert(office.container, "none", by="a")


def test_the_timeline_tells_what_became_of_its_alerts_and_what_they_point_at(office):
    alert = raised(office)
    found = from_alert(office.container, alert.id, by="aliya")
    other = raised(office, key="other", rule="Other")
    raised(office, key="not ours")
    attach(office.container, found.number, other.id, by="aliya")
    office.source.signals = ()
    office.watch.look()
    entries = timeline(office.container, found)
    assert [e.at for e in entries] == sorted(e.at for e in entries)
    told = [(e.subject, e.text) for e in entries if e.kind is EntryKind.ALERT]
    ours, others = f"alert:{alert.id[:8]}", f"alert:{other.id[:8]}"
    assert told == [
        (ours, "raised: Ошибок больше обычного (UnusualFindings)"), (ours, "incident: INC-1"),
        (others, "raised: Ошибок больше обычного (Other)"), (others, "incident: INC-1"),
        (ours, "resolved"), (others, "resolved"),
    ]  # fmt: skip
    (publish,) = [e for e in entries if e.kind is EntryKind.DEED and e.text.startswith("publish 2")]
    assert publish.detail["likely_cause"] == 0.93
    draft = postmortem(office.container, found.number, "en")
    assert "What the alerts point at" in draft
    assert draft.count("likely cause, 93%") == 2


def test_rollback_takes_the_version_at_fault_out_of_service_and_says_why_in_the_log(office):
    found = from_alert(office.container, raised(office).id, by="aliya")
    at_fault = remedies.of_incident(office.container, found.number)
    assert (at_fault.prompt, at_fault.version, at_fault.words) == ("sales", 2, "sales@2")
    done = remedies.roll_back(office.container, at_fault, by="aliya", reason="не ждём разбора")
    assert done.live == "sales@1"
    assert office.container.registry.release("sales").live == 1
    deed = office.container.store.audit.entries("prompt:sales")[0]
    assert (deed.deed.value, deed.reason) == ("rollback", "INC-1 (Ошибок больше обычного): не ждём разбора")
    assert [e.text for e in timeline(office.container, found)][-1].startswith("rollback 1: INC-1")
    with pytest.raises(ConflictError, match="sales@2 is served to nobody any more: rollback by aliya"):
        remedies.roll_back(office.container, at_fault, by="aliya")


@pytest.mark.parametrize(("live", "split"), [(1, (1, 2)), (2, (2, 1))])
def test_a_version_at_fault_in_a_split_is_served_to_nobody_afterwards(office, live, split):
    if live == 1:
        releasing.rollback(office.container, "sales", by="a", reason="b")
    variants = tuple(Variant(version=v, weight=w) for v, w in zip(split, (9000, 1000), strict=True))
    running = Split(experiment="bold", variants=variants, coverage=10_000)
    releasing.change_split(office.container, "sales", running, by="a", reason="пробуем")
    alert = raised(office)
    done = remedies.roll_back(office.container, remedies.of_alert(office.container, alert.id), by="aliya")
    assert (done.live, office.container.registry.release("sales").served) == ("sales@1", (1,))


def test_the_kill_switch_goes_to_the_version_that_is_not_at_fault(office):
    alert = raised(office)
    at_fault = remedies.of_alert(office.container, alert.id)
    made = remedies.switch_off(office.container, at_fault, by="aliya").override
    assert (made.subject, made.version) == ("sales", 1)
    assert made.reason == f"alert {alert.id[:8]} (Ошибок больше обычного)"
    assert remedies.switch_off(office.container, at_fault, "hand-over", by="aliya").replaced == (made,)
    assert releasing_is_two(office)


def releasing_is_two(office):
    return office.container.registry.release("sales").live == 2


def test_going_back_in_the_file_is_refused_while_an_order_serves_the_version_at_fault(office):
    releasing.rollback(office.container, "sales", by="a", reason="b")
    kill_switch.kill(office.container, "sales", 2, by="marat", reason="так надо")
    with pytest.raises(ConflictError, match="order of marat"):
        remedies.roll_back(office.container, remedies.of_alert(office.container, raised(office).id), by="aliya")


def test_what_is_at_fault_comes_from_the_likely_cause_where_the_scope_names_none(office):
    likely = signal(office).causes[0]

    def of(key, *causes, **more):
        return remedies.of_alert(office.container, raised(office, key=key, scope=None, causes=causes, **more).id)

    assert (of("a", likely).prompt, of("b", likely).version) == ("sales", 2)
    unlikely = of("c", replace(likely, probability=0.4))
    assert unlikely.words == "nothing known"
    for act in (remedies.roll_back, remedies.switch_off):
        with pytest.raises(UserError, match="no prompt and no price book is known"):
            act(office.container, unlikely, by="aliya")
    book = of("d", replace(likely, subject="pricebook", version="book.yaml", probability=0.8), likely)
    assert (of("e", likely, subject="prompt:sales").version, book.words) == (2, "sales@2")
    assert of("f", replace(likely, subject="pricebook", version=None)).words == "the price book"
    with pytest.raises(NotFoundError, match="never released"):
        remedies.roll_back(office.container, of("g", subject="prompt:other"), by="aliya")


def test_an_experiment_at_fault_is_ended_by_its_name(office):
    releasing.rollback(office.container, "sales", by="a", reason="b")
    variants = [{"version": 1, "weight": 9000}, {"version": 2, "weight": 1000}]
    found = experimenting.start(
        office.container,
        "sales",
        experimenting.planned({"experiment": "bold", "variants": variants}),
        by="a",
        reason="b",
    )
    deed = office.container.store.audit.entries(f"experiment:{found.split.seed}")[0]
    cause = LikelyCause("experiment", deed.at, "sales@2", deed.by, 0.9, deed.subject)
    at_fault = remedies.of_alert(office.container, raised(office, scope=None, causes=(cause,)).id)
    assert (at_fault.prompt, at_fault.version) == ("sales", 2)
    assert remedies.roll_back(office.container, at_fault, by="aliya").live == "sales@1"
    other = replace(cause, subject="experiment:gone")
    assert remedies.of_alert(office.container, raised(office, key="b", scope=None, causes=(other,)).id).prompt is None


@pytest.mark.parametrize(
    ("prompt", "version", "says"),
    [
        ("sales", 4, "the prompt sales has no version 4: its versions are 1, 2"),
        ("salse", None, "did you mean sales"),
        ("salse", 1, "did you mean sales"),
    ],
)
def test_an_incident_about_a_version_nobody_knows_is_refused(office, prompt, version, says):
    scope = Scope(office.clock.at, prompt=prompt, version=version)
    with pytest.raises(UserError, match=re.escape(says)):
        open_incident(office.container, "x", IncidentSeverity.MINOR, scope, by="a", owner="ai_ops")
    assert office.container.store.incidents.latest() == ()


def test_an_incident_may_be_about_a_version_of_which_only_turns_are_left(office):
    container = office.container
    answered(office, "old", 7)
    for prompt, version in (("old", 7), ("old", None), ("sales", 2), ("sales", None)):
        for counted in (False, True):
            if counted:
                container.store.roll_up()
            scope = Scope(office.clock.at, prompt=prompt, version=version)
            found = open_incident(container, "x", IncidentSeverity.MINOR, scope, by="a", owner="ai_ops")
            assert found.scope == scope
    gone = Scope(office.clock.at, prompt="old", version=8)
    with pytest.raises(UserError, match="old"):
        open_incident(container, "x", IncidentSeverity.MINOR, gone, by="a", owner="ai_ops")


def test_what_is_to_be_done_is_due_today_or_later(office):
    scope = Scope(office.clock.at)
    found = open_incident(office.container, "x", IncidentSeverity.MINOR, scope, by="a", owner="ai_ops")
    office.clock.at = datetime(2026, 11, 2, 20, tzinfo=UTC)  # the third in Almaty
    with pytest.raises(UserError, match="2026-11-02 is past: choose 2026-11-03"):
        add_follow_up(office.container, found.number, "тест", "ai_ops", date(2026, 11, 2), by="a")
    done = add_follow_up(office.container, found.number, "тест", "ai_ops", date(2026, 11, 3), by="a")
    assert [one.due for one in done.follow_ups] == [date(2026, 11, 3)]


def test_reminders_are_put_once_each_until_it_is_over(office):
    office.policy("alerts: {channels: {chat: {env: CHAT}}, remind_every_min: 60}")
    container = office.container
    scope = Scope(office.clock.at)
    found = open_incident(container, "x", IncidentSeverity.CRITICAL, scope, by="a", owner="ai_ops")
    duty = Reminding(container)

    def put():
        return [kept.notice.key for kept in container.store.outbox.due(office.clock.at)]

    assert (duty.look(), put()) == (0, ["incident:1:opened"])
    office.clock.at += timedelta(hours=1)
    assert (duty.look(), duty.look(), Reminding(container).look()) == (1, 0, 0)
    assert put() == ["incident:1:opened", "incident:1:untaken:1"]
    set_owner(container, found.number, "sales_enablement", by="a")
    office.clock.at += timedelta(hours=1)
    assert duty.look() == 1
    assert reminders(container)[0].startswith("INC-1 (critical, sales_enablement): nobody has taken it for 2 h")
    resolve(container, found.number, "само", by="a")
    office.clock.at += timedelta(days=1)
    assert duty.look() == 0
    assert reminders(container) == ()


def test_nobody_is_reminded_where_no_channel_is_set_up(office):
    scope = Scope(office.clock.at)
    open_incident(office.container, "x", IncidentSeverity.CRITICAL, scope, by="a", owner="ai_ops")
    office.clock.at += timedelta(days=2)
    assert Reminding(office.container).look() == 0
    assert office.container.store.outbox.due(datetime(2030, 1, 1, tzinfo=UTC)) == ()
