"""What products are called, by thing and by topic: "роутер" finds what is sold under a longer name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from botops.claims.lexicon import Concepts, OwnWords, concepts
from botops.claims.objects import things_of
from botops.claims.reading import Reading
from botops.claims.words import fold, words
from botops.pricebook.model import Product


def goods_of(named: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The products a thing may be: by every content stem and concept of their names."""
    out: dict[str, set[str]] = defaultdict(set)
    for sku, things in named.items():
        for thing in things:
            if not thing.startswith(("#", "t:@")):
                out[thing].add(sku)
    return {k: frozenset(v) for k, v in out.items()}


def described(
    products: Iterable[Product], own: OwnWords | None = None
) -> tuple[dict[str, frozenset[str]], dict[str, Concepts]]:
    """By SKU: the things and numbers its names speak of, and the commercial topics in them.

    A deposit or a delivery may be sold as a product; products without a topic are left out of the second.
    """
    named: dict[str, frozenset[str]] = {}
    topics: dict[str, Concepts] = {}
    for product in products:
        things: set[str] = set()
        said: set[str] = set()
        for name in product.names:
            reading = Reading(name, found := words(fold(name)), tags := concepts(found, own), (), ())
            said.update(c for t in tags for c in t if ":" not in c)
            things |= things_of(reading, 0, len(found))
            things.update(f"#{w.text}" for w in found if w.text[0].isdecimal())
        named[product.sku] = frozenset(things)
        if said:
            topics[product.sku] = frozenset(said)
    return named, topics
