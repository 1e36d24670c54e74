"""The kill switch: one action that is in force on every replica within two seconds, and its end.

An order stands above the release file; no file is edited. All it needs is a `Switchboard`, which a container is.
`fold_overrides` ends what a later release makes void.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.releases.auditing import prompt_subject
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import key_of, person
from botops.domain.people import reason as reasoned
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry, Deed, Override, OverrideKind
from botops.registry.model import ReleaseAction
from botops.registry.release import rollback_target

if TYPE_CHECKING:
    from botops.app.releases.switchboard import Switchboard
    from botops.registry import Release, ReleaseSpec, Split

Target = Literal["last-good", "hand-over", "control"] | int
"""What a prompt is switched to: the version that was live before, a person for every dialogue, the first variant of its
experiment for everybody, or a version by its number."""

GUARDRAIL = "guardrail:"
"""How the orders that the watch loop gives are signed, before the metric's name."""
_MOST_DIGITS = 9
_BY_PERSON = (OverrideKind.HAND_OVER, OverrideKind.VERSION)
"""Of these one holds at a time: a new one takes the place of the other."""


@dataclass(frozen=True, slots=True)
class Killed:
    """The order now in force, and those it took the place of."""

    override: Override
    replaced: tuple[Override, ...] = ()


def target_of(text: str) -> Target:
    """The target named by a text: `last-good`, `hand-over`, `control` or a version's number. Raises UserError."""
    if text in ("last-good", "hand-over", "control"):
        return text  # type: ignore[return-value]
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text):
        return int(text)
    raise UserError(f"{text[:80]!r} is nothing to switch to: say last-good, hand-over, control or a version as 3")


@needs(Right.OPERATE)
def kill(board: Switchboard, prompt: str, to: Target = "last-good", *, by: str, reason: str) -> Killed:
    """Switches a prompt, audited, in force everywhere within two seconds; another person's order on it is replaced.

    Only a version that was live or in an experiment before may be named: the kill switch goes back, it publishes
    nothing. Raises NotFoundError for an unknown prompt or version, UserError, ConflictError when just that is in force
    already, StoreError.
    """
    who, why = said(by, reason)
    made = _order(board, prompt, to, who, why)
    standing = [o for o in board.store.overrides.in_force() if o.subject == prompt]
    for order in standing:
        if (order.kind, order.version, order.experiment) == (made.kind, made.version, made.experiment):
            raise ConflictError(
                f"{prompt}: {in_words(order)} already, by {order.by} since {order.at:%Y-%m-%d %H:%M} UTC"
            ).told_as(Refusal.ORDERED_ALREADY, who=order.by)
    kinds = (OverrideKind.CONTROL,) if made.kind is OverrideKind.CONTROL else _BY_PERSON
    replaced = board.store.overrides.replace(
        made, order_entry(board, made), kinds, ending(board, who, f"replaced: {in_words(made)}")
    )
    board.overrides.forget()
    return Killed(made, replaced)


@needs(Right.OPERATE)
def restore(board: Switchboard, prompt: str, *, by: str, reason: str) -> tuple[Override, ...]:
    """Ends the orders people gave on a prompt, audited: the release file decides again within two seconds.

    An experiment that a guardrail stopped is not taken up again, its figures would mix two times: it is ended, and may
    begin a new phase. Raises NotFoundError for an unknown prompt, ConflictError when nothing can be ended, StoreError.
    """
    who, why = said(by, reason)
    _known(board, prompt)
    standing = [o for o in board.store.overrides.in_force() if o.subject == prompt]
    mine = [o for o in standing if not by_guardrail(o)]
    if not mine and standing:
        raise ConflictError(
            f"{prompt}: {standing[0].experiment} was stopped by {standing[0].by} ({standing[0].reason}) and is not "
            f"taken up again: end it (botops experiment stop {prompt}), then start a new phase if you must"
        )
    if not mine:
        raise ConflictError(f"{prompt}: no override is in force, the release file decides").told_as(Refusal.NO_ORDER)
    ended = tuple(board.store.overrides.end(order.id, ending(board, who, why)) for order in mine)
    board.overrides.forget()
    return ended


def fold_overrides(board: Switchboard, prompt: str, *, by: str, reason: str) -> tuple[Override, ...]:
    """Ends the overrides that the release file, as it stands now, makes void; to be called after it was written.

    A version ordered is void once something was published or rolled back after the order, or when it is live for
    everybody; a stopped experiment once its phase is over. An order to hand over stays until a person restores.
    A prompt served from its last good state keeps its orders: what it will be served from is not known.
    Raises NotFoundError, UserError for a release that cannot be read, StoreError.
    """
    release = board.registry.release(prompt)
    if prompt in board.registry.state().stale:
        return ()
    ended = []
    for order in board.store.overrides.in_force():
        if order.subject == prompt and void(order, release):
            try:
                ended.append(board.store.overrides.end(order.id, ending(board, by, reason)))
            except ConflictError:
                continue  # another replica was first
    board.overrides.forget()
    return tuple(ended)


