"""What the console's server reads once it is up, so that its first visitor does not wait for it."""

from __future__ import annotations

import time
from contextlib import suppress
from importlib import import_module

from botops.domain.errors import BotopsError, StoreError

_PAGES = ("botops.console.main", "botops.console.charts", "botops.console.numbers", "botops.console.today.attention",
          "botops.console.today.changes", "botops.console.today.patterns", "botops.console.today.waiting")  # fmt: skip
_DRAWING = ("numpy", "PIL.Image", "pandas", "pyarrow")
"""What Streamlit itself reads when it is first given an icon and the data of a chart."""
_PATIENCE_S = 30
_PAUSE_S = 1


def read_ahead() -> None:
    """Reads the modules of the first page, the libraries that draw charts, then the store and the price book."""
    for name in _PAGES:
        import_module(name)
    drawing()
    _open()


def drawing() -> None:
    """Reads the libraries that draw charts, or waits until another thread has read them. Whoever makes a chart calls it
    first: Altair looks for them among the modules there are, and breaks on one that is only half read."""
    for name in _DRAWING:
        import_module(name)


def _open() -> None:
    """Opens the installation; where a service that has just been started still makes its store, once it is there."""
    from botops.console import installation  # noqa: PLC0415  heavy itself

    until = time.monotonic() + _PATIENCE_S
    with suppress(BotopsError):  # no store yet, or broken settings: the pages say so
        while True:
            try:
                book = installation.opened().books.current()
            except StoreError:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_S)
            else:
                _ = book and book.compiled
                return
