"""Detectors over a store: what alarms and what does not, what explains it, whose word ends it."""

import random
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.app.alerts.detecting import Detecting
from botops.app.alerts.usual import take_for_usual, watched
from botops.app.alerts.watching import AlertWatch
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.releases import auditing
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import NotFoundError, UserError
from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.incidents import EntryKind, Incident, IncidentSeverity, Scope, TimelineEntry
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.outcomes import Feedback
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.releases import Deed
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.monitor import incidents as life

ZONE = ZoneInfo("Asia/Almaty")
MONDAY = date(2026, 8, 3)
DAYS = 44
"""Quiet days in the store when a test begins: more than six weeks."""
TODAY = MONDAY + timedelta(days=DAYS)
A_DAY = 60
USUAL = 0.05
REPLY = "Тетрадь стоит 450 ₸, скидка 30 %."
TEAM = """\
roles:
  enablement: {title: {ru: Sales Enablement AI}}
  ops: {title: {ru: AI Ops}}
responsible: {replies: enablement, service: ops}
"""


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


class World:
    """A company of `A_DAY` dialogues a day between 9 and 21 o'clock, of two turns each, and what goes wrong there."""

    def __init__(self, container, seed=1):
        self.container, self.store, self.clock = container, container.store, container.clock
        self.rng, self.number = random.Random(seed), 0

    def day(self, day, dialogues=A_DAY, until=21, **faults):
        """Lives the dialogues of a day up to an hour, rolls up, and sets the clock to that hour."""
        records, ratings = [], []
        for _ in range(dialogues):
            self.number += 1
            began = at(day, self.rng.randrange(9, until), self.rng.randrange(50))
            made = self.dialogue(f"d{day:%m%d}-{self.number}", began, **faults)
            records += made
            rating = 1 if self.rng.random() < faults.get("dissatisfied", USUAL) else 5
            ratings.append(Feedback(f"r{self.number}-{day}", made[0].inbound.dialogue_id, rating, began))
        self.clock.at = at(day, 0) + timedelta(hours=until)
        self.store.write_many(records, "live")
        self.store.feedback.add_many(ratings)
        while self.store.roll_up():
            pass

    def dialogue(
        self, name, began, *, found=USUAL, handed=USUAL, dropped=0.1, failed=0.01, bad_from=None, cost=1.0, **_
    ):
        version = 2 if bad_from is not None and began >= bad_from and self.rng.random() < 0.3 else 1
        language = self.rng.choice(["ru", "ru", "kk"])
        bad = version == 2 or self.rng.random() < found
        first = self.turn(name, 1, began, version, language, bad=bad, cost=cost)
        if self.rng.random() < failed:
            first = replace(first, state=TurnState.FAILED, error="timeout", verdict=None, action=None, reply=None)
        elif self.rng.random() < handed:
            hand_off = HandOff(name, f"lead-{name}", first.id, began, "client_asked", "Просит человека")
            first = replace(first, hand_off=hand_off)
        if self.rng.random() < dropped:
            return [first]
        return [first, self.turn(name, 2, began + timedelta(minutes=3), version, language, cost=cost)]

    def turn(self, name, number, moment, version, language, *, bad=False, cost=1.0):
        inbound = InboundMessage(name, f"lead-{name}", "Сколько стоит?", moment, f"{name}:{number}", "web", language)
        finding = Finding(
            1, FindingKind.DISCOUNT, "30 %", REPLY.index("30 %"), REPLY.index("30 %") + 4, Severity.HIGH, "30 %",
            "10 %", {"ru": "Скидка 10 %."}, "pen", Money(13_500, "KZT"),
        )  # fmt: skip
        verdict = Verdict.of((finding,) if bad else (), claims=1, book="book")
        pico = round(cost * 10**9 * self.rng.lognormvariate(0, 0.5))
        attempt = Attempt(
            Purpose.REPLY, "small", REPLY, Usage(900, 0, 0, 120, 0),
            Cost(pico, None, None, "small", "prices", False), 300, verdict,
        )  # fmt: skip
        return TurnRecord(
            f"t-{name}-{number}", inbound, number, TurnState.ANSWERED, language, GuardPolicy.OBSERVE, REPLY,
            Action.FLAGGED if bad else Action.PASSED, Assignment(PromptRef("sales", version, "ab" * 32)), verdict,
            (attempt,), model="small",
        )  # fmt: skip

    def look(self, source=None):
        """What a source, by default a fresh one, says now, by key."""
        return {one.key: one for one in (source or Detecting(self.container)).look(self.clock.at)}

    def pages(self, source=None):
        return {key: one for key, one in self.look(source).items() if one.severity is AlertSeverity.PAGE}