def void(order: Override, release: Release) -> bool:
    """True when a release leaves nothing to an order. Only steps taken after it count: a replica that has not read the
    newest release file yet must not end what was ordered on it."""
    later = [step for step in release.spec.approvals if step.at >= order.at]
    split = release.split
    if order.kind is OverrideKind.CONTROL:
        return bool(later) and (split is None or split.seed != order.experiment)
    if order.kind is OverrideKind.VERSION:
        anew = any(step.action in {ReleaseAction.PUBLISH, ReleaseAction.ROLLBACK} for step in later)
        return anew or (bool(later) and split is None and release.live == order.version)
    return False


def stop_in_force(board: Switchboard, prompt: str, split: Split) -> Override | None:
    """The order that gives everybody the control of a split, None while it runs. Raises StoreError."""
    for order in board.store.overrides.in_force():
        if (order.subject, order.kind, order.experiment) == (prompt, OverrideKind.CONTROL, split.seed):
            return order
    return None


def by_guardrail(order: Override) -> bool:
    """True for an order no person gave."""
    return order.by.startswith(GUARDRAIL)


def in_words(order: Override) -> str:
    """What an order does, in a few words."""
    if order.kind is OverrideKind.HAND_OVER:
        return "every dialogue goes to a person"
    if order.kind is OverrideKind.VERSION:
        return f"everybody gets version {order.version}"
    return f"{order.experiment} is stopped, everybody gets its first variant"


def order_entry(board: Switchboard, order: Override, **detail: str | int | float | bool | None) -> AuditEntry:
    """The audit entry of an order given; `detail` is kept beside what the order says."""
    checksum = None
    if order.version is not None:
        checksum = board.registry.version(order.subject, order.version).ref.checksum
    return AuditEntry(
        new_id(), order.at, order.by, Deed.OVERRIDE, prompt_subject(order.subject), order.reason,
        None if order.version is None else str(order.version), checksum, {**_detail(order), **detail},
    )  # fmt: skip


def ending(board: Switchboard, by: str, reason: str) -> Callable[[Override], AuditEntry]:
    """What makes the audit entry of an order's end."""
    now = board.clock.now()

    def entry(order: Override) -> AuditEntry:
        version = None if order.version is None else str(order.version)
        subject = prompt_subject(order.subject)
        return AuditEntry(new_id(), now, by, Deed.OVERRIDE_END, subject, reason, version, None, _detail(order))

    return entry


def said(by: str, reason: str) -> tuple[str, str]:
    """Who gives an order and why, as they are kept. Raises UserError for what says nothing or cannot be shown, and for
    the signature of a guardrail."""
    who, why = person(by), reasoned(reason)
    if key_of(who).startswith(GUARDRAIL):
        raise UserError(f"{who!r} is how the watch loop signs its orders: give a person's name")
    return who, why


def override_row(order: Override) -> dict[str, Any]:
    """An override as JSON."""
    return {
        "id": order.id,
        "prompt": order.subject,
        "kind": order.kind.value,
        "version": order.version,
        "experiment": order.experiment,
        "by": order.by,
        "at": order.at.isoformat(),
        "reason": order.reason,
    }


def _detail(order: Override) -> dict[str, str | int | float | bool | None]:
    return {"override": order.id, "kind": order.kind.value, "experiment": order.experiment}


def _known(board: Switchboard, prompt: str) -> None:
    """Raises NotFoundError for an unknown prompt; one whose folder is gone is known while an order on it holds."""
    if not any(o.subject == prompt for o in board.store.overrides.in_force()):
        board.registry.versions(prompt)


def _order(board: Switchboard, prompt: str, to: Target, by: str, reason: str) -> Override:
    board.registry.versions(prompt)
    now = board.clock.now()
    if to == "hand-over":
        return Override(new_id(), prompt, OverrideKind.HAND_OVER, by, now, reason)
    release = board.registry.release(prompt)
    if to == "control":
        if release.split is None:
            raise UserError(f"{prompt}: no experiment runs on it: there is nothing to stop")
        return Override(new_id(), prompt, OverrideKind.CONTROL, by, now, reason, experiment=release.split.seed)
    number = _before(release.spec, prompt) if to == "last-good" else to
    assert isinstance(number, int)
    if number not in release.spec.checksums and number not in release.served:
        known = ", ".join(str(n) for n in sorted({*release.spec.checksums, *release.served}))
        raise NotFoundError(f"{prompt}@{number} was never published, the kill switch only goes back: to {known}")
    try:
        board.registry.version(prompt, number)
    except UserError as error:
        raise UserError(f"{prompt}@{number} cannot be served, name another or --to hand-over: {error}") from error
    if release.split is None and release.live == number:
        raise ConflictError(
            f"{prompt}@{number} is live for everybody already: `restore` ends an order above it"
        ).told_as(Refusal.LIVE_ALREADY)
    return Override(new_id(), prompt, OverrideKind.VERSION, by, now, reason, version=number)


def _before(spec: ReleaseSpec, prompt: str) -> int:
    try:
        return rollback_target(spec, None)
    except UserError as error:
        raise UserError(f"{prompt}: {error}, or --to hand-over") from error
