"""Reads things and their prices out of a prompt's text: tables, list lines and plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from botops.simulator.facts import Item, Tag
from botops.simulator.places import CITIES, place
from botops.simulator.wording import Sum, dates, number, period_in, sums, unit_in

_COLUMNS = {
    "alias": r"псевдоним|друг\w+ назв|также|alias|also|синоним|басқа ат",
    "variant": r"вариант|variant|исполнен|комплектац|характеристик|нұсқа",
    "qty": r"количеств|кол-во|qty|quantity|от шт|саны|мөлшер",
    "region": r"регион|город|region|city|қала|өңір",
    "segment": r"сегмент|segment",
    "valid": r"действ|valid|срок|дата|мерзім",
    "price": r"цен|стоимост|price|cost|баға|сумма",
    "period": r"период|за что|не үшін|\bper\b|period|единиц|\bunit|кезең|өлшем",
    "note": r"примеч|услови|коммент|note|condition|ескерту|описан",
    "sku": r"sku|артикул|\bкод\b|\bcode\b",
    "name": r"товар|назв|наимен|тариф|продукт|услуг|позиц|product|name|item|service|plan|атау|тауар|что",
}
_AT_LEAST = re.compile(r"(?:\bот|\bfrom|starting at|starting from|начиная с|минимум)\s*$", re.IGNORECASE)
_AT_LEAST_AFTER = re.compile(r"\s*(?:теңгеден\s+)?(?:бастап|и выше|and up)", re.IGNORECASE)
_COUNTED = (
    r"(?:шт\w*|рулон\w*|точ\w*|касс\w*|пользоват\w*|сотрудник\w*|человек\w*|ед\w*|терминал\w*|дана\w*|нүкте\w*|"
    r"пайдаланушы\w*|орам\w*|units?|pcs|users?|seats?|rolls?|stores?|tills?|items?|чел\w*|занят\w*|визит\w*)"
)
MIN_QTY = re.compile(
    rf"(?:(?:\bот|\bс|\bfrom|≥|>=)\s*(\d{{1,5}})\s*{_COUNTED}|(\d{{1,5}})\s*\+\s*{_COUNTED}?|"
    rf"(\d{{1,5}})\s*{_COUNTED}\s*бастап|"
    rf"(\d{{1,5}})\s*[-–]\s*\d{{1,5}}\s*{_COUNTED}|(\d{{1,5}})\s+(?:и более|or more))",
    re.IGNORECASE,
)
_WAS = re.compile(r"был[ао]?\b|раньше|ранее|стар(?:ая|ой) цен|прежн|\bwas\b|formerly|бұрын", re.IGNORECASE)
_SINCE = re.compile(r"(?:\bсо?|from|since|начиная с|с даты)\s*$", re.IGNORECASE)
_SINCE_AFTER = re.compile(r"\s*(?:бастап|-?дан бастап)", re.IGNORECASE)
_UNTIL_AFTER = re.compile(r"\s*(?:дейін|-?(?:ға|ге) дейін)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:\bдо|\bпо|until|till|through|[-–—])\s*$", re.IGNORECASE)
_NAME_END = re.compile(
    r"\s*(?:[—–:=]|\s-\s?|\bстоит\b|\bстоят\b|\bстоимость\b|\bцена\b|\bcosts?\b|"
    r"\bis\b|\bat\b|бағасы|құны|\bобойд[её]тся\b)\s*",
    re.IGNORECASE,
)
_NAME_START = re.compile(
    r"^(?:[-*•·–—\d.)\s]+|(?:цена|стоимость|прайс|у нас|наш[аеи]?|the|our|price of)\b\s*(?:на\s+)?)+", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:[,;/|]|\s—\s|\sи\s|\sили\s|\sor\s|\sand\s|\sнемесе\s)\s*")
_NOT_VARIANT = re.compile(
    r"\b(?:цен[аы]|стоимость|стоит|стоят|price|costs?|бағасы|обойд[её]тся|всего|только|составляет)\b", re.IGNORECASE
)
_PARENS = re.compile(r"\(([^()]*)\)")
_MAX_NAME = 9


@dataclass(frozen=True, slots=True)
class Around:
    """What the surroundings of an amount say when the amount's own words do not."""

    currency: str
    today: date | None
    period: str = ""
    unit: str = ""
    variant: str = ""
    min_qty: int = 1
    region: str = ""
    since: date | None = None
    until: date | None = None
    at_least: bool = False


