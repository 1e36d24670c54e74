"""The address of the running installation, for commands beside it: the service may have been started with a port of its
own."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botops.domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container
    from botops.config import Settings
    from botops.store import Store

log = logging.getLogger(__name__)


@contextmanager
def serving(container: Container) -> Iterator[None]:
    """Says in the store where is served, to the end of the block."""
    from botops.store.served import Listening

    server, served = container.settings.server, container.store.served
    here = Listening(server.host, server.port, server.effective_console_port)
    if server.port == 0:  # the system chooses
        yield
        return
    try:
        served.note(here)
    except StoreError as error:
        log.warning("commands do not know where is served: %s", error)
    try:
        yield
    finally:
        try:
            served.forget(here)
        except StoreError as error:
            log.warning("commands take it that is still served: %s", error)


def as_served(settings: Settings, store: Store) -> Settings:
    """The settings with the addresses of what runs, where anything does. Raises StoreError."""
    where = store.served.where()
    if where is None:
        return settings
    server = settings.server.model_copy(
        update={"host": where.host, "port": where.port, "console_port": where.console_port}
    )
    return settings.model_copy(update={"server": server})
