"""Checks of the wording: what must and must not be in a reply, its length and its language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from botops.bot.language import detect_language
from botops.domain.messages import Language
from botops.evals.checks.base import Check, DialogueView, Miss, OrAlone, Params, Sample, Scope, filled, shortened

_SPACES = re.compile(r"\s+")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def folded(text: str) -> str:
    """Text for comparing: any case, any run of spaces (no-break ones too) as one, ё as е."""
    return _SPACES.sub(" ", text).casefold().replace("ё", "е").strip()


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], OrAlone(), AfterValidator(filled)]
Pattern = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_compiles)]


class Words(Params):
    """Texts to look for, in any case. `any_of` is content with one of them."""

    short: ClassVar[str | None] = "texts"
    texts: Texts
    any_of: bool = False


def must_contain(params: Words, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Each text (or, with `any_of`, one of them) is in a reply."""
    said = [folded(turn.reply) for turn in scope]
    missing = [text for text in params.texts if not any(folded(text) in reply for reply in said)]
    if not missing or (params.any_of and len(missing) < len(params.texts)):
        return
    wanted = (" | " if params.any_of else ", ").join(f"«{text}»" for text in missing)
    last = scope[-1] if scope else None
    yield Miss(
        f"Нет слов {wanted}.", f"The words {wanted} are missing.",
        last.number if last else None, shortened(last.reply) if last else "", wanted,
    )  # fmt: skip


class BannedWords(Params):
    """Texts that no reply may hold, in any case. `attempts` looks at what the model wanted to send as well."""

    short: ClassVar[str | None] = "texts"
    texts: Texts
    attempts: bool = True


def must_not_contain(params: BannedWords, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """None of the texts is in a reply."""
    for turn in scope:
        wanted = [attempt.text for attempt in turn.record.attempts] if params.attempts else []
        for said in dict.fromkeys([turn.reply, *wanted]):
            for text in params.texts:
                if folded(text) in folded(said):
                    yield Miss(
                        f"Сказано «{text}», а это запрещено.", f"“{text}” was said, which is forbidden.",
                        turn.number, shortened(said),
                    )  # fmt: skip


class Regex(Params):
    """A regular expression (Python's, any case). With `absent` no reply may match it, else one must."""

    short: ClassVar[str | None] = "pattern"
    pattern: Pattern
    absent: bool = False


def regex(params: Regex, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """A reply matches, or with `absent` none does."""
    pattern = re.compile(params.pattern, re.IGNORECASE)
    hits = [(turn, match) for turn in scope if (match := pattern.search(turn.reply))]
    if params.absent:
        for turn, match in hits:
            yield Miss(
                f"Найдено «{match[0]}», а этого быть не должно.", f"“{match[0]}” was found, which must not be there.",
                turn.number, match[0],
            )  # fmt: skip
    elif not hits:
        last = scope[-1] if scope else None
        yield Miss(
            f"Ни один ответ не подходит под /{params.pattern}/.", f"No reply matches /{params.pattern}/.",
            last.number if last else None, shortened(last.reply) if last else "", params.pattern,
        )  # fmt: skip


class MaxLength(Params):
    """The most characters a reply may have."""

    short: ClassVar[str | None] = "characters"
    characters: int = Field(ge=1)


def max_length(params: MaxLength, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every reply is short enough."""
    for turn in scope:
        if len(turn.reply) > params.characters:
            yield Miss(
                f"В ответе {len(turn.reply)} знаков, можно не больше {params.characters}.",
                f"The reply has {len(turn.reply)} characters, at most {params.characters} are allowed.",
                turn.number, shortened(turn.reply), f"≤ {params.characters}",
            )  # fmt: skip


class ReplyLanguage(Params):
    """The language of the replies; without it, the client's."""

    short: ClassVar[str | None] = "language"
    language: Language | None = None


def language(params: ReplyLanguage, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every reply is in the language of the client's message; a reply without words is in any."""
    for turn in scope:
        wanted = params.language or turn.record.language
        said = detect_language(turn.reply, default=wanted)
        if said != wanted:
            yield Miss(
                f"Ответ на языке «{said}», а клиент пишет на «{wanted}».",
                f"The reply is in “{said}”, the client writes in “{wanted}”.",
                turn.number, shortened(turn.reply), wanted, said,
            )  # fmt: skip


CHECKS: Iterable[Check] = (
    Check(
        "must_contain", {"ru": "Должно быть сказано", "en": "Must contain"},
        "The texts are said in a reply.", Words, must_contain,
        (
            Sample((("?", "Счёт пришлём сегодня."),), holds=True, params="счет"),
            Sample((("?", "Счёт пришлём сегодня."),), holds=False, params=["счёт", "завтра"]),
            Sample((("?", "Счёт пришлём."),), holds=True, params={"texts": ["счёт", "завтра"], "any_of": True}),
        ),
        tags=("wording",),
    ),
    Check(
        "must_not_contain", {"ru": "Не должно быть сказано", "en": "Must not contain"},
        "None of the texts is in a reply or in what the model wanted to send.", BannedWords, must_not_contain,
        (
            Sample((("?", "Гарантий нет."),), holds=True, params="100 % гарантия"),
            Sample((("?", "Это 100 % ГАРАНТИЯ."),), holds=False, params="100\N{NO-BREAK SPACE}% гарантия"),
        ),
        tags=("wording",),
    ),
    Check(
        "regex", {"ru": "Регулярное выражение", "en": "Regular expression"},
        "A reply matches the expression, or with `absent` none does.", Regex, regex,
        (
            Sample((("?", "Заявка № 1204."),), holds=True, params=r"№\s*\d+"),
            Sample((("?", "Заявка принята."),), holds=False, params=r"№\s*\d+"),
            Sample((("?", "Заявка № 1204."),), holds=False, params={"pattern": r"№\s*\d+", "absent": True}),
            Sample((("?", "Заявка."),), holds=True, params={"pattern": r"№\s*\d+", "absent": True}),
        ),
        tags=("wording",),
    ),
    Check(
        "max_length", {"ru": "Не длиннее", "en": "No longer than"},
        "Every reply has at most so many characters.", MaxLength, max_length,
        (
            Sample((("?", "Да."),), holds=True, params=10),
            Sample((("?", "Да."), ("?", "Да, конечно, привезём завтра.")), holds=False, params=10),
        ),
        tags=("wording",),
    ),
    Check(
        "language", {"ru": "Язык клиента", "en": "The client's language"},
        "Every reply is in the language of the client's message (or in the one named).", ReplyLanguage, language,
        (
            Sample((("Сколько стоит доставка?", "Доставка бесплатная."),), holds=True),
            Sample((("Жеткізу қанша тұрады?", "Жеткізу тегін."),), holds=True),
            Sample((("How much is delivery?", "Delivery is free."),), holds=True),
            Sample((("Жеткізу қанша тұрады?", "Доставка бесплатная."),), holds=False),
            Sample((("How much is delivery?", "Доставка бесплатная."),), holds=True, params="ru"),
        ),
        tags=("wording",),
    ),
)  # fmt: skip
