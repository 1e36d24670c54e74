import json
import shutil

import pytest

from botops.domain.errors import UserError


@pytest.fixture
def kept(shop):
    """A shop whose state was kept, then restarted on demand."""
    shop.restarted()
    shop.said = shop.say()
    return shop


def snapshot(house):
    return house.state_dir / "prompts" / "sales.json"


@pytest.mark.parametrize(
    ("path", "text"),
    [("sales/release.yaml", "live: ["), ("sales/1.yaml", "messages: 5"), ("sales/release.yaml", "live: 77\n")],
)
def test_a_restart_with_a_broken_file_serves_the_last_good_state(kept, path, text):
    kept.write(path, text)
    kept.restarted()
    assignment = kept.registry.assign("sales", "x")
    assert assignment.stale
    assert kept.say() == kept.said
    assert kept.registry.state().stale == ("sales",)


def test_a_restart_without_the_folder_serves_it_and_says_how_to_retire_the_prompt(kept):
    shutil.rmtree(kept.root / "sales")
    kept.restarted()
    assert kept.say() == kept.said
    assert "sales.json" in kept.registry.state().problems[0].message
    snapshot(kept).unlink()
    kept.restarted()
    assert kept.registry.names() == ()


def test_without_a_kept_state_a_restart_cannot_serve(kept):
    kept.write("sales/release.yaml", "live: [")
    kept.restarted(state_dir=None)
    with pytest.raises(UserError, match=r"release\.yaml"):
        kept.registry.assign("sales", "x")


def test_a_version_changed_while_the_service_was_down_is_refused(house, good):
    house.write("sales/1.yaml", good)
    house.write("sales/release.yaml", "live: 1\n")
    house.restarted()
    said = house.say()
    house.write("sales/1.yaml", good.replace("Вы", "Ты"))
    house.restarted()
    assert house.say() == said
    assert house.rules() == ["version-changed"]


def test_mending_the_file_ends_the_stale_state(kept, good):
    kept.write("sales/1.yaml", "messages: 5")
    kept.restarted()
    assert kept.registry.state().stale
    kept.write("sales/1.yaml", good)
    assert not kept.registry.assign("sales", "x").stale
    assert kept.registry.state().healthy


def test_a_broken_state_is_not_kept_over_the_good_one(kept):
    before = snapshot(kept).read_bytes()
    kept.write("sales/release.yaml", "live: [")
    kept.registry.refresh()
    assert snapshot(kept).read_bytes() == before


def test_a_new_release_is_kept(kept):
    kept.publish("sales", 2)
    assert "2" in json.loads(snapshot(kept).read_bytes())["versions"]


@pytest.mark.parametrize("damage", ["{", "[]", "null", '{"format": 9}', '{"format": 1}', "\xff", "[" * 100_000])
def test_a_damaged_snapshot_is_named_and_passed_over(kept, damage):
    snapshot(kept).write_bytes(damage.encode("latin-1"))
    kept.restarted()
    assert kept.say() == kept.said
    snapshot(kept).write_bytes(damage.encode("latin-1"))
    kept.write("sales/release.yaml", "live: [")
    kept.restarted()
    with pytest.raises(UserError):
        kept.registry.assign("sales", "x")
    assert "snapshot" in kept.rules()


def test_a_snapshot_with_another_text_than_was_served_is_passed_over(kept):
    data = json.loads(snapshot(kept).read_bytes())
    data["versions"]["1"]["text"] = data["versions"]["1"]["text"].replace("Вы", "Ты")
    snapshot(kept).write_text(json.dumps(data))
    kept.write("sales/release.yaml", "live: [")
    kept.restarted()
    with pytest.raises(UserError):
        kept.registry.assign("sales", "x")


def test_a_snapshot_that_cannot_be_read_is_named(kept):
    snapshot(kept).unlink()
    snapshot(kept).mkdir()
    kept.restarted()
    assert kept.say() == kept.said
    assert kept.rules() == ["snapshot"]


def test_a_state_folder_that_cannot_be_written_is_warned_about_and_serving_goes_on(shop):
    shop.state_dir.write_text("a file where a folder should be")
    shop.restarted()
    assert shop.say()
    (problem,) = shop.registry.state().problems
    assert (problem.rule, problem.level) == ("snapshot", "warning")
