"""An incident from its first sign to the postmortem, by the command line, over a real store."""

import asyncio
import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from botops.app import incidents as app
from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.app.evals.suite_files import usable_suites
from botops.app.releases import releasing
from botops.app.releases.auditing import record
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.errors import ConflictError, UserError
from botops.domain.findings import FindingKind, Severity
from botops.domain.incidents import CauseKind, IncidentSeverity, Scope
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
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
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert {row["lead_id"] for row in rows} == {"lead-0", "lead-1", "lead-2"}
    letters = {row["lead_id"]: row["correction"] for row in rows if row["correction"]}
    assert len([row for row in rows if row["correction"]]) == 3, "a client is written to once"
    assert all(row["quote"] in letters[row["lead_id"]] for row in rows)
    assert "told to 3 clients" in err

    assert run("ack", "1")[0] == 0
    assert run("ack", "1")[0] == 2
    assert run("note", "1", "отключили акцию")[0] == 0
    code, _, err = run("close", "1")
    assert code == 2
    assert err.count("\n  - ") == 4
    assert run("cause", "1", "prompt", "в промпт попала чужая акция")[0] == 0
    assert run("action", "1", "тест на скидки", "--owner", "sales_enablement", "--due", "2030-01-31")[0] == 0
    code, _, err = run("action", "1", "вчерашнее", "--owner", "sales_enablement", "--due", "2020-01-01")
    assert (code, "2020-01-01 is past" in err) == (2, True)
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
        assert app.reminders(container)[0].startswith("INC-1 (minor, ai_ops): nobody has taken it for")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("open", " ", "--since", "1h"), "title"),
        (("open", "x" * 201, "--since", "1h"), "title"),
        (("open", "\u200b\u2060", "--since", "1h"), "title"),
        (("open", "\u202eабв", "--since", "1h"), "control character (U+202E)"),
        (("open", "x", "--since", "2999-01-01"), "future"),
        (("open", "x", "--since", "0001-01-02"), "1970-01-01"),
        (("open", "x", "--since", "soon"), "write 7d"),
        (("open", "x", "--since", "1h", "--kind", "nonsense"), "choose from price"),
        (("open", "x", "--since", "1h", "--prompt", "sales@new"), "sales@3"),
        (("open", "x", "--since", "1h", "--owner", "nobody"), "its roles"),
        (("show", "99"), "no incident INC-99"),
        (("ack", "99"), "no incident INC-99"),
        (("note", "99", "x"), "no incident INC-99"),
        (("note", "99", " "), "the note is missing"),
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


def test_the_sellers_get_a_workbook_in_which_nothing_is_a_formula(lied, botops, tmp_path):
    assert botops(lied, "incident", "open", "Скидки", "--since", "1h", "--at-risk", "1 250 000.5")[0] == 0
    assert json.loads(botops(lied, "incident", "show", "1", "--json")[1])["at_risk"] == {
        "amount": "1250000.50", "currency": "KZT",
    }  # fmt: skip
    file = tmp_path / "clients.xlsx"
    assert botops(lied, "incident", "affected", "1", "--out", str(file))[0] == 0
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(file).active.iter_rows()]
    listed = list(csv.DictReader(io.StringIO(botops(lied, "incident", "affected", "1")[1])))
    assert rows[0][0] == "Клиент"
    assert [row[-1] or "" for row in rows[1:]] == [row["correction"] for row in listed]
    assert botops(lied, "incident", "affected", "1", "--format", "xlsx")[0] == 2
    for name in ("clients.pdf", "clients.xls", "clients.jsonl"):
        code, _, err = botops(lied, "incident", "affected", "1", "--out", str(tmp_path / name))
        assert (code, (tmp_path / name).exists()) == (2, False)
        assert "is no format here: name a file .csv, .xlsx or .json, or give --format" in err
    named = str(tmp_path / "clients.jsonl")
    assert botops(lied, "incident", "affected", "1", "--out", named, "--format", "json")[0] == 0
    hostile = {**dict.fromkeys(listed[0], "=1+1"), "turn": 1, "at_risk": "0.10"}
    file.write_bytes(app.corrections_xlsx([hostile | {"quote": "=cmd()\x07"}], "kk"))
    _, (lead, *_, amount, _, _) = openpyxl.load_workbook(file).active.iter_rows()
    assert (lead.value, lead.data_type, amount.value, amount.data_type) == ("=1+1", "s", 0.1, "n")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ["выдуманная скидка", "высокая", "русский"]), ("kk", ["ойдан шығарылған жеңілдік", "жоғары", "орысша"]),
        ("en", ["invented discount", "high", "Russian"]),
    ],
)  # fmt: skip
def test_the_workbook_speaks_the_sellers_language_and_goes_by_the_companys_clock(lied, tmp_path, language, words):
    file = tmp_path / "clients.xlsx"
    with Container.open(load_settings(lied / "botops.yaml"), Secrets()) as container:
        scope = Scope(container.clock.now() - timedelta(hours=1), kind=FindingKind.DISCOUNT)
        opened = app.open_incident(container, "Скидки", IncidentSeverity.MINOR, scope, by="a")
        (reply, *_) = app.affected(container, opened)
        file.write_bytes(app.corrections_xlsx(app.corrections(container, opened), language))
    _, row, *_ = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    assert [row[6], row[7], row[5]] == words
    assert row[3] == reply.at.astimezone(ZoneInfo("Asia/Almaty")).replace(tzinfo=None, microsecond=0)


