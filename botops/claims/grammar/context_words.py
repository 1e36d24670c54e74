"""Words that stand around amounts and say what they are: bounds, hedges, words of price, whose number it is, measures.

Words are separated by spaces; a word of price is known by its beginning.
"""

from __future__ import annotations

import re
from typing import Literal

Bound = Literal["from", "upto"]

BOUNDS: dict[Bound, str] = {
    "from": "от from с со минимум свыше более больше over above exceeding more ab vanaf від кемінде кемі",
    "upto": "до upto максимум менее меньше under below less fewer макс",
}
AFTER_BOUNDS: dict[Bound, str] = {
    "from": "бастап бастайды басталады астам асатын артық жоғары көп артык жогары коп",
    "upto": "дейін шейін дейин шейин дейінгі төмен кем аз аспайды аспайтын",
}
HEDGES = (
    "около примерно приблизительно порядка ориентировочно приблизит прим где-то почти about around approximately "
    "roughly approx circa nearly almost ca шамамен шамасы районе орташа жуықтап"
)
AFTER_HEDGES = "жуық шамасында төңірегінде шамалы жуык шамасындай тонирегинде көлемінде примерно"
ID_CUES = (
    "заказ заказа заказу заказом заказе заявка заявки заявке заявку договор договора договору бин иин инн огрн "
    "vin вин imei код коды кода артикул арт sku id тел телефон whatsapp order invoice booking ticket reservation "
    "contract account счет счёт счета счёта карта карты карте card iban бик reference ref no num тапсырыс "
    "тапсырысы шарт келісімшарт нөмірі номірі паспорт госномер flight рейс дом кв квартира офис code codes "
    "кабинет zip ending visa mastercard индекс почтовый рейса рейсе office room suite floor этаж page стр chapter "
    "version версия v ст статья пункт п id:"
)
MEASURES = (
    "размер размера размеры рост росту вес весом веса длина длиной ширина шириной высота высотой площадь площадью "
    "диаметр глубина возраст возраста радиус объем объём мощность скорость температура давление size weight "
    "пробег пробега пробегом mileage height length width area age diameter radius volume speed temperature power "
    "rating score рейтинг оценка өлшем өлшемі салмағы бойы аумағы жасы рейтингі"
)
FUNCTION = (
    "в во за с со на и или а но не без при до от по для из к у о об это то же ли бы если как что чем вместо плюс "
    "включая уже только всего сейчас тогда потом либо также ещё еще будет было был была стоит вам вы мы наш per a "
    "an the for and or with without plus in on at to from of by is are was were be will it this that if than "
    "instead as but not no off now then only just so when your our we you via including incl excl және мен бен "
    "пен немесе үшін ғана болады болса бұл ол тек егер туралы дейін бастап құрайды тұрады тұратын бар жоқ емес де "
    "да та те үшин онда сонда ал бірақ кейін деп деген iva ttc ht vat tax ндс ққс нет бесплатно тегін free "
    "включительно ровно дешевле дороже арзан қымбат наличными сразу"
)
CUE = re.compile(
    r"(?:цен[аыуеой]|прайс|стои[тлм]|стоят|стоимост|обойд|обош|итог|сумм|плат[аиыеуёя]|плати|оплат|доплат|предоплат|"
    r"скидк|депозит|залог|взнос|бюджет|дешевл|дорож|выйдет|выходит|получит?ся|рассрочк|комисси|штраф|"
    r"экономи|кэшбэк|кешбэк|сэконом|баға|құн[ыд]|тұра[дт]|тұрса|төле|төлем|жарна|жеңілд|арзан|қымбат|сома|барлығы|"
    r"price|cost|total|pay|fee|charge|worth|deposit|budget|discount|save|saving|refund|cheap|"
    r"cena|preis|prix|precio|prezzo|preço|naše|běžn|pris|fiyat|bargain|spend|spent|earn|salary|cash)"
)
