"""Hides personal data in texts before they are stored: phones, e-mails, ИИН/БИН, card numbers.

Every letter and digit of such a thing becomes `•`; its separators stay, so a masked text is as long as before, spans of
findings hold, and a reader still sees what stood there. Amounts are left alone: a run of digits with a currency beside
it, or in thousands groups (`45 000 000`), is never taken for a number of a person unless its words say so.

Masking twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botops.domain.findings import Finding, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.turns import Attempt, TurnRecord

MASK = "•"

_S = r"[ \u00a0\u2009\u202f\t]"  # blanks people put between groups of digits
_J = rf"(?:{_S}|[-.‐‑–]|{_S}?[-‐‑–]{_S}?)?"  # at most one joint between groups of a phone
_FREE = r"(?<![\w.,+])"  # not in the middle of a word or of a longer number
_END = r"(?![\w])(?![.,]\d)"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?!\w)")
_PLUS_PHONE = re.compile(rf"(?<!\w)\+{_S}?\d(?:{_J}\(?\d\)?){{9,14}}(?!\d)")
_NATIONAL_PHONE = re.compile(  # 8 701 123 45 67, 7(727)250-12-34, 87011234567
    rf"{_FREE}[78]{_J}\(?[3-9]\d\d\)?{_J}\d\d\d{_J}\d\d{_J}\d\d{_END}"
)
_AREA_PHONE = re.compile(  # (727) 250-12-34, 701 123 45 67
    rf"(?<![\w.,+])(?:\(\d{{3,5}}\){_J}\d{{1,3}}{_J}\d\d{_J}\d\d|[679]\d\d{_S}\d{{3}}(?:{_S}\d\d{_S}\d\d|-\d\d-\d\d)){_END}"
)
_LOCAL_PHONE = re.compile(rf"(?<![\w.,+-])\d{{2,3}}-\d\d-\d\d(?!-){_END}")  # 250-12-34
_RUN = re.compile(rf"(?<![\w.,])\d(?:{_J}\d){{6,11}}{_END}")  # what is a phone or an id only if words say so
_PRICE_WORD = r"цен|стои|сумм|итог|скид|заказ|оплат|плат|баға|құн|price|total|cost|order|sum"
_PHONE_WORDS = re.compile(  # телефон: …, позвоните мне на …, call me at …
    rf"\b(?:тел|телефон\w*|моб|мобильн\w*|сотов\w*|(?:мой|мои|мо[её]м|его|е[её]|контактн\w*)\s+номер\w*|номерім\w*"
    rf"|нөмірім\w*|whats?app\w*|ватсап\w*|вотсап\w*|вацап\w*|(?:по|пере)?звон\w*|қоңырау\w*|хабарлас\w*"
    rf"|phones?|mobile|call|tel)\b[\s:.,№—–-]{{0,4}}(?:(?!{_PRICE_WORD})[^\W\d]+[\s:.,№—–-]{{1,3}}){{0,3}}$",
    re.IGNORECASE,
)
_ID_WORDS = re.compile(r"\b(?:ИИН|БИН|ЖСН|БСН|ИНН|IIN|BIN)\w{0,2}\b[^\d\n]{0,25}$", re.IGNORECASE)
_BEFORE = 80  # characters looked at for such words
_TWELVE = re.compile(rf"{_FREE}\d{{12}}{_END}")
_CARD = re.compile(
    rf"{_FREE}(?:[2-6]\d{{12,18}}|[2-6]\d{{3}}(?:[ \u00a0\u202f-]\d{{4}}){{3}}(?:[ \u00a0\u202f-]\d{{3}})?"
    rf"|3[47]\d\d[ \u00a0\u202f-]\d{{6}}[ \u00a0\u202f-]\d{{5}}){_END}"
)

_CURRENCY = (
    r"(?:₸|₽|\$|€|£|¥|₴|₺|тг\b|тнг\b|тең?ге|теңге|тенге|руб|р\.|сум|сом\b|доллар|евро|млн|млрд|тыс|мың|миллион|миллиард"
    r"|тысяч|kzt|rub|usd|eur|uzs|kgs|cny|tenge|dollar|million|billion|%)"
)
_MONEY_AFTER = re.compile(rf"{_S}{{0,2}}{_CURRENCY}", re.IGNORECASE)
_MONEY_BEFORE = re.compile(rf"(?:[₸₽$€£¥]|\b(?:kzt|rub|usd|eur|uzs|kgs)){_S}{{0,2}}$", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:([ \u00a0\u2009\u202f.,'’])\d{3})(?:\1\d{3})+")
_WORTH_A_LOOK = re.compile(r"@|(?:\d\D{0,3}){7}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_VISIBLE = re.compile(r"[^\W_]")


def storable(text: str) -> str:
    """The text without what a database cannot hold: NUL and half surrogates become U+FFFD, one for one."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_in(value: Any) -> Any:
    """A plain value with every text in it made storable: names of files and words of errors may be anything."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(key): storable_in(one) for key, one in value.items()}
    return [storable_in(one) for one in value] if isinstance(value, list) else value


def mask(text: str) -> str:
    """The text with personal data replaced by `•`, of the same length in code points."""
    if not _WORTH_A_LOOK.search(text):
        return text
    text = _EMAIL.sub(lambda m: _hidden(m.group()), text)
    for pattern, accept in _NUMBERS:
        text = _hide(text, pattern, accept)
    return text


def mask_inbound(inbound: InboundMessage, hide: Callable[[str], str] = mask) -> InboundMessage:
    """A client's message as it is stored."""
    return replace(inbound, text=hide(storable(inbound.text)))


