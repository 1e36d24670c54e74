import subprocess
import sys
import threading
from datetime import datetime

import pytest

from botops.domain.errors import ConflictError, NotFoundError, OutsideError, UserError
from botops.registry import UNRELEASED, Registry, ReleaseAction, Split, Variant

HALVES = Split(
    experiment="tone", variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)), coverage=2000
)


def change_split(house, split, **options):
    return house.registry.change_split("sales", split, by="Айгүл", reason="проба", at=house.at, **options)


def rollback(house, **options):
    return house.registry.rollback("sales", by="Марат", reason="жалобы", at=house.at, **options)


def test_publishing_records_who_when_why_and_the_checksum(shop):
    release = shop.publish("sales", 2, approved_by="Марат", eval_runs=("run-7",))
    assert release.live == 2
    assert shop.registry.release("sales") == release
    last = release.spec.approvals[-1]
    assert (last.action, last.version, last.by, last.reason) == (ReleaseAction.PUBLISH, 2, "Айгүл", "проверено")
    assert (last.at, last.replaced, last.approved_by, last.eval_runs) == (shop.at, 1, "Марат", ("run-7",))
    assert last.checksum == release.spec.checksums[2] == shop.registry.version("sales", 2).ref.checksum
    assert set(release.spec.checksums) == {1, 2}
    assert shop.say().startswith("Ты консультант")


def test_the_written_file_reads_back_as_written(shop):
    release = change_split(shop, HALVES)
    again = Registry(shop.root).release("sales")
    assert again.spec == release.spec
    assert again.checksum == release.checksum


def test_a_version_with_faults_is_not_published(shop):
    shop.write("sales/3.yaml", "messages: [{role: system, content: '{{ nothing_known }}'}]")
    with pytest.raises(UserError, match=r"3\.yaml:1:40"):
        shop.publish("sales", 3)
    with pytest.raises(NotFoundError):
        shop.publish("sales", 4)
    with pytest.raises(NotFoundError):
        shop.publish("nosuch", 1)
    assert shop.registry.release("sales").live == 1


def test_a_changed_version_is_not_published_again(shop, good):
    shop.publish("sales", 2)
    shop.write("sales/1.yaml", good.replace("Вы", "Мы"))
    with pytest.raises(UserError, match="published version was changed"):
        shop.publish("sales", 1)


def test_a_served_but_unrecorded_version_is_recorded_as_it_was_served(house, good):
    house.write("sales/1.yaml", good)
    house.write("sales/2.yaml", good.replace("Вы", "Ты"))
    house.write("sales/release.yaml", "live: 1\n")
    served = house.registry.assign("sales", "x").ref.checksum
    house.write("sales/1.yaml", good.replace("Вы", "Мы"))
    release = house.publish("sales", 2)
    assert release.spec.checksums[1] == served


def test_what_is_live_already_is_not_published_twice(shop):
    with pytest.raises(ConflictError, match="live already") as caught:
        shop.publish("sales", 1)
    assert caught.value.theirs.startswith("# Written")


def test_publishing_beside_a_running_split_needs_a_decision(shop):
    change_split(shop, HALVES)
    with pytest.raises(UserError, match="tone is running"):
        shop.publish("sales", 2)
    release = shop.publish("sales", 2, end_split=True)
    assert (release.live, release.split) == (2, None)


@pytest.mark.parametrize("field", ["by", "reason"])
def test_a_step_needs_a_name_and_a_reason(shop, field):
    step = {"by": "Айгүл", "reason": "проверено", "at": shop.at, field: "  "}
    with pytest.raises(UserError, match=f"`{field}` is empty"):
        shop.registry.publish("sales", 2, **step)


