"""Alerts in the store, on both databases: kept whole, changed together with what is written beside them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy import select

from botops.domain.alerts import (
    AlertEventKind,
    AlertSeverity,
    AlertState,
    Example,
    LikelyCause,
    Signal,
    Silence,
    Where,
)
from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.findings import FindingKind, Severity
from botops.domain.incidents import Scope
from botops.domain.money import Money
from botops.domain.notices import Notice, NoticeKind, Words
from botops.domain.releases import AuditEntry, Deed
from botops.monitor import alerts as life
from botops.store.alert_tables import ALERT
from botops.store.outbox import put_notice

TEXTS = {"ru": "Скидки, которых нет", "kk": "Жоқ жеңілдіктер", "en": "Discounts that are not there"}


def signal(now, key="findings", **changes):
    whole = Signal(
        key, "BotopsWrongPromises", AlertSeverity.PAGE, "replies", now - timedelta(hours=1), TEXTS, TEXTS, 120.5,
        Money(1_250_000, "KZT"), Where("version", "sales@4", 0.9),
        (LikelyCause("publish", now - timedelta(hours=2), "sales@4", "marat", 0.8, "prompt:sales", "4"),),
        (Example("d1", 3, now, "скидка 30 %"),),
        Scope(now, prompt="sales", version=4, kind=FindingKind.DISCOUNT, severity=Severity.HIGH, language="kk"),
        "sales@4", {"k": 11, "n": 92, "share": 0.12, "known": True, "why": None},
    )  # fmt: skip
    return replace(whole, **changes)


@pytest.fixture
def look(store, clock):
    ids = count(1)

    def looked(*signals, source="findings", along=None):
        now = clock.now()
        step = partial(
            life.reconcile, source=source, signals=signals, now=now, owner=lambda area: f"owner of {area}",
            new_id=lambda: f"alert-{next(ids)}",
        )  # fmt: skip
        return store.alerts.reconcile(source, now - life.RETURNS_WITHIN, step, along)

    return looked


def entry(clock, deed=Deed.ACKNOWLEDGE):
    return AuditEntry(f"entry-{deed.value}", clock.now(), "aliya", deed, "alert:x", "seen")


def test_a_name_no_database_can_hold_keeps_no_alert_from_being_kept_and_told(look, store, clock):
    """As the name of a file in an old encoding, or the words of an error."""
    odd = dict.fromkeys(("ru", "kk", "en"), "prompts/\udcff1.yaml: not read\x00")
    words = {"ru": Words(odd["ru"], odd["ru"], odd["ru"])}

    def along(connection, changes):
        put_notice(connection, Notice("n", NoticeKind.RAISED, AlertSeverity.PAGE, None, clock.now(), words))

    look(signal(clock.now(), title=odd, text=odd, facts={"first": odd["en"]}), along=along)
    (kept,) = store.alerts.firing()
    (told,) = store.outbox.due(clock.now())
    (event,) = store.alerts.events(kept.id)
    shown = "prompts/\ufffd1.yaml: not read\ufffd"
    assert {kept.signal.title["en"], kept.signal.facts["first"], told.notice.words["ru"].html, event.text} == {shown}


def test_an_alert_is_read_as_it_was_kept(store, look, clock):
    said = signal(clock.now())
    (change,) = look(said)
    kept = store.alerts.get(change.alert.id)
    assert kept == change.alert
    assert kept.signal == said
    assert kept.owner == "owner of replies"
    assert [event.kind for event in store.alerts.events(kept.id)] == [AlertEventKind.RAISED]


def test_what_one_source_no_longer_says_is_over_and_no_others(store, look, clock):
    look(signal(clock.now()), source="one")
    look(signal(clock.now()), source="other")
    clock.move(minutes=5)
    look(source="one")
    assert [alert.source for alert in store.alerts.firing()] == ["other"]
    over = next(alert for alert in store.alerts.latest() if alert.source == "one")
    assert (over.state, over.resolved_at) == (AlertState.RESOLVED, clock.now())


def test_what_is_written_beside_changes_stands_or_falls_with_them(store, look, clock):
    seen = []

    def along(connection, changes):
        seen.extend(connection.execute(select(ALERT.c.id)).scalars())
        raise NotFoundError("the outbox is gone")

    with pytest.raises(NotFoundError):
        look(signal(clock.now()), along=along)
    assert seen == ["alert-1"]
    assert store.alerts.firing() == ()


def test_what_sources_can_change_is_known(store, look, clock):
    look(signal(clock.now(), "over"), source="a")
    look(source="a")
    look(signal(clock.now(), "dismissed"), source="b")
    (alert,) = store.alerts.firing()
    store.alerts.change(alert.id, lambda one: life.resolve(one, clock.now(), "aliya", "учения"))
    clock.move(minutes=31)
    look(signal(clock.now(), "standing"), source="c")
    look(signal(clock.now(), "just over"), source="d")
    look(source="d")
    known = store.alerts.known(clock.now() - life.RETURNS_WITHIN)
    assert {one.signal.key for one in known} == {"dismissed", "standing", "just over"}


def test_a_step_is_kept_with_its_line_of_the_audit_log_or_not_at_all(store, look, clock):
    (change,) = look(signal(clock.now()))
    key = change.alert.id
    done = store.alerts.change(key, lambda a: life.acknowledge(a, clock.now(), "aliya"), entry(clock))
    assert (done.acknowledged_by, store.alerts.get(key)) == ("aliya", done)
    with pytest.raises(ConflictError):
        store.alerts.change(
            key, lambda a: life.acknowledge(a, clock.now(), "marat"), replace(entry(clock), id="entry-2")
        )
    assert [e.id for e in store.audit.entries()] == ["entry-acknowledge"]
    assert [e.kind for e in store.alerts.events(key)] == [AlertEventKind.RAISED, AlertEventKind.ACKNOWLEDGED]
    with pytest.raises(NotFoundError):
        store.alerts.change("nobody", lambda a: life.acknowledge(a, clock.now(), "aliya"))


def test_letters_of_an_id_are_no_pattern(store, look, clock):
    look(signal(clock.now()), signal(clock.now(), "second"))
    assert len(store.alerts.beginning("alert-")) == 2
    assert store.alerts.beginning("%") == ()
    assert store.alerts.beginning("alert_") == ()


def test_a_silence_holds_until_its_end_or_until_somebody_ends_it(store, look, clock):
    (change,) = look(signal(clock.now()))
    made = Silence("s1", clock.now(), clock.now() + timedelta(hours=2), "aliya", "учения", area="replies")
    store.alerts.silence(made, entry(clock, Deed.SILENCE))
    assert store.alerts.silences(clock.now()) == (made,)
    assert made.covers(change.alert, clock.now())
    clock.move(hours=1)
    ended = store.alerts.end_silence("s1", entry(clock, Deed.SILENCE_END))
    assert (ended.ended_by, ended.ended_at) == ("aliya", clock.now())
    assert not ended.covers(change.alert, clock.now())
    assert store.alerts.silences(clock.now()) == ()
    assert store.alerts.silences() == (ended,)
    with pytest.raises(ConflictError):
        store.alerts.end_silence("s1", replace(entry(clock), id="again"))
    with pytest.raises(NotFoundError):
        store.alerts.end_silence("s2", entry(clock))


def test_alerts_of_a_time_are_those_that_stood_in_it(store, look, clock):
    look(signal(clock.now(), "early"), source="a")
    look(source="a")
    look(signal(clock.now(), "standing"), source="b")
    clock.move(days=3)
    look(signal(clock.now(), "new", rule="BotopsSlow"), source="c")
    since = clock.now() - timedelta(days=1)
    assert [a.signal.key for a in store.alerts.latest(since=since)] == ["new", "standing"]
    assert [a.signal.key for a in store.alerts.latest(rule="BotopsSlow")] == ["new"]
    assert [e.kind.value for e in store.alerts.events_between(since, clock.now() + timedelta(seconds=1))] == ["raised"]


def test_who_is_forgotten_is_forgotten_by_alerts_and_notices_too(store, look, clock, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    asyncio.run(shop.turn(store, shop.inbound("other")))
    quoted = tuple(Example(dialogue, 1, clock.now(), f"сказал {dialogue}") for dialogue in ("d1", "other"))
    (change,) = look(signal(clock.now(), examples=quoted))
    for dialogue in ("d1", "other"):
        words = Words(f"тревога {dialogue[:1]}", f"сказал {dialogue}: /dialogues?dialogue={dialogue}&lang=ru", "<p>")
        told = Notice(f"n-{dialogue}", NoticeKind.RAISED, AlertSeverity.PAGE, None, clock.now(), {"ru": words})
        store.outbox.put(replace(told, alert=change.alert.id))
    store.erase_lead("lead-d1")
    kept = store.alerts.get(change.alert.id)
    assert [example.dialogue_id for example in kept.signal.examples] == ["other"]
    told = {notice.notice.key: notice.notice.words["ru"] for notice in store.outbox.due(clock.now())}
    assert told["n-d1"] == Words("тревога d", "тревога d")
    assert "сказал other" in told["n-other"].text
    store.purge(clock.now() + timedelta(hours=2))
    assert store.alerts.get(change.alert.id) == replace(kept, signal=replace(kept.signal, examples=()))
