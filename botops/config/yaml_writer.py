"""Writing YAML that this project's own reader takes for what it was."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from botops.config.scalars import NumberTooLargeError, resolve

_UNSEEN = re.compile("[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that are written as escapes: control characters, further kinds of line breaks."""
_FAST: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # several times as fast; wheels all have it


def dump_yaml(data: Any, *, width: int = 110) -> str:
    """Plain data as YAML, keys in their order, texts of several lines as blocks, fractions as they stand.

    Reads back as the same data by this project's reader (YAML 1.2 without surprises) and, but for what it has no type
    for, by any other. `width` is where a long text may be broken.
    """
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width))


class _Dumper(_FAST):  # type: ignore[misc]  # one of the two at run time
    def ignore_aliases(self, data: Any) -> bool:  # our reader refuses them
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _is_plain(text) and not _UNSEEN.search(text)
    style = '"' if not plain else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_plain(text: str) -> bool:
    """True for a text that is still that text when it is written without quotes. PyYAML writes by the rules of YAML
    1.1, our reader reads by those of 1.2: `1e5` is a text there and a number here."""
    try:
        return resolve(text) == text
    except NumberTooLargeError:
        return False


def _number(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
