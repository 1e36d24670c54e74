"""What screens read: lists with filters and pages, sums of the roll-ups, the queue, failures."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.errors import UserError
from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, TurnState
from botops.store import DialogueFilter


@pytest.fixture
def filled(store, shop):
    """Four dialogues, an hour apart: plain, flagged in Kazakh by WhatsApp, blocked by prompt 4, failed."""
    hour = timedelta(hours=1)

    async def live():
        await shop.turn(store, shop.inbound("plain", text="Почём ТЕТРАДЬ в клетку?"))
        await shop.turn(store, shop.inbound("plain", text="Спасибо", at=shop.start + timedelta(minutes=5)))
        other = shop.inbound("flagged", at=shop.start + hour, channel="whatsapp")
        low = shop.finding(FindingKind.TERMS, Severity.LOW)
        await shop.turn(store, other, "flagged", language="kk")
        low = shop.finding(FindingKind.TERMS, Severity.LOW)
        inbound = shop.inbound("blocked", at=shop.start + 2 * hour)
        assignment = Assignment(PromptRef("sales", 4, "cd" * 32), None, -1, None)
        await store.begin("b1", inbound, "ru")
        await store.finish(replace(shop.flagged("b1", inbound, low, assignment=assignment), action=Action.BLOCKED))
        await shop.turn(
            store, shop.inbound("failed", at=shop.start + 3 * hour), state=TurnState.FAILED, reply=None, action=None,
            error="модель молчит", verdict=None, assignment=None, attempts=(shop.attempt("", fault="timeout"),),
        )  # fmt: skip

    asyncio.run(live())
    while store.roll_up():
        pass
    return store


def ids(store, **conditions):
    return [row.id for row in store.reads.dialogues(DialogueFilter(**conditions)).items]


def test_the_latest_dialogue_comes_first_with_its_summary(filled, shop):
    page = filled.reads.dialogues()
    assert [row.id for row in page.items] == ["failed", "blocked", "flagged", "plain"]
    assert page.cursor is None
    plain, flagged, failed = page.items[3], page.items[2], page.items[0]
    assert (plain.turns, plain.findings, plain.worst, plain.last_text) == (2, 0, None, "Спасибо")
    assert (plain.first_at, plain.last_at) == (shop.start, shop.start + timedelta(minutes=5))
    assert (plain.prompts, plain.simulated, plain.origin) == (("sales@3",), True, "live")
    assert (plain.pico_usd, plain.local) == (2 * 1_234_567_890, (Money(129, "KZT"),))  # rounded once
    assert (flagged.channel, flagged.language, flagged.worst) == ("whatsapp", "kk", Severity.HIGH)
    assert flagged.last_action is Action.FLAGGED
    assert (failed.last_state, failed.last_reply, failed.prompts) == (TurnState.FAILED, None, ())


CASES = [
    ({"text": "тетрадь в"}, ["plain"]),
    ({"text": "СКИДКА"}, ["blocked", "flagged", "plain"]),
    ({"text": "100 %"}, []),
    ({"text": "_"}, []),
    ({"text": "blocked"}, ["blocked"]),
    ({"text": "lead-flagged"}, ["flagged"]),
    ({"language": "kk"}, ["flagged"]),
    ({"channel": "whatsapp"}, ["flagged"]),
    ({"origin": "live", "lead_id": "lead-plain"}, ["plain"]),
    ({"prompt": "sales"}, ["blocked", "flagged", "plain"]),
    ({"prompt": "sales", "version": 4}, ["blocked"]),
    ({"experiment": "greeting", "variant": 1}, ["flagged", "plain"]),
    ({"experiment": "greeting", "variant": 0}, []),
    ({"action": Action.BLOCKED}, ["blocked"]),
    ({"state": TurnState.FAILED}, ["failed"]),
    ({"has_findings": True}, ["blocked", "flagged"]),
    ({"has_findings": False}, ["failed", "plain"]),
    ({"kind": FindingKind.TERMS}, ["blocked"]),
    ({"severity": Severity.LOW}, ["blocked", "flagged"]),
    ({"severity": Severity.HIGH}, ["flagged"]),
    ({"kind": FindingKind.TERMS, "severity": Severity.HIGH}, []),
    ({"prompt": "sales", "version": 3, "kind": FindingKind.TERMS}, []),
]


def test_filters(filled):
    wrong = [(asked, got) for asked, found in CASES if (got := ids(filled, **asked)) != found]
    assert wrong == []


def test_a_period_bounds_the_life_of_a_dialogue(filled, shop):
    at = shop.start
    assert ids(filled, since=at + timedelta(minutes=5), until=at + timedelta(hours=1)) == ["plain"]
    assert ids(filled, since=at + timedelta(minutes=6), until=at + timedelta(hours=2)) == ["flagged"]
    assert ids(filled, until=at) == []


def test_pages_follow_one_another(filled):
    seen, cursor = [], None
    for _ in range(4):
        page = filled.reads.dialogues(DialogueFilter(limit=1, cursor=cursor))
        seen += [row.id for row in page.items]
        cursor = page.cursor
    assert seen == ["failed", "blocked", "flagged", "plain"]
    assert cursor is None


@pytest.mark.parametrize("cursor", ["?", "абв", "MjAyNi0wMy0wMlQwOTowMCBk", "bm9uc2Vuc2U="])
def test_a_foreign_cursor_is_refused(store, cursor):
    with pytest.raises(UserError, match="no cursor"):
        store.reads.dialogues(DialogueFilter(cursor=cursor))


def test_sums_of_everything(filled, shop):
    (total,) = filled.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert (total.key, total.turns, total.answered, total.failed, total.interrupted) == ((), 5, 4, 1, 0)
    assert total.actions == {
        Action.PASSED: 2, Action.FLAGGED: 1, Action.REPAIRED: 0, Action.BLOCKED: 1, Action.HANDED_OVER: 0,
    }  # fmt: skip
    assert (total.judged, total.not_judged, total.with_findings, total.claims) == (4, 0, 2, 8)
    assert total.findings == {(FindingKind.DISCOUNT, Severity.HIGH): 1, (FindingKind.TERMS, Severity.LOW): 1}
    assert (total.findings_of(), total.findings_of(FindingKind.TERMS), total.findings_of(None, Severity.HIGH)) == (
        2,
        1,
        1,
    )
    assert (total.at_risk, total.overcharge) == ((Money(1_800_000, "KZT"),), (Money(0, "KZT"),))
    assert (total.usage.input_tokens, total.usage.cached_tokens, total.usage.total_tokens) == (4500, 2000, 5100)
    assert (total.usage.cache_write_tokens, total.usage.reasoning_tokens) == (50, 150)
    assert (total.pico_usd, total.local) == (5 * 1_234_567_890, (Money(320, "KZT"),))
    assert (total.simulated, total.unknown_cost) == (5, 0)
    assert total.p50_ms == pytest.approx(420, rel=0.19)
    assert total.p95_ms == pytest.approx(420, rel=0.19)


def test_sums_by_group_are_ordered_and_add_up(filled, shop):
    until = shop.start + timedelta(days=1)
    by_version = filled.reads.totals(shop.start, until, ("prompt", "version"))
    assert [(t.key, t.turns) for t in by_version] == [(("", 0), 1), (("sales", 3), 3), (("sales", 4), 1)]
    by_hour = filled.reads.totals(shop.start, until, ("hour",))
    assert [(t.key[0], t.turns) for t in by_hour] == [
        (shop.start + timedelta(hours=n), turns) for n, turns in enumerate((2, 1, 1, 1))
    ]
    by_channel = filled.reads.totals(shop.start, until, ("channel", "language"))
    assert {t.key: t.findings_of() for t in by_channel} == {("web", "ru"): 1, ("whatsapp", "kk"): 1}
    only = filled.reads.totals(shop.start, until, ("model",), where={"channel": "whatsapp", "simulated": True})
    assert [(t.key, t.turns) for t in only] == [(("small-model",), 1)]


def test_days_are_those_of_the_time_zone(store, shop):
    """19:00 UTC is midnight in Almaty."""

    async def live():
        for n, hour in enumerate((18, 19)):
            await shop.turn(store, shop.inbound(f"d{n}", at=shop.start.replace(hour=hour)))

    asyncio.run(live())
    store.roll_up()
    since, until = shop.start.replace(hour=0), shop.start + timedelta(days=2)
    assert [str(t.key[0]) for t in store.reads.totals(since, until, ("day",), timezone="Asia/Almaty")] == [
        "2026-03-02",
        "2026-03-03",
    ]
    assert [(str(t.key[0]), t.turns) for t in store.reads.totals(since, until, ("day",))] == [("2026-03-02", 2)]


def test_an_empty_store_sums_to_nothing(store, shop):
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert (total.turns, total.p50_ms, total.local, total.at_risk) == (0, None, (), ())
    assert store.reads.totals(shop.start, shop.start + timedelta(days=1), ("prompt",)) == ()
    assert store.reads.dialogues().items == ()
    assert store.reads.hand_offs() == store.reads.recent_failures() == ()
    assert store.experiments.exposures("greeting") == {}
    assert (store.reads.lag().hours, store.reads.lag().seconds) == (0, 0.0)


def test_sums_refuse_what_they_do_not_know(store, shop):
    with pytest.raises(UserError, match="'weather'"):
        store.reads.totals(shop.start, shop.start, ("weather",))
    with pytest.raises(UserError, match="'day'"):
        store.reads.totals(shop.start, shop.start, where={"day": 1})
    for zone in ("Mars/Base", "../etc"):
        with pytest.raises(UserError, match="no time zone"):
            store.reads.totals(shop.start, shop.start, timezone=zone)


def test_groups_are_the_keys_of_sums(filled, shop):
    while filled.roll_up():
        pass
    day = shop.start + timedelta(days=1)
    for by in (("channel",), ("prompt", "version", "channel"), ("model",)):
        found = filled.reads.groups(shop.start, day, by)
        assert found
        assert sorted(found) == sorted(row.key for row in filled.reads.totals(shop.start, day, by))
    assert filled.reads.groups(shop.start - timedelta(days=1), shop.start, ("channel",)) == ()


def test_leads_and_dialogues_count_once(filled, shop):
    day = shop.start + timedelta(days=1)
    assert filled.reads.distinct_leads(shop.start, day) == 4
    assert filled.reads.distinct_dialogues(shop.start, day) == 4
    assert filled.reads.distinct_leads(shop.start, shop.start + timedelta(hours=1)) == 1
    counts = filled.reads.counts()
    assert (counts.dialogues, counts.turns, counts.findings, counts.leads, counts.open_hand_offs) == (4, 5, 2, 4, 0)
    assert filled.reads.dialogue_count() == 4


def test_a_dialogue_is_of_one_lead(filled):
    assert filled.reads.lead_of("plain") == "lead-plain"
    assert filled.reads.lead_of("d404") is None


def test_the_dearest_dialogues(filled, shop):
    while filled.roll_up():
        pass
    until = shop.start + timedelta(days=1)
    ids = filled.costs.dearest(shop.start, until, 2)
    dearest = filled.reads.cost_of_dialogues(ids, shop.start, until)
    assert [(d.turns, d.tokens) for d in dearest] == [(2, 2040), (1, 1020)]
    assert dearest[0].id == "plain"
    assert [d.pico_usd for d in dearest] == [2 * 1_234_567_890, 1_234_567_890]  # of equals any may be the second
    assert dearest[0].local == (Money(129, "KZT"),)
    assert filled.costs.dearest(shop.start - timedelta(days=1), shop.start, 2) == ()


def test_failures_tell_their_faults(filled):
    (failure,) = filled.reads.recent_failures()
    assert (failure.dialogue_id, failure.state, failure.error, failure.faults) == (
        "failed", TurnState.FAILED, "модель молчит", ("timeout",),
    )  # fmt: skip


def test_exposures_count_leads_once_per_variant(filled):
    assert filled.experiments.exposures("greeting") == {1: 2}


def test_all_turns_of_a_period_in_chunks(filled, shop):
    everything = list(filled.reads.turns(chunk=2))
    assert [r.inbound.dialogue_id for r in everything] == ["blocked", "failed", "flagged", "plain", "plain"]
    some = filled.reads.turns(since=shop.start + timedelta(minutes=1), until=shop.start + timedelta(hours=2))
    assert [(r.inbound.dialogue_id, r.number) for r in some] == [("flagged", 1), ("plain", 2)]
