"""What the grammar understands, wording by wording. Expected mentions are written `15000 KZT /month from ~`:
amount (`low..high` for a range), currency (`-` for none, `%` for a percent), charging units, bound, hedge."""

import pytest

from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions, find_numbers


def shown(mention: Mention) -> str:
    amount = str(mention.amount) if mention.amount_max is None else f"{mention.amount}..{mention.amount_max}"
    parts = [amount, "%" if mention.kind == "percent" else mention.currency or "-"]
    parts += [f"/{per}" for per in mention.pers]
    parts += [mention.bound] if mention.bound else []
    parts += ["~"] if mention.approx else []
    return " ".join(parts)


RUSSIAN = """
Тариф «Старт» стоит 15 000 ₸|15000 KZT
Чехол за 15.000тг заберёте сегодня|15000 KZT
Ремонт обойдётся в 15 тыс|15000 -
стрижка 15к|15000 -
стрижка 15К.|15000 -
диван за 1,2 млн|1200000 -
2.5 млн. тг за кухню|2500000 KZT
полтора миллиона тенге|1500000 KZT
полторы тысячи рублей|1500 RUB
полтораста рублей|150 RUB
полмиллиона тенге|500000 KZT
пол миллиона тенге|500000 KZT
двести пятьдесят тысяч|250000 -
около двухсот пятидесяти тысяч тенге|250000 KZT ~
более трёхсот тысяч тенге|300000 KZT from
двумстам пятидесяти тенге|250 KZT
тридцати пяти тысячам тенге|35000 KZT
тридцать пять тысяч девятьсот девяносто тенге|35990 KZT
двадцать четыре девятьсот|24900 -
три с половиной тысячи рублей|3500 RUB
2 с половиной тысячи тенге|2500 KZT
1 млн 200 тыс тенге|1200000 KZT
15 тысяч 700 тенге|15700 KZT
миллион тенге|1000000 KZT
тысяча рублей|1000 RUB
пять рублей пятьдесят копеек|5.5 RUB
99 копеек|0.99 RUB
100–120 тысяч|100000..120000 -
от 5 до 7 тыс|5000..7000 -
от 150 000 до 200 000 тенге|150000..200000 KZT
с трёх до пяти тысяч тенге|3000..5000 KZT
пять-семь тысяч тенге|5000..7000 KZT
двадцать-двадцать пять тысяч тенге|20000..25000 KZT
сорок-пятьдесят тысяч|40000..50000 -
1,5-2 млн тенге|1500000..2000000 KZT
900-1200 тысяч|900000..1200000 -
900 тыс. – 1,2 млн тенге|900000..1200000 KZT
15к-20к|15000..20000 -
5 000 ₸ – 7 000 ₸|5000..7000 KZT
9 900/14 900 тг|9900 KZT;14900 KZT
5 бутылей по 1 000 ₸ — 5 000 ₸|1000 KZT;5000 KZT
по 1 150 ₸ - 9 200 ₸|1150 KZT;9200 KZT
400 - 600 руб.|400..600 RUB
25 — 30 тысяч тенге|25000..30000 KZT
100—120 тысяч|100000..120000 -
скидка на 5 000 ₸ — итого 15 000 ₸|5000 KZT;15000 KZT
1 000 ₸ за пользователя: 45 000 ₸ в месяц|1000 KZT /user;45000 KZT /month
по 4 150 ₸ в месяц, на год не оформляем|4150 KZT /month
от 15 000 ₸|15000 KZT from
до 15 000 тенге|15000 KZT upto
до 5-ти тысяч тенге|5000 KZT upto
не менее 50 000 ₸|50000 KZT from
не более 50 000 ₸|50000 KZT upto
50 000 ₸ и выше|50000 KZT from
минимум 50 000 ₸|50000 KZT from
примерно 20 000 тг|20000 KZT ~
≈ 20 000 тг|20000 KZT ~
~20 000 тг|20000 KZT ~
тысяч пять|5000 - ~
тысяч 15 тенге|15000 KZT ~
рублей пятьсот возьмут|500 RUB ~
15 000 ₸ в месяц за пользователя|15000 KZT /month /user
3 990тг/мес.|3990 KZT /month
10 000 тг с чел.|10000 KZT /person
1500 тг./час|1500 KZT /hour
за ночь 25 000 ₸|25000 KZT /night
1 500 ₸/м2|1500 KZT /m2
1 500 ₸ за м²|1500 KZT /m2
2990 тенге ежемесячно|2990 KZT /month
с каждого гостя по 500 тг|500 KZT /person
посуточно 30 000 тг|30000 KZT /day
30 000 тг сутки|30000 KZT /day
5 лицензий по 9 900 ₸|9900 KZT
1 200 000 ₸ в год (100 000 ₸ в месяц)|1200000 KZT /year;100000 KZT /month
15 000 теньге|15000 KZT
15 000 тенгэ|15000 KZT
пятнадцать тысч тенге|15000 KZT
пятдесят тысяч тенге|50000 KZT
пятьдесят тысяч рбулей|50000 RUB
сто баксов|100 USD
20 косарей|20000 -
3 ляма за ремонт|3000000 -
500 дирхамов ОАЭ|500 AED
1 500 сом|1500 KGS
200 белорусских рублей|200 BYN
10 000 японских иен|10000 JPY
50 канадских долларов|50 CAD
90 фунтов стерлингов|90 GBP
1 987 Р|1987 RUB
3 100р.|3100 RUB
2 285,81 грн.|2285.81 UAH
−20% от 298 800 ₸|20 %;298800 KZT
скидка до 20%|20 % upto
двадцать процентов|20 %
двадцатипятипроцентная скидка|25 %
20-процентная скидка|20 %
5 000 казахстанских тенге|5000 KZT
10 австралийскими долларами|10 AUD
90 британскими фунтами стерлингов|90 GBP
выйдет тысяч пять-семь|5000..7000 - ~
два миллиона пятьсот тысяч тенге|2500000 KZT
за 1 человека 5 000 ₸|5000 KZT /person
за 1 кв. м. 1 500 ₸|1500 KZT
5 000 ₸ за 1 чел.|5000 KZT /person
5 000 ₸/1 чел|5000 KZT /person
от 5 тысяч 10 процентов|5000 - from;10 %
300 двести|
5% — 10 000 ₸|5 %;10000 KZT
5 $ - 10 €|5 USD;10 EUR
1,250 млн тенге|1250000 KZT
15%-ная скидка|15 %
20 проц.|20 %
20 %|20 %
от 5 до 10 %|5..10 %
кешбэк 3-5%|3..5 %
12,5% годовых|12.5 %
за полцены|
на треть дешевле|
несколько тысяч тенге|
тысячи рублей|
"""

