"""Which arithmetic a sentence speaks of: a figure may be summed, subtracted, divided or taxed only where words say so.

Without this every number would follow from something: 5 990 is some price plus a tenth of another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOTAL = re.compile(
    r"\b(?:итог|всего|вместе|сумм|суммарн|общ[аеи]|обойд|выйд|выход|получ|состав|заплат|оплат|плат[иеё]|сч[её]т\w*|с ним|с ней|"
    r"с ними|тогда|плюс|пересчит|посчита|барлығ|жалпы|шығады|қосқанда|қоссақ|қосса|бірге|төле|онда|екеуі|total|altogether|overall|together|"
    r"comes? to|in all|sum\b|both|pay|bill|due|plus|how much|adds? up|recalculat)|[+]",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:разниц|эконом|сэконом|дешевле|дороже|выгод|переплат|остат|остан|доплат|не хват|вместо|больше|меньше|выше|ниже|минус|верн|возвр|удерж|против|сравн|без|"
    r"айырм|үнем|арзан|қымбат|қалады|жетпей|орнына|артық|кем\b|without|save|saving|differ|cheaper|more than|less|refund|remain|left|short|"
    r"extra|upgrade|instead|over your|under your|balance|back|owe|charge)|[−–-]\s?\d",
    re.IGNORECASE,
)
_DIVIDE = re.compile(
    r"\b(?:в пересч|пересч[её]т|выход[иея]|делить|разделить|эквивалент|в среднем|то есть|это\b|получается|получится|по\s+[\d«]|"
    r"шаққанда|есептегенде|бөлгенде|яғни|works? out|equivalent|i\.e|that is|averag|comes? (?:out )?to|per lesson|if you divide|"
    r"частями|рассроч|платеж|плат[её]ж|взнос|бөліп|бөлу|төлем|instal|payment|split|0-0-\d|в месяц|айына)",
    re.IGNORECASE,
)
_PURE_DIFFERENCE = re.compile(
    r"\b(?:разниц|эконом|сэконом|дешевле|дороже|выгод|переплат|айырм|үнем|арзан|қымбат|sav(?:e|ing)|differ|cheaper|upgrade|без|without|против|сравн|вместо|орнына)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:разниц|дороже|дешевле на|айырм|differ|upgrade|more than|доплат)", re.IGNORECASE)
_PRO_RATA = re.compile(r"\b(?:пропорц|остав?ш|остал|қалған|pro.?rat|remaining)|/12\b", re.IGNORECASE)
_BRIEF = 70
_VAT = re.compile(r"\b(?:ндс|ққс|vat|tax)\b|\bққс", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cues:
    """What a sentence, or the client's question it answers, asks to be computed."""

    total: bool = False
    difference: bool = False
    pure_difference: bool = False
    between: bool = False
    divide: bool = False
    pro_rata: bool = False
    vat: bool = False


NO_CUES = Cues()
"""Nothing is to be computed."""


def cues_in(own: str, question: str) -> Cues:
    """The cues of the text around a figure and of the client's question."""
    both = f"{own}\n{question}"
    asked = both if len(own) <= _BRIEF else own
    return Cues(
        bool(_TOTAL.search(both)),
        bool(_DIFFERENCE.search(asked)),
        bool(_PURE_DIFFERENCE.search(asked)),
        bool(_BETWEEN.search(asked)),
        bool(_DIVIDE.search(own)),
        bool(_PRO_RATA.search(both)),
        bool(_VAT.search(both)),
    )
