"""Experiments stop themselves: by the bound, by exact counts, once, over several replicas and restarts."""

import asyncio
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments.auto_stop import ExperimentWatch, stop_if_harmful
from botops.app.experiments.standing import standing
from botops.app.experiments.status import experiment_status
from botops.app.place import database_url
from botops.app.releases import releasing
from botops.app.releases.kill_switch import kill, restore
from botops.app.watch import Watch
from botops.config import Secrets, load_settings
from botops.domain.errors import ConflictError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.releases import Deed, OverrideKind
from botops.domain.usage import Usage

NOW = datetime(2026, 11, 12, 7, 0, tzinfo=UTC)
FALSE, FINE = "Ещё подарим вам iPad в подарок!", "Тариф «Магазин» — 13 900 ₸ в месяц."
GUARDED = {"primary": "escalated", "planned": 1600, "guardrails": [{"metric": "flagged", "margin": 0.03}]}


class Inventing:
    """A model that invents a gift when it follows one of some versions."""

    name, simulated = "inventing", False

    def __init__(self, *versions):
        self.versions = tuple(f"@{v}" for v in versions)

    async def complete(self, request, on_text=None):
        text = FALSE if request.prompt.endswith(self.versions or "@none") else FINE
        return ModelReply(text, Usage(100, output_tokens=20), self.name, "stop", 0.01)


@pytest.fixture
def folder(tmp_path, repository):
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    split(tmp_path, measure=GUARDED)
    return tmp_path


def split(folder, **changes):
    path = folder / "prompts/sales/release.yaml"
    release = yaml.safe_load(path.read_text("utf-8"))
    release["split"].update(changes)
    path.write_text(yaml.safe_dump(release, allow_unicode=True), "utf-8")


def opened(folder, *versions, role="writer", url=None):
    settings = load_settings(folder / "botops.yaml", overrides=["guard.policy=observe"])
    secrets = Secrets(database_url=url)
    return Container.open(settings, secrets, clock=SetClock(NOW), model=Inventing(*versions), role=role)


def talk(container, leads, first=0):
    for n in range(first, first + leads):
        container.clock.at = NOW + timedelta(minutes=n)
        inbound = InboundMessage(f"d{n}", f"lead-{n}", "Сколько стоит тариф?", container.clock.now(), f"k{n}", "web")
        asyncio.run(container.bot.run_turn(inbound))


def served(container, leads=30):
    return {container.registry.assign("sales", f"x{n}", container.overrides.of("sales")).ref.version
            for n in range(leads)}  # fmt: skip


def deeds(container):
    return [e.deed for e in reversed(container.store.audit.entries("prompt:sales"))]


def test_a_variant_that_invents_is_stopped_after_a_handful_of_leads(folder, caplog):
    with opened(folder, 2) as container:
        watch = ExperimentWatch(container)
        assert watch.look() == ()
        leads = 0
        while not (made := watch.look()):
            talk(container, 5, leads)
            leads += 5
        assert leads <= 40, "far below 50 leads an arm"
        (order,) = made
        assert (order.kind, order.by, order.experiment) == (
            OverrideKind.CONTROL, "guardrail:flagged", "sales-price-first",
        )  # fmt: skip
        assert served(container) == {1}
        assert watch.look() == (), "it is stopped once"
        (line,) = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
        assert "sales-price-first" in line
        assert "sales@2" in line
        assert "margin 0.03; by counts" in line
        (entry,) = container.store.audit.entries("prompt:sales")
        assert (entry.deed, entry.detail["metric"], entry.detail["harmful"]) == (Deed.OVERRIDE, "flagged", 2)
        assert entry.detail["p"] < 0.001
        assert experiment_status(container, "sales").stopped == order
        exposition = container.metrics.exposition().decode()
        assert 'botops_experiment_stops_total{prompt="sales",rule="counts"} 1.0' in exposition


def test_harmless_variants_go_on(folder):
    with opened(folder, 1, 2) as container:
        talk(container, 120)
        assert ExperimentWatch(container).look() == ()
        assert served(container) == {1, 2}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_two_replicas_one_writes_the_order(folder, request, database):
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    with opened(folder, 2, url=url) as one, opened(folder, 2, role="side", url=url) as other:
        talk(one, 60)
        # Both have read the same harm before either acts on it.
        seen = [(c, standing(c, "sales")) for c in (one, other)]
        made = [stop_if_harmful(c, found) for c, found in seen]
        assert [order is not None for order in made] == [True, False]
        assert ExperimentWatch(other).look() == ()
        assert len(one.store.overrides.in_force()) == 1
        assert deeds(one) == [Deed.OVERRIDE]
        assert served(other) == {1}


def test_a_restart_neither_forgets_nor_repeats_a_stop(folder):
    with opened(folder, 2) as container:
        talk(container, 60)
        assert len(ExperimentWatch(container).look()) == 1
    with opened(folder, 2) as again:
        assert ExperimentWatch(again).look() == ()
        assert served(again) == {1}
        talk(again, 20, 100)
        assert again.store.experiments.exposures("sales-price-first").keys() == {0, 1}
        assert sum(again.store.experiments.exposures("sales-price-first").values()) == 60, "nobody takes part any more"


