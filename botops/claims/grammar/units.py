"""Words that say per what a price is, what a number counts, and what kind of number it is."""

from __future__ import annotations

from collections.abc import Iterator

from botops.claims.grammar import kazakh

_RU: dict[str, str] = {
    "month": "месяц месяца месяцев месяцу месяцем месяце месяцы месяцам мес",
    "year": "год года году годом годы годов годам лет",
    "day": "день дня дней днем днём дню дни дням сутки суток сут",
    "hour": "час часа часов часу часом часе часы ч",
    "night": "ночь ночи ночей ночью",
    "week": "неделя неделю недели недель неделей неделе нед",
    "quarter": "квартал квартала кварталов квартале",
    "minute": "минута минуту минуты минут мин",
    "second": "секунда секунду секунды секунд сек",
    "kg": "кг килограмм килограмма килограммов кило",
    "g": "г гр грамм грамма граммов",
    "t": "тонна тонну тонны тонн",
    "unit": "штука штуку штуки штук шт единица единицу единицы единиц ед экземпляр экземпляра экземпляров экз позиция "
    "позицию позиции позиций",
    "person": "человек человека человеку человеком людей чел персона персону персоны персон гость гостя гостей "
    "взрослого взрослых ребенка ребёнка детей участник участника участников сотрудник сотрудника сотрудников",
    "user": "пользователь пользователя пользователей пользователю юзер юзера юзеров лицензия лицензию лицензии "
    "лицензий аккаунт аккаунта аккаунтов",
    "seat": "место места мест рабочее",
    "visit": "визит визита визитов посещение посещения посещений прием приём приема приёма приемов приёмов сеанс "
    "сеанса сеансов процедура процедуру процедуры процедур",
    "lesson": "занятие занятия занятий урок урока уроков тренировка тренировку тренировки тренировок лекция лекцию "
    "лекции лекций",
    "ticket": "билет билета билетов",
    "km": "км километр километра километров",
    "m": "м метр метра метров пог погонный",
    "m2": "м2 м² кв квм квадрат квадрата квадратов квадратный",
    "m3": "м3 м³ куб кубометр кубометра кубометров",
    "cm": "см сантиметр сантиметра сантиметров",
    "mm": "мм миллиметр миллиметра миллиметров",
    "l": "л литр литра литров",
    "ml": "мл",
    "page": "страница страницу страницы страниц стр",
    "word": "слово слова слов",
    "piece": "упаковка упаковку упаковки упаковок уп пачка пачку пачки пачек коробка коробку коробки коробок бутылка "
    "бутылку бутылки бутылок бутыль бутыли",
    "set": "комплект комплекта комплектов набор набора наборов",
    "pair": "пара пару пары пар",
    "order": "заказ заказа заказов",
    "session": "сессия сессию сессии сессий консультация консультацию консультации консультаций",
    "course": "курс курса курсов",
    "shift": "смена смену смены смен",
    "room": "номер номера номеров комната комнату комнаты комнат",
    "car": "машина машину машины машин авто автомобиль автомобиля автомобилей",
    "trip": "поездка поездку поездки поездок рейс рейса рейсов",
    "sq": "сотка сотку соток гектар гектара га",
    "gb": "гб гигабайт гигабайта гигабайтов",
    "mb": "мб мегабайт мегабайта мегабайтов",
    "tb": "тб терабайт терабайта терабайтов",
    "as written": "гц мгц ггц вт квт мбит гбит дюйм дюйма дюймов мг мкм дб ач мач",
    "times": "раз раза",
    "point": "балл балла баллов звезда звезды звезд звёзд очко очков",
    "degree": "градус градуса градусов",
    "part": "часть части частей платеж платежа платежей платёж рассрочки",
}
_EN: dict[str, str] = {
    "month": "month months mo mos mth monthly",
    "year": "year years yr yrs annum annually yearly",
    "day": "day days daily",
    "hour": "hour hours hr hrs h hourly",
    "night": "night nights nightly",
    "week": "week weeks wk weekly",
    "quarter": "quarter quarters quarterly",
    "minute": "minute minutes min mins",
    "second": "second seconds sec secs s",
    "kg": "kg kgs kilo kilos kilogram kilograms",
    "g": "g gram grams mg oz",
    "lb": "lb lbs",
    "unit": "unit units each ea apiece item items piece pieces pc pcs copy copies",
    "person": "person persons people pax adult adults child children guest guests head traveler traveller passenger "
    "passengers employee employees",
    "user": "user users member members license licence licenses licences account accounts agent agents",
    "seat": "seat seats",
    "visit": "visit visits appointment appointments treatment treatments",
    "lesson": "lesson lessons class classes",
    "ticket": "ticket tickets",
    "km": "km kms kilometer kilometers kilometre kilometres",
    "mile": "mile miles mi",
    "m": "meter meters metre metres",
    "m2": "sqm m2 m² sqft sq",
    "m3": "m3 m³",
    "cm": "cm",
    "mm": "mm",
    "in": "inch inches ft feet foot yard yards",
    "l": "l liter liters litre litres gallon gallons gal",
    "ml": "ml",
    "page": "page pages",
    "word": "word words",
    "piece": "pack packs box boxes bottle bottles",
    "set": "set sets",
    "pair": "pair pairs",
    "order": "order orders",
    "session": "session sessions",
    "course": "course courses",
    "shift": "shift shifts",
    "room": "room rooms",
    "car": "car cars vehicle vehicles",
    "trip": "trip trips ride rides way",
    "bag": "bag bags",
    "gb": "gb",
    "mb": "mb",
    "tb": "tb",
    "as written": "kb ghz mhz hz w kw kwh mwh mah v mbps gbps mp db px dpi rpm",
    "times": "times x",
    "point": "star stars point points",
    "degree": "degree degrees c f",
    "part": "installment installments instalment instalments payment payments",
}
_KK: dict[str, str] = {
    "month": "ай",
    "year": "жыл",
    "day": "күн тәулік",
    "hour": "сағат",
    "night": "түн",
    "week": "апта",
    "quarter": "тоқсан",
    "minute": "минут",
    "kg": "келі килограмм килограм",
    "unit": "дана",
    "person": "адам бас қонақ бала",
    "user": "пайдаланушы қолданушы",
    "seat": "орын",
    "visit": "рет қабылдау",
    "lesson": "сабақ",
    "ticket": "билет",
    "km": "километр шақырым",
    "m": "метр",
    "l": "литр",
    "page": "бет",
    "set": "жиынтық",
    "pair": "жұп",
    "order": "тапсырыс",
    "room": "бөлме",
    "car": "көлік",
    "course": "курс",
    "point": "балл ұпай",
    "piece": "қорап",
}
# Kazakh forms that are something else first: "айта" (saying), "басы", "басқа" (other), "жылы" (in the year; warm).
_KK_SKIP = frozenset("басқа баска басы басты балл тоқсан токсан баламен".split())

