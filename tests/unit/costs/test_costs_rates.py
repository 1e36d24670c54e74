from datetime import date
from decimal import Decimal

import pytest

from botops.costs import ExchangeRate, ExchangeRates, load_rates
from botops.costs.rates import RateOnDay
from botops.domain.errors import NotFoundError, UserError

RATES = ExchangeRates(
    [
        ExchangeRate(date(2026, 11, 2), "KZT", Decimal("478.50")),
        ExchangeRate(date(2026, 10, 1), "KZT", Decimal("481.25")),
        ExchangeRate(date(2026, 10, 1), "RUB", Decimal(80)),
        ExchangeRate(date(2026, 11, 16), "KZT", Decimal(475)),
    ]
)


@pytest.mark.parametrize(
    ("day", "rate", "since"),
    [
        (date(2026, 10, 1), "481.25", date(2026, 10, 1)),
        (date(2026, 11, 1), "481.25", date(2026, 10, 1)),
        (date(2026, 11, 2), "478.50", date(2026, 11, 2)),
        (date(2026, 11, 15), "478.50", date(2026, 11, 2)),
        (date(2030, 1, 1), "475", date(2026, 11, 16)),
    ],
)
def test_the_last_rate_not_after_the_day_holds(day, rate, since):
    assert RATES.on(day, "KZT") == RateOnDay(Decimal(rate), since)


def test_before_the_first_rate_the_first_holds_and_is_marked():
    found = RATES.on(date(2026, 1, 1), "KZT")
    assert (found.per_usd, found.early) == (Decimal("481.25"), True)
    assert found.source == "rate of 2026-10-01 (the first known; the day is earlier)"
    assert RATES.on(date(2026, 12, 1), "RUB").source == "rate of 2026-10-01"


def test_a_dollar_is_a_dollar_and_other_currencies_may_be_unknown():
    assert RATES.on(date(2026, 1, 1), "USD") == RateOnDay(Decimal(1), None)
    assert RATES.on(date(2026, 1, 1), "USD").source == ""
    assert RATES.on(date(2026, 1, 1), "EUR") is None
    assert [RATES.knows(c) for c in ("USD", "KZT", "EUR")] == [True, True, False]


def test_of_two_rates_of_one_day_the_later_in_the_list_holds():
    day = date(2026, 11, 2)
    rates = ExchangeRates([ExchangeRate(day, "KZT", Decimal(1)), ExchangeRate(day, "KZT", Decimal(2))])
    assert rates.on(day, "KZT").per_usd == 2


@pytest.mark.parametrize("per_usd", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_above_zero(per_usd):
    with pytest.raises(UserError, match="not above zero"):
        ExchangeRate(date(2026, 11, 2), "KZT", Decimal(per_usd))


TABLE = """since,currency,per_usd,source
2026-10-01,KZT,521.40,the bank
2026-10-01,RUB,80,
2026-11-01,KZT,518.90,the bank
"""
YAML = """rates:
  - {since: 2026-10-01, currency: KZT, per_usd: 521.40, source: the bank}
  - {since: 2026-10-01, currency: RUB, per_usd: 80}
  - {since: 2026-11-01, currency: KZT, per_usd: 518.90, source: the bank}
"""


def write(tmp_path, text, name="rates.csv"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_table_and_a_yaml_file_say_the_same(tmp_path):
    rates = load_rates(write(tmp_path, TABLE))
    assert rates == load_rates(write(tmp_path, YAML, "rates.yaml"))
    assert [(str(r.since), r.currency, r.per_usd) for r in rates] == [
        ("2026-10-01", "KZT", Decimal("521.40")),
        ("2026-10-01", "RUB", Decimal(80)),
        ("2026-11-01", "KZT", Decimal("518.90")),
    ]


def test_a_table_of_a_spreadsheet_has_semicolons_and_commas_for_fractions(tmp_path):
    (rate,) = load_rates(write(tmp_path, "\ufeffSince;Per_USD\r\n2026-10-01;521,40\r\n;;\r\n"))
    assert (rate.per_usd, rate.currency) == (Decimal("521.40"), None)
    assert ExchangeRate.of(rate, "KZT").currency == "KZT"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1:1: no column since, per_usd"),
        ("since,KZT\n2026-10-01,5\n", ":1:1: no column per_usd"),
        ("since,per_usd,bank\n", ":1:1: columns bank"),
        (
            "since,per_usd\n2026-10-01,5\nyesterday,5\n",
            ":3:1: since: must be a day such as 2026-11-02, not 'yesterday'",
        ),
        ("since,per_usd\n2026-10-01,0\n", ":2:12: per_usd: must be a number above zero"),
        ("since,per_usd\n2026-10-01,much\n", ":2:12: per_usd: must be a number above zero"),
        ("since,currency,per_usd\n2026-10-01,tenge,5\n", ":2:12: currency: must be a code of three capitals"),
        ("since,per_usd\n2026-10-01\n", ":2:1: per_usd: is missing"),
        ("since,per_usd\n2026-10-01,5,6\n", ":2:1: 3 cells, but 2 columns: write a decimal point"),
    ],
)
def test_mistakes_in_a_table_are_pointed_at(tmp_path, text, says):
    file = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load_rates(file)
    assert f"{file}{says}" in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(UserError) as caught:
        load_rates(write(tmp_path, "since,per_usd\nx,y\n2026-10-01,-1\n"))
    assert [(p.line, p.column) for p in caught.value.problems] == [(2, 1), (2, 3), (3, 12)]


def test_a_yaml_file_with_a_mistake_and_one_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"rates.yaml:2:"):
        load_rates(write(tmp_path, "rates:\n  - {since: 2026-10-01, per_usd: 0}\n", "rates.yaml"))
    with pytest.raises(NotFoundError):
        load_rates(tmp_path / "none.csv")
