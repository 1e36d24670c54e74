"""Wrong promises, a blind guard, broken prompts, experiments and orders."""

from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts.conditions import conditions
from botops.app.watch import broken_files
from botops.domain.findings import Severity, Verdict
from botops.domain.money import Money
from botops.domain.releases import AuditEntry, Deed, Override, OverrideKind
from botops.domain.turns import Action

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SECOND, SECONDS = timedelta(seconds=1), timedelta(seconds=5)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_wrong_promises_name_the_money_examples_and_the_replies_they_are_about(shop):
    shop.turns(40)
    shop.wrong(4)
    assert shop.says("BotopsWrongPromises") == ()
    shop.wrong(1)
    (said,) = shop.says("BotopsWrongPromises")
    assert (said.facts["flagged"], said.facts["replies"]) == (5, 45)
    assert said.at_risk == Money(25_000, "KZT")
    assert {example.quote for example in said.examples} == {"450 ₸"}
    assert (len(said.examples), said.scope.since) == (3, NOW - MINUTE - 3 * SECOND)
    shop.turns(10)
    assert shop.says("BotopsWrongPromises") == ()


def test_trouble_began_with_its_first_reply_and_not_with_the_window_it_is_counted_in(shop):
    blind = Verdict.not_judged("no_book")
    shop.turns(20, ago=HOUR - MINUTE)
    shop.wrong(1, ago=HOUR + MINUTE)
    shop.wrong(9, ago=7 * MINUTE, severity=Severity.CRITICAL)
    shop.turns(10, ago=6 * MINUTE, verdict=blind)
    shop.turns(20, ago=14 * DAY)
    shop.container.store.rebuild_roll_ups()
    wrong, blinded = NOW - 7 * MINUTE - 8 * SECOND, NOW - 6 * MINUTE - 9 * SECOND
    for rule, began in (
        ("BotopsWrongPromises", wrong), ("BotopsCriticalPromise", wrong), ("BotopsGuardBlind", blinded),
        ("BotopsNotJudgedRising", blinded),
    ):  # fmt: skip
        (said,) = shop.says(rule)
        assert said.began_at == began, rule
        assert said.scope is None or said.scope.since == began, rule


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_when_trouble_began_is_told_by_the_clock_of_now(shop, jump):
    shop.wrong(9, ago=MINUTE)
    shop.looks.begin()
    shop.clock.move(10 * MINUTE, jump=jump)
    shop.looks.begin()
    (said,) = shop.says("BotopsWrongPromises")
    first = NOW - MINUTE - 8 * SECOND
    assert said.began_at == shop.clock.now() - 11 * MINUTE - 8 * SECOND
    assert said.scope.since == min(first, said.began_at), "whichever clock wrote them, all replies belong to it"


def test_what_was_changed_within_a_day_stands_beside_what_went_wrong(shop):
    for hours, version in ((30, "2"), (20, "3"), (2, "4")):
        at = NOW - hours * HOUR
        shop.container.store.audit.add(
            AuditEntry(f"e{version}", at, "marat", Deed.PUBLISH, "prompt:sales", "акция", version)
        )
    shop.wrong(6)
    (said,) = shop.says("BotopsWrongPromises")
    assert [(cause.what, cause.by, cause.probability) for cause in said.causes] == [
        ("sales@4", "marat", None), ("sales@3", "marat", None),
    ]  # fmt: skip


def test_in_rounds_what_was_changed_is_read_once_a_minute(shop):
    def causes(span):
        shop.clock.move(span)
        shop.looks.begin()
        (said,) = shop.says("BotopsWrongPromises")
        return [cause.what for cause in said.causes]

    shop.wrong(6)
    assert causes(SECONDS) == causes(SECONDS) == []
    shop.container.store.audit.add(AuditEntry("e", NOW, "marat", Deed.PUBLISH, "prompt:sales", "акция", "4"))
    assert causes(SECONDS) == []
    assert causes(MINUTE) == ["sales@4"]
    assert causes(SECONDS) == ["sales@4"]


def test_grave_mistakes_count_even_when_they_were_held_back(shop):
    shop.wrong(5, severity=Severity.HIGH)
    shop.wrong(1, severity=Severity.CRITICAL)
    assert shop.says("BotopsCriticalPromise") == ()
    shop.wrong(1, severity=Severity.CRITICAL, action=Action.BLOCKED)
    (said,) = shop.says("BotopsCriticalPromise")
    assert (said.facts["turns"], said.at_risk, said.scope.severity) == (2, Money(5_000, "KZT"), Severity.CRITICAL)


