"""The hand-off queue as people work with it: who waits for a person, who took them on, who is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.domain.access import Right
from botops.domain.errors import NotFoundError
from botops.domain.people import person

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.store.views import HandOffRow


def queue(container: Container) -> tuple[HandOffRow, ...]:
    """What is waiting or taken on, the longest waiting first. Raises StoreError."""
    return container.store.reads.hand_offs()


@needs(Right.OPERATE)
def take(container: Container, dialogue_id: str, *, by: str) -> HandOffRow:
    """Somebody takes a dialogue on: the client waits no longer. What it became; of several hand-offs the first.

    Raises NotFoundError when it is not in the queue, ConflictError when another has it, UserError without a name.
    """
    who = person(by)
    for row in _open(container, dialogue_id):
        container.store.take_hand_off(row.hand_off.turn_id, who)
    return _open(container, dialogue_id)[0]


@needs(Right.OPERATE)
def close(container: Container, dialogue_id: str, *, by: str) -> None:
    """Somebody is done with a dialogue: it leaves the queue, taken on before or not. Raises as `take` does."""
    who = person(by)
    for row in _open(container, dialogue_id):
        container.store.close_hand_off(row.hand_off.turn_id, who)


def _open(container: Container, dialogue_id: str) -> tuple[HandOffRow, ...]:
    """The open hand-offs of a dialogue: a client may ask for a person more than once."""
    found = container.store.reads.hand_offs(dialogue_id=dialogue_id)
    if not found:
        raise NotFoundError(f"dialogue {dialogue_id} waits for nobody: see `botops hand-offs list`")
    return found