def mask_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """The texts of one dialogue masked, each as long as before: what was hidden in one is hidden in all."""
    once = {text: mask(storable(text)) for text in texts}
    cleaner = _Cleaner(mask, _secrets(once))
    return tuple(cleaner(text) for text in texts)


def mask_record(record: TurnRecord, hide: Callable[[str], str] = mask) -> TurnRecord:
    """A record as it is stored: every text masked, every quote still exactly the text between its offsets.

    What was hidden in one text is hidden in all: "телефон 7011234567" gives away a bare "7011234567" elsewhere.
    `hide` replaces the masking itself; `storable` passes texts through unmasked.
    """
    inbound = mask_inbound(record.inbound, hide)
    said = dict.fromkeys(a.text for a in record.attempts)
    if record.reply is not None:
        said[record.reply] = None
    once = {text: hide(storable(text)) for text in said}
    cleaner = _Cleaner(hide, _secrets({record.inbound.text: inbound.text, **once}))
    texts = {text: cleaner(text) for text in said}
    hand_off = record.hand_off
    return replace(
        record,
        inbound=inbound,
        reply=None if record.reply is None else texts[record.reply],
        verdict=cleaner.verdict(record.verdict, texts),
        attempts=tuple(cleaner.attempt(a, texts[a.text]) for a in record.attempts),
        hand_off=None if hand_off is None else replace(hand_off, reason=cleaner(hand_off.reason)),
        error=None if record.error is None else cleaner(record.error),
    )


def _secrets(masked: dict[str, str]) -> re.Pattern[str] | None:
    """What was hidden, as a pattern that finds it again where no words around it give it away."""
    found = set()
    for old, new in masked.items():
        if old != new:
            hidden = "".join("x" if a != b and b == MASK else " " for a, b in zip(old, new, strict=True))
            found |= {old[m.start() : m.end()] for m in re.finditer(r"x(?: {0,3}x)*", hidden)}
    longest_first = sorted((s for s in found if len(s) > 4), key=lambda s: (-len(s), s))
    if not longest_first:
        return None
    return re.compile(rf"(?<![\w.,])(?:{'|'.join(map(re.escape, longest_first))}){_END}")


