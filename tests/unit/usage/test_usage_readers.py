"""What a wire block says was used. Where a provider's rule is not OpenAI's, the comment says how it counts."""

import pytest
from genai_prices.data import providers
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.usage import Usage
from botops.usage import Api, api_named, read_stream, read_usage


def used(given, made, **parts):
    names = {
        "cached": "cached_tokens", "written": "cache_write_tokens", "hour": "cache_write_1h_tokens",
        "reasoning": "reasoning_tokens", "audio_in": "audio_input_tokens", "audio_cached": "audio_cached_tokens",
        "audio_out": "audio_output_tokens", "tools": "tool_uses", "tier": "service_tier",
    }  # fmt: skip
    return Usage(input_tokens=given, output_tokens=made, **{names[key]: value for key, value in parts.items()})


def chat(prompt, completion, total=None, given=None, made=None, **more):
    block = {"prompt_tokens": prompt, "completion_tokens": completion, **more}
    if total is not None:
        block["total_tokens"] = total
    if given is not None:
        block["prompt_tokens_details"] = given
    if made is not None:
        block["completion_tokens_details"] = made
    return block


CASES = {
    "openai: parts are inside their wholes": (
        "openai",
        chat(
            2006, 300, 2306, {"cached_tokens": 1920, "audio_tokens": 0},
            {"reasoning_tokens": 192, "audio_tokens": 0, "accepted_prediction_tokens": 5,
             "rejected_prediction_tokens": 9},
        ),
        used(2006, 300, cached=1920, reasoning=192),
    ),
    "openai: audio": (
        "openai",
        chat(100, 60, 160, {"audio_tokens": 40, "cached_tokens": 30, "cached_tokens_details": {"audio_tokens": 10}},
             {"audio_tokens": 50, "text_tokens": 10}),
        used(100, 60, cached=30, audio_in=40, audio_cached=10, audio_out=50),
    ),
    "openai: what was written to the cache": (
        "openai", chat(1500, 10, 1510, {"cached_tokens": 1000, "cache_write_tokens": 400}),
        used(1500, 10, cached=1000, written=400),
    ),
    "openai: null details, whole floats": (
        "openai", chat(9.0, 1.0, 10.0, None, None, prompt_tokens_details=None, completion_tokens_details=None),
        used(9, 1),
    ),
    "openai: a whole body tells the tier": (
        "openai", {"choices": [], "service_tier": "flex", "usage": chat(9, 1, 10)}, used(9, 1, tier="flex"),
    ),
    "openai: the ordinary tier has no name": (
        "openai", {"service_tier": "default", "usage": chat(9, 1, 10)}, used(9, 1),
    ),
    "azure: as openai, with its filters beside": (
        "azure-openai",
        {"choices": [], "prompt_filter_results": [{"prompt_index": 0}], "service_tier": "priority",
         "usage": chat(1200, 80, 1280, {"cached_tokens": 1024, "audio_tokens": 0}, {"reasoning_tokens": 64})},
        used(1200, 80, cached=1024, reasoning=64, tier="priority"),
    ),
    "xai: reasoning beside the completion, told by the total": (
        "xai", chat(32, 9, 135, {"cached_tokens": 6}, {"reasoning_tokens": 94}),
        used(32, 103, cached=6, reasoning=94),
    ),
    "xai: reasoning beside the completion where no total tells": (
        "xai", chat(32, 90, None, None, {"reasoning_tokens": 40}), used(32, 130, reasoning=40),
    ),
    "openai: reasoning inside where no total tells": (
        "openai", chat(32, 90, None, None, {"reasoning_tokens": 40}), used(32, 90, reasoning=40),
    ),
    "any: more reasoning than completion stands beside, whatever the total says": (
        "openai", chat(12, 2, 14, None, {"reasoning_tokens": 317}), used(12, 319, reasoning=317),
    ),
    "gemini's compatible endpoint: thoughts in the total alone": (
        "openai", chat(10, 20, 530), used(10, 520, reasoning=500),
    ),
    "xai: sources and searches are billed by the piece": (
        "xai", chat(10, 20, 30, num_sources_used=4), used(10, 20, tools=(("sources", 4),)),
    ),
    "deepseek: hits and misses are the prompt": (
        "deepseek",
        chat(1000, 50, 1050, {"cached_tokens": 960}, None, prompt_cache_hit_tokens=960, prompt_cache_miss_tokens=40),
        used(1000, 50, cached=960),
    ),
    "deepseek: hits and misses alone": (
        "deepseek", {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40, "completion_tokens": 5},
        used(100, 5, cached=60),
    ),
    "moonshot: cached tokens at the top": ("moonshot", chat(500, 5, 505, cached_tokens=400), used(500, 5, cached=400)),
    "moonshot: a stream's usage in its last choice": (
        "moonshot", {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": chat(9, 1, 10)}]},
        used(9, 1),
    ),
    "openai: a line of a batch's output": (
        "openai", {"custom_id": "a", "response": {"status_code": 200, "body": {"usage": chat(9, 1, 10)}}}, used(9, 1),
    ),
    "anthropic: a line of a batch's results": (
        "anthropic",
        {"custom_id": "a", "result": {"type": "succeeded",
                                      "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}},
        used(9, 1),
    ),
    "cloudflare: in a result": ("openai", {"result": {"usage": chat(9, 1, 10)}, "success": True}, used(9, 1)),
    "bedrock: an invoked model": (
        "bedrock",
        {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 1,
                                              "cacheReadInputTokenCount": 90}},
        used(99, 1, cached=90),
    ),
    "mistral": ("mistral", chat(500, 5, 505, num_cached_tokens=64), used(500, 5, cached=64)),
    "perplexity: reasoning, citations and searches beside, none in the total": (
        "perplexity",
        chat(19, 498, 517, citation_tokens=10175, num_search_queries=48, reasoning_tokens=95305,
             cost={"total_cost": 0.5}),
        used(19, 95803, reasoning=95305, tools=(("citation_tokens", 10175), ("web_search", 48))),
    ),
    "groq: usage under a name of its own in the last chunk": (
        "groq", {"choices": [], "x_groq": {"id": "r", "usage": chat(18, 40, 58, queue_time=0.01)}}, used(18, 40),
    ),
    "openrouter: with a cost, writes and searches": (
        "openrouter",
        chat(10_000, 60, 10_060, {"cached_tokens": 9_000, "cache_write_tokens": 500, "audio_tokens": 0},
             {"reasoning_tokens": 0}, cost=0.01, server_tool_use={"web_search_requests": 2}),
        used(10_000, 60, cached=9_000, written=500, tools=(("web_search", 2),)),
    ),
    "qwen: explicit cache": (
        "qwen",
        chat(3019, 104, 3123, {"cached_tokens": 2048, "cache_creation_input_tokens": 900,
                               "cache_creation": {"ephemeral_5m_input_tokens": 900}}),
        used(3019, 104, cached=2048, written=900),
    ),
    "litellm: anthropic's cache inside the prompt": (
        "litellm",
        chat(1121, 50, 1171, {"cached_tokens": 1000, "cache_creation_tokens": 100}, None,
             cache_read_input_tokens=1000, cache_creation_input_tokens=100),
        used(1121, 50, cached=1000, written=100),
    ),
    "litellm, older: anthropic's cache beside the prompt": (
        "litellm", chat(21, 393, 414, cache_creation_input_tokens=188086, cache_read_input_tokens=0),
        used(188107, 393, written=188086),
    ),
    "a gateway whose total counts the cache besides": (
        "openai", chat(2000, 100, 2900, cache_read_input_tokens=800), used(2800, 100, cached=800),
    ),
    "vllm": ("vllm", chat(5, 7, 12, None, None, prompt_tokens_details=None), used(5, 7)),
    "databricks: reasoning at the top, inside": (
        "databricks", chat(5, 70, 75, reasoning_tokens=60), used(5, 70, reasoning=60),
    ),
    "a completion that is missing follows from the total": (
        "openai", {"prompt_tokens": 5, "completion_tokens": None, "total_tokens": 12}, used(5, 7),
    ),
    "responses": (
        "responses",
        {"input_tokens": 1500, "input_tokens_details": {"cached_tokens": 1024}, "output_tokens": 400,
         "output_tokens_details": {"reasoning_tokens": 320}, "total_tokens": 1900},
        used(1500, 400, cached=1024, reasoning=320),
    ),
    "responses: tools and tier of the body": (
        "openai.responses",
        {"service_tier": "priority",
         "output": [
             {"type": "web_search_call", "action": {"type": "search"}},
             {"type": "web_search_call", "action": {"type": "open_page"}},
             {"type": "file_search_call"},
             {"type": "code_interpreter_call", "container_id": "c1"},
             {"type": "code_interpreter_call", "container_id": "c1"},
             {"type": "message"},
         ],
         "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}},
        used(10, 5, tools=(("code_execution", 1), ("file_search", 1), ("web_search", 1)), tier="priority"),
    ),
    "realtime": (
        "realtime",
        {"input_tokens": 120, "output_tokens": 60, "total_tokens": 180,
         "input_token_details": {"text_tokens": 20, "audio_tokens": 100, "cached_tokens": 64,
                                 "cached_tokens_details": {"text_tokens": 4, "audio_tokens": 60}},
         "output_token_details": {"text_tokens": 10, "audio_tokens": 50}},
        used(120, 60, cached=64, audio_in=100, audio_cached=60, audio_out=50),
    ),
    "anthropic: the cache is beside the input": (
        "anthropic",
        {"input_tokens": 21, "cache_creation_input_tokens": 1500, "cache_read_input_tokens": 8000,
         "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000},
         "output_tokens": 393, "service_tier": "standard",
         "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 2}},
        used(9521, 393, cached=8000, written=1500, hour=1000, tools=(("web_search", 3),)),
    ),
    "anthropic: without the kinds of cache": (
        "claude", {"input_tokens": 3, "cache_creation_input_tokens": 7, "output_tokens": 1}, used(10, 1, written=7),
    ),
    "anthropic: batch, thinking inside the output": (
        "anthropic",
        {"input_tokens": 3, "output_tokens": 100, "service_tier": "batch",
         "output_tokens_details": {"thinking_tokens": 80}},
        used(3, 100, reasoning=80, tier="batch"),
    ),
    "anthropic: fast and bound to a region": (
        "anthropic", {"input_tokens": 3, "output_tokens": 1, "speed": "fast", "inference_geo": "us"},
        used(3, 1, tier="fast+us"),
    ),
    "anthropic: a compaction is billed besides": (
        "anthropic",
        {"input_tokens": 23000, "output_tokens": 1000,
         "iterations": [{"type": "compaction", "input_tokens": 180000, "output_tokens": 3500},
                        {"type": "message", "input_tokens": 23000, "output_tokens": 1000}]},
        used(203000, 4500),
    ),
    "gemini: cache inside the prompt, thoughts and tools beside": (
        "gemini",
        {"promptTokenCount": 1000, "cachedContentTokenCount": 600, "candidatesTokenCount": 50,
         "thoughtsTokenCount": 200, "toolUsePromptTokenCount": 30, "totalTokenCount": 1280, "trafficType": "ON_DEMAND",
         "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 700}, {"modality": "AUDIO", "tokenCount": 300}],
         "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 100}, {"modality": "TEXT", "tokenCount": 500}]},
        used(1030, 250, cached=600, reasoning=200, audio_in=300, audio_cached=100),
    ),
    "gemini: thoughts already in the candidates": (
        "vertex_ai",
        {"promptTokenCount": 100, "candidatesTokenCount": 250, "thoughtsTokenCount": 200, "totalTokenCount": 350},
        used(100, 250, reasoning=200),
    ),
    "gemini: a reply cut in its thoughts": (
        "gemini", {"promptTokenCount": 100, "thoughtsTokenCount": 200, "totalTokenCount": 300},
        used(100, 200, reasoning=200),
    ),
    "gemini: as the python client names it, flex": (
        "gemini",
        {"prompt_token_count": 100, "candidates_token_count": 5, "thoughts_token_count": None,
         "cached_content_token_count": 40, "total_token_count": 105, "traffic_type": "ON_DEMAND_FLEX"},
        used(100, 5, cached=40, tier="flex"),
    ),
    "gemini: a grounded prompt is one search before Gemini 3": (
        "gemini",
        {"modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1},
         "candidates": [{"groundingMetadata": {"webSearchQueries": ["a", "b"]}}]},
        used(9, 1, tools=(("web_search", 1),)),
    ),
    "gemini: each query is a search from Gemini 3 on": (
        "gemini",
        {"modelVersion": "gemini-3-pro", "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1},
         "candidates": [{"groundingMetadata": {"webSearchQueries": ["a", "b"]}}]},
        used(9, 1, tools=(("web_search", 2),)),
    ),
    "bedrock: the cache is beside the input": (
        "bedrock",
        {"usage": {"inputTokens": 4, "outputTokens": 23, "totalTokens": 1548, "cacheReadInputTokens": 1000,
                   "cacheWriteInputTokens": 521, "cacheDetails": [{"ttl": "1h", "inputTokens": 21},
                                                                  {"ttl": "5m", "inputTokens": 500}]},
         "serviceTier": {"type": "priority"}},
        used(1525, 23, cached=1000, written=521, hour=21, tier="priority"),
    ),
    "langchain: details inside their wholes": (
        "langchain",
        {"input_tokens": 350, "output_tokens": 240, "total_tokens": 590,
         "input_token_details": {"audio": 10, "cache_creation": 200, "cache_read": 100},
         "output_token_details": {"audio": 10, "reasoning": 200}},
        used(350, 240, cached=100, written=200, reasoning=200, audio_in=10, audio_out=10),
    ),
    "langchain: the kinds of anthropic's cache": (
        "langchain",
        {"input_tokens": 350, "output_tokens": 1,
         "input_token_details": {"cache_creation": 0, "ephemeral_5m_input_tokens": 20,
                                 "ephemeral_1h_input_tokens": 30}},
        used(350, 1, written=50, hour=30),
    ),
    "langchain: openai's flex": (
        "langchain",
        {"input_tokens": 350, "output_tokens": 40, "input_token_details": {"flex_cache_read": 100, "flex": 250},
         "output_token_details": {"flex_reasoning": 30, "flex": 10}},
        used(350, 40, cached=100, reasoning=30, tier="flex"),
    ),
    "langchain: thoughts that only the total counts": (
        "langchain", {"input_tokens": 10, "output_tokens": 5, "total_tokens": 45}, used(10, 35, reasoning=30),
    ),
    "responses: anthropic's fields inside the input, told by the total": (
        "responses", {"input_tokens": 100, "output_tokens": 5, "total_tokens": 105, "cache_read_input_tokens": 90},
        used(100, 5, cached=90),
    ),
    "responses: anthropic's fields beside the input": (
        "responses", {"input_tokens": 100, "output_tokens": 5, "total_tokens": 195, "cache_read_input_tokens": 90},
        used(190, 5, cached=90),
    ),
    "responses: reasoning beside the output": (
        "responses",
        {"input_tokens": 10, "output_tokens": 5, "total_tokens": 45, "output_tokens_details": {"reasoning_tokens": 30}},
        used(10, 35, reasoning=30),
    ),
    "cohere: what is billed": (
        "cohere",
        {"usage": {"billed_units": {"input_tokens": 12.0, "output_tokens": 7.0},
                   "tokens": {"input_tokens": 506, "output_tokens": 9}}},
        used(12, 7),
    ),
    "ollama": (
        "ollama", {"model": "qwen3", "done": True, "prompt_eval_count": 26, "eval_count": 298, "eval_duration": 47},
        used(26, 298),
    ),
    "llama.cpp: what it remembered": (
        "llama.cpp",
        {"tokens_evaluated": 30, "tokens_predicted": 12, "tokens_cached": 41,
         "timings": {"prompt_n": 10, "cache_n": 20, "predicted_n": 12}},
        used(30, 12, cached=20),
    ),
    "a gateway that fills in what is another's with zeros": (
        "openai", {"prompt_tokens": 0, "completion_tokens": 0, "input_tokens": 9, "output_tokens": 2}, used(9, 2),
    ),
    "dashscope's own: wholes under other names": (
        "qwen",
        {"input_tokens": 90, "output_tokens": 9, "total_tokens": 99, "prompt_tokens_details": {"cached_tokens": 64}},
        used(90, 9, cached=64),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("api", "block", "usage"), CASES.values(), ids=CASES)
def test_a_block_is_read_as_its_provider_means_it(api, block, usage):
    assert read_usage(block, api) == usage


@pytest.mark.parametrize(("api", "block", "usage"), CASES.values(), ids=CASES)
def test_a_block_is_read_alike_alone_as_a_stream(api, block, usage):
    assert read_stream([None, {}, block, {"type": "ping"}], api) == usage


def test_anthropic_tells_its_input_at_the_start_and_its_output_at_the_end():
    start = {"input_tokens": 25, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 0, "output_tokens": 1,
             "service_tier": "standard"}  # fmt: skip
    events = [
        {"type": "message_start", "message": {"id": "m", "usage": start}},
        {"type": "content_block_delta", "delta": {"text": "да"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}},
        {"type": "message_stop"},
    ]
    assert read_stream(events, Api.ANTHROPIC) == used(925, 15, cached=900)


def test_anthropic_may_tell_its_input_anew_with_the_end():
    events = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 0}}},
        {"type": "message_delta", "usage": {"input_tokens": 40, "cache_read_input_tokens": 2, "output_tokens": 15}},
    ]
    assert read_stream(events, "anthropic") == used(42, 15, cached=2)


def test_a_usage_in_every_chunk_is_cumulative():
    chunks = [{"choices": [], "usage": chat(10, n, 10 + n)} for n in (1, 2, 3)]
    assert read_stream(chunks, "vllm") == used(10, 3)


def test_gemini_repeats_its_prompt_and_adds_to_its_output():
    chunks = [
        {"usageMetadata": {"promptTokenCount": 10, "thoughtsTokenCount": 30, "totalTokenCount": 40}},
        {"usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 30,
                           "totalTokenCount": 45}},
    ]  # fmt: skip
    assert read_stream(chunks, "gemini") == used(10, 35, reasoning=30)


def test_responses_tell_their_usage_in_the_last_event():
    events = [
        {"type": "response.created", "response": {"usage": None}},
        {"type": "response.completed",
         "response": {"service_tier": "flex", "output": [{"type": "web_search_call"}],
                      "usage": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}}},
    ]  # fmt: skip
    assert read_stream(events, "responses") == used(9, 4, tier="flex", tools=(("web_search", 1),))


