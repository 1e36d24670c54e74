import json

import pytest
from click.testing import CliRunner

from botops.cli.main import main

SETTINGS = """company: {name: Shop, currency: KZT, timezone: Asia/Almaty}
costs:
  rates: [{since: 2026-10-01, per_usd: 500}]
  prices:
    - {model: ours, per_gpu_hour: 1800, gpus: 2, tokens_per_second: 1000, currency: KZT, note: our machines}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompts").mkdir()

    def invoke(*arguments, settings=SETTINGS):
        (tmp_path / "botops.yaml").write_text(settings, "utf-8")
        return CliRunner().invoke(main, ["cost", "prices", *arguments])

    return invoke


def test_a_price_where_it_is_from_and_when_it_was_looked_up(run):
    found = run("gpt-5.2", "--at", "2026-11-20", "--tier", "batch", "--json")
    assert found.exit_code == 0, found.output
    (row,) = json.loads(found.stdout)
    assert (row["priced_as"], row["tier"], row["tier_known"], row["currency"]) == ("gpt-5.2", "batch", True, "KZT")
    assert row["per_million"]["input"] == [{"usd": "0.875", "local": "437.5"}]
    assert row["tools"]["web_search"] == {"usd": "0.01", "local": "5"}
    assert (row["since"], row["checked"]) == ("2026-10-14", "2026-10-14")
    assert row["age_days"] == 37
    assert not row["stale"]
    assert row["source"].startswith("genai-prices")


def test_machines_of_ones_own_in_dollars_and_tenge(run):
    (row,) = json.loads(run("OURS", "--at", "2026-11-20", "--json").stdout)
    assert row["per_million"]["output"] == [{"usd": "2", "local": "1000"}]
    assert row["source"] == "own price (our machines)"


def test_long_prompts_have_lines_of_their_own(run):
    shown = run("gemini-2.5-pro", "--at", "2026-11-20").stdout
    assert "1M input, prompts over 200,000" in shown
    assert "1M output" in shown


def test_without_a_model_those_in_use_are_shown(run):
    rows = json.loads(run("--json", "--at", "2026-11-20").stdout)
    assert [row["model"] for row in rows] == ["gpt-4o-mini", "ours"]


def test_an_unknown_model_is_a_finding_with_names_like_it(run):
    found = run("gpt-5.2-minni")
    assert found.exit_code == 1
    assert "unknown" in found.stdout
    assert "costs.prices" in found.stderr
    assert "gpt-5-mini" in found.stderr


def test_a_tier_without_a_price_and_a_day_without_a_rate_are_told(run):
    found = run("gpt-4o", "--tier", "scale", "--at", "2026-01-01")
    assert found.exit_code == 0
    assert "no price of the tier scale" in found.stderr
    assert "exchange rate of KZT: none" in found.stderr


def test_an_old_price_is_doubted(run):
    found = run("gpt-5.2", "--at", "2027-06-01")
    assert "last looked up 230 days ago" in found.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("costs: {rates_file: none.csv}\n", "none.csv: no such file"),
        ("costs: {prices_file: none.yaml}\n", "none.yaml: no such file"),
        ("costs: {prices: [{model: m, input: 1, output: 1, currency: EUR}]}\n", "currency: EUR"),
    ],
)
def test_settings_that_cannot_be_used(run, settings, says):
    found = run("gpt-4o", settings=settings)
    assert says in str(found.exception)
