"""Where an installation keeps what it knows. Light to import: a report needs no bot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botops.config import Secrets, Settings

STATE = Path(".botops")
"""What belongs to this machine and not to git: the database, the last good prompts."""


def store_exists(settings: Settings, secrets: Secrets) -> bool:
    """True when the store was made already; a database server is taken to be there."""
    prefix = "sqlite:///"
    url = database_url(settings, secrets)
    return not url.startswith(prefix) or Path(url.removeprefix(prefix)).exists()


def database_url(settings: Settings, secrets: Secrets) -> str:
    """The database's URL; a relative SQLite file starts from the settings file's folder."""
    url = secrets.database_url or settings.store.url
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and ":memory:" not in url:
        return f"{prefix}{settings.root / url.removeprefix(prefix)}"
    return url
