"""What a client's message says: language, wishes, things named, quantities. A small grammar over word stems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from botops.domain.messages import Language
from botops.simulator.facts import Brief, Item
from botops.simulator.places import CITIES, place
from botops.simulator.stems import WORD, is_noise, language_of, stem, stems
from botops.simulator.terms import HALF
from botops.simulator.wording import PERCENT, number, sums, unit_in

_ACTS: tuple[tuple[str, str], ...] = (
    (
        "greet",
        r"здравств|добр(?:ый|ое|ого) (?:день|утр|вечер)|привет|салам|сәлем|салем|"
        r"ассалау|қайырлы|\bhello|\bhi\b|\bhey\b|good (?:morning|day|evening|afternoon)",
    ),
    ("thanks", r"спасибо|благодар|спс\b|рахмет|thank|thx|cheers"),
    ("bye", r"до свидан|всего добр|пока\b|хорошего дня|сау бол|\bbye\b|see you|have a (?:nice|good)"),
    (
        "human",
        r"(?:позов|соедин|переключ|перевед|дайте|нужен|хочу|можно|поговор|свяж|связат)\w*[^.?!]{0,"
        r"30}(?:менеджер|оператор|человек|специалист|сотрудник)|"
        r"(?:менеджер|оператор|специалист)\w*[^.?!]{0,20}(?:свяж|позвон|напиш)|жив(?:ой|"
        r"ого|ым) (?:человек|менеджер|оператор)|^(?:менеджер|оператор|человек)\w*[.!?]*$|"
        r"(?:адам|маман|менеджер|оператор)\w*[^.?!]{0,25}(?:сөйлес|қос|шақыр|байланыс|"
        r"керек)|(?:speak|talk|connect|transfer)[^.?!]{0,25}(?:human|person|manager|"
        r"someone|agent)|real (?:person|human)|human,? please|a human\b",
    ),
    (
        "competitor",
        r"у (?:других|конкурент|соседей|них)|конкурент|в друг(?:ой|ом) (?:компани|"
        r"фирм|мест|магазин)|нашел дешевле|нашёл дешевле|видел[аи]?\b[^.]{0,20}дешевле|"
        r"басқа жерде|бәсекелес|басқа компания|competitor|elsewhere|another (?:company|"
        r"vendor)|other vendor",
    ),
    (
        "expensive",
        r"дорог|дороговат|кусается|многовато|не потян|бюджет\w* не|қымбат|expensive|"
        r"pricey|too much|over (?:my|our) budget|can't afford",
    ),
    ("code", r"промо-?код|promo ?code|\bкупон|coupon|voucher"),
    ("instalment", r"рассроч|в кредит|частями|бөліп төле|instal|pay (?:in parts|monthly)"),
    ("trial", r"пробн|тестов|попробова|потестир|\bдемо\b|trial|try (?:it|before)|test (?:it|period)|сынап|сынақ"),
    ("warranty", r"гаранти|warranty|guarantee|кепілді"),
    ("delivery", r"достав|довез|привез|deliver|shipping|\bship\b|жеткіз"),
    ("gift", r"подар|\bдар(?:им|ите|ят|ишь)\b|бонусом|\bgift|freebie|сыйлық"),
    ("free", r"бесплатн|(?:за)?даром\b|тегін|\bfree\b(?! to\b)"),
    (
        "discount",
        r"скидк|скидоч|скин[еь]т|уступ|подешевле|дешевле|акци[яиюй]|торг\b|discount|"
        r"\bdeal\b|cheaper|special offer|promotion|жеңілдік|женилдик|түсіріп|арзандат|"
        r"арзан",
    ),
    ("vat", r"\bндс\b|\bvat\b|ққс"),
    ("refund", r"возврат|вернуть|верн[её]те|refund|return (?:it|policy)|money back|қайтар"),
    ("included", r"что входит|входит ли|включен|включено|что дает|what(?:'s| is) included|include|не кіреді|құрамына"),
    (
        "compare",
        r"чем отлича|разниц|сравни|что лучше|или (?:лучше|все-таки)|differ|compare|"
        r"\bvs\b|better|айырмашылы|салыстыр|қайсысы",
    ),
    (
        "total",
        r"итог|всего\b|в сумме|общ(?:ая|ую) (?:сумм|стоимост)|вместе|посчита|рассчита|"
        r"сколько (?:выйдет|получится|будет)|во сколько|\btotal\b|altogether|all "
        r"together|how much (?:for all|would .* be)|sum up|барлығы|жалпы|жиыны|есептеп|"
        r"қосқанда|бәрі",
    ),
    (
        "order",
        r"беру\b|берём|берем\b|оформ|заказыва|заказать|купить|куплю|выстав\w* сч[её]т|"
        r"готов\w* (?:купить|оплат)|подключ(?:айте|аем|ить|иться)|давайте\b|пришлите "
        r"сч|оплачу|i'?ll take|order|\bbuy\b|purchase|invoice|sign (?:me|us) up|"
        r"let'?s (?:go|do)|аламын|аламыз|рәсімде|тапсырыс|қосайық|шот",
    ),
    (
        "price",
        r"сколько|цен[аыу]|стоим|стоит|почем|почём|прайс|по чем|тариф[ыа]?\b.*\?|"
        r"how much|price|cost|pricing|rate\b|quote|қанша|канша|бағасы|багасы|баға|"
        r"турады|тұрады|құны",
    ),
    (
        "recommend",
        r"посовет|порекоменд|что (?:лучше )?(?:выбрать|взять|подойд|нужно|понадоб)|"
        r"какой (?:тариф|лучше|подойд|вариант)|подбер|подобрать|нужна (?:программа|"
        r"касса)|нужен (?:комплект|тариф)|recommend|suggest|advise|which (?:one|"
        r"plan)|what (?:do|should|would) (?:i|we)|кеңес|қайсысын|не керек|қандай",
    ),
    (
        "off",
        r"погод|анекдот|стих|рецепт|футбол|политик|президент|weather|joke|poem|football|"
        r"recipe|ауа райы|әзіл|кто тебя созда|ты (?:бот|робот)|are you (?:a )?(?:bot|"
        r"robot|human)|робот па|бот па",
    ),
    (
        "leave",
        r"подума|посмотрю|не возьму|не буду|не надо|ойлан|басқа жерден қара|look "
        r"around|think about|too pricey|maybe later",
    ),
    ("yes", r"^(?:да|ага|ок|окей|хорошо|давайте|конечно|иә|ия|жарайды|yes|yep|ok|okay|sure|great)\b"),
    ("no", r"^(?:нет|не надо|не нужно|жоқ|жок|no|nope)\b"),
    (
        "add",
        r"\bещ[её]\b|\bплюс\b|также|добав|заодно|\bи к нему|тоже|\bплюсом|қосып|"
        r"тағы|\balso\b|\bplus\b|\badd\b|as well|too\b|\bwith\b|вместе с|қоса",
    ),
)
_ACT_RES = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _ACTS)
_YEARLY = re.compile(
    r"(?:на|за|в) год\b|годов|сразу год|год вперед|год вперёд|12 мес|yearly|"
    r"annual|per year|a year|for the year|жылға|жылдық|жылына|бір жыл",
    re.IGNORECASE,
)
_MONTHLY = re.compile(r"(?:в|за|на) месяц|помесячн|ежемесячн|monthly|per month|a month|айына|ай сайын", re.IGNORECASE)
_SPELLED = {
    "один": 1,
    "одна": 1,
    "одну": 1,
    "две": 2,
    "два": 2,
    "двух": 2,
    "три": 3,
    "трех": 3,
    "четыре": 4,
    "пять": 5,
    "шесть": 6,
    "семь": 7,
    "восемь": 8,
    "девять": 9,
    "десять": 10,
    "бір": 1,
    "екі": 2,
    "үш": 3,
    "төрт": 4,
    "бес": 5,
    "алты": 6,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
}
_COUNT = re.compile(
    r"(?<![\w.,/-])(\d{1,4}|" + "|".join(sorted(_SPELLED, key=len, reverse=True)) + r")[\s-]?(?:х|x)?\s*"
    r"(?!\d|%|процент|пайыз|percent|тыс|тг|тенге|теңге|₸|мың|[кk]\b|мм|mm|гб|"
    r"gb|дюйм|inch|час|сағат|hour|дн|days?\b|күн|к\b)([^\W\d_]+)",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"(\d{1,2}|полгода|жарты жыл)\s*(?:-?\s*(?:мес|months?\b|ай(?:ға|дан)?\b)|(?<=года)|(?<=жыл))", re.IGNORECASE
)
_CODE = re.compile(r"(?<![\w-])(?=[A-Za-z0-9]*[A-Za-z])(?=[A-Z]*[A-Za-z0-9]*\d|[A-Z]{5,})[A-Za-z0-9]{4,16}(?![\w-])")
_CODE_WORD = re.compile(
    r"(?<![\w-])(?:промо-?|promo[ -]?)?(?:код\w{0,5}|codes?)(?![\w-])|купон|coupon|voucher", re.IGNORECASE
)
_BESIDE_A_CODE_WORD = re.compile(r"(?<![\w-])(?=[A-ZА-ЯЁ0-9]*[A-ZА-ЯЁ])[A-ZА-ЯЁ0-9]{4,16}(?![\w-])")
_APPLIED = re.compile(
    r"действу|сработа|работает|примен|введи|активир|\bappl|\bworks?\b|\bvalid\b|жүре|жарамды|қолдан", re.IGNORECASE
)
_YEAR = range(1990, 2101)
_BUDGET = re.compile(r"бюджет|budget|қаражат", re.IGNORECASE)
_OTHER_SHARES = frozenset({"vat", "refund", "instalment"})
_NEUTRAL_UNITS = frozenset(
    stem(w) for w in "штук штуки шт экземпляра комплекта pieces pcs units items дана even".split()
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as understood. `things` are indices of items with the quantity said beside each (0 when none).

    `sums` are amounts of money the client names as a price, be it asked for, claimed or demanded.
    """

    language: Language | None
    acts: frozenset[str]
    things: tuple[tuple[int, int], ...] = ()
    qty: int = 0
    units: tuple[tuple[str, int], ...] = ()
    months: int = 0
    period: str = ""
    variant: str = ""
    city: str = ""
    code: str = ""
    percent: Decimal | None = None
    sums: tuple[Decimal, ...] = ()
    words: int = 0
    unknown: str = ""


