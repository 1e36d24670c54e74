"""Talks as cases of a suite: ids that stay the same, times with an offset, personal data hidden."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, get_args

from botops.domain.errors import UserError
from botops.domain.messages import Language
from botops.evals.importing.notes import Notes
from botops.evals.importing.talks import Said, Talk

Shape = Literal["script", "last-turn", "every-turn"]
"""What becomes of a dialogue: the client's lines said again in order, the last line with what was said before as
history, or one such case for every line."""
Mask = Callable[[Sequence[str]], tuple[str, ...]]
"""Hides personal data in texts that belong together."""

LONGEST_LINE = 20_000
"""Characters of one message: as many as the chat takes."""
MOST_LINES = 200
"""Client messages of one dialogue."""

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_KEY = 60
_YEARS = range(1970, 2200)
_LANGUAGES = frozenset(get_args(Language))
_OTHER_CODES = {"kz": "kk"}
"""Kazakh under the country's code, as many forms have it."""


@dataclass(frozen=True, slots=True)
class CaseMaker:
    """Makes cases of talks. `zone` is that of times without an offset; without a `shape` a recorded dialogue is a
    script and a test a last turn. `tags` are given to every case."""

    notes: Notes
    mask: Mask
    zone: tzinfo
    shape: Shape | None = None
    tags: tuple[str, ...] = ()

    def made(self, talks: Iterable[Talk]) -> list[dict[str, Any]]:
        """The cases of all talks, each once. A talk that cannot be a case, or has the id of another one, becomes a
        problem among the notes."""
        first: dict[str, tuple[Talk, dict[str, Any]]] = {}
        for talk in talks:
            try:
                cases = list(self.cases(talk))
            except UserError as error:
                self.notes.kept += error.problems
                continue
            for case in cases:
                known, same = first.setdefault(case["id"], (talk, case))
                if {**same, "origin": ""} != {**case, "origin": ""}:
                    line = known.entry.place(known.entry.path)[0]
                    message = f"the id of the dialogue on line {line}, which is another one: give each its own"
                    self.notes.kept.append(talk.entry.problem(message, "duplicate-id"))
        return [case for _, case in first.values()]

    def cases(self, talk: Talk) -> Iterator[dict[str, Any]]:
        """The cases of a talk, as a suite's file has them; none when the client says nothing in it.

        Raises UserError that points at what cannot be a case.
        """
        said = _joined(talk.said)
        lines = [number for number, one in enumerate(said) if one.role == "user"]
        if not lines:
            self.notes.lost(talk.entry, "the client says nothing in it")
            return
        _bounded(talk, said, len(lines))
        shape = self.shape or ("last-turn" if talk.asked else "script")
        head = self._head(talk)
        if shape == "every-turn":
            for count, place in enumerate(lines, 1):
                yield self._case(talk, head, said[:place], [said[place]], f"-{count}")
        elif shape == "last-turn":
            yield self._case(talk, head, said[: lines[-1]], [said[lines[-1]]], "" if talk.asked else f"-{len(lines)}")
        else:
            greeting = said[: lines[0]]
            yield self._case(talk, head, greeting, [said[place] for place in lines], "")

    def _head(self, talk: Talk) -> dict[str, Any]:
        head: dict[str, Any] = {"id": self.id_of(talk)}
        for key, value in talk.known.items():
            if key != "language":
                head[key] = value
            elif (code := _language(value)) in _LANGUAGES:
                head[key] = code
            else:
                self.notes.lost(talk.entry, f"the language `{value[:20]}`: one of ru, kk, en is needed")
        return head

    def _case(
        self, talk: Talk, head: dict[str, Any], history: Sequence[Said], lines: Sequence[Said], suffix: str
    ) -> dict[str, Any]:
        tags = tuple(dict.fromkeys((*talk.tags, *self.tags)))
        own = [key for key in head if key not in ("id", "language")]
        texts = [
            lines[0].origin or talk.origin,
            *tags,
            *(head[key] for key in own),
            *(s.text for s in (*history, *lines)),
        ]
        hidden = iter(self.mask(texts))
        case = {"id": head["id"] + suffix}
        if (at := lines[0].at or talk.at) is not None:
            case["at"] = self._time(talk, at).isoformat(timespec="seconds")
        if "language" in head:
            case["language"] = head["language"]
        origin = next(hidden)
        if origin:
            case["origin"] = origin
        if tags:
            case["tags"] = [next(hidden) for _ in tags]
        case |= {key: next(hidden) for key in own}
        if history:
            case["history"] = [{"role": one.role, "content": next(hidden)} for one in history]
        asked = [(next(hidden), list(self._expected(talk, line))) for line in lines]
        if len(asked) == 1:
            case["turns"] = [asked[0][0]]
            return {**case, "expect": asked[0][1]} if asked[0][1] else case
        case["turns"] = [{"client": text, "expect": expect} if expect else text for text, expect in asked]
        return case

    def _expected(self, talk: Talk, line: Said) -> Iterator[Any]:
        for check in line.expect:
            texts = list(_texts_in(check))
            if self.mask(texts) == tuple(texts):
                yield check
            else:
                self.notes.lost(talk.entry, "a check for a phone, an e-mail or the like, which is never kept")

    def id_of(self, talk: Talk) -> str:
        """An id that the same talk always gets: its own there, else one made of what it says."""
        if talk.key is None:
            said = [[one.role, one.text, list(one.expect)] for one in _joined(talk.said)]
            whole = [said, talk.at, talk.tags, dict(talk.known)]
            name = "" if self.mask((talk.name,)) != (talk.name,) else f"-{_plain(talk.name)[:40]}".rstrip("-")
            return f"{talk.kind}{name}-{_digest(json.dumps(whole, ensure_ascii=False, default=str))[:12]}"
        if self.mask((talk.key,)) != (talk.key,):
            return f"{talk.kind}-{_digest(talk.key)[:12]}"
        plain = _plain(talk.key)
        # What was left out of a key could have been all that set it apart.
        return f"{talk.kind}-{plain}" if plain == talk.key else f"{talk.kind}-{plain}-{_digest(talk.key)[:8]}"

    def _time(self, talk: Talk, moment: datetime) -> datetime:
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)
        if moment.year not in _YEARS:
            raise talk.entry.fault(f"the year {moment.year} is no time of a dialogue: correct it", "bad-time")
        return moment.astimezone(self.zone) if moment.tzinfo is UTC else moment


