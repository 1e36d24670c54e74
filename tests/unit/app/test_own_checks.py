"""A check of the company's own in the turn: it may not break it, and the policy decides what becomes of the reply."""

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from botops.app import services
from botops.app.checks import judging
from botops.app.clock import SetClock
from botops.app.container import Container, counting
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import Books
from botops.claims import Extensions
from botops.claims.extensions import NamedCheck
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.findings import Judgement
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action
from botops.testing.fakes import QueueModel

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, repository) -> Path:
    shutil.copy(repository / "botops.yaml", tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    return tmp_path


def broken(reply):
    if "сломай" in reply.text:
        raise ZeroDivisionError("внутри чужой проверки")
    return []


def opened(folder, policy, answers):
    """An installation whose books know a check that breaks."""
    settings = load_settings(folder / "botops.yaml", overrides=[f"guard.policy={policy}"])
    model = QueueModel(list(answers))
    container = Container.open(settings, Secrets(), clock=SetClock(NOW), model=model)
    books = Books(container.books.path, Extensions(checks=(NamedCheck("own", broken),)))
    guard = ClaimGuard(books, container.exceptions.current, counting(container.metrics))
    return replace(container, books=books, guard=guard, bot=replace(container.bot, guard=guard))


def say(container, dialogue="d1"):
    inbound = InboundMessage(dialogue, dialogue, "Здравствуйте", NOW, f"key-{dialogue}", "web")
    return asyncio.run(container.bot.run_turn(inbound))


@pytest.mark.parametrize(("policy", "action"), [
    ("observe", Action.FLAGGED), ("repair", Action.BLOCKED), ("block", Action.BLOCKED),
])  # fmt: skip
def test_the_policy_decides_when_a_check_fails(folder, policy, action, caplog):
    judging._told.clear()
    with opened(folder, policy, ["Добрый день, сломай.", "Ещё раз сломай."]) as container:
        for number in (1, 2):
            record = say(container, f"d{number}")
            assert record.action is action
            assert (record.verdict.judgement, record.verdict.reason) == (Judgement.NOT_JUDGED, "check_failed")
        exposition = container.metrics.exposition()
        assert b'botops_claim_check_failures_total{rule="own"} 2.0' in exposition
        (logged,) = [r for r in caplog.records if "check 'own' failed" in r.message]
        assert logged.exc_info[0] is ZeroDivisionError


def test_a_finding_stands_when_a_check_fails(folder):
    with opened(folder, "observe", ["Тариф «Магазин» — 9 000 ₸ в месяц. И сломай это."]) as container:
        record = say(container)
        assert record.verdict.judgement is Judgement.CONTRADICTED


def test_dialogues_taken_in_count_failures_too(folder):
    row = {"id": "x", "started_at": "2026-11-20T10:00:00+05:00",
           "messages": [{"role": "assistant", "content": "сломай"}]}  # fmt: skip
    with opened(folder, "observe", []) as container:
        lines = [json.dumps(row, ensure_ascii=False).encode()]
        asyncio.run(services.ingest(container, lines, origin="log"))
        (record,) = container.store.reads.dialogue("x")
        assert record.verdict.reason == "check_failed"
        assert b'botops_claim_check_failures_total{rule="own"} 1.0' in container.metrics.exposition()


def test_an_installation_with_broken_extensions_does_not_start(folder):
    with (folder / "botops.yaml").open("a", encoding="utf-8") as file:
        file.write("\nclaims:\n  checks: [nowhere]\n")
    with pytest.raises(UserError, match=r"botops\.yaml:\d+:12: claims\.checks\.0: no check `nowhere`"):
        Container.open(load_settings(folder / "botops.yaml"), Secrets())