def test_every_kind_has_words_in_the_workbook(tmp_path):
    for language in ("ru", "kk", "en"):
        for name, values in (("kind", [one.value for one in FindingKind]), ("severity", [s.label for s in Severity])):
            row = dict.fromkeys(
                ("lead_id", "dialogue_id", "turn", "at", "channel", "language", "quote", "expected"), "x"
            )
            row |= dict.fromkeys(("kind", "severity", "correction"), "x") | {"at_risk": None, "currency": None}
            file = tmp_path / "one.xlsx"
            file.write_bytes(app.corrections_xlsx([row | {name: value} for value in values], language))
            _, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
            shown = [one[6 if name == "kind" else 7] for one in rows]
            assert len(set(shown)) == len(values)
            assert "_" not in "".join(shown)
            assert language == "en" or not re.search("[a-z]", "".join(shown))


def test_a_reply_that_went_wrong_becomes_the_case_in_one_step(lied, botops):
    def run(*arguments):
        return botops(lied, "incident", *arguments, by="aliya")

    assert run("open", "Бот обещает скидки", "--since", "1h", "--kind", "discount")[0] == 0
    assert run("case", "1", "--make", "--of", "d0#99")[0] == 2
    assert run("case", "1", "--make", "--of", "d0")[0] == 2
    assert run("case", "1", "--of", "d0#1")[0] == 2
    assert run("case", "1", "--make", "--none", "x")[0] == 2
    code, out, _ = run("case", "1", "--make")
    assert code == 0
    suite, _, case = out.strip().partition("#")
    settings = load_settings(lied / "botops.yaml")
    assert case in {one.id for one in usable_suites(settings)[suite].cases}
    assert json.loads(run("show", "1", "--json")[1])["case"] == out.strip()
    assert run("case", "1", "--make")[1] == out  # it is a case already, and is linked as it is
    assert run("case", "1", "--make", "--of", "d3#1")[1].strip() != out.strip()
    assert len(usable_suites(settings)[suite].cases) == 2


def test_what_it_did_is_kept_when_its_dialogues_are_not(lied, botops):
    assert botops(lied, "incident", "open", "Скидки", "--since", "1h", "--kind", "discount")[0] == 0
    before = json.loads(botops(lied, "incident", "show", "1", "--json")[1])["impact"]
    assert before["leads"] == 3
    assert botops(lied, "incident", "resolve", "1", "откат")[0] == 0
    for lead in ("lead-0", "lead-1", "lead-2"):
        assert botops(lied, "store", "erase", lead, "--reason", "просьба")[0] == 0
    shown = json.loads(botops(lied, "incident", "show", "1", "--json")[1])
    assert shown["impact"]["leads"] == 0
    (entry,) = [one for one in shown["timeline"] if one["kind"] == "resolved"]
    assert {name: entry["detail"][name] for name in ("replies", "dialogues", "leads")} == {
        name: before[name] for name in ("replies", "dialogues", "leads")
    }


@pytest.fixture
def alarmed(project):
    """A project whose bot speaks by a version published over another, and the id of the alert that says so."""
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        releasing.change_split(container, "sales", None, by="marat", reason="конец опыта")
        releasing.publish(container, "sales", 2, by="marat", reason="новая акция")
        began = container.clock.now()
        said = {"ru": "Ошибок больше обычного", "kk": "Қате көп", "en": "More mistakes"}
        stands = Signal(
            "unusual:findings", "UnusualFindings", AlertSeverity.PAGE, "replies", began, said, said,
            at_risk=Money(1_000_000, "KZT"), scope=Scope(began, prompt="sales", version=2),
        )  # fmt: skip
        AlertWatch(container, [Stands(stands)]).look()
        (alert,) = container.store.alerts.firing()
    return project, alert.id


class Stands:
    """A source that says one thing."""

    name = "test"

    def __init__(self, signal):
        self.signal = signal

    def look(self, now):
        return (self.signal,)


