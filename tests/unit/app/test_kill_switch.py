"""The kill switch over two replicas of one store: what is ordered through one is in force in the other."""

import asyncio
import json
import shutil
import threading
import time
from itertools import count

import pytest

from botops.app.container import Container
from botops.app.releases import kill_switch, releasing
from botops.app.releases.kill_switch import kill, restore, target_of
from botops.app.releases.overrides import GIVE_UP_S, LOOK_AGAIN_S, PATIENCE_S, StoredOverrides
from botops.app.watch import broken_files
from botops.config import Secrets, load_settings
from botops.domain.errors import ConflictError, NotFoundError, StoreError, UserError
from botops.domain.messages import InboundMessage
from botops.domain.releases import Deed, Override, OverrideKind
from botops.domain.turns import Action, TurnState
from botops.testing.fakes import QueueModel

KEYS = (f"k{n}" for n in count())


class Saying(QueueModel):
    """A model that counts how often it is asked."""

    def __init__(self):
        super().__init__(["Здравствуйте!"] * 100)


@pytest.fixture
def folder(tmp_path, repository):
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def replicas(request, folder):
    """Two containers over one store, as two processes would have them."""
    secrets = Secrets(database_url=request.getfixturevalue("postgres_url") if request.param == "postgresql" else None)
    settings = load_settings(folder / "botops.yaml")
    with (
        Container.open(settings, secrets, model=Saying()) as one,
        Container.open(settings, secrets, model=Saying(), role="side") as other,
    ):
        yield one, other


@pytest.fixture
def container(folder):
    with Container.open(load_settings(folder / "botops.yaml"), Secrets(), model=Saying()) as opened:
        yield opened


def turn(container, lead="lead-1"):
    key = next(KEYS)
    inbound = InboundMessage(f"d-{key}", lead, "Сколько стоит тариф?", container.clock.now(), key)
    return asyncio.run(container.bot.run_turn(inbound))


def versions(container, leads=40):
    return {turn(container, f"lead-{n}").assignment.ref.version for n in range(leads)}


def within_two_seconds(what):
    until = time.monotonic() + 2
    while not what():
        assert time.monotonic() < until, "not in force after two seconds"
        time.sleep(0.05)


def orders(container):
    return [(o.subject, o.kind) for o in container.store.overrides.in_force()]


def write(folder, file, text):
    (folder / "prompts/sales" / file).write_text(text, "utf-8")


def test_handing_over_is_in_force_on_the_other_replica_within_two_seconds(replicas):
    one, other = replicas
    assert turn(other).action is Action.PASSED  # the other has looked just now: the worst case
    asked = len(other.bot.model.requests)
    kill(one, "sales", "hand-over", by="Айгерим", reason="бот обещает подарки")
    assert turn(one).hand_off.rule == "kill_switch"
    within_two_seconds(lambda: turn(other).hand_off)
    asked = len(other.bot.model.requests)
    record = turn(other)
    assert len(other.bot.model.requests) == asked, "no model is asked"
    assert (record.state, record.action, record.error) == (TurnState.ANSWERED, Action.HANDED_OVER, None)
    assert record.reply == other.bot.rules.safe_answer("ru")
    assert record.hand_off.rule == "kill_switch"
    assert "бот обещает подарки" in record.hand_off.reason
    assert (record.attempts, record.assignment) == ((), None)
    assert b'botops_hand_offs_total{rule="kill_switch"}' in other.metrics.exposition()
    restore(other, "sales", by="Даулет", reason="исправили")
    within_two_seconds(lambda: turn(one).action is Action.PASSED)


def test_a_version_goes_to_everybody_and_back(replicas):
    one, other = replicas
    assert versions(other) == {1, 2}
    made = kill(one, "sales", 2, by="Айгерим", reason="проверяем вторую на всех")
    assert (made.override.version, made.replaced) == (2, ())
    within_two_seconds(lambda: versions(other) == {2})
    last_good = kill(other, "sales", by="Даулет", reason="хуже первой")
    assert last_good.override.version == 1
    assert [o.version for o in last_good.replaced] == [2]
    within_two_seconds(lambda: versions(one) == {1})
    restore(one, "sales", by="Даулет", reason="разобрались")
    within_two_seconds(lambda: versions(other) == {1, 2})
    log = one.store.audit.entries("prompt:sales")
    assert sorted(e.deed for e in log) == [Deed.OVERRIDE] * 2 + [Deed.OVERRIDE_END] * 2
    given = next(e for e in log if e.deed is Deed.OVERRIDE and e.version == "2")
    assert given.checksum == one.registry.version("sales", 2).ref.checksum


