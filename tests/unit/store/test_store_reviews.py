"""Rulings and exceptions in the store, on both databases."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.findings import FindingKind, Verdict
from botops.domain.releases import AuditEntry, Deed
from botops.domain.reviews import ClaimException, FindingRef, Remedy, Review, Ruling
from botops.domain.turns import Action


def exception(identifier="ex-1", **changes):
    made = ClaimException(identifier, "скидка 30 %", FindingKind.DISCOUNT, "sales", "акция партнёра",
                          date(2026, 3, 1), date(2026, 3, 31), "notebook", "Айгуль")  # fmt: skip
    return replace(made, **changes)


def ruling(clock, ref, identifier="r-1", **changes):
    made = Review(identifier, ref, Ruling.CONFIRMED, "Айгуль", clock.now(), "скидки нет")
    return replace(made, **changes)


def noted(clock, deed=Deed.EXCEPT, reason="так можно"):
    """A line of the audit log."""
    return AuditEntry(f"{deed.value}-{clock.now():%H%M}", clock.now(), "Айгуль", deed, "exception:ex-1", reason)


@pytest.fixture
def flagged(store, shop):
    return asyncio.run(shop.turn(store, shop.inbound(), "flagged"))


def test_an_exception_is_kept_counted_and_revoked(store, shop, clock):
    store.reviews.add_exception(exception(), noted(clock))
    assert store.reviews.exceptions() == (exception(),)
    found = replace(shop.finding(), exception="ex-1")
    verdict = Verdict.of((), claims=1, book="b", excepted=(found,))
    for number in (1, 2):
        inbound = shop.inbound(f"d{number}")
        inbound = replace(inbound, at=inbound.at + timedelta(hours=3 - number))
        asyncio.run(shop.turn(store, inbound, verdict=verdict, attempts=(shop.attempt(verdict=verdict),)))
    (known,) = store.reviews.exceptions()
    assert (known.fired, known.last_fired_at) == (2, shop.start + timedelta(hours=2))
    store.reviews.revoke_exception("ex-1", "Болат", noted(clock, Deed.EXCEPT_END))
    assert store.reviews.exceptions() == ()
    (known,) = store.reviews.exceptions(revoked=True)
    assert (known.revoked_by, known.revoked_at) == ("Болат", clock.now())
    assert {entry.deed for entry in store.audit.entries("exception:ex-1")} == {Deed.EXCEPT, Deed.EXCEPT_END}
    with pytest.raises(ConflictError, match="Болат"):
        store.reviews.revoke_exception("ex-1", "Айгуль", noted(clock, Deed.EXCEPT_END))
    with pytest.raises(NotFoundError, match="ex-2"):
        store.reviews.revoke_exception("ex-2", "Айгуль", noted(clock, Deed.EXCEPT_END))


def test_an_excepted_finding_comes_back_and_is_counted_nowhere(store, shop):
    found = replace(shop.finding(), exception="ex-1", rule="own")
    verdict = Verdict.of((), claims=1, book="b", excepted=(found,))
    record = asyncio.run(shop.turn(store, shop.inbound(), verdict=verdict, attempts=(shop.attempt(verdict=verdict),)))
    (again,) = store.reads.dialogue("d1")
    assert again == record
    assert again.verdict.excepted == (found,)
    store.roll_up()
    (totals,) = store.reads.totals(shop.start, shop.start + timedelta(hours=1))
    assert (totals.with_findings, totals.findings) == (0, {})
    assert store.faulty.by_hour(shop.start, shop.start + timedelta(hours=1)) == ()
    assert store.reads.counts().findings == 0
    assert [r.id for r in store.reviews.looked_into(shop.start, shop.start + timedelta(hours=1))] == [record.id]


def test_the_latest_ruling_counts(store, clock, flagged):
    ref = FindingRef(flagged.id, 0, 0)
    store.reply_reviews.rule(ruling(clock, ref))
    clock.move(hours=1)
    last = ruling(clock, ref, "r-2", ruling=Ruling.FALSE_ALARM, remedy=Remedy.EXCEPTION, exception_id="ex-1")
    store.reply_reviews.rule(last, (exception(finding=ref), noted(clock)))
    assert store.reviews.rulings([flagged.id, "none"]) == {ref: last}
    assert [(r.id, t.id) for r, t in store.reviews.false_alarms()] == [("r-2", flagged.id)]
    assert list(store.reviews.false_alarms(Remedy.BOOK)) == []
    (made,) = store.reviews.exceptions()
    assert made.finding == ref


def test_of_two_rulings_of_one_moment_the_second_counts(store, clock, flagged):
    ref = FindingRef(flagged.id, 0, 0)
    store.reply_reviews.rule(ruling(clock, ref, "b"))
    store.reply_reviews.rule(ruling(clock, ref, "a", ruling=Ruling.FALSE_ALARM, remedy=Remedy.BOOK))
    assert store.reviews.rulings([flagged.id])[ref].id == "a"


@pytest.mark.parametrize("ref", [FindingRef("none", 0, 0), FindingRef("turn-key-1", 0, 5), FindingRef("x", 7, 0)])
def test_a_ruling_needs_its_finding(store, clock, flagged, ref):
    with pytest.raises(NotFoundError, match="no finding"):
        store.reply_reviews.rule(ruling(clock, ref), (exception(), noted(clock)))
    assert store.reviews.exceptions() == ()
    assert store.audit.entries("exception:ex-1") == ()


def test_rulings_go_with_the_lead_and_exceptions_stay(store, clock, shop, flagged):
    ref = FindingRef(flagged.id, 0, 0)
    store.reply_reviews.rule(
        ruling(clock, ref, ruling=Ruling.FALSE_ALARM, remedy=Remedy.EXCEPTION), (exception(finding=ref), noted(clock))
    )
    store.erase_lead(flagged.inbound.lead_id)
    assert store.reviews.rulings([flagged.id]) == {}
    assert len(store.reviews.exceptions()) == 1


def test_judged_replies_by_version_and_those_worth_a_look(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    bad = asyncio.run(shop.turn(store, shop.inbound("d2"), "flagged"))
    held = Verdict.of((shop.finding(),), claims=1, book="b")
    attempts = (shop.attempt(verdict=held), shop.attempt("Скидка 10 %", Verdict.of((), claims=1, book="b")))
    mended = asyncio.run(shop.turn(store, shop.inbound("d3"), attempts=attempts, action=Action.REPAIRED))
    silent = asyncio.run(shop.turn(store, shop.inbound("d4"), verdict=None, attempts=(), assignment=None))
    until = shop.start + timedelta(hours=1)
    assert [(j.prompt, j.version, j.replies) for j in store.reviews.judged(shop.start, until)] == [("sales", 3, 3)]
    ids = [r.id for r in store.reviews.looked_into(shop.start, until)]
    assert set(ids) == {bad.id, mended.id}
    assert silent.id not in ids
    assert list(store.reviews.looked_into(until, until + timedelta(hours=1))) == []
    assert store.reviews.judged(until, until + timedelta(hours=1)) == ()


def test_personal_data_in_wordings_and_reasons_is_masked(store, clock, flagged):
    said = exception(reason="звонил на +7 701 123 45 67", wording="скидка 30 % для 87011234567")
    store.reviews.add_exception(said, noted(clock, reason=said.reason))
    (made,) = store.reviews.exceptions()
    assert "123 45 67" not in made.reason
    assert "1234567" not in made.wording
    assert "123 45 67" not in store.audit.entries("exception:ex-1")[0].reason
    assert "30 %" in made.wording
    store.reply_reviews.rule(ruling(clock, FindingRef(flagged.id, -1, 0), reason="см. a.b@example.kz"))
    (kept,) = store.reviews.rulings([flagged.id]).values()
    assert "a.b@" not in kept.reason
