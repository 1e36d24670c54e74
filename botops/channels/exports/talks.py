"""From messages to dialogues: whose side each author is on, and where one dialogue ends and the next begins."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from botops.channels.exports.model import Choice, Export, Said
from botops.channels.exports.sides import role_of
from botops.claims.dialogues import Dialogue
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.messages import Message, Role

SILENCE = timedelta(hours=24)
"""After so long without a word the next message begins a new dialogue of the same client."""
_MOST_NAMED = 20
_MANY_TALKS = 0.6
"""The share of chats from which on somebody who writes in several is taken for the company's side."""


def settle_roles(export: Export, choice: Choice) -> None:
    """Puts every author on a side: as was chosen, else as the export, names and everybody's part in the chats tell.

    Of one chat between two the one who did not begin is the bot: clients write first. Raises UserError for a chosen
    bot nobody is called.
    """
    authors = Counter(message.author for message in export.said)
    if export.said and (unknown := [name for name in choice.bots if name not in authors]):
        named_there = suggestion(unknown[0], list(authors)[:_MOST_NAMED], others="authors")
        raise UserError(f"{export.file}: nobody in it is called `{unknown[0]}`{named_there}")
    if choice.bots:
        export.roles = {a: "assistant" if a in choice.bots else "user" for a, _n in authors.most_common()}
        return
    named: dict[str, Role] = {}
    for author in authors:
        role = role_of(author)
        if author in export.bots:
            role = "assistant"
        elif author in export.clients:
            role = "user"
        if role is not None:
            named[author] = role
    if "assistant" not in named.values():
        named |= dict.fromkeys(_company(export, authors, named), "assistant")
    export.roles = {author: choice.roles.get(author, named.get(author, "user")) for author, _n in authors.most_common()}


def _company(export: Export, authors: Counter[str], named: Mapping[str, Role]) -> list[str]:
    talks: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for message in export.said:
        talks[message.author].add(message.talk)
        first.setdefault(message.talk, message.author)
    open_to = [author for author in authors if author not in named]
    if len(first) > 1:
        usual = [a for a in open_to if len(talks[a]) > 1 and len(talks[a]) >= _MANY_TALKS * len(first)]
        if usual:
            return usual
    others = [author for author in open_to if author not in first.values()]
    return (others or open_to[1:])[:1] if not named else open_to[:1]


def dialogues_of(export: Export, *, undated: datetime | None = None) -> Iterator[Dialogue]:
    """The dialogues of an export in which the bot says something, in order.

    `undated` is the moment of those that tell no time; without it they are left out. A chat that is no dialogue by
    itself is cut where nobody wrote for a day. Ids are those of the export where it has any, else made of the chat and
    its day.
    """
    if export.dialogues:
        yield from export.dialogues
        return
    for talk, messages in _talks(export).items():
        for number, part in enumerate([messages] if export.whole else _cut(messages)):
            started = next((m.at for m in part if m.at is not None), undated)
            if started is None or not any(export.roles.get(m.author) == "assistant" for m in part):
                continue
            key = hashlib.sha256(f"{export.form}\0{talk}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
            name = talk if export.whole else f"{export.form}-{key}-{number + 1}-{started:%Y-%m-%d}"
            yield Dialogue(
                name,
                tuple(Message(export.roles.get(m.author, "user"), m.text, None, m.at) for m in part),
                started, line=part[0].line, lead=name if export.whole else f"{export.form}-{key}",
            )  # fmt: skip


def dialogue_row(dialogue: Dialogue) -> dict[str, Any]:
    """A dialogue as a row of `botops check` and `botops ingest`, without what prompts said of it."""
    messages = [
        {"role": m.role, "content": m.content} | ({"at": m.at.isoformat()} if m.at is not None else {})
        for m in dialogue.messages
    ]
    row: dict[str, Any] = {"id": dialogue.id, "started_at": dialogue.started_at.isoformat(), "messages": messages}
    more = {"lang": dialogue.lang, "region": dialogue.region, "segment": dialogue.segment, "lead": dialogue.lead}
    return row | {key: value for key, value in more.items() if value}


def _talks(export: Export) -> dict[str, list[Said]]:
    """Messages by chat, each chat in the order of time."""
    found: dict[str, list[Said]] = defaultdict(list)
    for message in export.said:
        found[message.talk].append(message)
    return {talk: _in_order(messages) for talk, messages in found.items()}


def _in_order(messages: Sequence[Said]) -> list[Said]:
    """By time where all tell one. A list with the newest first is turned round: equal times keep their order."""
    moments = [_comparable(m.at) for m in messages if m.at is not None]
    if len(moments) < len(messages):
        return list(messages)
    later, earlier = (sum(sign * (b - a).total_seconds() > 0 for a, b in pairwise(moments)) for sign in (1, -1))
    ordered = list(messages)[::-1] if earlier > later else list(messages)
    return sorted(ordered, key=lambda m: _comparable(m.at or moments[0]))


def _comparable(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _cut(messages: Sequence[Said]) -> Iterator[list[Said]]:
    part: list[Said] = []
    for message in messages:
        before = part[-1].at if part else None
        if before is not None and message.at is not None and _comparable(message.at) - _comparable(before) > SILENCE:
            yield part
            part = []
        part.append(message)
    if part:
        yield part