def test_an_experiment_is_stopped_and_its_leads_are_no_longer_exposed(container):
    kill(container, "sales", "control", by="Айгерим", reason="подождём")
    assert versions(container) == {1}
    assert container.store.experiments.exposed_leads("sales-price-first") == ()


def test_an_order_outlives_a_restart(folder):
    settings = load_settings(folder / "botops.yaml")
    with Container.open(settings, Secrets(), model=Saying()) as container:
        kill(container, "sales", "hand-over", by="Айгерим", reason="врёт")
    with Container.open(settings, Secrets(), model=Saying()) as again:
        assert turn(again).hand_off.rule == "kill_switch"


def test_a_broken_version_gives_way_to_the_last_good_one_and_never_to_an_error(container, folder):
    kill(container, "sales", 2, by="Айгерим", reason="вторая лучше")
    release = (folder / "prompts/sales/release.yaml").read_text("utf-8")
    start, end = release.index("split:"), release.index("checksums:")
    write(folder, "release.yaml", release[:start] + release[end:])  # so that version 2 is served by the order alone
    write(folder, "2.yaml", "messages: [")
    container.registry.refresh()
    assert turn(container).hand_off.rule == "kill_switch"  # nothing was ever live before version 1
    lines = broken_files(container)
    assert any("sales@2 was ordered by Айгерим and cannot be served" in line for line in lines)


def test_where_another_version_was_live_before_it_serves_in_place_of_a_broken_one(container, folder):
    now = container.clock.now()
    registry = container.registry
    registry.publish("sales", 2, by="a", reason="r", at=now, end_split=True)
    registry.new_version("sales", registry.version("sales", 1).raw.decode() + "\n")
    registry.publish("sales", 3, by="a", reason="r", at=now)
    kill(container, "sales", 1, by="Айгерим", reason="назад")
    assert versions(container, 3) == {1}
    write(folder, "1.yaml", "messages: [")
    registry.refresh()
    assert versions(container, 3) == {2}, "the version live before the present one, not the one that was switched off"


@pytest.mark.parametrize(
    ("prompt", "to", "error", "says"),
    [
        ("salse", "hand-over", NotFoundError, "did you mean sales"),
        ("../sales", "hand-over", NotFoundError, "no prompt"),
        ("sales", 7, NotFoundError, "only goes back: to 1, 2"),
        ("sales", 2**62, NotFoundError, "never published"),
    ],
)
def test_what_cannot_be_switched_is_refused(container, prompt, to, error, says):
    with pytest.raises(error, match=says):
        kill(container, prompt, to, by="Айгерим", reason="тест")
    assert orders(container) == []


@pytest.mark.parametrize(
    ("by", "reason", "says"),
    [
        ("", "x", "who does it is missing"),
        ("a", " \n", "the reason is missing"),
        ("a", "x" * 2001, "at most 2000"),
        ("a" * 201, "x", "at most 200"),
        ("a\x00", "x", "control character"),
        ("a", "half \ud83d", "control character"),
        (" Guardrail:flagged", "x", "give a person's name"),
    ],
)
def test_an_order_needs_a_name_and_a_reason_that_can_be_kept(container, by, reason, says):
    for act in (lambda: kill(container, "sales", "hand-over", by=by, reason=reason),
                lambda: restore(container, "sales", by=by, reason=reason)):  # fmt: skip
        with pytest.raises(UserError, match=says):
            act()
    assert container.store.audit.entries() == ()


@pytest.mark.parametrize("reason", ["'; DROP TABLE override; --", "<img src=x onerror=alert(1)>", "=1+1\n{{7*7}} %s"])
def test_a_reason_is_kept_as_it_was_written(container, reason):
    kill(container, "sales", "hand-over", by="<b>'--", reason=reason)
    (found,) = container.store.overrides.in_force()
    assert (found.by, found.reason) == ("<b>'--", reason)
    assert turn(container).reply == container.bot.rules.safe_answer("ru"), "the client learns nothing of it"
    assert json.dumps(kill_switch.override_row(found))