def test_langchains_chunks_add_up():
    chunks = [{"input_tokens": 9, "output_tokens": 0}, {"input_tokens": 0, "output_tokens": 4}]
    assert read_stream(chunks, "langchain") == used(9, 4)


XAI_CHAT = ("x-ai", "chat"), ("x-ai", "default")
KNOWN = {
    "prompt_tokens": 1000, "input_tokens": 1000, "completion_tokens": 400, "output_tokens": 400, "cached_tokens": 200,
    "cache_read_input_tokens": 200, "cache_creation_input_tokens": 100, "cache_write_tokens": 100,
    "reasoning_tokens": 120, "thinking_tokens": 120, "audio_tokens": 50, "cached_prompt_text_tokens": 200,
    "ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40, "web_search_requests": 2,
}  # fmt: skip
EXTRACTORS = [(p.id, e.api_flavor, e) for p in providers for e in p.extractors or [] if e.root == "usage"]


def test_a_second_source_reads_plain_blocks_alike():
    """The extractors of genai-prices, on blocks without a total: all fields they know of, filled in."""
    compared = 0
    for provider, flavor, extractor in EXTRACTORS:
        paths = [[m.path] if isinstance(m.path, str) else list(m.path) for m in extractor.mappings]
        if provider == "perplexity" or len(paths) < 2 or any(path[-1] not in KNOWN for path in paths):
            continue  # they count Perplexity's citations as output, here they are pieces with a price of their own
        block = {}
        for *way, last in paths:
            place = block
            for step in way:
                place = place.setdefault(step, {})
            place[last] = KNOWN[last]
        theirs = vars(extractor.extract({"usage": block})[1])
        ours = read_usage({"usage": block}, "xai" if (provider, flavor) in XAI_CHAT else "openai")
        read = (ours.input_tokens, ours.cached_tokens, ours.cache_write_tokens, ours.output_tokens)
        names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
        assert read == tuple(theirs.get(name, 0) for name in names), (provider, flavor)
        assert ours.reasoning_tokens == theirs.get("output_reasoning_tokens", 0), (provider, flavor)
        assert ours.cache_write_1h_tokens == theirs.get("cache_write_1h_tokens", 0), (provider, flavor)
        assert ours.audio_input_tokens == theirs.get("input_audio_tokens", 0), (provider, flavor)
        compared += 1
    assert compared > 40


