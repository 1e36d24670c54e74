"""`kill -9` at every step of every write of prompts, shared texts and price books: whole files stay."""

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

import pytest

from botops.domain.errors import ConflictError
from botops.registry import Registry
from botops.registry.books import BookFolder
from botops.registry.release import Step

SCRIPT = Path(__file__).with_name("killed_writer.py")
DEEDS = (
    "first_publish",
    "publish",
    "rollback",
    "split",
    "new_version",
    "first_version",
    "first_draft",
    "draft",
    "first_partial",
    "partial",
    "first_book",
    "book",
    "book_in_place",
    "book_rollback",
    "snapshot",
)

TEXT = "messages:\n  - role: system\n    content: Текст {} для {{{{ company }}}}\n"
AT = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def writer():
    """Sends one round to the process that forks the writers; what came of it."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )

    def send(**order):
        child.stdin.write(json.dumps({k: str(v) if isinstance(v, Path) else v for k, v in order.items()}) + "\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    yield send
    child.stdin.close()
    child.wait(10)
    child.stdout.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Prompts, a shared text and price books: some in service since long, some never published."""
    root = tmp_path_factory.mktemp("base") / "prompts"
    for name, versions in (("sales", (1, 2, 3)), ("fresh", (1,))):
        for number in versions:
            file = root / name / f"{number}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(TEXT.format(number), "utf-8")
    (root / "sales/draft.yaml").write_text(TEXT.format("старый черновик"), "utf-8")
    registry = Registry(root)
    for number in (1, 3):
        registry.publish("sales", number, by="ops", reason="начало", at=AT)
    registry.new_partial("policy", "text: Скидки не обещаем.\n")
    for folder, raw in (("pricebook", b"first"), ("new", b"alone")):
        (root.parent / folder).mkdir()
        (root.parent / folder / "demo.yaml").write_bytes(raw)
    (root.parent / "pricebook/3.yaml").write_bytes(b"third")
    books = BookFolder(root.parent / "pricebook")
    for name, raw in (("demo.yaml", b"first"), (None, b"second")):
        books.publish(raw, Step("ops", AT, "начало"), name=name)
    return root


def contents(*folders):
    return {str(p): p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()}


def visible(files):
    return {p: raw for p, raw in files.items() if not Path(p).name.startswith(".")}


def served(registry, name):
    return registry.release(name).live if (registry.directory / name / "release.yaml").exists() else None


def rounds(writer, base, tmp_path, deed, **how):
    """One round in a fresh copy: the folder, what stood there before and now, and how the child ended."""
    home = tmp_path / "-".join(["round", *(f"{key}{value}" for key, value in how.items())])
    shutil.copytree(base.parent, home)
    (home / "state").mkdir()
    before = contents(home)
    answer = writer(root=home / "prompts", state=home / "state", deed=deed, **how)
    return home, before, contents(home), answer


def by_place(home, files):
    """Files by their place; snapshots name their folder inside, which is another one in every round."""
    return {str(Path(p).relative_to(home)): raw.replace(str(home).encode(), b"") for p, raw in files.items()}


@pytest.mark.slow
@pytest.mark.parametrize("deed", DEEDS)
def test_a_writer_killed_at_any_step_leaves_whole_files(writer, base, tmp_path, deed):
    home, _, after, answer = rounds(writer, base, tmp_path, deed)
    assert answer["ended"] == 0
    done = by_place(home, visible(after))
    steps = answer["steps"]
    assert {"before fsync", "after fsync"} <= set(steps)
    outcomes = set()
    sizes = [{"bytes": n} for n in (0, 1, 40, 150)]  # the kernel kills it in the middle of the file
    for how in chain(sizes, ({"at": n} for n in count(1))):
        home, before, now, answer = rounds(writer, base, tmp_path, deed, **how)
        if answer["ended"] == 0 and how.get("at", 0) > len(answer["steps"]):
            assert by_place(home, visible(now)) == done
            shutil.rmtree(home)
            if how["at"] > len(steps):
                break
            continue  # how often a run looks at the disk is not the same each time: this one was over before its step
        assert answer["ended"] == -(signal.SIGXFSZ if "bytes" in how else signal.SIGKILL), (how, answer)
        found = by_place(home, visible(now))
        old = by_place(home, before)
        for place, raw in found.items():  # each file is the old one or the new one, nothing in between
            assert raw in {old.get(place), done.get(place)}, (how, place)
        assert old.keys() <= found.keys() <= done.keys()
        outcomes.add(found == done)
        check_serving(home)
        check_next_writer(writer, home, deed, done)
        shutil.rmtree(home)
    assert outcomes == {True, False}  # some died before the file had its name, some after


def check_serving(home):
    """What is served is an old or a new version, whole; nothing is in a bad way."""
    registry = Registry(home / "prompts", state_dir=home / "state")
    state = registry.load()
    assert state.healthy, state
    live = registry.release("sales").live
    assert live in {1, 2, 3}
    message = registry.render(registry.assign("sales", "lead"), {"company": "Айна"}).messages[0].content
    assert message.startswith("Текст ")
    for folder in ("pricebook", "new"):
        books = BookFolder(home / folder)
        assert not [v for v in books.versions() if v.changed]
        if release := books.release():
            books.read(release.live, release)


def check_next_writer(writer, home, deed, done):
    """The next writer finishes what the dead one began, or finds it done; nothing temporary stays."""
    answer = writer(root=home / "prompts", state=home / "state", deed=deed)
    assert answer["ended"] in {0, 1}  # 1: done already
    found = by_place(home, contents(home))
    others = {p for p in found.keys() ^ done.keys() if not p.startswith("state/")}
    again = {"first_partial": {"prompts/_partials/terms/2.yaml"}, "partial": {"prompts/_partials/policy/3.yaml"}}
    assert others <= again.get(deed, set())  # a shared text is asked for anew: done already, it is one more version
    assert not [p for p in found if "/.botops-" in p]
    places = [p for p in done if not p.endswith("release.yaml")]
    assert all(found[p] == done[p] for p in places if not p.startswith("state/"))


def test_a_killed_snapshot_still_serves_the_last_good_state(writer, base, tmp_path):
    """The release breaks while the snapshot's writer dies: a restart serves what was kept."""
    home, _, _, answer = rounds(writer, base, tmp_path, "snapshot")
    total = len(answer["steps"])
    Registry(home / "prompts").publish("sales", 2, by="ops", reason="новая", at=AT)
    killed = 0
    for at in range(1, total + 1):
        answer = writer(root=home / "prompts", state=home / "state", deed="snapshot", at=at)
        killed += answer["ended"] == -signal.SIGKILL
        broken = home / "prompts/sales/release.yaml"
        good = broken.read_bytes()
        broken.write_text("live: [")
        registry = Registry(home / "prompts", state_dir=home / "state")
        registry.load()
        assert registry.release("sales").live in {2, 3}
        broken.write_bytes(good)
    assert killed


def test_the_dead_writer_holds_no_lock(writer, base, tmp_path):
    home, _, _, answer = rounds(writer, base, tmp_path, "draft", at=5)
    assert answer["ended"] == -signal.SIGKILL
    registry = Registry(home / "prompts")
    registry.save_draft("sales", "мой текст")
    assert (home / "prompts/sales/draft.yaml").read_text("utf-8") == "мой текст"
    with pytest.raises(ConflictError):
        registry.save_draft("sales", "иной", expected="")
