import os
import threading

import pytest

from botops.domain.errors import NotFoundError, UserError
from botops.domain.prompts import Assignment, PromptRef
from botops.registry import DRAFT, Registry, Split, Variant
from botops.split import assign

SPLIT = """\
live: 1
split:
  experiment: greeting
  variants:
    - {version: 1, weight: 5000}
    - {version: 2, weight: 5000}
  coverage: 8000
"""


def test_what_stands_in_the_folder_is_listed(shop):
    shop.write("sales/draft.yaml", "messages: []")
    shop.write("reception/1.yaml", "messages: [{role: system, content: a}]")
    assert shop.registry.names() == ("reception", "sales")
    assert shop.registry.versions("sales") == (1, 2)
    assert shop.registry.version("sales", 2).spec.owner == "sales-enablement"
    assert shop.registry.release("sales").live == 1
    assert shop.registry.state().loaded_at is not None


def test_the_live_version_is_served_without_a_split(shop):
    assignment = shop.registry.assign("sales", "")
    assert assignment == Assignment(shop.registry.version("sales", 1).ref)
    assert shop.say().startswith("Вы консультант компании Тұлпар Тех.")


def test_a_split_deals_leads_by_the_hash_and_leaves_the_rest_on_the_live_version(shop):
    shop.write("sales/release.yaml", SPLIT)
    seen = set()
    for index in range(200):
        lead = f"lead-{index}"
        got = shop.registry.assign("sales", lead)
        expected = assign("greeting", lead, [5000, 5000], 8000)
        assert (got.bucket, got.variant, got.experiment) == (expected.bucket, expected.variant, "greeting")
        assert got.ref.version == (2 if got.variant == 1 else 1)
        assert got == shop.registry.assign("sales", lead)
        seen.add(got.variant)
    assert seen == {-1, 0, 1}


def test_a_later_phase_deals_anew(shop):
    shop.write("sales/release.yaml", SPLIT.replace("greeting", "greeting\n  phase: 2"))
    got = shop.registry.assign("sales", "lead-7")
    assert got.experiment == "greeting:2"
    assert got.bucket == assign("greeting:2", "lead-7", [5000, 5000], 8000).bucket


def test_a_lead_without_a_name_cannot_be_dealt(shop):
    shop.write("sales/release.yaml", SPLIT)
    with pytest.raises(UserError, match=r"greeting.*empty"):
        shop.registry.assign("sales", "")


def test_an_unknown_prompt_or_version_is_named(shop):
    with pytest.raises(NotFoundError, match="did you mean sales"):
        shop.registry.assign("sale", "lead")
    with pytest.raises(NotFoundError, match="known are sales"):
        shop.registry.versions("zzz")
    with pytest.raises(NotFoundError, match="no version 9: its versions are 1, 2"):
        shop.registry.version("sales", 9)
    with pytest.raises(NotFoundError, match="no draft"):
        shop.registry.draft("sales")
    with pytest.raises(NotFoundError, match="none"):
        Registry(shop.root.parent / "state").assign("sales", "x")


def test_nothing_published_is_said(house, good):
    house.write("sales/1.yaml", good)
    with pytest.raises(UserError, match="publish a version first"):
        house.registry.assign("sales", "x")
    assert house.registry.state().healthy


def test_a_draft_is_read_but_not_served(shop, good):
    shop.write("sales/draft.yaml", good.replace("Вы консультант", "Черновик"))
    draft = shop.registry.draft("sales")
    assert draft.is_draft
    assert draft.ref.version == DRAFT
    rendered = shop.registry.render_version(draft, {"company": "Т", "price_table": "-"})
    assert rendered.messages[0].content.startswith("Черновик")
    assert shop.say().startswith("Вы")
    shop.write("sales/draft.yaml", "messages: 5")
    with pytest.raises(UserError, match=r"draft\.yaml:1:11"):
        shop.registry.draft("sales")
    assert not shop.registry.state().stale


def test_a_text_that_was_not_assigned_is_not_rendered(shop):
    ref = shop.registry.version("sales", 1).ref
    with pytest.raises(NotFoundError, match="assign anew"):
        shop.registry.render(Assignment(PromptRef("sales", 1, "0" * 64)), {})
    with pytest.raises(NotFoundError):
        shop.registry.render(Assignment(PromptRef("sales", 7, ref.checksum)), {})


def test_files_are_looked_at_only_when_it_is_time(shop):
    shop.restarted(refresh_ms=5000)
    assert shop.registry.release("sales").live == 1
    shop.write("sales/release.yaml", "live: 2\n")
    assert shop.registry.release("sales").live == 1
    shop.clock.seconds += 5
    assert shop.registry.release("sales").live == 2


