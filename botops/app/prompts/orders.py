"""Orders of a prompt that cannot all be followed, told where they stand and in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.prompts.text import blanked
from botops.claims.clashes import Clash, Kind, LanguageOrder, clashes, language_orders
from botops.claims.instructions import Instructions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.registry.version import Passage, PromptVersion, Wording

RULE = "contradiction"

_CLASH: dict[Language, dict[Kind, str]] = {
    "ru": {
        Kind.LIMIT: "«{second}» задаёт другой предел, чем «{first}» ({place}): оставьте один",
        Kind.LANGUAGE: "«{second}» спорит с «{first}» ({place}): язык ответа должен быть один",
        Kind.BAN: "«{second}» спорит с «{first}» ({place}): одно велит то, что другое запрещает",
    },
    "kk": {
        Kind.LIMIT: "«{second}» пен «{first}» ({place}) екі түрлі шек қояды: біреуін қалдырыңыз",
        Kind.LANGUAGE: "«{second}» пен «{first}» ({place}) екі тілді талап етеді: жауап тілі біреу болуы керек",
        Kind.BAN: "«{second}» пен «{first}» ({place}) бір-біріне қайшы: біреуі бұйырғанды екіншісі тыйым салады",
    },
    "en": {
        Kind.LIMIT: "“{second}” sets another limit than “{first}” ({place}): keep one of them",
        Kind.LANGUAGE: "“{second}” contradicts “{first}” ({place}): a reply has one language",
        Kind.BAN: "“{second}” contradicts “{first}” ({place}): one orders what the other forbids",
    },
}
_SERVED: dict[Language, str] = {
    "ru": "«{quote}» велит отвечать только на одном языке ({one}), а этот текст служит для: {served}",
    "kk": "«{quote}» тек бір тілде ({one}) жауап беруді бұйырады, ал бұл мәтін мына тілдерге арналған: {served}",
    "en": "“{quote}” orders replies in one language only ({one}), but this text serves {served}",
}


def contradictions(version: PromptVersion, language: Language) -> Iterator[Problem]:
    """Clauses of one version that contradict each other or the languages it serves, as warnings."""
    for wording in version.wordings:
        texts = [Instructions(blanked(passage.text.text)) for passage in wording.passages]
        for clash in clashes(texts):
            yield _told(version, wording.passages, clash, language)
        served = _served(version, wording)
        for order in language_orders(texts):
            if served and served != [order.language]:
                yield _not_served(version, wording.passages, order, served, language)


def _served(version: PromptVersion, wording: Wording) -> list[Language]:
    """The languages of replies that get these messages."""
    if wording.language is not None:
        return [wording.language]
    return [language for language in version.spec.languages if language not in version.spec.texts]


def _told(version: PromptVersion, passages: tuple[Passage, ...], clash: Clash, language: Language) -> Problem:
    first = passages[clash.first.text]
    line, _ = version.span(first).position(clash.first.start)
    file = version.span(first).file.rsplit("/", 1)[-1]
    message = _CLASH[language][clash.kind].format(
        first=clash.first.quote, second=clash.second.quote, place=f"{file}:{line}"
    )
    return version.problem_in(
        passages[clash.second.text], clash.second.start, message, rule=RULE, level="warning"
    )  # fmt: skip


def _not_served(
    version: PromptVersion, passages: tuple[Passage, ...], order: LanguageOrder, served: list[Language],
    language: Language,
) -> Problem:  # fmt: skip
    message = _SERVED[language].format(quote=order.place.quote, one=order.language, served=", ".join(served))
    return version.problem_in(passages[order.place.text], order.place.start, message, rule=RULE, level="warning")
