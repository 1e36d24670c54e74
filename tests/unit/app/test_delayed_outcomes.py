"""An experiment judged by what becomes of its leads weeks later."""

import asyncio
import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments.experimenting import promote
from botops.app.experiments.metrics import METRICS, value_of
from botops.app.experiments.status import experiment_history, experiment_status, history_json, status_json
from botops.app.glossary import GLOSSARY
from botops.app.outcomes import take_feedback, take_outcomes
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage
from botops.experiments import Share
from botops.store import ExposedLead

START = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LEADS = 240


class Plain:
    name, simulated = "plain", False

    async def complete(self, request, on_text=None):
        return ModelReply("Здравствуйте!", Usage(100, output_tokens=20), self.name, "stop", 0.01)


def write_release(folder, measure, **split):
    path = folder / "prompts/sales/release.yaml"
    release = yaml.safe_load(path.read_text(encoding="utf-8"))
    release["split"] |= {"measure": measure, **split}
    path.write_text(yaml.safe_dump(release, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A project in which 240 leads wrote over four days, 60 a day."""
    from botops.app.scaffold import write_scaffold

    folder = tmp_path_factory.mktemp("lived") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    settings.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8")), "utf-8")
    write_release(folder, {"primary": "won", "planned": LEADS, "guardrails": [{"metric": "length", "margin": 50}]})
    clock = SetClock(START)
    with Container.open(load_settings(settings), Secrets(), clock=clock, model=Plain()) as container:
        for n in range(LEADS):
            clock.at = START + n * DAY / 60
            inbound = InboundMessage(f"d{n}", f"lead-{n}", "Сколько стоит?", clock.now(), f"k{n}", "web")
            asyncio.run(container.bot.run_turn(inbound))
    return folder


@pytest.fixture
def at(lived, tmp_path):
    """Opens a copy of the project at a day since the start."""
    folder = tmp_path / "project"
    shutil.copytree(lived, folder)
    opened = []

    def open_at(days):
        container = Container.open(
            load_settings(folder / "botops.yaml"), Secrets(), clock=SetClock(START + days * DAY), model=Plain()
        )
        opened.append(container)
        return container

    open_at.folder = folder
    yield open_at
    for container in opened:
        container.close()


def win(container, leads, after):
    """These leads buy so many days after they came."""
    events = [
        {"lead": x.lead_id, "stage": "won", "at": (x.exposed_at + after * DAY).isoformat(), "id": f"deal-{x.lead_id}"}
        for x in leads
    ]
    assert {one.delivery.value for one in take_outcomes(container, events)} <= {"new", "known"}


def halves(container):
    leads = container.store.experiments.exposed_leads("sales-price-first")
    return [[x for x in leads if x.variant == n] for n in (0, 1)]


def test_before_any_window_closed_nothing_is_known(at):
    container = at(5)
    found = experiment_status(container, "sales")
    assert [a.known for a in found.arms] == [0, 0]
    assert sum(a.leads for a in found.arms) == LEADS
    assert found.verdict.state.value == "early"
    assert found.text == "Рано: в одном из вариантов итог известен меньше чем о 50 клиентах, ещё 13 дней."
    assert (found.open_windows, found.days_left, found.ended) == (LEADS, 13, False)
    assert found.verdict.sample_ratio.p > 0.01
    assert {c.metric for c in found.comparisons} <= {"length"}


def test_sales_ten_days_later_decide_when_the_windows_close(at):
    container = at(18.1)
    control, variant = halves(container)
    win(container, control[: len(control) // 10], 10)
    win(container, variant[: len(variant) // 2], 10)
    found = experiment_status(container, "sales")
    assert found.verdict.state.value == "better"
    assert re.fullmatch(
        r"sales@2 лучше: «клиенты, которые купили» \+\d\d,\d … \+\d\d,\d п\.п\., можно включать\.", found.text
    )
    assert (found.open_windows, found.ended, found.days_left) == (0, True, 0)
    assert (found.outcomes.known, found.outcomes.until) == (LEADS, None)
    won = next(c for c in found.comparisons if c.metric == "won")
    assert won.fixed.method == "newcombe"
    assert won.always.low < won.fixed.low < won.always.diff < won.fixed.high < won.always.high
    assert won.chance.better > 0.999
    assert found.promotable(2)
    row = json.loads(json.dumps(status_json(found)))
    assert row["arms"][1]["won"] == pytest.approx(0.5, abs=0.01)
    assert row["comparisons"][0]["not_the_stopping_rule"]["fixed_horizon"]["method"] == "newcombe"


def test_a_sale_after_the_window_does_not_count(at):
    container = at(40)
    control, variant = halves(container)
    win(container, variant, 14.5)
    win(container, control[:30], 13.5)
    assert [a.metrics["won"] for a in experiment_status(container, "sales").arms] == [30 / len(control), 0.0]


def test_a_window_that_is_open_keeps_even_a_sale_out(at):
    container = at(15)
    _, variant = halves(container)
    win(container, variant, 10)
    found = experiment_status(container, "sales")
    known = sum(a.known for a in found.arms)
    assert 0 < known < LEADS
    assert found.open_windows == LEADS - known
    assert (found.outcomes.known, found.outcomes.awaited) == (known, LEADS - known)
    assert found.outcomes.until == max(lead.exposed_at for arm in halves(container) for lead in arm) + 14 * DAY
    assert found.arms[1].metrics["won"] == 1.0
    assert next(c for c in found.comparisons if c.metric == "won")
    assert found.verdict.state.value in {"early", "better"}


def test_no_difference_is_not_said_while_windows_are_open(at):
    assert experiment_status(at(17.5), "sales").verdict.state.value == "running"


def test_no_difference_is_said_at_the_end(at):
    container = at(20)
    control, variant = halves(container)
    win(container, [*control[:12], *variant[:12]], 3)
    found = experiment_status(container, "sales", "kk")
    assert found.verdict.state.value == "no_difference"
    assert found.promotable(2)  # its replies are no longer than before


def test_the_sequence_over_time(at):
    container = at(18.1)
    control, variant = halves(container)
    win(container, control[:10], 10)
    win(container, variant[:60], 10)
    points = experiment_history(container, "sales")
    won = [p for p in points if p.metric == "won"]
    assert [p.day.isoformat() for p in won] == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    assert [sum(p.leads) for p in won] == sorted(sum(p.leads) for p in won)
    now = next(c for c in experiment_status(container, "sales").comparisons if c.metric == "won")
    assert (won[-1].diff, won[-1].low, won[-1].high) == (now.always.diff, now.always.low, now.always.high)
    assert sum(won[-1].leads) == LEADS
    length = [p for p in points if p.metric == "length"]
    assert len(length) == 0  # all replies alike: nothing to compare
    assert json.loads(json.dumps(history_json(points)))[0]["day"] == "2026-11-16"


def test_satisfaction_is_of_those_who_rated(at):
    write_release(at.folder, {"primary": "satisfaction", "planned": LEADS})
    container = at(20)
    control, variant = halves(container)
    number = re.compile(r"\d+")

    def rate(leads, rating, after=2):
        events = [
            {"dialogue_id": f"d{number.search(x.lead_id).group()}", "rating": rating,
             "at": (x.exposed_at + after * DAY).isoformat()}
            for x in leads
        ]  # fmt: skip
        take_feedback(container, events)

    rate(control[:40], 2)
    rate(variant[:40], 5)
    rate(variant[:10], 3, after=3)
    rate(control[40:60], 5, after=15)
    found = experiment_status(container, "sales", "en")
    assert [a.metrics["satisfaction"] for a in found.arms] == [0.0, 0.75]
    assert found.text.startswith("The time is over and there is too little to judge by")


def test_who_comes_after_the_planned_leads_does_not_put_the_end_off(at):
    """Dealing goes on after the planned leads, so some window is always open."""
    write_release(at.folder, {"primary": "won", "planned": 200, "guardrails": [{"metric": "escalated", "margin": 0.1}]})
    container = at(17.5)
    control, variant = halves(container)
    first = {x.lead_id for x in container.store.experiments.exposed_leads("sales-price-first")[:200]}
    win(container, [x for x in (*control, *variant) if x.lead_id not in first], 1)
    found = experiment_status(container, "sales")
    assert (found.verdict.state.value, found.ended, found.days_left) == ("no_difference", True, 0)
    assert 0 < found.open_windows < 40
    won = next(c for c in found.comparisons if c.metric == "won")
    assert won.fixed.diff == 0
    container.clock.at = START + 30 * DAY
    later = experiment_status(container, "sales")
    assert (
        next(c for c in later.comparisons if c.metric == "escalated").no_worse
        == next(c for c in found.comparisons if c.metric == "escalated").no_worse
    )


@pytest.mark.parametrize(
    ("day", "state", "days_left"), [(5, "early", 1 + 14), (7, "early", 11), (18.1, "no_difference", 0)]
)
def test_an_end_date_before_the_planned_leads(at, day, state, days_left):
    write_release(at.folder, {"primary": "won", "planned": 4000}, ends="2026-11-08")
    found = experiment_status(at(day), "sales")
    assert (found.verdict.state.value, found.days_left, found.ended) == (state, days_left, False)


def test_an_end_date_with_too_few_leads_leaves_only_the_control(at):
    write_release(at.folder, {"primary": "satisfaction", "planned": 4000}, ends="2026-11-08")
    container = at(20)
    found = experiment_status(container, "sales")
    assert (found.verdict.state.value, found.days_left) == ("too_few", 0)
    with pytest.raises(UserError, match="too little to judge by"):
        promote(container, "sales", 2, by="lead", reason="it feels right")
    assert promote(container, "sales", 1, by="lead", reason="no answer came").split is None


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, 1, 2, 3, 4, 5]), st.integers(0, 2))))
def test_every_metric_has_a_value_for_any_leads(facts):
    leads = [
        ExposedLead(f"l{n}", 0, START, turns, turns, 10**9, 500, False, False, turns, 100, q or w, w, rating)
        for n, (q, w, rating, turns) in enumerate(facts)
    ]
    for metric in METRICS.values():
        found = metric.measure(leads)
        assert 0 <= found.n <= len(leads)
        assert value_of(found) >= 0
        if isinstance(found, Share):
            assert found.x <= found.n
            assert set(metric.units.values()) == {"points"}
    assert METRICS["qualified"].measure(leads).x >= METRICS["won"].measure(leads).x


def test_every_metric_is_in_the_glossary_as_its_function():
    from botops.registry.model import MetricName

    assert set(METRICS) == set(MetricName.__args__)
    for name, metric in METRICS.items():
        entry = GLOSSARY[name]
        assert entry.function == f"{metric.measure.__module__}.{metric.measure.__name__}"
        assert entry.better == ("up" if metric.higher_is_better else "down")
        assert set(metric.names) == set(metric.units) == {"ru", "kk", "en"}
