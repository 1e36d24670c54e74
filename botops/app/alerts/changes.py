"""What was changed or happened before a trouble began: from the audit log, from when models first answered, from
errors of the model that stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.releases.auditing import PRICEBOOK, label, prompt_of, record
from botops.config import FILE_NAME
from botops.domain.releases import Deed
from botops.monitor.detectors.attribution import Change, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.releases import AuditEntry

LOOK_BACK = timedelta(days=7)
"""How long before a trouble its cause is looked for."""
SOFTWARE, SETTINGS = "software", "settings"
"""Subjects of the audit log: the version of botops and the settings file."""
_BY = "botops"
_EXPERIMENT = "experiment:"
_SERVED = frozenset({Deed.PUBLISH, Deed.ROLLBACK})
_DEALT = frozenset({Deed.SPLIT, Deed.SPLIT_END})
_ORDERS = frozenset({Deed.OVERRIDE, Deed.OVERRIDE_END})


@dataclass(frozen=True, slots=True)
class Known:
    """A change and where it is known from; None where nobody made it."""

    change: Change
    entry: AuditEntry | None = None


def changes(
    container: Container, began: datetime, now: datetime, *, errors_since: datetime | None = None
) -> tuple[Known, ...]:
    """Every change from a week before a trouble began until now, the oldest first. `errors_since` is when errors of the
    model began, if they stand. Raises StoreError."""
    since = began - LOOK_BACK
    found = [
        Known(change, entry)
        for entry in container.store.audit.between(since, now + timedelta(microseconds=1), most=10_000)
        for change in _of_entry(entry)
    ]
    models = container.store.series.models()
    oldest = min(models.values(), default=now)
    found += [
        Known(Change("model", first, model, {"model": model}))
        for model, first in models.items()
        if first >= since and first > oldest
    ]
    if errors_since is not None and errors_since >= since:
        found.append(Known(Change("provider_errors", errors_since, "")))
    return tuple(sorted(found, key=lambda known: (known.change.at, known.change.what)))


def _of_entry(entry: AuditEntry) -> Iterator[Change]:
    prompt = prompt_of(entry.subject)
    if entry.deed in _SERVED and prompt is not None and entry.version is not None and entry.version.isdigit():
        version = label(prompt, int(entry.version))
        kind: Kind = "prompt_publish" if entry.deed is Deed.PUBLISH else "release"
        yield Change(kind, entry.at, version, {"version": version})
    elif entry.deed in _SERVED and entry.subject == PRICEBOOK:
        yield Change("price_book", entry.at, entry.version or "")
    elif entry.deed in _DEALT and entry.subject.startswith(_EXPERIMENT):
        yield from _of_experiment(entry, entry.subject.removeprefix(_EXPERIMENT))
    elif entry.deed in _ORDERS and prompt is not None:
        version = entry.version or ""
        touched = {"version": label(prompt, int(version))} if version.isdigit() else {}
        yield Change("release", entry.at, touched.get("version", prompt), touched)
    elif entry.deed is Deed.DEPLOY:
        yield Change("deploy", entry.at, f"botops {entry.version}" if entry.subject == SOFTWARE else FILE_NAME)


def _of_experiment(entry: AuditEntry, seed: str) -> Iterator[Change]:
    """One change for each variant beside the control, which leads had before; the end of an experiment is one."""
    prompt, variants = str(entry.detail.get("prompt") or ""), str(entry.detail.get("variants") or "").split()
    treatments = list(enumerate(variants))[1:] if entry.deed is Deed.SPLIT else []
    for number, shown in treatments:
        version = shown.partition(":")[0]
        touched: Mapping[str, str] = {"variant": f"{seed}:{number}"}
        if prompt and version.isdigit():
            touched = {**touched, "version": label(prompt, int(version))}
        yield Change("experiment", entry.at, touched.get("version", seed), touched)
    if not treatments:
        yield Change("experiment", entry.at, seed)


def note_installation(container: Container) -> None:
    """Writes into the audit log that another version of botops runs, or with other settings, than at the last start: it
    may be what is behind a trouble that begins then. Raises StoreError."""
    file = container.settings.root / FILE_NAME
    content = sha256(file.read_bytes()).hexdigest() if file.exists() else ""
    for subject, now in ((SOFTWARE, __version__), (SETTINGS, content)):
        before = container.store.detector_states.swap_note(subject, now)
        if before is not None and before != now:
            version, checksum = (now, None) if subject == SOFTWARE else (None, now)
            record(container, Deed.DEPLOY, subject, _BY, "seen at the start", version=version, checksum=checksum,
                   detail={"before": before})  # fmt: skip
