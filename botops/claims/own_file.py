"""The file in which a company declares words and term kinds of its own, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from botops.claims.extensions import OwnTerm
from botops.claims.lexicon import OwnWords, topics
from botops.claims.policy import OWN
from botops.config import Strict
from botops.config.wording import suggestion
from botops.domain.messages import Language

_MOST_FORMS = 200
_MOST_WORD = 40
_LEAST_STEM = 3


def _form(text: str) -> str:
    words = text.split()
    if not words:
        raise ValueError("empty: write a word or a phrase")
    for word in words:
        body = word.removeprefix("=").removesuffix("*")
        if not body.replace("-", "").replace("'", "").isalpha():
            raise ValueError(f"`{word}` is no word: letters only, with = before it (this form only) or * behind it")
        if word.startswith("=") and word.endswith("*"):
            raise ValueError(f"`{word}`: = and * exclude each other")
        if len(body) > _MOST_WORD:
            raise ValueError(f"`{word}` is over {_MOST_WORD} letters")
        if word.endswith("*") and len(body) < _LEAST_STEM:
            raise ValueError(f"`{word}` would match far too much: at least {_LEAST_STEM} letters before the *")
    return text


def _topic(name: str) -> str:
    if name not in topics():
        raise ValueError(f"unknown topic `{name}`{suggestion(name, topics(), others='topics')}")
    return name


def _some(forms: dict[Language, tuple[str, ...]]) -> dict[Language, tuple[str, ...]]:
    if not any(forms.values()):
        raise ValueError("no words: name one in one language at least")
    return forms


Form = Annotated[str, AfterValidator(_form)]
Forms = Annotated[dict[Language, Annotated[tuple[Form, ...], Field(max_length=_MOST_FORMS)]], AfterValidator(_some)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Topic = Annotated[str, AfterValidator(_topic)]


class OwnTermSpec(Strict):
    """A term kind: what it is called, for explanations, and the words that speak of it."""

    title: dict[Language, Annotated[str, Field(min_length=1, max_length=80)]] = Field(min_length=1)
    words: Forms


class OwnClaimsFile(Strict):
    """Words for topics the checker knows (`words`), and term kinds of one's own (`terms`).

    A word is written as a stem, which takes the endings of its language, `=word` as exactly this form, `stem*` with any
    ending; several words in a row are a phrase.
    """

    words: dict[Topic, Forms] = Field(default_factory=dict)
    terms: dict[Name, OwnTermSpec] = Field(default_factory=dict)

    def compiled(self) -> tuple[OwnWords | None, dict[str, OwnTerm]]:
        """The words ready to be looked up, and the term kinds."""
        terms = {
            name: OwnTerm(name, {str(language): title for language, title in spec.title.items()})
            for name, spec in self.terms.items()
        }
        forms = tuple(self._forms())
        return (OwnWords(forms) if forms else None), terms

    def _forms(self) -> Iterator[tuple[str, str, str]]:
        concepts = [*self.words.items(), *((OWN + name, spec.words) for name, spec in self.terms.items())]
        for concept, languages in concepts:
            for language, forms in languages.items():
                for form in forms:
                    yield concept, language, "_".join(form.split())
