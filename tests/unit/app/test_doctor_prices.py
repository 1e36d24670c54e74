from botops.app.doctor import examine

RATE = "rates: [{since: 2020-01-01, per_usd: 400}]"


def checks(tmp_path, settings):
    (tmp_path / "botops.yaml").write_text(settings, "utf-8")
    return {check.name: check for check in examine(tmp_path)}


def test_a_model_without_a_price_is_an_error(tmp_path):
    found = checks(tmp_path, f"model: {{name: our-own-llama}}\ncosts: {{{RATE}}}\n")["model prices"]
    assert (found.state, found.remedy) == ("error", "add them to costs.prices in botops.yaml")
    assert "our-own-llama" in found.detail


def test_a_model_with_a_price_of_ones_own_is_well_and_an_old_rate_is_not(tmp_path):
    own = "prices: [{model: our-own-llama, input: 1, output: 2}]"
    found = checks(tmp_path, f"model: {{name: our-own-llama}}\ncosts: {{{RATE}, {own}}}\n")
    assert found["model prices"].state == "ok"
    assert (found["exchange rate KZT"].state, found["exchange rate KZT"].remedy) == (
        "warning",
        "add one to costs.rates in botops.yaml",
    )
    assert found["price table"].detail.startswith("genai-prices")


def test_a_rates_file_that_is_not_there_is_named_and_nothing_is_made(tmp_path):
    found = checks(tmp_path, "costs: {rates_file: none.csv}\n")["prices"]
    assert found.state == "error"
    assert "none.csv" in found.detail
    assert [path.name for path in tmp_path.iterdir()] == ["botops.yaml"]
