"""What products are called, by thing and by topic: "роутер" finds what is sold under a longer name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from botops.claims.lexicon import Concepts, concepts
from botops.claims.objects import things_of
from botops.claims.reading import Reading
from botops.claims.words import fold, words
from botops.pricebook.model import Product


def goods_of(named: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The products a thing may be: by every content stem and concept of their names."""
    out: dict[str, set[str]] = defaultdict(set)
    for sku, things in named.items():
        for thing in things:
            if not thing.startswith("#"):
                out[thing].add(sku)
    return {k: frozenset(v) for k, v in out.items()}


def named_things(products: Iterable[Product]) -> dict[str, frozenset[str]]:
    """The things and numbers each product's names speak of."""
    out: dict[str, frozenset[str]] = {}
    for product in products:
        said: set[str] = set()
        for name in product.names:
            reading = Reading(name, found := words(fold(name)), concepts(found), (), ())
            said |= things_of(reading, 0, len(found))
            said.update(f"#{w.text}" for w in found if w.text[0].isdigit())
        out[product.sku] = frozenset(said)
    return out


def topics_of_goods(products: Iterable[Product]) -> dict[str, Concepts]:
    """The commercial topics in each product's names: a deposit or a delivery may be sold as a product."""
    out: dict[str, Concepts] = {}
    for product in products:
        tags = [t for name in product.names for t in concepts(words(fold(name)))]
        topics = frozenset(c for t in tags for c in t if ":" not in c)
        if topics:
            out[product.sku] = topics
    return out
