"""One round of probes: what is asked of the API, and what is made of the answers."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botops.app.access.acting import needs
from botops.app.api_client import ApiClient
from botops.app.container import new_id
from botops.domain.access import Right
from botops.domain.errors import BotopsError, StoreError, UserError
from botops.domain.probes import FAILED, HEADER, ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun
from botops.domain.turns import Action
from botops.monitor.metrics import fill
from botops.monitor.probes import Answer, hand_over_question, judge, price_questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.config import Settings
    from botops.monitor import Metrics
    from botops.monitor.probes import Question

NO_BOOK = "there is no price book: no price is asked for"
_MOST_DETAIL = 500


def switched_on(settings: Settings, *, simulated: bool) -> bool:
    """Whether probes run by themselves: as set, else when the model is `simulated` and they cost nothing."""
    return simulated if settings.probes.enabled is None else settings.probes.enabled


def address_of(settings: Settings) -> str | None:
    """Where probes ask: as set, else the API's own address. None when the system chooses its port."""
    server = settings.server
    if settings.probes.url is not None:
        return settings.probes.url.rstrip("/")
    if server.port == 0:
        return None
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{host}:{server.port}"


@needs(Right.OPERATE)
def ask_by_hand(container: Container, address: str) -> tuple[ProbeRun, bool]:
    """Asks every question once because somebody wants to know, and whether that was kept: where nobody listens, the
    address is taken to be a wrong one, and nothing is counted against the service. Raises StoreError."""
    run = ask(container, address)
    kept = any(one.fault is not ProbeFault.NO_ANSWER for one in run.results) or listens(address)
    if kept:
        keep(container, run)
    return run, kept


def listens(address: str, wait_s: float = 1.0) -> bool:
    """True when anybody takes a connection at an address."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=wait_s).close()
    except OSError:
        return False
    return True


@needs(Right.OPERATE)
def ask_all(container: Container, address: str, *, every_s: int | None = None) -> ProbeRun:
    """Asks every question once and keeps what came of it, as a scheduled round when `every_s` is given. Raises
    StoreError."""
    run = ask(container, address, every_s=every_s)
    keep(container, run)
    return run


def ask(container: Container, address: str, *, every_s: int | None = None) -> ProbeRun:
    """Asks every question once, one after another. Raises StoreError."""
    run, at = new_id(), container.clock.now()
    mark = container.store.probes.make_mark()
    client = ApiClient(address, container.settings.probes.timeout_s, {HEADER: mark})
    questions, note = questions_of(container)
    results = tuple(_ask(container, client, run, question) for question in questions)
    return ProbeRun(run, at, address, every_s, note, results)


def keep(container: Container, run: ProbeRun) -> None:
    """Keeps a round and counts it. Raises StoreError."""
    container.store.probes.keep_run(run)
    _count(container, run)


def questions_of(container: Container) -> tuple[tuple[Question, ...], str]:
    """What is asked right now, prices by the book in force, and what cannot be asked and why."""
    languages = container.settings.company.languages
    prices, note = _price_questions(container)
    return (*prices, hand_over_question(languages[0])), note


def _price_questions(container: Container) -> tuple[tuple[Question, ...], str]:
    current = container.books.current()
    if current is None:
        return (), NO_BOOK
    settings = container.settings
    day = container.clock.now().astimezone(current.compiled.zone).date()
    try:
        return price_questions(current.book, day, settings.company.languages, settings.probes.product), ""
    except UserError as error:
        return (), str(error)


def _ask(container: Container, client: ApiClient, run: str, question: Question) -> ProbeResult:
    result = _ask_once(container, client, run, question)
    if result.outcome is ProbeOutcome.WRONG and question.kind is ProbeKind.PRICE:
        now = _same(container, question)
        if now is not None and now != question:  # midnight, or a new price book, came between question and answer
            return _ask_once(container, client, run, now)
    return result


def _same(container: Container, question: Question) -> Question | None:
    """The question as it would be asked now."""
    return next((q for q in _price_questions(container)[0] if q.name == question.name), None)


def _ask_once(container: Container, client: ApiClient, run: str, question: Question) -> ProbeResult:
    at, started = container.clock.now(), container.clock.monotonic()
    asked = (run, question.kind, question.language, at)
    who = f"probe-{new_id()}"
    try:
        body = client.post(
            "/v1/chat", {"text": question.text, "dialogue_id": who, "lead_id": who, "locale": question.language}
        )
        answer = _answer(container, body)
    except StoreError:
        raise
    except BotopsError as error:
        return ProbeResult(
            *asked, ProbeOutcome.UNANSWERED, question.text, question.expected,
            fault=ProbeFault.NO_ANSWER, detail=str(error)[:_MOST_DETAIL],
        )  # fmt: skip
    ms = round((container.clock.monotonic() - started) * 1000)
    outcome, fault = judge(question, answer)
    detail = answer.turn.rule if fault is not None and answer.turn is not None and answer.turn.rule else ""
    said = (question.text, question.expected, answer.reply)
    return ProbeResult(*asked, outcome, *said, fault, detail, ms, answer.turn)


def _answer(container: Container, body: Mapping[str, Any]) -> Answer:
    """The answer in a body of `/v1/chat`. Raises UserError for a body that is none."""
    try:
        turn = container.store.probes.turn(str(body["turn_id"]))
        return Answer(str(body["reply"]), Action(body["action"]), body["handed_over"] is True, turn)
    except (KeyError, ValueError) as error:
        raise UserError(f"what answers there is no API of botops: {error!r} in its answer") from error


def _count(container: Container, run: ProbeRun) -> None:
    metrics = container.metrics
    for result in run.results:
        metrics.probe_runs.labels(result.kind.value, result.language, result.outcome.value).inc()
        if result.ms is not None:
            metrics.probe_seconds.labels(result.kind.value).observe(result.ms / 1000)
    count_failing(metrics, run)


def count_failing(metrics: Metrics, run: ProbeRun) -> None:
    """Says of each question of a round whether it failed."""
    failed: dict[tuple[str, ...], float] = {
        (one.kind.value, one.language): float(one.outcome in FAILED) for one in run.results
    }
    fill(metrics.probe_failing, failed)
