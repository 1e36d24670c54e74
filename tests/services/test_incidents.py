"""An incident from its first sign to the postmortem, by the command line, over a real store."""

import asyncio
import csv
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from botops.app import incidents as app
from botops.app.container import Container
from botops.app.evals.suite_files import usable_suites
from botops.app.releases.auditing import record
from botops.config import Secrets, load_settings
from botops.domain.errors import ConflictError, UserError
from botops.domain.findings import FindingKind
from botops.domain.incidents import CauseKind, IncidentSeverity, Scope
from botops.domain.messages import InboundMessage
from botops.domain.releases import Deed

LIES = ("simulator.errors.invented_discount=1", "guard.policy=observe")


@pytest.fixture
def lied(project):
    """A project whose bot promises discounts that are not there to three clients."""
    with Container.open(load_settings(project / "botops.yaml", overrides=LIES), Secrets()) as container:
        now = datetime.now(UTC)
        for number in range(6):
            lead = f"lead-{number % 3}"
            asked = ("Какая скидка на CRM Старт?", "Сколько стоит CRM Старт? А скидка будет?")[number % 2]
            message = InboundMessage(f"d{number}", lead, asked, now - timedelta(minutes=5), f"k{number}")
            asyncio.run(container.bot.run_turn(message))
        record(container, Deed.PUBLISH, "prompt:sales", "marat", "новая акция", version="4")
    return project


def test_the_whole_way_by_the_command_line(lied, botops, tmp_path):
    def run(*arguments):
        return botops(lied, "incident", *arguments, by="aliya")

    code, out, _ = run(
        "open", "Бот обещает скидки", "--severity", "critical", "--since", "1h", "--kind", "discount", "--json"
    )
    opened = json.loads(out)
    assert (code, opened["name"], opened["owner"], opened["state"]) == (0, "INC-1", "sales_enablement", "open")
    assert run("list")[0] == 1

    code, out, err = run("affected", "1")
    rows = list(csv.DictReader(out.splitlines()))
    assert code == 0
    assert {row["lead_id"] for row in rows} == {"lead-0", "lead-1", "lead-2"}
    assert all(row["quote"] in row["correction"] for row in rows)
    assert "told to 3 clients" in err

    assert run("ack", "1")[0] == 0
    assert run("ack", "1")[0] == 2
    assert run("note", "1", "отключили акцию")[0] == 0
    code, _, err = run("close", "1")
    assert code == 2
    assert err.count("\n  - ") == 4
    assert run("cause", "1", "prompt", "в промпт попала чужая акция")[0] == 0
    assert run("action", "1", "тест на скидки", "--owner", "sales_enablement", "--due", "2030-01-31")[0] == 0
    assert run("action", "1", "ничья задача", "--owner", "nobody", "--due", "2030-01-31")[0] == 2
    assert run("case", "1", "demo#no-such-case")[0] == 2
    assert run("case", "1", "--none", "акция больше не бывает")[0] == 0
    assert run("resolve", "1", "откатили промпт")[0] == 0
    assert run("close", "1")[0] == 0
    assert run("done", "1", "1")[0] == 0
    assert run("list")[0] == 0

    shown = json.loads(run("show", "1", "--json")[1])
    assert [e["kind"] for e in shown["timeline"] if e["subject"] == "prompt:sales"] == ["deed"]
    assert [e["kind"] for e in shown["timeline"] if e["kind"] != "deed"] == [
        "opened", "acknowledged", "note", "changed", "changed", "changed", "resolved", "closed", "changed",
    ]  # fmt: skip
    assert run("postmortem", "1", "--out", str(tmp_path / "postmortems" / "pm.md"))[0] == 0
    text = (tmp_path / "postmortems" / "pm.md").read_text("utf-8")
    for part in (
        "INC-1: Бот обещает скидки",
        "в промпт попала чужая акция",
        "новая акция",
        "клиентов: 3",
        "2030-01-31",
    ):
        assert part in text
    assert run("postmortem", "1", "--out", str(tmp_path / "postmortems" / "pm.md"))[0] == 2


def test_a_case_of_a_suite_is_linked(project, botops):
    suite = usable_suites(load_settings(project / "botops.yaml"))["demo"]
    assert botops(project, "incident", "open", "x", "--since", "1h")[0] == 0
    assert botops(project, "incident", "case", "1", f"demo#{suite.cases[0].id}")[0] == 0
    shown = json.loads(botops(project, "incident", "show", "1", "--json")[1])
    assert shown["case"] == f"demo#{suite.cases[0].id}"
    for wrong in ("demo", "demo#", "none#x", "demo#none"):
        assert botops(project, "incident", "case", "1", wrong)[0] == 2