def _joined(said: Sequence[Said]) -> list[Said]:
    """Messages of one speaker in a row as one, since the bot answers them with one reply; those between which a reply
    without text stands are apart."""
    joined: list[Said] = []
    for one in said:
        if joined and one.role == joined[-1].role != "tool":
            before = joined.pop()
            joined.append(replace(one, text=f"{before.text}\n{one.text}", expect=(*before.expect, *one.expect)))
        else:
            joined.append(one)
    return [one for one in joined if one.text.strip()]


def _bounded(talk: Talk, said: Sequence[Said], lines: int) -> None:
    if lines > MOST_LINES:
        raise talk.entry.fault(f"{lines} client messages: a dialogue has at most {MOST_LINES}", "too-large")
    for one in said:
        if len(one.text) > LONGEST_LINE:
            message = f"a message of {len(one.text):,} characters: at most {LONGEST_LINE:,} can be said"
            raise talk.entry.fault(message, "too-large")
        if "\0" in one.text:
            raise talk.entry.fault("a message with a NUL character in it: remove it", "nul")


def _plain(text: str) -> str:
    return _NOT_IN_ID.sub("-", text)[:_LONGEST_KEY].strip("-")


def _language(code: str) -> str:
    short = re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
    return _OTHER_CODES.get(short, short)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
