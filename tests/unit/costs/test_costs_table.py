import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.costs import PriceOverride, PriceTable, Rate, cost_of
from botops.domain.usage import Usage

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODELS = ["gpt-4o-mini", "gpt-5-mini", "gpt-4o", "o3-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-chat"]


def own(model="house-model", **fields):
    return PriceOverride(**{"model": model, "input": Decimal(1), "output": Decimal(2)} | fields)


def test_a_public_price_and_where_it_is_from():
    row = PriceTable().row("gpt-4o-mini", AT)
    assert (row.input, row.cached, row.output) == tuple(Rate(Decimal(p)) for p in ("0.15", "0.075", "0.6"))
    assert row.currency == "USD"
    assert row.source == PriceTable().source
    assert row.source.startswith("genai-prices ")
    looked_up = date.fromisoformat(row.source.rpartition("prices of ")[2])
    assert date(2026, 1, 1) <= looked_up


@pytest.mark.parametrize("name", ["gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini", "GPT-4o-mini"])
def test_other_names_of_the_same_model(name):
    assert PriceTable().row(name, AT).output == Rate(Decimal("0.6"))


@pytest.mark.parametrize("name", ["our-own-llama", "nobody/gpt-4o-mini", "", "/", "a/b/c", "openai/"])
def test_a_model_nobody_lists_has_no_price(name):
    assert PriceTable().row(name, AT) is None


def test_a_model_listed_without_a_price_is_unknown_not_free():
    listed = [m for p in get_snapshot().providers if p.id == "github-copilot" for m in p.models]
    free = next(m.id for m in listed if not vars(m.get_prices(AT)))
    assert PriceTable(provider="github-copilot").row(free, AT) is None


def test_the_seller_can_be_named():
    assert PriceTable(provider="azure").row("gpt-4o-mini", AT) is not None
    assert PriceTable(provider="no-such-seller").row("gpt-4o-mini", AT) is None


def test_prices_are_those_of_the_day():
    changed = []
    for model in (m for p in get_snapshot().providers if p.id == "openai" for m in p.models):
        if isinstance(model.prices, list) and len(model.prices) > 1:
            start = model.prices[-1].constraint.start_date
            changed.append((model.id, datetime(start.year, start.month, start.day, tzinfo=UTC)))
    assert changed, "the public table has no price change to test with"
    name, start = changed[0]
    table = PriceTable(provider="openai")
    assert table.row(name, start) != table.row(name, start.replace(year=start.year - 3))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(MODELS),
    st.integers(0, 400_000),
    st.integers(0, 400_000),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
)
def test_costs_equal_those_of_the_kept_source(model, plain, cached, said, reasoned):
    usage = Usage(plain + cached, cached, 0, said + reasoned, reasoned)
    theirs = TheirUsage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=cached,
        output_tokens=usage.output_tokens,
        output_reasoning_tokens=reasoned,
    )
    expected = calc_price(theirs, model, genai_request_timestamp=AT).total_price
    assert cost_of(usage, PriceTable().row(model, AT)) == expected


def test_anthropics_cache_writes_are_charged_apart():
    # 1,000 in: 500 plain x 3 + 200 read x 0.3 + 300 written x 3.75 = 2,685; 100 out x 15 = 1,500; per million
    row = PriceTable().row("claude-sonnet-4-5", AT)
    assert cost_of(Usage(1000, 200, 300, 100), row) == Decimal("0.004185")


def test_own_prices_come_first_and_by_day():
    table = PriceTable(
        [
            own("gpt-4o-mini", input=Decimal("0.1")),
            own("gpt-4o-mini", input=Decimal("0.09"), since=date(2026, 11, 1), note="contract 17"),
            own("gpt-4o-mini", input=Decimal("0.08"), since=date(2026, 12, 1)),
            own("gpt-4o-mini", input=Decimal("0.05"), since=date(2026, 10, 1), until=date(2026, 10, 31)),
        ]
    )

    def price(*day):
        return table.row("gpt-4o-mini", datetime(*day, tzinfo=UTC)).input.base

    assert price(2026, 9, 30) == Decimal("0.1")
    assert price(2026, 10, 31, 23, 59) == Decimal("0.05")
    assert price(2026, 11, 1) == Decimal("0.09")
    assert price(2026, 12, 1) == Decimal("0.08")
    assert table.row("gpt-4o-mini", AT).source == "own price since 2026-11-01 (contract 17)"
    assert table.row("gpt-4o", AT).source.startswith("genai-prices")


def test_the_day_of_an_own_price_is_the_companys():
    almaty = ZoneInfo("Asia/Almaty")
    override = own(since=date(2026, 11, 20))
    evening = datetime(2026, 11, 19, 20, tzinfo=UTC)  # 01:00 on the 20th in Almaty
    assert PriceTable([override], zone=almaty).row("house-model", evening) is not None
    assert PriceTable([override]).row("house-model", evening) is None


