"""`experiment_status`: from leads in the store to a verdict in words."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments.metrics import METRICS
from botops.app.experiments.status import experiment_history, experiment_status, history_json, status_json
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage
from botops.experiments import Share

NOW = datetime(2026, 11, 12, 7, 0, tzinfo=UTC)
FALSE, FINE = "Ещё подарим вам iPad в подарок!", "Тариф «Магазин» — 13 900 ₸ в месяц."


class ByVersion:
    """A model that invents a gift whenever it follows version 2."""

    name, simulated = "by-version", False

    async def complete(self, request, on_text=None):
        text = FALSE if request.prompt.endswith("@2") else FINE
        return ModelReply(text, Usage(100, output_tokens=20), self.name, "stop", 0.01)


@pytest.fixture
def folder(tmp_path, repository):
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    return tmp_path


def with_measure(folder, measure):
    path = folder / "prompts/sales/release.yaml"
    release = yaml.safe_load(path.read_text(encoding="utf-8"))
    release["split"].pop("measure", None)
    if measure:
        release["split"]["measure"] = measure
    path.write_text(yaml.safe_dump(release, allow_unicode=True), encoding="utf-8")


def opened(folder):
    settings = load_settings(folder / "botops.yaml", overrides=["guard.policy=observe"])
    return Container.open(settings, Secrets(), clock=SetClock(NOW), model=ByVersion())


def talk(container, leads):
    for n in range(leads):
        container.clock.at = NOW + timedelta(hours=n)
        inbound = InboundMessage(f"d{n}", f"lead-{n}", "Сколько стоит тариф?", container.clock.now(), f"k{n}", "web")
        asyncio.run(container.bot.run_turn(inbound))


def test_a_variant_that_invents_is_found_to_do_harm(folder):
    with_measure(
        folder, {"primary": "escalated", "planned": 400, "guardrails": [{"metric": "flagged", "margin": 0.05}]}
    )
    with opened(folder) as container:
        talk(container, 130)
        found = experiment_status(container, "sales")
        assert found.text.startswith("sales@2 вредит: «клиенты с выдуманным условием»")
        assert [a.metrics["flagged"] for a in found.arms] == [0.0, 1.0]
        assert sum(a.leads for a in found.arms) == 130
        row = status_json(found)
        assert (row["state"], row["leads_left"]) == ("harm", 270)
        assert json.dumps(row)
        assert experiment_status(container, "sales", "kk").text.startswith("sales@2 зиян")


def test_harm_stops_while_outcomes_are_still_awaited(folder):
    with_measure(folder, {"primary": "won", "planned": 400, "guardrails": [{"metric": "flagged", "margin": 0.05}]})
    with opened(folder) as container:
        talk(container, 130)
        found = experiment_status(container, "sales")
        assert found.text.startswith("sales@2 вредит: «клиенты с выдуманным условием» хуже допустимого (")
        assert (found.verdict.state.value, found.open_windows, found.promotable(2)) == ("harm", 130, False)


def test_the_last_point_of_the_history_is_the_status(folder):
    with_measure(
        folder, {"primary": "escalated", "planned": 400, "guardrails": [{"metric": "flagged", "margin": 0.05}]}
    )
    with opened(folder) as container:
        talk(container, 60)
        points = experiment_history(container, "sales")
        now = {c.metric: c.always for c in experiment_status(container, "sales").comparisons}
        assert [p.day.isoformat() for p in points if p.metric == "flagged"] == [
            "2026-11-12", "2026-11-13", "2026-11-14",
        ]  # fmt: skip
        assert {p.metric: (p.diff, p.low, p.high) for p in points[-2:]} == {
            name: (a.diff, a.low, a.high) for name, a in now.items()
        }
        assert sum(points[-1].leads) == 60
        assert sum(points[0].leads) == 12  # the day ends at midnight in Almaty
        assert len(history_json(points)) == len(points)


def test_before_anybody_came_and_while_too_few_have(folder):
    with_measure(folder, {"primary": "flagged", "planned": 400, "guardrails": [{"metric": "latency", "margin": 500}]})
    with opened(folder) as container:
        nobody = experiment_status(container, "sales")
        assert (nobody.text, nobody.verdict) == ("Клиентов ещё не было.", None)
        assert status_json(nobody)["state"] is None
        talk(container, 12)
        assert experiment_status(container, "sales", "en").text.startswith("Too early: one of the variants has fewer")


def test_each_metric_has_its_definition(folder):
    with_measure(folder, {"primary": "cost", "planned": 400})
    with opened(folder) as container:
        talk(container, 12)
        leads = container.store.experiments.exposed_leads("sales-price-first")
        assert [(x.turns, x.dialogues, x.escalated) for x in leads] == [(1, 1, False)] * 12
        assert METRICS["cost"].measure(leads).n == 12
        assert METRICS["latency"].measure(leads[:1]).var == 0
        by_version = {n: [x for x in leads if x.variant == n] for n in (0, 1)}
        assert METRICS["length"].measure(by_version[0]).mean == len(FINE)
        assert METRICS["length"].measure(by_version[1]).mean == len(FALSE)
        assert {name: METRICS[name].measure(leads) for name in ("won", "satisfaction")} == {
            "won": Share(0, 12), "satisfaction": Share(0, 0),
        }  # fmt: skip


def test_what_cannot_be_judged_is_said(folder):
    with_measure(folder, None)
    with opened(folder) as container:
        with pytest.raises(UserError, match="add `measure` to its split"):
            experiment_status(container, "sales")
        with pytest.raises(UserError, match="no experiment runs"):
            experiment_status(container, "reception")
