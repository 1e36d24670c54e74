"""`experiment_status`: from leads in the store to a verdict in words."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments import METRICS, experiment_status, status_json
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage

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
        talk(container, 6)
        leads = container.store.experiments.exposed_leads("sales-price-first")
        assert [(x.turns, x.dialogues, x.escalated) for x in leads] == [(1, 1, False)] * 6
        assert {name: m.unit for name, m in METRICS.items()} == {
            "flagged": "points", "escalated": "points", "cost": "$", "latency": "ms",
        }  # fmt: skip
        assert METRICS["cost"].measure(leads).n == 6
        assert METRICS["latency"].measure(leads[:1]).var == 0


def test_what_cannot_be_judged_is_said(folder):
    with_measure(folder, None)
    with opened(folder) as container:
        with pytest.raises(UserError, match="add `measure` to its split"):
            experiment_status(container, "sales")
        with pytest.raises(UserError, match="no experiment runs"):
            experiment_status(container, "reception")
