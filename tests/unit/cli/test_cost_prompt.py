"""`botops cost prompt`, as somebody at a terminal meets it."""

import json

import pytest
from click.testing import CliRunner

from botops.cli.main import main
from botops.domain.errors import UserError


@pytest.fixture
def ask(florist, monkeypatch):
    monkeypatch.chdir(florist.root)

    def ask(*arguments):
        result = CliRunner().invoke(main, ["cost", "prompt", *arguments], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.stdout

    return ask


@pytest.fixture
def lived(florist):
    """Twelve calls within the last days by the machine's clock."""
    from botops.app.clock import SystemClock

    florist.clock.at = SystemClock().now()
    with florist.open() as container:
        at = florist.clock.at
        florist.keep(container, *[florist.turn(n % 2 + 1, at=at, cached=500) for n in range(12)])


def test_without_a_store_there_are_tokens_and_no_money(ask, florist):
    said = ask("florist")
    assert "no call carried this prompt in the last 28 days" in said
    assert "prompts/florist/1.yaml:7" in said
    assert "USD" not in said.replace("USD, ", "")
    assert not (florist.root / ".botops").exists()
    row = json.loads(ask("florist", "--json"))
    assert row["monthly"] is None
    assert sum(s["tokens"].get("en", 0) for s in row["sections"]) == row["tokens"]["en"]
    with pytest.raises(UserError, match="no store yet"):
        ask("florist", "--compare", "2")


def test_sections_with_their_money(ask, lived):
    said = ask("florist@1")
    assert "6 calls as in the last 28 days" in said
    assert "50.0% of what they read came from the provider's cache" in said
    assert "KZT" in said
    row = json.loads(ask("florist@1", "--json", "--days", "10"))
    assert row["calls"] == {"basis": "version", "counted": 6, "month": 18.0}
    assert sum(s["monthly"]["pico_usd"] for s in row["sections"]) == row["monthly"]["pico_usd"]
    kinds = {s["kind"] for s in row["sections"]}
    assert {"price_table", "list", "frame"} <= kinds


def test_two_versions(ask, lived):
    said = ask("florist@2", "--compare", "1", "--lang", "en")
    assert "florist@1 -> florist@2" in said
    assert "(+12)" in said
    assert "each version while it answered" in said
    assert "too few to say" in said
    assert "no suite was run on both texts" in said
    row = json.loads(ask("florist@2", "--compare", "florist@1", "--json"))["comparison"]
    assert [v["replies"] for v in row["versions"]] == [6, 6]
    assert row["measured_by"] == "period"
    assert row["findings_per_1000"]["value"] == 0


def test_hints_are_told_with_place_money_and_proof(ask, florist):
    from botops.app.clock import SystemClock

    florist.clock.at = at = SystemClock().now()
    with florist.open() as container:
        florist.keep(container, *[florist.turn(at=at, repaired=n < 6) for n in range(60)])
    said = ask("florist")
    assert "all 60 calls looked at begin with the same" in said
    assert "hint: lines of the price table about products that nobody names (prompts/florist/1.yaml:15:7)" in said
    assert "Prickly cactus (" in said
    assert "in any of the last 60 dialogues; so of all, fewer than 4.9% (95 %)" in said
    assert "6 of 66 calls sent the whole prompt again for a repair; what drafts said most: discount (6 replies)" in said
    row = json.loads(ask("florist", "--json"))
    assert {hint["kind"] for hint in row["hints"]} == {"unused_rows", "repairs"}
    assert all(int(hint["saving"]["pico_usd"]) > 0 for hint in row["hints"])


def test_without_a_price_book_that_is_said(florist, monkeypatch):
    (florist.root / "pricebook/book.yaml").unlink()
    monkeypatch.chdir(florist.root)
    result = CliRunner().invoke(main, ["cost", "prompt", "florist"], standalone_mode=False)
    assert "there is no price book: the price table is empty here" in result.stderr
    assert "price table" not in result.stdout


def test_few_dialogues_are_said_to_be_few(ask, lived):
    assert "12 dialogues to learn from: from 50 on" in ask("florist")


def test_an_unknown_price_is_said_to_be_unknown(ask, florist, lived):
    florist.settings(("priced_as: house-model", "priced_as: nobody-knows-9"))
    said = ask("florist")
    assert "the price of nobody-knows-9 is not known: set it under costs.prices" in said
    row = json.loads(ask("florist", "--json"))
    assert row["price_known"] is False
    assert row["monthly"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nobody",), "nobody"),
        (("florist@9",), "no version 9"),
        (("florist@x",), "a version is a number"),
        (("florist", "--compare", "other@1"), "other"),
        (("florist", "--compare", "7"), "no version 7"),
    ],
)
def test_what_is_not_there_is_named(ask, lived, arguments, told):
    with pytest.raises(UserError, match=told):
        ask(*arguments)