class _Cleaner:
    """Hides personal data in the texts of one record."""

    def __init__(self, hide: Callable[[str], str], secrets: re.Pattern[str] | None) -> None:
        self._hide = hide
        self._secrets = secrets

    def __call__(self, text: str) -> str:
        text = self._hide(storable(text))
        return text if self._secrets is None else _hide(text, self._secrets, _always)

    def attempt(self, attempt: Attempt, text: str) -> Attempt:
        return replace(attempt, text=text, verdict=self.verdict(attempt.verdict, {attempt.text: text}))

    def verdict(self, verdict: Verdict | None, texts: dict[str, str]) -> Verdict | None:
        if verdict is None:
            return None
        reason = None if verdict.reason is None else self(verdict.reason)
        return replace(
            verdict,
            reason=reason,
            findings=tuple(self.finding(f, texts) for f in verdict.findings),
            excepted=tuple(self.finding(f, texts) for f in verdict.excepted),
        )

    def finding(self, finding: Finding, texts: dict[str, str]) -> Finding:
        where = slice(finding.start, finding.end)
        # A quote alone may lack the words that gave a number away, so it is cut from the masked text it stands in.
        quote = next((new[where] for old, new in texts.items() if old[where] == finding.quote), None)
        return replace(
            finding,
            quote=self(finding.quote) if quote is None else quote,
            stated=self(finding.stated),
            expected=None if finding.expected is None else self(finding.expected),
            explanations={language: self(text) for language, text in finding.explanations.items()},
            in_prompt={},
            source=None if finding.source is None else self(finding.source),
        )


def _hidden(text: str) -> str:
    return _VISIBLE.sub(MASK, text)


def _hide(text: str, pattern: re.Pattern[str], accept: Callable[[str, str], bool]) -> str:
    """Hides what the pattern finds, unless it is money or `accept(number, text before it)` says no."""

    def one(match: re.Match[str]) -> str:
        start, number = match.start(), match.group()
        if _is_money(text, start, match.end()) or not accept(number, text[max(0, start - _BEFORE) : start]):
            return number
        return _hidden(number)

    return pattern.sub(one, text)


def _is_money(text: str, start: int, end: int) -> bool:
    return bool(_MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(text[max(0, start - 8) : start]))


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdecimal()]


def _in_thousands(number: str) -> bool:
    return _THOUSANDS.fullmatch(number.strip()) is not None


def _always(_number: str, _before: str) -> bool:
    return True


def _phone(number: str, _before: str) -> bool:
    return not _in_thousands(number)


def _plus_phone(number: str, _before: str) -> bool:
    """`+45 000 000 000` may be an amount added; the Kazakh and Russian `+7` with eleven digits never is."""
    digits = _digits(number)
    return not _in_thousands(number.lstrip("+").strip()) or (digits[0] == 7 and len(digits) == 11)


def _named(number: str, before: str) -> bool:
    """Words before the number say that it is a phone, or, before twelve digits, an ИИН or a БИН."""
    if len(_digits(number)) == 12 and _ID_WORDS.search(before):
        return True
    return not _in_thousands(number) and _PHONE_WORDS.search(before) is not None


def _card(number: str, _before: str) -> bool:
    return luhn(number)


def _kz_id(number: str, _before: str) -> bool:
    return is_kz_id(number)


def luhn(number: str) -> bool:
    """The check digit of a card number holds (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(_digits(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_kz_id(number: str) -> bool:
    """Twelve digits that can be an ИИН or a БИН: a possible date or registration month, and the check digit.

    The check digit is the sum of the first eleven weighted 1..11 modulo 11, with the weights 3..11, 1, 2 when that
    gives 10 (Rules on forming identification numbers, Republic of Kazakhstan, Government resolution 853 of 2003).
    """
    digits = _digits(number)
    if len(digits) != 12:
        return False
    month, day = digits[2] * 10 + digits[3], digits[4] * 10 + digits[5]
    person = 1 <= day <= 31 and digits[6] <= 6
    company = digits[4] in (4, 5, 6) and digits[5] <= 4
    if not 1 <= month <= 12 or not (person or company):
        return False
    check = sum(d * w for d, w in zip(digits, range(1, 12), strict=False)) % 11
    if check == 10:
        weights = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
        check = sum(d * w for d, w in zip(digits, weights, strict=False)) % 11
    return check == digits[11]


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str, str], bool]], ...] = (
    (_CARD, _card),
    (_TWELVE, _kz_id),
    (_PLUS_PHONE, _plus_phone),
    (_NATIONAL_PHONE, _phone),
    (_AREA_PHONE, _phone),
    (_LOCAL_PHONE, _phone),
    (_RUN, _named),
)
