"""The price table as text for a prompt.

Form (Russian; Kazakh and English have the same parts in the same order):

    Цены на сегодня, 21.04.2026:

    | Товар | Также называют | Вариант | От количества | Регион | Сегмент | Цена | За что | Действует |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | Тариф «Старт» | старт, базовый |  |  |  |  | 4 900 ₸ | в месяц |  |
    | Обучение |  | онлайн |  |  |  | от 15 000 ₸ | за занятие | по 31.05.2026 |

    Цены, которые изменятся:
    - Тариф «Старт» — 5 900 ₸ в месяц, с 01.06.2026

    Прежние цены, больше не действуют:
    - Тариф «Старт» — была цена 3 900 ₸ в месяц, по 31.12.2025

    Акции и условия:
    - Скидка 10 % на: Тариф «Старт», Обучение; условия: при оплате за год; действует с 01.04.2026 по 30.06.2026

    Правила:
    - Цены указаны с НДС 16 %.

Columns 2-6 and the last stand only when some row has something in them; `Товар`, `Вариант`, `Цена` and `За что` always
stand. One row is one price in force on the day; an alias cell is filled in a product's first row only. Dates are
`dd.mm.yyyy`, both ends included. A vertical bar inside a name is written `/`. Parts without entries are left out, but
for offers: then one line says that there are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from botops.domain.messages import Language
from botops.pricebook import phrases
from botops.pricebook.model import Price, PriceBook, Product, Window
from botops.pricebook.terms import offer_line, period_words, policy_lines
from botops.pricebook.words import WORDS, Words

FORMER_DAYS = 180
"""How long a price that has ended is still shown as one no longer to be quoted."""


def price_table(
    book: PriceBook,
    on: date,
    language: Language = "ru",
    *,
    region: str | None = None,
    segment: str | None = None,
    skus: Collection[str] | None = None,
) -> str:
    """What a seller may quote on a day, as text for a prompt; the form is described at the top of this module.

    `region` and `segment` leave out prices bound to others; `skus` limits the table to some products.
    """
    lines = price_lines(book, on, language, region=region, segment=segment, skus=skus)
    return "\n".join(line.text for line in lines)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a price table and the products it is about; none for headings and what holds for all."""

    text: str
    skus: tuple[str, ...] = ()


def price_lines(
    book: PriceBook,
    on: date,
    language: Language = "ru",
    *,
    region: str | None = None,
    segment: str | None = None,
    skus: Collection[str] | None = None,
) -> tuple[PriceLine, ...]:
    """The lines of `price_table`, each with the products it is about."""
    words = WORDS[language]
    products = [p for p in book.products if skus is None or p.sku in skus]
    rows = [
        (product.sku, _row(product, price, first=index == 0, language=language))
        for product in products
        for index, price in enumerate(product.prices_on(on, region=region, segment=segment))
    ]
    offers = [PriceLine(offer_line(o, book, language), o.applies_to) for o in book.offers_on(on)]
    later = [o for o in book.offers if o.window.valid_from and o.window.valid_from > on]
    upcoming = [PriceLine(offer_line(o, book, language), o.applies_to) for o in later]
    policies = [PriceLine(line) for line in policy_lines(book.policies, language)]
    blocks = [
        [PriceLine(f"{words.today}, {phrases.day(on)}:")],
        list(_table(rows, words)),
        _listed(words.coming, _lines(products, on, language, region, segment, coming=True)),
        _listed(words.former, _lines(products, on, language, region, segment, coming=False)),
        _listed(words.offers, offers or [PriceLine(words.no_offers)]),
        _listed(words.coming_offers, upcoming),
        _listed(words.policies, policies),
    ]
    return tuple(
        line
        for index, block in enumerate(block for block in blocks if block)
        for line in ([PriceLine("")] if index else []) + block
    )


def _row(product: Product, price: Price, *, first: bool, language: Language) -> tuple[str, ...]:
    words = WORDS[language]
    return (
        product.name,
        ", ".join(product.aliases) if first else "",
        variant(price, language),
        str(price.min_qty) if price.min_qty > 1 else "",
        price.region or "",
        price.segment or "",
        quoted(price, language),
        phrases.per(price.per, price.unit, language),
        words.until.format(phrases.day(price.window.valid_to)) if price.window.valid_to else "",
    )


def _table(rows: list[tuple[str, tuple[str, ...]]], words: Words) -> Iterator[PriceLine]:
    always = {0, 2, 6, 7}
    columns = [n for n in range(len(words.columns)) if n in always or any(row[n] for _, row in rows)]
    yield PriceLine(_cells(words.columns[n] for n in columns))
    yield PriceLine(_cells("---" for _ in columns))
    for sku, row in rows:
        yield PriceLine(_cells(row[n] for n in columns), (sku,))


def _cells(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _lines(
    products: Iterable[Product], on: date, language: Language, region: str | None, segment: str | None, *, coming: bool
) -> list[PriceLine]:
    """Prices of another time, nearest first."""
    found = []
    for product in products:
        for price in product.prices:
            here = (region is None or price.region in {None, region}) and (
                segment is None or price.segment in {None, segment}
            )
            distance = _days_to(price.window, on) if coming else _days_since(price.window, on)
            if here and distance is not None:
                line = PriceLine(_line(product, price, language, coming=coming), (product.sku,))
                found.append((distance, line))
    return [line for _, line in sorted(found, key=lambda item: item[0])]


def _days_to(window: Window, on: date) -> timedelta | None:
    return window.valid_from - on if window.valid_from is not None and window.valid_from > on else None


def _days_since(window: Window, on: date) -> timedelta | None:
    if window.valid_to is None or not timedelta() < on - window.valid_to <= timedelta(FORMER_DAYS):
        return None
    return on - window.valid_to


def _line(product: Product, price: Price, language: Language, *, coming: bool) -> str:
    words = WORDS[language]
    details = [part for part in (variant(price, language), price.region, price.segment) if part]
    if price.min_qty > 1:
        details.append(words.quantity.format(price.min_qty))
    name = f"{product.name} ({', '.join(details)})" if details else product.name
    what = f"{quoted(price, language)} {phrases.per(price.per, price.unit, language)}"
    text = f"{'' if coming else words.was}{what}, {period_words(price.window, language)}"
    return _cell(f"{name} — {text}")


def _listed(title: str, lines: list[PriceLine]) -> list[PriceLine]:
    return [PriceLine(title), *(PriceLine(f"- {line.text}", line.skus) for line in lines)] if lines else []


def quoted(price: Price, language: Language) -> str:
    """The amount as it may be quoted, with "from" where the real figure can be higher."""
    shown = phrases.amount(price.amount, price.currency, language)
    return WORDS[language].at_least.format(shown) if price.from_price else shown


def variant(price: Price, language: Language) -> str:
    """The attributes as a client would name them: words stand alone, numbers keep the name of their attribute."""
    parts = []
    for key, value in price.attributes.items():
        name = str(key).replace("_", " ")
        if isinstance(value, bool):
            parts.append(name if value else WORDS[language].without.format(name))
        elif isinstance(value, str) and not value.strip().isdecimal():
            parts.append(value.strip())
        elif value is not None:
            parts.append(f"{name} {value}")
    return ", ".join(parts)