def test_what_came_after_the_opening_is_affected_too_and_nothing_after_the_end(lied):
    settings = load_settings(lied / "botops.yaml", overrides=LIES)
    with Container.open(settings, Secrets()) as container:
        since = datetime.now(UTC) - timedelta(hours=1)
        found = app.open_incident(
            container, "Скидки", IncidentSeverity.MAJOR, Scope(since, kind=FindingKind.DISCOUNT), by="aliya"
        )
        before = len(list(app.affected(container, found)))

        def ask(key):
            asked = InboundMessage(key, "new", "Какая скидка на CRM Старт?", container.clock.now(), key)
            asyncio.run(container.bot.run_turn(asked))

        ask("later")
        assert len(list(app.affected(container, found))) > before
        over = app.resolve(container, found.number, "откат", by="aliya")
        during = len(list(app.affected(container, over)))
        ask("after")
        assert len(list(app.affected(container, over))) == during
        container.store.erase_lead("new")
        assert "new" not in {one.lead_id for one in app.affected(container, over)}


def test_two_who_take_it_at_once_and_numbers_that_never_repeat(new_postgres_store, project):
    url = new_postgres_store("incidents_store")
    settings, secrets = load_settings(project / "botops.yaml"), Secrets(database_url=url)
    with (
        Container.open(settings, secrets) as one,
        Container.open(settings, secrets, role="side") as other,
        ThreadPoolExecutor(8) as pool,
    ):
        scope = Scope(one.clock.now() - timedelta(hours=1))

        def open_one(container):
            return app.open_incident(container, "x", IncidentSeverity.MINOR, scope, by="a").number

        numbers = list(pool.map(open_one, [one, other] * 10))
        assert sorted(numbers) == list(range(1, 21))

        def take(container):
            try:
                app.acknowledge(container, 1, by="a")
            except ConflictError:
                return 0
            return 1

        assert sum(pool.map(take, [one, other] * 4)) == 1


def test_nobody_owns_what_no_role_answers_for(project):
    team = project / "team.yaml"
    team.write_text(team.read_text("utf-8").split("responsible:")[0], "utf-8")
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        scope = Scope(container.clock.now() - timedelta(hours=1))
        with pytest.raises(UserError, match="--owner"):
            app.open_incident(container, "x", IncidentSeverity.MINOR, scope, by="a")
        found = app.open_incident(container, "x", IncidentSeverity.MINOR, scope, by="a", owner="ai_ops")
        assert found.owner == "ai_ops"
        assert app.reminders(container)[0].startswith("INC-1 (minor, ai_ops) is open")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("open", " ", "--since", "1h"), "title"),
        (("open", "x" * 201, "--since", "1h"), "title"),
        (("open", "x", "--since", "2999-01-01"), "future"),
        (("open", "x", "--since", "soon"), "write 7d"),
        (("open", "x", "--since", "1h", "--kind", "nonsense"), "choose from price"),
        (("open", "x", "--since", "1h", "--prompt", "sales@new"), "sales@3"),
        (("open", "x", "--since", "1h", "--owner", "nobody"), "its roles"),
        (("show", "99"), "no incident INC-99"),
        (("ack", "99"), "no incident INC-99"),
        (("note", "99", "x"), "no incident INC-99"),
    ],
)
def test_bad_input_is_refused_with_the_next_step(project, botops, arguments, says):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass
    code, _, err = botops(project, "incident", *arguments, by="aliya")
    assert code == 2
    assert says in err


def test_personal_data_in_notes_is_masked(project):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        scope = Scope(container.clock.now() - timedelta(hours=1))
        found = app.open_incident(container, "Клиент +7 701 123 45 67 ждёт", IncidentSeverity.MINOR, scope, by="a")
        app.note(container, found.number, "пишите на client@example.kz", by="a")
        app.set_cause(container, found.number, CauseKind.OTHER, "позвонил +7 701 123 45 67", by="a")
        kept = f"{container.store.incidents.get(1)} {container.store.incidents.entries(1)}"
    assert "123 45 67" not in kept
    assert "client@example.kz" not in kept