@pytest.mark.parametrize(
    "chunks", [[], [{"choices": [{"delta": {"content": "а"}}]}], [{"usage": None}], ["x", 3, None]]
)
def test_a_stream_without_usage_has_none(chunks):
    assert read_stream(chunks) is None


def test_a_tier_that_no_reply_tells_is_the_callers_to_say():
    assert read_usage(chat(9, 1), "openai", tier="batch") == used(9, 1, tier="batch")
    assert read_usage({"service_tier": "flex", "usage": chat(9, 1)}, tier="default") == used(9, 1)
    assert read_stream([{"usage": chat(9, 1)}], tier="batch") == used(9, 1, tier="batch")
    assert read_usage(None, tier="batch") is None


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("openai", Api.OPENAI), ("openai.chat.completions", Api.OPENAI), ("OpenAI Responses", Api.RESPONSES),
        ("azure-openai", Api.AZURE), ("anthropic.messages", Api.ANTHROPIC), ("vertex-ai", Api.GEMINI),
        ("google.generateContent", Api.GEMINI), ("bedrock-converse", Api.BEDROCK), ("x-ai", Api.XAI),
        ("groq", Api.OPENAI), ("llama.cpp", Api.LLAMACPP), ("deepseek", Api.OPENAI),
    ],
)  # fmt: skip
def test_what_an_interface_is_called(name, api):
    assert api_named(name) is api


