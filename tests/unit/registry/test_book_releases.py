"""Price books made live and taken back: immutable files, one winner of two writers, whole files whatever happens."""

import multiprocessing
from datetime import UTC, datetime

import pytest

from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.registry.books import BookFolder, read_book_release
from botops.registry.model import ReleaseAction
from botops.registry.release import Step

STEP = Step("Дана", datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "новые цены")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "demo.yaml").write_bytes(b"first")
    return BookFolder(tmp_path)


def test_the_book_in_force_before_releases_is_where_a_rollback_leads(folder):
    release = folder.publish(b"second", STEP)
    assert (release.live, release.step.replaced) == ("1.yaml", "demo.yaml")
    assert set(release.spec.checksums) == {"1.yaml", "demo.yaml"}
    back = folder.rollback(STEP)
    assert (back.live, back.step.action) == ("demo.yaml", ReleaseAction.ROLLBACK)
    assert folder.release() == back


def test_a_book_of_the_folder_is_published_where_it_lies(folder):
    release = folder.publish(b"first", STEP, name="demo.yaml")
    assert (release.live, release.step.replaced, folder.names()) == ("demo.yaml", None, ("demo.yaml",))


def test_versions_are_numbered_on_and_the_same_book_is_not_written_twice(folder):
    for raw, suffix, live in (
        (b"second", ".yaml", "1.yaml"),
        (b"third", ".json", "2.json"),
        (b"second", ".yaml", "1.yaml"),
    ):
        assert folder.publish(raw, STEP, suffix=suffix).live == live
    assert folder.names() == ("demo.yaml", "1.yaml", "2.json")
    assert [(v.name, v.live, v.released) for v in folder.versions()] == [
        ("demo.yaml", False, True), ("1.yaml", True, True), ("2.json", False, True),
    ]  # fmt: skip


def test_rollbacks_lead_back_step_by_step(folder):
    folder.publish(b"second", STEP)
    folder.publish(b"third", STEP)
    assert [folder.rollback(STEP).live, folder.rollback(STEP).live] == ["1.yaml", "demo.yaml"]
    with pytest.raises(UserError, match="no earlier version"):
        folder.rollback(STEP)
    assert folder.rollback(STEP, "2.yaml").live == "2.yaml"


def test_what_cannot_be_rolled_back_to(folder):
    with pytest.raises(UserError, match="nothing to roll back"):
        folder.rollback(STEP)
    folder.publish(b"second", STEP)
    (folder.path / "draft.yaml").write_bytes(b"never live")
    with pytest.raises(UserError, match="never live"):
        folder.rollback(STEP, "draft.yaml")
    with pytest.raises(ConflictError, match="live already"):
        folder.rollback(STEP, "1.yaml")
    (folder.path / "demo.yaml").write_bytes(b"changed since")
    with pytest.raises(UserError, match="published version was changed"):
        folder.rollback(STEP)
    (folder.path / "demo.yaml").unlink()
    with pytest.raises(NotFoundError):
        folder.rollback(STEP)


def test_a_published_file_that_was_changed_is_named(folder):
    folder.publish(b"second", STEP)
    (folder.path / "1.yaml").write_bytes(b"edited")
    with pytest.raises(UserError, match=r"1\.yaml.*published version was changed"):
        folder.publish(b"edited", STEP, name="1.yaml")
    assert [v.changed for v in folder.versions()] == [False, True]


def test_a_file_changed_between_the_look_and_the_yes_is_not_published(folder):
    with pytest.raises(ConflictError, match="changed meanwhile"):
        folder.publish(b"what was looked at", STEP, name="demo.yaml")
    assert folder.release() is None


def test_of_two_who_saw_the_same_release_the_second_gets_the_firsts(folder):
    seen = folder.publish(b"second", STEP).checksum
    folder.publish(b"third", STEP, expected=seen)
    with pytest.raises(ConflictError) as conflict:
        folder.publish(b"fourth", STEP, expected=seen)
    assert "live: 2.yaml" in conflict.value.theirs
    assert folder.names() == ("demo.yaml", "1.yaml", "2.yaml")


def test_a_release_file_by_hand_must_record_what_it_makes_live(folder):
    with pytest.raises(UserError, match="publish it with"):
        read_book_release(b"live: demo.yaml\nchecksums: {}\n", "release.yaml")
    for name in ("../demo.yaml", "release.yaml", "demo.txt", "a/b.yaml"):
        with pytest.raises(UserError, match="not the name of a price book"):
            read_book_release(f"live: {name}\nchecksums: {{}}\n".encode(), "release.yaml")


def test_books_are_named_by_number_and_by_name(folder):
    folder.publish(b"second", STEP)
    assert [folder.named(n) for n in ("1", "1.yaml", "demo")] == ["1.yaml", "1.yaml", "demo.yaml"]
    (folder.path / "1.json").write_bytes(b"{}")
    with pytest.raises(UserError, match="whole file name"):
        folder.named("1")
    with pytest.raises(NotFoundError, match="there are: demo"):
        folder.named("../demo")


def _compete(path, raw, expected, start, answers):
    start.wait()
    try:
        answers.put(BookFolder(path).publish(raw, STEP, expected=expected).live)
    except ConflictError:
        answers.put(None)


def test_of_two_processes_one_wins_and_every_file_is_whole(folder):
    context = multiprocessing.get_context("fork")
    for round_ in range(20):
        release = folder.release()
        start, answers = context.Event(), context.Queue()
        bodies = [f"book {round_} of {who}\n".encode() * 5000 for who in "ab"]
        expected = release.checksum if release else ""
        both = [context.Process(target=_compete, args=(folder.path, b, expected, start, answers)) for b in bodies]
        for one in both:
            one.start()
        start.set()
        won = [answers.get(timeout=20), answers.get(timeout=20)]
        for one in both:
            one.join()
        assert won.count(None) == 1
        live = folder.release().live
        assert live in won
        assert (folder.path / live).read_bytes() in bodies
    assert len(folder.release().spec.approvals) == 20
    assert not list(folder.path.glob(".botops-*"))


@pytest.mark.parametrize("name", ["прайс, декабрь №5 «новый».yaml", "прайс: Алматы #1 [опт].yml", "и\u0306.json"])
def test_a_book_is_known_whatever_people_call_its_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"first")
    folder = BookFolder(tmp_path)
    assert folder.publish(b"second", STEP).step.replaced == name
    back = folder.rollback(STEP)
    assert (back.live, folder.release(), folder.named(name.rpartition(".")[0])) == (name, back, name)


@pytest.mark.parametrize("name", ["._demo.yaml", ".demo.yaml", "~demo.yaml", "a\x1b[2Jb.yaml", "a\u202eb.yaml"])
def test_hidden_and_unprintable_names_are_no_books(folder, name):
    (folder.path / name).write_bytes(b"left by another program")
    assert folder.names() == ("demo.yaml",)
