"""Postmortems as people have completed them: Markdown files in the project, to be kept in git like everything else."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.incidents.steps import changed
from botops.config.writing import locked, replace
from botops.domain.access import Right
from botops.domain.errors import ConflictError, UserError
from botops.store import mask

if TYPE_CHECKING:
    from pathlib import Path

    from botops.app.container import Container
    from botops.domain.incidents import Incident

FOLDER = "postmortems"
"""Where they are kept, beside the settings file."""
MOST = 200_000
"""Characters a postmortem may have."""


def postmortem_file(container: Container, number: int) -> Path:
    """The file of an incident's postmortem, which need not be there."""
    return container.settings.root / FOLDER / f"INC-{number}.md"


def kept_postmortem(container: Container, number: int) -> str | None:
    """The postmortem as it was kept last; None where only the draft is known. Raises UserError for a file that cannot
    be read."""
    path = postmortem_file(container, number)
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error


def checksum(text: str | None) -> str:
    """What tells one text of a postmortem from another; empty for none."""
    return "" if text is None else sha256(text.encode()).hexdigest()


@needs(Right.OPERATE)
def keep_postmortem(container: Container, number: int, text: str, *, by: str, base: str) -> Incident:
    """Writes the postmortem of an incident, and notes it in the timeline. `base` is the checksum of the text it was
    made from, as it was kept then.

    Raises NotFoundError, UserError for no text or too long a one, ConflictError with both texts when somebody else has
    written it meanwhile.
    """
    tidy = text.replace("\r\n", "\n").strip() + "\n"
    if not tidy.strip() or len(tidy) > MOST:
        raise UserError(f"a postmortem has 1 to {MOST} characters")
    container.store.incidents.get(number)
    path = postmortem_file(container, number)
    path.parent.mkdir(exist_ok=True)
    with locked(path.parent):
        there = kept_postmortem(container, number)
        if checksum(there) != base:
            raise ConflictError(
                f"the postmortem of INC-{number} was changed meanwhile: look at it, then keep yours", there, text
            )
        replace(path, (mask(tidy) if container.settings.privacy.mask else tidy).encode())
    return changed(container, number, lambda i: i, by, f"postmortem kept: {FOLDER}/{path.name}")