def tags_in(text: str, around: Around, found: Sequence[Sum] = ()) -> list[Tag]:
    """Every price in `text`, each read with the words on its own side of the separators between amounts."""
    amounts = found or sums(text, bare=True)
    edges = [0]
    for left, right in pairwise(amounts):
        gap = _BETWEEN.search(text, left.end, right.start)
        edges.append(gap.end() if gap else left.end)
    edges.append(len(text))
    tags = []
    for i, amount in enumerate(amounts):
        before, after = text[edges[i] : amount.start], text[amount.end : edges[i + 1]]
        tags.append(_tag(amount, before, after, around))
        if i == 0 and not around.unit:
            around = replace(around, unit=tags[0].unit)
    return tags


def _tag(amount: Sum, before: str, after: str, around: Around) -> Tag:
    words = f"{before} {after}"
    since, until = window_in(words, around.today)
    qty = MIN_QTY.search(words)
    at_least = bool(_AT_LEAST.search(before) or _AT_LEAST_AFTER.match(after))
    city = CITIES.search(words)
    variant = _variant(before)
    return Tag(
        amount.amount,
        amount.currency or around.currency,
        period_in(after) or period_in(before) or around.period or "once",
        unit_in(after) or around.unit,
        variant or _variant_in_parens(words) or around.variant,
        int(next(g for g in qty.groups() if g)) if qty else around.min_qty,
        at_least or around.at_least,
        place(city[0]) if city else around.region,
        since or around.since,
        until or around.until,
        bool(_WAS.search(words)),
    )


def window_in(words: str, today: date | None) -> tuple[date | None, date | None]:
    """The days from and until which something holds, as far as the words say."""
    since = until = None
    for day, start, end in dates(words, today):
        if _SINCE.search(words[:start]) or _SINCE_AFTER.match(words[end:]):
            since = day
        elif _UNTIL.search(words[:start]) or _UNTIL_AFTER.match(words[end:]):
            until = day
    return since, until


def _plain(text: str) -> str:
    """A text without anything that is not a variant: quantities, dates, periods, units, prepositions."""
    text = _NOT_VARIANT.sub(" ", MIN_QTY.sub(" ", CITIES.sub(" ", _WAS.sub(" ", text))))
    if dates(text, date(2000, 1, 1)) or period_in(text):
        return ""
    return re.sub(r"^[\s,;:.—–-]+|(?:[\s,;:.—–-]|\b(?:от|по|за|from|для|с|в)\b)+$", "", text).strip()


def _variant(before: str) -> str:
    text = _plain(_PARENS.sub(" ", before))
    return text if 0 < len(text.split()) <= 4 else ""


def _variant_in_parens(words: str) -> str:
    return next((v for m in _PARENS.finditer(words) if (v := _plain(m[1])) and not sums(v)), "")


@lru_cache(maxsize=8192)
def line_item(line: str, around: Around) -> Item | None:
    """The thing a list line or sentence prices, or None when it prices nothing."""
    amounts = sums(line) or _plain_price(line)
    if not amounts:
        return None
    head = line[: amounts[0].start]
    cut = _NAME_END.search(head)
    if cut is None:
        if not re.search(r"[-\s]$", head) or len(head.split()) > _MAX_NAME:
            return None
        cut_at = len(head)
    else:
        cut_at = cut.start()
    name = _NAME_START.sub("", head[:cut_at])
    variants = [v for m in _PARENS.finditer(name) if (v := _plain(m[1]))]
    qty, city = MIN_QTY.search(name), CITIES.search(name)
    here = replace(
        around,
        variant=variants[0] if variants else "",
        region=place(city[0]) if city and "(" in name else "",
        min_qty=int(next(g for g in qty.groups() if g)) if qty else 1,
    )
    tags = tags_in(line[cut.end() if cut else cut_at :], here)
    name = _trim(_PARENS.sub(" ", name))
    if not name or len(name.split()) > _MAX_NAME or not re.search(r"[^\W\d_]{2}", name):
        return None
    return Item(name, tuple(tags), today=around.today)


def _plain_price(line: str) -> tuple[Sum, ...]:
    """The amount of a line that says no more than a name and a number ("Стрижка — 5000")."""
    found = _BARE_LINE.fullmatch(line.strip(" .;"))
    if found is None or _NOT_MONEY.search(found[1]):
        return ()
    amount = number(found[2])
    start = line.index(found[2], len(found[1]))
    return () if amount is None else (Sum(amount, "", start, start + len(found[2])),)


_BARE_LINE = re.compile(
    r"([^\d:=]{0,3}[^\W\d_][^:=]{1,60}?)\s*[—–:=-]\s*(?:от\s+|from\s+)?(\d{1,3}(?:[  ]\d{3}){1,2}|\d{3,7})"
    r"(?:\s*(?:/|в|за|per|a)\s?[^\W\d_.]{1,14}\.?)?"
)
_NOT_MONEY = re.compile(
    r"тел|бин|иин|индекс|офис|каб|год\b|номер|код|phone|zip|year|office|версия|version|лимит|limit", re.IGNORECASE
)


