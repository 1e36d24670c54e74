"""How the columns of price lists were read before: the next list of the same people comes with the same headers.

Kept in a hidden file beside the price books, so that it travels with them; it can be deleted at any time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.pricebooks.candidate import book_folder
from botops.config.writing import locked, replace
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.people import person
from botops.pricebook.columns import is_field
from botops.pricebook.proposing import folded
from botops.registry.release_file import existing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from botops.app.container import Container
    from botops.config import Settings

FILE = ".columns.json"
MOST = 500
"""Headers remembered, the ones used last."""
_LONGEST = 120


def remembered(settings: Settings) -> dict[str, str]:
    """Fields by folded header. Empty where nothing was remembered, and for a file nobody can read: it is but a help."""
    path = settings.path("pricebook")
    return _read(path / FILE) if path.is_dir() else {}


@needs(Right.EDIT)
def remember(container: Container, columns: Mapping[str, str], *, by: str) -> dict[str, str]:
    """Keeps how headers were read, over what was known of them. Returns all that is known.

    Raises UserError for what is no field, for too long a header and without a folder of price books.
    """
    person(by)
    wrong = [field for field in columns.values() if not is_field(field)]
    if wrong:
        raise UserError(f"`{wrong[0][:80]}` is no field of a price list: name, amount, per, skip …")
    heads = {folded(head): field for head, field in columns.items() if folded(head)}
    if any(len(text) > _LONGEST for pair in heads.items() for text in pair):
        raise UserError(f"a header or a field is longer than {_LONGEST} characters: shorten it in the list")
    folder = book_folder(container.settings)
    with locked(folder.path):
        known = {head: field for head, field in _read(folder.path / FILE).items() if head not in heads}
        new = dict(list({**known, **heads}.items())[-MOST:])
        replace(folder.path / FILE, json.dumps(new, ensure_ascii=False, indent=1).encode())
    return new


def _read(path: Path) -> dict[str, str]:
    try:
        raw = existing(path)
        data = json.loads(raw) if raw is not None else {}
    except (UserError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {head: field for head, field in data.items() if isinstance(field, str) and is_field(field)}
