"""The seller's ways of saying things, by language. A bank maps what is said to the ways of saying it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from botops.domain.messages import Language
from botops.simulator.phrases import en, kk, ru

Bank = Mapping[str, tuple[str, ...]]
_ADDRESS = re.compile(r"<([^/<>]*)/([^<>]*)>")


def _addressed(bank: Bank, *, informal: bool) -> Bank:
    """A bank with `<formal/informal>` pairs settled."""
    side = 2 if informal else 1
    return {key: tuple(_ADDRESS.sub(lambda m: m[side], p) for p in phrases) for key, phrases in bank.items()}


_PHRASES: Mapping[Language, Bank] = {"ru": ru.PHRASES, "kk": kk.PHRASES, "en": en.PHRASES}
_BANKS: Mapping[tuple[Language, bool], Bank] = {
    (language, informal): _addressed(phrases, informal=informal)
    for language, phrases in _PHRASES.items()
    for informal in (False, True)
}
WORDS: Mapping[Language, Mapping[str, str]] = {"ru": ru.WORDS, "kk": kk.WORDS, "en": en.WORDS}
"""Periods, units and joining words."""


def bank(language: Language, *, informal: bool = False) -> Bank:
    """The ways of saying things in a language, addressing a client formally or not."""
    return _BANKS[language, informal]
