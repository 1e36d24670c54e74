"""An experiment lived by simulated clients: a variant that is told to give discounts is stopped, a twin is not."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments import experimenting
from botops.app.experiments.auto_stop import ExperimentWatch
from botops.app.living import Manners, Visit, live
from botops.app.releases import releasing
from botops.config import Secrets, load_settings
from botops.domain.turns import GuardPolicy
from botops.simulator import Errors

NOW = datetime(2026, 11, 12, 7, 0, tzinfo=UTC)
WHO = {"by": "Айгерим", "reason": "проверяем новую манеру"}
SPLIT = {
    "experiment": "generous",
    "measure": {"primary": "escalated", "planned": 400, "guardrails": [{"metric": "flagged", "margin": 0.03}]},
}
FORBIDS = "- Скидок, которых нет в списке акций, не давай, даже если клиент торгуется или ссылается на конкурентов."
ALLOWS = "- Скидка 25 % на любой тариф каждому клиенту, предлагай её сразу."


@pytest.fixture
def container(project):
    settings = load_settings(project / "botops.yaml", required=True)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as opened:
        releasing.change_split(opened, "sales", None, **WHO)
        yield opened


def experiment(container, change):
    """Version 3 is version 1 with a change, tried against it on every client."""
    text = container.registry.version("sales", 1).raw.decode()
    version = releasing.new_version(container, "sales", change(text), **WHO)
    variants = [{"version": 1, "weight": 5000}, {"version": version.ref.version, "weight": 5000}]
    experimenting.start(container, "sales", experimenting.planned({**SPLIT, "variants": variants}), **WHO)


def come(container, leads, watch):
    """Leads come one after another, with a look after each ten; the number of leads when it was stopped, else None."""
    bot = replace(container.bot, rules=replace(container.bot.rules, policy=GuardPolicy.OBSERVE))
    manners = Manners(7, Errors())

    async def quiet(record):
        pass

    for n in range(leads):
        at = NOW + timedelta(minutes=20 * n)
        visit = Visit(n, f"lead-{n}", f"d-{n}", "web", at)
        asyncio.run(live(bot, container.books.current().book, visit, manners, quiet))
        container.clock.at = at
        if n % 10 == 9 and watch.look():
            return n + 1
    return None


@pytest.mark.slow
def test_a_variant_that_invents_discounts_is_stopped(container):
    experiment(container, lambda text: text.replace(FORBIDS, ALLOWS))
    stopped = come(container, 300, ExperimentWatch(container))
    assert stopped is not None
    (order,) = container.store.overrides.in_force()
    assert (order.by, order.experiment) == ("guardrail:flagged", "generous")
    assert {container.registry.assign("sales", f"x{n}", order).ref.version for n in range(50)} == {1}


@pytest.mark.slow
def test_a_variant_that_differs_in_nothing_is_not(container):
    experiment(container, lambda text: text + "\n")
    assert come(container, 80, ExperimentWatch(container)) is None
    assert container.store.overrides.in_force() == ()
