"""What is wrong with an installation, and how to mend it."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.backup import last_backup
from botops.app.checks.extensions import extensions_of
from botops.app.checks.second_opinion import opinion_model
from botops.app.checkup import Check, guarded
from botops.app.clock import SystemClock
from botops.app.container import open_registry
from botops.app.doctor_access import sign_in
from botops.app.doctor_care import care
from botops.app.doctor_channels import channels, lost_channels, owners
from botops.app.evals.judge import calibrations_of, judge_named
from botops.app.models import build_model
from botops.app.place import database_url
from botops.app.pricebooks.books import Books
from botops.app.pricebooks.canary import standing_alarm
from botops.app.releases.kill_switch import by_guardrail, in_words
from botops.config import FILE_NAME, Secrets, load_settings
from botops.domain.errors import UserError
from botops.evals.judge import prompt_checksum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.config import Settings
    from botops.costs.budgets import BudgetStanding
    from botops.domain.releases import Override
    from botops.store import Store

_FIXED_SQLITE = (3, 51, 3)
"""SQLite before this can corrupt a WAL database when two connections checkpoint at once; botops avoids the trigger by
letting one process checkpoint."""

_OLD_BACKUP_DAYS = 7
"""A backup older than this would lose more than a week."""


def examine(directory: Path) -> list[Check]:
    """Every check, in the order a newcomer would mend things; only the first few when the settings are unusable."""
    checks = [_python(), _sqlite()]
    file = directory / FILE_NAME
    try:
        settings = load_settings(file)
    except UserError as error:
        return [*checks, Check("settings", "error", str(error), f"mend {FILE_NAME} at the places named")]
    if file.exists():
        checks.append(Check("settings", "ok", str(file)))
    else:
        checks.append(Check("settings", "warning", f"no {FILE_NAME} here, defaults hold", "botops init NEW_FOLDER"))
    for look in (
        _price_book,
        _claims,
        _prompts,
        _releases,
        _model,
        _second_opinion,
        _judge,
        _prices,
        _store,
        sign_in,
        _backups,
        care,
        channels,
        owners,
        _git,
        _telemetry,
        _ports,
    ):
        checks.extend(guarded(look.__name__.strip("_").replace("_", " "), partial(look, settings)))
    return checks


def _python() -> Check:
    return Check("botops", "ok", f"{__version__} on Python {sys.version.split()[0]}")


def _sqlite() -> Check:
    version = sqlite3.sqlite_version_info
    if version >= _FIXED_SQLITE:
        return Check("sqlite", "ok", sqlite3.sqlite_version)
    return Check(
        "sqlite", "warning", f"{sqlite3.sqlite_version} has a rare corruption bug (fixed in 3.51.3)",
        "botops avoids it: one process checkpoints. Do not open the database for writing with other tools.",
    )  # fmt: skip


def _price_book(settings: Settings) -> Iterator[Check]:
    books = Books(settings.path("pricebook"))
    current = books.current()
    if current is not None:
        detail = f"{books.path}: {len(current.book.products)} products, {len(current.book.offers)} offers"
        step = current.release.step if current.release else None
        released = f", published by {step.by} on {step.at:%Y-%m-%d}" if step else ""
        yield Check("price book", "ok", f"{detail}, version {current.book.version}{released}")
    elif books.problems:
        yield Check("price book", "error", "\n".join(p.text() for p in books.problems), "mend it at the places named")
    else:
        remedy = "botops pricebook import YOUR.xlsx, or write one"
        yield Check("price book", "error", f"{books.path} is not there", remedy)


def _claims(settings: Settings) -> Iterator[Check]:
    if settings.claims.terms is None and not settings.claims.checks:
        return
    try:
        own = extensions_of(settings)
    except UserError as error:
        remedy = "mend it at the places named, or install the package that is missing"
        yield Check("own claims", "error", str(error), remedy)
        return
    checks = ", ".join(check.name for check in own.checks) or "none"
    yield Check("own claims", "ok", f"{len(own.terms)} term kinds, checks: {checks}")


def _prompts(settings: Settings) -> Iterator[Check]:
    registry = open_registry(settings, keep=False)
    state = registry.state()
    problems = state.faults
    if state.of_drafts:
        detail = "\n".join(p.text() for p in state.of_drafts)
        yield Check("drafts", "warning", f"not served, and cannot be published like this:\n{detail}", "mend the draft")
    if problems:
        yield Check("prompts", "error", "\n".join(p.text() for p in problems), "botops prompts lint")
    names = registry.names()
    if settings.prompt not in names:
        seen = ", ".join(names) or "none"
        yield Check(
            "prompts", "error", f"no prompt {settings.prompt!r} (there are: {seen})", "set `prompt` in botops.yaml"
        )
    elif not problems:
        yield Check("prompts", "ok", f"{', '.join(names)}; {settings.prompt} answers")


def _releases(settings: Settings) -> Iterator[Check]:
    from botops.app.releases.policy_check import policy_faults

    faults = tuple(policy_faults(settings, open_registry(settings, keep=False).names()))
    if faults:
        yield Check("releases", "error", "\n".join(faults), f"mend the section `releases` of {FILE_NAME}")
    elif settings.releases != type(settings.releases)():
        yield Check("releases", "ok", f"approval: {settings.releases.approval}")


def _model(settings: Settings) -> Iterator[Check]:
    model = build_model(settings, Secrets.from_environ(os.environ))
    if model.simulated:
        yield Check("model", "warning", "no key: a simulated model answers", "set OPENAI_API_KEY for a real one")
    else:
        yield Check("model", "ok", model.name)


def _second_opinion(settings: Settings) -> Iterator[Check]:
    if not settings.second_opinion.enabled:
        return
    try:
        model = opinion_model(settings, Secrets.from_environ(os.environ), None)
    except UserError as error:
        yield Check("second opinion", "error", str(error), "or set second_opinion.enabled: false in botops.yaml")
        return
    yield Check("second opinion", "ok", f"{model.name} on {', '.join(settings.second_opinion.concerns)}")


def _judge(settings: Settings) -> Iterator[Check]:
    """The model that grades evals, and for how many criteria people have found it fit to."""
    if settings.judge.model is None:
        return
    known = calibrations_of(settings)
    try:
        judge = judge_named(settings, Secrets.from_environ(os.environ), settings.judge.model, "botops eval calibrate")
    except UserError as error:
        yield Check("judge", "error", str(error), "or remove judge.model from botops.yaml")
        return
    fit = known.fit(judge.model.name, prompt_checksum())
    if fit:
        yield Check("judge", "ok", f"{judge.model.name}, may fail a gate by: {', '.join(fit)}")
    else:
        yield Check(
            "judge", "warning", f"{judge.model.name} only advises", "compare it with people: botops eval calibrate"
        )


def _prices(settings: Settings) -> Iterator[Check]:
    """Whether every model in use has a price, and whether prices and exchange rates are of these days."""
    from botops.app.clock import SystemClock
    from botops.app.container import reading
    from botops.app.costs.pricing import Pricing, models_in_use
    from botops.costs import price_freshness, rate_freshness

    pricing, now = Pricing(settings), SystemClock().now()
    with reading(settings, Secrets.from_environ(os.environ)) as (_, store):
        quotes = [pricing.quote(name, now) for name in models_in_use(settings, pricing, store, now)]
    unknown = [quote.model for quote in quotes if quote.row is None]
    if unknown:
        detail = f"no price is known for {', '.join(unknown)}: what their calls cost is unknown"
        yield Check("model prices", "error", detail, f"add them to costs.prices in {FILE_NAME}")
    else:
        yield Check("model prices", "ok", f"{', '.join(quote.model for quote in quotes)}: botops cost prices")
    table, today = price_freshness(pricing.table, pricing.today(now)), pricing.today(now)
    aged = f"looked up {table.age_days} days ago" if table.day else "of an unknown day"
    renew = "pip install --upgrade genai-prices, then botops cost reprice"
    yield Check(
        "price table", "warning" if table.stale else "ok", f"{table.what}, {aged}", renew if table.stale else ""
    )
    for rate in rate_freshness(pricing.rates, {settings.company.currency, *pricing.table.currencies}, today):
        seen = f"of {rate.day}, {rate.age_days} days old" if rate.day else "none is known"
        remedy = f"add one to costs.rates in {FILE_NAME}" if rate.stale else ""
        yield Check(f"exchange rate {rate.what}", "warning" if rate.stale else "ok", seen, remedy)


def _store(settings: Settings) -> Iterator[Check]:
    from botops.store import Store

    url = database_url(settings, Secrets.from_environ(os.environ))
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not file.exists():
        yield Check("store", "ok", f"{file} will be made at the first start")
        return
    if url.startswith("sqlite") and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        yield Check(
            "store", "error", f"{file} cannot be written", "give yourself the rights of the file and its folder"
        )
        return
    store = Store.open(url, clock=SystemClock(), role="reader")
    try:
        store.reads.lag()
        yield Check("store", "ok", str(file) if url.startswith("sqlite") else url.split("@")[-1])
        yield from _overrides(store.overrides.in_force())
        yield from _ledger(store)
        yield from _budgets(settings, store)
        yield from _book_alarm(settings, store)
        yield from lost_channels(settings, store)
    finally:
        store.close()


def _ledger(store: Store) -> Iterator[Check]:
    from botops.app.costs.budgets import discrepancies

    wrong = discrepancies(store.budgets, SystemClock().now())
    if wrong:
        days = ", ".join(dict.fromkeys(str(line.day) for line in wrong))
        detail = f"what budgets have spent is not what the calls that are kept cost, on {days}"
        yield Check("ledger", "error", detail, "botops cost budgets --rebuild")


def _budgets(settings: Settings, store: Store) -> Iterator[Check]:
    """Whether budgets can do what they say, and where they stand."""
    from botops.app.container import build_meter
    from botops.app.costs.budgets import configured_budgets, standings_of, unkept

    try:
        budgets = configured_budgets(settings)
    except UserError as error:
        yield Check("budget", "error", str(error), "add the rate, or give the amount in dollars")
        return
    if not budgets:
        return
    now, model = SystemClock().now(), build_model(settings, Secrets.from_environ(os.environ))
    prompts = open_registry(settings, keep=False).names()
    for fault in unkept(budgets, prompts, build_meter(settings), model, now):
        yield Check("budget", "error", fault, "name one that is there, and its price under costs.prices")
    for one in standings_of(settings, budgets, store.budgets, now):
        yield _budget(one)


def _budget(one: BudgetStanding) -> Check:
    from botops.costs.budgets import BudgetState, shown
    from botops.domain.budgets import BudgetScope

    detail = f"{one.name}: {float(one.share):.0%} of {shown(one.limit)} {one.currency} is used"
    if one.unknown_calls:
        detail += f", and {one.unknown_calls} calls have no known price"
        return Check("budget", "error", detail, "add the price under costs.prices, then: botops cost reprice")
    if one.state is BudgetState.OK:
        return Check("budget", "ok", detail)
    # A dialogue that was stopped is a budget that works.
    bad = one.state is BudgetState.REACHED and one.budget.scope is not BudgetScope.DIALOGUE
    remedy = "raise the amount, or wait for the next period: botops cost budgets"
    return Check("budget", "error" if bad else "warning", f"{detail}, {one.state.value}", remedy)


def _book_alarm(settings: Settings, store: Store) -> Iterator[Check]:
    current = Books(settings.path("pricebook")).current()
    alarm = standing_alarm(store, current) if current is not None else None
    if alarm is not None:
        yield Check("price book canary", "error", alarm.reason, str(alarm.detail.get("action", "")))


def _overrides(found: tuple[Override, ...]) -> Iterator[Check]:
    for order in found:
        remedy = f"botops prompts restore {order.subject} --by YOU --reason WHY, when it has done its work"
        if by_guardrail(order):
            remedy = f"botops experiment stop {order.subject}: a stopped phase is not taken up again"
        detail = (
            f"{order.subject}: {in_words(order)}; by {order.by} since {order.at:%Y-%m-%d %H:%M} UTC: {order.reason}"
        )
        yield Check("override", "warning", detail, remedy)


def _backups(settings: Settings) -> Iterator[Check]:
    last = last_backup(settings)
    if last is None:
        yield Check("backups", "ok", "none made yet", "botops backup /ANOTHER/DISK --keep 14, every night by cron")
        return
    path, at = last
    days = (datetime.now(UTC) - at).days
    gone = "" if path.exists() else ", but it is not there any more"
    good = days <= _OLD_BACKUP_DAYS and not gone
    yield Check(
        "backups", "ok" if good else "warning", f"{path}, {days} days old{gone}", "" if good else "botops backup"
    )


def _git(settings: Settings) -> Iterator[Check]:
    if not settings.git.enabled:
        return
    from botops.app.releases.git_sync import sync_status

    status = sync_status(settings, ask=False)
    where = f"branch {status.branch}, {status.state}"
    if status.settled:
        yield Check("git", "ok", where)
    else:
        unsent = [*status.waiting, *status.uncommitted]
        yield Check("git", "warning", f"{where}; {len(unsent)} changes not committed", "botops prompts sync-status")


def _telemetry(settings: Settings) -> Iterator[Check]:
    from botops.app.telemetry import place_of_collector, require_telemetry

    secrets = Secrets.from_environ(os.environ)
    if secrets.otlp_endpoint is None:
        return
    try:
        require_telemetry(secrets)
    except UserError as error:
        yield Check("OpenTelemetry", "error", str(error), "mend it: nothing starts like this")
        return
    texts = "with texts of dialogues, personal data masked" if secrets.otlp_content else "without texts"
    yield Check("OpenTelemetry", "ok", f"turns are told to {place_of_collector(secrets)}, {texts}")


def _ports(settings: Settings) -> Iterator[Check]:
    for name, port in (("API", settings.server.port), ("console", settings.server.effective_console_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.server.host, port))
            except OSError as error:
                taken = f"{settings.server.host}:{port}: {error.strerror}"
                yield Check(f"{name} port", "warning", taken, "botops up --port OTHER (or it is running already)")
            else:
                yield Check(f"{name} port", "ok", str(port))
