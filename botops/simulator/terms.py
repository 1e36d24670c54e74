"""Reads discounts and other commercial terms out of a prompt's sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from botops.simulator.facts import Condition, Term, TermKind
from botops.simulator.places import CITIES, place
from botops.simulator.pricelist import MIN_QTY, window_in
from botops.simulator.wording import PERCENT, number, sums

FORBIDS = re.compile(
    r"\bне\s+(?!более|менее|позднее|позже|возвращ|облага|суммир|входит|входят|"
    r"включ|платит|только|нужн|треб|распростран|действ)|"
    r"\bнельзя\b|запрещ|\bникогда\b|никаких|\bnever\b|\bdo not\b|don't|\bmust "
    r"not\b|\bno\b\s+(?:other|extra)|\bешқашан\b|"
    r"(?:берме|уәде етпе|айтпа|ұсынба|ойдан шығарма)\w*",
    re.IGNORECASE,
)
_SIGNS: tuple[tuple[TermKind, str], ...] = (
    ("cashback", r"к[эе]шб[эе]к|cashback|cash back"),
    ("code", r"промо-?код|promo ?code|\bкод\w*\s+[A-ZА-Я0-9]{4,}|\bcode\s+[A-Z0-9]{4,}"),
    ("instalment", r"рассроч|instal|бөліп төле|0-0-\d+"),
    (
        "trial",
        r"пробн\w+ (?:период|дост|зан|урок|верс|дн)|тестов\w+ период|\btrial|сынақ|демо-?доступ|попробовать бесплатно",
    ),
    (
        "free_period",
        r"\d+\s*(?:мес\w*|дн\w*|недел\w*|months?|days?|weeks?|ай|күн)[^.]{0,40}(?:бесплатн|в подарок|free|тегін)|"
        r"(?:бесплатн\w*|free|тегін)[^.]{0,40}\d+\s*(?:мес|дн|недел|months?|days?|weeks?|ай|күн)",
    ),
    ("gift", r"подар|\bдарим\b|\bgift|сыйлық|сыйға"),
    ("delivery", r"доставк|deliver|shipping|жеткіз"),
    ("warranty", r"гаранти[яийю]|warranty|кепілдік"),
)
_SIGN_RES = tuple((kind, re.compile(p, re.IGNORECASE)) for kind, p in _SIGNS)
_OFF = re.compile(r"скидк|скидоч|дешевле|\boff\b|discount|жеңілдік|минус|выгод", re.IGNORECASE)
_AMOUNT_OFF = re.compile(r"скидк\w*|минус|discount of|жеңілдік", re.IGNORECASE)
_POLICY = re.compile(
    r"ндс|\bvat\b|ққс|возврат|вернуть|refund|қайтар|предоплат|оплат[аы] |payment|"
    r"төлем|вход[ия]т|включен|\bincluded?\b|кіреді|"
    r"суммир|складыва|stack|combin|қосылма",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w-])(?=[A-ZА-Я0-9]*[A-ZА-Я])[A-ZА-Я0-9]{4,20}(?![\w-])")
_SPAN = re.compile(
    r"(\d+)\s*(мес|month|ай|год|лет|year|жыл|дн|ден|day|күн|недел|week|апта|занят|урок|lesson|сабақ|визит|visit)",
    re.IGNORECASE,
)
_SPAN_NAMES = {
    "мес": "month",
    "mon": "month",
    "ай": "month",
    "год": "year",
    "лет": "year",
    "yea": "year",
    "жыл": "year",
    "дн": "day",
    "ден": "day",
    "day": "day",
    "күн": "day",
    "нед": "week",
    "wee": "week",
    "апт": "week",
    "зан": "lesson",
    "уро": "lesson",
    "les": "lesson",
    "саб": "lesson",
    "виз": "visit",
    "vis": "visit",
}
_FREE = re.compile(r"бесплатн|\bfree\b|тегін|включена в", re.IGNORECASE)
HALF = re.compile(
    r"(?:за|в)\s+пол-?\s?цены|(?:в два раза|вдвое) дешевле|\b(?:at )?half (?:the )?price|half off|жарты бағасына",
    re.IGNORECASE,
)
_BARGAIN = re.compile(
    r"(?:если|когда|if|when|егер)\b[^,.]{0,40}(?:клиент|торгу|прос[ия]т|сомнева|client|customer|ask|bargain|сұра)",
    re.IGNORECASE,
)
_ORDERS_SELLER = re.compile(
    r"\b(?:предлагай|предложи|называй|назови|обещай|пообещай|говори|скажи|отвечай|давай|"
    r"дай|рассказывай|расскажи|упоминай|сообщай|сообщи|делай|сделай|"
    r"offer|give|mention|promise|tell|say|always|ұсын|айт|бер)\b|рассказывая",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"клиент|client|customer|\b(?:отвечай|называй|узнай|спроси|спрашивай|задай|"
    r"передай|подключи|считай|начинай|заканчивай|обращайся|пиши|"
    r"складывай|предупреди|помоги|предлагай|говори|answer|reply|ask|tell|offer|never)\b",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"за год|годов|на год|yearly|annual|for a year|жылдық|жылға|бір жыл", re.IGNORECASE)
_ORDER = re.compile(r"заказ|сумм|покупк|чек|order|тапсырыс|сатып ал", re.IGNORECASE)
_ELSEWHERE = re.compile(r"друг\w+ город|остальн\w+ город|по казахстану|other cit|басқа қала|регион", re.IGNORECASE)
_LABELLED = re.compile(r";\s*(?:условия|шарты|conditions|действует|мерзімі|valid)\b", re.IGNORECASE)
_CLAUSE = re.compile(r";\s*(?:условия|шарты|conditions)\s*:\s*([^;]+)", re.IGNORECASE)
_DATED = re.compile(r";\s*(?:действует|мерзімі|valid)\s*:?\s*([^;]+)", re.IGNORECASE)
_EVERYONE = re.compile(
    r"\bвсем\b|кажд(?:ому|ый клиент)|на вс[её]|для всех|весь заказ|everyone|"
    r"everything|all (?:clients|customers|items)|whole order|"
    r"барлы|бәріне|бүкіл тапсырыс",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"(?:от|до|свыше|от суммы)?\s*\d[\d  ]*\s*(?:₸|тенге|теңге|тг|tenge)|\b(?:при|"
    r"оплат\w+|люб\w+|тариф\w*|за год|на год|годов\w+|сразу|"
    r"в том же заказе|заказ\w*|сумм\w*|покупк\w+|всем|when|paying|paid|yearly|"
    r"order\w*|any|plan|for|over|from)\b|0-0-\d+",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:при|для|если|кроме|на перв\w+|на кажд\w+|один раз|в том же|только|"
    r"со втор\w+|после|when|if|for|only|once|with|on the)\b"
    r"|кезінде|болса|үшін",
    re.IGNORECASE,
)


def is_policy(sentence: str) -> bool:
    """True for sentences about tax, refunds, payment, inclusion and stacking."""
    return bool(_POLICY.search(sentence)) and not _RULE.search(sentence)


def kind_of(sentence: str) -> TermKind | None:
    """Which kind of term a sentence grants, if any."""
    for kind, sign in _SIGN_RES:
        if sign.search(sentence):
            return kind
    if _OFF.search(sentence) and PERCENT.search(sentence):
        return "percent"
    if _AMOUNT_OFF.search(sentence) and sums(sentence):
        return "amount"
    return None


@lru_cache(maxsize=8192)
def term_in(sentence: str, today: date | None) -> Term | None:
    """The term a sentence grants; None when it grants nothing or forbids granting it."""
    halved = HALF.sub("скидка 50 %", sentence)
    kind = kind_of(halved)
    if kind is None or FORBIDS.search(sentence):
        return None
    ordered = bool(_ORDERS_SELLER.search(sentence))
    if ordered and not re.search(r"\d", halved):
        return None
    head, clause, dated = _parts(halved)
    since, until = window_in(dated, today)
    on_request = bool(ordered and _BARGAIN.match(clause))
    term = Term(
        kind,
        sentence.strip().rstrip(".!"),
        condition=_condition(halved, "" if on_request else clause),
        since=since,
        until=until,
        everyone=bool(_EVERYONE.search(head)) and not on_request,
        on_request=on_request,
        composed=head != sentence or ordered,
    )
    sentence = halved
    return _valued(term, head if head != sentence else sentence)


def _valued(term: Term, text: str) -> Term | None:
    percent = PERCENT.search(text)
    rate = number(percent[1]) if percent else None
    if term.kind in ("percent", "cashback"):
        return replace(term, value=rate) if rate is not None else None
    if term.kind == "code":
        code = next((m[0] for m in _CODE.finditer(text) if m[0] not in ("НДС", "БИН", "ИИН", "ТОО", "KZT")), "")
        amount = next((s.amount for s in sums(text)), None)
        value = rate if rate is not None else amount
        return replace(term, code=code, value=value, money=rate is None) if code and value is not None else None
    if term.kind == "amount":
        return replace(term, value=sums(text)[0].amount, money=True)
    if term.kind == "gift":
        return replace(term, thing=_gift(text))
    if term.kind == "delivery":
        return _delivery(term, text)
    return _spanned(term, text)


def _spanned(term: Term, text: str) -> Term | None:
    zero = re.search(r"0-0-(\d+)", text)
    span = _SPAN.search(text)
    if zero:
        return replace(term, value=Decimal(zero[1]), span="month")
    if span is None:
        return replace(term) if term.kind in ("instalment", "trial") else None
    value, name = Decimal(span[1]), span[2].lower()
    unit = _SPAN_NAMES.get(name[:3]) or _SPAN_NAMES.get(name[:2], "month")
    if term.kind in ("warranty", "instalment") and unit == "year":
        value, unit = value * 12, "month"
    return replace(term, value=value, span=unit)


def _delivery(term: Term, text: str) -> Term | None:
    """The fee is an amount that is no threshold; a free delivery costs nothing."""
    if _FREE.search(text):
        return replace(term, value=Decimal(0))
    for s in sums(text):
        if not re.search(r"(?:\bот|\bдо|свыше|over|from|above|under|below)\s*$", text[: s.start], re.IGNORECASE):
            return replace(term, value=s.amount, money=True)
    return None


def _gift(text: str) -> str:
    quoted = re.search(r"[«\"]([^»\"]{3,60})[»\"]\s+(?:в подарок|as a gift|сыйлыққа)", text)
    if quoted:
        return quoted[1]
    for pattern in (
        r"подарок\s*[:—–-]\s*([^;,.(—«]{3,60}?)(?=\s+(?:при|к|за|на|для)\s|\s*[;,.(—«]|$)",
        r"(?:gift|сыйлық)\s*[:—–-]\s*([^;,.(—«]{3,60}?)(?=\s+(?:with|for|when)\s|\s*[;,.(—«]|$)",
        r"дарим\s+([^;,.(—]{3,60}?)(?=\s+(?:при|к|за|на)\b|[;,.(—]|$)",
        r"(?:^|[.;:—]\s*)([^.;:—]{3,60}?)\s+в подарок",
        r"get\s+([^;,.(]{3,60}?)\s+as a gift",
    ):
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            return found[1].strip(' «»"')
    return ""


def _parts(text: str) -> tuple[str, str, str]:
    """A term's head, the clause of its condition, and the words that date it."""
    labelled = _LABELLED.split(text)
    if len(labelled) > 1:
        clause = next((m[1] for m in _CLAUSE.finditer(text)), "")
        dated = next((m[1] for m in _DATED.finditer(text)), "")
        return (
            labelled[0].strip(),
            clause.strip(" ;."),
            re.sub(r"\s[–-]\s", " по ", f"с {dated}" if dated[:1].isdigit() else dated),
        )
    when = _WHEN.search(text)
    return text, text[when.start() :].strip(" .") if when else "", text


