"""Counts tokens as the meter does, beside tiktoken itself. `make bench`, or:

    python benchmarks/counting.py [--rounds 15] [--out benchmarks/counting.md]

Both count the same texts in turns, round by round, so that a busy machine slows both; the ratio is the median of the
rounds. tiktoken's own encodings are built from its published definitions and the vocabulary files of the package.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import statistics
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import tiktoken
from counting_texts import texts, two_hundred
from tiktoken_ext.openai_public import ENCODING_CONSTRUCTORS

from botops.llm.estimate import estimate_by_shape, estimate_tokens
from botops.llm.vocabulary import vocabulary

MODELS = {"o200k_base": "gpt-5-mini", "cl100k_base": "gpt-4"}
LANGUAGES = {"ru": "Russian", "kk": "Kazakh", "en": "English"}
BAR = 1.2


def their_own(name: str, folder: Path) -> tiktoken.Encoding:
    """tiktoken's encoding by its own definition, its download stood in for by the shipped file."""
    packed = files("botops.llm") / "vocabularies" / f"{name}.tiktoken.gz"
    url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
    (folder / hashlib.sha1(url.encode()).hexdigest()).write_bytes(gzip.decompress(packed.read_bytes()))
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    return tiktoken.Encoding(**ENCODING_CONSTRUCTORS[name]())


def seconds(count, given: list[str]) -> float:
    started = time.perf_counter()
    for text in given:
        count(text)
    return time.perf_counter() - started


def speeds(name: str, given: list[str], rounds: int, folder: Path) -> tuple[float, float, float, float]:
    """Tokens a second of tiktoken, of the meter and of the estimate by shape, and how many times as long the meter
    takes as tiktoken."""
    model, theirs = MODELS[name], their_own(name, folder)
    tokens = sum(len(theirs.encode_ordinary(text)) for text in given)
    assert tokens == sum(estimate_tokens(text, model) for text in given)
    taken = [
        (
            seconds(lambda text: len(theirs.encode_ordinary(text)), given),
            seconds(lambda text: estimate_tokens(text, model), given),
            seconds(lambda text: estimate_by_shape(text, name), given),
        )
        for _ in range(rounds)
    ]
    tiktoken_s, meter_s, shape_s = (statistics.median(each) for each in zip(*taken, strict=True))
    ratio = statistics.median(ours / their for their, ours, _ in taken)
    return tokens / tiktoken_s, tokens / meter_s, tokens / shape_s, ratio


def report(rounds: int) -> tuple[list[str], bool]:
    lines = [
        "# Counting tokens",
        "",
        f"Made by `python benchmarks/counting.py`; {rounds} rounds a row, both in turns on the same texts, one core.",
        "A busy machine slows both: the ratio is what counts.",
        "",
        "| vocabulary | texts | tiktoken, tokens/s | meter, tokens/s | meter takes | estimate by shape, tokens/s |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        for name, model in MODELS.items():
            for what, given in (
                ("messages and prompts", [text for some in two_hundred().values() for text in some] * 5),
                ("long prompts", ["\n".join(texts(lang, 60, n)) for n in range(7) for lang in LANGUAGES]),
            ):
                theirs, ours, shape, ratio = speeds(name, given, rounds, Path(folder))
                kept = kept and ratio <= BAR
                size = sum(estimate_tokens(text, model) for text in given) / len(given)
                row = f"| {name} | {what}, {size:,.0f} tokens each |"
                lines.append(f"{row} {theirs:,.0f} | {ours:,.0f} | {ratio:.2f} × | {shape:,.0f} |")
    lines += [
        "",
        f"The bar is {BAR} × tiktoken's own time: {'kept' if kept else 'MISSED'}. The estimate by shape is for "
        "installations without the vocabularies and for",
        "the half second while they are read.",
        "",
        "## What the older vocabulary costs",
        "",
        "| language | o200k_base, tokens | cl100k_base, tokens | times as many |",
        "| --- | --- | --- | --- |",
    ]
    for language, name in LANGUAGES.items():
        new, old = (sum(len(vocabulary(v).encode_ordinary(t)) for t in two_hundred()[language]) for v in MODELS)
        lines.append(f"| {name} | {new:,} | {old:,} | {old / new:.2f} |")
    lines += ["", "## How far the estimate by shape is off", ""]
    lines += ["| vocabulary | language | texts | together | mean | 90 of 100 within | worst | within 15 % |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for name in MODELS:
        for language, given in two_hundred().items():
            lines.append(_spread(name, language, given))
    return lines, kept


def _spread(name: str, language: str, given: list[str]) -> str:
    counted = [len(vocabulary(name).encode_ordinary(text)) for text in given]
    guessed = [estimate_by_shape(text, name) for text in given]
    off = sorted(abs(guess / count - 1) for guess, count in zip(guessed, counted, strict=True))
    total = sum(guessed) / sum(counted) - 1
    return (
        f"| {name} | {LANGUAGES[language]} | {len(given)} | {total:+.1%} | {statistics.mean(off):.1%} "
        f"| {off[int(0.9 * len(off))]:.1%} | {off[-1]:.1%} | {sum(share <= 0.15 for share in off)} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    lines, kept = report(arguments.rounds)
    print("\n".join(lines))
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
