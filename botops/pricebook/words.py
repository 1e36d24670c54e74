"""The fixed words of the price table, one set for each language."""

from __future__ import annotations

from dataclasses import dataclass

from botops.domain.messages import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Headings and phrases; `{}` takes the amount, the date or the name."""

    today: str
    columns: tuple[str, ...]
    coming: str
    former: str
    offers: str
    coming_offers: str
    policies: str
    no_offers: str
    at_least: str
    quantity: str
    without: str
    was: str
    since: str
    until: str
    between: str
    whole_order: str
    off_products: str
    for_products: str
    bought_products: str
    conditions: str
    valid: str
    vat_in: str
    vat_out: str


WORDS: dict[Language, Words] = {
    "ru": Words(
        today="Цены на сегодня",
        columns=("Товар", "Также называют", "Вариант", "От количества", "Регион", "Сегмент",
                 "Цена", "За что", "Действует"),
        coming="Цены, которые изменятся:",
        former="Прежние цены, больше не действуют:",
        offers="Акции и условия:",
        coming_offers="Акции, которые ещё не начались:",
        policies="Правила:",
        no_offers="Сейчас никаких акций нет.",
        at_least="от {}",
        quantity="от {} шт.",
        without="без: {}",
        was="была цена ",
        since="с {}",
        until="по {}",
        between="с {} по {}",
        whole_order="на весь заказ",
        off_products="на: {}",
        for_products="для: {}",
        bought_products="при покупке: {}",
        conditions="условия: {}",
        valid="действует {}",
        vat_in="Цены указаны с НДС{}.",
        vat_out="Цены указаны без НДС; НДС{} прибавляется.",
    ),
    "kk": Words(
        today="Бүгінгі бағалар",
        columns=("Тауар", "Басқа атауы", "Нұсқа", "Саны, кемінде", "Аймақ", "Сегмент",
                 "Баға", "Кезең, бірлік", "Мерзімі"),
        coming="Өзгеретін бағалар:",
        former="Бұрынғы бағалар, енді жарамсыз:",
        offers="Акциялар мен шарттар:",
        coming_offers="Әлі басталмаған акциялар:",
        policies="Ережелер:",
        no_offers="Қазір ешқандай акция жоқ.",
        at_least="{} бастап",
        quantity="{} данадан бастап",
        without="{} жоқ",
        was="бұрын ",
        since="{} бастап",
        until="{} дейін",
        between="{} – {}",
        whole_order="бүкіл тапсырысқа",
        off_products="{} үшін",
        for_products="{} үшін",
        bought_products="{} сатып алғанда",
        conditions="шарты: {}",
        valid="мерзімі: {}",
        vat_in="Бағаларға ҚҚС{} кіреді.",
        vat_out="Бағалар ҚҚС-сыз көрсетілген; ҚҚС{} қосылады.",
    ),
    "en": Words(
        today="Prices today",
        columns=("Product", "Also called", "Variant", "Min quantity", "Region", "Segment",
                 "Price", "Per", "Valid"),
        coming="Prices that will change:",
        former="Former prices, no longer valid:",
        offers="Offers and terms:",
        coming_offers="Offers that have not begun yet:",
        policies="Rules:",
        no_offers="There are no offers at present.",
        at_least="from {}",
        quantity="from {} pcs",
        without="no {}",
        was="was ",
        since="from {}",
        until="until {}",
        between="from {} until {}",
        whole_order="on the whole order",
        off_products="on: {}",
        for_products="for: {}",
        bought_products="with: {}",
        conditions="conditions: {}",
        valid="valid {}",
        vat_in="Prices include VAT{}.",
        vat_out="Prices are without VAT; VAT{} is added.",
    ),
}  # fmt: skip
