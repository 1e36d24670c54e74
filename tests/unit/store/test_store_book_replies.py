"""The counts a new price book is watched by, over both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.findings import FindingKind, Verdict
from botops.store.book_replies import BookPeriod


@pytest.fixture
def said(store, shop):
    """Keeps a turn whose first draft had a verdict under a book."""

    def keep(turn_id, dialogue, number, verdict, *, after=0.0, sku="notebook", kind=FindingKind.PRICE, origin="live"):
        found = tuple(replace(shop.finding(kind), sku=sku) for _ in range(verdict == "held"))
        judged = (
            Verdict.of(found, claims=1, book="1@aa") if verdict != "failed" else Verdict.not_judged("checker_failed")
        )
        inbound = shop.inbound(dialogue, at=shop.start + timedelta(hours=after))
        record = shop.record(turn_id, inbound, number, verdict=judged, attempts=(shop.attempt(verdict=judged),))
        store.write_many((record,), origin=origin)

    return keep


def period(shop, since=-1.0, until=48.0, **which):
    return BookPeriod(shop.start + timedelta(hours=since), shop.start + timedelta(hours=until), **which)


def test_a_dialogue_counts_to_its_first_reply_that_was_held(store, shop, said):
    for number, verdict in enumerate(("fine", "held", "held", "fine"), 1):
        said(f"a{number}", "a", number, verdict)
    for number in (1, 2):
        said(f"b{number}", "b", number, "fine")
    found = store.book_replies.held(period(shop, book="1@aa"))
    assert (found.replies, found.held) == (4, 1)


def test_only_the_period_and_the_book_count(store, shop, said):
    said("a1", "a", 1, "held", after=1)
    said("b1", "b", 1, "held", after=30)
    said("c1", "c", 1, "failed", after=2)
    said("d1", "d", 1, "held", after=2, origin="import")
    held = store.book_replies.held
    assert held(period(shop, 0, 24, book="1@aa")).held == 2
    assert held(period(shop, 1, 30, book="1@aa")).replies == 2
    assert held(period(shop, 0, 24, book="2@bb")).held == 1
    assert held(period(shop, 0, 24, besides=("2@bb",))).held == 2
    assert held(period(shop, 0, 24, besides=("1@aa", "2@bb"))).held == 1


def test_findings_examples_and_first_use(store, shop, said):
    said("a1", "a", 1, "held", after=1)
    said("a2", "a", 2, "held", after=2)
    said("b1", "b", 1, "held", after=3, sku=None, kind=FindingKind.DISCOUNT)
    said("c1", "c", 1, "fine", after=4)
    said("d1", "d", 1, "failed", after=5)
    whole = period(shop, book="1@aa")
    tallies = store.book_replies.findings(whole)
    assert [(t.sku, t.kind, t.replies) for t in tallies] == [("notebook", "price", 2), (None, "discount", 1)]
    examples = store.book_replies.examples(whole)
    assert [(e.dialogue_id, e.number, e.quote) for e in examples] == [("d", 1, ""), ("b", 1, "30 %"), ("a", 2, "30 %")]
    assert examples[0].reason == "checker_failed"
    assert store.book_replies.first_use("1@aa", shop.start) == shop.start + timedelta(hours=1)
    assert store.book_replies.first_use("2@bb", shop.start) is None
    assert store.book_replies.prompts(whole)[0][1] >= 1


def test_an_empty_store_counts_nothing(store, shop):
    found = store.book_replies.held(period(shop, book="1@aa"))
    assert (found.replies, found.held) == (0, 0)
    assert store.book_replies.examples(period(shop)) == ()
