"""Price books released from the command line: what is shown, what needs a yes, what is refused, what is kept."""

import json
import re
from pathlib import Path

import pytest

from botops.app.clock import SystemClock
from botops.app.place import database_url
from botops.cli.main import run
from botops.config import Secrets, load_settings
from botops.domain.releases import Deed
from botops.registry.books import BookFolder
from botops.store import Store

WHO = ("--by", "Дана", "--reason", "прайс на декабрь")


@pytest.fixture
def botops(monkeypatch, capsysbinary, project):
    """Runs `botops pricebook …` in the project, in this process: exit code, stdout, stderr."""
    monkeypatch.chdir(project)

    def call(*arguments):
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            run(("pricebook", *arguments))
        out, err = capsysbinary.readouterr()
        return stop.value.code, out.decode(), err.decode()

    return call


@pytest.fixture
def edited(project, tmp_path):
    """Writes a copy of the demo's book with something replaced."""

    def write(pattern, by, name="new.yaml"):
        text = (project / "pricebook" / "demo.yaml").read_text("utf-8")
        found, times = re.subn(pattern, by, text)
        assert times
        (tmp_path / name).write_text(found, "utf-8")
        return str(tmp_path / name)

    return write


def audit(project):
    settings = load_settings(project / "botops.yaml")
    with Store.open(database_url(settings, Secrets()), clock=SystemClock(), role="side") as store:
        return store.audit.entries("pricebook")


def test_published_rolled_back_listed_and_kept_in_the_log(botops, edited, project):
    file = edited("amount: 6900, per: month", "amount: 7200, per: month")
    code, out, err = botops("publish", file, *WHO)
    assert (code, "1.yaml is live" in out) == (0, True)
    assert "~ Тариф «Старт»: 6 900 ₸ → 7 200 ₸ в месяц" in err.replace("\u00a0", " ")
    assert "eval cases" in err
    code, out, _ = botops("list", "--json")
    assert [(r["book"], r["state"], r["by"]) for r in json.loads(out)] == [
        ("demo.yaml", "earlier", None), ("1.yaml", "live", "Дана"),
    ]  # fmt: skip
    assert botops("rollback", "--by", "Ержан", "--reason", "не та цена")[0] == 0
    code, out, _ = botops("history", "--json")
    assert [(s["action"], s["version"], s["replaced"], s["by"]) for s in json.loads(out)] == [
        ("rollback", "demo.yaml", "1.yaml", "Ержан"), ("publish", "1.yaml", "demo.yaml", "Дана"),
    ]  # fmt: skip
    kept = audit(project)
    assert {(e.deed, e.by, e.version) for e in kept} == {
        (Deed.PUBLISH, "Дана", "1.yaml"), (Deed.ROLLBACK, "Ержан", "demo.yaml"),
    }  # fmt: skip
    assert all(e.checksum and e.reason for e in kept)


@pytest.mark.parametrize(
    ("pattern", "by", "rule"),
    [
        (r"amount: (\d+)", r"amount: \g<1>0", "moved"),
        ("currency: KZT", "currency: USD", "currency"),
    ],
)
def test_what_looks_like_a_slip_needs_a_yes(botops, edited, project, pattern, by, rule):
    file = edited(pattern, by)
    code, out, err = botops("publish", file, *WHO, "--json", "--no-impact", "--anyway")
    row = json.loads(out)
    assert (code, row["published"]) == (1, False)
    assert rule in {s["rule"] for s in row["suspicions"]}
    assert "--confirm" in err
    assert BookFolder(project / "pricebook").release() is None
    code, out, _ = botops("publish", file, *WHO, "--json", "--no-impact", "--anyway", "--confirm")
    assert (code, json.loads(out)["version"]) == (0, "1.yaml")
    assert rule in audit(project)[0].detail["confirmed"]


def test_a_book_with_errors_is_refused_and_the_place_named(botops, edited, project):
    file = edited("amount: 6900, per: month", "amount: many, per: month")
    code, _, err = botops("publish", file, *WHO, "--anyway", "--confirm")
    assert code == 2
    assert re.search(r"new\.yaml:\d+:\d+", err)
    assert not (project / "pricebook" / "release.yaml").exists()


def test_a_new_warning_needs_a_yes_and_an_old_one_does_not(botops, edited):
    file = edited(r"aliases: \[Старт,", "aliases: [Старт, Магазин,")
    code, _, err = botops("publish", file, *WHO, "--no-impact")
    assert (code, "--anyway" in err) == (1, True)
    assert botops("publish", file, *WHO, "--no-impact", "--anyway")[0] == 0
    again = edited(r"aliases: \[Старт,", "aliases: [Старт, Магазин, стартик,", "again.yaml")
    assert botops("publish", again, *WHO, "--no-impact")[0] == 0


