"""Which steps follow which, and what must be known before an incident is closed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.incidents import CauseKind, FollowUp, Incident, IncidentSeverity, IncidentState, Scope
from botops.domain.money import Money
from botops.monitor import incidents as life

BEGAN = datetime(2026, 11, 20, 9, tzinfo=UTC)
OPENED = BEGAN + timedelta(hours=1)
NEW = Incident(
    7, "Бот обещает скидку 50 %", IncidentSeverity.MAJOR, "sales_enablement", Scope(BEGAN), BEGAN, OPENED, "aliya"
)
TODO = FollowUp("a", "тест на скидки", "sales_enablement", date(2026, 11, 30))


def learnt(incident):
    incident = life.with_cause(incident, CauseKind.PROMPT, "черновик с чужой скидкой")
    return life.with_case(life.with_follow_up(incident, TODO), "regressions#half-price", None)


def test_an_incident_goes_from_open_to_closed():
    taken = life.acknowledge(NEW, OPENED + timedelta(minutes=5), "marat")
    over = life.resolve(taken, OPENED + timedelta(hours=2), "marat")
    closed = life.close(learnt(over), OPENED + timedelta(days=2), "aliya")
    assert [i.state.value for i in (NEW, taken, over, closed)] == ["open", "acknowledged", "resolved", "closed"]
    assert (closed.acknowledged_by, closed.resolved_by, closed.closed_by) == ("marat", "marat", "aliya")


def test_it_is_not_closed_before_everything_is_known_and_all_of_it_is_named():
    with pytest.raises(UserError) as refused:
        life.close(NEW, OPENED, "aliya")
    for command in ("resolve 7", "cause 7", "action 7", "case 7"):
        assert f"botops incident {command}" in str(refused.value)
    over = life.resolve(NEW, OPENED, "marat")
    assert len(life.missing(over)) == 3
    assert len(life.missing(life.with_cause(over, CauseKind.DATA, "прайс"))) == 2
    assert life.missing(learnt(over)) == ()


def test_a_reason_may_stand_for_a_case_but_not_nothing_and_not_both():
    assert life.with_case(NEW, None, "сбой провайдера").no_case == "сбой провайдера"
    for case, why in ((None, None), ("a#b", "c"), ("", "")):
        with pytest.raises(UserError, match="one of the two"):
            life.with_case(NEW, case, why)


def test_steps_out_of_order_are_conflicts_that_name_who_was_first():
    taken = life.acknowledge(NEW, OPENED, "marat")
    with pytest.raises(ConflictError, match="by marat"):
        life.acknowledge(taken, OPENED, "aliya")
    over = life.resolve(taken, OPENED, "marat")
    with pytest.raises(ConflictError, match="resolved by marat"):
        life.resolve(over, OPENED, "aliya")
    with pytest.raises(ConflictError, match="not over"):
        life.reopen(taken)
    closed = life.close(learnt(over), OPENED, "aliya")
    for step in (
        lambda: life.with_cause(closed, CauseKind.MODEL, "x"),
        lambda: life.with_owner(closed, "ai_ops"),
        lambda: life.with_severity(closed, IncidentSeverity.MINOR),
        lambda: life.close(closed, OPENED, "x"),
    ):
        with pytest.raises(ConflictError, match="closed"):
            step()
    assert life.with_cause(life.reopen(closed), CauseKind.MODEL, "x").cause_kind is CauseKind.MODEL


def test_who_ends_what_nobody_took_has_taken_it():
    over = life.resolve(NEW, OPENED + timedelta(minutes=9), "marat")
    assert over.acknowledged_at == over.resolved_at


def test_an_action_is_done_once_and_after_closing_too():
    closed = life.close(learnt(life.resolve(NEW, OPENED, "marat")), OPENED, "aliya")
    done = life.with_done(closed, 1, OPENED + timedelta(days=3), "marat")
    assert done.follow_ups[0].done_by == "marat"
    with pytest.raises(ConflictError, match="by marat"):
        life.with_done(done, 1, OPENED, "aliya")
    for place in (0, 2, -1):
        with pytest.raises(NotFoundError):
            life.with_done(closed, place, OPENED, "aliya")


def test_what_is_overdue_comes_longest_first_and_only_what_is_not_done():
    late = life.with_follow_up(life.with_follow_up(NEW, TODO), replace(TODO, id="b", due=date(2026, 11, 25)))
    found = life.overdue([late], date(2026, 12, 1))
    assert [follow_up.id for _, follow_up in found] == ["b", "a"]
    assert life.overdue([late], date(2026, 11, 25)) == ()
    assert [f.id for _, f in life.overdue([life.with_done(late, 2, OPENED, "x")], date(2026, 12, 1))] == ["a"]


def test_figures_are_medians_and_means_of_what_has_happened():
    some = []
    for number, (minutes, hours) in enumerate(((1, 2), (3, 4), (500, 90)), 1):
        taken = life.acknowledge(replace(NEW, number=number), OPENED + timedelta(minutes=minutes), "x")
        some.append(life.with_cause(life.resolve(taken, BEGAN + timedelta(hours=hours), "x"), CauseKind.PROMPT, "x"))
    found = life.figures([*some, NEW])
    assert (found.incidents, found.unresolved) == (4, 1)
    assert found.to_notice == life.Spans(timedelta(hours=1), timedelta(hours=1))
    assert found.to_acknowledge == life.Spans(timedelta(minutes=3), timedelta(minutes=168))
    assert found.to_resolve == life.Spans(timedelta(hours=4), timedelta(hours=32))
    assert found.repeats == (life.Repeat(CauseKind.PROMPT, (3, 2, 1)),)
    nothing = life.figures([NEW])
    assert (nothing.to_acknowledge, nothing.to_resolve, nothing.repeats) == (None, None, ())
    assert life.figures([]).to_notice is None
    assert life.figures([replace(NEW, state=IncidentState.CLOSED)]).unresolved == 0


def test_causes_that_came_back_are_told_the_most_frequent_first():
    kinds = [CauseKind.DATA, CauseKind.PROMPT, CauseKind.MODEL, CauseKind.DATA, CauseKind.PROMPT, CauseKind.PROMPT]
    found = life.repeats(life.with_cause(replace(NEW, number=n), kind, "x") for n, kind in enumerate(kinds, 1))
    assert found == (life.Repeat(CauseKind.PROMPT, (6, 5, 2)), life.Repeat(CauseKind.DATA, (4, 1)))


def test_what_it_may_cost_is_said_by_people_until_it_is_closed():
    said = life.with_at_risk(NEW, Money(1_000, "KZT"))
    assert said.at_risk == Money(1_000, "KZT")
    assert life.with_at_risk(said, None).at_risk is None
    closed = life.close(learnt(life.resolve(said, OPENED, "marat")), OPENED, "aliya")
    with pytest.raises(ConflictError, match="closed"):
        life.with_at_risk(closed, None)
