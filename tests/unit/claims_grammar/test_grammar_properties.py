"""Properties: spans hold, the same text reads the same, the form of a number never changes its value."""

from decimal import Decimal
from itertools import pairwise

from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from botops.claims.grammar.currency_names import names
from botops.claims.mentions import find_mentions, find_quantities, read

PIECES = st.sampled_from(
    [
        "15", "000", "5", "1,2", ".", ",", "-", "–", "/", "%", "$", "₸", "тг", "тенге", "теңгеге", "тысяч", "мың", "к",
        "млн", "от", "до", "до ", "from", "to", "в месяц", "айына", "двести", "пять", "қырық", "twenty", "and", "a",
        "half", "с половиной", "жарым", "USD", "US", "руб.", "\n", "**", "\u200b", "\u00a0", "(", ")", "№", "+7", "О",
        "О", "½", "-ден", "-ти", "процентов", "пайыз", "год", "кг", "российских", "рублей", "50", "коп", "~",
    ]
)  # fmt: skip
MESSY = st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=25).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)


@given(st.one_of(MESSY, st.text(max_size=200)))
def test_spans_lie_inside_and_quotes_equal_the_text(text: str) -> None:
    reading = read(text)
    for found in (*reading.numbers, *reading.quantities):
        assert 0 <= found.start < found.end <= len(text)
        assert found.quote == text[found.start : found.end]


@given(MESSY)
def test_the_same_text_reads_the_same(text: str) -> None:
    assert read(text) == read(text)


@given(MESSY)
def test_no_two_findings_overlap_and_all_are_in_order(text: str) -> None:
    reading = read(text)
    spans = sorted((f.start, f.end) for f in (*reading.numbers, *reading.quantities))
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert [m.start for m in reading.numbers] == sorted(m.start for m in reading.numbers)


@given(MESSY)
def test_ends_of_a_range_are_in_order(text: str) -> None:
    for mention in read(text).numbers:
        assert mention.amount >= 0
        assert mention.amount_max is None or mention.amount_max > mention.amount


def grouped(number: int, separator: str) -> str:
    return f"{number:,}".replace(",", separator)


@given(st.integers(100, 99_999_999), st.sampled_from([" ", "\u00a0", "\u202f", ".", ",", "'", ""]))
def test_grouping_never_changes_the_value(number: int, separator: str) -> None:
    for wording in (f"{grouped(number, separator)} ₸", f"₸{grouped(number, separator)}"):
        (mention,) = find_mentions(f"Цена {wording} сегодня")
        assert (mention.amount, mention.currency, mention.quote) == (number, "KZT", wording)


@given(st.integers(0, 9_999_999_99), st.sampled_from(["USD", "EUR", "KZT", "RUB", "GBP"]))
def test_amounts_as_locales_write_them(cents: int, code: str) -> None:
    value = Decimal(cents) / 100
    for locale in ("ru", "kk", "en"):
        for style in ("standard", "name"):
            text = format_currency(value, code, locale=locale, format_type=style)
            assert [(m.amount, m.currency) for m in find_mentions(text)] == [(value, code)], text


@given(st.sampled_from(sorted(names().codes)), st.integers(1, 10**9))
def test_every_currency_code_is_known_behind_an_amount(code: str, number: int) -> None:
    assert [(m.amount, m.currency) for m in find_mentions(f"{number} {code}")] == [(number, code)]


