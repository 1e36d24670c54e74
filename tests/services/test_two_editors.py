"""Two people at two machines over one folder, at the same moment, 200 times: one wins, nothing is lost."""

import json
import multiprocessing
import re
import threading
import time
from pathlib import Path

import pytest

from botops.app.container import Container, open_registry
from botops.app.releases import releasing
from botops.app.releases.auditing import entries
from botops.config import Secrets, load_settings
from botops.domain.errors import ConflictError
from botops.domain.releases import Deed
from botops.registry import Registry

PROMPTS = 50
ROUNDS = 200
EDITORS = ("Айгерим", "Дана")
TEXT = """\
description: {0}
messages:
  - role: system
    content: |
      Вы консультант компании {{{{ company }}}}. Клиент просит человека — передайте менеджеру. {{{{ price_table }}}}
"""


def _prompt(number: int) -> str:
    return f"p{number % PROMPTS}"


def _text(number: int, who: str) -> str:
    return TEXT.format(f"правка {number}, {who}")


def _tried(act, *arguments, **more):
    """What became of a step: the conflict's two texts, or that it was done."""
    try:
        act(*arguments, **more)
    except ConflictError as error:
        return {"won": False, "theirs": error.theirs, "yours": error.yours, "said": str(error)}
    return {"won": True}


def edit(root: str, who: str, gate, out: str) -> None:
    """One editor: sees what stands, then saves, writes and publishes in the same instant as the other."""
    settings = load_settings(Path(root) / "botops.yaml")
    told = []
    with Container.open(settings, Secrets(), role="side") as container:
        for number in range(ROUNDS):
            name, version = _prompt(number), number // PROMPTS + 1
            draft = container.registry.draft_text(name)
            release = container.registry.candidate_release(name)
            about = {"by": who}
            gate.wait(60)
            saved = _tried(
                releasing.save_draft, container, name, _text(number, who), expected=draft[0] if draft else "", **about
            )
            about["reason"] = f"раунд {number}"
            gate.wait(60)
            written = _tried(releasing.new_version, container, name, _text(number, who), number=version, **about)
            gate.wait(60)
            live = _tried(
                releasing.publish, container, name, version, expected=release.checksum if release else "", **about
            )
            told.append([saved, written, live])
            gate.wait(60)
    Path(out).write_text(json.dumps(told), "utf-8")


@pytest.fixture
def shared(tmp_path):
    root = tmp_path / "shared"
    (root / "prompts").mkdir(parents=True)
    (root / "botops.yaml").write_text("{}\n", "utf-8")
    for number in range(PROMPTS):
        (root / "prompts" / _prompt(number)).mkdir()
    settings = load_settings(root / "botops.yaml")
    Container.open(settings, Secrets(), role="side").close()  # the store is there before the two begin
    return root, settings


def _watch(prompts: Path, stop: threading.Event, broken: list[str]) -> None:
    """Reads every file again and again, as a serving replica does; a file that is not whole is noted."""
    registry = Registry(prompts, refresh_ms=0)
    while not stop.is_set():
        registry.refresh()
        broken += [p.text() for p in registry.state().problems]
        time.sleep(0.1)


@pytest.mark.slow
def test_of_two_who_write_at_once_one_wins_and_nothing_is_lost(shared, tmp_path):
    root, settings = shared
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    outs = [str(tmp_path / f"{who}.json") for who in EDITORS]
    children = [
        context.Process(target=edit, args=(str(root), who, gate, out)) for who, out in zip(EDITORS, outs, strict=True)
    ]
    stop, broken = threading.Event(), []
    watcher = threading.Thread(target=_watch, args=(root / "prompts", stop, broken))
    watcher.start()
    for child in children:
        child.start()
    for child in children:
        child.join(150)
    stop.set()
    watcher.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert broken == []
    told = [json.loads(Path(out).read_text("utf-8")) for out in outs]
    for number, (one, other) in enumerate(zip(*told, strict=True)):
        for step in range(3):
            _one_won(number, step, one[step], other[step])
    _nothing_lost(root, settings, told)


def _one_won(number: int, step: int, one: dict, other: dict) -> None:
    assert one["won"] + other["won"] == 1, (number, step, one, other)
    lost, who, winner = (one, *EDITORS) if other["won"] else (other, *reversed(EDITORS))
    if step < 2:  # the loser sees what stands now and what they wanted
        assert (lost["theirs"], lost["yours"]) == (_text(number, winner), _text(number, who))
    else:  # both wanted the same version: it is live, and the loser is told by whom
        assert lost["theirs"] == lost["yours"]
        assert lost["theirs"] in {_text(number, who) for who in EDITORS}
        assert winner in lost["said"]


def _nothing_lost(root: Path, settings, told) -> None:
    registry = open_registry(settings)
    for number in range(ROUNDS):
        name, version = _prompt(number), number // PROMPTS + 1
        writer = EDITORS[0] if told[0][number][1]["won"] else EDITORS[1]
        assert registry.candidate(name, version).raw.decode() == _text(number, writer)
        publisher = EDITORS[0] if told[0][number][2]["won"] else EDITORS[1]
        step = registry.candidate_release(name).spec.approvals[version - 1]
        assert (step.version, step.by, step.reason) == (version, publisher, f"раунд {number}")
    for number in range(ROUNDS - PROMPTS, ROUNDS):
        saver = EDITORS[0] if told[0][number][0]["won"] else EDITORS[1]
        assert registry.draft_text(_prompt(number))[1] == _text(number, saver)
    left = [p.name for p in (root / "prompts").rglob("*") if p.is_file() and not re.fullmatch(r"\w+\.yaml", p.name)]
    assert left == []
    with Container.open(settings, Secrets(), role="reader") as container:
        log = entries(settings, container.registry, container.store, most=10_000)
    deeds = [entry.deed for entry in log if "reconciled" not in entry.detail]
    assert {deed: deeds.count(deed) for deed in set(deeds)} == dict.fromkeys(
        (Deed.DRAFT, Deed.VERSION, Deed.PUBLISH), ROUNDS
    )
    assert len(deeds) == len(log)
