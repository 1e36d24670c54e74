"""A client is forgotten, old dialogues end by themselves, sums can be counted anew."""

import asyncio
import hashlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.care import retain
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)  # 21 November, 01:00 in Almaty


def lived(project, *overrides, days=(0,)):
    """A project whose lead `77011234567` and another one wrote so many days before now."""
    settings = load_settings(project / "botops.yaml", overrides=overrides)
    clock = SetClock(NOW)
    container = Container.open(settings, Secrets(), clock=clock)
    for day in days:
        clock.at = NOW - timedelta(days=day)
        for lead in ("77011234567", "other"):
            message = InboundMessage(f"{lead}-{day}", lead, "Сколько стоит CRM Старт?", clock.at, f"{lead}-{day}")
            asyncio.run(container.bot.run_turn(message))
    clock.at = NOW
    return container


def turns(project, where="1"):
    with sqlite3.connect(project / ".botops/botops.db") as connection:
        return connection.execute(f"SELECT count(*) FROM turn WHERE {where}").fetchone()[0]


def test_a_client_is_forgotten_and_the_log_forgets_the_id_too(project, botops):
    lived(project).close()
    code, out, _ = botops(
        project, "store", "erase", "77011234567", "--reason", "просьба клиента", "--dry-run", "--json"
    )
    assert (code, json.loads(out)) == (0, {"dialogues": 1, "turns": 1, "outcomes": 0, "ratings": 0})
    assert turns(project) == 2
    assert botops(project, "store", "erase", "77011234567", "--reason", "просьба клиента", by="aliya")[0] == 0
    assert turns(project) == turns(project, "lead_id = 'other'") == 1
    (entry,) = [row for row in json.loads(botops(project, "audit", "--json")[1]) if row["deed"] == "erase"]
    assert entry["by"] == "aliya"
    assert entry["detail"]["lead_sha256"] == hashlib.sha256(b"77011234567").hexdigest()
    assert "77011234567" not in json.dumps(entry)
    for more in ((), ("--dry-run",)):
        code, _, err = botops(project, "store", "erase", "77011234567", "--reason", "ещё раз", *more)
        assert code == 2
        assert "nothing is kept" in err


@pytest.mark.parametrize("step", [("erase", "77011234567"), ("purge", "--before", "2026-11-01")])
def test_nothing_is_removed_without_a_reason(project, botops, step):
    lived(project, days=(30,)).close()
    code, _, err = botops(project, "store", *step, "--reason", " ")
    assert code == 2
    assert "the reason is missing" in err
    assert turns(project) == 2


def test_dialogues_end_when_the_settings_say_so_by_the_companys_days(project):
    with lived(project, "privacy.keep_days=3", days=(0, 2, 3, 4)) as container:
        removed = retain(container)
        # 3 days before 21 November, 01:00 in Almaty, is still inside the third day: the 18th is kept whole.
        assert (removed.turns, turns(project)) == (2, 6)
        assert not retain(container)
        (entry,) = container.store.audit.entries("store")
        assert (entry.by, entry.reason) == ("retention", "privacy.keep_days: 3")
        (total,) = container.store.reads.totals(NOW - timedelta(days=9), NOW + timedelta(days=1))
        assert total.turns == 8


def test_without_a_limit_everything_is_kept(project):
    with lived(project, days=(900,)) as container:
        assert retain(container) is None
        assert turns(project) == 2


def test_a_purge_by_hand_takes_days_that_are_past_only(project, botops):
    lived(project, days=(0, 30)).close()
    code, out, _ = botops(project, "store", "purge", "--before", "2026-11-01", "--reason", "срок хранения")
    assert (code, out) == (0, "2 dialogues, 2 turns, 0 outcomes, 0 ratings removed\n")
    code, _, err = botops(project, "store", "purge", "--before", "2999-01-01", "--reason", "ошибка")
    assert code == 2
    assert "is to come" in err
    assert turns(project) == 2


def test_sums_are_counted_anew(project, botops):
    lived(project).close()
    assert botops(project, "store", "rebuild")[0] == 0
    with sqlite3.connect(project / ".botops/botops.db") as connection:
        connection.execute("UPDATE rollup_turn SET turns = 77")
    assert botops(project, "store", "rebuild") == (0, "1 hour counted anew\n", "")
    with sqlite3.connect(project / ".botops/botops.db") as connection:
        assert connection.execute("SELECT sum(turns) FROM rollup_turn").fetchone() == (2,)


@pytest.mark.parametrize("days", ["0", "-1", "no"])
def test_a_limit_that_is_none_is_refused(project, days):
    with pytest.raises(UserError, match="keep_days"):
        load_settings(project / "botops.yaml", overrides=(f"privacy.keep_days={days}",))
