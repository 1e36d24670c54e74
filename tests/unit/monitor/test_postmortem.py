"""A postmortem says what is known, asks what is not, and does nothing with what clients and bots wrote."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.domain.findings import FindingKind, Severity
from botops.domain.incidents import (
    AffectedReply,
    CauseKind,
    EntryKind,
    FollowUp,
    Incident,
    IncidentSeverity,
    Scope,
    TimelineEntry,
)
from botops.domain.money import Money
from botops.monitor.corrections import correction
from botops.monitor.postmortem import draft, impact_of

AT = datetime(2026, 11, 20, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Almaty")
INCIDENT = Incident(3, "Скидка 50 %", IncidentSeverity.CRITICAL, "sales_enablement", Scope(AT), AT, AT, "aliya")
REPLY = AffectedReply(
    "d1", "l1", 2, AT, "web", "ru", FindingKind.DISCOUNT, Severity.HIGH, "скидка 50 %", "50 %", "скидки нет", {},
    Money(500_000, "KZT"),
)  # fmt: skip


def test_impact_counts_replies_dialogues_and_clients_once():
    others = [
        replace(REPLY, quote="ещё скидка", at_risk=Money(100, "KZT")),
        replace(REPLY, turn=4, at_risk=None),
        replace(REPLY, dialogue_id="d2", at_risk=Money(250, "USD"), severity=Severity.CRITICAL),
        replace(REPLY, dialogue_id="d3", lead_id="l2", at_risk=None, severity=Severity.LOW),
    ]
    found = impact_of([REPLY, *others])
    assert (found.replies, found.dialogues, found.leads) == (4, 3, 2)
    assert found.at_risk == (Money(500_100, "KZT"), Money(250, "USD"))
    assert found.examples[0].dialogue_id == "d2"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_draft_says_what_is_known_and_asks_the_rest(language):
    text = draft(INCIDENT, [], impact_of([]), language, ZONE)
    assert text.count("?_") == 5
    assert "2026-11-21 01:00" in text
    whole = replace(
        INCIDENT, cause="чужой шаблон", cause_kind=CauseKind.PROMPT, case="regressions#half",
        acknowledged_at=AT + timedelta(minutes=7), resolved_at=AT + timedelta(hours=2, minutes=5),
        follow_ups=(FollowUp("a", "тест", "ai_ops", date(2026, 12, 1), AT, "marat"),),
    )  # fmt: skip
    entry = TimelineEntry(AT, EntryKind.DEED, "marat", "publish 4: новая акция", "prompt:sales")
    text = draft(whole, [entry], impact_of([REPLY]), language, ZONE)
    assert text.count("?_") == 2
    for part in ("чужой шаблон", "`regressions#half`", "prompt:sales", "2026-12-01", "5\u00a0000.00 KZT", "скидки нет"):
        assert part in text


@pytest.mark.parametrize("kind", list(CauseKind))
@pytest.mark.parametrize("severity", list(IncidentSeverity))
def test_every_kind_has_words_in_every_language(kind, severity):
    one = replace(INCIDENT, cause="x", cause_kind=kind, severity=severity)
    entries = [TimelineEntry(AT, each, "x", "y") for each in EntryKind]
    for language in ("ru", "en"):
        assert draft(one, entries, impact_of([]), language, ZONE)


def test_foreign_text_is_no_markdown():
    evil = "![x](http://evil/a.png)\n# head | <script>alert(1)</script> `c`"
    text = draft(
        replace(INCIDENT, title=evil, opened_by=evil),
        [TimelineEntry(AT, EntryKind.NOTE, evil, evil, evil)],
        impact_of([replace(REPLY, quote=evil, expected=evil, dialogue_id=evil)]), "ru", ZONE,
    )  # fmt: skip
    for sign in ("![x]", "<script>", "\n# head", "`c`"):
        assert sign not in text
    (row,) = [line for line in text.splitlines() if "alert" in line and line.startswith("| ")]
    assert row.replace("\\|", "").count("|") == 4


@pytest.mark.parametrize(("language", "sorry"), [("ru", "прощения"), ("kk", "кешірім"), ("en", "apologise")])
def test_a_correction_says_what_was_wrong_and_what_holds_in_the_clients_language(language, sorry):
    text = correction(replace(REPLY, language=language, expected="скидки нет."), "20.11.2026")
    assert "скидка 50 %" in text
    assert "20.11.2026" in text
    assert sorry in text
    assert "скидки нет. " in text
    assert "скидки нет.." not in text
    assert "None" not in correction(replace(REPLY, language=language, expected=None), "20.11.2026")
