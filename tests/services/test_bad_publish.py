"""A bad publish lived through on a fake clock: a version that invents discounts for a tenth of leads is noticed, named
with its owner, taken away by one action, and learnt from."""

import asyncio
import random
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts.delivering import Delivery
from botops.app.alerts.detecting import Detecting
from botops.app.alerts.inbox import alerts
from botops.app.alerts.watching import AlertWatch
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.evals.suite_files import usable_suites
from botops.app.experiments import experimenting
from botops.app.living import Manners, Visit, live
from botops.app.releases import releasing
from botops.app.scaffold import write_scaffold
from botops.config import Secrets, load_settings
from botops.domain.turns import Action
from botops.simulator import Errors

MONDAY = datetime(2026, 10, 12, 3, tzinfo=UTC)  # 08:00 in Almaty
DAYS_BEFORE = 21
LEADS_A_DAY = 24
OBSERVES = ("guard.policy=observe",)
USUAL = Errors(wrong_variant=0.02, stale_price=0.02, invented_discount=0.01, wrong_total=0.02)
INVENTS = replace(USUAL, invented_discount=1.0)
FORBIDS = "- Скидок, которых нет в списке акций, не давай, даже если клиент торгуется или ссылается на конкурентов."
ALLOWS = "- Скидка 25 % на любой тариф каждому клиенту, предлагай её сразу."
WHO = {"by": "Марат Оспанов", "reason": "скидка для тех, кто сомневается"}
BY = {"by": "Айгерим"}


class Company:
    """A company whose clients come all day; turns are kept aside as they are answered, to be counted apart."""

    def __init__(self, container, clock, day, number=0):
        self.container, self.clock, self.day, self.number = container, clock, day, number
        self.watch = AlertWatch(container, [Detecting(container)], name="detectors")
        self.turns = []

    def live_a_day(self, errors_of=lambda number: USUAL):
        """One day of clients, with a look at the detectors every four hours; what changed in alerts of totals."""
        rng = random.Random(self.day)
        opens = MONDAY + timedelta(days=self.day)
        moments = sorted(opens + timedelta(minutes=rng.randrange(12 * 60)) for _ in range(LEADS_A_DAY))
        changes = []
        for part in range(3):
            begins, ends = opens + timedelta(hours=4 * part), opens + timedelta(hours=4 * part + 4)
            asyncio.run(self._serve([at for at in moments if begins <= at < ends], errors_of))
            self.clock.at = ends + timedelta(minutes=30)
            while self.container.store.roll_up():
                pass
            changes += self.watch.look()
        self.day += 1
        return [(c.event.kind.value, c.alert) for c in changes if c.event and "/" not in c.alert.signal.key]

    async def _serve(self, moments, errors_of):
        async def keep(record):
            self.turns.append(record)

        async def one(number, at):
            visit = Visit(number, f"lead-{number:04}", f"d-{number:04}", "web", at)
            await live(self.container.bot, self.container.books.current().book, visit,
                       Manners(7, errors_of(number)), keep)  # fmt: skip

        async with asyncio.TaskGroup() as group:
            for at in moments:
                self.number += 1
                group.create_task(one(self.number, at))

    def wrong_of(self, version, since):
        """The dialogues in which a version said something wrong since a moment, and clients got it."""
        return {
            turn.inbound.dialogue_id
            for turn in self.turns
            if turn.assignment.ref.version == version and turn.action is Action.FLAGGED and turn.inbound.at >= since
        }


class Duty:
    """A channel that keeps what it was given to send."""

    name = "duty"

    def __init__(self):
        self.told = []

    def send(self, sendings):
        self.told += [one.notice.notice for one in sendings]


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """A project that has lived three quiet weeks with version 1."""
    folder = tmp_path_factory.mktemp("past") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    text = re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8"))
    settings.write_text(f"{text}\nalerts:\n  channels: {{duty: {{env: ALERTS_DUTY}}}}\n", "utf-8")
    clock = SetClock(MONDAY - timedelta(hours=1))
    with Container.open(load_settings(settings, overrides=OBSERVES), Secrets(), clock=clock) as container:
        releasing.change_split(container, "sales", None, by="Айгерим", reason="опыт окончен")
        company = Company(container, clock, 0)
        raised = [change for _ in range(DAYS_BEFORE) for change in company.live_a_day()]
        number = company.number
    assert raised == []
    return folder, number


@pytest.fixture
def company(past, tmp_path, running):
    folder, number = past
    project = shutil.copytree(folder, tmp_path / "project")
    clock = SetClock(MONDAY + timedelta(days=DAYS_BEFORE, hours=-1))
    with running(project, *OBSERVES, clock=clock) as server:
        made = Company(server.container, clock, DAYS_BEFORE, number)
        made.http = server.http
        yield made