def acts_of(text: str) -> frozenset[str]:
    """The wishes a message expresses."""
    return frozenset(name for name, sign in _ACT_RES if sign.search(text))


def understand(text: str, brief: Brief) -> Said:
    """What `text` says to a seller who knows `brief`."""
    return _understand(text[:_READ], brief)


_READ = 2000


def _mended(text: str) -> str:
    """A text with misspelt words of wishes put right."""
    return WORD.sub(_mended_word, text)


def _mended_word(found: re.Match[str]) -> str:
    word = found[0].lower()
    if len(word) < _LONG_ENOUGH:
        return word
    best = process.extractOne(word, _WISHES, scorer=OSA.distance, score_cutoff=1 if len(word) < _LONG else 2)
    return best[0] if best and best[0][0] == word[0] else word


_MANNERS = frozenset({"greet", "add", "off"})
_WISHES = (
    "гарантия доставка рассрочка рассрочку спасибо благодарю дорого скидка "
    "скидку дешевле сколько стоит промокод пробный менеджера "
    "оператора включено входит возврат вернуть итого посчитайте подарок оформляйте "
    "оформить заказываю рахмет жеңілдік жеткізу кепілдік "
    "қайтаруға қанша бағасы қымбат рәсімдей сынап сыйлық барлығы warranty delivery "
    "deliver discount installments expensive included "
    "refund return trial total thanks price human manager invoice"
).split()


