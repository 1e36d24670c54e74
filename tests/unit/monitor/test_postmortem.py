"""A postmortem says what is known, asks what is not, and does nothing with what clients and bots wrote."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from botops.claims.shown import show_price, worded
from botops.domain.alerts import AlertEventKind
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
from botops.domain.releases import Deed
from botops.monitor.corrections import letter
from botops.monitor.postmortem import draft, impact_of
from botops.pricebook.model import Price

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
    assert text.count("?_") == 6
    assert "2026-11-21 01:00" in text
    whole = replace(
        INCIDENT, cause="чужой шаблон", cause_kind=CauseKind.PROMPT, case="regressions#half",
        acknowledged_at=AT + timedelta(minutes=7), resolved_at=AT + timedelta(hours=2, minutes=5),
        follow_ups=(FollowUp("a", "тест", "ai_ops", date(2026, 12, 1), AT, "marat"),),
    )  # fmt: skip
    entry = TimelineEntry(AT, EntryKind.DEED, "marat", "publish 4: новая акция", "prompt:sales")
    text = draft(whole, [entry], impact_of([REPLY]), language, ZONE)
    assert text.count("?_") == 2
    money = "₸5,000" if language == "en" else "5\u00a0000\u00a0₸"
    for part in ("чужой шаблон", "`regressions#half`", "prompt:sales", "2026-12-01", money, "скидки нет"):
        assert part in text


@pytest.mark.parametrize("kind", list(CauseKind))
@pytest.mark.parametrize("severity", list(IncidentSeverity))
def test_every_kind_has_words_in_every_language(kind, severity):
    one = replace(INCIDENT, cause="x", cause_kind=kind, severity=severity)
    entries = [TimelineEntry(AT, each, "x", "y") for each in EntryKind]
    for language in ("ru", "en"):
        assert draft(one, entries, impact_of([]), language, ZONE)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        (EntryKind.CHANGED, "severity: major", "тяжесть: серьёзная"),
        (EntryKind.CHANGED, "owner: ai_ops", "ответственный: Дежурные ИИ"),
        (EntryKind.CHANGED, "cause (price_book): старый: прайс", "причина (прайс-лист): старый: прайс"),
        (EntryKind.CHANGED, "action by 2026-12-01: тест (на скидки) (ai_ops)",
         "сделать к 2026-12-01: тест (на скидки) (Дежурные ИИ)"),
        (EntryKind.CHANGED, "action 2 is done", "действие 2 сделано"),
        (EntryKind.CHANGED, "regression case a b", "тест: a b"),
        (EntryKind.CHANGED, "no regression case: нечем", "теста нет: нечем"),
        (EntryKind.CHANGED, "money at risk: unknown", "сколько может стоить, неизвестно"),
        (EntryKind.CHANGED, "money at risk: 5.00 KZT", "может стоить: 5 ₸"),
        (EntryKind.CHANGED, "postmortem kept: postmortems/INC-3.md", "разбор сохранён: postmortems/INC-3.md"),
        (EntryKind.DEED, "publish 4: новая акция: май", "опубликована версия 4: новая акция: май"),
        (EntryKind.ALERT, "raised: Ошибок больше", "поднято: Ошибок больше"),
        (EntryKind.NOTE, "severity: major", "severity: major"),
        (EntryKind.DEED, "something new", "something new"),
    ],
)  # fmt: skip
def test_a_russian_draft_tells_the_steps_in_russian_and_people_in_their_own_words(kind, text, says):
    titles = {"ai_ops": {"ru": "Дежурные ИИ"}}
    entry = TimelineEntry(AT, kind, "aliya", text)
    assert f". {says} |" in draft(INCIDENT, [entry], impact_of([]), "ru", ZONE, titles=titles).replace("\\", "")
    assert f". {text} |" in draft(INCIDENT, [entry], impact_of([]), "en", ZONE, titles=titles).replace("\\", "")


def test_a_russian_draft_has_a_word_for_everything_that_is_done_to_a_bot():
    for values, kind in ((Deed, EntryKind.DEED), (AlertEventKind, EntryKind.ALERT)):
        for value in values:
            row = draft(INCIDENT, [TimelineEntry(AT, kind, "a", f"{value.value}: но")], impact_of([]), "ru", ZONE)
            assert f"{value.value}: но" not in row.replace("\\", "")


def test_a_draft_calls_roles_by_their_titles_and_days_by_the_companys_clock():
    titles = {"sales_enablement": {"ru": "Продажи с ИИ", "en": "Sales AI"}}
    done = replace(INCIDENT, follow_ups=(FollowUp("a", "тест", "sales_enablement", date(2026, 12, 1), AT, "marat"),))
    text = draft(done, [], impact_of([]), "ru", ZONE, titles=titles)
    assert text.count("Продажи с ИИ") == 2
    assert "2026-11-21, marat" in text  # 20:00 UTC of the 20th
    assert draft(done, [], impact_of([]), "en", ZONE, titles=titles).count("Sales AI") == 2


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
    text = letter([(replace(REPLY, language=language, expected="скидки нет."), "20.11.2026")])
    assert "скидка 50 %" in text
    assert "20.11.2026" in text
    assert sorry in text
    assert "скидки нет. " in text
    assert "скидки нет.." not in text
    assert "None" not in letter([(replace(REPLY, language=language, expected=None), "20.11.2026")])


@pytest.mark.parametrize(
    ("price", "kk", "en"),
    [
        (Price(Decimal(12900), "KZT", per="month"), "12\u00a0900\u00a0₸ айына", "₸12,900 a month"),
        (Price(Decimal("99.5"), "USD", per="kg"), "99,50\u00a0$ келісіне", "$99.50 per kg"),
        (Price(Decimal(900), "KZT", per="night", min_qty=10, from_price=True),
         "900\u00a0₸ бастап түніне (10 бастап)", "from ₸900 a night (from 10)"),
        (Price(Decimal(1000), "CHF"), "1\u00a0000\u00a0CHF", "CHF\u00a01,000"),
    ],
)  # fmt: skip
def test_a_correction_names_a_price_in_the_clients_language(price, kk, en):
    expected = show_price(price)
    for language, shown in (("kk", kk), ("en", en), ("ru", expected.replace(".", ","))):
        assert f": {shown}. " in letter([(replace(REPLY, language=language, expected=expected), "20.11.2026")])
        assert worded(f"Тариф «Рост» — {expected}", language) == f"Тариф «Рост» — {shown}"


@pytest.mark.parametrize(("language", "says"), [("kk", "Прайсымызда былай жазылған"), ("en", "Our price list says")])
def test_a_correction_says_that_a_rule_is_in_the_words_of_the_price_list(language, says):
    for rule in ("10% — при оплате за год", "Поддержка 24/7 — 7900 KZT", "12 900 ₸ в месяц"):
        assert f"{says}: {rule}. " in letter([(replace(REPLY, language=language, expected=rule), "20.11.2026")])


SAID = "Здравствуйте! Тариф «Сеть» стоит 18 900 ₸ в месяц. Скидка 50 % на год тоже есть. Подключим завтра."


def found(quote, expected, **more):
    start = SAID.index(quote)
    return replace(REPLY, quote=quote, expected=expected, text=SAID, start=start, **more), "20.11.2026"


def test_a_letter_quotes_the_sentence_for_a_sum_alone_says_nothing():
    text = letter([found("18 900 ₸", "24\u00a0900\u00a0₸ в месяц")])
    assert "написал вам: «Тариф «Сеть» стоит 18 900 ₸ в месяц». Это ошибка" in text
    assert "не «18 900 ₸», а 24\u00a0900\u00a0₸ в месяц." in text
    assert "Скидка 50" not in text
    for broken in ({"start": 3}, {"text": ""}, {"text": SAID.replace("стоит", "стоит " + "очень " * 80), "start": 0}):
        assert "«18 900 ₸»" in letter([(replace(found("18 900 ₸", None)[0], **broken), "20.11.2026")])


def test_a_client_gets_one_letter_about_all_that_was_wrong():
    text = letter([
        found("18 900 ₸", "24\u00a0900\u00a0₸ в месяц"), found("Скидка 50 %", "10% — при оплате за год"),
        found("18 900 ₸", None, turn=5),
    ])  # fmt: skip
    assert text.count("Здравствуйте!") == 1
    assert text.count("Тариф «Сеть» стоит") == 2
    assert text.count("Правильно так") == 2
    assert len(text.splitlines()) == 5
    with pytest.raises(ValueError, match="at least one"):
        letter([])


def test_what_people_put_the_loss_at_stands_beside_what_is_counted():
    text = draft(replace(INCIDENT, at_risk=Money(125_000_000, "KZT")), [], impact_of([]), "en", ZONE)
    assert "Estimated cost: ₸1,250,000." in text
    assert "What did it cost" not in text
    assert "Estimated cost" not in draft(INCIDENT, [], impact_of([REPLY]), "en", ZONE)
