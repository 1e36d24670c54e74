from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.config.settings import Costs
from botops.costs import (
    CostMeter,
    ExchangeRate,
    ExchangeRates,
    PriceOverride,
    PriceTable,
    configured_meter,
    local_total,
)
from botops.domain.errors import UserError
from botops.domain.money import PICO, Money
from botops.domain.usage import Cost, Usage, local_amounts

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
RATES = ExchangeRates(
    [ExchangeRate(date(2026, 11, 2), "KZT", Decimal("478.5")), ExchangeRate(date(2026, 11, 20), "KZT", Decimal(480))]
)
HOUSE = PriceOverride(
    model="house", input=Decimal("0.05"), cached_input=Decimal("0.005"), output=Decimal("0.4"), reasoning=Decimal("0.5")
)


def meter(*own, rates=RATES, **options):
    return CostMeter(PriceTable([HOUSE, *own]), rates, "KZT", "gpt-4o-mini", **options)


def test_a_turn_in_dollars_and_in_tenge():
    # gpt-5-mini: 600 x 0.25 + 400 x 0.025 + 200 x 2 = 560 per million = 0.00056 $; x 480 = 0.2688 ₸ = 27 tiyn
    cost = meter().cost(Usage(1000, 400, 0, 200, 50), "gpt-5-mini", AT)
    assert cost.pico_usd == 560_000_000
    assert cost.usd == Decimal("0.00056")
    assert cost.local == Money(27, "KZT")
    assert cost.rate == 480
    assert cost.priced_as == "gpt-5-mini"
    assert cost.source.startswith("genai-prices ")
    assert cost.source.endswith("; rate of 2026-11-20")
    assert not cost.simulated
    assert not cost.unknown_model


def test_a_hundred_thousand_cached_tokens_add_up_to_the_pico_dollar():
    # 0.005 $ per million: one cached token is 5,000 pico-dollars; 100,000 calls of one token must be 0.0005 $
    one = meter().cost(Usage(1, 1), "house", AT)
    assert one.pico_usd == 5_000
    total = sum((one for _ in range(100_000)), Cost())
    assert total.pico_usd == meter().cost(Usage(100_000, 100_000), "house", AT).pico_usd == 500_000_000
    assert total.usd == Decimal("0.0005")


@st.composite
def usages(draw):
    count = st.integers(0, 100_000)
    cached, plain, reasoning, said = (draw(count) for _ in range(4))
    return Usage(plain + cached, cached, 0, said + reasoning, reasoning)


@settings(deadline=None)
@given(st.lists(usages(), min_size=1, max_size=8))
def test_a_dialogue_costs_what_its_turns_cost(turns):
    costs = [meter().cost(usage, "house", AT) for usage in turns]
    together = meter().cost(sum(turns, Usage()), "house", AT)
    assert sum(costs, Cost()).pico_usd == together.pico_usd
    assert local_total(costs, "KZT") == together.local


@settings(deadline=None)
@given(usages())
def test_pricing_again_changes_nothing(usage):
    assert meter().cost(usage, "house", AT) == meter().cost(usage, "house", AT)


def test_a_simulated_reply_is_priced_as_a_real_model_and_says_so():
    simulated = meter().cost(Usage(1000, 0, 0, 100), "simulator", AT, simulated=True)
    real = meter().cost(Usage(1000, 0, 0, 100), "gpt-4o-mini", AT)
    assert simulated.pico_usd == real.pico_usd == 210_000_000
    assert (simulated.simulated, simulated.priced_as) == (True, "gpt-4o-mini")


@pytest.mark.parametrize("simulated", [False, True])
def test_an_unknown_model_is_marked_and_never_just_free(simulated):
    unpriced = CostMeter(PriceTable(), RATES, "KZT", "no-such-model")
    cost = unpriced.cost(Usage(1000, 0, 0, 100), "no-such-model-either", AT, simulated=simulated)
    assert cost.unknown_model
    assert (cost.pico_usd, cost.local, cost.simulated) == (0, None, simulated)
    assert cost.priced_as == ("no-such-model" if simulated else "no-such-model-either")
    assert cost.source
    assert (cost + meter().cost(Usage(1), "house", AT)).unknown_model


def test_the_rate_is_that_of_the_companys_day():
    # 20:00 on the 19th in London is 01:00 on the 20th in Almaty
    evening = datetime(2026, 11, 19, 20, tzinfo=UTC)
    assert meter().cost(Usage(1), "house", evening).rate == Decimal("478.5")
    assert meter(zone=ZoneInfo("Asia/Almaty")).cost(Usage(1), "house", evening).rate == 480


