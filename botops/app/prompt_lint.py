"""Lint of prompts: what the registry knows of them, and the prices in their texts against the price book."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.claims import NO_EXTENSIONS, CompiledBook, Extensions, compile_book, judge
from botops.domain.messages import Message
from botops.registry.lint import lint
from botops.registry.sharing import versions_in_use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from botops.domain.findings import Finding
    from botops.domain.problems import Problem
    from botops.pricebook import PriceBook
    from botops.registry import Registry
    from botops.registry.version import PromptVersion

_EXPRESSION = re.compile(r"\{[{%#][^{}]*[}%#]\}")


def lint_prompts(
    registry: Registry, book: PriceBook | None, at: datetime, names: tuple[str, ...] = (),
    extensions: Extensions = NO_EXTENSIONS,
) -> list[Problem]:  # fmt: skip
    """Every problem of the prompts (all, or those named), by place. Without a price book prices are not looked at.

    A price, discount or term that the book does not support today is an error; one that it will stop supporting on a
    known date is a warning naming the date. `extensions` are what the company adds to the checker.
    """
    zone = ZoneInfo(book.timezone) if book is not None else ZoneInfo("UTC")
    problems = set(lint(registry, at.astimezone(zone).date(), names=names))
    if book is not None:
        compiled = compile_book(book, extensions)
        for name in names or registry.names():
            for version in versions_in_use(registry, name):
                problems.update(_unsupported(version, book, compiled, at))
    return sorted(problems)


def blanked(text: str) -> str:
    """A prompt's text without its template expressions: they become spaces, so that offsets keep pointing into the
    file."""
    return _EXPRESSION.sub(lambda m: " " * len(m.group()), text)


def _unsupported(version: PromptVersion, book: PriceBook, compiled: CompiledBook, at: datetime) -> Iterator[Problem]:
    changes = _coming_changes(book, at.astimezone(ZoneInfo(book.timezone)).date())
    for passage in version.passages:
        text = blanked(passage.text.text)
        today = _findings(text, compiled, at)
        known = {(f.start, f.end) for f in today}
        for finding in today:
            yield version.problem_in(passage, finding.start, _message(finding), rule=f"prompt-{finding.kind.value}")
        for day in changes:
            moment = at + timedelta(days=(day - at.astimezone(ZoneInfo(book.timezone)).date()).days)
            for finding in _findings(text, compiled, moment):
                if (finding.start, finding.end) not in known:
                    known.add((finding.start, finding.end))
                    problem = version.problem_in(
                        passage, finding.start, f"from {day.isoformat()} on: {_message(finding)}",
                        rule=f"prompt-{finding.kind.value}",
                    )  # fmt: skip
                    yield replace(problem, level="warning")


def _findings(text: str, compiled: CompiledBook, at: datetime) -> tuple[Finding, ...]:
    return tuple(judge((Message("assistant", text),), compiled, at=at).findings)


def _message(finding: Finding) -> str:
    return f"«{finding.quote}»: {finding.explanation('ru')}"


def _coming_changes(book: PriceBook, today: date) -> list[date]:
    """Days after today on which a price or an offer begins or ceases to be in force."""
    windows = [p.window for product in book.products for p in product.prices] + [o.window for o in book.offers]
    days = {w.valid_from for w in windows if w.valid_from} | {
        w.valid_to + timedelta(days=1) for w in windows if w.valid_to
    }
    return sorted(day for day in days if day > today)
