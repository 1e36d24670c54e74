"""For which versions of prompts replies are recorded, and for which live ones they should be and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.releases.auditing import label
from botops.domain.errors import UserError
from botops.llm.recordings import read_recordings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from botops.registry import Registry


def recorded_versions(folder: Path) -> frozenset[str]:
    """The versions, as `sales@3`, with replies recorded anywhere in a folder. Raises UserError for lines that are no
    recordings."""
    folders = {file.parent for file in folder.rglob("*.jsonl")}
    return frozenset(one.prompt for each in folders for one in read_recordings(each))


def unrecorded(registry: Registry, recorded: Collection[str]) -> tuple[str, ...]:
    """The live versions, as `sales@3`, without recorded replies, of prompts that have some of other versions."""
    found = []
    for name in sorted({one.partition("@")[0] for one in recorded} & set(registry.names())):
        try:
            live = registry.release(name).live
        except UserError:  # nothing published, or unreadable: the registry's state says so
            continue
        if live is not None and label(name, live) not in recorded:
            found.append(label(name, live))
    return tuple(found)