def test_a_turn_before_the_first_rate_says_so():
    cost = meter().cost(Usage(1_000_000), "house", datetime(2026, 1, 5, tzinfo=UTC))
    assert cost.rate == Decimal("478.5")
    assert "the day is earlier" in cost.source


def test_without_rates_there_are_dollars_only():
    cost = meter(rates=ExchangeRates()).cost(Usage(1_000_000), "house", AT)
    assert (cost.usd, cost.local, cost.rate) == (Decimal("0.05"), None, None)
    assert local_total([cost], "KZT") == Money(0, "KZT")


def test_a_company_that_counts_in_dollars():
    cost = CostMeter(PriceTable([HOUSE]), ExchangeRates(), "USD", "house").cost(Usage(1_000_000), "house", AT)
    assert (cost.local, cost.rate) == (Money(5, "USD"), 1)


def test_a_contract_in_tenge_becomes_dollars_at_the_days_rate():
    # 90 ₸ a million at 480 ₸ a dollar: 1,000 tokens are 0.09 ₸ = 0.0001875 $
    contract = PriceOverride(model="qazaq", input=Decimal(90), output=Decimal(270), currency="KZT")
    cost = meter(contract).cost(Usage(1000), "qazaq", AT)
    assert cost.pico_usd == 187_500_000
    assert cost.local == Money(9, "KZT")
    # 7 tokens at 478.5: 0.00063 ₸ / 478.5 = 0.000001316614… $, rounded once to the pico-dollar
    assert meter(contract).cost(Usage(7), "qazaq", datetime(2026, 11, 3, tzinfo=UTC)).pico_usd == 1_316_614


def test_a_price_in_a_currency_without_a_rate_is_refused_at_the_start():
    euro = PriceOverride(model="m", input=Decimal(1), output=Decimal(1), currency="EUR")
    with pytest.raises(UserError, match=r"EUR.*currency: EUR"):
        meter(euro)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        meter().cost(Usage(1), "house", datetime(2026, 11, 20))  # noqa: DTZ001 - that is the point


def test_turns_below_a_tiyn_still_add_up_in_tenge():
    # one turn: 10 tokens x 0.05 = 0.0000005 $ = 0.00024 ₸, 0 tiyn by itself; 1,000 of them are 0.24 ₸
    turn = meter().cost(Usage(10), "house", AT)
    assert turn.local == Money(0, "KZT")
    assert local_total([turn] * 1000, "KZT") == Money(24, "KZT")
    assert turn.pico_usd * 1000 == PICO // 2000


def test_the_settings_meter():
    costs = Costs.model_validate(
        {
            "rates": [{"since": date(2026, 11, 1), "per_usd": Decimal(500)}],
            "prices": [{"model": "house", "input": Decimal(1), "output": Decimal(2), "since": date(2026, 11, 1)}],
        }
    )
    built = configured_meter(costs, currency="KZT", zone=ZoneInfo("Asia/Almaty"), simulated_as="house")
    cost = built.cost(Usage(1_000_000, 0, 0, 1_000_000), "simulator", AT, simulated=True)
    assert (cost.usd, cost.local, cost.simulated) == (Decimal(3), Money(150_000, "KZT"), True)
    assert cost.source == "own price since 2026-11-01; rate of 2026-11-01"
    file_price = HOUSE.model_copy(update={"since": date(2026, 11, 10)})
    later = configured_meter(
        costs, currency="KZT", zone=ZoneInfo("Asia/Almaty"), simulated_as="house", overrides=[file_price]
    )
    assert later.cost(Usage(1_000_000), "house", AT).usd == Decimal("0.05")


def test_what_the_cache_saved_is_known_with_the_cost():
    # gpt-5-mini: 400 tokens read from the cache at 0.025 instead of 0.25 per million: 400 x 0.225 = 90 per million
    assert meter().cost(Usage(1000, 400, 0, 200, 50), "gpt-5-mini", AT).saved_pico_usd == 90_000_000
    assert meter().cost(Usage(1000, 0, 0, 200), "gpt-5-mini", AT).saved_pico_usd == 0
    dear = PriceOverride(model="house-2", input=Decimal(1), output=Decimal(1), cache_write=Decimal("1.25"))
    # 1,000 tokens written at 1.25 instead of 1 per million
    assert meter(dear).cost(Usage(1000, 0, 1000, 0), "house-2", AT).saved_pico_usd == -250_000_000
    assert meter().cost(Usage(1000, 400), "nobody-knows-this", AT).saved_pico_usd is None


