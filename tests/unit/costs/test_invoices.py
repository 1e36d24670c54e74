"""What a call is billed at, from the wire block to the pico-dollar. Every amount is worked out by hand in its comment:
a price of 0.25 $ for a million tokens is 250,000 pico-dollars for one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.costs import PriceOverride, PriceRow, PriceTable, Rate, cost_of_block, row_of, unpriced
from botops.usage import read_usage

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def row(given, made, tools=(), per_call="0", **rates):
    """A price in dollars for a million tokens of each kind, for one use of a tool and for a call."""
    prices = {name: Rate(Decimal(price)) for name, price in {"input": given, "output": made, **rates}.items()}
    pieces = {unit: Decimal(price) for unit, price in tools}
    return PriceRow(model="m", per_call=Decimal(per_call), tools=pieces, **prices)


MINI = row("0.25", "2", cached="0.025")
SMALL = row("0.15", "0.6", cached="0.075")


def test_openai_chat_with_cached_and_reasoning_tokens():
    block = {
        "prompt_tokens": 2006,
        "completion_tokens": 300,
        "total_tokens": 2306,
        "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 192,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    # in: 2,006 - 1,920 = 86 x 250,000 = 21,500,000; cached: 1,920 x 25,000 = 48,000,000
    # out: 300 x 2,000,000 = 600,000,000, the 192 of reasoning among them; together 669,500,000
    assert cost_of_block(block, "openai", MINI) == 669_500_000


def test_responses_with_a_search():
    body = {
        "object": "response",
        "output": [{"type": "reasoning"}, {"type": "web_search_call", "action": {"type": "search"}}],
        "usage": {
            "input_tokens": 1500,
            "input_tokens_details": {"cached_tokens": 1024},
            "output_tokens": 400,
            "output_tokens_details": {"reasoning_tokens": 320},
            "total_tokens": 1900,
        },
    }
    prices = row("1.75", "14", cached="0.175", tools=[("web_search", "0.01")])
    # 476 x 1,750,000 = 833,000,000; 1,024 x 175,000 = 179,200,000; 400 x 14,000,000 = 5,600,000,000
    # one search of 0.01 $ = 10,000,000,000; together 16,612,200,000
    assert cost_of_block(body, "responses", prices) == 16_612_200_000
    # the block alone tells nothing of the search
    assert cost_of_block(body["usage"], "responses", prices) == 6_612_200_000


STREAM = [
    {"choices": [], "prompt_filter_results": []},
    {"choices": [{"index": 0, "delta": {"content": "Да"}}], "usage": None},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None},
]


def test_a_stream_with_usage_in_its_last_chunk():
    last = {"choices": [], "usage": {"prompt_tokens": 18, "completion_tokens": 40, "total_tokens": 58}}
    # 18 x 150,000 = 2,700,000; 40 x 600,000 = 24,000,000; together 26,700,000
    assert cost_of_block([*STREAM, last], "azure", SMALL) == 26_700_000


def test_a_stream_read_as_it_comes_costs_what_its_list_does():
    chunks = [*STREAM, {"choices": [], "usage": {"prompt_tokens": 18, "completion_tokens": 40}}]
    assert cost_of_block(iter(chunks), "openai", SMALL) == cost_of_block(chunks, "openai", SMALL) == 26_700_000


@pytest.mark.parametrize("per_usd", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_that_is_none_is_refused(per_usd):
    with pytest.raises(ValueError, match="is no rate"):
        cost_of_block({"prompt_tokens": 1, "completion_tokens": 1}, "openai", MINI, per_usd=Decimal(per_usd))


def test_a_stream_whose_every_chunk_counts_all_so_far():
    chunks = [{"choices": [], "usage": {"prompt_tokens": 18, "completion_tokens": n}} for n in (1, 20, 40)]
    # only the last counts: as above
    assert cost_of_block(chunks, "vllm", SMALL) == 26_700_000


def test_a_stream_without_usage_has_no_cost_and_not_a_cost_of_nothing():
    assert cost_of_block(STREAM, "openai", SMALL) is None


SONNET = row("3", "15", cached="0.3", cache_write="3.75", cache_write_1h="6")
MESSAGE = {
    "input_tokens": 21,
    "cache_creation_input_tokens": 1500,
    "cache_read_input_tokens": 8000,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 393,
    "service_tier": "standard",
}


def test_anthropic_with_both_kinds_of_cache():
    # 21 x 3,000,000 = 63,000,000; read 8,000 x 300,000 = 2,400,000,000
    # written for five minutes 500 x 3,750,000 = 1,875,000,000, for an hour 1,000 x 6,000,000 = 6,000,000,000
    # out 393 x 15,000,000 = 5,895,000,000; together 16,233,000,000
    assert cost_of_block(MESSAGE, "anthropic", SONNET) == 16_233_000_000


def test_anthropic_as_a_stream():
    start = MESSAGE | {"output_tokens": 1}
    events = [
        {"type": "message_start", "message": {"usage": start}},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 393}},
    ]
    assert cost_of_block(events, "anthropic", SONNET) == 16_233_000_000


def test_bedrock_with_the_same_cache():
    usage = {
        "inputTokens": 21, "outputTokens": 393, "totalTokens": 9914, "cacheReadInputTokens": 8000,
        "cacheWriteInputTokens": 1500,
        "cacheDetails": [{"ttl": "5m", "inputTokens": 500}, {"ttl": "1h", "inputTokens": 1000}],
    }  # fmt: skip
    assert cost_of_block({"usage": usage}, "bedrock", SONNET) == 16_233_000_000


def test_langchain_with_the_same_cache():
    usage = {
        "input_tokens": 9521, "output_tokens": 393, "total_tokens": 9914,
        "input_token_details": {"cache_read": 8000, "cache_creation": 0, "ephemeral_5m_input_tokens": 500,
                                "ephemeral_1h_input_tokens": 1000},
    }  # fmt: skip
    assert cost_of_block(usage, "langchain", SONNET) == 16_233_000_000


def test_gemini_with_thoughts_cache_and_audio():
    block = {
        "promptTokenCount": 1000,
        "cachedContentTokenCount": 600,
        "candidatesTokenCount": 50,
        "thoughtsTokenCount": 200,
        "toolUsePromptTokenCount": 30,
        "totalTokenCount": 1280,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 700}, {"modality": "AUDIO", "tokenCount": 300}],
        "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 500}, {"modality": "AUDIO", "tokenCount": 100}],
    }
    flash = row("0.3", "2.5", cached="0.03", audio_input="1", audio_cached="0.1")
    # all input 1,030, of which 600 cached leave 430: 200 of audio x 1,000,000 = 200,000,000 and 230 of text
    # x 300,000 = 69,000,000; cached text 500 x 30,000 = 15,000,000, cached audio 100 x 100,000 = 10,000,000
    # out 50 and 200 of thoughts x 2,500,000 = 625,000,000; together 919,000,000
    assert cost_of_block(block, "gemini", flash) == 919_000_000


def test_realtime_audio():
    block = {
        "input_tokens": 120, "output_tokens": 60, "total_tokens": 180,
        "input_token_details": {"text_tokens": 20, "audio_tokens": 100, "cached_tokens": 64,
                                "cached_tokens_details": {"text_tokens": 4, "audio_tokens": 60}},
        "output_token_details": {"text_tokens": 10, "audio_tokens": 50},
    }  # fmt: skip
    prices = row("5", "20", cached="2.5", audio_input="40", audio_cached="2.5", audio_output="80")
    # text 16 x 5,000,000 = 80,000,000, cached 4 x 2,500,000 = 10,000,000
    # audio 40 x 40,000,000 = 1,600,000,000, cached 60 x 2,500,000 = 150,000,000
    # out: text 10 x 20,000,000 = 200,000,000, audio 50 x 80,000,000 = 4,000,000,000; together 6,040,000,000
    assert cost_of_block(block, "realtime", prices) == 6_040_000_000


def test_audio_and_cache_that_do_not_say_how_much_was_both():
    block = {
        "prompt_tokens": 100, "completion_tokens": 0, "total_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 70, "audio_tokens": 60},
    }  # fmt: skip
    prices = row("5", "20", cached="2", audio_input="40", audio_cached="3")
    # 70 + 60 of 100: at least 30 were both; 40 of text cached x 2 M = 80 M, 30 of audio cached x 3 M = 90 M,
    # 30 of audio x 40 M = 1,200 M, no plain text; together 1,370,000,000
    assert cost_of_block(block, "openai", prices) == 1_370_000_000


def test_azure_served_with_priority():
    body = {
        "choices": [], "service_tier": "priority",
        "usage": {"prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280,
                  "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
                  "completion_tokens_details": {"reasoning_tokens": 64}},
    }  # fmt: skip
    prices = PriceTable().row("gpt-5.2", AT, "priority")  # 3.50, cached 0.35, out 28
    # 176 x 3,500,000 = 616,000,000; 1,024 x 350,000 = 358,400,000; 80 x 28,000,000 = 2,240,000,000
    assert cost_of_block(body, "azure", prices) == 3_214_400_000
    assert unpriced(read_usage(body, "azure"), prices) == ()


@pytest.mark.parametrize(
    ("tier", "pico"),
    [
        ("", 3_150_000_000),  # 1,000 x 1,750,000 + 100 x 14,000,000
        ("batch", 1_575_000_000),  # half of it: 1,000 x 875,000 + 100 x 7,000,000
        ("flex", 1_575_000_000),
        ("priority", 6_300_000_000),  # twice: 1,000 x 3,500,000 + 100 x 28,000,000
    ],
)
def test_service_tiers(tier, pico):
    block = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    prices = PriceTable().row("gpt-5.2", AT, tier)
    assert cost_of_block(block, "openai", prices, tier=tier) == pico
    assert prices.tier == tier


def test_a_long_prompt_counts_its_cache_and_is_dearer_from_the_first_token():
    def steps(base, dearer):
        return Rate(Decimal(base), ((200_000, Decimal(dearer)),))

    prices = PriceRow("m", steps("3", "6"), steps("15", "22.5"), cached=steps("0.3", "0.6"))
    block = {"input_tokens": 150_000, "cache_read_input_tokens": 60_000, "output_tokens": 1000}
    # 210,000 in: 150,000 x 6,000,000 = 900,000,000,000; 60,000 x 600,000 = 36,000,000,000
    # 1,000 x 22,500,000 = 22,500,000,000; together 958,500,000,000
    assert cost_of_block(block, "anthropic", prices) == 958_500_000_000
    # 10,001 cached tokens less and it is a short one: 150,000 x 3 M + 49,999 x 0.3 M + 1,000 x 15 M
    block["cache_read_input_tokens"] = 49_999
    assert cost_of_block(block, "anthropic", prices) == 450_000_000_000 + 14_999_700_000 + 15_000_000_000


BLOCK = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200, "prompt_tokens_details": None}


def test_machines_of_ones_own_by_the_hour():
    own = PriceOverride(model="qwen", per_gpu_hour=Decimal("2.5"), gpus=4, tokens_per_second=Decimal(5000))
    # 10 $ an hour for 18,000,000 tokens: 1,200 of them cost 12,000 / 18,000,000 = 0.000666… $
    assert cost_of_block(BLOCK, "vllm", row_of(own)) == 666_666_667


def test_machines_whose_reading_and_writing_were_measured_apart_in_tenge():
    own = PriceOverride(
        model="qwen", per_gpu_hour=Decimal(1200), gpus=2, currency="KZT",
        input_tokens_per_second=Decimal(8000), output_tokens_per_second=Decimal(500),
    )  # fmt: skip
    # 2,400 ₸ an hour: a token in costs 2,400 / 28,800,000 = 1/12,000 ₸, one out 2,400 / 1,800,000 = 1/750 ₸
    # 1,000 / 12,000 + 200 / 750 = 0.35 ₸, at 500 ₸ for a dollar 0.0007 $
    assert cost_of_block(BLOCK, "vllm", row_of(own), per_usd=Decimal(500)) == 700_000_000
    with pytest.raises(ValueError, match="KZT"):
        cost_of_block(BLOCK, "vllm", row_of(own))


def test_a_repeating_fraction_that_adds_up_to_a_half_is_rounded_up():
    # 0.015 $ an hour for 90,000,000,000 tokens: a token costs a sixth of a pico-dollar, 0.1666…; three of them cost a
    # half, which rounds up although no number of digits of a sixth adds up to it
    own = PriceOverride(model="q", per_gpu_hour=Decimal("0.015"), tokens_per_second=Decimal(25_000_000))
    assert cost_of_block({"prompt_tokens": 3, "completion_tokens": 0}, "vllm", row_of(own)) == 1


COMPATIBLE = {
    # reasoning stands beside: 32 x 0.2 M = 6.4 M; (9 + 94) x 0.5 M = 51.5 M
    "xai": ({"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135,
             "completion_tokens_details": {"reasoning_tokens": 94}}, row("0.2", "0.5"), 57_900_000),
    # thoughts that only the total knows: 10 x 0.3 M = 3 M; 520 x 2.5 M = 1,300 M
    "gemini-openai": ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 530}, row("0.3", "2.5"),
                      1_303_000_000),
    # 40 x 0.28 M = 11.2 M; 960 x 0.028 M = 26.88 M; 50 x 0.42 M = 21 M
    "deepseek": ({"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050,
                  "prompt_cache_hit_tokens": 960, "prompt_cache_miss_tokens": 40},
                 row("0.28", "0.42", cached="0.028"), 59_080_000),
    # 100 x 0.6 M = 60 M; 400 x 0.15 M = 60 M; 5 x 2.5 M = 12.5 M
    "moonshot": ({"prompt_tokens": 500, "completion_tokens": 5, "total_tokens": 505, "cached_tokens": 400},
                 row("0.6", "2.5", cached="0.15"), 132_500_000),
    # 18 x 0.05 M = 0.9 M; 40 x 0.08 M = 3.2 M
    "groq": ({"x_groq": {"usage": {"prompt_tokens": 18, "completion_tokens": 40, "total_tokens": 58}}},
             row("0.05", "0.08"), 4_100_000),
    # 500 x 3 M = 1,500 M; 9,000 x 0.3 M = 2,700 M; 500 x 3.75 M = 1,875 M; 60 x 15 M = 900 M
    "openrouter": ({"prompt_tokens": 10_000, "completion_tokens": 60, "total_tokens": 10_060, "cost": 0.006975,
                    "prompt_tokens_details": {"cached_tokens": 9_000, "cache_write_tokens": 500}},
                   SONNET, 6_975_000_000),
    # the cache beside the prompt: 21 x 3 M = 63 M; 188,086 x 3.75 M = 705,322.5 M; 393 x 15 M = 5,895 M
    "litellm": ({"prompt_tokens": 21, "completion_tokens": 393, "total_tokens": 414,
                 "cache_creation_input_tokens": 188_086, "cache_read_input_tokens": 0}, SONNET, 711_280_500_000),
    # 19 x 2 M = 38 M; 498 x 8 M = 3,984 M; 95,305 x 3 M = 285,915 M; 48 searches x 0.005 $ = 240,000 M;
    # 10,175 citations x 2 M = 20,350 M
    "perplexity": ({"prompt_tokens": 19, "completion_tokens": 498, "total_tokens": 517, "citation_tokens": 10_175,
                    "num_search_queries": 48, "reasoning_tokens": 95_305},
                   row("2", "8", reasoning="3", tools=[("web_search", "0.005"), ("citation_tokens", "0.000002")]),
                   550_287_000_000),
    # 26 x 0.1 M = 2.6 M; 298 x 0.1 M = 29.8 M
    "ollama": ({"prompt_eval_count": 26, "eval_count": 298}, row("0.1", "0.1"), 32_400_000),
    # what is billed, not what was counted: 12 x 2.5 M = 30 M; 7 x 10 M = 70 M
    "cohere": ({"usage": {"billed_units": {"input_tokens": 12.0, "output_tokens": 7.0},
                          "tokens": {"input_tokens": 506.0, "output_tokens": 9.0}}}, row("2.5", "10"), 100_000_000),
    # 5 x 1 M + 7 x 1 M, and 0.005 $ for the call = 5,000 M
    "openai": ({"prompt_tokens": 5, "completion_tokens": 7}, row("1", "1", per_call="0.005"), 5_012_000_000),
}  # fmt: skip


@pytest.mark.parametrize(("api", "block", "prices", "pico"), [(api, *case) for api, case in COMPATIBLE.items()])
def test_other_providers(api, block, prices, pico):
    assert cost_of_block(block, api, prices) == pico


def test_the_public_table_prices_all_that_perplexity_bills():
    block, own, pico = COMPATIBLE["perplexity"]
    public = PriceTable().row("perplexity/sonar-deep-research", AT)
    assert cost_of_block(block, "perplexity", public) == cost_of_block(block, "perplexity", own) == pico


def test_what_has_no_price_is_named():
    usage = read_usage(
        {"service_tier": "flex", "usage": {"prompt_tokens": 9, "completion_tokens": 9, "num_search_queries": 1,
                                           "prompt_tokens_details": {"audio_tokens": 4},
                                           "completion_tokens_details": {"audio_tokens": 4}}}
    )  # fmt: skip
    assert unpriced(usage, SMALL) == ("tier flex", "web_search", "audio_input", "audio_output")
    assert unpriced(read_usage(MESSAGE, "anthropic"), row("3", "15", cache_write="3.75")) == ("cache_write_1h",)
    assert unpriced(read_usage(MESSAGE, "anthropic"), SONNET) == ()


def test_the_example_of_the_documentation():
    house = row_of(PriceOverride(model="m", input="0.25", output=2, cached_input="0.025"))
    assert cost_of_block({"prompt_tokens": 1000, "completion_tokens": 100}, "openai", house) == 450_000_000


@pytest.mark.parametrize("block", [None, {}, [], "x", {"prompt_tokens": -1, "completion_tokens": 3}, [None, 3]])
def test_what_says_nothing_of_a_usage_costs_nothing_that_is_known(block):
    assert cost_of_block(block, "openai", SMALL) is None