def test_the_same_order_twice_and_nothing_to_restore_are_conflicts(container):
    kill(container, "sales", by="Айгерим", reason="x")
    with pytest.raises(ConflictError, match="everybody gets version 1 already, by Айгерим"):
        kill(container, "sales", 1, by="Даулет", reason="y")
    restore(container, "sales", by="Айгерим", reason="z")
    with pytest.raises(ConflictError, match="no override is in force"):
        restore(container, "sales", by="Айгерим", reason="z")
    with pytest.raises(NotFoundError):
        restore(container, "nothing", by="Айгерим", reason="z")


def test_a_publication_ends_a_version_ordered_but_not_a_hand_over(container):
    def publish(version):
        releasing.publish(container, "sales", version, by="Даулет", reason="новая", end_split=True)

    kill(container, "sales", 1, by="Айгерим", reason="назад")
    kill(container, "sales", "control", by="Айгерим", reason="и эксперимент")
    publish(2)
    assert orders(container) == []
    assert versions(container, 5) == {2}
    kill(container, "sales", "hand-over", by="Айгерим", reason="врёт")
    publish(1)
    assert orders(container) == [("sales", OverrideKind.HAND_OVER)]
    ends = [e for e in container.store.audit.entries() if e.deed is Deed.OVERRIDE_END]
    assert [(e.by, e.reason) for e in ends] == [("Даулет", "publish: новая")] * 2


def test_the_end_of_a_split_ends_what_it_leaves_nothing_to(container):
    kill(container, "sales", 2, by="Айгерим", reason="вторая")
    kill(container, "sales", "control", by="Айгерим", reason="x")
    releasing.change_split(container, "sales", None, by="Даулет", reason="хватит")
    assert orders(container) == [("sales", OverrideKind.VERSION)]
    assert versions(container, 5) == {2}, "version 1 is live, so the order of version 2 still means something"


def test_while_the_store_cannot_be_read_the_last_known_orders_hold():
    now, answers = [0.0], [()]
    order = Override("o", "sales", OverrideKind.HAND_OVER, "a", None, "r")

    def read():
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]

    overrides = StoredOverrides(read, lambda: now[0])
    assert overrides.of("sales") is None
    answers[0] = (order,)
    assert overrides.of("sales") is None, "read a moment ago"
    now[0] += LOOK_AGAIN_S
    assert overrides.of("sales") is order
    assert overrides.of("reception") is None
    answers[0] = StoreError("down")
    now[0] += LOOK_AGAIN_S
    assert overrides.of("sales") is order
    answers[0] = ()
    now[0] += LOOK_AGAIN_S
    assert overrides.of("sales") is None


def test_a_store_that_hangs_holds_nobody_up_for_long():
    now, hanging, order = [0.0], threading.Event(), Override("o", "sales", OverrideKind.HAND_OVER, "a", None, "r")
    reads = []

    def read():
        reads.append(1)
        if len(reads) > 1:
            hanging.wait(30)
        return (order,) if len(reads) == 1 else ()

    overrides = StoredOverrides(read, lambda: now[0])
    assert overrides.of("sales") is order
    for _ in range(3):
        now[0] += LOOK_AGAIN_S
        began = time.monotonic()
        assert overrides.of("sales") is order
        assert time.monotonic() - began < 3 * PATIENCE_S
    assert len(reads) == 2, "one read hangs, no more pile up behind it"
    now[0] += GIVE_UP_S
    assert overrides.of("sales") is order
    assert len(reads) == 3, "the connection may be lost: it is tried anew"
    hanging.set()
    within_two_seconds(lambda: overrides.of("sales") is None)


@pytest.mark.parametrize("text", ["", "last", "-1", "0", "²", "1.0", "1" * 30, "hand-over ", "../1"])
def test_a_target_that_means_nothing_is_refused(text):
    with pytest.raises(UserError, match="nothing to switch to"):
        target_of(text)