def test_a_second_persons_yes_is_asked_for_where_the_policy_says_so(botops, edited, project):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nreleases:\n  pricebook: {approval: second_person}\n", "utf-8")
    file = edited("amount: 6900,", "amount: 7200,")
    code, _, err = botops("publish", file, *WHO, "--no-impact")
    assert (code, "a second person has to approve this price book" in err) == (2, True)
    assert not (project / "pricebook" / "release.yaml").exists()
    proposal = json.loads(botops("propose", file, *WHO, "--json")[1])["id"]
    assert not (project / "pricebook" / "release.yaml").exists()
    assert "has to approve it" in botops("publish", file, *WHO, "--no-impact")[2]
    for who, code in (("Дана", 2), ("Ержан", 0)):
        with pytest.raises(SystemExit) as stop:
            run(("prompts", "approve", proposal, "--by", who, "--reason", "проверено"))
        assert stop.value.code == code
    other = edited("amount: 6900,", "amount: 7300,", "other.yaml")
    assert botops("publish", other, *WHO, "--no-impact")[0] == 2
    code, out, _ = botops("publish", file, *WHO, "--no-impact", "--json")
    assert (code, json.loads(out)["version"], json.loads(out)["approved_by"]) == (0, "1.yaml", "Ержан")
    assert botops("rollback", *WHO)[0] == 0


def test_a_publication_killed_before_the_release_file_is_done_again(botops, edited, project):
    file = edited("amount: 6900,", "amount: 7200,")
    (project / "pricebook" / "1.yaml").write_bytes(Path(file).read_bytes())
    code, out, _ = botops("publish", file, *WHO, "--no-impact", "--json")
    row = json.loads(out)
    assert (code, row["version"], row["replaced"], row["instead_of"]) == (0, "1.yaml", "demo.yaml", "demo.yaml")


def test_of_several_books_the_first_publication_makes_one_live(botops, edited, project):
    for name in ("autumn", "winter"):
        file = edited("amount: 6900,", "amount: 7200,")
        (project / "pricebook" / f"{name}.yaml").write_bytes(Path(file).read_bytes() + name.encode().join([b"# ", b""]))
    assert botops("publish", "winter", *WHO)[0] == 0
    (live,) = [r["book"] for r in json.loads(botops("list", "--json")[1]) if r["state"] == "live"]
    assert live == "winter.yaml"


def test_a_dry_run_publishes_nothing(botops, edited, project):
    code, _, err = botops("publish", edited("amount: 6900,", "amount: 7200,"), *WHO, "--dry-run")
    assert (code, "changes" in err) == (0, True)
    assert sorted(p.name for p in (project / "pricebook").iterdir()) == ["demo.yaml"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("publish", "nothing.yaml", *WHO), "no price book 'nothing.yaml'"),
        (("publish", "live", "--no-impact", "--by", " ", "--reason", "x"), "who does it is missing"),
        (("publish", "prices.csv", *WHO), "is a table"),
        (("rollback", *WHO), "nothing to roll back"),
        (("rollback", "--to", "7", *WHO), "no price book '7'"),
        (("diff", "live", "7"), "no price book '7'"),
        (("diff", "pricebook", "live"), "is a folder"),
    ],
)
def test_bad_input_says_what_and_where(botops, project, arguments, says):
    (project / "prices.csv").write_text("Товар;Цена\nА;100\n", "utf-8")
    code, _, err = botops(*arguments)
    assert code == 2
    assert says in err.replace("\n", " ")


def test_a_settings_file_that_names_one_book_says_how_to_release(botops, project):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\npaths:\n  pricebook: pricebook/demo.yaml\n", "utf-8")
    code, _, err = botops("list")
    assert code == 2
    assert "name its folder" in err


def test_a_changed_published_file_is_named_by_the_list(botops, edited, project):
    botops("publish", edited("amount: 6900,", "amount: 7200,"), *WHO, "--no-impact")
    (project / "pricebook" / "1.yaml").write_text("products: []\n", "utf-8")
    code, out, _ = botops("list")
    assert code == 1
    assert "live, changed" in " ".join(out.split())


def test_books_are_compared_by_their_numbers(botops, edited):
    botops("publish", edited("amount: 6900,", "amount: 7200,"), *WHO, "--no-impact")
    assert botops("diff", "demo", "1")[0] == 1
    assert botops("diff", "live", "1.yaml")[0] == 0
    assert botops("lint", "live", "--json") == (0, "[]\n", "0 errors, 0 warnings\n")