RU_UNITS = "ноль один два три четыре пять шесть семь восемь девять".split()
RU_TEENS = (
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
RU_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
RU_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
KK_UNITS = "бір екі үш төрт бес алты жеті сегіз тоғыз".split()
KK_TENS = "он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан".split()
EN_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def russian_group(n: int, *, feminine: bool = False) -> list[str]:
    words = [RU_HUNDREDS[n // 100 - 1]] if n >= 100 else []
    rest = n % 100
    if 10 <= rest < 20:
        return [*words, RU_TEENS[rest - 10]]
    if rest >= 20:
        words.append(RU_TENS[rest // 10 - 2])
    unit = rest % 10
    if unit:
        words.append({1: "одна", 2: "две"}.get(unit, RU_UNITS[unit]) if feminine else RU_UNITS[unit])
    return words


def form(n: int, one: str, few: str, many: str) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else many


def russian(n: int) -> str:
    millions, thousands, rest = n // 10**6, n // 1000 % 1000, n % 1000
    words = [*russian_group(millions), form(millions, "миллион", "миллиона", "миллионов")] if millions else []
    if thousands:
        words += [*russian_group(thousands, feminine=True), form(thousands, "тысяча", "тысячи", "тысяч")]
    return " ".join(words + russian_group(rest))


def kazakh_group(n: int) -> list[str]:
    words = ([KK_UNITS[n // 100 - 1]] if n >= 200 else []) + (["жүз"] if n >= 100 else [])
    words += [KK_TENS[n // 10 % 10 - 1]] if n // 10 % 10 else []
    return words + ([KK_UNITS[n % 10 - 1]] if n % 10 else [])


def kazakh(n: int) -> str:
    millions, thousands, rest = n // 10**6, n // 1000 % 1000, n % 1000
    words = [*kazakh_group(millions), "миллион"] if millions else []
    words += [*kazakh_group(thousands), "мың"] if thousands else []
    return " ".join(words + kazakh_group(rest))


def english_group(n: int) -> list[str]:
    words = [EN_UNITS[n // 100 - 1], "hundred"] if n >= 100 else []
    rest = n % 100
    if rest >= 20:
        return [*words, EN_TENS[rest // 10 - 2] + (f"-{EN_UNITS[rest % 10 - 1]}" if rest % 10 else "")]
    return words + ([EN_UNITS[rest - 1]] if rest else [])


def english(n: int) -> str:
    millions, thousands, rest = n // 10**6, n // 1000 % 1000, n % 1000
    words = [*english_group(millions), "million"] if millions else []
    words += [*english_group(thousands), "thousand"] if thousands else []
    return " ".join(words + english_group(rest))


@given(st.integers(1, 999_999_999))
def test_numbers_in_words_are_the_numbers(number: int) -> None:
    for text, code in (
        (f"{russian(number)} тенге", "KZT"),
        (f"Бағасы {kazakh(number)} теңге.", "KZT"),
        (f"it is {english(number)} dollars", "USD"),
    ):
        assert [(m.amount, m.currency) for m in find_mentions(text)] == [(number, code)], text


@given(st.integers(1, 999).map(lambda n: n * 1000), st.sampled_from(["к", "k", " тыс.", " тысяч", " мың", " thousand"]))
def test_a_scale_word_multiplies(number: int, scale: str) -> None:
    (mention,) = find_mentions(f"{number // 1000}{scale} KZT")
    assert (mention.amount, mention.currency, mention.digits) == (number, "KZT", 1000)


@given(st.integers(1, 400), st.integers(1, 100))
def test_a_range_keeps_both_ends(low: int, step: int) -> None:
    high = low + step
    if high > 19 * low:
        return
    (mention,) = find_mentions(f"от {low} до {high} тысяч тенге")
    assert (mention.amount, mention.amount_max) == (low * 1000, high * 1000)


@given(st.integers(1, 100))
def test_percents_in_any_form(number: int) -> None:
    for text in (f"{number}%", f"{number} %", f"{russian(number)} процентов", f"{kazakh(number)} пайыз", f"%{number}"):
        assert [(m.kind, m.amount) for m in find_mentions(text)] == [("percent", number)], text


@given(st.integers(1, 60), st.sampled_from(["месяцев", "дней", "айға", "users", "кг", "адам"]))
def test_a_number_with_a_unit_is_a_quantity(number: int, unit: str) -> None:
    (quantity,) = find_quantities(f"{number} {unit}")
    assert quantity.value == number