KAZAKH = """
қырық бес мың теңге|45000 KZT
кырык бес мын тенге|45000 KZT
бағасы жиырма бес мыңға жетті|25000 -
отыз бес мың тоғыз жүз тоқсан теңге|35990 KZT
бір миллион екі жүз мың теңге|1200000 KZT
жүз мың теңге|100000 KZT
екі жарым мың теңге|2500 KZT
жарты миллион теңге|500000 KZT
триллион теңгеге|1000000000000 KZT
миллиард жарым теңге|1500000000 KZT
жиырма шақты мың теңге|20000 KZT ~
5 млн-нан астам теңге|5000000 KZT from
5 мың теңгедей|5000 KZT ~
жүздеген миллион теңге|
екі мың жиырмасыншы жылы|
он мың теңге|10000 KZT
он төрт-ақ пайыз|14 %
15 мың|15000 -
5-7 мың|5000..7000 -
5 мыңнан 7 мыңға дейін теңге|5000..7000 KZT
бес мыңнан жеті мыңға дейін|5000..7000 -
25 мың теңгеден 30 мың теңгеге дейін|25000..30000 KZT
5 000-нан 7 000-ға дейін теңге|5000..7000 KZT
5 000 теңгеден бастап|5000 KZT from
25 000 ₸-ден бастап|25000 KZT from
25 000 тг-ға дейін|25000 KZT upto
15 000 теңгеге дейін|15000 KZT upto
5000 теңгеден астам|5000 KZT from
5000 теңгеден кем емес|5000 KZT from
25 000 теңгеден төмен болмайды|25000 KZT from
шамамен 20 мың теңге|20000 KZT ~
5 мыңға жуық теңге|5000 KZT ~
айына 5 000 теңге|5000 KZT /month
жылына 120 000 теңге|120000 KZT /year
түніне 25 000 теңге|25000 KZT /night
25 000 теңге бір түнге|25000 KZT /night
сағатына 3 000 теңге|3000 KZT /hour
сабағына 4 000 теңге|4000 KZT /lesson
адам басына 4 500 теңге|4500 KZT /person
әр қолданушыға 2 500 теңге|2500 KZT /user
келісіне 2 500 теңге|2500 KZT /kg
тәулігіне 30 000 теңге|30000 KZT /day
4 сағатқа 80 000 теңге|80000 KZT
бір сағатқа 20 000 теңге|20000 KZT /hour
5000 теңгелік сертификат|5000 KZT
үш мың АҚШ доллары|3000 USD
тоғыз миллиард АҚШ долларын|9000000000 USD
200 Ресей рублі|200 RUB
300 қытай юанін|300 CNY
2 000 еуродан|2000 EUR
жиырма пайыз жеңілдік|20 %
15 пайызға дейін|15 % upto
15%-ға дейін|15 % upto
15%-дық жеңілдік|15 %
5 пайыздан 10 пайызға дейін|5..10 %
бес-он пайыз|5..10 %
40 проценттен астам|40 % from
екі мың жиырма бесінші жылға|
бірнеше мың теңге|
мыңдаған теңге|
12 айға бөліп төлеу|
20 адамға дейін|
"""

