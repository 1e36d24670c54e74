"""Draft, evaluation, review and publication on the command line of a fresh project, with everything asked for."""

import json
from functools import partial

import pytest

POLICY = """
releases:
  approval: second_person
  require_green_eval: [demo]
"""
SUITE = "evals/suites/demo.yaml"


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project."""
    return partial(botops, project, by="Айгерим")


@pytest.fixture
def strict(project):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + POLICY, "utf-8")
    return project


@pytest.fixture
def better(project):
    """The text of version 1, said a little otherwise."""
    return (project / "prompts/sales/1.yaml").read_text("utf-8").replace("консультант", "помощник")


def publish(botops, version=3, **more):
    return botops("prompts", "publish", f"sales@{version}", "--end-split", "--reason", "выпуск", **more)


def evaluate(botops, *options, which="sales@3", model="simulator"):
    return botops("eval", "run", SUITE, "--prompt", which, "--model", model, *options)


def history(botops):
    return json.loads(botops("prompts", "history", "sales", "--json")[1])


@pytest.mark.slow
def test_the_whole_path(botops, strict, better):
    code, out, _ = botops("prompts", "draft", "sales", "-", "--json", stdin=better.encode())
    assert code == 0
    checksum = json.loads(out)["checksum"]
    assert evaluate(botops, which="sales@draft")[0] == 0
    code, out, err = botops("prompts", "propose", "sales", "--reason", "короче", "--json")
    proposal = json.loads(out)
    assert (code, proposal["version"], proposal["checksum"]) == (0, "3", checksum)
    code, _, err = publish(botops)
    assert (code, "second person" in err, "suite" in err) == (2, True, False)
    code, _, err = botops("prompts", "approve", proposal["id"], "--reason", "да", by=" айгерим ")
    assert (code, "second person" in err) == (2, True)
    assert botops("prompts", "approve", proposal["id"][:8], "--reason", "да", by="Дана")[0] == 0
    code, out, _ = botops(
        "prompts", "publish", "sales@3", "--end-split", "--reason", "выпуск", "--json", by="Марат"
    )  # fmt: skip
    live = json.loads(out)
    assert (code, live["live"], live["approved_by"], len(live["eval_runs"])) == (0, 3, "Дана", 1)
    code, out, _ = botops("prompts", "rollback", "sales", "--reason", "жалобы", by="Марат")
    assert (code, out) == (0, "sales@1 is live, 3 was (rollback)\n")
    log = history(botops)
    deeds = ["rollback", "publish", "approve", "propose", "version", "eval", "draft"]
    assert [entry["deed"] for entry in log] == deeds
    assert {entry["checksum"] for entry in log[1:]} == {checksum}
    assert [entry["by"] for entry in log] == ["Марат", "Марат", "Дана", *["Айгерим"] * 4]
    assert json.loads(botops("audit", "--subject", "prompt:sales", "--json")[1]) == log
    code, out, _ = botops("prompts", "history", "sales")
    assert "approve  prompt:sales 3" in out


@pytest.mark.slow
def test_which_evaluations_count(botops, strict, better):
    settings = strict / "botops.yaml"
    settings.write_text(settings.read_text("utf-8").replace("approval: second_person", "approval: none"), "utf-8")
    version = strict / "prompts/sales/3.yaml"
    version.write_text(better, "utf-8")

    def refused(word):
        code, _, err = publish(botops)
        assert (code, word in err, f"botops eval run {SUITE} --prompt sales@3" in err) == (2, True, True), err

    refused("has not been run with this text")
    assert evaluate(botops, "--case", "price*")[0] == 0
    refused("has not been run with this text")
    assert evaluate(botops, "--set", "guard.policy=block")[0] == 0
    refused("has not been run with this text")
    assert evaluate(botops, "--no-evidence")[0] == 0
    refused("has not been run with this text")
    assert evaluate(botops, which="sales@1")[0] == 0
    refused("has not been run with this text")
    assert evaluate(botops, model="replay")[0] == 3  # nothing was recorded for this text
    refused("failed with this text (62 of 62 cases)")
    assert evaluate(botops)[0] == 0
    version.write_text(better + "# другой текст\n", "utf-8")
    refused("has not been run with this text")
    version.write_text(better, "utf-8")
    suite = strict / SUITE
    good = suite.read_text("utf-8")
    suite.write_text(good + "# строже\n", "utf-8")
    refused("the suite demo was changed since")
    suite.write_text(good, "utf-8")
    book = strict / "pricebook/demo.yaml"
    prices = book.read_text("utf-8")
    book.write_text(prices + "# завтра\n", "utf-8")
    refused("price book was changed since")
    book.write_text(prices, "utf-8")
    suite.write_text(good.replace("price_book: ../../pricebook/demo.yaml\n", ""), "utf-8")
    assert evaluate(botops)[0] == 0
    book.write_text(prices + "# завтра\n", "utf-8")
    refused("price book was changed since")
    assert evaluate(botops, model="replay")[0] == 3
    refused("failed with this text")
    book.write_text(prices, "utf-8")  # what is in force again was judged green
    assert publish(botops)[0] == 0


def test_suites_that_are_not_there(botops, strict, better):
    (strict / "prompts/sales/3.yaml").write_text(better, "utf-8")
    settings = strict / "botops.yaml"
    base = settings.read_text("utf-8").replace("approval: second_person", "approval: none")
    settings.write_text(base.replace("[demo]", "[demos]"), "utf-8")
    code, _, err = publish(botops)
    assert (code, "asks for the suite demos" in err, "(there: demo, red-team)" in err) == (2, True, True)
    settings.write_text(base.replace("[demo]", "true"), "utf-8")
    code, _, err = publish(botops)
    assert (code, err.count("has not been run with this text")) == (2, 2)
    (strict / "prompts/reception/3.yaml").write_text(better, "utf-8")
    code, _, err = botops("prompts", "publish", "reception@3", "--reason", "x")
    assert (code, "tests the prompt reception: write one" in err) == (2, True)


def test_looking_makes_nothing(botops, project):
    for command in (
        ("prompts", "list"), ("prompts", "history", "sales"), ("prompts", "proposals"), ("audit", "--json"),
        ("prompts", "show", "sales"), ("prompts", "lint"),
    ):  # fmt: skip
        assert botops(*command)[0] == 0, command
    assert not (project / ".botops").exists()
    code, out, _ = botops("prompts", "history", "sales", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert botops("prompts", "history", "nosuch")[0] == 2


def test_what_was_done_elsewhere_is_in_the_log(botops, project, better):
    (project / "prompts/sales/3.yaml").write_text(better, "utf-8")
    assert publish(botops)[0] == 0
    for file in (project / ".botops").iterdir():
        if file.name.startswith("botops.db"):
            file.unlink()
    (entry,) = history(botops)
    assert (entry["deed"], entry["by"], entry["detail"]["reconciled"]) == ("publish", "Айгерим", True)
    assert botops("prompts", "rollback", "sales", "--reason", "жалобы")[0] == 0
    assert [(e["deed"], "reconciled" in e["detail"]) for e in history(botops)] == [
        ("rollback", False), ("publish", True),
    ]  # fmt: skip


def test_a_conflict_shows_both_texts_and_commands_no_terminal(botops, project, better):
    assert botops("prompts", "draft", "sales", "-", stdin=b"theirs \x1b[2J\nsame\n", by="Дана")[0] == 0
    code, out, err = botops("prompts", "draft", "sales", "-", stdin=b"mine\nsame\n")
    assert (code, out) == (2, "")
    assert "-theirs \\x1b[2J\n+mine\n same\n" in err
    assert "\x1b" not in err
    expected = err.partition("--expected ")[2][:64]
    assert botops("prompts", "draft", "sales", "-", "--expected", expected, stdin=better.encode())[0] == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("prompts", "publish", "sales", "--reason", "x"), "which version"),
        (("prompts", "publish", "sales@draft", "--reason", "x"), "which version"),
        (("prompts", "publish", "sales@0", "--reason", "x"), "a version is a number"),
        (("prompts", "publish", "sales@²", "--reason", "x"), "a version is a number"),
        (("prompts", "publish", "../x@1", "--reason", "x"), "is no prompt name"),
        (("prompts", "publish", "sales@2", "--reason", " "), "reason is missing"),
        (("prompts", "publish", "sales@2"), "--reason"),
        (("prompts", "publish", "sales@2", "--by", "a\x07", "--reason", "x"), "U+0007"),
        (("prompts", "rollback", "sales", "--to", "7", "--reason", "x"), "was never live"),
        (("prompts", "approve", "nope", "--reason", "x"), "no proposal 'nope'"),
        (("prompts", "draft", "sales", "nosuch.yaml"), "nosuch.yaml"),
        (("prompts", "new", "sales", "--reason", "x"), "has no draft"),
        (("prompts", "propose", "nosuch@1", "--reason", "x"), "no prompt 'nosuch'"),
        (("prompts", "propose", "sales@99", "--reason", "x"), "has no version 99: its versions are"),
        (("prompts", "show", "sales@0"), "a version is a number"),
        (("prompts", "show", "sales@²"), "a version is a number"),
        (("prompts", "diff", "sales@1", "sales@1" + "0" * 30), "a version is a number"),
    ],
)
def test_bad_input_is_told(botops, project, arguments, word):
    code, out, err = botops(*arguments)
    assert (code, out, word in err) == (2, "", True), err
    assert "Traceback" not in err


def test_doctor_finds_rules_that_protect_nothing(botops, project):
    settings = project / "botops.yaml"
    base = settings.read_text("utf-8")
    settings.write_text(base + POLICY, "utf-8")
    assert "approval: second_person" in botops("doctor")[1]
    rules = (
        "{approvers: [head], prompts: {slaes: {require_green_eval: [demos]}}, pricebook: {approvers: [head_of_sale]}}"
    )
    settings.write_text(f"{base}\nreleases: {rules}\n", "utf-8")
    code, out, _ = botops("doctor", "--json")
    (found,) = [check["detail"] for check in json.loads(out) if check["name"] == "releases"]
    assert code == 1
    assert "releases.prompts.slaes: there is no such prompt" in found
    assert "releases.prompts.slaes.require_green_eval: there is no suite `demos`" in found
    assert "releases.approvers: there is no role `head`" in found
    assert "releases.pricebook.approvers: there is no role `head_of_sale`" in found


def test_an_eval_ends_as_ever_where_its_outcome_cannot_be_kept(botops, strict, monkeypatch):
    (strict / "store.db").write_text("this is no database", "utf-8")
    monkeypatch.setenv("BOTOPS_DATABASE_URL", f"sqlite:///{strict}/store.db")
    code, _, err = evaluate(botops, which="sales@1")
    assert (code, "not kept as proof for a release" in err) == (0, True)


def test_going_back_does_not_wait_for_the_store(botops, project, better):
    (project / "prompts/sales/3.yaml").write_text(better, "utf-8")
    assert publish(botops)[0] == 0
    for file in (project / ".botops").glob("botops.db*"):
        file.unlink()
    (project / ".botops/botops.db").write_text("this is no database", "utf-8")
    code, out, err = botops("prompts", "rollback", "sales", "--reason", "жалобы")
    assert (code, out) == (0, "sales@1 is live, 3 was (rollback)\n")
    assert "not logged yet" in err
    (project / ".botops/botops.db").unlink()
    assert [(e["deed"], e["detail"]["reconciled"]) for e in history(botops)] == [("rollback", True), ("publish", True)]
