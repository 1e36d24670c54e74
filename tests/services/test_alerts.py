"""Alerts as people meet them: on the command line and over HTTP, over a real store."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Example, LikelyCause, Signal, Where
from botops.domain.money import Money

NOW = datetime.now(UTC).replace(microsecond=0)


class Source:
    name = "test"

    def __init__(self, *signals):
        self.signals = signals

    def look(self, now):
        return self.signals


def signal(key="discounts", **changes):
    title = {"ru": f"Скидки: {key}", "kk": f"Жеңілдіктер: {key}", "en": f"Discounts: {key}\x1b[31m"}
    text = {"ru": "обычно 5,1 %, сегодня 11 из 92", "kk": "әдетте 5,1 %, бүгін 92-ден 11", "en": "usually 5.1 %"}
    whole = Signal(
        key, "BotopsWrongPromises", AlertSeverity.PAGE, "replies", NOW - timedelta(hours=1), title, text, 120.0,
        Money(1_250_000, "KZT"), Where("version", "sales@4", 0.9),
        (LikelyCause("prompt_publish", NOW - timedelta(hours=2), "sales@4", "marat", 0.83, "prompt:sales", "4"),),
        (Example("d1", 3, NOW, "скидка 30 %\x1b]0;x"),), facts={"k": 11, "n": 92},
    )  # fmt: skip
    return replace(whole, **changes)


def stand(container, *signals):
    return [change.alert for change in AlertWatch(container, [Source(*signals)]).look()]


@pytest.fixture
def alerted(project):
    """A project with an alert that wakes people and one that waits."""
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        stand(container, signal(), signal("late", severity=AlertSeverity.TICKET, area="service"))
    return project


def test_the_inbox_on_the_command_line(alerted, botops):
    def run(*arguments):
        return botops(alerted, "alert", *arguments, by="aliya")

    code, out, err = run("list", "--lang", "en")
    assert (code, err) == (1, "2 alerts standing\n")
    first, second = out.splitlines()
    assert "page  sales_enablement" in first
    assert "Discounts: discounts\\x1b[31m" in first, "nothing in it commands the terminal"
    assert "ticket  ai_ops" in second
    rows = json.loads(run("list", "--json")[1])
    one, other = (row["id"] for row in rows)
    assert rows[0]["at_risk"] == {"amount": "12500.00", "currency": "KZT"}

    assert run("ack", one[:6])[0] == 0
    code, _, err = run("ack", one[:6])
    assert (code, "acknowledged by aliya already" in err) == (2, True)
    assert run("list")[0] == 0, "the one that wakes people is taken care of"

    code, out, _ = run("show", one[:6], "--lang", "en")
    assert code == 0
    for part in (
        "usually 5.1 %", "once in 120 days", "at risk: ₸12,500", "where: version sales@4 (90%",
        "sales@4  marat (83%)", "example: d1 turn 3: скидка 30 %\\x1b",
        "runbook: alerts/runbooks/BotopsWrongPromises.md", "raised  test", "acknowledged  aliya",
    ):  # fmt: skip
        assert part in out, part

    assert run("resolve", other, "учения")[0] == 0
    assert [row["id"] for row in json.loads(run("list", "--json")[1])] == [one]
    assert [row["id"] for row in json.loads(run("list", "--all", "--json")[1])] == [one, other]
    assert json.loads(run("show", other, "--json")[1])["events"][-1] | {"at": ""} == {
        "at": "", "kind": "resolved", "by": "aliya", "text": "учения",
    }  # fmt: skip


def test_silences_on_the_command_line(alerted, botops):
    def run(*arguments):
        return botops(alerted, "alert", *arguments, by="aliya")

    assert run("silence", "--until", "+2h", "--reason", "работы")[0] == 2
    assert run("silence", "--all", "--area", "service", "--until", "+2h", "--reason", "работы")[0] == 2
    assert run("silence", "--all", "--until", "+40d", "--reason", "работы")[0] == 2
    assert run("silence", "--all", "--until", "tomorrow", "--reason", "работы")[0] == 2
    code, _, err = run("silence", "--rule", "BotopsQuite", "--until", "+2h", "--reason", "работы")
    assert (code, "did you mean `BotopsQuiet`?" in err) == (2, True)
    made = json.loads(run("silence", "--area", "service", "--until", "+2h", "--reason", "работы", "--json")[1])
    assert run("silence", "--rule", "BotopsSlow", "--until", "+1d", "--reason", "работы")[0] == 0
    silenced = {row["key"]: row["silenced_until"] for row in json.loads(run("list", "--json")[1])}
    assert silenced == {"discounts": None, "late": made["until"]}
    assert "silenced until" in run("list")[1]
    assert [row["rule"] for row in json.loads(run("silences", "--json")[1])] == [None, "BotopsSlow"]
    assert run("unsilence", made["id"][:8])[0] == 0
    assert run("unsilence", made["id"][:8])[0] == 2
    assert run("unsilence", "nothing")[0] == 2
    assert len(json.loads(run("silences", "--json")[1])) == 1
    assert len(json.loads(run("silences", "--all", "--json")[1])) == 2
    audit = json.loads(botops(alerted, "audit", "--json")[1])
    assert {(row["deed"], row["subject"]) for row in audit if "silence" in row["deed"]} == {
        ("silence", "alerts"), ("silence", "alert:BotopsSlow"), ("silence_end", "alerts"),
    }  # fmt: skip


def test_an_alert_is_silenced_by_the_trouble_it_is_about(alerted, botops):
    rows = json.loads(botops(alerted, "alert", "list", "--json")[1])
    silenced = botops(alerted, "alert", "silence", "--alert", rows[1]["id"][:8], "--until", "+2h", "--reason", "знаем")
    assert silenced[0] == 0
    assert [bool(row["silenced_until"]) for row in json.loads(botops(alerted, "alert", "list", "--json")[1])] == [
        False, True,
    ]  # fmt: skip
    assert botops(alerted, "alert", "show", "zzz")[0] == 2


def test_the_inbox_over_http(project, running):
    with running(project) as server:
        first, second = stand(server.container, signal(), signal("late", severity=AlertSeverity.TICKET, area="service"))

        def post(path, **body):
            return server.http.post(path, json=body)

        found = server.http.get("/v1/alerts").json()
        assert [one["key"] for one in found] == ["discounts", "late"]
        assert found[0]["causes"][0]["probability"] == 0.83
        assert [one["key"] for one in server.http.get("/v1/alerts", params={"area": "service"}).json()] == ["late"]
        assert server.http.get("/v1/alerts", params={"area": "weather"}).status_code == 422

        taken = post(f"/v1/alerts/{first.id}/acknowledge", by="aliya")
        assert (taken.status_code, taken.json()["acknowledged_by"]) == (200, "aliya")
        assert post(f"/v1/alerts/{first.id}/acknowledge", by="marat").status_code == 409
        assert post(f"/v1/alerts/{first.id}/acknowledge").status_code == 422
        assert post("/v1/alerts/00000/acknowledge", by="marat").status_code == 404
        assert post(f"/v1/alerts/{second.id}/resolve", by="marat", reason="учения").json()["state"] == "resolved"
        assert post(f"/v1/alerts/{second.id}/resolve", by="marat", reason="учения").status_code == 409
        whole = server.http.get(f"/v1/alerts/{second.id[:10]}").json()
        assert [event["kind"] for event in whole["events"]] == ["raised", "resolved"]
        assert len(server.http.get("/v1/alerts", params={"firing": False}).json()) == 2

        until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        made = post("/v1/silences", by="aliya", reason="работы", until=until, area="replies")
        assert made.status_code == 201
        assert server.http.get("/v1/alerts").json()[0]["silenced_until"] is not None
        assert post("/v1/silences", by="aliya", reason="работы", until="2026-11-30T00:00:00").status_code == 422
        assert post("/v1/silences", by="aliya", reason="", until=until).status_code == 422
        refused = post("/v1/silences", by="aliya", reason="работы", until=until, rule="Nope")
        assert (refused.status_code, "there is no rule `Nope`" in refused.text) == (400, True)
        ended = post(f"/v1/silences/{made.json()['id']}/end", by="marat", reason="кончили")
        assert (ended.status_code, ended.json()["ended_by"]) == (200, "marat")
        assert server.http.get("/v1/silences").json() == []
        assert len(server.http.get("/v1/silences", params={"over": True}).json()) == 1


def test_bad_ids_are_refused_not_looked_up(project, running):
    with running(project) as server:
        for bad in ("%25", "a%00b", "x" * 100, "Привет"):
            assert server.http.get(f"/v1/alerts/{bad}").status_code == 422
