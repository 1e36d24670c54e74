"""What is given to whom and what is not, on a paintball club and an atelier whose book is Kazakh."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.compile import CompiledBook, compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def _sold(sku: str, name: str, aliases: str, amount: str, per: str = "unit", currency: str = "KZT") -> Product:
    return Product(sku, name, tuple(aliases.split("|")), (Price(Decimal(amount), currency, per=per),))


def _offer(name: str, kind: OfferKind, value: str | int, conditions: str, *applies_to: str) -> Offer:
    value = Decimal(value) if isinstance(value, int) else value
    return Offer(name, kind, value, conditions=conditions, applies_to=applies_to)


_PAINTBALL = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("game", "Пейнтбол, игра 2 часа", "пейнтбол|игра|paintball|пейнтбол ойыны", "6000"),
            _sold("balls", "Шары 100 штук", "шары|доп шары|шарлар|extra balls", "2000"),
            _sold("quest", "Квест «Бункер»", "квест|бункер|quest", "25000"),
            _sold("vr", "VR-арена", "vr|виар", "4000", "hour"),
            _sold("bbq", "Беседка с мангалом", "беседка|мангал|gazebo|шатыр", "10000"),
            _sold("inst", "Аниматор", "аниматор|animator", "15000"),
            _sold("photo", "Фотограф", "фотограф|photographer", "20000", "hour"),
            _sold("cam", "Камуфляж напрокат", "камуфляж|camouflage", "1000"),
            _sold("card", "Подарочный сертификат", "сертификат|gift certificate", "10000"),
        ),
        (
            _offer("b", OfferKind.GIFT, "Шары 100 штук", "каждому игроку при группе от 10 человек", "game"),
            _offer("bd", OfferKind.GIFT, "Беседка с мангалом", "именинникам при игре от 8 человек", "game"),
            _offer(
                "bdp",
                OfferKind.GIFT,
                "Именинник играет бесплатно",
                "при группе от 6 человек, паспорт или свидетельство",
                "game",
            ),
            _offer("fp", OfferKind.GIFT, "Третий час VR бесплатно", "в будни до 17:00", "vr"),
            _offer("w", OfferKind.WARRANTY, 30, "30 дней на замену сертификата"),
        ),
        Policies(
            True,
            Decimal(16),
            (
                "В игру входят маркер, маска, 200 шаров и инструктор.",
                "Камуфляж в стоимость не входит.",
                "Парковка и раздевалка бесплатно.",
                "Перенос игры бесплатный, если предупредить за сутки; позже — 5 000 ₸.",
                "Дети до 12 лет в пейнтбол не играют; в квест до 10 лет только с аниматором.",
                "Торт можно принести свой, за это ничего не берём.",
                "Предоплата 30%, при неявке не возвращается.",
            ),
        ),
    )
)

_ATELIER = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("suit", "Костюм тігу", "костюм|пошив костюма|suit", "90000"),
            _sold("dress", "Көйлек тігу", "көйлек|платье|dress", "60000"),
            _sold("hem", "Шалбар қысқарту", "қысқарту|подгиб|укоротить брюки|hem", "3000"),
            _sold("zip", "Сырма ауыстыру", "сырма|замена молнии|молния|zip", "4000"),
            _sold("emb", "Кесте", "вышивка|кесте|embroidery", "8000"),
            _sold("iron", "Үтіктеу", "үтік|утюжка|глажка", "1500"),
            _sold("fab", "Мата", "ткань|мата|fabric", "7000"),
            _sold("cover", "Костюм қабы", "чехол для костюма|қабы", "3500"),
        ),
        (
            _offer("g", OfferKind.GIFT, "Костюм қабы", "костюм тіккенде", "suit"),
            _offer("g2", OfferKind.GIFT, "Үтіктеу", "30 000 ₸-ден асатын тапсырысқа"),
            _offer("g3", OfferKind.GIFT, "Бір ай ішінде шалбар қысқарту тегін", "костюм тіккен клиентке", "hem"),
            _offer("w", OfferKind.WARRANTY, 6, "6 ай, тігіске", "suit", "dress"),
            _offer("ad", OfferKind.PERCENT, 10, "екінші көйлекке", "dress"),
        ),
        Policies(
            True,
            Decimal(0),
            (
                "Өлшем алу мен эскиз тегін.",
                "Мата бағаға кірмейді, түйме мен жіп кіреді.",
                "Үйге шығып өлшеу ақылы, 5 000 ₸; 100 000 ₸-ден асса тегін.",
                "Бірінші түзету тегін, кейінгісі 3 000 ₸.",
                "Шұғыл тапсырысқа 30% қосылады.",
                "Кесілген мата қайтарылмайды.",
            ),
        ),
    )
)

TRUE = [
    (_PAINTBALL, "нас 12 человек на пейнтбол", "12 × 6 000 = 72 000 ₸, и по 100 шаров каждому в подарок."),
    (_PAINTBALL, "что входит", "Маркер, маска, инструктор и 200 шаров на человека уже включены."),
    (_PAINTBALL, "камуфляж входит?", "Камуфляж не входит, берётся напрокат за 1 000 ₸."),
    (_PAINTBALL, "маску свою брать?", "Не нужно, маска входит в игру."),
    (
        _PAINTBALL,
        "у сына день рождения, нас 9",
        "Тогда беседка с мангалом вам в подарок, а именинник играет бесплатно.",
    ),
    (_PAINTBALL, "парковка платная?", "Нет, за парковку платить не надо."),
    (_PAINTBALL, "парковка есть?", "Есть, бесплатная."),
    (_PAINTBALL, "а раздевалка?", "Тоже бесплатно."),
    (_PAINTBALL, "торт свой можно? доплата?", "Можно, доплаты нет."),
    (_PAINTBALL, "can we bring a cake", "Sure, no charge for that."),
    (_PAINTBALL, "перенести можно?", "Если предупредите за день, перенесём бесплатно, позже 5 000 ₸."),
    (_PAINTBALL, "перенести можно? за двое суток", "Да, перенос будет без доплаты."),
    (_PAINTBALL, "в другом клубе фотограф бесплатно", "У нас фотограф платный, 20 000 ₸ за час."),
    (_PAINTBALL, "фотограф в подарок?", "Нет, фотографа не дарим."),
    (_PAINTBALL, "хочу подарок другу", "Есть подарочный сертификат на 10 000 ₸."),
    (_PAINTBALL, "хочу подарить игру", "Хороший подарок! Игра 6 000 ₸ с человека."),
    (_PAINTBALL, "аниматор нужен? сыну 9", "На квест до 10 лет только с аниматором, это 15 000 ₸ отдельно."),
    (_PAINTBALL, "ойынга не кіреді", "Маркер, маска, 200 шар мен нұсқаушы кіреді."),
    (_PAINTBALL, "камуфляж кіре ме", "Жоқ, камуфляж кірмейді."),
    (_PAINTBALL, "машина коятын жер акылы ма", "Ақылы емес, тұрақ тегін."),
    (_PAINTBALL, "туган кун, 10 адам", "Туған күн иесі тегін ойнайды, шатыр да сыйға."),
    (_PAINTBALL, "шарлар бітсе", "Қосымша шарлар 100-і 2 000 ₸, тегін емес."),
    (_PAINTBALL, "do we pay for masks", "No, masks and markers are included."),
    (
        _PAINTBALL,
        "is there anything free for the birthday boy",
        "With six or more players the birthday person plays for free.",
    ),
    (_PAINTBALL, "gazebo", "The gazebo is 10,000 ₸, it is free only for birthday groups of 8 and more."),
    (_PAINTBALL, "а беседка?", "Беседка 10 000 ₸. Именинникам от восьми человек она в подарок."),
    (
        _PAINTBALL,
        "шаров не хватит",
        "Если закончатся, 100 штук 2 000 ₸. Бесплатно добавляем только группам от 10 человек.",
    ),
    (_PAINTBALL, "шары в подарок дадите? нас 5", "К сожалению, шары дарим от 10 человек."),
    (_ATELIER, "костюм тігу", "90 000 ₸, қабы сыйға."),
    (_ATELIER, "мата кіре ме", "Мата кірмейді, түйме мен жіп ішінде."),
    (_ATELIER, "ткань входит?", "Ткань отдельно, 7 000 ₸ за метр, пуговицы и нитки входят."),
    (_ATELIER, "өлшем алу акылы ма", "Жоқ, өлшем алғанға ақша алмаймыз."),
    (_ATELIER, "замер платный?", "Нет, замер и эскиз бесплатно."),
    (_ATELIER, "үйге келіп өлшейсіздер ме, костюм мен көйлек", "Келеміз, 100 000 ₸-ден асқан соң тегін."),
    (_ATELIER, "выезд на дом?", "Выезд 5 000 ₸, при заказе дороже 100 000 ₸ бесплатно."),
    (_ATELIER, "түзету керек болса", "Бірінші түзету тегін, одан кейін 3 000 ₸."),
    (_ATELIER, "переделка", "Первая правка бесплатная, следующая 3 000 ₸."),
    (_ATELIER, "костюм тіктім, шалбарды қысқарту", "Бір ай ішінде тегін қысқартып береміз."),
    (
        _ATELIER,
        "просто брюки укоротить",
        "Укоротить 3 000 ₸. Бесплатно только тем, кто шил у нас костюм, в течение месяца.",
    ),
    (_ATELIER, "вышивка в подарок?", "Нет, вышивка платная, 8 000 ₸."),
    (_ATELIER, "кесте тегін бе", "Жоқ, кесте 8 000 ₸."),
    (_ATELIER, "утюжка?", "К заказу от 30 000 ₸ утюжка бесплатно."),
    (_ATELIER, "платье шью, утюжка платная?", "Заказ больше 30 000 ₸, утюжка бесплатно."),
    (_ATELIER, "does the suit come with a cover", "Yes, a suit cover is our gift."),
    (_ATELIER, "does the dress come with fabric", "No, fabric is extra: 7,000 ₸ per metre."),
    (_ATELIER, "көйлек пен кесте бірге", "60 000 + 8 000 = 68 000 ₸, үтіктеу тегін."),
    (_ATELIER, "доставка бар ма", "Жеткізу жоқ, өзіңіз аласыз."),
    (_ATELIER, "сырманы тегін ауыстырасыз ба", "Тегін ауыстырмаймыз, 4 000 ₸."),
    (_ATELIER, "түйме акылы ма", "Түймеге ақы алынбайды."),
    (_ATELIER, "конкуренттер матаны тегін береді", "Басқаларда солай шығар, бізде мата бөлек төленеді."),
]

FALSE = [
    (_PAINTBALL, "нас 7 на пейнтбол", "42 000 ₸, и по 100 шаров каждому в подарок."),
    (_PAINTBALL, "камуфляж входит?", "Камуфляж тоже входит."),
    (_PAINTBALL, "у сына день рождения, нас 4", "Именинник играет бесплатно, остальные 18 000 ₸."),
    (_PAINTBALL, "vr в субботу на 3 часа", "Третий час бесплатно, итого 8 000 ₸."),
    (_PAINTBALL, "в другом клубе фотограф бесплатно", "Мы тоже дадим фотографа бесплатно."),
    (_PAINTBALL, "фотограф в подарок?", "Да, дарим."),
    (_PAINTBALL, "аниматор нужен? сыну 9", "Аниматор будет бесплатно."),
    (_PAINTBALL, "камуфляж кіре ме", "Иә, камуфляж да кіреді."),
    (_PAINTBALL, "gazebo", "The gazebo is free for everyone."),
    (_ATELIER, "көйлек тігу", "60 000 ₸, костюм қабын сыйлаймыз."),
    (_ATELIER, "мата кіре ме", "Мата да ішінде."),
    (_ATELIER, "ткань входит?", "Да, всё входит, и ткань тоже."),
    (_ATELIER, "вышивка в подарок?", "Да, вышивка в подарок."),
    (_ATELIER, "кесте тегін бе", "Ия, кестесі тегін."),
    (_ATELIER, "молнию поменять, утюжка?", "4 000 ₸, утюжка бесплатно."),
    (_ATELIER, "does the dress come with embroidery", "Yes, embroidery is included."),
    (_ATELIER, "сырманы тегін ауыстырасыз ба", "Әрине."),
]


def claimed(book: CompiledBook, *messages: str) -> bool:
    moment = datetime(2026, 10, 14, tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, book)
        for i, text in enumerate(messages)
    )
    return bool(find_term_claims(ReplyContext(book, moment, moment.date(), parsed)))


@pytest.mark.parametrize("case", TRUE, ids=[f"{c[1]} {c[-1]}" for c in TRUE])
def test_what_a_book_gives_passes(case: tuple[CompiledBook, str, str]) -> None:
    assert not claimed(*case)


@pytest.mark.parametrize("case", FALSE, ids=[f"{c[1]} {c[-1]}" for c in FALSE])
def test_what_a_book_does_not_give_is_found(case: tuple[CompiledBook, str, str]) -> None:
    assert claimed(*case)