def test_a_step_needs_an_aware_moment(shop):
    with pytest.raises(ValueError, match="time zone"):
        shop.registry.publish("sales", 2, by="a", reason="b", at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_rollback_goes_back_step_by_step(shop, good):
    shop.registry.new_version("sales", good.replace("Вы", "Мы"))
    shop.publish("sales", 2)
    shop.publish("sales", 3)
    assert rollback(shop).live == 2
    assert rollback(shop).live == 1
    with pytest.raises(UserError, match="no earlier version"):
        rollback(shop)
    shop.publish("sales", 3)
    assert rollback(shop).live == 1
    assert rollback(shop, to=2).live == 2


def test_rollback_knows_what_was_live_before_the_first_recorded_step(house, good):
    house.write("sales/1.yaml", good)
    house.write("sales/2.yaml", good.replace("Вы", "Ты"))
    house.write("sales/release.yaml", "live: 1\n")
    house.publish("sales", 2)
    assert rollback(house).live == 1


def test_rollback_ends_a_split_and_keeps_the_live_version(shop):
    change_split(shop, HALVES)
    release = rollback(shop)
    assert (release.live, release.split) == (1, None)
    assert release.spec.approvals[-1].experiment == "tone"


def test_nothing_published_cannot_be_rolled_back_or_split(house, good):
    house.write("sales/1.yaml", good)
    with pytest.raises(UserError, match="nothing to roll back"):
        rollback(house)
    with pytest.raises(UserError, match="publish a version first"):
        change_split(house, HALVES)


def test_the_coverage_may_grow_inside_a_phase_and_nothing_else(shop):
    with pytest.raises(UserError, match="nothing to end"):
        change_split(shop, None)
    change_split(shop, HALVES)
    assert change_split(shop, HALVES.model_copy(update={"coverage": 9000})).split.coverage == 9000
    other = (Variant(version=1, weight=9000), Variant(version=2, weight=1000))
    with pytest.raises(UserError, match="begin phase 2"):
        change_split(shop, HALVES.model_copy(update={"variants": other}))
    assert change_split(shop, HALVES.model_copy(update={"variants": other, "phase": 2})).split.seed == "tone:2"
    assert change_split(shop, None).split is None
    with pytest.raises(UserError, match="run before: begin phase 2"):
        change_split(shop, HALVES)


def test_a_split_over_a_missing_version_is_refused(shop):
    with pytest.raises(NotFoundError, match=r"9\.yaml"):
        change_split(shop, Split(experiment="x", variants=(Variant(version=9, weight=10000),)))


def test_a_writer_that_saw_another_file_gets_theirs(shop):
    seen = shop.registry.release("sales").checksum
    theirs = shop.publish("sales", 2, expected=seen)
    with pytest.raises(ConflictError) as caught:
        shop.publish("sales", 2, expected=seen)
    assert caught.value.theirs == theirs.raw.decode()
    with pytest.raises(ConflictError):
        rollback(shop, expected=UNRELEASED)
    assert Registry(shop.root).release("sales").checksum == theirs.checksum


def test_a_broken_release_file_is_not_overwritten(shop):
    shop.write("sales/release.yaml", "live: [")
    with pytest.raises(UserError, match=r"release\.yaml:2:1"):
        shop.publish("sales", 2)
    assert (shop.root / "sales" / "release.yaml").read_text() == "live: ["


def race(*calls):
    gate = threading.Barrier(len(calls))
    results = []

    def run(call):
        gate.wait()
        try:
            results.append(call())
        except ConflictError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_publishers_one_wins_and_the_other_is_told(shop):
    other = Registry(shop.root, shop.clock)
    for round_ in range(20):
        seen = shop.registry.release("sales").checksum
        version = 2 - round_ % 2
        results = race(
            *(
                lambda r=registry, v=version, s=seen: r.publish("sales", v, by="a", reason="b", at=shop.at, expected=s)
                for registry in (shop.registry, other)
            )
        )
        winner = next(r for r in results if not isinstance(r, ConflictError))
        loser = next(r for r in results if isinstance(r, ConflictError))
        assert loser.theirs == winner.raw.decode()
        shop.registry.refresh()
        assert shop.registry.release("sales").checksum == winner.checksum
    assert len(shop.registry.release("sales").spec.approvals) == 21


def test_of_two_writers_of_one_version_one_wins_and_both_texts_survive(shop, good):
    for number in range(3, 13):
        texts = [good.replace("Вы", word) for word in ("Мы", "Они")]
        results = race(*(lambda t=t, n=number: shop.registry.new_version("sales", t, number=n) for t in texts))
        winner = next(r for r in results if not isinstance(r, ConflictError))
        loser = next(r for r in results if isinstance(r, ConflictError))
        assert loser.theirs == winner.raw.decode() == (shop.root / "sales" / f"{number}.yaml").read_text("utf-8")
    assert not list((shop.root / "sales").glob(".*"))


def test_a_new_version_gets_the_next_number_and_is_checked_first(shop, good):
    assert shop.registry.new_version("sales", good).ref.version == 3
    assert shop.registry.new_version("fresh", good).ref.version == 1
    assert shop.registry.versions("fresh") == (1,)
    with pytest.raises(UserError, match="messages"):
        shop.registry.new_version("sales", "owner: x")
    with pytest.raises(ConflictError, match="somebody else") as caught:
        shop.registry.new_version("sales", good.replace("Вы", "Мы"), number=1)
    assert caught.value.theirs == good
    with pytest.raises(UserError, match="begin at 1"):
        shop.registry.new_version("sales", good, number=0)
    with pytest.raises(UserError, match="larger"):
        shop.registry.new_version("sales", "#" * 300_000)
    with pytest.raises(UserError, match="surrogate"):
        shop.registry.new_version("sales", "\ud800")
    assert shop.registry.versions("sales") == (1, 2, 3)


def test_a_draft_is_saved_over_the_draft_that_was_seen(shop, good):
    first = shop.registry.save_draft("sales", good, expected=UNRELEASED)
    assert shop.registry.draft("sales").ref.checksum == first
    second = shop.registry.save_draft("sales", "half: [written", expected=first)
    with pytest.raises(ConflictError) as caught:
        shop.registry.save_draft("sales", good, expected=first)
    assert caught.value.theirs == "half: [written"
    assert shop.registry.save_draft("sales", good) != second
    shop.registry.save_draft("brand-new", good)
    assert shop.registry.draft("brand-new").spec.owner == "sales-enablement"


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from botops.registry import Registry

def kill(event, arguments):
    if event == sys.argv[2] and ".tmp" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)

