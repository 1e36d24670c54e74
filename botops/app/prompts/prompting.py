"""Prompts as the bot asks for them: assigned by lead, filled with the prices of the day."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.releases.overrides import assigned, no_orders
from botops.domain.errors import UserError
from botops.domain.prompts import Lead
from botops.pricebook import price_table

if TYPE_CHECKING:
    from datetime import date, datetime

    from botops.app.pricebooks.books import Books
    from botops.app.releases.overrides import Orders
    from botops.config.settings import Company
    from botops.domain.messages import InboundMessage, Language
    from botops.domain.prompts import Past, RenderedPrompt
    from botops.pricebook import PriceBook
    from botops.registry import Registry


class Prompting:
    """The registry and the price book together, as the port `PromptSource`.

    `name` is the prompt that serves; `orders` gives the override in force on it, asked for at every turn.
    """

    def __init__(
        self, registry: Registry, books: Books, *, name: str, company: Company, orders: Orders = no_orders
    ) -> None:
        self._registry = registry
        self._orders = orders
        self._books = books
        self._name = name
        self._company = company

    def prompt_for(self, inbound: InboundMessage, language: Language, past: Past) -> RenderedPrompt:
        """The prompt of this lead at this moment. Raises UserError when there is no price book or no such prompt,
        and SwitchedOffError while an order stands that the bot answers nobody."""
        lead = lead_as_known(inbound, language, past)
        assignment = assigned(self._registry, self._name, lead, self._orders(self._name), at=inbound.at)
        current = self._books.current()
        if current is None:
            raise UserError(
                f"there is no price book at {self._books.path}: put one there or set paths.pricebook in botops.yaml"
            )
        return self._registry.render(assignment, self.variables(current.book, inbound, language))

    def variables(self, book: PriceBook, inbound: InboundMessage, language: Language) -> dict[str, object]:
        """The variables every prompt may use."""
        return built_ins(self._company, book, inbound.at, language, inbound.channel)


def built_ins(
    company: Company, book: PriceBook | None, at: datetime, language: Language, channel: str
) -> dict[str, object]:
    """The variables every prompt may use, at a moment; without a price book there is no price table, and the day is
    the company's."""
    day = at.astimezone(ZoneInfo(book.timezone if book else company.timezone)).date()
    values: dict[str, object] = {
        "company": company.name,
        "language": language,
        "today": day.isoformat(),
        "channel": channel,
    }
    if book is not None:
        values["price_table"] = table_of_the_day(book, day, language)
    return values


def lead_as_known(inbound: InboundMessage, language: Language, past: Past) -> Lead:
    """What an assignment looks at, of a message in a language."""
    return Lead(
        inbound.lead_id, inbound.dialogue_id, inbound.channel, language, inbound.region, inbound.source,
        past.returning, past.exposures,
    )  # fmt: skip


def table_of_the_day(book: PriceBook, day: date, language: Language) -> str:
    """The price table of a book; written once for all who ask for the same one."""
    return _price_table(_Same(book), day, language)


class _Same:
    """A price book as a cache key: by identity, because a whole book is slow to hash and is never changed."""

    __slots__ = ("book",)

    def __init__(self, book: PriceBook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.book is self.book


@lru_cache(maxsize=512)
def _price_table(same: _Same, day: date, language: Language) -> str:
    return price_table(same.book, day, language)
