"""Who is told what and when."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.config.alerting import ALERTMANAGER, Alerting, Route
from botops.domain.alerts import Alert, AlertSeverity, AlertState, Signal, Silence
from botops.domain.notices import (
    ChannelHealth,
    KeptNotice,
    Notice,
    NoticeKind,
    NoticeState,
    Sending,
    SendingState,
    Words,
)
from botops.monitor.delivery import (
    DAILY,
    LONGEST_WAIT,
    QUIET,
    SILENCED,
    Dropped,
    Held,
    Planned,
    Situation,
    again_at,
    decide,
    hopeless,
    lost_channels,
    next_daily,
    quiet_until,
    together,
    urges,
)

ALMATY = ZoneInfo("Asia/Almaty")
NOON = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Almaty
NIGHT = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)  # 23:00
TITLES = {"ru": "т", "kk": "т", "en": "t"}
RULES = Alerting.model_validate(
    {
        "channels": {"phone": {"env": "PHONE"}, "mail": {"env": "MAIL"}, "chat": {"env": "CHAT"}},
        "others": ["mail"],
        "routes": {
            "ai_ops": {
                "page": ["phone", "mail"], "ticket": ["mail"], "quiet": "21:00-09:00", "weekend": True,
                "escalate": [{"after_min": 15, "to": "lead"}, {"after_min": 60, "to": "director"}],
            }
        },
    }
)  # fmt: skip
PAGE, TICKET, DIGEST = AlertSeverity.PAGE, AlertSeverity.TICKET, AlertSeverity.DIGEST


def alert(at=NOON, severity=PAGE, **changes):
    signal = Signal("k", "BotopsDown", severity, "service", at, TITLES, TITLES)
    return replace(Alert("a1", "s", signal, severity, "ai_ops", at, at), **changes)


def notice(kind=NoticeKind.RAISED, severity=PAGE, at=NOON, *, role="ai_ops", reason=None, state="waiting", **changes):
    made = Notice(f"{kind}:{at}", kind, severity, role, at, {}, alert="a1")
    return KeptNotice(f"n-{kind.value}", replace(made, **changes), NoticeState(state), reason)


def seen(now=NOON, **changes):
    return replace(Situation(now, ALMATY, alert=alert()), **changes)


OVER = alert(state=AlertState.RESOLVED, resolved_at=NOON + timedelta(minutes=5))
SILENCE = Silence("s1", NOON, NOON + timedelta(hours=2), "Dana", "planned work")


def test_a_page_goes_through_the_channels_of_its_role_after_a_moment_for_others_like_it():
    assert decide(notice(), RULES, seen()) == Planned(("phone", "mail"), NOON + timedelta(seconds=2))
    late = NOON + timedelta(minutes=3)
    assert decide(notice(), RULES, seen(late)) == Planned(("phone", "mail"), late)


def test_a_clock_that_was_set_back_keeps_no_page_waiting():
    early = NOON - timedelta(hours=2)
    assert decide(notice(), RULES, seen(early)) == Planned(("phone", "mail"), early + timedelta(seconds=2))


def test_a_role_without_a_route_and_what_nobody_owns_go_to_the_others():
    assert decide(notice(role="sales"), RULES, seen()).channels == ("mail",)
    assert decide(notice(role=None), RULES, seen()).channels == ("mail",)


def test_without_any_channel_nobody_is_told_and_that_is_said():
    decision = decide(notice(role=None), Alerting(), seen())
    assert decision == Dropped("no channel is set up for what nobody owns")


def test_quiet_hours_hold_what_does_not_wake_people():
    morning = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)  # 09:00
    held = decide(notice(severity=TICKET, at=NIGHT), RULES, seen(NIGHT))
    assert held == Held(morning, QUIET)
    assert isinstance(decide(notice(at=NIGHT), RULES, seen(NIGHT)), Planned)
    assert isinstance(decide(notice(severity=TICKET, at=NIGHT), RULES, seen(morning)), Planned)


def test_quiet_hours_before_a_weekend_last_until_monday_morning():
    friday_night, monday = datetime(2026, 11, 20, 18, 0, tzinfo=UTC), datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert quiet_until(RULES.routes["ai_ops"], friday_night, ALMATY) == monday
    assert quiet_until(RULES.routes["ai_ops"], datetime(2026, 11, 21, 7, 0, tzinfo=UTC), ALMATY) == monday
    assert quiet_until(RULES.routes["ai_ops"], NOON, ALMATY) is None


def test_quiet_hours_within_a_day():
    route = Alerting.model_validate({"routes": {"r": {"quiet": "13:00-14:00"}}}).routes["r"]
    assert quiet_until(route, NOON, ALMATY) is None
    assert quiet_until(route, NOON + timedelta(minutes=90), ALMATY) == NOON + timedelta(hours=2)
    assert quiet_until(route, NOON + timedelta(hours=2), ALMATY) is None


def test_hours_are_those_of_the_zone_on_a_day_its_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    route = Alerting.model_validate({"routes": {"r": {"quiet": "21:00-09:00"}}}).routes["r"]
    before = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # 22:00, summer time ends at night
    assert quiet_until(route, before, berlin) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    assert next_daily(before, time(9), berlin) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


def test_what_is_told_once_a_day_waits_for_its_hour():
    held = decide(notice(severity=DIGEST), RULES, seen())
    assert held == Held(datetime(2026, 11, 19, 4, 0, tzinfo=UTC), DAILY)
    due = decide(notice(severity=DIGEST, reason=DAILY), RULES, seen(held.until))
    assert due.channels == ("mail",)
    at_once = decide(notice(NoticeKind.DIGEST, severity=DIGEST, alert=None), RULES, seen(alert=None))
    assert at_once.channels == ("mail",)


def test_what_was_over_before_the_quiet_hours_ended_is_told_as_over():
    morning = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)
    raised = notice(severity=TICKET, at=NIGHT, reason=QUIET)
    assert isinstance(decide(raised, RULES, seen(morning, alert=OVER)), Dropped)
    resolved = notice(NoticeKind.RESOLVED, TICKET, NIGHT + timedelta(hours=1), reason=QUIET)
    dropped = replace(raised, state=NoticeState.DROPPED, reason="over before it was told")
    assert isinstance(decide(resolved, RULES, seen(morning, alert=OVER, siblings=(dropped,))), Planned)


def test_an_alert_that_is_over_is_still_told_when_it_waited_only_for_us():
    assert isinstance(decide(notice(), RULES, seen(NOON + timedelta(minutes=6), alert=OVER)), Planned)


def test_a_silence_holds_an_alert_and_lets_it_go_when_it_still_stands():
    assert decide(notice(), RULES, seen(silence=SILENCE)) == Held(NOON + timedelta(minutes=1), SILENCED)
    last = SILENCE.until - timedelta(seconds=5)
    assert decide(notice(reason=SILENCED), RULES, seen(last, silence=SILENCE)) == Held(SILENCE.until, SILENCED)
    assert isinstance(decide(notice(reason=SILENCED), RULES, seen(SILENCE.until)), Planned)


def test_what_began_and_ended_in_silence_is_never_told():
    held = notice(reason=SILENCED)
    resolved = notice(NoticeKind.RESOLVED)
    assert isinstance(decide(resolved, RULES, seen(alert=OVER, siblings=(held,), silence=SILENCE)), Dropped)
    after = seen(SILENCE.until, alert=OVER)
    dropped = decide(held, RULES, after)
    assert isinstance(dropped, Dropped)
    gone = replace(held, state=NoticeState.DROPPED, reason=dropped.reason)
    assert isinstance(decide(resolved, RULES, replace(after, siblings=(gone,))), Dropped)


def test_the_end_of_what_was_told_is_told():
    told = notice(state="planned")
    assert isinstance(decide(notice(NoticeKind.RESOLVED), RULES, seen(alert=OVER, siblings=(told,))), Planned)


def test_who_was_called_in_is_told_that_it_is_over():
    later = NOON + timedelta(hours=1)
    told = (notice(state="planned"), notice(NoticeKind.ESCALATED, at=NOON + timedelta(minutes=15), role="lead",
                                            state="planned"))  # fmt: skip
    rules = RULES.model_copy(update={"routes": {**RULES.routes, "lead": Route(page=("chat",))}})
    over = notice(NoticeKind.RESOLVED, at=later)

    def channels(siblings, asked=rules):
        planned = decide(over, asked, seen(later, alert=OVER, siblings=siblings))
        assert isinstance(planned, Planned)
        return planned.channels

    assert channels(told[:1]) == ("phone", "mail")
    assert channels(told) == ("phone", "mail", "chat")
    once = notice(NoticeKind.RESOLVED, at=NOON + timedelta(minutes=30), state="planned")
    assert channels((*told, once)) == ("phone", "mail"), "it came back, and nobody was called in this time"
    through = rules.model_copy(update={"alertmanager": "http://127.0.0.1:9093"})
    assert channels(told, through) == (ALERTMANAGER, "chat")


@pytest.mark.parametrize(
    "of", [OVER, alert(acknowledged_at=NOON, acknowledged_by="Dana"), None], ids=["over", "taken", "gone"]
)
def test_nobody_is_urged_about_what_somebody_has_or_what_is_over(of):
    assert isinstance(decide(notice(NoticeKind.ESCALATED), RULES, seen(alert=of)), Dropped)
    assert isinstance(decide(notice(NoticeKind.REMINDER), RULES, seen(alert=of)), Dropped)


def test_the_loss_of_a_channel_is_told_through_another():
    assert decide(notice(about_channel="phone"), RULES, seen()).channels == ("mail",)
    assert decide(notice(about_channel="mail", role=None), RULES, seen()).channels == ("phone", "chat")


def test_a_page_whose_channels_are_all_lost_goes_to_the_others_as_well():
    lost = frozenset({"phone", "mail"})
    assert decide(notice(), RULES, seen(lost=lost)).channels == ("phone", "mail", "chat")
    assert decide(notice(severity=TICKET), RULES, seen(lost=lost)).channels == ("mail",)


def test_alerts_go_to_alertmanager_alone_and_its_own_loss_to_the_channels():
    rules = RULES.model_copy(update={"alertmanager": "http://127.0.0.1:9093"})
    assert decide(notice(), rules, seen()) == Planned(("alertmanager",), NOON)
    assert decide(notice(severity=TICKET), rules, seen(NIGHT)).channels == ("alertmanager",)
    assert decide(notice(about_channel="alertmanager"), rules, seen()).channels == ("phone", "mail")
    assert decide(notice(NoticeKind.INCIDENT, alert=None), rules, seen(alert=None)).channels == ("phone", "mail")
    assert isinstance(decide(notice(), rules, seen(silence=SILENCE)), Held)


def test_the_chain_is_climbed_and_the_owner_reminded():
    def told(minutes, of=None):
        return [(u.kind.value, u.role) for u in urges(of or alert(), NOON, NOON + timedelta(minutes=minutes), RULES)]

    assert told(14) == []
    assert told(15) == [("escalated", "lead")]
    assert told(60) == [("escalated", "lead"), ("escalated", "director")]
    assert told(239)[2:] == []
    assert told(240)[2:] == told(1000)[2:] == [("reminder", "ai_ops")]
    assert told(600, alert(severity=TICKET)) == told(600, OVER) == []
    assert told(600, alert(acknowledged_at=NOON)) == []


def test_of_many_reminders_that_were_missed_the_latest_is_told():
    steps = [urges(alert(), NOON, NOON + timedelta(hours=hours), RULES)[-1].step for hours in (4, 7, 8, 30)]
    assert steps == ["1:0", "1:0", "2:0", "7:0"]


def sending(number, attempts=1, **changes):
    kept = notice(**changes)
    return Sending(replace(kept, id=f"n{number}"), "phone", SendingState.WAITING, attempts, NOON)


def test_a_storm_is_one_message_the_gravest_first():
    storm = [
        sending(1, kind=NoticeKind.RESOLVED),
        sending(2, severity=TICKET),
        sending(3),
        sending(4, kind=NoticeKind.DIGEST),
    ]
    assert [[s.notice.id for s in group] for group in together(storm)] == [["n3", "n2", "n1"], ["n4"]]


def test_what_failed_again_and_again_is_sent_alone():
    groups = together([sending(1, attempts=4), sending(2), sending(3)])
    assert [[s.notice.id for s in group] for group in groups] == [["n2", "n3"], ["n1"]]


def test_a_digest_for_two_roles_with_one_channel_is_one_message():
    words = {"ru": Words("Бот за день", "…"), "en": Words("The bot's day", "…")}
    both = [sending(n, kind=NoticeKind.DIGEST, role=role, words=words) for n, role in ((1, "ops"), (2, "sales"))]
    other = sending(3, kind=NoticeKind.DIGEST, words={"ru": Words("Бот за неделю", "…")})
    assert [[s.notice.id for s in group] for group in together([*both, other])] == [["n1", "n2"], ["n3"]]


def test_many_notices_are_several_messages():
    assert [len(group) for group in together([sending(n) for n in range(45)])] == [20, 20, 5]


def test_waits_grow_and_stay_short():
    waits = [(again_at(sending(1, attempts=n), NOON) - NOON).total_seconds() for n in (1, 2, 3, 4, 5, 100)]
    assert waits == [5, 10, 20, 40, 60, LONGEST_WAIT.total_seconds()]


def test_only_what_is_refused_for_itself_is_given_up():
    day = NOON + timedelta(hours=25)
    works, broken = ChannelHealth("phone", sent_at=NOON + timedelta(hours=3)), ChannelHealth("phone", sent_at=None)
    assert hopeless(sending(1, attempts=50), broken, day) is None
    assert hopeless(sending(1, attempts=5), works, day) is None
    assert "refused 50 times" in hopeless(sending(1, attempts=50), works, day)
    assert "7 days" in hopeless(sending(1), broken, NOON + timedelta(days=8))


def test_a_channel_is_lost_after_a_while():
    failing = ChannelHealth("phone", failing_since=NOON)
    assert lost_channels([failing, ChannelHealth("mail")], NOON + timedelta(minutes=4), RULES) == ()
    assert lost_channels([failing], NOON + timedelta(minutes=5), RULES) == (failing,)