def test_a_pattern_covers_many_names_without_regard_to_case():
    table = PriceTable([own("House-*", input=Decimal(3)), own("house-big", input=Decimal(9))], public=False)
    assert table.row("HOUSE-small", AT).input.base == 3
    assert table.row("house-big", AT).input.base == 9, "the last in the file counts"
    assert table.row("gpt-4o-mini", AT) is None
    assert table.source == "own prices"
    assert table.currencies == {"USD"}


def test_the_public_table_is_loaded_only_when_a_price_is_asked_for():
    code = "import sys, botops.costs; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pricing_touches_no_network_and_starts_no_thread():
    # Run apart with an audit hook set before anything is imported: an updater could not slip past it.
    code = """
import sys, threading
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
from datetime import datetime, timezone
from botops.costs import PriceTable
assert PriceTable().row("gpt-4o-mini", datetime(2026, 11, 20, tzinfo=timezone.utc))
assert threading.active_count() == 1
assert not [event for event in seen if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto")], seen
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_tier_has_its_own_price_where_the_table_knows_one():
    table = PriceTable()
    batch = table.row("claude-sonnet-4-5", AT, "batch")
    assert (batch.input.base, batch.cache_write_1h.base, batch.tier) == (Decimal("1.5"), Decimal(3), "batch")
    assert batch.tools == {"web_search": Decimal("0.01")}
    assert batch.since == date(2026, 10, 14)
    # before the day from which the table knows it, and under words nobody prices, the ordinary row says so
    assert table.row("claude-sonnet-4-5", datetime(2026, 1, 1, tzinfo=UTC), "batch").tier == ""
    assert table.row("claude-sonnet-4-5", AT, "scale") == table.row("claude-sonnet-4-5", AT)
    assert table.row("claude-sonnet-4-5", AT, "batch+us").tier == "batch"


def test_one_who_sells_anothers_model_has_not_its_tiers():
    assert PriceTable().row("gpt-5.2", AT, "batch").tier == "batch"
    seller = PriceTable(provider="azure").row("gpt-5.2", AT, "batch")
    assert seller is None or seller.tier == ""


def test_audio_and_tools_have_prices_of_their_own():
    row = PriceTable().row("gemini-2.5-flash", AT)
    assert (row.audio_input, row.audio_cached) == (Rate(Decimal(1)), Rate(Decimal("0.1")))
    assert row.tools == {"web_search": Decimal("0.035")}


def test_an_own_price_of_a_tier_counts_for_it_alone():
    table = PriceTable([own(), own(input=Decimal("0.5"), service_tier="batch")])
    assert table.row("house-model", AT).input.base == 1
    assert (table.row("house-model", AT, "batch").input.base, table.row("house-model", AT, "batch").tier) == (
        Decimal("0.5"),
        "batch",
    )
    assert table.row("house-model", AT, "flex").tier == ""
    assert table.own_models == ("house-model",)


def test_a_tier_may_be_written_as_its_provider_does():
    table = PriceTable([own(service_tier="default"), own(input=Decimal("0.5"), service_tier="ON_DEMAND_FLEX")])
    assert (table.row("house-model", AT).input.base, table.row("house-model", AT).tier) == (1, "")
    assert table.row("house-model", AT, "flex").input.base == Decimal("0.5")


def test_a_price_that_holds_at_night_only_holds_at_night_only():
    table = PriceTable(provider="deepseek")
    clocked = [
        (model.id, one.constraint, one.prices)
        for provider in get_snapshot().providers
        if provider.id == "deepseek"
        for model in provider.models
        if isinstance(model.prices, list)
        for one in model.prices
        if hasattr(one.constraint, "start_time")
    ]
    assert clocked
    for name, hours, prices in clocked:
        start = datetime.combine(date(2026, 11, 20), hours.start_time, hours.start_time.tzinfo or UTC)
        inside = table.row(name, start)
        assert inside.output.base == prices.output_mtok
        before = table.row(name, start - timedelta(minutes=1))
        assert before.output.base != prices.output_mtok
        assert table.row(name, start) == inside, "whatever was asked for in between"


def test_a_row_of_a_day_is_made_once_and_one_of_another_day_anew():
    table = PriceTable()
    assert table.row("gpt-5.2", AT) is table.row("gpt-5.2", AT + timedelta(hours=3))
    assert table.row("gpt-5.2", AT, "batch") is not table.row("gpt-5.2", AT)
    assert table.row("gpt-5.2", datetime(2026, 1, 1, tzinfo=UTC), "batch").tier == ""