ENGLISH = """
$49/mo|49 USD /month
$49.99 per seat per year|49.99 USD /seat /year
twenty grand|20000 -
a grand|1000 -
a hundred bucks|100 USD
twenty-five dollars|25 USD
twelve hundred dollars|1200 USD
one thousand two hundred and fifty dollars|1250 USD
two and a half thousand dollars|2500 USD
half a million dollars|500000 USD
one hundred fifty thousand tenge|150000 KZT
$1.2 million|1200000 USD
$13,009 million|13009000000 USD
$2.174T|2174000000000 USD
€10bn|10000000000 EUR
$1.5k|1500 USD
20 million pounds|20000000 GBP
99 cents|0.99 USD
$5 and 50 cents|5.5 USD
up to $50|50 USD upto
from $50|50 USD from
at least $50|50 USD from
no more than $50|50 USD upto
$50+|50 USD from
$50 or more|50 USD from
$50 or less|50 USD upto
$50 (per user)|50 USD /user
more than $50|50 USD from
less $50 for members|50 USD
as low as $50|50 USD from
one million and a half dollars|1500000 USD
1.250 million dollars|1250000 USD
5 $10, 10 $20|10 USD;20 USD
80 U.S. states pay $5|5 USD
50 St. Helena pounds|50 SHP
7 Trinidad & Tobago dollars|7 TTD
about $50|50 USD ~
between $50 and $100|50..100 USD
from $50 to $100|50..100 USD
$5-7|5..7 USD
100-150$|100..150 USD
ten to fifteen thousand tenge|10000..15000 KZT
$120 a night|120 USD /night
25 € a day for a week or longer|25 EUR /day
$15 an hour|15 USD /hour
$600 billed annually|600 USD
£7.50 per person|7.5 GBP /person
AUD 45|45 AUD
$1,190.00 AUD|1190 AUD
NZD $100.70|100.7 NZD
£94.50 GBP|94.5 GBP
SGD$4.90|4.9 SGD
R$ 1.500,00|1500 BRL
S$45|45 SGD
S/ 120.00|120 PEN
CN¥7.00|7 CNY
Rs. 500|500 INR
₹1,50,000|150000 INR
CHF 1'049,95|1049.95 CHF
12,500.00 US dollars|12500 USD
7 U.S. dollars|7 USD
50 Hong Kong dollars|50 HKD
1.00 Kazakhstani tenge|1 KZT
KZT4,990.00|4990 KZT
$.75|0.75 USD
$1,298,00|1298 USD
1.298.00 €|1298 EUR
1000 South Korean won|1000 KRW
5000 won|5000 KRW
$119. 95|119.95 USD
50,- Kč|50 CZK
1.837, 32 €|1837.32 EUR
184,20 €HT|184.2 EUR
469.00zł|469 PLN
1 KM|1 BAM
12,000원|12000 KRW
12x5.99€|5.99 EUR
Tk 500|500 BDT
INR 499/-|499 INR
From 17,99€ / unit|17.99 EUR /unit from
half a grand|500 -
2½ thousand dollars|2500 USD
€610,|610 EUR
199.90 Fr.|199.9 CHF
15 percent off|15 %
15 per cent|15 %
fifteen percent|15 %
15% - 20%|15..20 %
indirim %20|20 %
"""

