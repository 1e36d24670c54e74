"""Lint of prompts: what the registry knows of them, and the prices in their texts against the price book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.prompts.orders import contradictions
from botops.app.prompts.text import blanked
from botops.claims import CompiledBook
from botops.claims.clashes import discount_cap
from botops.claims.instructions import Instructions, OpenLeave
from botops.claims.mentions import find_mentions
from botops.domain.findings import FindingKind
from botops.domain.messages import Language
from botops.registry.lint import LintRules, lint, lint_version
from botops.registry.sharing import lint_included, versions_in_use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from decimal import Decimal

    from botops.app.pricebooks.books import BookInForce
    from botops.config import Settings
    from botops.domain.findings import Finding
    from botops.domain.problems import Level, Problem
    from botops.pricebook import PriceBook
    from botops.registry import Registry
    from botops.registry.partials import Partials
    from botops.registry.version import PromptVersion

_FROM: dict[Language, str] = {"ru": "с {day}: ", "kk": "{day} бастап: ", "en": "from {day} on: "}


def lint_prompts(
    registry: Registry, current: BookInForce | None, at: datetime, names: tuple[str, ...] = (), *,
    rules: LintRules | None = None, language: Language = "ru",
) -> list[Problem]:  # fmt: skip
    """Every problem of the prompts (all, or those named), by place. Without a price book prices are not looked at.
    `language` is that of explanations.

    A price, discount or term that the book does not support today is an error; one that it will stop supporting on a
    known date is a warning naming the date.
    """
    zone = ZoneInfo(current.book.timezone) if current is not None else ZoneInfo("UTC")
    versions = [v for name in names or registry.names() for v in versions_in_use(registry, name)]
    problems = set(lint(registry, at.astimezone(zone).date(), names=names, rules=rules))
    for version in versions:
        problems.update(contradictions(version, language))
    if current is not None:
        ground = _Ground(current.book, current.compiled, at, language)
        for version in versions:
            problems.update(_unsupported(version, ground))
    return sorted(problems)


def lint_text(
    version: PromptVersion, partials: Partials, current: BookInForce | None, at: datetime, *,
    rules: LintRules | None = None, language: Language = "ru",
) -> list[Problem]:  # fmt: skip
    """Every problem of one version, which need not stand on disk, by place; as `lint_prompts` otherwise."""
    zone = ZoneInfo(current.book.timezone) if current is not None else ZoneInfo("UTC")
    problems = {*lint_version(version, at.astimezone(zone).date(), rules), *lint_included(version, partials)}
    problems.update(contradictions(version, language))
    if current is not None:
        problems.update(_unsupported(version, _Ground(current.book, current.compiled, at, language)))
    return sorted(problems)


def lint_rules(settings: Settings) -> LintRules:
    """The limits of the check as configured."""
    return LintRules(settings.prompts.review_days, settings.prompts.longest)


@dataclass(frozen=True)
class _Ground:
    """What texts are held against, and the language of explanations."""

    book: PriceBook
    compiled: CompiledBook
    at: datetime
    language: Language

    @property
    def today(self) -> date:
        """The day in the book's time zone."""
        return self.at.astimezone(ZoneInfo(self.book.timezone)).date()

    def findings(self, text: Instructions, day: date) -> tuple[Finding, ...]:
        """What is wrong with a text on a day."""
        found = text.findings(self.compiled, self.at + timedelta(days=(day - self.today).days))
        return tuple(f for f in found if not self._within_cap(f))

    def _within_cap(self, finding: Finding) -> bool:
        """True for a discount no higher than the policies leave to the seller, though no offer of the book names it."""
        if self.cap is None or finding.kind is not FindingKind.DISCOUNT:
            return False
        percents = [m.amount_max or m.amount for m in find_mentions(finding.quote) if m.kind == "percent"]
        return len(percents) == 1 and percents[0] <= self.cap

    @cached_property
    def cap(self) -> Decimal | None:
        """The highest discount the policies leave to the seller, in percent."""
        return discount_cap(self.compiled)

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """Days after today on which a price or an offer begins or ceases to be in force."""
        windows = [p.window for product in self.book.products for p in product.prices]
        windows += [offer.window for offer in self.book.offers]
        days = {w.valid_from for w in windows if w.valid_from}
        days |= {w.valid_to + timedelta(days=1) for w in windows if w.valid_to}
        return tuple(sorted(day for day in days if day > self.today))


def _unsupported(version: PromptVersion, ground: _Ground) -> Iterator[Problem]:
    for passage in version.passages:
        text = Instructions(blanked(passage.text.text))
        for leave in text.open_leaves(ground.compiled):
            message, level = _open(leave, ground.language)
            yield version.problem_in(passage, leave.start, message, rule="prompt-open-discount", level=level)
        known: set[tuple[int, int]] = set()
        for day in (ground.today, *ground.changes):
            since = "" if day == ground.today else _FROM[ground.language].format(day=day.isoformat())
            level = "warning" if since else "error"
            for finding in ground.findings(text, day):
                if (finding.start, finding.end) not in known:
                    known.add((finding.start, finding.end))
                    message = since + _message(finding, ground.language)
                    rule = f"prompt-{finding.kind.value}"
                    yield version.problem_in(passage, finding.start, message, rule=rule, level=level)


_OPEN: dict[Language, tuple[str, str, str]] = {
    "ru": (
        "«{quote}» разрешает скидку, а по правилам: {rule}",
        "«{quote}» разрешает скидку, а в прайсе скидок нет: убери это или внеси скидку в прайс",
        "«{quote}» не говорит, какую скидку: назови её или сошлись на прайс, где есть: {rule}",
    ),
    "kk": (
        "«{quote}» жеңілдікке рұқсат береді, ал ереже бойынша: {rule}",
        "«{quote}» жеңілдікке рұқсат береді, ал прайста жеңілдік жоқ: мұны алып таста немесе жеңілдікті прайсқа енгіз",
        "«{quote}» қандай жеңілдік екенін айтпайды: оны ата немесе прайсқа сілтеме жаса, онда бар: {rule}",
    ),
    "en": (
        "“{quote}” gives leave to a discount, but the rules say: {rule}",
        "“{quote}” gives leave to a discount, but the price book has none: take this out or put one in the book",
        "“{quote}” does not say which discount: name it or refer to the price list, which has: {rule}",
    ),
}


def _open(leave: OpenLeave, language: Language) -> tuple[str, Level]:
    denied, none, vague = _OPEN[language]
    quote = " ".join(leave.quote.split())
    if leave.denied is not None:
        return denied.format(quote=quote, rule=leave.denied.text), "error"
    if not leave.known:
        return none.format(quote=quote), "error"
    return vague.format(quote=quote, rule=leave.known[0]), "warning"


def _message(finding: Finding, language: Language) -> str:
    told = finding.explanation(language, prompt=True)
    return told if finding.quote in told else f"«{finding.quote}»: {told}"
