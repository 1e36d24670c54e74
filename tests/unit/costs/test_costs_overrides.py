from datetime import date
from decimal import Decimal

import pytest

from botops.costs import PriceRow, Rate, load_overrides, price_of_machines, row_of
from botops.domain.errors import NotFoundError, UserError

FILE = """
prices:
  - model: qazaq-llm-*
    currency: KZT
    input: 90
    output: 270.5
    cached_input: 9
    since: 2026-09-01
    until: 2026-12-31
    note: contract 2026/14
  - model: long-model
    input: 1.10
    output: 4
    reasoning: 5
    cache_write: 1.3
    per_call: 0.005
    tiers:
      - {above: 200000, input: 2.2, output: 6}
      - {above: 500000, input: 3.3}
"""


def write(tmp_path, text):
    file = tmp_path / "models.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_own_prices(tmp_path):
    contract, long = load_overrides(write(tmp_path, FILE))
    assert (contract.since, contract.until) == (date(2026, 9, 1), date(2026, 12, 31))
    assert row_of(contract) == PriceRow(
        "qazaq-llm-*",
        Rate(Decimal(90)),
        Rate(Decimal("270.5")),
        cached=Rate(Decimal(9)),
        currency="KZT",
        source="own price since 2026-09-01 (contract 2026/14)",
        since=date(2026, 9, 1),
    )
    assert row_of(long) == PriceRow(
        "long-model",
        Rate(Decimal("1.10"), ((200_000, Decimal("2.2")), (500_000, Decimal("3.3")))),
        Rate(Decimal(4), ((200_000, Decimal(6)),)),
        cache_write=Rate(Decimal("1.3")),
        reasoning=Rate(Decimal(5)),
        per_call=Decimal("0.005"),
        source="own price",
    )


def test_an_empty_file_has_no_prices_and_a_missing_one_is_an_error(tmp_path):
    assert load_overrides(write(tmp_path, "prices: []\n")) == ()
    with pytest.raises(NotFoundError):
        load_overrides(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{model: m, input: -1, output: 1}", "0.input"),
        ("{model: m, input: 1}", "give `input` and `output`"),
        ("{model: m, input: 1, output: 1, currency: tenge}", "currency"),
        ("{model: m, input: 1, output: 1, chached_input: 1}", "cached_input"),
        ("{model: m, input: 1, output: 1, since: 2026-02-01, until: 2026-01-01}", "before"),
        ("{model: m, input: 1, output: 1, tiers: [{above: 5, input: 1}, {above: 5, input: 2}]}", "rise"),
        ("{model: '', input: 1, output: 1}", "model"),
        ("{model: m, per_gpu_hour: 2}", "tokens_per_second"),
        ("{model: m, per_gpu_hour: 2, input_tokens_per_second: 5}", "output_tokens_per_second"),
        ("{model: m, per_gpu_hour: 2, tokens_per_second: 5, output_tokens_per_second: 5}", "tokens_per_second"),
        ("{model: m, per_gpu_hour: 2, tokens_per_second: 0}", "tokens_per_second"),
        ("{model: m, per_gpu_hour: 2, tokens_per_second: 5, input: 1}", "leave them out"),
        ("{model: m, per_gpu_hour: 2, tokens_per_second: 5, gpus: 0}", "gpus"),
        ("{model: m, input: 1, output: 1, tools: {'Web Search': 1}}", "tools"),
        ("{model: m, input: 1, output: 1, tools: {web_search: -1}}", "tools"),
    ],
)
def test_mistakes_are_pointed_at(tmp_path, line, says):
    with pytest.raises(UserError) as caught:
        load_overrides(write(tmp_path, f"prices:\n  - {line}\n"))
    assert says in str(caught.value)
    assert caught.value.problems[0].line == 2


def test_a_million_tokens_of_machines_by_the_hour():
    # the docstring's example: 4 x 2.50 an hour, 5,000 tokens a second are 18,000,000 an hour
    assert price_of_machines(Decimal("2.50"), 4, Decimal(5000)) == pytest.approx(Decimal(10) / 18)
    assert price_of_machines(Decimal("3.60"), 1, Decimal(1000)) == 1