def test_an_alert_becomes_an_incident_and_one_command_takes_the_version_away(alarmed, botops):
    project, alert = alarmed

    def run(*arguments):
        return botops(project, "incident", *arguments, by="aliya")

    assert run("open", "--from-alert", alert, "--since", "1h")[0] == 2
    assert run("open", "--from-alert", "nothing")[0] == 2
    code, out, _ = run("open", "--from-alert", alert[:8], "--json")
    opened = json.loads(out)
    assert (code, opened["title"], opened["severity"]) == (0, "Ошибок больше обычного", "critical")
    assert (opened["scope"]["version"], opened["at_risk"]["amount"]) == (2, "10000.00")
    assert run("open", "--from-alert", alert)[0] == 2
    assert run("attach", "1", alert)[0] == 0
    code, out, _ = botops(project, "alert", "kill", alert[:8], by="aliya")
    assert (code, out) == (0, "sales: everybody gets version 1, within two seconds\n")
    code, out, _ = run("rollback", "1", "--json")
    assert (code, json.loads(out)) == (0, {"at_fault": "sales@2", "live": "sales@1"})
    assert botops(project, "alert", "rollback", alert[:8])[0] == 2
    assert run("rollback", "1")[0] == 2
    assert run("kill", "1", "--to", "hand-over", "--reason", "разбираемся")[1].startswith("sales: every dialogue goes")
    shown = json.loads(run("show", "1", "--json")[1])
    assert next(e["text"] for e in shown["timeline"] if e["kind"] == "alert").startswith("raised: Ошибок больше")
    assert any(e["text"].startswith("rollback 1: INC-1") for e in shown["timeline"])


def test_the_name_of_the_trouble_never_keeps_it_from_being_ended(alarmed, botops):
    project, alert = alarmed
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        kept = container.store.alerts.get(alert)
        odd = dict.fromkeys(("ru", "kk", "en"), "канал \u202eабв\u0007" + "д" * 300)
        AlertWatch(container, [Stands(replace(kept.signal, key="unusual:odd", title=odd))]).look()
        alert = next(one.id for one in container.store.alerts.firing() if one.signal.title == odd)
        opened = app.from_alert(container, alert, by="aliya")
        assert opened.title.startswith("канал абвддд")
    assert botops(project, "alert", "kill", alert, "--reason", "р" * 2000)[0] == 0
    code, out, _ = botops(project, "incident", "rollback", "1", "--reason", "р" * 2000, "--json")
    assert (code, json.loads(out)) == (0, {"at_fault": "sales@2", "live": "sales@1"})


def test_going_back_needs_something_at_fault(project, botops):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass
    assert botops(project, "incident", "open", "Бот молчит", "--area", "service", "--since", "1h")[0] == 0
    for command in ("rollback", "kill"):
        code, _, err = botops(project, "incident", command, "1")
        assert code == 2
        assert "botops prompts rollback NAME" in err
        assert botops(project, "incident", command, "9")[0] == 2
    assert botops(project, "incident", "open", "x")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "amount"),
    [
        (("0",), {"amount": "0.00", "currency": "KZT"}),
        (("99.50", "--currency", "usd"), {"amount": "99.50", "currency": "USD"}),
        (("unknown",), None),
        (("much",), 2), (("-5",), 2), (("NaN",), 2), (("1e99",), 2), (("5", "--currency", "тенге"), 2),
    ],
)  # fmt: skip
def test_people_say_what_it_may_cost(project, botops, arguments, amount):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass
    assert botops(project, "incident", "open", "x", "--since", "1h")[0] == 0
    said, *options = arguments
    code = botops(project, "incident", "at-risk", *options, "--", "1", said)[0]
    assert code == (amount if isinstance(amount, int) else 0)
    if not isinstance(amount, int):
        assert json.loads(botops(project, "incident", "show", "1", "--json")[1])["at_risk"] == amount


def test_figures_tell_how_soon_and_what_came_back(project, botops):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass
    for number in (1, 2):
        assert botops(project, "incident", "open", "x", "--since", "2h")[0] == 0
        assert botops(project, "incident", "resolve", str(number), "само")[0] == 0
        assert botops(project, "incident", "cause", str(number), "provider", "сбой")[0] == 0
    code, out, _ = botops(project, "incident", "figures", "--json")
    found = json.loads(out)
    assert (code, found["incidents"], found["unresolved"]) == (0, 2, 0)
    assert found["repeats"] == [{"kind": "provider", "incidents": [2, 1]}]
    assert 7200 <= found["to_resolve"]["median_s"] < 7400
    out = botops(project, "incident", "figures", "--days", "7")[1]
    assert "over after (MTTR): 2 h 0 min (median)" in out
    assert "came back: provider, 2 times (INC-2, INC-1)" in out