def test_refresh_says_whether_anything_changed(shop):
    shop.registry.refresh()
    assert not shop.registry.refresh()
    shop.write("sales/release.yaml", "live: 2\n")
    assert shop.registry.refresh()
    assert not shop.registry.refresh()
    for _ in range(3):
        shop.clock.seconds += 1
        assert not shop.registry.refresh()
    assert not shop.registry.load().problems


def test_an_edit_that_keeps_every_time_and_size_is_seen_soon_after(shop):
    path = shop.write("sales/release.yaml", "live: 1\n")
    shop.registry.refresh()
    before = path.stat()
    with path.open("r+") as file:
        file.write("live: 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    shop.clock.seconds += 1
    shop.registry.refresh()
    assert shop.registry.release("sales").live == 2


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("sales/release.yaml", "live: [", "syntax"),
        ("sales/release.yaml", "live: 9\n", "missing-version"),
        ("sales/release.yaml", SPLIT.replace("version: 2", "version: 9"), "missing-version"),
        ("sales/release.yaml", SPLIT.replace("5000", "4000"), "wrong-value"),
        ("sales/release.yaml", "", "missing-key"),
        ("sales/1.yaml", "messages: nothing", "version-changed"),
    ],
)
def test_a_broken_file_keeps_the_last_good_state_served_loudly(shop, path, text, rule):
    said = shop.say()
    shop.write(path, text)
    assignment = shop.registry.assign("sales", "lead-1")
    assert assignment.stale
    assert assignment.ref.version == 1
    assert shop.say() == said
    state = shop.registry.state()
    assert state.stale == ("sales",)
    assert not state.healthy
    assert rule in {p.rule for p in state.problems}
    assert all(p.file.endswith(path) for p in state.problems)


@pytest.mark.parametrize("gone", ["release.yaml", "1.yaml"])
def test_a_file_that_vanishes_keeps_the_last_good_state(shop, gone):
    (shop.root / "sales" / gone).unlink()
    shop.clock.seconds += 1
    assert shop.registry.assign("sales", "x").stale
    assert shop.say()


def test_a_folder_that_vanishes_keeps_the_last_good_state_and_its_return_ends_it(shop):
    (shop.root / "sales").rename(shop.root.parent / "elsewhere")
    shop.clock.seconds += 1
    assert shop.registry.assign("sales", "x").stale
    assert shop.rules() == ["missing-file"]
    (shop.root.parent / "elsewhere").rename(shop.root / "sales")
    shop.clock.seconds += 1
    assert not shop.registry.assign("sales", "x").stale
    assert shop.registry.state().healthy


def test_a_prompts_folder_that_vanishes_is_said(shop):
    shop.root.rename(shop.root.parent / "elsewhere")
    shop.clock.seconds += 1
    assert shop.registry.assign("sales", "x").stale
    assert shop.rules() == ["missing-file", "unreadable"]


def test_a_broken_version_that_nobody_gets_disturbs_nobody(shop):
    shop.write("sales/3.yaml", "messages: {")
    assert not shop.registry.assign("sales", "x").stale
    assert shop.registry.versions("sales") == (1, 2, 3)
    with pytest.raises(UserError, match=r"3\.yaml"):
        shop.registry.version("sales", 3)
    assert shop.rules() == ["syntax"]


def test_a_prompt_that_was_never_published_goes_with_its_folder(shop, good):
    path = shop.write("other/1.yaml", good)
    assert shop.registry.names() == ("other", "sales")
    path.unlink()
    path.parent.rmdir()
    shop.clock.seconds += 1
    assert shop.registry.names() == ("sales",)
    assert shop.registry.state().healthy


def test_broken_from_the_start_cannot_be_served_and_says_why(house, good):
    house.write("sales/1.yaml", good)
    house.write("sales/release.yaml", "live: 4\n")
    with pytest.raises(UserError, match=r"release.yaml:1:7: live: there is no version 4"):
        house.registry.assign("sales", "x")


def test_an_edited_published_version_is_refused_with_both_hashes(shop, good):
    published = shop.registry.version("sales", 1).ref.checksum
    shop.write("sales/1.yaml", good.replace("Вы консультант", "Вы продавец"))
    assert shop.say().startswith("Вы консультант")
    (problem,) = shop.registry.state().problems
    edited = shop.registry.candidate("sales", 1)
    assert published in problem.message
    assert edited.ref.checksum in problem.message
    assert problem.file.endswith("sales/1.yaml")
    assert edited.passages[0].text.text.startswith("Вы продавец")
    shop.write("sales/1.yaml", good)
    assert shop.registry.state().healthy