def test_a_guard_that_judges_nothing_is_blind(shop):
    blind = Verdict.not_judged("no_book")
    shop.turns(80)
    shop.turns(4, verdict=blind)
    assert shop.says("BotopsGuardBlind") == ()
    shop.turns(1, verdict=blind)
    assert shop.says("BotopsGuardBlind")[0].facts["not_judged"] == 5
    shop.turns(20)
    assert shop.says("BotopsGuardBlind") == ()


def test_replies_that_cannot_be_judged_are_told_when_they_become_more(shop):
    blind = Verdict.not_judged("offer")
    for day in range(2, 14):
        shop.turns(99, ago=day * DAY)
        shop.turns(1, ago=day * DAY, verdict=blind)
    shop.turns(290, ago=3 * HOUR)
    shop.turns(9, ago=3 * HOUR, verdict=blind)
    shop.container.store.rebuild_roll_ups()
    assert shop.says("BotopsNotJudgedRising") == ()
    shop.turns(1, ago=3 * HOUR, verdict=blind)
    shop.container.store.rebuild_roll_ups()
    assert shop.says("BotopsNotJudgedRising") == (), "asked every five minutes"
    shop.clock.move(5 * MINUTE)
    assert shop.says("BotopsNotJudgedRising")[0].facts == {"not_judged": 10, "replies": 300, "usual": 0.01}


def test_slow_checks_are_told_once_they_last(shop):
    shop.turns(19, guard_ms=60)
    shop.clock.move(16 * MINUTE)
    assert shop.says("BotopsGuardSlow") == ()
    shop.turns(1)
    assert shop.says("BotopsGuardSlow") == ()
    shop.clock.move(10 * MINUTE)
    shop.turns(20, guard_ms=60)
    assert shop.says("BotopsGuardSlow") == ()
    shop.clock.move(5 * MINUTE)
    assert shop.says("BotopsGuardSlow")


def test_checks_of_the_company_that_fail_are_named(shop):
    counter = shop.container.metrics.check_failures
    assert shop.says("BotopsOwnCheckFailing") == ()
    counter.labels("gift").inc(3)
    counter.labels("tone").inc(2)
    assert [said.subject for said in shop.says("BotopsOwnCheckFailing")] == ["gift"]


def test_broken_prompts_are_told_after_five_minutes_and_at_once_after_a_restart(shop):
    (shop.root / "prompts/sales").mkdir()
    (shop.root / "prompts/sales/1.yaml").write_text("messages: [", "utf-8")
    assert shop.says("BotopsPromptsBroken") == ()
    shop.clock.move(5 * MINUTE)
    (said,) = shop.says("BotopsPromptsBroken")
    assert "prompts/sales/1.yaml:2:1" in said.text["kk"]
    from botops.app.alerts.watching import AlertWatch

    AlertWatch(shop.container, [shop.sources["BotopsPromptsBroken"]]).look()
    restarted = {one.name: one for one in conditions(shop.container)}["BotopsPromptsBroken"]
    assert restarted.look(shop.clock.now()), "what stood before the restart still stands"
    assert not conditions(shop.container)[0].look(shop.clock.now())


def test_a_draft_with_faults_is_nobodys_alarm(shop):
    (shop.root / "prompts/sales").mkdir()
    (shop.root / "prompts/sales/draft.yaml").write_text("messages: [", "utf-8")
    assert shop.says("BotopsPromptsBroken") == ()
    shop.clock.move(5 * MINUTE)
    assert shop.says("BotopsPromptsBroken") == ()
    state = shop.container.registry.state()
    assert [p.file.rsplit("/", 1)[1] for p in state.of_drafts] == ["draft.yaml"]
    assert (state.healthy, state.faults) == (True, ())
    assert not [line for line in broken_files(shop.container) if "draft" in line]


def order(shop, kind, by, ago):
    made = Override("o1", "sales", kind, by, shop.clock.at - ago, "показан вред", experiment="tone")
    entry = AuditEntry("e1", made.at, by, Deed.OVERRIDE, "prompt:sales", "показан вред")
    shop.container.store.overrides.add(made, entry)


def test_an_order_is_told_after_a_day(shop):
    order(shop, OverrideKind.HAND_OVER, "marat", DAY)
    assert shop.says("BotopsKillSwitchOn") == ()
    shop.clock.move(MINUTE)
    (said,) = shop.says("BotopsKillSwitchOn")
    assert (said.began_at, said.subject) == (NOW - DAY, "prompt:sales")
    assert shop.says("BotopsExperimentStopped") == ()


def test_an_experiment_that_was_stopped_is_told_for_a_day(shop):
    order(shop, OverrideKind.CONTROL, "guardrail:flagged", HOUR)
    (said,) = shop.says("BotopsExperimentStopped")
    assert "показан вред" in said.text["ru"]
    shop.clock.move(DAY)
    assert shop.says("BotopsExperimentStopped") == ()
