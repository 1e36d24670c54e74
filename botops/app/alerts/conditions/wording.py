"""The words of conditions: the same sentence in Russian, Kazakh and English, with figures written as each does."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from botops.domain.alerts import Texts
    from botops.domain.messages import Language

Value = str | int | Callable[["Language"], str]


def said(ru: str, kk: str, en: str, **values: Value) -> Texts:
    """A sentence in all three languages; `values` are put in their places, written as the language does."""
    sentences: dict[Language, str] = {"ru": ru, "kk": kk, "en": en}
    return MappingProxyType(
        {
            language: text.format(**{name: v(language) if callable(v) else v for name, v in values.items()})
            for language, text in sentences.items()
        }
    )


def percent(share: float) -> Callable[[Language], str]:
    """A share as a percentage: 11,9 %."""

    def written(language: Language) -> str:
        from botops.monitor.alert_words import percent as in_words

        return in_words(share, language, 1)

    return written


def length(span: timedelta) -> Callable[[Language], str]:
    """A length of time: 2 h 5 min."""

    def written(language: Language) -> str:
        from botops.monitor.alert_words import span as in_words

        return in_words(span, language)

    return written