def test_savings_add_up_where_they_were_counted():
    assert (Cost(saved_pico_usd=3) + Cost() + Cost(saved_pico_usd=-5)).saved_pico_usd == -2
    assert (Cost() + Cost()).saved_pico_usd is None


def test_an_unknown_model_is_warned_of_once(caplog):
    unpriced = CostMeter(PriceTable(), RATES, "KZT", "m")
    for _ in range(3):
        unpriced.cost(Usage(1), "no-such-model", AT)
    unpriced.cost(Usage(1), "nor-this-one", AT)
    warned = [record.getMessage() for record in caplog.records]
    assert len(warned) == 2
    assert "no-such-model" in warned[0]
    assert "botops cost prices" in warned[0]


def test_made_up_model_names_do_not_flood_the_log(caplog):
    unpriced = CostMeter(PriceTable(public=False), RATES, "KZT", "m")
    for number in range(1_100):
        assert unpriced.cost(Usage(1), f"model\n{number}", AT).unknown_model
    warned = [record.getMessage() for record in caplog.records]
    assert len(warned) == 1_000
    assert not any("\n" in text for text in warned)


def test_what_has_no_price_is_told_with_the_cost_and_its_source():
    usage = Usage(1_000_000, tool_uses=(("web_search", 2),), service_tier="flex")
    cost = meter().cost(usage, "house", AT)
    assert cost.usd == Decimal("0.05")
    assert cost.unpriced == ("tier flex", "web_search")
    assert cost.source.endswith("; no price for tier flex, web_search")
    assert not cost.unknown_model
    flex = PriceOverride(
        model="house", input=Decimal("0.02"), output=Decimal("0.2"), service_tier="flex",
        tools={"web_search": Decimal("0.01")},
    )  # fmt: skip
    priced = meter(flex).cost(usage, "house", AT)
    assert (priced.usd, priced.unpriced) == (Decimal("0.04"), ())
    assert (cost + priced + cost).unpriced == ("tier flex", "web_search")


def test_prices_and_rates_from_files_of_their_own(tmp_path):
    (tmp_path / "prices.yaml").write_text(
        "prices:\n  - {model: ours, per_gpu_hour: 1800, gpus: 2, tokens_per_second: 1000, currency: KZT}\n"
        "  - {model: euro, input: 2, output: 4, currency: EUR}\n", "utf-8",
    )  # fmt: skip
    (tmp_path / "rates.csv").write_text("since,currency,per_usd\n2026-11-01,EUR,0.8\n", "utf-8")
    costs = Costs.model_validate(
        {
            "rates": [{"since": date(2026, 11, 1), "per_usd": Decimal(500)}],
            "prices_file": "prices.yaml",
            "rates_file": "rates.csv",
        }
    )
    built = configured_meter(costs, currency="KZT", zone=UTC, simulated_as="ours", root=tmp_path)
    # 3,600 ₸ an hour for 3,600,000 tokens: 1,000 ₸ a million, at 500 ₸ a dollar 2 $
    assert built.cost(Usage(1_000_000), "ours", AT).usd == 2
    # 2 € a million at 0.80 € a dollar
    assert built.cost(Usage(1_000_000), "euro", AT).usd == Decimal("2.5")
    assert built.cost(Usage(1_000_000), "euro", AT).local == Money(125_000, "KZT")


def test_local_amounts_of_many_costs_are_rounded_once():
    # 0.000275 $ x 520 = 0.143 KZT, kept as 0.14; eight of them are 1.144, not 1.12. At 500 it is 0.1375 more: 1.2815.
    cheap = Cost(275_000_000, Money(14, "KZT"), Decimal(520))
    later = Cost(275_000_000, Money(14, "KZT"), Decimal(500))
    assert local_amounts([cheap] * 8) == (Money(114, "KZT"),)
    assert local_amounts([*[cheap] * 8, later]) == (Money(128, "KZT"),)
    # Of several rates, and of old turns, only the amount is kept.
    assert local_amounts([Cost(275_000_000, Money(14, "KZT")), Cost(1), cheap]) == (Money(28, "KZT"),)
    assert local_amounts([]) == ()
