"""One action against what an alert or an incident is about: the version at fault is taken out of service, or its prompt
is switched off.

What is to be undone is read from what is known: the replies an incident asks for, or the likely cause of an alert. The
steps are those of the releases room, audited there; they need no approval, because they only go back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.access.acting import as_part_of_it, needs
from botops.app.alerts import inbox
from botops.app.incidents.reading import likely_causes
from botops.app.pricebooks.book_releases import rollback_book
from botops.app.releases import kill_switch, releasing
from botops.app.releases.auditing import PRICEBOOK, label, prompt_of
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import MOST_REASON, readable
from botops.registry.release_file import version_before

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.releases.kill_switch import Killed, Target
    from botops.domain.alerts import Alert, LikelyCause
    from botops.domain.incidents import Incident
    from botops.registry import Release

_EXPERIMENT = "experiment:"
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class AtFault:
    """What an alert or an incident is about: a prompt, one version of it where that is known, or the price book.

    `called` is how the trouble is named in the audit log.
    """

    called: str
    prompt: str | None = None
    version: int | None = None
    book: bool = False

    @property
    def words(self) -> str:
        """What is at fault, as people write it."""
        if self.prompt is None:
            return "the price book" if self.book else "nothing known"
        return self.prompt if self.version is None else label(self.prompt, self.version)


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What was undone and what is in force now: a prompt's version, or a price book's file."""

    at_fault: AtFault
    live: str


def of_incident(container: Container, number: int) -> AtFault:
    """What an incident is about. Raises NotFoundError."""
    incident = container.store.incidents.get(number)
    alerts = container.store.alerts.of_incident(number)
    scope, causes = incident.scope, likely_causes(alerts)
    return _at_fault(container, _called(incident), scope.prompt, scope.version, causes)


def of_alert(container: Container, alert_id: str) -> AtFault:
    """What an alert is about. Raises NotFoundError."""
    alert = inbox.alert(container, alert_id)
    scope = alert.signal.scope
    prompt, version = (scope.prompt, scope.version) if scope is not None else (None, None)
    if prompt is None and alert.signal.subject is not None:
        prompt = prompt_of(alert.signal.subject)
    return _at_fault(container, _alert_called(container, alert), prompt, version, likely_causes([alert]))


@needs(Right.OPERATE)
def roll_back(container: Container, at_fault: AtFault, *, by: str, reason: str | None = None) -> RolledBack:
    """Takes what is at fault out of service: a version's split is ended, or what was live before it is live again; the
    same for a price book. The audit log names the trouble.

    Raises UserError when nothing is known to be at fault, or nothing was live before; ConflictError when the version at
    fault is served no more; NotFoundError, StoreError.
    """
    why = _why(at_fault, reason)
    if at_fault.prompt is None:
        if not at_fault.book:
            raise _nothing_known(at_fault)
        with as_part_of_it():
            released = rollback_book(container, by=by, reason=why)
        return RolledBack(at_fault, released.live)
    release = _release(container, at_fault)
    _refuse_ordered(container, at_fault)
    to = _back_to(at_fault, release)
    with as_part_of_it():
        now = releasing.rollback(container, at_fault.prompt, by=by, reason=why, to=to, expected=release.checksum)
    return RolledBack(at_fault, label(now.name, now.live))


@needs(Right.OPERATE)
def switch_off(
    container: Container, at_fault: AtFault, to: Target | None = None, *, by: str, reason: str | None = None
) -> Killed:
    """Switches the prompt at fault within two seconds, on every replica: without `to`, to the version that is not at
    fault. The audit log names the trouble. Raises as `roll_back` and as the kill switch do."""
    if at_fault.prompt is None:
        raise _nothing_known(at_fault)
    if to is None:
        to = _back_to(at_fault, _release(container, at_fault)) or "last-good"
    return kill_switch.kill(container, at_fault.prompt, to, by=by, reason=_why(at_fault, reason))


def _at_fault(
    container: Container, called: str, prompt: str | None, version: int | None, causes: Iterable[LikelyCause]
) -> AtFault:
    """The prompt and version that are asked for; what of them is not, as a likely cause has it."""
    for cause in causes:
        if (cause.probability or 0.0) <= _LIKELY or cause.subject is None:
            continue
        if cause.subject == PRICEBOOK and prompt is None:
            return AtFault(called, book=True)
        changed, number = _changed(container, cause.subject, cause)
        if changed is not None and prompt in (None, changed):
            return AtFault(called, changed, version if prompt and version else number)
    return AtFault(called, prompt, version)


def _changed(container: Container, subject: str, cause: LikelyCause) -> tuple[str | None, int | None]:
    """The prompt and version that a cause put in force. Of an experiment the log names the version in words."""
    if not subject.startswith(_EXPERIMENT):
        return prompt_of(subject), _number(cause.version)
    prompt, _, version = cause.what.rpartition("@")
    release = container.registry.release(prompt) if prompt in container.registry.names() else None
    if release is None or release.split is None or release.split.seed != subject.removeprefix(_EXPERIMENT):
        return None, None
    return prompt, _number(version)


def _back_to(at_fault: AtFault, release: Release) -> int | None:
    """The version to go back to; None: the one the release file knows itself, by ending the split that runs, or else
    the one before. Raises ConflictError when the version at fault is served to nobody any more."""
    spec = release.spec
    if at_fault.version is None:
        return None
    if at_fault.version not in release.served:
        last = spec.approvals[-1] if spec.approvals else None
        since = "" if last is None else f": {last.action.value} by {last.by}, {last.at:%Y-%m-%d %H:%M} UTC"
        raise ConflictError(f"{at_fault.words} is served to nobody any more{since}")
    if spec.split is not None and spec.live == at_fault.version:  # ending the split would leave it live for everybody
        return version_before(spec.approvals, at_fault.version)
    return None


def _refuse_ordered(container: Container, at_fault: AtFault) -> None:
    """An order stands above the release file: going back in the file would leave the version at fault served."""
    for order in container.store.overrides.in_force():
        if order.subject == at_fault.prompt and order.version is not None and order.version == at_fault.version:
            raise ConflictError(
                f"{at_fault.words} is served by an order of {order.by}: end that (botops prompts restore "
                f"{order.subject}), or give another (kill)"
            )


def _release(container: Container, at_fault: AtFault) -> Release:
    assert at_fault.prompt is not None
    release = container.registry.candidate_release(at_fault.prompt)
    if release is None:
        raise NotFoundError(f"{at_fault.prompt} was never released: there is nothing to go back to")
    return release


def _nothing_known(at_fault: AtFault) -> UserError:
    return UserError(
        f"{at_fault.called}: no prompt and no price book is known to be at fault: roll back what you hold to be "
        "(botops prompts rollback NAME, botops pricebook rollback)"
    )


def _why(at_fault: AtFault, reason: str | None) -> str:
    """What the audit log is told. The name of the trouble never keeps it from being ended: what a log cannot show is
    left out of it, and what is too long together is cut."""
    called = readable(at_fault.called)
    why = f"{called}: {reason}" if reason else called
    return why if len(why) <= MOST_REASON else f"{why[: MOST_REASON - 1]}…"


def _called(incident: Incident) -> str:
    return f"{incident.name} ({incident.title})"


def _alert_called(container: Container, alert: Alert) -> str:
    language = container.settings.company.languages[0]
    name = f"INC-{alert.incident}, " if alert.incident is not None else ""
    return f"{name}alert {alert.id[:8]} ({alert.signal.title[language]})"


def _number(version: str | None) -> int | None:
    return int(version) if version is not None and version.isascii() and version.isdigit() else None
