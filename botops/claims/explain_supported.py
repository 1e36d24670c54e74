"""Why a claim is right, in one or two sentences a seller can read, in Russian, Kazakh and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from botops.claims.explain import quoted_name
from botops.claims.records import Record
from botops.claims.shown import by_language, show_price
from botops.claims.trail import Borne
from botops.pricebook.model import Price, Window

_SUBJECTS = {
    "discount": ("Такая скидка", "Мұндай жеңілдік", "Such a discount"),
    "promo": ("Такой промокод", "Мұндай промокод", "Such a promo code"),
    "cashback": ("Такой кэшбэк", "Мұндай кэшбэк", "Such a cashback"),
    "warranty": ("Такая гарантия", "Мұндай кепілдік", "Such a warranty"),
    "trial": ("Такой пробный период", "Мұндай сынақ мерзімі", "Such a trial"),
    "instalment": ("Такая рассрочка", "Мұндай бөліп төлеу", "Such an instalment plan"),
    "delivery": ("Такое условие доставки", "Жеткізудің мұндай шарты", "Such a delivery term"),
    "refund": ("Такое условие возврата", "Қайтарудың мұндай шарты", "Such a refund term"),
    "prepay": ("Такое условие предоплаты", "Алдын ала төлемнің мұндай шарты", "Such a prepayment term"),
    "deposit": ("Такое условие о депозите", "Кепілақы туралы мұндай шарт", "Such a deposit term"),
    "vat": ("Такое условие по НДС", "ҚҚС туралы мұндай шарт", "Such a VAT term"),
    "gift": ("Такой подарок", "Мұндай сыйлық", "Such a gift"),
    "free": ("Такое бесплатное условие", "Мұндай тегін қызмет", "Such a free item"),
    "included": ("Такое включение в стоимость", "Бағаға кіретін мұндай қызмет", "Such an inclusion"),
    "surcharge": ("Такая доплата", "Мұндай қосымша ақы", "Such a surcharge"),
    "cancel": ("Такое условие отмены", "Бас тартудың мұндай шарты", "Such a cancellation term"),
    "freeze": ("Такое условие заморозки", "Тоқтата тұрудың мұндай шарты", "Such a freeze term"),
    "period": ("Такой бесплатный период", "Мұндай тегін мерзім", "Such a free period"),
}
_DEFAULT = ("Такое условие", "Мұндай шарт", "Such a term")
_MOST_VARIANT = 3
Texts = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Computation:
    """How a sum comes out: the formula as numbers and signs, the prices and the rules that stand in it."""

    formula: str
    prices: Sequence[Record] = ()
    rules: Sequence[str] = ()


def explain_price(record: Record, day: date) -> dict[str, str]:
    """The amount is a price of the book: which product and variant, and when it holds."""
    assert record.price is not None
    assert record.product is not None
    what = _named(record, f"SKU {record.sku}")
    shown = [show_price(record.price, i) for i in range(3)]
    when = _when(record.price.window, day)
    return by_language(
        f"Верно: в прайсе {what} — {shown[0]}{when[0]}.",
        f"Дұрыс: прайста {what} — {shown[1]}{when[1]}.",
        f"Right: in the price book {what} is {shown[2]}{when[2]}.",
    )


def _named(record: Record, *more: str) -> str:
    """A product with what tells the variant: «Стрижка» (мастер: топ, SKU HC-1)."""
    assert record.product is not None
    assert record.price is not None
    told = ", ".join([*_variant(record.price), *more])
    name = f"«{quoted_name(record.product.name)}»"
    return f"{name} ({told})" if told else name


def _variant(price: Price) -> list[str]:
    placed = {"region": price.region, "segment": price.segment}
    told = {**{k: v for k, v in placed.items() if v}, **price.attributes}
    return [f"{key}: {value}" for key, value in list(told.items())[:_MOST_VARIANT]]


def _when(window: Window, day: date) -> Texts:
    """When a price holds: only what the book says about it, in the tense of the day."""
    since, until = (f"{d:%d.%m.%Y}" if d else "" for d in (window.valid_from, window.valid_to))
    if window.valid_to is not None and window.valid_to < day:
        return (
            f"; цена действовала до {until}",
            f"; баға {until} дейін күшінде болды",
            f"; the price held until {until}",
        )
    if window.valid_from is not None and window.valid_from > day:
        return f"; цена действует с {since}", f"; баға {since} бастап күшіне енеді", f"; the price begins on {since}"
    if until:
        return f"; цена действует до {until}", f"; баға {until} дейін күшінде", f"; the price holds until {until}"
    if since:
        return f"; цена действует с {since}", f"; баға {since} бастап күшінде", f"; the price holds since {since}"
    return "", "", ""


def explain_tool(stated: str, key: str, turn: int) -> dict[str, str]:
    """The amount is what a tool returned; `turn` is the index of its message, people count from one."""
    place = f" ({key})" if key else ""
    return by_language(
        f"{stated} — сумма из ответа системы, сообщение {turn + 1}{place}.",
        f"{stated} — жүйе жауабындағы сома, {turn + 1}-хабарлама{place}.",
        f"{stated} is what the system returned in message {turn + 1}{place}.",
    )


def explain_rule(stated: str, rule: str) -> dict[str, str]:
    """The amount stands in an offer or a policy."""
    rule = rule.rstrip(". ")
    return by_language(
        f"{stated} — сумма из условий прайса: {rule}.",
        f"{stated} — прайс шартындағы сома: {rule}.",
        f"{stated} stands in the terms of the price book: {rule}.",
    )


def explain_computed(stated: str, way: Computation) -> dict[str, str]:
    """The amount follows from prices, counts and rules."""
    named = [(_named(r), r.price) for r in way.prices if r.product is not None and r.price is not None]
    prices = ["; ".join(f"{name} — {show_price(price, i)}" for name, price in named) for i in range(3)]
    rules = "; ".join(r.rstrip(". ") for r in way.rules)
    given = ["; ".join(part for part in (p, rules) if part) for p in prices]
    tail = (f" По прайсу: {given[0]}.", f" Прайс бойынша: {given[1]}.", f" By the price book: {given[2]}.")
    ru, kk, en = tail if given[0] else ("", "", "")
    return by_language(
        f"Расчёт верен: {way.formula} = {stated}.{ru}",
        f"Есеп дұрыс: {way.formula} = {stated}.{kk}",
        f"The sum is right: {way.formula} = {stated}.{en}",
    )


def explain_earlier(stated: str) -> dict[str, str]:
    """The amount was said and borne out earlier in the dialogue."""
    return by_language(
        f"{stated} — сумма, которая уже звучала в этом диалоге и подтвердилась прайсом.",
        f"{stated} — осы диалогта бұрын айтылып, прайспен расталған сома.",
        f"{stated} was said earlier in this dialogue and borne out by the price book.",
    )


def explain_least(stated: str) -> dict[str, str]:
    """Nothing of the kind is cheaper."""
    return by_language(
        f"Дешевле {stated} в прайсе действительно ничего нет.",
        f"Прайста {stated} сомасынан арзан ештеңе шынымен жоқ.",
        f"The price book indeed has nothing cheaper than {stated}.",
    )


def explain_term(borne: Borne) -> dict[str, str]:
    """A term of the book."""
    ru, kk, en = _SUBJECTS.get(borne.subject, _DEFAULT)
    rule = borne.basis.text.rstrip(". ")
    return by_language(
        f"{ru} есть в прайсе: {rule}.", f"{kk} прайста бар: {rule}.", f"{en} is in the price book: {rule}."
    )