_AS_WRITTEN = "as written"
COUNTED_ONLY = frozenset("times point degree part sq second g cm mm in gb mb tb".split()) | frozenset(
    (_RU[_AS_WRITTEN] + " " + _EN[_AS_WRITTEN]).split()
)
"""Units that count or measure, but that prices are not charged by."""


def unit_words() -> Iterator[tuple[str, str, str]]:
    """(word, unit, Kazakh case or "")."""
    for table in (_RU, _EN):
        for unit, words in table.items():
            yield from ((word, word if unit == _AS_WRITTEN else unit, "") for word in words.split())
    for unit, stems in _KK.items():
        for stem in stems.split():
            for form, case in kazakh.forms(stem).items():
                yield from ((w, unit, case) for w in {form, kazakh.folded(form)} - _KK_SKIP)


PER_WORDS: frozenset[str] = frozenset(
    "в во за с со на per a an for каждый каждая каждое каждые every each one один одну "
    "одного 1 бір бир әр ар одно одна кажд".split()
)
"""Words that may open a phrase of charging: "в месяц", "с человека", "per user", "a night"."""

ADVERBS: dict[str, str] = {
    "ежемесячно": "month", "ежемесячный": "month", "помесячно": "month", "ежегодно": "year", "ежедневно": "day",
    "еженедельно": "week", "ежеквартально": "quarter", "почасово": "hour", "посуточно": "day", "поштучно": "unit",
    "monthly": "month", "yearly": "year", "annually": "year", "annual": "year", "daily": "day", "weekly": "week",
    "hourly": "hour", "nightly": "night", "quarterly": "quarter", "each": "unit", "apiece": "unit", "ea": "unit",
}  # fmt: skip

MONTHS: frozenset[str] = frozenset(
    "январь января январе февраль февраля феврале март марта марте апрель апреля апреле май мая мае июнь июня "
    "июне июль июля июле август августа августе сентябрь сентября сентябре октябрь октября октябре ноябрь "
    "ноября ноябре декабрь декабря декабре january february march april may june july august september "
    "october november december jan feb mar apr jun jul aug sep sept oct nov dec янв фев апр авг сен сент окт "
    "ноя дек".split()
) | {
    spelling
    for stem in "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан".split()
    for form in kazakh.forms(stem)
    for spelling in (form, kazakh.folded(form))
}
