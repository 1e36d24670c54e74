"""Fills Alertmanager's file with addresses and secrets from the environment.

    python alerts/fill.py > /etc/alertmanager/alertmanager.yml

A way to tell people (Telegram, e-mail, a webhook) that lacks a variable is left out, and said so, instead of breaking
the whole file; a variable that is set to nothing counts as missing. Needs PyYAML, which botops brings.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("alertmanager.yml")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_MAIL = ("smtp_smarthost", "smtp_from")
"""Without these Alertmanager refuses a file that sends e-mail."""


class MissingError(Exception):
    """Variables that are not set; the arguments are their names."""


def fill(text: str, environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The configuration with every variable replaced, and what had to be left out, one line each."""
    config = yaml.safe_load(text)
    left_out = []
    everywhere = config.get("global", {})
    for key in [*everywhere]:
        try:
            everywhere[key] = _filled(everywhere[key], environ)
        except MissingError as missing:
            del everywhere[key]
            left_out.append(f"global: {key} is left out: {_unset(missing)}")
    no_mail = [key for key in _MAIL if key not in everywhere]
    for receiver in config["receivers"]:
        for kind in [key for key in receiver if key.endswith("_configs")]:
            kept = []
            for way in receiver[kind]:
                try:
                    filled = _filled(way, environ)
                except MissingError as missing:
                    left_out.append(f"{receiver['name']}: {kind} is left out: {_unset(missing)}")
                else:
                    if kind == "email_configs" and no_mail:
                        left_out.append(f"{receiver['name']}: {kind} is left out: no {' and no '.join(no_mail)}")
                    else:
                        kept.append(filled)
            receiver[kind] = kept
            if not kept:
                del receiver[kind]
    return config, left_out


def _unset(missing: MissingError) -> str:
    return f"{', '.join(missing.args)} not set"


def _filled(part: Any, environ: Mapping[str, str]) -> Any:
    """A part of the file with its variables replaced. Raises MissingError with all that are not set."""
    named = set(_VARIABLE.findall(yaml.safe_dump(part, allow_unicode=True)))
    if missing := sorted(name for name in named if not environ.get(name, "").strip()):
        raise MissingError(*missing)
    return _replaced(part, environ)


def _replaced(part: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        replaced = {key: _replaced(inner, environ) for key, inner in part.items()}
        if "chat_id" in replaced:
            replaced["chat_id"] = _chat(replaced["chat_id"], part["chat_id"])
        return replaced
    if isinstance(part, list):
        return [_replaced(inner, environ) for inner in part]
    if not isinstance(part, str):
        return part
    return _VARIABLE.sub(lambda found: environ[found[1]].strip(), part)


def _chat(text: str, written: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SystemExit(f"{written}: {text!r} is no number of a Telegram chat, such as -1001234567890") from None


def main() -> None:
    """Writes the filled file to stdout and what was left out to stderr."""
    config, left_out = fill(FILE.read_text("utf-8"), os.environ)
    for line in left_out:
        sys.stderr.write(f"{line}\n")
    yaml.safe_dump(config, sys.stdout, allow_unicode=True, sort_keys=False)


if __name__ == "__main__":
    main()
