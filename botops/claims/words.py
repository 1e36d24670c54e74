"""Words of a text with their spans, folded and stemmed lightly for Russian, Kazakh and English.

The stemmer only cuts inflection off; it is applied to names of the book and to texts alike, so it need not give real
stems. Dictionaries are too slow for the hot path (64 microseconds a word).
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

_FOLD = (
    ("ё", "е"), ("\u00a0", " "), ("\u202f", " "), ("\u2009", " "), ("\u2007", " "), ("\t", " "), ("’", "'"), ("‘", "'"),
    ("ʼ", "'"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]++(?:'[^\W\d_]++)?|\d++(?:[.,:]\d++)*+")
_RU = re.compile(
    r"(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|иях|ях|ах|ией|ией|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ов|ев|ом|ем|ам|ям|ым|им|ых|их|ию|ью|ия|ии|ы|и|а|я|о|е|у|ю|ь|й)$"
)
_KK = re.compile(
    r"(?:лар|лер|дар|дер|тар|тер|ның|нің|дың|дің|тың|тің|ға|ге|қа|ке|да|де|та|те|дан|ден|тан|тен|нан|нен|мен|бен|пен|ды|ді|ты|ті|ны|ні|сы|сі|ым|ім|ың|ің|мыз|міз|дағы|дегі|лық|лік|дық|дік|тық|тік|ы|і)$"
)
_EN = re.compile(r"(?:'s|ies|es|s)$")
_HARD = {"ғ": "қ", "г": "к", "б": "п"}
_SOFT = {hard: soft for soft, hard in _HARD.items()}
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_KK_LETTERS = re.compile("[әғқңөұүһі]")


class Word(NamedTuple):
    """A word or a group of digits: its span in the text, the folded text, its stem."""

    start: int
    end: int
    text: str
    stem: str


def fold(text: str) -> str:
    """Lower case, ё as е, plain spaces; the length stays, so offsets hold."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    for written, plain in _FOLD:
        if written in lowered:
            lowered = lowered.replace(written, plain)
    return lowered


_ROOT = 4
_VOWELS = str.maketrans("", "", "аеиоуыэюяйьъәөұүі")


@lru_cache(maxsize=16384)
def same_root(a: str, b: str) -> bool:
    """True for stems that may be forms of one word: four letters in common, or all consonants ("котл", "котел")."""
    if a[:_ROOT] == b[:_ROOT]:
        return min(len(a), len(b)) >= _ROOT or a == b
    bare = a.translate(_VOWELS)
    return len(bare) >= _ROOT - 1 and bare == b.translate(_VOWELS) and a[0] == b[0]


_PLAIN = str.maketrans("әғқңөұүһі", "агкноуухи")


def plain_kazakh(text: str) -> str:
    """Folded Kazakh as typed on a Russian keyboard: "жеңілдік" is "женилдик"."""
    return text.translate(_PLAIN)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without its inflection; at least three letters are kept."""
    if len(word) < 4 or word[0].isdecimal():
        return word
    if word.isascii():
        cut = _EN.search(word)
        if cut and cut.start() >= 3 and not word.endswith("ss"):
            return word[: cut.start()] + ("y" if cut.group() == "ies" else "")
        return word
    return _kazakh_stem(word) if _KK_LETTERS.search(word) else _cut(word, _RU)


def _kazakh_stem(word: str) -> str:
    return _harden(_cut(_harden(_cut(_harden(_cut(word, _KK)), _KK)), _KK))


def _harden(root: str) -> str:
    """The bare form of a root softened before a vowel: "орындығ" is "орындық"."""
    return root[:-1] + _HARD[root[-1]] if root[-1] in _HARD else root


def softened(root: str) -> str:
    """A Kazakh root as it stands before a vowel ("сүзк", cut and hardened, is "сүзг" in "сүзгі")."""
    return root[:-1] + _SOFT[root[-1]] if root[-1:] in _SOFT and _KK_LETTERS.search(root) else root


def _cut(word: str, endings: re.Pattern[str]) -> str:
    cut = endings.search(word)
    return word[: cut.start()] if cut and cut.start() >= 3 else word


def language_of(text: str) -> str:
    """ "kk" for a text with letters Russian lacks, "ru" for another in Cyrillic, else "en"."""
    if _KK_LETTERS.search(text.casefold()):
        return "kk"
    return "ru" if is_cyrillic(text) else "en"


def is_cyrillic(text: str) -> bool:
    """True when a text has Cyrillic letters."""
    return _CYRILLIC.search(text) is not None


def name_words(name: str) -> tuple[Word, ...]:
    """The words of a name. All words of a Kazakh name are stemmed as Kazakh, whichever letters they have."""
    folded = fold(name)
    found = words(folded)
    if not _KK_LETTERS.search(folded):
        return found
    return tuple(
        [w._replace(stem=_kazakh_stem(w.text)) if len(w.text) > 3 and is_cyrillic(w.text) else w for w in found]
    )


def words(folded: str) -> tuple[Word, ...]:
    """The words of a folded text, in order."""
    out: list[Word] = []
    add, new, find, end = out.append, tuple.__new__, folded.find, 0
    # Every run of letters or digits is a word, so the next one is where its text is found next: that costs less than
    # a match object each.
    for text in _WORD.findall(folded):
        start = find(text, end)
        end = start + len(text)
        add(new(Word, (start, end, text, stem(text))))
    return tuple(out)


_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdezijklmnoprstufhye", strict=True)),
        "ж": "j",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
        "ә": "a",
        "ғ": "g",
        "қ": "k",
        "ң": "n",
        "ө": "o",
        "ұ": "u",
        "ү": "u",
        "һ": "h",
        "і": "i",
    }
)
_SOUNDS = (
    ("sch", "sh"), ("ck", "k"), ("ph", "f"), ("qu", "kv"), ("x", "ks"), ("w", "v"), ("q", "k"), ("ce", "se"),
    ("ci", "si"), ("c", "k"), ("y", "i"), ("j", "i"), ("dj", "j"), ("ee", "i"), ("oo", "u"), ("h", ""),
)  # fmt: skip


@lru_cache(maxsize=65536)
def latin(word: str) -> str:
    """How a folded word sounds, roughly, in Latin letters: equal for "камри" and "camry", "ультра" and "ultra"."""
    text = word.translate(_LATIN)
    for written, heard in _SOUNDS:
        text = text.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", text)


def kazakh_root(word: str, known: AbstractSet[str]) -> str:
    """The known stem under Kazakh endings on a word of any origin ("люкске", "starttan"); empty if none."""
    for cut in range(len(word) - 1, max(2, len(word) - 9), -1):
        head = word[:cut]
        if (head in known or stem(head) in known) and _KK_TAIL.fullmatch(word[cut:]):
            return head if head in known else stem(head)
    return ""


def is_kazakh_tail(ending: str) -> bool:
    """True for a chain of Kazakh endings of number, person and case ("дан", "ымызға")."""
    return _KK_TAIL.fullmatch(ending) is not None


_KK_TAIL = re.compile(
    r"(?:лар|лер|дар|дер|тар|тер)?(?:с?[ыіи]|[ыі]м|[ыі]ң|[ыіи]м[ыіи]з|[ыіи][ңн][ыіи]з)?"
    r"(?:н?[ыі]ң|[ндт][ыіи][ңн]|[ғгқк][ае]|н[ае]|[ае]|[дтн][ыіи]|н|[дт][ае]|нд[ае]|[дтн][ае]н|[мбп]ен|[дт][ае][ғг][ыіи]|[дт][ае]й)?"
)
