"""A prompt's text as a seller understands it. Read once per text and kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from botops.simulator.facts import Brief, Item, Knowledge, Term
from botops.simulator.manner import manner_of
from botops.simulator.pricelist import Around, columns_of, line_item, merged, row_item
from botops.simulator.stems import WORD, stem, stems
from botops.simulator.terms import FORBIDS, bound, is_policy, kind_of, term_in
from botops.simulator.wording import dates, sums

_RULE = re.compile(r"^\s*\|?[\s:|-]*-{2,}[\s:|-]*$")
_TODAY = re.compile(r"сегодня|текущая дата|\btoday\b|current date|бүгін", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ«\"])")
_EXAMPLE = re.compile(r"^\W*(?:например|пример|example|e\.g\.|мысалы)", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•·–—]|\d{1,2}[.)])\s+")
_COMPANY = re.compile(
    r"(?:компани[ияю]|магазина?|студи[яи]|клиники?|школы?|company|at|for|сервиса?)\s+[«\"“]([^»\"”]{2,"
    r"40})[»\"”]|[«\"“]([^»\"”]{2,40})[»\"”]\s+(?:компания|—)",
    re.IGNORECASE,
)
_TERM_START = re.compile(
    r"^\W*(?:доставка|гарантия|рассрочка|подарок|скидка|промокод|delivery|warranty|instal|gift|discount|"
    r"жеткізу|кепілдік|бөліп төлеу|сыйлық|жеңілдік)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def read_prompt(text: str) -> Brief:
    """What a prompt tells its seller: facts, terms and manner. Pure: the same text, the same brief."""
    lines = text.splitlines()
    today = _today(lines)
    currency = _currency(text)
    around = Around(currency, today)
    items: list[Item] = []
    sentences: list[str] = []
    for block in _blocks(lines):
        if isinstance(block, str):
            sentences.append(block)
        else:
            item = row_item(block.cells, block.header, block.roles, around)
            if item is not None:
                items.append(item)
    spoken: list[Item] = []
    terms, policies, rules = _sorted_out(sentences, spoken, around)
    known = _named(merged(items, spoken), sentences)
    names = tuple(i.name for i in known)
    company = _COMPANY.search(text)
    knowledge = Knowledge(
        known,
        tuple(bound(t, names) for t in terms),
        tuple(policies),
        currency,
        today,
        next((g for g in company.groups() if g), "") if company else "",
    )
    return Brief(knowledge, manner_of(rules), *_lookups(tuple((i.name, *i.calls) for i in known)))


def _today(lines: list[str]) -> date | None:
    for line in lines:
        if _TODAY.search(line):
            found = dates(line)
            if found:
                return found[0][0]
    return None


def _currency(text: str) -> str:
    counts = Counter(s.currency for s in sums(text) if s.currency)
    return counts.most_common(1)[0][0] if counts else "KZT"


def _cells(line: str) -> tuple[str, ...]:
    return tuple(c.strip().replace("**", "").replace("`", "") for c in re.split(r"\||\t", line.strip().strip("|")))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a price table; `roles` says what each column holds."""

    cells: tuple[str, ...]
    header: tuple[str, ...]
    roles: tuple[str, ...]


def _blocks(lines: list[str]) -> Iterator[str | _Row]:
    """Rows of price tables with their header, and sentences; other tables' rows become sentences."""
    header: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None
    in_table = False
    for line in lines:
        is_row = line.count("|") >= 2 or line.count("\t") >= 1
        if not is_row:
            in_table = False
            yield from _sentences(line)
        elif _RULE.match(line):
            continue
        elif not in_table:
            in_table, header = True, _cells(line)
            roles = columns_of(header)
            if roles is None and sums(line):
                roles = ("name", *("price" for _ in header[1:]))
                yield _Row(header, header, roles)
        elif roles is not None:
            yield _Row(_cells(line), header, roles)
        else:
            yield " — ".join(c for c in _cells(line) if c)


def _sentences(line: str) -> list[str]:
    body = _BULLET.sub("", line).strip().lstrip("#").strip()
    if not body:
        return []
    if _BULLET.match(line) and (kind_of(body) or len(body) < 120):
        return [body]
    return [s for s in _SENTENCES.split(body) if s.strip()]


def _sorted_out(sentences: list[str], items: list[Item], around: Around) -> tuple[list[Term], list[str], list[str]]:
    """Sentences into terms, policies and rules; priced lines go to `items`."""
    terms: list[Term] = []
    policies: list[str] = []
    rules: list[str] = []
    for sentence in sentences:
        rules.append(sentence)
        if _EXAMPLE.match(sentence) or sentence.rstrip().endswith("?"):
            continue
        term = term_in(sentence, around.today)
        item = None
        if (term is None or not _TERM_START.match(sentence)) and not FORBIDS.search(sentence):
            item = _priced(sentence, around, term)
        if item is not None:
            items.append(item)
        elif term is not None:
            terms.append(term)
        elif is_policy(sentence):
            policies.append(sentence)
    return terms, policies, rules


def _priced(sentence: str, around: Around, term: Term | None) -> Item | None:
    """The thing a sentence prices. A line that reads like a term is a price only as "name — amount per period"."""
    item = line_item(sentence, around)
    if item is None or (term is not None and (term.kind != "delivery" or item.tags[0].period == "once")):
        return None
    return item


def _named(items: tuple[Item, ...], sentences: list[str]) -> tuple[Item, ...]:
    """Items with the other names a glossary line of the prompt gives them ("Касса — касса — till")."""
    extra: dict[str, list[str]] = {}
    keys = {i.name.lower(): i.name for i in items}
    for sentence in sentences:
        if sums(sentence):
            continue
        parts = [p.strip(" .;") for p in re.split(r"\s[—–=/-]\s|\s*[=]\s*|:\s", sentence) if p.strip()]
        if len(parts) >= 2 and parts[0].lower() in keys:
            extra.setdefault(keys[parts[0].lower()], []).extend(a.strip() for p in parts[1:] for a in p.split(","))
    return tuple(replace(i, calls=tuple(dict.fromkeys((*i.calls, *extra.get(i.name, ()))))).translated() for i in items)


@lru_cache(maxsize=64)
def _lookups(
    names: tuple[tuple[str, ...], ...],
) -> tuple[tuple[tuple[frozenset[str], ...], ...], Mapping[str, tuple[int, ...]], Mapping[str, str]]:
    """How items are found again: the stems of each one's names, items by stem, stems by whole word."""
    stemmed = tuple(tuple(found for n in own if (found := frozenset(stems(n)))) for own in names)
    index: dict[str, tuple[int, ...]] = {}
    for n, own in enumerate(stemmed):
        for s in {s for name in own for s in name}:
            index[s] = (*index.get(s, ()), n)
    words = WORD.findall(" ".join(name for own in names for name in own))
    return stemmed, index, {w.lower(): stem(w) for w in words if len(w) > _SHORTEST}


_SHORTEST = 4
