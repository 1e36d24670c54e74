"""Price lists people have dropped in: kept by the process for an hour, under a name in the address, so that a reload
loses neither the file nor what was corrected."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
PARAMETER = "list"
_KEPT = 16
_KEPT_S = 3600.0


@dataclass
class Upload:
    """A file, and what its owner said of it. `said` are the values of fields by their names."""

    name: str
    raw: bytes = field(repr=False)
    at: float
    said: dict[str, Any] = field(default_factory=dict)
    _made: dict[str, dict[Hashable, Any]] = field(default_factory=dict, repr=False)

    def made(self, what: str, of: Hashable, make: Callable[[], T], *, most: int = 1) -> T:
        """What was made of it, made anew when that was of something else; the last `most` are kept, so that a
        correction taken back costs nothing."""
        kept = self._made.setdefault(what, {})
        made: T = kept.pop(of) if of in kept else make()
        kept[of] = made
        while len(kept) > most:
            del kept[next(iter(kept))]
        return made

    def last(self, what: str) -> Any:
        """What was asked for last, None before."""
        return next(reversed(self._made.get(what, {}).values()), None)

    def drop(self, what: str, of: Hashable) -> None:
        """Forgets what was made of something."""
        self._made.get(what, {}).pop(of, None)


class _Kept:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: OrderedDict[str, Upload] = OrderedDict()

    def add(self, name: str, raw: bytes) -> str:
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._uploads[token] = Upload(name, raw, time.monotonic())
            while len(self._uploads) > _KEPT:
                self._uploads.popitem(last=False)
        return token

    def get(self, token: str) -> Upload | None:
        with self._lock:
            old = [t for t, upload in self._uploads.items() if time.monotonic() - upload.at > _KEPT_S]
            for one in old:
                del self._uploads[one]
            return self._uploads.get(token)

    def drop(self, token: str) -> None:
        with self._lock:
            self._uploads.pop(token, None)


@st.cache_resource(show_spinner=False)
def _kept() -> _Kept:
    return _Kept()


def add(name: str, raw: bytes) -> str:
    """Keeps a file; the name it goes by."""
    return _kept().add(name, raw)


def get(token: str) -> Upload | None:
    """A kept file; None when it is gone by now."""
    return _kept().get(token)


def drop(token: str) -> None:
    """Forgets a file."""
    _kept().drop(token)
