"""The same evals held by others. Run by `evals.py`, each in a process of its own:

    python evals_peers.py openai|httpx2|aiohttp|inspect_ai|deepeval URL TALKS.json OUT.json

`TALKS.json` holds the system prompt and the dialogues: for each turn the question and an amount the reply must name.
Everyone keeps 32 dialogues in flight, asks turn after turn with what was said before, looks for the amount in each
reply and writes a JSON file. The loops `openai`, `httpx2` and `aiohttp` are what one would write by hand: no retries,
no deadline, no report worth the name.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

CONCURRENCY = 32


def named(reply, amount):
    """True when the amount stands in the reply, however its digits are grouped."""
    return str(amount) in reply.replace(" ", "").replace(",", "")


async def held(talks, ask):
    """Holds the dialogues with `ask(messages)`; by dialogue, its replies."""
    free = asyncio.Semaphore(CONCURRENCY)

    async def hold(lines):
        async with free:
            said = [{"role": "system", "content": talks["system"]}]
            replies = []
            for asked, _ in lines:
                said.append({"role": "user", "content": asked})
                replies.append(await ask(said))
                said.append({"role": "assistant", "content": replies[-1]})
            return replies

    return await asyncio.gather(*(hold(lines) for lines in talks["dialogues"]))


def report(talks, found, out):
    """Writes what was found; the loops' own scorer."""
    rows = [
        [{"reply": reply, "pass": named(reply, amount)} for reply, (_, amount) in zip(replies, lines, strict=True)]
        for replies, lines in zip(found, talks["dialogues"], strict=True)
    ]
    Path(out).write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    assert all(turn["pass"] for row in rows for turn in row)


def openai(url, talks, out):
    from openai import AsyncOpenAI  # noqa: PLC0415

    async def main():
        client = AsyncOpenAI(api_key="none", base_url=url)

        async def ask(said):
            answer = await client.chat.completions.create(model="bench", messages=said, temperature=0.3, max_tokens=700)
            return answer.choices[0].message.content

        return await held(talks, ask)

    report(talks, asyncio.run(main()), out)


def httpx2(url, talks, out):
    import httpx2 as library  # noqa: PLC0415

    async def main():
        async with library.AsyncClient(timeout=60) as client:

            async def ask(said):
                body = {"model": "bench", "messages": said, "temperature": 0.3, "max_tokens": 700}
                answer = await client.post(f"{url}/chat/completions", json=body)
                return answer.json()["choices"][0]["message"]["content"]

            return await held(talks, ask)

    report(talks, asyncio.run(main()), out)


def aiohttp(url, talks, out):
    import aiohttp as library  # noqa: PLC0415

    async def main():
        async with library.ClientSession() as session:

            async def ask(said):
                body = {"model": "bench", "messages": said, "temperature": 0.3, "max_tokens": 700}
                async with session.post(f"{url}/chat/completions", json=body) as answer:
                    return (await answer.json())["choices"][0]["message"]["content"]

            return await held(talks, ask)

    report(talks, asyncio.run(main()), out)


def inspect_ai(url, talks, out):
    import inspect_ai as library  # noqa: PLC0415
    from inspect_ai.dataset import Sample  # noqa: PLC0415
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig  # noqa: PLC0415
    from inspect_ai.scorer import Score, accuracy, scorer  # noqa: PLC0415
    from inspect_ai.solver import solver  # noqa: PLC0415

    @solver
    def client():
        async def solve(state, generate):
            for asked, _ in state.metadata["lines"]:
                state.messages.append(ChatMessageUser(content=asked))
                state = await generate(state)
            return state

        return solve

    @scorer(metrics=[accuracy()])
    def amounts():
        async def score(state, target):
            replies = [message.text for message in state.messages if message.role == "assistant"]
            amounts = [amount for _, amount in state.metadata["lines"]]
            return Score(value=all(named(reply, amount) for reply, amount in zip(replies, amounts, strict=True)))

        return score

    samples = [
        Sample(input=[ChatMessageSystem(content=talks["system"])], metadata={"lines": lines})
        for lines in talks["dialogues"]
    ]
    done = library.eval(
        library.Task(dataset=samples, solver=client(), scorer=amounts()),
        model="openai-api/bench/bench",
        model_base_url=url,
        model_args={"api_key": "none"},
        max_connections=CONCURRENCY,
        max_samples=CONCURRENCY,
        display="none",
        log_dir=str(Path(out).parent / "inspect_logs"),
        log_format="json",
        **GenerateConfig(temperature=0.3, max_tokens=700).model_dump(exclude_none=True),
    )
    assert done[0].status == "success", done[0].error
    assert done[0].results.scores[0].metrics["accuracy"].value == 1


def deepeval(url, talks, out):
    from deepeval import evaluate  # noqa: PLC0415
    from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig  # noqa: PLC0415
    from deepeval.metrics import BaseMetric  # noqa: PLC0415
    from deepeval.test_case import LLMTestCase  # noqa: PLC0415
    from openai import AsyncOpenAI  # noqa: PLC0415

    class Names(BaseMetric):
        """A deterministic metric: no judge model."""

        threshold = 1
        async_mode = True

        def measure(self, case, *args, **kwargs):
            self.score = float(named(case.actual_output, case.expected_output))
            self.success = self.score >= self.threshold
            return self.score

        async def a_measure(self, case, *args, **kwargs):
            return self.measure(case)

        def is_successful(self):
            return self.success

        @property
        def __name__(self):
            return "Names the amount"

    async def main():
        client = AsyncOpenAI(api_key="none", base_url=url)

        async def ask(said):
            answer = await client.chat.completions.create(model="bench", messages=said, temperature=0.3, max_tokens=700)
            return answer.choices[0].message.content

        return await held(talks, ask)

    found = asyncio.run(main())
    cases = [
        LLMTestCase(input=asked, actual_output=reply, expected_output=str(amount))
        for replies, lines in zip(found, talks["dialogues"], strict=True)
        for reply, (asked, amount) in zip(replies, lines, strict=True)
    ]
    done = evaluate(
        cases,
        [Names()],
        async_config=AsyncConfig(max_concurrent=CONCURRENCY),
        display_config=DisplayConfig(show_indicator=False, print_results=False),
        cache_config=CacheConfig(write_cache=False),
    )
    Path(out).write_text(done.model_dump_json(), "utf-8")
    assert all(result.success for result in done.test_results)


def main():
    name, url, talks, out = sys.argv[1:]
    os.environ |= {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "DEEPEVAL_UPDATE_WARNING_OPT_IN": "NO"}
    who = {
        "openai": openai, "httpx2": httpx2, "aiohttp": aiohttp, "inspect_ai": inspect_ai, "deepeval": deepeval,
    }  # fmt: skip
    who[name](url, json.loads(Path(talks).read_text("utf-8")), out)


if __name__ == "__main__":
    main()
