"""What parts of the traffic are called in plain words: a version, a variant, a model, a channel, a language. Russian,
Kazakh, English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botops.domain.messages import Language

_DIMENSIONS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "ru": {
            "bare_version": "версия", "bare_variant": "вариант эксперимента",
            "version": "версия {number} промпта {name}", "variant": "вариант {number} эксперимента {name}",
            "outside": "клиенты вне эксперимента {name}", "model": "модель {value}", "channel": "канал {value}",
            "language": "диалоги {value}", "prompt": "промпт {value}", "kind": "вид ошибки {value}",
        },
        "kk": {
            "bare_version": "нұсқа", "bare_variant": "эксперимент нұсқасы",
            "version": "{name} промптының {number}-нұсқасы", "variant": "{name} экспериментінің {number}-нұсқасы",
            "outside": "{name} экспериментінен тыс клиенттер", "model": "{value} моделі", "channel": "{value} арнасы",
            "language": "{value} диалогтар", "prompt": "{value} промпты", "kind": "қате түрі {value}",
        },
        "en": {
            "bare_version": "version", "bare_variant": "variant of an experiment",
            "version": "version {number} of the prompt {name}", "variant": "variant {number} of the experiment {name}",
            "outside": "clients outside the experiment {name}", "model": "model {value}", "channel": "channel {value}",
            "language": "dialogues {value}", "prompt": "prompt {value}", "kind": "kind of finding {value}",
        },
    }
)  # fmt: skip
_NUMBERED: Mapping[str, str] = MappingProxyType({"version": "@", "variant": ":"})
_VALUES: Mapping[Language, Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        "ru": {
            ("language", "ru"): "на русском", ("language", "kk"): "на казахском", ("language", "en"): "на английском",
            ("channel", "web"): "«Сайт»", ("channel", "console"): "«Чат в консоли»", ("channel", "import"): "«Импорт»",
        },
        "kk": {
            ("language", "ru"): "орыс тіліндегі", ("language", "kk"): "қазақ тіліндегі",
            ("language", "en"): "ағылшын тіліндегі", ("channel", "web"): "«Сайт»",
            ("channel", "console"): "«Консоль чаты»", ("channel", "import"): "«Импорт»",
        },
        "en": {
            ("language", "ru"): "in Russian", ("language", "kk"): "in Kazakh", ("language", "en"): "in English",
            ("channel", "web"): "“Website”", ("channel", "console"): "“Console chat”",
            ("channel", "import"): "“Import”",
        },
    }
)  # fmt: skip
_OUTSIDE = "-1"


def part(dimension: str, value: str, language: Language) -> str:
    """A part of the traffic as people call it: `name@2` is version 2 of a prompt, `name:1` the second variant of an
    experiment (0 is the control, -1 whoever was left out), `en` dialogues in English. What has no words is told as it
    is kept."""
    texts = _DIMENSIONS[language]
    if dimension in _NUMBERED:
        name, _sign, number = value.rpartition(_NUMBERED[dimension])
        if name and number == _OUTSIDE:
            return texts["outside"].format(name=name)
        if name and number.isdecimal():
            return texts[dimension].format(name=name, number=int(number) + (dimension == "variant"))
        return f"{texts['bare_' + dimension]} {value}".strip()
    known = _VALUES[language].get((dimension, value), value)
    return texts[dimension].format(value=known) if dimension in texts else f"{dimension} {value}"