def _condition(text: str, clause: str) -> Condition:
    at_least = below = None
    for s in sums(text):
        before = text[: s.start]
        if re.search(r"(?:\bот|свыше|больше|over|from|above)\s*$", before, re.IGNORECASE) and _ORDER.search(text):
            at_least = s.amount
        elif re.search(r"(?:\bдо|меньше|under|below|up to)\s*$", before, re.IGNORECASE) and _ORDER.search(text):
            below = s.amount
    qty = MIN_QTY.search(clause)
    places = tuple(dict.fromkeys(place(m[0]) for m in CITIES.finditer(text)))
    rest = _KNOWN.sub(" ", CITIES.sub(" ", MIN_QTY.sub(" ", clause)))
    return Condition(
        at_least,
        below,
        int(next(g for g in qty.groups() if g)) if qty else 0,
        bool(_YEARLY.search(clause)),
        places,
        bool(_ELSEWHERE.search(text)),
        clause,
        bool(re.search(r"[^\W\d_]{3}", rest)),
    )


@lru_cache(maxsize=4096)
def bound(term: Term, names: tuple[str, ...]) -> Term:
    """The term with the names of the things it holds for: those it mentions, or whose head noun it says with "any"."""
    low = term.words.lower().replace("ё", "е")
    named = [n for n in names if re.search(rf"(?<!\w){re.escape(n.lower().replace('ё', 'е'))}(?!\w)", low)]
    if not named:
        quoted = {q.lower() for n in names for q in re.findall(r"«([^»]+)»", n)}
        said = {q.lower() for q in re.findall(r"«([^»]+)»", term.words)} & quoted
        named = [n for n in names if any(q.lower() in said for q in re.findall(r"«([^»]+)»", n))]
    named = [n for n in named if not any(n != other and n.lower() in other.lower() for other in named)] or named
    plain = term.kind in ("percent", "amount") and not named and not term.condition.text and not term.on_request
    return replace(term, items=tuple(named), everyone=term.everyone or plain)