def test_what_a_guardrail_stopped_ends_with_its_phase_only(folder):
    with opened(folder, 2) as container:
        talk(container, 60)
        watch = ExperimentWatch(container)
        watch.look()
        with pytest.raises(ConflictError, match="is not taken up again"):
            restore(container, "sales", by="Айгерим", reason="а вдруг")
        kill(container, "sales", "hand-over", by="Айгерим", reason="пока разбираемся")
        restore(container, "sales", by="Айгерим", reason="разобрались")
        assert served(container) == {1}, "the guardrail's order outlives the person's"
        container.clock.at += timedelta(hours=1)
        old = container.registry.release("sales").split
        releasing.change_split(
            container, "sales", old.model_copy(update={"phase": 2}), by="Айгерим", reason="новая фаза"
        )
        assert container.store.overrides.in_force() == ()
        assert deeds(container).count(Deed.OVERRIDE_END) == 2
        assert served(container) == {1, 2}
        assert watch.look() == (), "the leads of the first phase say nothing of the second"


def test_an_order_whose_phase_ended_on_another_machine_is_ended_by_the_watch_loop(folder):
    with opened(folder, 2) as container:
        talk(container, 60)
        watch = ExperimentWatch(container)
        watch.look()
        later = NOW + timedelta(days=1)
        container.registry.change_split("sales", None, by="Даулет", reason="убрали", at=later)
        container.clock.at = later
        watch.look()
        assert container.store.overrides.in_force() == ()
        last = container.store.audit.entries("prompt:sales", most=1)[0]
        assert (last.deed, last.by) == (Deed.OVERRIDE_END, "watch")


def test_an_older_release_file_does_not_end_what_was_ordered_on_a_newer_one(folder, tmp_path_factory):
    behind = tmp_path_factory.mktemp("behind")
    shutil.copytree(folder, behind, dirs_exist_ok=True)
    split(folder, phase=2)
    with opened(folder, 2) as newer:
        talk(newer, 60)
        assert len(ExperimentWatch(newer).look()) == 1
        url = database_url(newer.settings, Secrets())
        with opened(behind, 2, role="side", url=url) as older:
            ExperimentWatch(older).look()
        assert [o.experiment for o in newer.store.overrides.in_force()] == ["sales-price-first:2"]


def test_an_experiment_stopped_by_a_person_is_left_alone(folder):
    with opened(folder, 2) as container:
        talk(container, 60)
        kill(container, "sales", "control", by="Айгерим", reason="вижу, что врёт")
        assert ExperimentWatch(container).look() == ()
        assert [o.by for o in container.store.overrides.in_force()] == ["Айгерим"]


def test_sizes_that_do_not_add_up_are_said_once_and_stop_nothing(folder, caplog):
    with opened(folder) as container:
        talk(container, 120)
        split(folder, variants=[{"version": 1, "weight": 9500}, {"version": 2, "weight": 500}])
        container.registry.load()
        for watch in (ExperimentWatch(container), ExperimentWatch(container)):
            assert watch.look() == ()
            assert watch.look() == ()
        said = [r.getMessage() for r in caplog.records if "cannot be trusted" in r.getMessage()]
        assert len(said) == 2, "once by each process"
        assert "for a share of 95 %" in said[0]
        assert deeds(container) == [Deed.ALARM]
        assert b"botops_experiments_mismatched 1.0" in container.metrics.exposition()
        assert served(container, 300) == {1, 2}


def test_what_cannot_be_judged_is_not_watched(folder):
    split(folder, variants=[{"version": 1, "weight": 10000}, {"version": 2, "weight": 0}])
    with opened(folder) as container:
        assert any("measure" in p.path and p.line for p in container.registry.state().problems)
        assert ExperimentWatch(container).look() == ()
    split(folder, measure=None, variants=[{"version": 1, "weight": 5000}, {"version": 2, "weight": 5000}])
    with opened(folder, 2) as container:
        talk(container, 30, 200)
        assert ExperimentWatch(container).look() == (), "nothing says how it is judged"


class Busy:
    """A store under steady traffic: there is always one more hour to roll up."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def roll_up(self):
        return 1


def test_the_watch_loop_stops_an_experiment_by_itself_however_busy_it_is(folder):
    with opened(folder, 2) as container:
        talk(container, 60)
        busy = replace(container, store=Busy(container.store))
        stopped = threading.Event()
        watch = Watch(busy, on_tick=lambda: stopped.set() if container.store.overrides.in_force() else None)
        watch.start()
        try:
            assert stopped.wait(60), "within a minute"
        finally:
            watch.stop()
        assert served(container) == {1}


class Faulty(Busy):
    """A store that fails in a way nobody foresaw."""

    def interrupt_dead(self):
        raise RuntimeError("nobody foresaw this")


def test_a_fault_nobody_foresaw_does_not_end_the_watch(folder, caplog):
    with opened(folder, 2) as container:
        talk(container, 60)
        stopped = threading.Event()
        watch = Watch(
            replace(container, store=Faulty(container.store)),
            on_tick=lambda: stopped.set() if container.store.overrides.in_force() else None,
        )
        watch.start()
        try:
            assert stopped.wait(60)
        finally:
            watch.stop()
        assert "looking for turns of dead processes broke off" in caplog.text
        assert b"botops_watch_errors_total 1.0" in container.metrics.exposition()