def test_a_version_served_without_a_recorded_checksum_may_not_change_either(house, good):
    house.write("sales/1.yaml", good)
    house.write("sales/release.yaml", "live: 1\n")
    said = house.say()
    house.write("sales/1.yaml", good.replace("Вы", "Ты"))
    assert house.say() == said
    assert house.rules() == ["version-changed"]


def test_weights_changed_inside_a_phase_are_warned_about_but_obeyed(shop):
    shop.write("sales/release.yaml", SPLIT)
    shop.registry.assign("sales", "x")
    shop.write(
        "sales/release.yaml",
        SPLIT.replace("1, weight: 5000", "1, weight: 10000").replace("2, weight: 5000", "2, weight: 0"),
    )
    shop.registry.refresh()
    (problem,) = shop.registry.state().problems
    assert (problem.rule, problem.level, problem.line) == ("phase-reused", "warning", 2)
    assert {shop.registry.assign("sales", f"{i}").ref.version for i in range(50)} == {1}


def test_hostile_folders_are_named_and_never_read(shop, tmp_path, good):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "1.yaml").write_text(good, "utf-8")
    (shop.root / "linked").symlink_to(outside)
    (shop.root / "Bad Name").mkdir()
    (shop.root / ".git").mkdir()
    (shop.root / "notes.txt").write_text("x")
    (shop.root / "sales" / "5.yaml").symlink_to(outside / "1.yaml")
    os.mkfifo(shop.root / "sales" / "6.yaml")
    (shop.root / "sales" / "7.yaml").mkdir()
    (shop.root / "sales" / "8.yaml").write_text("#" * 300_000)
    (shop.root / "sales" / "9.yaml").write_bytes(b"\xff\xfe\x00")
    (shop.root / "sales" / "08.yaml").write_text("a")
    shop.clock.seconds += 1
    assert shop.registry.names() == ("sales",)
    assert shop.rules() == ["bad-name", "encoding", "symlink", "too-large", "unknown-file", "unreadable"]
    for number in (5, 6, 7, 8, 9):
        with pytest.raises(UserError):
            shop.registry.version("sales", number)


@pytest.mark.parametrize(
    "name", ["../sales", "/etc", "sales/..", "", ".", "a\0b", "Sales", "продажи", "-x", "a" * 200, "sales\n"]
)
def test_names_that_lead_elsewhere_are_refused(shop, name):
    for call in (
        lambda: shop.registry.candidate(name, 1),
        lambda: shop.publish(name, 1),
        lambda: shop.registry.new_version(name, "x"),
        lambda: shop.registry.save_draft(name, "x"),
        lambda: shop.registry.assign(name, "x"),
    ):
        with pytest.raises(UserError):
            call()
    assert sorted(p.name for p in shop.root.parent.iterdir()) == ["prompts"]


def test_a_folder_behind_a_link_is_neither_read_nor_written(shop, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "1.yaml").write_text("messages: [{role: system, content: a}]")
    (shop.root / "linked").symlink_to(tmp_path / "outside")
    for call in (
        lambda: shop.registry.candidate("linked", 1),
        lambda: shop.publish("linked", 1),
        lambda: shop.registry.new_version("linked", "messages: [{role: system, content: b}]"),
        lambda: shop.registry.save_draft("linked", "x"),
    ):
        with pytest.raises(UserError, match="symbolic link"):
            call()
    assert [p.name for p in (tmp_path / "outside").iterdir()] == ["1.yaml"]


def test_readers_never_see_a_half_reloaded_registry(shop, good):
    shop.restarted(refresh_ms=0).load()  # before the first good state there is nothing to fall back on
    stop = threading.Event()
    faults = []

    def read():
        while not stop.is_set():
            try:
                assignment = shop.registry.assign("sales", "lead")
                shop.registry.render(assignment, {"company": "Т", "price_table": "-"})
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is the finding
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for round_ in range(30):
        shop.write("sales/release.yaml", f"live: {1 + round_ % 2}\n" if round_ % 3 else "live: [")
    stop.set()
    for reader in readers:
        reader.join()
    assert not faults


def test_a_registry_without_a_clock_reads_files_too(shop):
    registry = Registry(str(shop.root), refresh_ms=0)
    assert registry.assign("sales", "x").ref.version == 1
    assert registry.state().loaded_at is None


def test_split_values():
    split = Split(experiment="a", phase=3, variants=(Variant(version=1, weight=10000),))
    assert (split.seed, split.weights) == ("a:3", (10000,))
