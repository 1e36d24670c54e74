"""`botops digest`: what a day or a week came to, as text, page or JSON."""

import json

import pytest
from click.testing import CliRunner

from botops.app.scaffold import write_scaffold
from botops.cli.main import main
from botops.cli.main import run as command


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A project in which nobody has written yet."""
    write_scaffold(tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    started = CliRunner().invoke(
        main, ["incident", "open", "Скидки", "--severity", "minor", "--since", "1h", "--by", "А"]
    )
    assert started.exit_code == 0, started.output
    return tmp_path / "shop"


def run(*arguments):
    return CliRunner().invoke(main, ["digest", *arguments])


def test_a_day_as_text(shop):
    done = run("daily")
    assert done.exit_code == 0
    assert done.stdout.startswith("Бот за день: ")
    assert "Клиенты не писали." in done.stdout
    assert "INC-1" in done.stdout


def test_a_week_as_a_page_in_english(shop):
    done = run("weekly", "--html", "week.html", "--lang", "en")
    assert (done.exit_code, done.stdout) == (0, "")
    page = (shop / "week.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert 'lang="en"' in page
    assert "Promised but not owed" in page


def test_json_has_all_of_it(shop):
    row = json.loads(run("daily", "--json", "--lang", "ru").stdout)
    assert row["kind"] == "daily"
    assert len(row["figures"]) == 7
    assert [section["title"] for section in row["sections"]] == [
        "Три худших диалога", "Что изменилось", "Что требует внимания сейчас",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["daily", "--day", "вчера"], "write it as 2026-11-20"),
        (["daily", "--day", "2126-01-01"], "still to come"),
        (["weekly", "--week-of", "2126-01-01"], "still to come"),
        (["daily", "--lang", "kk"], "'ru', 'en'"),
        (["daily", "--html", "nowhere/day.html"], "nowhere/day.html"),
    ],
)
def test_bad_input_is_said(shop, capsys, arguments, said):
    with pytest.raises(SystemExit) as stop:
        command(["digest", *arguments])
    assert stop.value.code in {2, 3}
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