SHAPES = """
**15 000** ₸|15000 KZT
<b>15 000</b> ₸|15000 KZT
15&nbsp;000 ₸|15000 KZT
| Плюс | 24 900 ₸ | 20% ||24900 KZT;20 %
~~20 000 ₸~~ 15 000 ₸|20000 KZT;15000 KZT
１５ ０００ ₸|15000 KZT
1O OOO тг|10000 KZT
15 ООО ₸|15000 KZT
цена:5000тг|5000 KZT
5 000 000 ₸|5000000 KZT
5'000 CHF|5000 CHF
5.000,00 тг|5000 KZT
5,000.50 USD|5000.5 USD
фото 60х90 за 3 000 ₸|3000 KZT
iPhone 17 512 GB — 649 990 ₸|649990 KZT
заказ № 123456 на 15 000 ₸|15000 KZT
до 31.12.2026 12 000 ₸|12000 KZT
"""


def rows(table: str) -> list[tuple[str, list[str]]]:
    lines = [line.rpartition("|") for line in table.strip().splitlines()]
    return [(text, [e for e in expected.split(";") if e]) for text, _, expected in lines]


@pytest.mark.parametrize(("text", "expected"), rows(RUSSIAN) + rows(KAZAKH) + rows(ENGLISH) + rows(SHAPES))
def test_mentions_of_a_wording(text: str, expected: list[str]) -> None:
    assert [shown(mention) for mention in find_mentions(text)] == expected


def test_the_table_is_as_large_as_promised() -> None:
    assert sum(len(rows(t)) for t in (RUSSIAN, KAZAKH, ENGLISH, SHAPES)) >= 150


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Тариф Плюс — 24 900 в месяц", ["24900 - /month"]),
        ("итого 15 700", ["15700 -"]),
        ("Обойдётся в 15 700, дешевле не найдёте", ["15700 -"]),
        ("24 900 × 12 = 298 800", ["24900 -", "298800 -"]),
        ("240 000 вместо 320 000", ["240000 -", "320000 -"]),
        ("15 000-20 000", ["15000..20000 -"]),
        ("бағасы 25 000", ["25000 -"]),
        ("25 000-нан бастап", ["25000 - from"]),
        ("it costs 49 per month", ["49 - /month"]),
        ("your total comes to 435.50", ["435.5 -"]),
        ("Плюс 24900, Про 49 900 ₸", ["24900 -", "49900 KZT"]),
    ],
)
def test_bare_numbers_that_could_be_prices(text: str, expected: list[str]) -> None:
    assert [shown(number) for number in find_numbers(text)] == expected


@pytest.mark.parametrize(
    ("text", "role"),
    [("15 000 ₸", "marked"), ("20%", "marked"), ("15к", "scaled"), ("стоит 15 700", "priced"), ("24 900", "bare")],
)
def test_how_it_is_known_to_be_money(text: str, role: str) -> None:
    assert [number.role for number in find_numbers(text)] == [role]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("15 000 ₸", "1"),
        ("15к", "1000"),
        ("1,2 млн тенге", "100000"),
        ("$4.99", "0.01"),
        ("полтора миллиона тенге", "100000"),
        ("двести пятьдесят тысяч тенге", "1000"),
        ("пять рублей пятьдесят копеек", "0.01"),
        ("15 тысяч 700 тенге", "1"),
        ("1,5-2 млн тенге", "100000"),
    ],
)
def test_place_of_the_last_digit_said(text: str, place: str) -> None:
    assert [str(mention.digits) for mention in find_mentions(text)] == [place]