@lru_cache(maxsize=20_000)
def _understand(text: str, brief: Brief) -> Said:
    acts = acts_of(text)
    if not acts - _MANNERS:
        acts |= acts_of(_mended(text))
    things, qty, units = _things(text, brief)
    code = _code(text, brief, acts, bool(things))
    if code and (_CODE_WORD.search(text) or (any(c.isdigit() for c in code) and _APPLIED.search(text))):
        acts |= {"code"}
    months = _MONTHS.search(text)
    share = PERCENT.search(HALF.sub("50 %", text))
    if share and not acts & _OTHER_SHARES:
        acts |= {"discount"}
    city = CITIES.search(text)
    return Said(
        language_of(text),
        acts,
        things,
        qty,
        units,
        (6 if not months[1].isdigit() else int(months[1])) if months else 0,
        "year" if _YEARLY.search(text) else "month" if _MONTHLY.search(text) else "",
        _variant(text, brief.knowledge.items),
        place(city[0]) if city else "",
        code,
        number(share[1]) if share else None,
        _prices_named(text, {qty, *(n for _, n in things), *(n for _, n in units)}),
        len(text.split()),
        _unknown(text, things),
    )


def _code(text: str, brief: Brief, acts: frozenset[str], named: bool) -> str:
    """The promo code a message names: one of the prompt, one beside a word for it, else what looks like one."""
    known = {t.code for t in brief.knowledge.terms if t.code}
    alike = [m[0].upper() for m in _CODE.finditer(text)]
    code = next((c for c in alike if c in known), "")
    word = _CODE_WORD.search(text)
    if not code and word:
        beside = [m for m in _BESIDE_A_CODE_WORD.finditer(text) if m.end() <= word.start() or word.end() <= m.start()]
        nearest = min(beside, key=lambda m: min(abs(m.start() - word.end()), abs(word.start() - m.end())), default=None)
        code = nearest[0] if nearest else ""
    if not code and ("code" in acts or not named or _APPLIED.search(text)):
        names = {w.upper() for i in brief.knowledge.items for n in (i.name, *i.calls) for w in WORD.findall(n)}
        code = next((c for c in alike if c not in names), "")
    return code


