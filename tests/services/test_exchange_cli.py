"""Prompts taken from and given to other tools at the command line."""

import json
import re

import pytest

FOREIGN = [
    {"name": "support", "version": 1, "type": "text", "prompt": "Помогай. {{question}}", "labels": [], "tags": []},
    {"name": "support", "version": 3, "type": "text", "prompt": "Помогай кратко. {{question}} {% x %}",
     "labels": ["production"], "tags": ["help"], "config": {"model": "m", "dashboard": 5}},
]  # fmt: skip


@pytest.fixture
def foreign(project):
    (project / "in.json").write_text(json.dumps(FOREIGN, ensure_ascii=False, indent=1), "utf-8")
    return ("prompts", "import", "in.json", "--format", "langfuse", "--by", "Асель")


def test_an_import_writes_versions_and_nothing_goes_live(botops, project, foreign):
    code, out, err = botops(project, *foreign)
    assert code == 1  # something was not taken over
    lines = out.splitlines()
    assert lines[:2] == ["support@1: written", "support@3: written"]
    assert re.match(r"support@3 is in force there: proposed here as \w{8}, live with: botops prompts publish", lines[2])
    assert "in.json:23:17: 1.config.dashboard: not imported" in err
    assert sorted(p.name for p in (project / "prompts/support").iterdir()) == ["1.yaml", "3.yaml"]
    code, out, err = botops(project, *foreign)
    assert out.splitlines() == [
        "support@1: there already, not written", "support@3: there already, not written",
        "support@3 is proposed already",
    ]  # fmt: skip
    code, out, _ = botops(project, "prompts", "history", "support", "--json")
    assert [(e["deed"], e["version"]) for e in json.loads(out)] == [("propose", "3"), ("import", "3"), ("import", "1")]


def test_a_number_taken_by_another_text_is_passed_over(botops, project, foreign):
    (project / "one.json").write_text(json.dumps({**FOREIGN[1], "prompt": "Иное", "config": {}}), "utf-8")
    botops(project, *foreign)
    code, out, _ = botops(project, *foreign[:2], "one.json", *foreign[3:])
    assert code == 0
    assert out.startswith("support@4: written (version 3 there)\n")


def test_publishing_is_asked_for(botops, project, foreign):
    code, out, _ = botops(project, *foreign, "--publish", "--reason", "перенос")
    assert code == 1
    assert "support@3 is live now" in out
    release = (project / "prompts/support/release.yaml").read_text("utf-8")
    assert "live: 3" in release
    assert "перенос" in release


def test_publishing_goes_through_the_policy(botops, project, foreign):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nreleases: {approval: second_person}\n", "utf-8")
    code, out, err = botops(project, *foreign, "--publish", "--reason", "перенос")
    assert (code, out) == (2, "support@1: written\nsupport@3: written\n")
    assert "second person" in err
    assert "config.dashboard: not imported" in err
    assert not (project / "prompts/support/release.yaml").exists()


def test_a_draft_is_never_written_over(botops, project, foreign):
    assert botops(project, *foreign, "--draft")[1] == "support@draft: written (version 3 there)\n"
    before = (project / "prompts/support/draft.yaml").read_bytes()
    code, _, err = botops(project, *foreign, "--draft")
    assert code == 2
    assert "has a draft already" in err
    assert (project / "prompts/support/draft.yaml").read_bytes() == before


def test_a_dry_run_writes_nothing(botops, project, foreign):
    code, out, _ = botops(project, *foreign, "--dry-run")
    assert code == 1
    assert "# support@3 (in force there)" in out
    assert not (project / "prompts/support").exists()


def test_text_from_standard_input(botops, project):
    call = ("prompts", "import", "-", "--format", "text", "--by", "Асель")
    assert botops(project, *call, stdin=b"x")[0] == 2
    code, out, _ = botops(project, *call, "--name", "note", stdin="Ответь: {{q}} {не переменная}".encode())
    assert (code, out) == (0, "note@1: written\n")
    code, out, _ = botops(project, "prompts", "export", "note@1", "--format", "text")
    assert (code, out) == (0, "Ответь: {{q}} {не переменная}\n")


@pytest.mark.parametrize("form", ["langfuse", "mlflow"])
def test_the_demo_prompt_goes_out_and_comes_back(botops, project, form):
    code, out, _ = botops(project, "prompts", "export", "sales@1", "--format", form)
    assert code == 0
    (project / "out.json").write_text(out, "utf-8")
    call = ("prompts", "import", "out.json", "--format", form, "--by", "Асель", "--json")
    code, out, _ = botops(project, *call)
    assert code == 0
    assert [(v["number"], v["outcome"]) for v in json.loads(out)["versions"]] == [(1, "present")]


def test_flat_text_holds_the_prices_of_today(botops, project):
    code, out, _ = botops(project, "prompts", "export", "sales", "--format", "text", "--flat", "--set", "channel=email")
    assert code == 0
    assert "из канала: email" in out
    assert "{{" not in out
    code, _, err = botops(project, "prompts", "export", "sales", "--format", "text", "--flat", "--set", "no=1")
    assert code == 2
    assert "does not use no" in err