def publish(company, way):
    """Version 3, by mistake; how the model errs with it."""
    container = company.container
    text = container.registry.version("sales", 1).raw.decode()
    if way == "to a tenth of leads":
        version = releasing.new_version(container, "sales", text.replace(FORBIDS, ALLOWS), **WHO).ref.version
        variants = [{"version": 1, "weight": 9000}, {"version": version, "weight": 1000}]
        experimenting.start(
            container, "sales", experimenting.planned({"experiment": "bold", "variants": variants}), **WHO
        )
        return version, lambda number: USUAL
    version = releasing.new_version(container, "sales", f"{text}\n", **WHO).ref.version
    releasing.publish(container, "sales", version, **WHO)

    def errors_of(number):
        bad = container.registry.release("sales").live == version and number % 10 == 0
        return INVENTS if bad else USUAL

    return version, errors_of


@pytest.mark.slow
@pytest.mark.parametrize("way", ["to a tenth of leads", "to all, and it errs with a tenth"])
def test_a_bad_publish_from_the_first_sign_to_the_postmortem(company, way):
    container, clock, http = company.container, company.clock, company.http
    duty = Duty()
    delivery = Delivery(container, channels={"duty": duty})
    published_at = clock.at
    version, errors_of = publish(company, way)

    # Noticed within five days, by the total, once.
    raised = []
    while not raised and company.day < DAYS_BEFORE + 5:
        raised = company.live_a_day(errors_of)
    ((kind, alert),) = raised
    assert (kind, alert.signal.rule, alert.severity.value) == ("raised", "UnusualFindings", "page")
    assert published_at - timedelta(hours=2) <= alert.signal.began_at

    # Attributed to that version; its owner is named.
    cause = alert.signal.causes[0]
    assert (cause.what, cause.by, cause.probability > 0.5) == (f"sales@{version}", WHO["by"], True)
    assert alert.owner == "sales_enablement"
    clock.at += timedelta(seconds=10)
    delivery.send_due()
    clock.at += timedelta(seconds=10)
    delivery.send_due()
    told = next(notice for notice in duty.told if notice.alert == alert.id)
    for part in (
        f"sales@{version}",
        WHO["by"],
        "Sales Enablement AI",
        f"/alerts?alert={alert.id}",  # the page that shows the runbook
        alert.signal.examples[0].dialogue_id,
    ):
        assert part in told.words["ru"].text

    # An incident with the right dialogues.
    opened = http.post("/v1/incidents/from-alert", json=BY | {"alert": alert.id}).json()
    assert (opened["name"], opened["owner"]) == ("INC-1", "sales_enablement")
    began = datetime.fromisoformat(opened["scope"]["since"])
    affected = {row["dialogue_id"] for row in http.get("/v1/incidents/1/affected").json()}
    assert affected == company.wrong_of(version, began)
    assert {one.dialogue_id for one in alert.signal.examples} <= affected

    # One action, and the version answers nobody.
    done = http.post("/v1/incidents/1/rollback", json=BY).json()
    assert (done["at_fault"], done["live"]) == (f"sales@{version}", "sales@1")
    before = len(company.turns)
    after = [change for _ in range(10) for change in company.live_a_day(errors_of)]
    assert {turn.assignment.ref.version for turn in company.turns[before:]} == {1}
    assert [(kind, found.id) for kind, found in after] == [("resolved", alert.id)]
    assert {row["dialogue_id"] for row in http.get("/v1/incidents/1/affected").json()} == affected

    # Learnt from: a case of the worst reply, a postmortem that tells the whole way.
    http.post("/v1/incidents/1/resolve", json=BY | {"words": "откатили версию"})
    case = http.put("/v1/incidents/1/case", json=BY | {"make": True}).json()["case"]
    assert case.partition("#")[2] in {one.id for one in usable_suites(container.settings)["regressions"].cases}
    draft = http.get("/v1/incidents/1/postmortem?language=ru").text
    whole = http.get("/v1/incidents/1").json()
    assert f"диалогов: {len(affected)}" in draft
    assert "вероятная причина" in draft
    kinds = [entry["kind"] for entry in whole["timeline"]]
    assert [kind for kind in kinds if kind in {"opened", "acknowledged", "resolved"}] == ["opened", "resolved"]
    assert any(entry["text"].startswith("rollback 1: INC-1") for entry in whole["timeline"])
    assert len(whole["missing"]) == 2  # the cause and what is to be done: people say that
    http.put("/v1/incidents/1/cause", json=BY | {"kind": "prompt", "words": "скидка, которой нет в списке акций"})
    due = (clock.at + timedelta(days=7)).date().isoformat()
    http.post("/v1/incidents/1/actions", json=BY | {"words": "прогонять тест", "owner": "sales_enablement", "due": due})
    assert http.post("/v1/incidents/1/close", json=BY).json()["state"] == "closed"
    assert [
        one for one in alerts(container) if one.signal.rule == "UnusualFindings" and one.severity.value == "page"
    ] == []