def _prices_named(text: str, counts: set[int]) -> tuple[Decimal, ...]:
    """Amounts a message names as somebody's price: no counts, years or budgets."""
    if _BUDGET.search(text):
        return ()
    found = sums(text, bare=True)
    return tuple(s.amount for s in found if s.currency or (s.amount not in counts and s.amount not in _YEAR))


def _variant(text: str, items: tuple[Item, ...]) -> str:
    said = set(stems(text))
    low = f" {text.lower().replace('wifi', 'wi-fi')} "
    for item in items:
        for variant in item.variants:
            words = stems(variant)
            digits = [w for w in words if w.isdigit()]
            if (digits and digits[0] in said and not re.search(rf"\b{digits[0]}\s*(?:шт|дана|pcs)", low)) or (
                not digits and (set(words) <= said or f" {variant.lower()} " in low)
            ):
                return variant
    return ""


def _things(text: str, brief: Brief) -> tuple[tuple[tuple[int, int], ...], int, tuple[tuple[str, int], ...]]:
    """Items named in the text, each with the quantity said beside it; a quantity of nothing named; counted units."""
    text = _without_money(text)
    words = [w for w in WORD.findall(text) if not is_noise(w)]
    said = [stem(w) for w in words]
    left = [s if s in brief.index else _near(w, brief) or s for w, s in zip(words, said, strict=True)]
    spans = _spans(list(left), brief) or _spans([_BUSINESS.get(s, s) for s in left], brief)
    own = {said[i] for where in spans.values() for i in where if said[i].isdigit()}
    counts = _counts(text, said, own)
    order = sorted(spans, key=lambda n: min(spans[n]))
    found = tuple((n, _beside(spans[n], counts, said)) for n in order)
    free = next((n for at, n in counts.items() if said[at] in _NEUTRAL_UNITS), 0)
    units = tuple((unit, n) for at, n in counts.items() if (unit := unit_in(words[at])) not in ("", "unit"))
    if not counts and not found and len(said) <= _SHORT:
        bare = _BARE.findall(text)
        free = int(bare[0]) if len(bare) == 1 else 0
    return found, free, units


def _without_money(text: str) -> str:
    """A text without its percents and amounts of money, whose digits name and count nothing ("230 000")."""
    for found in reversed(sums(text, bare=True)):
        if found.currency or not text[found.start : found.end].isdecimal():
            text = text[: found.start] + " " + text[found.end :]
    return PERCENT.sub(" ", text)


