"""Turns that a tool logged one by one, put together again: each trace of a session is a turn of its dialogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from botops.evals.importing.talks import Said, Talk

_NO_REPLY = Said("assistant", "")
"""Stands between turns whose reply was not logged."""
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def joined(talks: Iterable[Talk]) -> list[Talk]:
    """Talks of one thread as one dialogue, in the order of their times; the others as they are, at their places.

    A turn that was logged with everything said before it takes the place of that; one logged alone goes on from it.
    """
    threads: dict[str, list[Talk]] = {}
    for number, talk in enumerate(talks):
        threads.setdefault(talk.thread if talk.thread is not None else f"\0{number}", []).append(talk)
    return [_one(thread) for thread in threads.values()]


def _one(thread: list[Talk]) -> Talk:
    if len(thread) == 1:
        return replace(thread[0], key=thread[0].thread or thread[0].key)
    in_order = sorted(thread, key=_moment)
    said: tuple[Said, ...] = ()
    for talk in in_order:
        own = tuple(replace(one, at=one.at or talk.at) for one in talk.said)
        said = _timed(own, said) if _begins(own, said) else (*said, _NO_REPLY, *own)
    tags = tuple(dict.fromkeys(tag for talk in in_order for tag in talk.tags))
    first = in_order[0]
    return replace(first, said=said, key=first.thread, tags=tags, asked=False)


def _timed(whole: tuple[Said, ...], start: tuple[Said, ...]) -> tuple[Said, ...]:
    """A dialogue whose first client's lines were said when they were logged first."""
    earlier = iter([one.at for one in start if one.role == "user"])
    return tuple(replace(one, at=next(earlier, one.at)) if one.role == "user" else one for one in whole)


def _moment(talk: Talk) -> datetime:
    at = talk.at or _FIRST
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _begins(whole: tuple[Said, ...], start: tuple[Said, ...]) -> bool:
    """True when the client's lines of one are the first ones of the other: replies may have been cut or corrected."""
    own, other = ([s.text for s in said if s.role == "user"] for said in (start, whole))
    return len(other) > len(own) and other[: len(own)] == own