registry = Registry(sys.argv[1])
registry.load()
text = Path(sys.argv[1], "sales", "2.yaml").read_text("utf-8")
sys.addaudithook(kill)
if sys.argv[3] == "publish":
    registry.publish("sales", 2, by="a", reason="b", at=datetime.now(UTC))
else:
    registry.new_version("sales", text)
"""


@pytest.mark.parametrize(
    ("event", "action"), [("os.rename", "publish"), ("os.link", "new"), ("open", "publish"), ("os.remove", "new")]
)
def test_a_kill_at_any_step_of_a_write_leaves_whole_files(shop, event, action):
    before = (shop.root / "sales" / "release.yaml").read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, str(shop.root), event, action], check=False, timeout=60)
    assert done.returncode == -9
    assert (shop.root / "sales" / "release.yaml").read_bytes() == before
    third = shop.root / "sales" / "3.yaml"
    assert third.exists() == (event == "os.remove")
    assert not third.exists() or third.read_bytes() == (shop.root / "sales" / "2.yaml").read_bytes()
    registry = Registry(shop.root)
    assert registry.state().healthy
    registry.publish("sales", 2, by="a", reason="b", at=shop.at)
    assert not list((shop.root / "sales").glob(".*"))


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from botops.domain.errors import OutsideError
from botops.registry import Registry

registry = Registry(sys.argv[1])
registry.load()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    registry.publish("sales", 2, by="a", reason="b", at=datetime.now(UTC))
except OutsideError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_release_and_nothing_else(shop):
    before = sorted(p.name for p in (shop.root / "sales").iterdir())
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(shop.root)], check=True, timeout=60, capture_output=True, text=True
    )
    assert "release.yaml: cannot be written (File too large)" in done.stdout
    assert sorted(p.name for p in (shop.root / "sales").iterdir()) == before
    assert Registry(shop.root).release("sales").live == 1


def test_files_of_others_are_left_alone(shop):
    other = shop.root / "sales" / ".editor.tmp"
    other.write_text("x")
    shop.publish("sales", 2)
    assert other.exists()
    assert shop.registry.state().healthy


RACER = """
import sys
from datetime import UTC, datetime
from botops.domain.errors import ConflictError
from botops.registry import Registry

registry = Registry(sys.argv[1])
seen = registry.release("sales").checksum
print("ready", flush=True)
for line in sys.stdin:
    version, seen = line.split()
    try:
        at = datetime.now(UTC)
        release = registry.publish("sales", int(version), by=sys.argv[2], reason="b", at=at, expected=seen)
        print("won", release.checksum, flush=True)
    except ConflictError:
        print("lost", "-", flush=True)
"""


@pytest.mark.slow
def test_of_two_processes_one_wins_each_round(shop):
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(shop.root), who], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("a", "b")
    ]
    try:
        for racer in racers:
            assert racer.stdout.readline() == "ready\n"
        seen = shop.registry.release("sales").checksum
        for round_ in range(40):
            for racer in racers:
                racer.stdin.write(f"{2 - round_ % 2} {seen}\n")
                racer.stdin.flush()
            answers = sorted(racer.stdout.readline().split() for racer in racers)
            assert [word for word, _ in answers] == ["lost", "won"]
            seen = answers[1][1]
    finally:
        for racer in racers:
            racer.stdin.close()
            racer.wait(timeout=30)
            racer.stdout.close()
    shop.registry.refresh()
    release = shop.registry.release("sales")
    assert release.checksum == seen
    assert len(release.spec.approvals) == 41


def test_a_folder_that_cannot_be_written_is_an_outside_fault(shop, good):
    (shop.root / "blocked").write_text("a file")
    with pytest.raises(OutsideError, match="cannot be"):
        shop.registry.new_version("blocked", good)
    (shop.root / "sales" / "release.yaml").unlink()
    (shop.root / "sales" / "release.yaml").mkdir()
    with pytest.raises(UserError, match="Is a directory"):
        shop.publish("sales", 2)


def test_a_version_that_declares_what_it_never_uses_goes_live_only_if_it_was_before(shop, good):
    text = good.replace("default: клиент}", "default: клиент}\n  city: {example: Алматы}")
    shop.write("sales/3.yaml", text)
    with pytest.raises(UserError, match=r"3\.yaml:10:3: variables\.city: .* never used"):
        shop.publish("sales", 3)
    assert shop.registry.release("sales").live == 1
    shop.write("other/1.yaml", text)
    shop.write("other/release.yaml", "live: 1\n")
    assert shop.say("other")
