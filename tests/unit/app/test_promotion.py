"""Promotion: what the verdict allows a person, and what happens by itself at the planned end."""

import asyncio
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments import experimenting
from botops.app.releases.kill_switch import kill
from botops.app.watch import Watch
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage

NOW = datetime(2026, 11, 12, 7, 0, tzinfo=UTC)
FALSE, FINE = "Ещё подарим вам iPad в подарок!", "Тариф «Магазин» — 13 900 ₸ в месяц."
WHO = {"by": "Айгерим", "reason": "проба"}


class Inventing:
    """A model that invents a gift whenever it follows one of `liars`, and writes more after version 2."""

    name, simulated = "inventing", False

    def __init__(self, liars):
        self.liars = tuple(f"@{version}" for version in liars)

    async def complete(self, request, on_text=None):
        text = FALSE if request.prompt.endswith(self.liars) else FINE
        return ModelReply(text, Usage(100, output_tokens=20), self.name, "stop", 0.01)


@pytest.fixture
def opened(tmp_path, repository):
    """Opens the demo project with an experiment of our own; `liars` are the versions that invent."""
    held = []

    def open_it(measure, liars=(), weights=(5000, 5000), **more):
        for name in ("botops.yaml", "team.yaml"):
            shutil.copy(repository / name, tmp_path)
        for name in ("prompts", "pricebook"):
            shutil.copytree(repository / name, tmp_path / name)
        settings = load_settings(tmp_path / "botops.yaml", overrides=["guard.policy=observe"])
        container = Container.open(settings, Secrets(), clock=SetClock(NOW), model=Inventing(liars))
        held.append(container)
        experimenting.stop(container, "sales", **WHO)
        variants = [{"version": n, "weight": w} for n, w in enumerate(weights, 1)]
        split = experimenting.planned({"experiment": "tone", "variants": variants, "measure": measure, **more})
        experimenting.start(container, "sales", split, **WHO)
        return container

    yield open_it
    for container in held:
        container.close()


def talk(container, leads, start=0):
    for n in range(start, start + leads):
        container.clock.at = NOW + timedelta(hours=n)
        inbound = InboundMessage(f"d{n}", f"lead-{n}", "Сколько стоит тариф?", container.clock.now(), f"k{n}", "web")
        asyncio.run(container.bot.run_turn(inbound))


FLAGGED = {"primary": "flagged", "planned": 140, "promote": True}


def live(container):
    release = container.registry.release("sales")
    return release.live, release.split.seed if release.split else None


def test_the_winner_is_made_live_at_the_planned_end_and_not_before(opened):
    container = opened(FLAGGED, liars=(1,))
    talk(container, 130)
    assert experimenting.promote_winners(container) == ()
    assert live(container) == (1, "tone")
    talk(container, 10, start=130)
    assert experimenting.promote_winners(container) == ()
    assert live(container) == (2, None)
    step = container.registry.release("sales").spec.approvals[-1]
    assert (step.by, step.experiment) == ("promotion:flagged", "tone")
    assert "140 leads" in step.reason
    assert container.store.audit.entries("experiment:tone")[0].by == "promotion:flagged"
    assert experimenting.promote_winners(container) == ()


def test_the_watch_loop_does_it(opened):
    container = opened(FLAGGED, liars=(1,))
    talk(container, 140)
    watch = Watch(container)
    watch.start()
    try:
        until = time.monotonic() + 30
        while live(container) == (1, "tone") and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        watch.stop()
    assert live(container) == (2, None)


def test_a_person_may_take_the_winner_as_soon_as_the_verdict_is_there(opened):
    container = opened({**FLAGGED, "planned": 4000, "promote": False}, liars=(1,))
    talk(container, 130)
    with pytest.raises(UserError, match=r"not to be promoted yet: .*sales@2 is better"):
        experimenting.promote(container, "sales", 1, **WHO)
    assert experimenting.promote(container, "sales", 2, **WHO).live == 2
    assert "against the verdict" not in container.registry.release("sales").spec.approvals[-1].reason


def test_nothing_happens_by_itself_where_nobody_asked_for_it(opened):
    container = opened({**FLAGGED, "promote": False}, liars=(1,))
    talk(container, 140)
    experimenting.promote_winners(container)
    assert live(container) == (1, "tone")


def test_an_order_in_force_is_not_overtaken(opened):
    container = opened(FLAGGED, liars=(1,))
    talk(container, 140)
    kill(container, "sales", "hand-over", **WHO)
    experimenting.promote_winners(container)
    assert live(container) == (1, "tone")


def test_a_stopped_experiment_promotes_its_control_alone(opened):
    container = opened({**FLAGGED, "planned": 400})
    talk(container, 4)
    kill(container, "sales", "control", **WHO)
    with pytest.raises(UserError, match="stopped by Айгерим: проба"):
        experimenting.promote(container, "sales", 2, **WHO)
    experimenting.promote(container, "sales", 1, **WHO)
    assert live(container) == (1, None)
    assert container.store.overrides.in_force() == ()


def test_a_guardrail_not_shown_harmless_holds_the_winner_back(opened):
    # nobody is handed over in either arm, and yet 140 leads do not show that less than one in a thousand will be
    measure = {**FLAGGED, "guardrails": [{"metric": "escalated", "margin": 0.001}]}
    container = opened(measure, liars=(1,))
    talk(container, 140)
    experimenting.promote_winners(container)
    assert live(container) == (1, "tone")


@pytest.mark.parametrize(("margin", "promoted"), [(None, False), (0.001, False), (0.2, True)])
def test_no_worse_is_enough_where_the_experiment_says_so(opened, margin, promoted):
    container = opened({**FLAGGED, **({"margin": margin} if margin else {})})
    talk(container, 140)
    if not promoted:
        with pytest.raises(UserError, match="not to be promoted"):
            experimenting.promote(container, "sales", 2, **WHO)
    experimenting.promote_winners(container)
    assert live(container) == ((2, None) if promoted else (1, "tone"))


def test_shares_that_do_not_add_up_forbid_everything(opened):
    container = opened({**FLAGGED, "margin": 0.5}, weights=(9900, 100))
    talk(container, 60)
    # as if a cache kept many leads on one version: nearly everybody gets what 1 % should
    path = container.registry.directory / "sales/release.yaml"
    text = path.read_text("utf-8")
    swapped = text.replace("weight: 9900", "weight: w").replace("weight: 100", "weight: 9900")
    path.write_text(swapped.replace("weight: w", "weight: 100"), "utf-8")
    container.registry.refresh()
    talk(container, 80, start=60)
    path.write_text(text, "utf-8")
    container.registry.refresh()
    with pytest.raises(UserError, match="shares do not add up"):
        experimenting.promote(container, "sales", 2, **WHO)
    experimenting.promote_winners(container)
    assert live(container) == (1, "tone")