def _spans(left: list[str], brief: Brief) -> dict[int, list[int]]:
    """Items named, clearest first, with the positions of their words; each word names one item."""
    spans: dict[int, list[int]] = {}
    while (best := _best(left, brief)) is not None:
        item, where = best
        spans.setdefault(item, where)
        for i in where:
            left[i] = ""
    return spans


def _beside(where: list[int], counts: dict[int, int], said: list[str]) -> int:
    """The quantity that counts an item: of its own words, of a word just before, of "pieces" on either side."""
    first, last = min(where), max(where)
    for at in sorted(counts):
        if first <= at <= last or (at == first - 1 and said[at] not in _NEUTRAL_UNITS):
            return counts.pop(at)
    for at in sorted(counts):
        if said[at] in _NEUTRAL_UNITS and (last < at <= last + 2 or at == first - 1):
            return counts.pop(at)
    return 0


def _counts(text: str, said: list[str], own: set[str]) -> dict[int, int]:
    """Counts by the position (in stems) of the word they count; numbers of the items' `own` names count nothing."""
    counts: dict[int, int] = {}
    start = 0
    for m in _COUNT.finditer(text):
        value = int(m[1]) if m[1].isdigit() else _SPELLED[m[1].lower()]
        word = stem(m[2])
        if word in _TIME_WORDS or value == 0 or m[1] in own or word not in said[start:]:
            continue
        start = said.index(word, start)
        counts[start] = value
    return counts


_SHORT = 4
_BARE = re.compile(
    r"(?<![\w.,/-])(\d{1,4})(?![\d.,]|\s*(?:%|тыс|тг|тенге|₸|мың|[кk]\b|мм|гб|gb|мес|ай\b|month))", re.IGNORECASE
)
_TIME_WORDS = frozenset(
    stem(w)
    for w in "месяц месяца месяцев мес год года лет недели неделю month months year years weeks ай айға жыл "
    "день дня дней минут раз".split()
)


def _best(words: list[str], brief: Brief) -> tuple[int, list[int]] | None:
    """The item most clearly named by the words still free, with their positions."""
    index = brief.index
    present = {w for w in words if w in index}
    if not present:
        return None
    candidates = {n for w in present for n in index[w]}
    best: tuple[float, int, frozenset[str]] | None = None
    for n in sorted(candidates):
        for name in brief.names[n]:
            hit = name & present
            if not hit or hit <= _VERBS:
                continue
            weight = sum(1 / len(index[w]) for w in hit)
            whole = sum(1 / len(index[w]) for w in name)
            full = hit == name
            score = weight / whole**0.5 + (0.6 if full else 0.0) + 0.05 * len(hit)
            clear = full or (weight >= 0.5 and weight / whole >= 0.45)
            if clear and (best is None or score > best[0] + 1e-9):
                best = (score, n, hit)
    if best is None:
        return None
    return best[1], [i for i, w in enumerate(words) if w in best[2]]


def _near(word: str, brief: Brief) -> str:
    """The stem of the known word a misspelt one most resembles, or ''."""
    low = word.lower()
    if len(low) < _LONG_ENOUGH or not low.isalpha():
        return ""
    found = process.extractOne(low, brief.words.keys(), scorer=OSA.distance, score_cutoff=1 if len(low) < _LONG else 2)
    return brief.words[found[0]] if found and found[0][0] == low[0] else ""


_LONG_ENOUGH = 5
_LONG = 9
_CAFE = "кофейня ресторан столовая пиццерия фастфуд пекарня дәмхана coffee restaurant bakery"
_SHOP = "бутик минимаркет супермаркет одежда продукты аптека дүкен boutique store clothing grocery"
_BUSINESS = {stem(w): stem("кафе") for w in _CAFE.split()} | {stem(w): stem("магазин") for w in _SHOP.split()}
_VERBS = frozenset(
    stem(w) for w in "заказ заказы заказываю заказать тапсырыс тапсырыстар order orders касса кассы".split()
)


def _unknown(text: str, things: tuple[tuple[int, int], ...]) -> str:
    """A thing asked for by name in quotes that the seller does not know."""
    quoted = re.search(r"[«\"]([^»\"]{2,40})[»\"]", text)
    return quoted[1] if quoted and not things else ""