def test_an_interface_nobody_knows_is_an_error_that_names_those_known():
    with pytest.raises(ValueError, match=r"'fax'.*openai.*anthropic"):
        read_usage({}, "fax")


@pytest.mark.parametrize(
    "block",
    [
        None, [], "12", 3, {}, {"usage": None}, {"usage": "x"}, {"usage": {}}, {"prompt_tokens": 5},
        {"prompt_tokens": "5", "completion_tokens": 2}, {"prompt_tokens": True, "completion_tokens": 2},
        {"prompt_tokens": -5, "completion_tokens": 2}, {"prompt_tokens": 5.5, "completion_tokens": 2},
        {"prompt_tokens": float("nan"), "completion_tokens": 2}, {"prompt_tokens": 1e300, "completion_tokens": 2},
        {"prompt_tokens": 0, "completion_tokens": 0}, {"inputTokens": 4}, {"input_tokens": [], "output_tokens": {}},
        {"usage": {"billed_units": 3}}, {"timings": "fast"}, {1: 2, None: 3},
    ],
)  # fmt: skip
@pytest.mark.parametrize("api", Api)
def test_what_is_no_usage_is_none(block, api):
    assert read_usage(block, api) is None


json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**13) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
NAMES = sorted(
    {key for _, block, _ in CASES.values() for key in block}
    | {key for _, block, _ in CASES.values() for value in block.values() if isinstance(value, dict) for key in value}
)
blocks = st.dictionaries(
    st.sampled_from(NAMES),
    st.integers(0, 10**6) | json | st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**6) | json, max_size=5)
    | st.lists(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**6) | json, max_size=3), max_size=3),
    max_size=8,
)  # fmt: skip


@given(blocks, st.sampled_from(list(Api)))
def test_garbage_never_raises_and_parts_never_exceed_their_wholes(block, api):
    for usage in (read_usage(block, api), read_stream([block, block], api)):
        if usage is None:
            continue
        assert usage.cached_tokens + usage.cache_write_tokens <= usage.input_tokens
        assert usage.cache_write_1h_tokens <= usage.cache_write_tokens
        assert usage.audio_cached_tokens <= usage.audio_input_tokens <= usage.input_tokens
        assert usage.reasoning_tokens + usage.audio_output_tokens <= usage.output_tokens
        assert min(usage.input_tokens, usage.output_tokens, usage.audio_cached_tokens, usage.cached_tokens) >= 0
        assert all(number > 0 for _, number in usage.tool_uses)
