"""Puts prices and terms into words: one seller's voice in one language for one reply."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from botops.domain.messages import Language
from botops.simulator.facts import Item, Tag, Term
from botops.simulator.phrases import WORDS, bank
from botops.simulator.places import called
from botops.simulator.translate import translated, variant_in

_SIGNS = {"KZT": "₸", "USD": "$", "EUR": "€", "RUB": "₽"}
_TENGE = {"ru": "тенге", "kk": "теңге", "en": "tenge"}
_BEFORE = frozenset("$€")
_MONTHS_RU = ("января февраля марта апреля мая июня июля августа сентября октября ноября декабря").split()
_FROM_KK = (
    "қаңтардан ақпаннан наурыздан сәуірден мамырдан маусымнан шілдеден тамыздан қыркүйектен қазаннан қарашадан "
    "желтоқсаннан"
).split()
_TO_KK = (
    "қаңтарға ақпанға наурызға сәуірге мамырға маусымға шілдеге тамызға қыркүйекке қазанға қарашаға желтоқсанға".split()
)
_MONTHS_EN = ("January February March April May June July August September October November December").split()
_SPANS_RU = {
    "month": ("месяц", "месяца", "месяцев"),
    "day": ("день", "дня", "дней"),
    "week": ("неделя", "недели", "недель"),
    "year": ("год", "года", "лет"),
    "lesson": ("занятие", "занятия", "занятий"),
    "visit": ("визит", "визита", "визитов"),
}
_SHOWN = 3
_FEMININE = re.compile(r"(?:^|, | и )\w+(?:-\w+)*[ая]\b")
_OPENING = re.compile(
    r"^(?:внимание|сейчас|у нас|действует|акция|сегодня)(?:[\s:!,—-]+(?:у нас|действует|акция)\b)*[\s:!,—-]+",
    re.IGNORECASE,
)
_CAPITAL = re.compile("[А-ЯЁӘІҢҒҮҰҚӨҺ]")
_COMMON_NOUN = re.compile("[А-ЯЁӘІҢҒҮҰҚӨҺ][а-яёәіңғүұқөһ-]+")
_JOINS = re.compile(r"(?:при|если|на|по|в|за|when|if|on|for|in|to|with)\b|\(", re.IGNORECASE)


class Voice:
    """Words for one reply. `rng` chooses among phrasings only; nothing it draws changes a figure."""

    def __init__(
        self,
        language: Language,
        rng: random.Random,
        *,
        informal: bool = False,
        spelled: bool = False,
        items: Sequence[Item] = (),
        currency: str = "KZT",
    ) -> None:
        self.language: Language = language
        self.words = WORDS[language]
        self._rng = rng
        self._bank = bank(language, informal=informal)
        self._spelled = spelled
        self._items = items
        self._currency = currency

    def say(self, key: str, **values: str) -> str:
        """One of the ways of saying `key`."""
        options = self._bank[key]
        phrase = options[int(self._rng.random() * len(options))]
        return capital(phrase.format(**values)) if values else phrase

    def chance(self, share: float) -> bool:
        """True in `share` of the cases."""
        return self._rng.random() < share

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency as people write it here."""
        sign = _SIGNS.get(currency, currency)
        shown = f"{int(amount):,}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
        if self.language == "en":
            if sign in _BEFORE:
                return f"{sign}{shown}"
        else:
            shown = shown.replace(",", " ").replace(".", ",")
        if currency == "KZT" and self._spelled:
            sign = _TENGE[self.language]
        return f"{shown} {sign}"

    def number(self, value: Decimal) -> str:
        """A plain number without needless zeros."""
        text = format(value.normalize(), "f")
        return text if self.language == "en" else text.replace(".", ",")

    def day(self, day: date, *, since: bool = True) -> str:
        """A date as it follows "from" (`since`) or "until": «1 января 2027 года», «2027 жылғы 1 қаңтардан»."""
        if self.language == "ru":
            return f"{day.day} {_MONTHS_RU[day.month - 1]} {day.year} года"
        if self.language == "kk":
            return f"{day.year} жылғы {day.day} {(_FROM_KK if since else _TO_KK)[day.month - 1]}"
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"

    def per(self, said: str, tag: Tag) -> str:
        """A written amount with what it is charged for: «900 ₸ в месяц за кассу», «бір кассаға айына 900 ₸»."""
        parts = [self.words[p] for p in (tag.period, tag.unit) if p in self.words and p not in ("unit", "once")]
        return " ".join([*reversed(parts), said] if self.language == "kk" else [said, *parts])

    def price(self, tag: Tag, amount: Decimal | None = None) -> str:
        """A price with what it is charged for; `amount` says another figure in its place."""
        shown = self.money(tag.amount if amount is None else amount, tag.currency)
        return self.per(self.at_least(shown, tag), tag)

    def at_least(self, shown: str, tag: Tag) -> str:
        """An amount already written out, with "from" where the price is only a lower bound."""
        if not tag.at_least:
            return shown
        if self.language == "kk":
            shown += "ден" if shown.endswith("теңге") else "-ден"
        return self.words["from"].format(price=shown)

    def name(self, item: Item) -> str:
        """What to call an item inside a sentence: a common noun at its head loses its capital."""
        name = item.called(self.language)
        head, _, rest = name.partition(" ")
        common = rest and _COMMON_NOUN.fullmatch(head) and not _CAPITAL.match(rest)
        return f"{head.lower()} {rest}" if common else name

    def variant(self, tag: Tag) -> str:
        """A price's variant or region, as a label before it."""
        label = variant_in(tag.variant, self.language) if tag.variant else ""
        if tag.region:
            label = f"{label}, {called(tag.region, self.language)}" if label else called(tag.region, self.language)
        return label

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """Parts joined with commas, the last by a word."""
        if len(parts) < 2:
            return "".join(parts)
        return ", ".join(parts[:-1]) + self.words[last] + parts[-1]

    def term(self, term: Term, items: Sequence[Item]) -> str:
        """A term as a clause without a full stop; `items` are those spoken of, named instead of a long list."""
        if self.language == "ru" and not term.composed:
            return _lowered(_OPENING.sub("", term.words))
        head = self._head(term, self._bound_names(term, items))
        clause = self._clause(term)
        if clause:
            head += f" {clause}" if _JOINS.match(clause) else f", {clause}"
        dated = self._until(term) if term.kind == "code" else ""
        return f"{head}, {dated}" if dated else head

    def _bound_names(self, term: Term, items: Sequence[Item]) -> str:
        spoken = [i for i in items if i.name in term.items]
        if spoken:
            return self.listed([self.name(i) for i in spoken[:_SHOWN]])
        named = [i for i in self._items if i.name in term.items]
        return self.listed([self.name(i) for i in named[: _SHOWN + 1]])

    def _until(self, term: Term) -> str:
        if term.until is None:
            return ""
        return {
            "ru": f"до {self.day(term.until)} включительно",
            "kk": f"{self.day(term.until, since=False)} дейін",
            "en": f"until {self.day(term.until)}",
        }[self.language]

    def _clause(self, term: Term) -> str:
        text = term.condition.text
        pieces = [p for p in re.split(r"\s*[,;]\s+", text) if not _repeats(p, term)]
        text = ", ".join(pieces)
        if not text:
            return ""
        text = re.sub(r"^\d+ (?:процент\w*|мес\w*|дн\w*) (?=на|при|за)", "", text)
        if self.language == "ru":
            return text
        said = translated(text, self.language)
        if said is not None:
            return said if self.language == "en" else f"({said})"
        return f"(шарты: «{text}»)" if self.language == "kk" else f"(conditions, in Russian: “{text}”)"

    def span(self, term: Term) -> str:
        """A term's length: «14 дней», «12 ай», "3 months"."""
        value = term.value or Decimal(0)
        if self.language == "ru":
            forms = _SPANS_RU.get(term.span, _SPANS_RU["month"])
            n = int(value)
            form = (
                0 if n % 10 == 1 and n % 100 != 11 else 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
            )
            return f"{n} {forms[form]}"
        return f"{int(value)} {self.words['d_' + (term.span or 'month')]}"

    def _head(self, term: Term, names: str) -> str:
        value = self.number(term.value) if term.value is not None else ""
        off = self.money(term.value, self._currency) if term.money and term.value is not None else f"{value} %"
        gift = (translated(term.thing, self.language) if self.language != "ru" else term.thing) or term.thing
        fee = self.money(term.value or Decimal(0), self._currency)
        on = (
            {
                "ru": f" на позиции: {names}" if _FEMININE.search(names) else f" на {names}",
                "kk": f" — {names}",
                "en": f" on {names}",
            }[self.language]
            if names
            else ""
        )
        of = {"ru": f": {names}", "kk": f" — {names}", "en": f" for {names}"}[self.language] if names else ""
        table: dict[str, tuple[str, str, str]] = {
            "percent": (
                f"скидка {off}{on}",
                f"{off} жеңілдік{on}",
                f"{off.replace(' %', '%')} off{names and ' ' + names}",
            ),
            "amount": (f"скидка {off}{on}", f"{off} жеңілдік{on}", f"{off} off{names and ' ' + names}"),
            "code": (
                f"скидка {off}{on}",
                f"{off} жеңілдік{on}",
                f"{off.replace(' %', '%')} off{names and ' ' + names}",
            ),
            "cashback": (f"кешбэк {off}{on}", f"{off} кешбэк{on}", f"{off.replace(' %', '%')} cashback{on}"),
            "trial": (
                f"пробный период {self.span(term)} бесплатно{of}",
                f"{self.span(term)} тегін сынақ{of}",
                f"a free trial of {self.span(term)}{of}",
            ),
            "free_period": (
                f"{self.span(term)} бесплатно{of}",
                f"{self.span(term)} тегін{of}",
                f"{self.span(term)} free{of}",
            ),
            "instalment": (
                f"рассрочка на {self.span(term)}{of}",
                f"{self.span(term)}ға бөліп төлеу{of}",
                f"instalments over {self.span(term)}{of}",
            ),
            "warranty": (
                f"гарантия {self.span(term)}{of}",
                f"{self.span(term)} кепілдік{of}",
                f"a warranty of {self.span(term)}{of}",
            ),
            "gift": (f"{gift} в подарок", f"{gift} сыйлыққа", f"{gift} as a gift"),
            "delivery": ("доставка бесплатная", "жеткізу тегін", "delivery is free")
            if term.value == 0
            else (f"доставка {fee}", f"жеткізу {fee}", f"delivery is {fee}"),
        }
        return table[term.kind][("ru", "kk", "en").index(self.language)]


def _repeats(piece: str, term: Term) -> bool:
    """True when a piece of a condition only says the term's length again."""
    found = re.fullmatch(
        r"(\d+)\s*(?:мес\w*|дн\w*|дней|ай|күн|months?|days?)(?:\s*(?:бесплатно|тегін|free))?", piece.strip()
    )
    return bool(found and term.value is not None and int(found[1]) == int(term.value))


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if any(c.isupper() for c in first[1:]) else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """`text` with its first letter in upper case."""
    for i, ch in enumerate(text):
        if ch.isalpha():
            return text[:i] + ch.upper() + text[i + 1 :] if i == 0 or not text[i - 1].isalnum() else text
        if ch.isdigit():
            return text
    return text
