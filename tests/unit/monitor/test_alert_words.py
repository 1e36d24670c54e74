"""What people read of an alert."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.domain.alerts import Alert, AlertSeverity, AlertState, Example, LikelyCause, Signal, Where
from botops.domain.incidents import Scope
from botops.domain.money import Money
from botops.domain.notices import NoticeKind, Words
from botops.monitor.alert_phrases import PHRASES
from botops.monitor.alert_words import Links, in_one, money, span, words_of
from botops.monitor.traffic_words import part

ALMATY = ZoneInfo("Asia/Almaty")
BEGAN = datetime(2026, 11, 18, 4, 30, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=1, minutes=20)
LINKS = Links("https://bot.shop.example", "https://git.shop.example/runbooks")
OWNERS = {"enablement": {"ru": "Отдел промптов", "kk": "Промпт бөлімі", "en": "Prompts"}}
LIES = Signal(
    "findings", "BotopsWrongPromises", AlertSeverity.PAGE, "replies", BEGAN,
    {"ru": "Больше неверных скидок", "kk": "Қате жеңілдіктер көбейді", "en": "More wrong discounts"},
    {
        "ru": "Обычно 5,1 %, сегодня 11 из 92 — 12 %; такое случайно бывает раз в 400 дней.",
        "kk": "Әдетте 5,1 %, бүгін 92 ішінен 11 — 12 %; мұндай жағдай кездейсоқ 400 күнде бір рет болады.",
        "en": "Usually 5.1 %, today 11 of 92 — 12 %; by chance this happens once in 400 days.",
    },
    days_between=400.0, at_risk=Money(12_000_000, "KZT"), where=Where("version", "4", 0.91),
    causes=(LikelyCause("publish", BEGAN - timedelta(minutes=9), "sales@4", "Алия", 0.93, "prompt:sales", "4"),),
    examples=tuple(
        Example(f"d-{n}", 2, BEGAN + timedelta(minutes=n), "скидка <b>70 %</b>\nтолько сегодня") for n in range(5)
    ),
    scope=Scope(BEGAN, prompt="sales", version=4),
)  # fmt: skip
ALERT = Alert("a1b2", "detectors", LIES, AlertSeverity.PAGE, "enablement", BEGAN, NOW)


def words(alert=ALERT, kind=NoticeKind.RAISED, language="ru", at=NOW, owners=OWNERS):
    return words_of(alert, kind, at, LINKS, ALMATY, owners)[language]


def test_an_alert_says_everything_there_is_to_know():
    said = words()
    assert said.title == "🔴 Больше неверных скидок"
    assert said.link == "https://bot.shop.example/alerts?alert=a1b2&lang=ru"
    for told in (
        "такое случайно бывает раз в 400 дней", "09:30 (уже 1 ч 20 мин)", "Под угрозой: 120\u00a0000\u00a0₸",
        "91\u00a0% лишних случаев: версия 4", "09:21: sales@4 (Алия) — причина с вероятностью 93\u00a0%",
        "Отвечает: Отдел промптов", "Что делать: https://git.shop.example/runbooks/BotopsWrongPromises.md",
        "Взять в работу, заглушить, открыть инцидент: https://bot.shop.example/alerts?alert=a1b2",
        "Выключить или откатить промпт sales: https://bot.shop.example/prompts?prompt=sales&lang=ru",
        "«скидка <b>70 %</b> только сегодня»: https://bot.shop.example/dialogues?dialogue=d-0&lang=ru",
    ):  # fmt: skip
        assert told in said.text, told
    assert said.text.count("/dialogues?") == 3
    assert said.text.count("/prompts?") == 1


def test_a_page_shows_what_others_wrote_and_does_nothing_with_it():
    said = words(replace(ALERT, signal=replace(LIES, title={**LIES.title, "ru": "<script>alert(1)</script>"})))
    assert "<script>" not in said.html
    assert "скидка &lt;b&gt;70 %&lt;/b&gt;" in said.html
    assert '<a href="https://bot.shop.example/alerts?alert=a1b2&amp;lang=ru">' in said.html


def test_a_hostile_id_stays_inside_its_link():
    hostile = Example('d"><img src=x>&lang=en', 1, BEGAN)
    said = words(replace(ALERT, signal=replace(LIES, examples=(hostile,))))
    assert "<img" not in said.html + said.text
    assert "dialogue=d%22%3E%3Cimg%20src%3Dx%3E%26lang%3Den&lang=ru" in said.text


@pytest.mark.parametrize(
    ("language", "title"), [("kk", "🔴 Қате жеңілдіктер көбейді"), ("en", "🔴 More wrong discounts")]
)
def test_every_language_has_its_own_words(language, title):
    said = words(language=language)
    assert said.title == title
    assert PHRASES["ru"]["owner"] + ":" not in said.text
    assert OWNERS["enablement"][language] in said.text


def test_no_language_lacks_a_phrase():
    assert {language: set(PHRASES["ru"]) - set(said) for language, said in PHRASES.items()} == {
        "ru": set(), "kk": set(), "en": set()
    }  # fmt: skip


def test_what_is_not_known_is_said_to_be_unknown_and_what_is_no_matter_is_left_out():
    bare = Signal("k", "BotopsX", AlertSeverity.TICKET, "replies", BEGAN, LIES.title, LIES.text)
    said = words(replace(ALERT, signal=bare, owner=None))
    assert "Сколько денег под угрозой, неизвестно" in said.text
    assert "Отвечает: никто: впишите роль" in said.text
    assert "Примеры" not in said.text
    assert "Что менялось" not in said.text
    assert "денег" not in words(replace(ALERT, signal=replace(bare, area="service"))).text


def test_a_role_without_a_title_is_called_by_its_id():
    assert "Отвечает: enablement" in words(owners={}).text


def test_the_end_says_how_long_it_stood():
    over = replace(ALERT, state=AlertState.RESOLVED, resolved_at=BEGAN + timedelta(minutes=25))
    said = words(over, NoticeKind.RESOLVED)
    assert said.title == "✅ Прошло: Больше неверных скидок"
    assert "09:55: 25 мин" in said.text


def test_an_urge_says_for_how_long_nobody_took_it():
    said = words(kind=NoticeKind.ESCALATED)
    assert said.title == "⏫ Никто не взял в работу: Больше неверных скидок"
    assert said.text.startswith("За 1 ч 20 мин никто не взял это в работу. Отвечает: Отдел промптов.")


def test_several_messages_name_every_title_and_cut_the_texts():
    many = [Words(f"title {n}", "x" * 5_000, None, f"https://bot.example/{n}") for n in range(20)]
    said = in_one(many, "en")
    assert said.title == "title 0 (20 messages in all)"
    assert all(f"title {n}\n" in said.text and f"https://bot.example/{n}" in said.text for n in range(20))
    assert len(said.text) <= 3_400
    assert in_one(many[:1], "en") is many[0]


def test_several_pages_stand_one_under_the_other():
    said = in_one([Words("a", "<x>", None), Words("b", "text", "<p>page</p>")], "ru")
    assert said.html == "<h2>a</h2><p>&lt;x&gt;</p>\n<hr>\n<p>page</p>"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=10), "меньше минуты"), (timedelta(minutes=59), "59 мин"), (timedelta(hours=26), "1 дн 2 ч"),
        (timedelta(days=3, minutes=5), "3 дн 5 мин"), (timedelta(minutes=-5), "меньше минуты"),
    ],
)  # fmt: skip
def test_lengths_of_time_are_told_in_their_two_largest_units(length, shown):
    assert span(length, "ru") == shown


def test_amounts_are_exact():
    assert money(Money(150, "KZT"), "ru") == "1,50\u00a0₸"
    assert money(Money(1_900_000, "KZT"), "ru") == "19\u00a0000\u00a0₸"
    assert money(Money(1_900_000, "KZT"), "en") == "₸19,000"
    assert money(Money(5_000, "JPY"), "kk").endswith("¥")


@pytest.mark.parametrize(
    ("dimension", "value", "said"),
    [
        ("language", "en", ("диалоги на английском", "ағылшын тіліндегі диалогтар", "dialogues in English")),
        ("variant", "price-first:1", ("вариант 2 эксперимента price-first", "price-first экспериментінің 2-нұсқасы",
                                      "variant 2 of the experiment price-first")),
        ("variant", "price-first:-1", ("клиенты вне эксперимента price-first",
                                       "price-first экспериментінен тыс клиенттер",
                                       "clients outside the experiment price-first")),
        ("version", "sales@2", ("версия 2 промпта sales", "sales промптының 2-нұсқасы",
                                "version 2 of the prompt sales")),
        ("channel", "web", ("канал «Сайт»", "«Сайт» арнасы", "channel “Website”")),
        ("channel", "viber", ("канал viber", "viber арнасы", "channel viber")),
        ("weekday", "sunday", ("weekday sunday",) * 3),
    ],
)  # fmt: skip
def test_parts_of_the_traffic_are_told_in_the_readers_words(dimension, value, said):
    assert tuple(part(dimension, value, language) for language in ("ru", "kk", "en")) == said
