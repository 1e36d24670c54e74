"""Which names of models mean one model: providers bill by dated names, requests often carry the short one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_DATED = re.compile(r"[-@](?:20\d\d-?[01]\d-?[0-3]\d|[01]\d[0-3]\d|latest)$")
"""A day at the end of a name: `-2025-08-07`, `-20250807`, `@20250807`, `-0613`; or `-latest`."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What each name is called in the comparison. `joined` are names of several spellings that were made one."""

    theirs: Mapping[str, str]
    ours: Mapping[str, str]

    @property
    def joined(self) -> Mapping[str, tuple[str, ...]]:
        """By the name in the comparison, the other spellings of it on either side."""
        found: dict[str, set[str]] = {}
        for names in (self.theirs, self.ours):
            for name, called in names.items():
                if name != called:
                    found.setdefault(called, set()).add(name)
        return {called: tuple(sorted(names)) for called, names in sorted(found.items())}


def bare_name(name: str) -> str:
    """A model's name in small letters, without the seller before a slash and the day at its end."""
    return _DATED.sub("", name.casefold().rsplit("/", 1)[-1].strip())


def match_models(theirs: Iterable[str], ours: Iterable[str], same: Mapping[str, str]) -> Matching:
    """Matches names of an invoice with those of the store.

    Names that both sides write alike stay apart. All names with one bare name become one, under that bare name, as soon
    as either side has a spelling the other has not: whether `gpt-5-mini` meant the day's `gpt-5-mini-2025-08-07` cannot
    be told afterwards. `same` (a name on the invoice, a name of the store) goes before the rule.
    """
    renamed = {key.casefold(): value for key, value in same.items()}
    known_theirs = {name: renamed.get(name.casefold(), name) for name in theirs}
    known_ours = {name: name for name in ours}
    groups: dict[str, tuple[set[str], set[str]]] = {}
    for side, names in enumerate((known_theirs.values(), known_ours.values())):
        for name in names:
            groups.setdefault(bare_name(name), (set(), set()))[side].add(name)
    apart = {bare for bare, (there, here) in groups.items() if there == here or not there or not here}

    def called(name: str) -> str:
        bare = bare_name(name)
        return name if bare in apart else bare

    return Matching(
        {name: called(known) for name, known in known_theirs.items()}, {name: called(name) for name in known_ours}
    )
