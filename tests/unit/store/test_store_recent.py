"""What live traffic did lately, on both databases."""

from datetime import timedelta

from botops.domain.findings import FindingKind, Severity, Verdict
from botops.domain.money import Money
from botops.domain.turns import Action, TurnState
from botops.store.recent import Traffic

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def write(store, shop, at, number=1, make="record", origin="live", **changes):
    made = []
    for _ in range(number):
        inbound = shop.inbound(f"d{next(shop._ids)}", at=at)
        made.append(getattr(shop, make)(f"t-{inbound.idempotency_key}", inbound, **changes))
    store.write_many(made, origin=origin)
    return made


def test_a_window_counts_live_turns_that_began_in_it(store, shop):
    now = shop.start
    write(store, shop, now - HOUR, 2)
    write(store, shop, now - SECOND, 3)
    write(store, shop, now)
    write(store, shop, now - MINUTE, 5, origin="old bot")
    whole = ((now - HOUR, now),)
    found = store.recent.traffic(whole, slow_ms=100, slow_check_ms=2)
    assert found == Traffic(5, 0, 5, 5, 5, 0, 5, 0, 5)
    parts = ((now - MINUTE, now), (now - HOUR, now - MINUTE))
    assert store.recent.traffic(parts, slow_ms=120, slow_check_ms=3) == Traffic(5, 0, 5, 0, 5, 0, 5, 0, 0)
    assert store.recent.any_turn(whole[0])
    assert not store.recent.any_turn((now + HOUR, now + 2 * HOUR))


def test_failures_are_turns_that_failed_and_dialogues_handed_over_because_something_did(store, shop):
    now = shop.start
    write(store, shop, now - MINUTE, 4)
    write(store, shop, now - MINUTE, 2, "handed_over")
    write(store, shop, now - MINUTE, state=TurnState.FAILED, action=None, reply=None)
    for rule in ("model_error", "internal_error"):
        inbound = shop.inbound(f"d-{rule}", at=now - 2 * MINUTE)
        record = shop.handed_over(f"t-{rule}", inbound)
        hand_off = type(record.hand_off)(
            inbound.dialogue_id, inbound.lead_id, record.id, inbound.at, rule, "нет ответа"
        )
        store.write_many([shop.record(record.id, inbound, action=Action.HANDED_OVER, hand_off=hand_off)], "live")
    window = ((now - HOUR, now),)
    assert store.recent.failed(window) == 3
    assert store.recent.traffic(window, slow_ms=1, slow_check_ms=1).failed == 3
    assert [e.dialogue_id for e in store.recent.broken(window)][1:] == ["d-internal_error", "d-model_error"]
    assert store.recent.failed(((now - MINUTE, now),)) == 1


def test_turns_of_days_come_from_sums_and_are_right_while_sums_are_late(store, shop):
    now = shop.start + 30 * MINUTE
    for hour in range(5):
        write(store, shop, now - hour * HOUR - MINUTE, 4)
    window = ((now - 4 * HOUR, now),)
    assert store.recent.turns(window) == 16
    while store.roll_up():
        pass
    assert store.recent.turns(window) == 16
    write(store, shop, now - 2 * HOUR, 3)
    assert store.recent.turns(window) == 19
    assert store.recent.turns(((now - MINUTE, now),)) == 4
    assert store.recent.real_turns(window[0]) == 0  # the shop's model is a simulated one


def test_grave_mistakes_are_found_in_drafts_too_but_only_what_left_is_money_at_risk(store, shop):
    now = shop.start
    grave, slight = (shop.finding(FindingKind.PRICE, severity) for severity in (Severity.CRITICAL, Severity.LOW))
    for action, findings in (
        (Action.FLAGGED, (grave, slight)),
        (Action.BLOCKED, (grave,)),
        (Action.FLAGGED, (slight,)),
    ):
        verdict = Verdict.of(findings, claims=1, book="book-7")
        write(store, shop, now - MINUTE, verdict=verdict, action=action, attempts=(shop.attempt(verdict=verdict),))
    window = ((now - HOUR, now),)
    assert store.recent.faulty(window, Severity.CRITICAL) == (2, (Money(900_000, "KZT"),))
    assert store.recent.faulty(window, Severity.LOW) == (3, (Money(2_700_000, "KZT"),))
    assert store.recent.faulty((), Severity.LOW) == (0, ())
    examples = store.recent.examples(window, Severity.CRITICAL)
    assert len({e.dialogue_id for e in examples}) == len(examples) == 2
    assert {e.quote for e in examples} == {"30 %"}


def test_faults_of_models_by_class_and_who_waits(store, shop):
    now = shop.start
    faulty = (shop.attempt(fault="timeout"), shop.attempt(fault="timeout"), shop.attempt())
    write(store, shop, now - MINUTE, 2, attempts=faulty)
    assert store.recent.faults(((now - HOUR, now),)) == {"timeout": 4}
    assert store.recent.waiting(now).since is None
    write(store, shop, now - 2 * MINUTE, 1, "handed_over")
    write(store, shop, now - MINUTE, 1, "handed_over")
    found = store.recent.waiting(now - MINUTE)
    assert (found.overdue, found.since) == (1, now - 2 * MINUTE)
