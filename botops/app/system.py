"""How the installation is: the service, the models it asks, what the store holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.api_client import ApiClient
from botops.app.backup import last_backup
from botops.app.checkup import Check
from botops.app.doctor import examine
from botops.domain.errors import BotopsError

if TYPE_CHECKING:
    from pathlib import Path

    from botops.app.container import Container
    from botops.store import Counts, Lag
    from botops.store.moments import ModelCalls

ASKED_FOR = timedelta(hours=24)
"""How far back the calls of models are looked at."""
_BREAKER = "botops_model_breaker_open"
_HEALTH_TIMEOUT_S = 5.0
_OF_STARTING = frozenset({"API port", "console port"})
"""What a running installation has taken itself."""


class ModelState(StrEnum):
    """Whether a model answers, by its calls."""

    ANSWERS = "answers"  # the last call was good
    FAILING = "failing"  # the last call gave nothing usable
    SILENT = "silent"  # it was not asked


@dataclass(frozen=True, slots=True)
class Service:
    """Whether the API answers, and the version of botops it runs; `fault` says why it does not."""

    address: str
    version: str | None
    fault: str = ""

    @property
    def other_version(self) -> bool:
        """True when it runs another version than this process: one of the two was not started again."""
        return self.version is not None and self.version != __version__


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the store holds and how far its sums are behind. `backup_at` is None when none was made."""

    size: int
    counts: Counts
    lag: Lag
    backup_at: datetime | None
    backup_there: bool


def service(address: str) -> Service:
    """Asks the API whether it lives."""
    try:
        answer = ApiClient(address, _HEALTH_TIMEOUT_S).get("/healthz")
    except BotopsError as error:
        return Service(address, None, str(error))
    return Service(address, str(answer.get("version", "")) or None)


def left_alone(address: str, key: str | None = None) -> frozenset[str]:
    """The models that the service does not ask at the moment because they kept failing, by its own metrics; empty when
    it does not answer. Where people have to sign in it wants the console's `key`."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        client = ApiClient(address, _HEALTH_TIMEOUT_S, {"Authorization": f"Bearer {key}"} if key else None)
        families = text_string_to_metric_families(client.text("/metrics"))
        samples = [sample for family in families if family.name == _BREAKER for sample in family.samples]
    except (BotopsError, ValueError):
        return frozenset()
    return frozenset(sample.labels.get("model", "") for sample in samples if sample.value)


def models(container: Container) -> tuple[ModelCalls, ...]:
    """How the calls of each model went in the last day. Raises StoreError."""
    now = container.clock.now()
    return container.store.moments.models(now - ASKED_FOR, now + timedelta(hours=1))


def model_state(calls: ModelCalls) -> ModelState:
    """Whether a model answers."""
    if calls.failed_at is not None and (calls.good_at is None or calls.failed_at > calls.good_at):
        return ModelState.FAILING
    return ModelState.ANSWERS if calls.good_at is not None else ModelState.SILENT


def store_state(container: Container) -> StoreState:
    """What the store holds. Raises StoreError."""
    reads, backup = container.store.reads, last_backup(container.settings)
    return StoreState(
        container.store.moments.size(), reads.counts(), reads.lag(), backup[1] if backup else None,
        backup[0].exists() if backup else False,
    )  # fmt: skip


def findings(directory: Path) -> tuple[Check, ...]:
    """What `botops doctor` says of an installation that is running; errors first, then warnings."""
    order = ("error", "warning", "ok")
    found = [check for check in examine(directory) if check.name not in _OF_STARTING]
    return tuple(sorted(found, key=lambda check: order.index(check.state)))
