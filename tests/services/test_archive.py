"""Archives of served replies: written, played back, and every difference found."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from botops.app import services
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.releases import AuditEntry, Deed
from botops.domain.reviews import ClaimException
from botops.registry.exchange.packing import pack, unpack

ASKED = "Сколько стоит тариф «Магазин» на год? Мой телефон +7 701 123 45 67"


def converse(project, *overrides, texts=("Здравствуйте", ASKED)):
    """A dialogue with the simulated model; the record of its last turn."""
    settings = load_settings(project / "botops.yaml", required=True, overrides=overrides)

    async def talk(container):
        dialogue, record = None, None
        for text in texts:
            inbound = await services.inbound(container, text, dialogue_id=dialogue, lead_id="lead-1")
            dialogue = inbound.dialogue_id
            record = await container.bot.run_turn(inbound)
        return record

    with Container.open(settings, Secrets()) as container:
        return asyncio.run(talk(container))


@pytest.fixture
def served(project):
    return project, converse(project)


def changed(file, change, **manifest):
    """The archive with other contents and right hashes, as somebody who knows how would make it."""
    was, members = unpack(file.read_bytes(), str(file))
    change(members)
    kept = {k: v for k, v in was.items() if k not in {"format", "members"}}
    file.write_bytes(pack(members, {**kept, **manifest}, zipped=file.suffix == ".zip"))


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_reply_is_reproduced_anywhere(botops, served, tmp_path, name):
    project, record = served
    code, out, err = botops(project, "prompts", "export", "--turn", record.id, "--archive", name)
    assert (code, err) == (0, "")
    first = (project / name).read_bytes()
    named = f"{record.inbound.dialogue_id}/{record.number}"
    botops(project, "prompts", "export", "--turn", named, "--archive", name)
    assert (project / name).read_bytes() == first
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / name).write_bytes(first)
    code, out, _ = botops(elsewhere, "prompts", "replay", name, "--json")
    assert code == 0
    played = json.loads(out)
    assert played["same"]
    assert {c["what"]: c["same"] for c in played["compared"]} == {
        "hashes": True, "prompt file": True, "rendered prompt": True, "prompt as sent": True,
        "price book of verdict 1": True, "verdict 1": True,
    }  # fmt: skip
    _, members = unpack(first, name)
    assert b"701 123" not in b"".join(members.values())
    assert "реплика" in members["README.md"].decode()


def test_a_blocked_reply_keeps_its_findings(botops, project):
    record = converse(project, "simulator.errors.stale_price=1.0", "guard.policy=block", texts=(ASKED,))
    assert record.verdict.findings
    botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    code, out, _ = botops(project, "prompts", "replay", "a.zip")
    assert code == 0, out
    assert "findings" in out
    assert " 0 findings" not in out


def test_later_changes_do_not_touch_the_archive_and_are_said(botops, served):
    project, record = served
    book = project / "pricebook/demo.yaml"
    old = book.read_bytes()
    book.write_bytes(old.replace(b"139000", b"149000"))
    shutil.rmtree(project / ".botops/pricebook", ignore_errors=True)  # the copy of the last good book
    code, _, err = botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    assert code == 1
    assert f"the price book {record.verdict.book} is not in" in err
    book.write_bytes(old)
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Айна Касса", "Другая"), "utf-8")
    code, _, err = botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    assert code == 1
    assert "renders to another text than was sent" in err
    code, out, _ = botops(project, "prompts", "replay", "a.zip")
    assert code == 1
    assert "DIFFERS  prompt as sent" in out
    version = project / f"prompts/sales/{record.assignment.ref.version}.yaml"
    version.write_text(version.read_text("utf-8") + "# другое\n", "utf-8")
    code, _, err = botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    assert code == 1
    assert "is another text now" in err


def test_what_was_changed_inside_is_named(botops, served):
    project, record = served
    file = project / "a.zip"

    def fresh():
        assert botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")[0] == 0

    fresh()
    raw = file.read_bytes()
    file.write_bytes(raw[:-30])
    assert botops(project, "prompts", "replay", "a.zip")[0] == 2

    def dearer(members):
        members["pricebook/book.yaml"] = members["pricebook/book.yaml"].replace(b"139000", b"149000")

    fresh()
    changed(file, dearer)
    code, out, _ = botops(project, "prompts", "replay", "a.zip")
    assert code == 1
    for what in ("rendered prompt", "prompt as sent", "price book of verdict 1", "verdict 1"):
        assert f"DIFFERS  {what}" in out
    assert "149 000" in out

    def other_reply(members):
        turn = json.loads(members["turn.json"])
        turn["reply"] = turn["reply"] + " Дарим скидку 50 %."
        members["turn.json"] = json.dumps(turn).encode()

    fresh()
    changed(file, other_reply)
    code, out, _ = botops(project, "prompts", "replay", "a.zip")
    assert code == 1
    assert "DIFFERS  verdict 1" in out
    fresh()
    changed(file, lambda members: None, checker="0" * 64)
    code, out, _ = botops(project, "prompts", "replay", "a.zip")
    assert (code, "unknown  checker" in out) == (0, True)


@pytest.mark.parametrize("broken", ["turn.json", "render.json", "dialogue.json", "exceptions.json"])
@pytest.mark.parametrize("text", [b"{}", b"[1]", b"5", b"", b"\xff"])
def test_broken_contents_are_refused(botops, served, broken, text):
    project, record = served
    botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    changed(project / "a.zip", lambda members: members.update({broken: text}))
    code, _, err = botops(project, "prompts", "replay", "a.zip")
    assert code == 2
    assert "a.zip" in err


@pytest.mark.parametrize(
    "members",
    [
        {"prompts/_partials/x": b"text: a"}, {"prompts/_partials/x/y.yaml": b"text: a"},
        {"prompts/_partials/x/1.yaml/z": b"text: a"}, {"claims/terms.yaml": b"\xff"},
        {"claims/terms.yaml": b"words: 5"},
        {"pricebook/book.yaml": b"products: ["}, {"pricebook/book.yaml": b""},
    ],
)  # fmt: skip
def test_hostile_members_are_refused_or_left_alone(botops, served, members):
    project, record = served
    botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    changed(project / "a.zip", lambda old: old.update(members))
    code, _, err = botops(project, "prompts", "replay", "a.zip")
    assert code in {0, 2}
    assert code == 0 or "a.zip" in err


def test_the_copy_of_the_last_good_book_serves_too(botops, served):
    project, record = served
    book = project / "pricebook/demo.yaml"
    kept = project / ".botops/pricebook"
    kept.mkdir(exist_ok=True)
    (kept / "copy.book").write_bytes(book.read_bytes())
    book.write_bytes(book.read_bytes() + b"# x\n")
    assert botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")[0] == 0
    assert botops(project, "prompts", "replay", "a.zip")[0] == 0


def test_an_archive_of_a_prompt_needs_no_store(botops, project):
    code, _, err = botops(project, "prompts", "export", "sales@1", "--archive", "p.tar.gz")
    assert (code, err) == (0, "")
    code, out, _ = botops(project, "prompts", "replay", "p.tar.gz")
    assert code == 0
    assert "same     rendered prompt: byte for byte" in out
    assert not (project / ".botops/botops.db").exists()


def test_shared_texts_go_with_the_prompt(botops, project):
    folder = project / "prompts/_partials/policy"
    folder.mkdir(parents=True)
    (folder / "1.yaml").write_text("text: |\n  Скидок не давай. {{ company }}\n", "utf-8")
    (project / "prompts/sales/9.yaml").write_text(
        'messages:\n  - role: system\n    content: |\n      Кратко.\n      {% include "policy@1" %}\n', "utf-8"
    )
    assert botops(project, "prompts", "export", "sales@9", "--archive", "p.zip")[0] == 0
    _, members = unpack((project / "p.zip").read_bytes(), "p.zip")
    assert "prompts/_partials/policy/1.yaml" in members
    code, out, _ = botops(project, "prompts", "replay", "p.zip")
    assert (code, "byte for byte" in out) == (0, True)


def test_exceptions_of_that_day_hold(botops, project):
    record = converse(project, "simulator.errors.stale_price=1.0", "guard.policy=observe", texts=(ASKED,))
    finding = record.verdict.findings[0]
    settings = load_settings(project / "botops.yaml", required=True)
    today = datetime.now(UTC).date()
    item = ClaimException("e1", finding.quote, finding.kind, "sales", "так можно", today - timedelta(1),
                          today + timedelta(30), finding.sku, "Асель")  # fmt: skip
    with Container.open(settings, Secrets()) as container:
        entry = AuditEntry("a-1", container.clock.now(), "Асель", Deed.EXCEPT, "exception:e1", item.reason)
        container.store.reviews.add_exception(item, entry)
    record = converse(project, "simulator.errors.stale_price=1.0", "guard.policy=observe", texts=(ASKED,))
    assert record.verdict.excepted
    botops(project, "prompts", "export", "--turn", record.id, "--archive", "a.zip")
    assert botops(project, "prompts", "replay", "a.zip")[0] == 0


def test_wrong_ways_to_call_it_are_told(botops, project):
    for call in (
        ("--archive", "a.zip"), ("sales", "--archive", "a.zip", "--turn", "x"), ("sales",), ("--format", "text"),
        ("sales", "--archive", "a.rar"), ("sales", "--archive", "a.zip", "--flat"),
    ):  # fmt: skip
        assert botops(project, "prompts", "export", *call)[0] == 2
    converse(project, texts=("Здравствуйте",))
    code, _, err = botops(project, "prompts", "export", "--turn", "nobody", "--archive", "a.zip")
    assert code == 2
    assert "nobody" in err
