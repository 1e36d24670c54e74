"""Who says so, and why: names and reasons as they are written into logs, and when two names mean one person."""

from __future__ import annotations

import unicodedata

from botops.domain.errors import UserError

MOST_NAME = 200
"""Characters a person's name may have."""
MOST_REASON = 2_000
"""Characters a reason may have."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of text: a line of a log would read as something else."""
"""Unicode categories of characters that show nothing: two names that differ in them only look the same."""


def person(name: str) -> str:
    """A name as it is kept: one line, without spaces around it. Raises UserError when it is empty or cannot be read."""
    tidy = " ".join(_shown(name, "the name of who does it").split())
    if not key_of(tidy):
        raise UserError("who does it is missing: give a name with --by or in BOTOPS_USER")
    if len(tidy) > MOST_NAME:
        raise UserError(f"the name of who does it has {len(tidy)} characters, at most {MOST_NAME} are allowed")
    return tidy


def reason(text: str) -> str:
    """A reason as it is kept. Raises UserError when it is empty, too long or holds control characters."""
    return words(text, "the reason", "say in a few words why")


def words(text: str, what: str, step: str) -> str:
    """A text of some lines as it is kept; `what` it is called in an error, and the next `step` when it is missing.
    Raises UserError when it is empty, too long or holds control characters."""
    tidy = "\n".join(_shown(line, what) for line in text.strip().splitlines())
    if not key_of(tidy):
        raise UserError(f"{what} is missing: {step}")
    if len(tidy) > MOST_REASON:
        raise UserError(f"{what} has {len(tidy)} characters, at most {MOST_REASON} are allowed")
    return tidy


def line(text: str, what: str) -> str:
    """A text of one line as it is kept; `what` it is called in an error. Empty where nothing in it shows. Raises
    UserError when it holds control characters."""
    tidy = " ".join(_shown(text, what).split())
    return tidy if key_of(tidy) else ""


def readable(text: str) -> str:
    """A foreign text as a name or a reason may hold it: what cannot be shown is left out."""
    return "".join(character for character in text if not _unshowable(character))


def key_of(name: str) -> str:
    """What a name is compared by: compatible forms, letter case, spaces and invisible characters do not count."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(
        " " if c.isspace() else c for c in folded if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    return " ".join(seen.split())


def same_person(one: str, other: str) -> bool:
    """True when two names mean one person, as far as names can tell: `Айгерим ` is `айгерим`."""
    return key_of(one) == key_of(other)


def _shown(text: str, what: str) -> str:
    """`text`, when a terminal and a file can show it. Raises UserError."""
    for place, character in enumerate(text, 1):
        if _unshowable(character):
            raise UserError(f"{what} holds a control character (U+{ord(character):04X}) at place {place}: remove it")
    return text


def _unshowable(character: str) -> bool:
    hidden = unicodedata.category(character) in {"Cc", "Cs"} and not character.isspace()
    return hidden or character in _TURNING
