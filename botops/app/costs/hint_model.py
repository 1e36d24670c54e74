"""What a hint is, its evidence, and what hints are found in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from botops.app.prompts.diff import MONTH_DAYS
from botops.claims.words import fold, words
from botops.domain.money import PICO, Money
from botops.domain.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botops.app.costs.prompt_tokens import Pricing
    from botops.claims import CompiledBook
    from botops.domain.messages import Language
    from botops.registry import PromptVersion
    from botops.registry.sections import Section, SectionedMessage
    from botops.store import FaultPattern
    from botops.store.prompt_calls import PromptCalls, Said, Sent

HintKind = Literal["prefix_order", "unused_example", "unused_rows", "duplicate", "repairs"]
LEAST_DIALOGUES = 50
"""Fewer dialogues prove nothing: what one in seventeen asks for can be missing from 50 by chance (5 %)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, and what it is called."""

    file: str
    line: int
    column: int
    title: str


@dataclass(frozen=True, slots=True)
class Saving:
    """Money a month: exact pico-dollars, and the company's currency where there is a rate."""

    pico_usd: int
    local: Money | None = None

    @property
    def usd(self) -> Decimal:
        """Dollars, exact."""
        return Decimal(self.pico_usd) / PICO


@dataclass(frozen=True, slots=True)
class PrefixEvidence:
    """How much of the prompt calls share, in tokens: `stable` is the beginning that all `calls` played back share,
    `moved` the same if what varies stood last, of `prompt` tokens a call on average. `read` and `read_moved` are the
    shares of those tokens a cache could have given, `measured` the share of input tokens the provider did read from its
    cache. `minimum` and `source` are the provider's rule, `assumed` where it is not known. `varies` are the variables
    that make the places vary, and how many wordings each place had."""

    calls: int
    prompt: int
    stable: int
    moved: int
    read: float
    read_moved: float
    measured: float | None
    minimum: int
    source: str
    assumed: bool
    varies: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ExampleEvidence:
    """An example that nothing in the `dialogues` looked at was like. `products` are those it is about; where it names
    none, `words` are those of its client that tell what it is about, and `nearest` how many of them one message of a
    client had at most. `bound`: with 95 % certainty fewer than this share of dialogues are like it."""

    dialogues: int
    products: tuple[str, ...]
    words: tuple[str, ...]
    nearest: int
    bound: float


@dataclass(frozen=True, slots=True)
class RowsEvidence:
    """Lines of the price table about products that nobody named in the `dialogues` looked at, of all its `lines`; the
    products by their tokens, the dearest first. `bound` as for examples, for all of them together."""

    dialogues: int
    rows: int
    lines: int
    products: tuple[tuple[str, int], ...]
    bound: float


@dataclass(frozen=True, slots=True)
class DuplicateEvidence:
    """Sentences that stand in both places."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairEvidence:
    """Repairs among `calls` within the period, and the most frequent faults that stood in drafts: kind, product and
    replies."""

    repairs: int
    calls: int
    faults: tuple[tuple[str, str | None, int], ...]


Evidence = PrefixEvidence | ExampleEvidence | RowsEvidence | DuplicateEvidence | RepairEvidence


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that costs money and may not be needed. `tokens` a call and `calls` a month it concerns; `saving` is
    what it costs a month at most, None where no price is known or no call was counted."""

    kind: HintKind
    places: tuple[Place, ...]
    tokens: int
    calls: float
    saving: Saving | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class PrefixFacts:
    """How much of the prompt can be read from a provider's cache, hint or not; None for a model whose cache works only
    when asked for, or without its vocabulary."""

    stable: int
    prompt: int
    minimum: int
    source: str
    assumed: bool
    first: Place | None
    calls: int


@dataclass(frozen=True, slots=True)
class HintsOfPrompt:
    """Hints, the dearest first. `dialogues` were looked at; with fewer than `LEAST_DIALOGUES` nothing is said of what
    clients never ask. `prefix` is what calls share."""

    hints: tuple[Hint, ...]
    dialogues: int
    prefix: PrefixFacts | None


@dataclass(frozen=True)
class Evidences:
    """What hints are found in: a version rendered for its most frequent language and channel, its calls (those of all
    versions where nobody got it yet), what was said."""

    version: PromptVersion
    pricing: Pricing
    model: str
    language: Language
    messages: tuple[SectionedMessage, ...]
    rows: Sequence[PromptCalls]
    sent: Sequence[Sent]
    said: Sequence[Said]
    book: CompiledBook | None
    days: int
    faults: Sequence[FaultPattern] = ()

    @property
    def counted(self) -> int:
        """Calls counted in the period."""
        return sum(row.calls for row in self.rows)

    @property
    def calls(self) -> float:
        """Calls a month."""
        return self.counted * MONTH_DAYS / self.days

    @property
    def cached(self) -> float | None:
        """The measured share of input tokens read from the provider's cache; None without calls."""
        read = sum(row.input_tokens for row in self.rows)
        return sum(row.cached_tokens for row in self.rows) / read if read else None

    @cached_property
    def named(self) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        """The products that each message of a client names, and the reply to it."""
        return tuple((self.products(said.text), self.products(said.reply)) for said in self.said)

    def products(self, text: str) -> frozenset[str]:
        """Products that a text names, in full, by an alias or by a word that only they have."""
        hits = self.book.names.find(words(fold(text))) if self.book is not None else ()
        return frozenset(sku for hit in hits for sku in hit.skus)

    def names(self, skus: Iterable[str]) -> tuple[str, ...]:
        """The names of products."""
        known = self.book.skus if self.book is not None else {}
        return tuple(known[sku].name if sku in known else sku for sku in skus)

    def tokens_saving(self, tokens: int) -> Saving | None:
        """What so many tokens in every call cost a month, at the measured share of the cache."""
        usage = Usage(input_tokens=tokens, cached_tokens=round(tokens * (self.cached or 0.0)))
        pico = self.pico(usage)
        return None if pico is None or not self.counted else self.month(pico * self.counted)

    def pico(self, usage: Usage) -> int | None:
        """Pico-dollars of one call; None where no price is known."""
        cost = self.pricing.meter.cost(usage, self.model, self.pricing.at, simulated=self.pricing.simulated)
        return None if cost.unknown_model else cost.pico_usd

    def month(self, pico: int) -> Saving:
        """Pico-dollars of the period as money a month."""
        amount = round(Decimal(pico * MONTH_DAYS) / self.days)
        rate = self.pricing.meter.cost(Usage(), self.model, self.pricing.at, simulated=self.pricing.simulated).rate
        currency = self.pricing.settings.company.currency
        return Saving(amount, None if rate is None else Money.of(Decimal(amount) * rate / PICO, currency))


def place_of(section: Section) -> Place:
    """The place of a section."""
    return Place(section.file, section.line, section.column, section.title)


def never_bound(dialogues: int) -> float:
    """The share of dialogues that something is in at most, with 95 % certainty, when none of so many had it: the exact
    binomial bound, about 3 over their number."""
    return float(1 - 0.05 ** (1 / dialogues))