@pytest.fixture(scope="module")
def quiet_past(tmp_path_factory):
    """A project whose store holds six quiet weeks."""
    root = tmp_path_factory.mktemp("quiet")
    (root / "pricebook").mkdir()
    (root / "prompts").mkdir()
    (root / "team.yaml").write_text(TEAM, "utf-8")
    (root / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (root / "botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\n", "utf-8")
    with opened(root) as container:
        world = World(container)
        for number in range(DAYS):
            world.day(MONDAY + timedelta(days=number))
    return root


def opened(root):
    return Container.open(load_settings(root / "botops.yaml"), Secrets(), clock=SetClock(at(TODAY, 9)))


@pytest.fixture
def root(quiet_past, tmp_path):
    shutil.copytree(quiet_past, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def world(root):
    with opened(root) as container:
        yield World(container, seed=2)


def publish(world, moment, version=2, by="Айгерим"):
    return auditing.record(world.container, Deed.PUBLISH, "prompt:sales", by, "короче", version=str(version), at=moment)


def test_a_quiet_past_alarms_nobody(world):
    assert world.look() == {}
    assert {one.series for one in watched(world.container)} == {
        "findings", "escalations", "dissatisfaction", "errors", "adoption", "cost_per_dialogue", "dialogues"
    }  # fmt: skip


def test_an_empty_store_alarms_nobody(tmp_path):
    (tmp_path / "pricebook").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\n", "utf-8")
    with opened(tmp_path) as container:
        assert Detecting(container).look(container.clock.at) == ()
        assert all(one.result.state.value == "learning" for one in watched(container))


def test_a_version_that_invents_discounts_is_found_on_its_day_and_named(world):
    auditing.record(world.container, Deed.PUBLISH, "pricebook", "Марат", "осень", version="autumn.yaml",
                    at=at(TODAY - timedelta(days=3), 10))  # fmt: skip
    publish(world, at(TODAY, 11))
    world.day(TODAY, bad_from=at(TODAY, 11))
    found = world.pages()
    assert set(found) == {"unusual:findings"}
    signal = found["unusual:findings"]
    assert (signal.rule, signal.area) == ("UnusualFindings", "replies")
    assert (signal.where.dimension, signal.where.value) == ("version", "sales@2")
    assert at(TODAY, 10) <= signal.began_at <= at(TODAY, 13)
    best = signal.causes[0]
    assert (best.kind, best.what, best.by, best.subject) == ("prompt_publish", "sales@2", "Айгерим", "prompt:sales")
    assert best.probability > 0.9
    assert signal.scope == Scope(signal.began_at, prompt="sales", version=2)
    promised = list(world.store.incidents.affected(signal.scope))
    assert promised
    assert {one.version for one in promised} == {2}
    assert signal.at_risk == Money(13_500 * len(promised), "KZT")
    assert len({example.dialogue_id for example in signal.examples}) == 3
    assert all(example.quote == "30 %" for example in signal.examples)
    assert signal.title["ru"] == "Чаще обычного: ответы с неверными условиями"
    assert "Скорее всего, причина: публикация sales@2, 16 сентября, 11:00 (Айгерим)" in signal.text["ru"]
    assert "версия 2 промпта sales" in signal.text["ru"]
    assert signal.days_between > 100


def test_a_day_that_was_high_by_chance_does_not_take_the_blame_from_what_came_after_it(world):
    world.day(TODAY, found=0.12)
    assert world.pages() == {}
    tomorrow = TODAY + timedelta(days=1)
    publish(world, at(tomorrow, 11))
    world.day(tomorrow, bad_from=at(tomorrow, 11))
    (signal,) = world.pages().values()
    assert at(tomorrow, 10) <= signal.began_at <= at(tomorrow, 13)
    assert (signal.causes[0].what, signal.causes[0].probability > 0.9) == ("sales@2", True)
    assert {one.version for one in world.store.incidents.affected(signal.scope)} == {2}


def test_its_alert_belongs_to_who_answers_for_replies_and_ends_with_the_trouble(world):
    watch = AlertWatch(world.container, [Detecting(world.container)])
    publish(world, at(TODAY, 11))
    world.day(TODAY, bad_from=at(TODAY, 11))
    watch.look()
    (alert,) = (one for one in world.store.alerts.firing() if one.signal.key == "unusual:findings")
    assert alert.owner == "enablement"
    for later in range(1, 8):
        world.day(TODAY + timedelta(days=later))
        watch.look()
    assert not [one for one in world.store.alerts.firing() if one.signal.key == "unusual:findings"]


def test_an_alarm_raised_today_stands_until_the_day_is_over(world):
    watch = AlertWatch(world.container, [Detecting(world.container)])

    def page():
        watch.look()
        return [(a.id, a.state.value) for a in world.store.alerts.latest() if a.signal.key == "unusual:findings"]

    world.day(TODAY, dialogues=12, until=11, found=0.8)
    (raised,) = page()
    assert raised[1] == "firing"
    for hour in (14, 17, 21):
        world.day(TODAY, dialogues=90, until=hour, found=0.0)
        assert page() == [raised]
    world.day(TODAY + timedelta(days=1), until=12)
    assert page() == [(raised[0], "resolved")]


def test_parts_that_are_all_of_the_traffic_or_the_same_are_told_once(world):
    watch = AlertWatch(world.container, [Detecting(world.container)])
    changed = []
    for day in range(6):
        world.day(TODAY + timedelta(days=day), found=0.4)
        changed += [c for c in watch.look() if c.event and "/" in c.alert.signal.key]
    assert {c.alert.signal.key.split("/")[1] for c in changed} == {"language"}
    assert {c.event.kind.value for c in changed} == {"raised"}
    assert len({c.alert.signal.key for c in changed}) == len(changed)


def test_what_stands_is_the_same_to_a_process_that_starts_anew(world, root):
    publish(world, at(TODAY, 11))
    world.day(TODAY, bad_from=at(TODAY, 11))
    before = world.look()
    again = world.look()
    assert again == before
    states = world.store.detector_states.all()
    assert states["findings"].state["told"] == [TODAY.isoformat(), -1]


@pytest.mark.parametrize(("fault", "key", "area", "hour"), [
    ({"handed": 0.4}, "unusual:escalations", "replies", 21),
    ({"dissatisfied": 0.4}, "unusual:dissatisfaction", "replies", 21),
    ({"failed": 0.5}, "unusual:errors", "service", 15),
    ({"dropped": 0.6}, "unusual:adoption", "replies", 21),
    ({"cost": 6.0}, "unusual:cost_per_dialogue", "service", 21),
])  # fmt: skip
def test_each_series_sees_its_own_trouble(world, fault, key, area, hour):
    world.day(TODAY, dialogues=A_DAY * (hour - 9) // 12, until=hour, **fault)
    found = world.pages()
    assert key in found
    assert found[key].area == area
    assert found[key].examples


def test_missing_dialogues_are_told_when_the_day_is_over_and_not_before(world):
    world.day(TODAY, dialogues=4)
    assert world.pages() == {}
    world.clock.at = at(TODAY + timedelta(days=1), 0, 5)
    found = world.pages()
    assert set(found) == {"unusual:dialogues"}
    assert found["unusual:dialogues"].title["ru"] == "Меньше обычного: число диалогов"
    assert "обычно 60, вчера 4" in found["unusual:dialogues"].text["ru"].lower()


def test_dialogues_are_not_missing_while_their_hours_wait_to_be_rolled_up(world):
    world.day(TODAY, dialogues=0)
    records = [
        turn for n in range(A_DAY) for turn in world.dialogue(f"late-{n}", at(TODAY, 9 + n % 12), failed=0, found=0)
    ]
    world.store.write_many(records, "live")
    world.clock.at = at(TODAY + timedelta(days=1), 0, 5)
    assert "unusual:dialogues" not in world.pages()


def test_a_log_taken_in_now_and_then_is_not_a_fall_in_traffic(tmp_path, quiet_past):
    shutil.copytree(quiet_past, tmp_path / "project")
    root = tmp_path / "project"
    with opened(root) as container:
        container.store.erase_lead("nobody")
        world = World(container)
        world.clock.at = at(TODAY + timedelta(days=6), 9)
        assert "unusual:dialogues" in world.pages(), "a bot of our own that nobody writes to is told"
    (tmp_path / "imported/pricebook").mkdir(parents=True)
    (tmp_path / "imported/prompts").mkdir()
    (tmp_path / "imported/pricebook/book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
    (tmp_path / "imported/botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\n", "utf-8")
    with opened(tmp_path / "imported") as container:
        world = World(container)
        records = [
            turn
            for day in range(30)
            for n in range(20)
            for turn in world.dialogue(f"log-{day}-{n}", at(MONDAY + timedelta(days=day), 9 + n % 12))
        ]
        container.store.write_many(records, "vendor")
        while container.store.roll_up():
            pass
        world.clock.at = at(MONDAY + timedelta(days=36), 9)
        assert world.pages() == {}


def test_a_clock_that_jumps_two_hours_raises_no_alarm(world):
    source = Detecting(world.container)
    world.day(TODAY, dialogues=A_DAY - 6, until=20)
    for now in (at(TODAY, 20), at(TODAY, 23)):
        for jump in (0, 2, -2, 2, 0):
            world.clock.at = now + timedelta(hours=jump)
            assert world.pages(source) == {}


def test_days_of_an_incident_are_no_part_of_what_is_usual(world):
    bad = [TODAY + timedelta(days=n) for n in range(3)]
    for day in bad:
        world.day(day, found=0.4)
    assert "unusual:findings" in world.pages()
    opened_ = Incident(0, "Скидки", IncidentSeverity.CRITICAL, "enablement", Scope(at(bad[0], 9)), at(bad[0], 9),
                       at(bad[0], 12), "Марат")  # fmt: skip
    made = world.store.incidents.open(opened_, TimelineEntry(at(bad[0], 12), EntryKind.OPENED, "Марат", "Скидки"))
    over = at(bad[-1], 20)
    world.store.incidents.change(
        made.number, lambda one: life.resolve(one, over, "Марат"), TimelineEntry(over, EntryKind.RESOLVED, "Марат", "")
    )
    world.day(TODAY + timedelta(days=3), found=USUAL)
    assert "unusual:findings" not in world.pages(), "what an incident was about is over with it"
    for number in range(4, 9):
        world.day(TODAY + timedelta(days=number), found=USUAL)
    (findings,) = (one for one in watched(world.container) if one.series == "findings")
    # Two turns a dialogue, one of which may be found false: three days of 40 % would have made it 3.4 %.
    assert findings.result.usual == pytest.approx(USUAL / 1.9, abs=0.006)


def test_what_people_take_for_usual_alarms_no_more(world):
    world.day(TODAY, handed=0.4)
    source = Detecting(world.container)
    assert "unusual:escalations" in world.pages(source)
    said = take_for_usual(world.container, "escalations", by="Марат", reason="так решили")
    assert said.since == TODAY
    world.clock.at += timedelta(minutes=2)
    assert "unusual:escalations" not in world.pages(source)
    for number in range(1, 25):
        world.day(TODAY + timedelta(days=number), dialogues=20, handed=0.4)
        assert "unusual:escalations" not in world.pages(source)
    assert next(one for one in watched(world.container) if one.series == "escalations").usual.by == "Марат"
    (entry,) = world.store.audit.entries("series:escalations")
    assert (entry.deed, entry.detail["since"]) == (Deed.USUAL, TODAY.isoformat())


def test_new_usuals_that_make_no_sense_are_refused(world):
    with pytest.raises(NotFoundError, match="did you mean `escalations`"):
        take_for_usual(world.container, "escalation", by="Марат", reason="так")
    with pytest.raises(UserError, match="give the day with --since"):
        take_for_usual(world.container, "escalations", by="Марат", reason="так")
    with pytest.raises(UserError, match="still to come"):
        take_for_usual(world.container, "escalations", by="Марат", reason="так", since=TODAY + timedelta(days=1))


def test_a_trouble_in_one_part_goes_to_the_digest_too(world):
    publish(world, at(TODAY, 11))
    for number in range(5):
        world.day(TODAY + timedelta(days=number), bad_from=at(TODAY, 11))
    digest = {key: one for key, one in world.look().items() if one.severity is AlertSeverity.DIGEST}
    assert "unusual:findings/version/sales@2" in digest
    assert "unusual:findings/version/sales@1" not in digest
    signal = digest["unusual:findings/version/sales@2"]
    assert signal.title["en"] == "More often than usual: replies with false terms (version 2 of the prompt sales)"
    assert signal.facts["value"] == "sales@2"
    assert signal.scope.version == 2


def test_settings_that_cannot_be_used_are_said_with_their_place(world, root):
    (root / "alerts").mkdir()
    (root / "alerts/detectors.yaml").write_text("rates:\n  finding: {}\n", "utf-8")
    with pytest.raises(UserError, match="did you mean `findings`"):
        world.look()
    (root / "alerts/detectors.yaml").write_text("rates:\n  findings: {times: 0.5}\n", "utf-8")
    with pytest.raises(UserError, match=r"detectors.yaml:2"):
        world.look()


def test_another_rule_judges_anew_from_what_is_kept(world, root):
    source = Detecting(world.container)
    world.look(source)
    (root / "alerts").mkdir()
    (root / "alerts/detectors.yaml").write_text(
        "rates:\n  findings: {grain: hour}\n  errors: {}\nparts: {most: 0}\n", "utf-8"
    )
    world.day(TODAY, found=0.5)
    found = world.pages(source)
    assert set(found) == {"unusual:findings"}
    assert found["unusual:findings"].facts["series"] == "findings"
    assert {one.series for one in watched(world.container)} == {
        "findings", "errors", "cost_per_dialogue", "dialogues"
    }  # fmt: skip


def test_another_version_or_settings_are_a_change_that_is_known(world, root):
    world.look()
    assert world.store.audit.entries("settings") == ()
    (root / "botops.yaml").write_text("paths: {pricebook: pricebook/book.yaml}\nguard: {policy: observe}\n", "utf-8")
    world.look()
    (entry,) = world.store.audit.entries("settings")
    assert entry.deed is Deed.DEPLOY
    world.look()
    assert len(world.store.audit.entries("settings")) == 1


def test_every_rule_of_a_detector_has_a_runbook():
    from pathlib import Path

    from botops.app.alerts.detecting import RULES

    runbooks = Path(__file__).parents[3] / "alerts/runbooks"
    assert {path.stem for path in runbooks.glob("Unusual*.md")} == set(RULES.values())
