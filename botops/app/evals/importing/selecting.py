"""Dialogues of the store, chosen by filter, as talks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botops.domain.evaluations import Origin
from botops.evals.importing import Entry, Said, Talk
from botops.store.reads import MOST
from botops.store.views import DialogueFilter

if TYPE_CHECKING:
    from botops.domain.outcomes import Stage
    from botops.domain.turns import TurnRecord
    from botops.store import Store


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dialogues: those of the filter, and only of leads that reached a stage, when one is given."""

    wanted: DialogueFilter
    stage: Stage | None = None


def ids_of(store: Store, selection: Selection) -> Iterator[str]:
    """The ids of the dialogues that match, the latest first."""
    stages: dict[str, bool] = {}

    def reached(lead: str) -> bool:
        if lead not in stages:
            stages[lead] = any(outcome.stage is selection.stage for outcome in store.outcomes.of_lead(lead))
        return stages[lead]

    cursor = None
    while True:
        page = store.reads.dialogues(replace(selection.wanted, limit=MOST, cursor=cursor))
        yield from (row.id for row in page.items if selection.stage is None or reached(row.lead_id))
        cursor = page.cursor
        if cursor is None:
            return


def talk_of(records: Sequence[TurnRecord]) -> Talk:
    """A dialogue of the store as a talk. Its texts are as the store keeps them."""
    first = records[0].inbound
    said = []
    for record in records:
        if record.inbound.text.strip():
            origin = str(Origin(first.dialogue_id, record.number))
            said.append(Said("user", record.inbound.text, at=record.inbound.at, origin=origin))
        if record.reply:
            said.append(Said("assistant", record.reply))
    known = {"language": first.locale, "channel": first.channel, "region": first.region, "segment": first.segment}
    name = f"dialogue {first.dialogue_id}"
    return Talk(
        Entry(name, None, lambda _: (0, 0)), "dialogue", tuple(said), first.dialogue_id, name, first.at,
        (records[0].language,), {key: value for key, value in known.items() if value is not None},
    )  # fmt: skip
