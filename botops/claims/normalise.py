"""Folds what only looks different, and keeps the way back to the original offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
# The long dash (U+2014) stays: in Russian it says "is" ("по 1 000 ₸ — 5 000 ₸") where the shorter ones span a range.
_DASHES = "\u2010\u2011\u2012\u2013\u2212\ufe58\ufe63\uff0d"
_DIGIT_ZEROS = (0x660, 0x6F0, 0x966, 0xFF10)
_STYLED_ZEROS = (0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)
_FOLD: dict[int, str] = {
    **{ord(c): " " for c in _SPACES},
    **{ord(c): "-" for c in _DASHES},
    0x2015: "—",
    **{zero + d: str(d) for zero in _DIGIT_ZEROS for d in range(10)},
    **{0xFF21 + i: chr(0x41 + i) for i in range(26)},
    **{0xFF41 + i: chr(0x61 + i) for i in range(26)},
    **{ord(a): b for a, b in zip("．，％＋／：＄￥￡￦“”’‘ʼ′٫٬", ".,%+/:$¥£₩\"\"''''.,", strict=True)},
}
# Both greedy runs are possessive or bounded, so that no input makes the search retreat.
_REMOVED = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]++"
    r"|\*\*++|__++|~~++|`++"
    r"|</?(?:b|i|u|s|em|strong|span|del|ins|code|mark|small|sup|sub|font|a)(?:\s[^<>]{0,200})?>"
    r"|&(?:nbsp|thinsp|#160|#8239|ensp|emsp);"
    r"|(?<![\d\s])\*(?!\s)|(?<=\d)\*(?!\d|\s*+\d)|(?<=\s)\*(?=[^\s*])|^\*(?=[^\s*])",
    re.IGNORECASE | re.MULTILINE,
)
# Apart from `_FOLD`: a class of characters reaching beyond the basic plane is searched ten times slower.
_STYLED = re.compile("[\U0001d7ce-\U0001d7ff]")
_STYLED_FOLD = {zero + d: str(d) for zero in _STYLED_ZEROS for d in range(10)}
_MAY_HOLD_MARKS = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff*_~`<&]"
)
_FOLDED = re.compile("[" + re.escape("".join(map(chr, _FOLD))) + "]")
_ZEROS = re.compile(r"(?<![^\W_])[0-9][0-9OoОоΟο]*+(?:[ .,][0-9OoОоΟο]{3}(?![^\W_]))*+")
_ZERO_LETTER = re.compile(r"[0-9][OoОоΟο]")
# "15 ООО ₸": letters for a whole group of zeros, told from a company's form by the currency behind them.
_ZERO_GROUP = re.compile(r"(?<=[0-9])( )[OО]{3}(?= ?(?:[₸₽$€]|тг|тенге|теңге|руб|KZT|RUB|USD))")
_TO_ZERO = str.maketrans(dict.fromkeys("OoОоΟο", "0"))


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text with look-alikes folded. `offsets` is None when nothing was removed: offsets are the same then."""

    text: str
    offsets: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code-point offsets in the original of `start:end` (not empty) in the folded text."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def normalise(text: str) -> Normalised:
    """Narrow and no-break spaces become a space, dashes (but the long one) a hyphen-minus, foreign digits 0–9, the
    letter O between digits a zero; zero-width and direction marks, markdown emphasis, inline tags and `&nbsp;` go.
    Linear in the text."""
    if _STYLED.search(text):
        text = text.translate(_STYLED_FOLD)
    folded, offsets = _without_marks(_FOLDED.sub(_fold, text))
    if _ZERO_LETTER.search(folded):
        folded = _ZEROS.sub(_zeros, folded)
    return Normalised(_ZERO_GROUP.sub("\\g<1>000", folded), offsets)


def _fold(found: re.Match[str]) -> str:
    return _FOLD[ord(found[0])]


def _without_marks(text: str) -> tuple[str, Sequence[int] | None]:
    if not _MAY_HOLD_MARKS.search(text):
        return text, None
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for found in _REMOVED.finditer(text):
        start, end = found.span()
        pieces.append(text[at:start])
        offsets.extend(range(at, start))
        if text[start] == "&":
            pieces.append(" ")
            offsets.append(start)
        at = end
    pieces.append(text[at:])
    offsets.extend(range(at, len(text)))
    return "".join(pieces), offsets


def _zeros(found: re.Match[str]) -> str:
    chunk = found[0]
    return chunk.translate(_TO_ZERO) if _ZERO_LETTER.search(chunk) else chunk
