"""The composition root: the only place where ports meet adapters."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from zoneinfo import ZoneInfo

from botops import __version__
from botops.app.checks.exceptions import StoredExceptions
from botops.app.checks.extensions import extensions_of
from botops.app.checks.judging import OnFailure, log_failure
from botops.app.clock import SystemClock
from botops.app.costs.budgets import announcing, configured_budgets, exchange_rates
from botops.app.guard import ClaimGuard
from botops.app.models import serving_model
from botops.app.place import STATE, database_url, store_exists
from botops.app.pricebooks.books import Books, only_book
from botops.app.prompts.prompting import Prompting
from botops.app.releases.overrides import StoredOverrides
from botops.app.served import as_served
from botops.app.telemetry import Observers, build_telemetry, require_telemetry
from botops.bot import Bot, BotRules
from botops.domain.budgets import NoBudgets
from botops.monitor import Metrics
from botops.registry import Registry
from botops.registry.books import BookFolder
from botops.registry.folders import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from botops.app.telemetry import Telemetry
    from botops.claims.extensions import CheckFailure
    from botops.config import Secrets, Settings
    from botops.domain.budgets import Budget, Budgets
    from botops.domain.ports import ChatModel, Clock, Guard, Meter
    from botops.store import Store


@dataclass(frozen=True, slots=True)
class Container:
    """Everything wired together. Close it when done; it is a context manager."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    books: Books
    registry: Registry
    guard: Guard
    meter: Meter
    store: Store
    bot: Bot
    exceptions: StoredExceptions
    overrides: StoredOverrides
    budgets: tuple[Budget, ...] = ()
    telemetry: Telemetry | None = None

    @classmethod
    def open(
        cls,
        settings: Settings,
        secrets: Secrets,
        *,
        role: Literal["writer", "side", "reader"] = "writer",
        clock: Clock | None = None,
        model: ChatModel | None = None,
        guard: Guard | None = None,
    ) -> Self:
        """Wires an installation. `role` is how the store is opened: the serving process is the writer, a command
        beside it the side, a screen the reader; these two know the service by the addresses it
        runs at, whatever their settings say. Raises UserError or StoreError."""
        from botops.store import Store

        if role == "writer":
            require_telemetry(secrets)
        clock = clock or SystemClock()
        metrics = Metrics()
        metrics.build.info({"version": __version__})
        books = open_books(settings, keep=role != "reader", serving=role == "writer")
        registry = open_registry(settings, clock, keep=role != "reader")
        meter = build_meter(settings)
        budgets = configured_budgets(settings)
        model = model or serving_model(settings, secrets, metrics)
        store = Store.open(
            database_url(settings, secrets), clock=clock, role=role, mask=settings.privacy.mask,
            backups=settings.root / STATE / "backups",
            zone=settings.company.timezone,
        )  # fmt: skip
        if role != "writer":
            settings = as_served(settings, store)
        exceptions = StoredExceptions(store.reviews.exceptions)
        overrides = StoredOverrides(store.overrides.in_force)
        prompting = Prompting(registry, books, name=settings.prompt, company=settings.company, orders=overrides.of)
        guard = guard or ClaimGuard(books, exceptions.current, counting(metrics))
        keeper = build_keeper(settings, budgets, store, meter, metrics)
        telemetry = build_telemetry(settings, secrets) if role == "writer" else None
        observer = Observers(metrics, [telemetry]) if telemetry else metrics
        bot = Bot(prompting, model, guard, meter, store, observer, clock, new_id, rules_of(settings), keeper)
        return cls(
            settings, clock, metrics, books, registry, guard, meter, store, bot, exceptions, overrides, budgets,
            telemetry,
        )  # fmt: skip

    def close(self) -> None:
        """Lets go of the store; what is queued is written first, and what is to be told to a collector sent."""
        self.store.close()
        if self.telemetry is not None:
            self.telemetry.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def counting(metrics: Metrics) -> OnFailure:
    """What is told of the company's own checks that failed: counts each, and logs it."""

    def failed(failure: CheckFailure) -> None:
        metrics.check_failures.labels(failure.check).inc()
        log_failure(failure)

    return failed


def new_id() -> str:
    """An id nobody else has."""
    return uuid.uuid4().hex


def rules_of(settings: Settings) -> BotRules:
    """The bot's rules as configured."""
    return BotRules(
        policy=settings.guard.policy,
        safe_answers=settings.guard.safe_answers,
        repairs=settings.guard.repair_attempts,
        deadline_s=settings.model.deadline_s,
        default_language=settings.company.languages[0],
        hand_over_role=settings.escalation.role,
    )


def open_registry(settings: Settings, clock: Clock | None = None, *, keep: bool = True) -> Registry:
    """The prompt registry of an installation, loaded. Without `keep` the folder for what is kept is not made."""
    zone = ZoneInfo(settings.company.timezone)
    state = settings.root / STATE
    kept = state if keep or state.is_dir() else None
    registry = Registry(settings.path("prompts"), clock, state_dir=kept, zone=zone)
    registry.load()
    return registry


def build_meter(settings: Settings) -> Meter:
    """The cost meter: kept price table, the company's own prices and exchange rates."""
    from botops.costs import configured_meter

    return configured_meter(
        settings.costs,
        currency=settings.company.currency,
        zone=ZoneInfo(settings.company.timezone),
        simulated_as=settings.simulator.priced_as,
        root=settings.root,
    )


def build_keeper(
    settings: Settings, budgets: tuple[Budget, ...], store: Store, meter: Meter, metrics: Metrics
) -> Budgets:
    """Who is asked before a model is: nobody where there are no budgets."""
    if not budgets:
        return NoBudgets()
    from botops.app.costs.budget_keeper import BudgetKeeper

    return BudgetKeeper(budgets, store.budgets, meter, exchange_rates(settings), announcing(metrics))


def open_books(settings: Settings, *, keep: bool = True, serving: bool = True) -> Books:
    """The price book of an installation. Without `keep` the folder for what is kept is not made.

    Raises UserError for who serves, when several lie there and none was ever published; others may be about to do that.
    """
    path = settings.path("pricebook")
    state = settings.root / STATE
    books = Books(path, extensions_of(settings), state_dir=state if keep or state.is_dir() else None)
    if serving and path.is_dir() and not (path / RELEASE).exists() and books.current() is None:
        only_book(path)
    return books


def book_path(settings: Settings) -> Path:
    """The price book's file: as set, the live one of the folder, or its only one. Raises UserError when it cannot be
    told."""
    path = settings.path("pricebook")
    if not path.is_dir():
        return path
    release = BookFolder(path).release()
    return path / release.live if release else only_book(path) or path / "book.yaml"


@contextmanager
def reading(settings: Settings, secrets: Secrets) -> Iterator[tuple[Registry, Store | None]]:
    """The prompts and the store, opened for reading alone: nothing is made. The store is None where there is none yet.

    Raises UserError, StoreError.
    """
    from botops.store import Store

    registry = open_registry(settings, SystemClock(), keep=False)
    if not store_exists(settings, secrets):
        yield registry, None
        return
    with Store.open(database_url(settings, secrets), clock=SystemClock(), role="reader") as store:
        yield registry, store