def _trim(name: str) -> str:
    name = re.sub(r"\s+", " ", name.replace("**", "").replace("`", "")).strip(" ,;:—–-|")
    return re.sub(r"(?:\s(?:от|from|всего|за|теперь|сейчас|сегодня|обычно|у нас|now|today|енді|қазір))+$", "", name)


@lru_cache(maxsize=512)
def columns_of(cells: tuple[str, ...]) -> tuple[str, ...] | None:
    """What each column of a price table holds, by its header; None when the header names no thing or no price."""
    roles: dict[int, str] = {}
    for i, cell in enumerate(cells):
        low = cell.lower()
        role = next((r for r, p in _COLUMNS.items() if re.search(p, low)), "")
        if role == "name" and "name" in roles.values():
            role = "note"
        if not role and (period_in(low) or re.search(r"₸|тг|kzt|usd|\$", low)):
            role = "price"
        if role == "period" and period_in(low):
            role = "price"
        roles[i] = role or ("name" if i == 0 else "note")
    return tuple(roles.values()) if {"name", "price"} <= set(roles.values()) else None


@lru_cache(maxsize=8192)
def row_item(cells: tuple[str, ...], header: tuple[str, ...], roles: tuple[str, ...], around: Around) -> Item | None:
    """The thing of a table row."""
    by_role: dict[str, str] = {}
    for i, cell in enumerate(cells):
        role = roles[i] if i < len(roles) else "note"
        if role != "price" and not re.fullmatch(r"[\s—–-]*", cell):
            by_role[role] = f"{by_role[role]} {cell}" if role in by_role else cell
    name = _trim(by_role.get("name", ""))
    if not name:
        return None
    extra = " ".join(by_role.get(k, "") for k in ("valid", "note"))
    since, until = window_in(extra, around.today)
    qty_text = by_role.get("qty", "")
    qty = re.search(r"\d+", qty_text) or None
    named_qty = MIN_QTY.search(extra)
    city = CITIES.search(f"{by_role.get('region', '')} {extra}")
    inner = [v for m in _PARENS.finditer(name) if (v := _plain(m[1]))]
    here = replace(
        around,
        variant=by_role.get("variant", "").strip() or (inner[0] if inner else ""),
        period=period_in(by_role.get("period", "")),
        unit=unit_in(by_role.get("period", "")),
        region=by_role.get("region", "").strip() or (place(city[0]) if city else ""),
        since=since,
        until=until,
        min_qty=int(qty[0]) if qty else int(next(g for g in named_qty.groups() if g)) if named_qty else 1,
    )
    tags: list[Tag] = []
    for i, cell in enumerate(cells):
        if i < len(roles) and roles[i] == "price":
            low = header[i] if i < len(header) else ""
            own = replace(here, period=here.period or period_in(low), unit=here.unit or unit_in(low))
            tags += tags_in(cell, own, sums(cell) or _bare(cell))
    if by_role.get("segment", "").strip():
        tags = []
    calls = tuple(a.strip() for a in re.split(r"[,;]", by_role.get("alias", "")) if a.strip())
    outer = _trim(_PARENS.sub(" ", name)) if inner else name
    return Item(outer, tuple(tags), calls, around.today) if tags else None


def _bare(cell: str) -> tuple[Sum, ...]:
    """Numbers of a price cell that names no currency."""
    found = sums(cell, bare=True)
    return found or sums(re.sub(r"(?<!\S)(\d{1,3})(?!\S)", r"\1 ₸", cell))


def merged(listed: Iterable[Item], spoken: Iterable[Item] = ()) -> tuple[Item, ...]:
    """Items of one name as one, repeated prices once. What sentences say (`spoken`) goes before what tables list:
    a rule written by hand is the seller's latest instruction."""
    items = _by_name(listed)
    known = {_key(name): key for key, item in items.items() for name in (item.name, *item.calls)}
    for key, item in _by_name(spoken).items():
        place_of = known.get(key, key)
        earlier = items.get(place_of)
        items[place_of] = item if earlier is None else replace(_joined(item, earlier), name=earlier.name)
    return tuple(items.values())


def _by_name(found: Iterable[Item]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for item in found:
        key = _key(item.name)
        items[key] = _joined(items[key], item) if key in items else item
    return items


def _joined(first: Item, second: Item) -> Item:
    tags = tuple(dict.fromkeys((*first.tags, *second.tags)))
    calls = tuple(dict.fromkeys((*first.calls, *second.calls)))
    return replace(first, tags=tags, calls=calls)


def _key(name: str) -> str:
    """A name without case, quotation marks and "ё", to know it again."""
    return re.sub(r"[«»\"“”]", "", name).lower().replace("ё", "е").strip()
