"""Two replicas over one store while a phase changes: one has read the new release file, the other not yet."""

import asyncio
import shutil

import pytest

from botops.app.clock import SystemClock
from botops.app.container import Container
from botops.app.experiments import experimenting
from botops.config import Secrets, load_settings
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage

WHO = {"by": "Айгерим", "reason": "проба"}
LEADS = 12


class Waiting:
    """A model that answers when everybody who talks at once has asked it."""

    name, simulated = "waiting", False

    def __init__(self, barrier):
        self.barrier = barrier

    async def complete(self, request, on_text=None):
        if self.barrier is not None:
            await self.barrier.wait()
        return ModelReply("Здравствуйте!", Usage(10, output_tokens=3), self.name, "stop", 0.01)


@pytest.fixture
def replicas(project, postgres_url):
    """Two installations with prompt folders of their own, over one PostgreSQL store."""
    model = Waiting(None)
    opened = []
    for name in ("old", "new"):
        folder = project.parent / name
        shutil.copytree(project, folder)
        settings = load_settings(folder / "botops.yaml", overrides=[f"store.url={postgres_url}"])
        opened.append(Container.open(settings, Secrets(), model=model, clock=SystemClock()))
    yield (*opened, model)
    for container in opened:
        container.close()


def phase(container, weights):
    variants = [{"version": n, "weight": w} for n, w in enumerate(weights, 1)]
    split = experimenting.planned({"experiment": "tone", "variants": variants})
    experimenting.start(container, "sales", split, **WHO)


async def turn(container, lead, dialogue):
    inbound = InboundMessage(dialogue, lead, "Здравствуйте", container.clock.now(), f"{dialogue}-{lead}", "web", "ru")
    record = await container.bot.run_turn(inbound)
    return record.assignment.ref.version, record.assignment.experiment, record.assignment.variant


def test_they_agree_from_the_next_turn_on_whoever_was_first(replicas):
    old, new, model = replicas
    for container in (old, new):
        experimenting.stop(container, "sales", **WHO)
        phase(container, (5000, 5000))
    phase(new, (2000, 8000))

    async def both_at_once(lead):
        model.barrier = asyncio.Barrier(2)
        seen = await asyncio.gather(turn(old, lead, f"{lead}-a"), turn(new, lead, f"{lead}-b"))
        model.barrier = None
        return seen

    first = {f"lead-{n}": asyncio.run(both_at_once(f"lead-{n}")) for n in range(LEADS)}
    assert {seed for seen in first.values() for _, seed, _ in seen} == {"tone", "tone:2"}
    assert any(a[0] != b[0] for a, b in first.values())
    for n, (lead, seen) in enumerate(first.items()):
        # still before the old replica has read the new release file
        after = {asyncio.run(turn(container, lead, f"{lead}-{n}-{container is old}")) for container in (old, new)}
        assert after == {seen[1]}
    phase(old, (2000, 8000))
    for lead, seen in first.items():
        assert {asyncio.run(turn(container, lead, f"{lead}-last-{container is old}")) for container in (old, new)} == {
            seen[1]
        }
    # served two variants in two phases, they are evidence in the later one for nothing
    assert old.store.experiments.exposed_leads("tone:2") == ()
