"""Sums of an invented adventure park: what follows from its prices and what does not, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import Conversation, TooLargeError, compile_book
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def price(amount: str | int, per: str = "once", **more: object) -> Price:
    more.setdefault("currency", "KZT")
    return Price(Decimal(amount), per=per, **more)  # type: ignore[arg-type]


SPRING, SUMMER = Window(None, date(2026, 6, 30)), Window(date(2026, 7, 1), None)
BOOK = PriceBook(
    "KZT",
    (
        Product("rope", "Верёвочная трасса", ("трасса", "арқан жолы", "rope course"), (
            price(6000, "visit", window=SPRING), price(7500, "visit", window=SUMMER),
        )),
        Product("horse", "Прогулка на лошади", ("лошадь", "ат серуені", "horse ride"), (
            price(9000, "hour"), price(8000, "hour", min_qty=4),
        )),
        Product("gazebo", "Аренда большой беседки", ("большая беседка", "үлкен күрке", "big gazebo"), (
            price(40000, attributes={"день": "будни пн–чт"}), price(65000, attributes={"день": "выходные пт–вс"}),
        )),
        Product("house", "Домик", ("домик", "үйшік", "cabin"), (
            price(30000, "night", attributes={"мест": 4}), price(42000, "night", attributes={"мест": 6}),
        )),
        Product("lunch", "Обед в шатре", ("обед", "түскі ас", "lunch"), (price(4500, "person"),)),
        Product("photo", "Фотосъёмка", ("фотограф", "фотосессия", "photo shoot"), (
            price(25000, attributes={"вид": "в лесу"}),
            price(50000, attributes={"вид": "с дрона"}, from_price=True),
        )),
        Product("camp", "Дневной лагерь", ("лагерь", "күндізгі лагерь", "day camp"), (
            price(48000, "month"), price(480000, "year"),
        )),
        Product("guide", "Выезд проводника", ("проводник", "жолсерік", "mountain guide"), (
            price(15000, region="Алматы"), price(21000, region="Талдыкорган"),
        )),
        Product("tent", "Палатка прокатная", ("палатка", "шатыр", "tent"), (
            price(5000, "day", attributes={"высота": "150 см"}), price(8000, "day", attributes={"высота": "200 см"}),
        )),
    ),
    (
        Offer("summer", OfferKind.PERCENT, Decimal(10), applies_to=("rope",), conditions="группам от 10 человек"),
        Offer("free", OfferKind.FREE_PERIOD, Decimal(1), applies_to=("camp",), conditions="при оплате за год"),
    ),
    Policies(vat_included=True, vat_percent=Decimal(16), text=(
        "Скидки не суммируются.",
        "Сервисный сбор 10% начисляется на обеды.",
        "Опоздание на возврат снаряжения — 700 ₸ за каждые 20 минут.",
        "Предоплата 40% при бронировании, остаток в день приезда.",
    )),
)  # fmt: skip
COMPILED = compile_book(BOOK)


def found(*texts: str, at: datetime = AT) -> list[tuple[str, str]]:
    """What is found in the last of texts said by the client and the bot in turn."""
    talk, result = Conversation(COMPILED, at=at), None
    for back, text in zip(range(len(texts) - 1, -1, -1), texts, strict=True):
        result = talk.feed(Message("user" if back % 2 else "assistant", text))
    assert result is not None
    return [(f.kind.value, f.quote) for f in result.findings]


RIGHT = [
    # a sum the client named without a currency
    ("у нас по смете 200 000, сколько предоплата", "40% от 200 000 ₸ — это 80 000 ₸, остаток 120 000 ₸."),
    ("сметада 200 000 шықты, алдын ала қанша", "200 000 ₸-ден 40% — 80 000 ₸, қалғаны 120 000 ₸."),
    ("our estimate is 200 000, the prepayment?", "40% of 200,000 ₸ is 80,000 ₸, the balance is 120,000 ₸."),
    ("бюджет 50000", "В 50 000 ₸ домик на 6 мест за 42 000 ₸ укладывается, останется 8 000 ₸."),
    # totals built on earlier ones
    ("обед на четверых", "Обед 4 500 ₸ с человека, на четверых 18 000 ₸.", "а ещё один",
     "Ещё один обед, и будет 22 500 ₸."),
    ("трасса и домик на 4", "Трасса 6 000 ₸, домик на 4 места 30 000 ₸, всего 36 000 ₸.", "а если приехать в июле?",
     "С 1 июля трасса 7 500 ₸, и тот же набор выйдет 37 500 ₸."),
    ("rope course and a cabin for 4", "The rope course is 6,000 ₸, the cabin for 4 is 30,000 ₸, 36,000 ₸ in all.",
     "and in July?", "From 1 July the rope course is 7,500 ₸, so the same set would be 37,500 ₸."),
    ("лагерь на год", "Год — 480 000 ₸. В пересчёте это 40 000 ₸ в месяц."),
    ("лагерьдің жылдық бағасы", "Жылына 480 000 ₸, айына шаққанда 40 000 ₸."),
    # percents and fees of the policies
    ("обед на 10 человек", "Обед на 10 человек — 45 000 ₸.", "с сервисом сколько?",
     "Сервис 4 500 ₸, всего 49 500 ₸."),
    ("lunch for 10", "Lunch for 10 is 45,000 ₸.", "with the service charge?", "Add 4,500 ₸ and you get 49,500 ₸."),
    ("а если палатку верну позже", "700 ₸ за каждые 20 минут. Час опоздания — 2 100 ₸."),
    # short names, adjectives of a count, days, regions, units in another language
    ("обед на 10, и беседка в среду", "45 000 ₸ обед + 40 000 ₸ беседка = 85 000 ₸."),
    ("что есть на 10 мест?", "Есть домик на 4 места, 30 000 ₸ за ночь.", "а больше",
     "Шестиместный стоит 42 000 ₸ за ночь."),
    ("беседка на субботу", "Большая беседка в субботу — 65 000 ₸."),
    ("үлкен күрке бейсенбіде", "Үлкен күрке бейсенбі күні 40 000 ₸."),
    ("big gazebo on Friday", "The big gazebo is 65,000 ₸ on Friday."),
    ("проводник в Талдыкоргане", "Выезд проводника в Талдыкорган — 21 000 ₸."),
    ("what tents do you have", "A tent of 150 cm is 5,000 ₸ a day, one of 200 cm is 8,000 ₸ a day."),
    # what a sentence goes on about after a semicolon
    ("how do I pay for the camp", "We offer horse rides too. Day camp: paid monthly a year costs 576,000 ₸; "
     "paid yearly it is 480,000 ₸."),
    ("лагерь", "Есть и прогулки на лошади. Лагерь: помесячно год стоит 576 000 ₸; сразу за год — 480 000 ₸."),
    ("дрон", "Фотосъёмка с дрона — от 50 000 ₸."),
    ("обед и трасса", "Обед — 4 500 ₸; трасса — 6 000 ₸. Вместе 10 500 ₸."),
    ("самый дешёвый домик?", "Дешевле 30 000 ₸ за ночь домиков нет."),
    ("лошадь сколько", "Час на лошади 9 000 ₸, от 4 часов — по 8 000 ₸ в час."),
]  # fmt: skip

WRONG = [
    ("беседка на субботу", "Большая беседка в субботу — 40 000 ₸.", "price"),
    ("күркеңіз қанша", "Үлкен күрке жексенбіде 40 000 ₸.", "price"),
    ("gazebo?", "The big gazebo is 65,000 ₸ on Tuesday.", "price"),
    ("проводник", "Выезд проводника: Алматы — 21 000 ₸, Талдыкорган — 21 000 ₸.", "price"),
    ("tents?", "A tent of 150 cm is 8,000 ₸ a day.", "price"),
    ("лошадь сколько", "Час на лошади 8 000 ₸. При заказе дольше дешевле: от 4 часов — 8 000 ₸ в час.", "price"),
    ("съёмка с дрона точная цена?", "Съёмка с дрона — ровно 50 000 ₸, это окончательно.", "price"),
    ("drone shoot?", "The drone photo shoot is exactly 50,000 ₸.", "price"),
    ("трасса", "Трасса 6 000 ₸ вместо 12 500 ₸.", "price"),
    ("лошадь на 3 часа", "Три часа на лошади — 24 000 ₸.", "total"),
    ("horse for 3 hours", "Three hours on a horse come to 24,000 ₸.", "total"),
    ("обед и домик на 6", "Обед 4 500 ₸ и домик на 6 мест 42 000 ₸, итого 45 600 ₸.", "total"),
    ("сколько трасса", "Сегодня трасса 7 500 ₸.", "stale_price"),
    ("rope course now?", "The rope course is 7,500 ₸ today.", "stale_price"),
    ("арқан жолы қанша", "Қазір арқан жолы 7 500 ₸ тұрады.", "stale_price"),
    ("лагерь на год", "Лагерь на год — 500 000 ₸.", "price"),
    ("а в долларах", "По курсу трасса примерно 13 $.", "currency"),
    ("обед и трасса", "Обед — 4 500 ₸; трасса — 6 000 ₸. Вместе 6 000 ₸.", "total"),
    ("lunch and a rope course", "Lunch is 4,500 ₸; the rope course is 6,000 ₸. The total is 6,000 ₸.", "total"),
    ("самый дешёвый домик?", "Дешевле 42 000 ₸ за ночь домиков нет.", "price"),
    ("cheapest ride?", "We have nothing cheaper than 10,000 ₸ an hour on a horse.", "price"),
    ("ең арзаны?", "Бізде сағатына 10 000 ₸-ден арзан ат серуені жоқ.", "price"),
    ("лошадь за 6 отдадите?", "Отдам за 6 500 ₸.", "price"),
]  # fmt: skip


@pytest.mark.parametrize("texts", RIGHT, ids=lambda t: t[-1][:40])
def test_what_follows_from_the_book_is_not_flagged(texts: tuple[str, ...]) -> None:
    assert found(*texts) == []


@pytest.mark.parametrize(("asked", "said", "kind"), WRONG, ids=lambda t: str(t)[:40])
def test_what_does_not_follow_is_found(asked: str, said: str, kind: str) -> None:
    assert [k for k, _ in found(asked, said)] == [kind]


def test_a_next_reply_is_judged_without_being_taken() -> None:
    talk = Conversation(COMPILED, at=AT)
    talk.feed(Message("user", "трасса и обед"))
    wrong, right = Message("assistant", "Трасса 6 900 ₸."), Message("assistant", "Трасса 6 000 ₸, обед 4 500 ₸.")
    assert [f.quote for f in talk.judge_next(wrong).findings] == ["6 900 ₸"]
    assert talk.judge_next(right).findings == ()
    assert talk.feed(right) == talk.judge_next(right)
    assert [f.turn for f in talk.judge_next(wrong).findings] == [2]


def test_only_a_reply_can_be_judged_next() -> None:
    with pytest.raises(ValueError, match="role 'user'"):
        Conversation(COMPILED, at=AT).judge_next(Message("user", "да"))


def test_a_reply_with_more_numbers_than_are_read_is_refused() -> None:
    talk = Conversation(COMPILED, at=AT)
    with pytest.raises(TooLargeError, match="more numbers"):
        talk.feed(Message("assistant", "Обед 4 500 ₸. " * 3_001))
    assert talk.feed(Message("assistant", "Обед 4 500 ₸.")) is not None


@pytest.mark.parametrize(("asked", "risk"), [("домик на 4 места", 1000), ("три домика на 4 места", 3000)])
def test_money_at_risk_counts_what_was_asked_for(asked: str, risk: int) -> None:
    talk = Conversation(COMPILED, at=AT)
    talk.feed(Message("user", asked))
    result = talk.feed(Message("assistant", "Домик на 4 места — 29 000 ₸ за ночь."))
    assert result is not None
    (finding,) = result.findings
    assert finding.at_risk is not None
    assert finding.at_risk.amount == risk
