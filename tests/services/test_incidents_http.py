"""Incidents over HTTP: the same way as by the command line, and what is refused."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from botops.app.alerts.watching import AlertWatch
from botops.app.releases import releasing
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.incidents import Scope
from botops.domain.messages import InboundMessage

LIES = ("simulator.errors.invented_discount=1", "guard.policy=observe")
BY = {"by": "aliya"}


@pytest.fixture
def lied(project, running):
    """An API whose bot promised discounts that are not there to two clients."""
    with running(project, *LIES) as server:
        for number in range(4):
            asked = ("Какая скидка на CRM Старт?", "Сколько стоит CRM Старт? А скидка будет?")[number % 2]
            now = datetime.now(UTC) - timedelta(minutes=5)
            message = InboundMessage(f"d{number}", f"lead-{number % 2}", asked, now, f"k{number}")
            asyncio.run(server.container.bot.run_turn(message))
        yield server


def opening(**more):
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return {"title": "Бот обещает скидки", "severity": "critical", "since": since, "kind": "discount", **BY, **more}


def test_the_whole_way(lied):
    http = lied.http
    answer = http.post("/v1/incidents", json=opening(at_risk={"amount": "250000.50", "currency": "KZT"}))
    assert answer.status_code == 201, answer.text
    opened = answer.json()
    assert (opened["name"], opened["owner"], opened["state"]) == ("INC-1", "sales_enablement", "open")
    assert opened["at_risk"] == {"amount": "250000.50", "currency": "KZT"}
    assert [one["number"] for one in http.get("/v1/incidents").json()] == [1]

    rows = http.get("/v1/incidents/1/affected").json()
    assert {row["lead_id"] for row in rows} == {"lead-0", "lead-1"}
    csv = http.get("/v1/incidents/1/affected?format=csv")
    assert csv.headers["content-disposition"] == 'attachment; filename="INC-1.csv"'
    assert csv.content.startswith(b"\xef\xbb\xbflead_id,")
    book = openpyxl.load_workbook(io.BytesIO(http.get("/v1/incidents/1/affected?format=xlsx&language=kk").content))
    assert [cell.value for cell in book.active[1]][-1] == "Клиентке не жазу керек"
    assert book.active.max_row == len(rows) + 1

    assert http.post("/v1/incidents/1/acknowledge", json=BY).json()["acknowledged_by"] == "aliya"
    assert http.post("/v1/incidents/1/acknowledge", json=BY).status_code == 409
    assert http.post("/v1/incidents/1/notes", json=BY | {"words": "смотрю"}).status_code == 201
    refused = http.post("/v1/incidents/1/close", json=BY)
    assert refused.status_code == 400
    assert refused.json()["detail"].count("\n  - ") == 4
    assert http.put("/v1/incidents/1/severity", json=BY | {"severity": "major"}).json()["severity"] == "major"
    assert http.put("/v1/incidents/1/owner", json=BY | {"owner": "ai_ops"}).json()["owner"] == "ai_ops"
    assert http.put("/v1/incidents/1/at-risk", json=BY | {"at_risk": None}).json()["at_risk"] is None
    http.put("/v1/incidents/1/cause", json=BY | {"kind": "prompt", "words": "чужая акция"})
    past = http.post("/v1/incidents/1/actions", json=BY | {"words": "т", "owner": "ai_ops", "due": "2020-01-01"})
    assert (past.status_code, "is past" in past.text) == (400, True)
    http.post("/v1/incidents/1/actions", json=BY | {"words": "тест", "owner": "ai_ops", "due": "2030-01-31"})
    case = http.put("/v1/incidents/1/case", json=BY | {"make": True}).json()["case"]
    assert case.startswith("regressions#")
    assert http.post("/v1/incidents/1/resolve", json=BY | {"words": "откат"}).json()["state"] == "resolved"
    assert http.post("/v1/incidents/1/close", json=BY).json()["state"] == "closed"
    assert http.post("/v1/incidents/1/actions/1/done", json=BY).json()["follow_ups"][0]["done_by"] == "aliya"
    assert http.get("/v1/incidents").json() == []
    assert len(http.get("/v1/incidents?under_way=false").json()) == 1

    whole = http.get("/v1/incidents/1").json()
    assert (whole["impact"]["leads"], whole["missing"]) == (2, [])
    assert whole["impact"]["at_risk"] == [] or whole["impact"]["at_risk"][0]["currency"] == "KZT"
    assert whole["timeline"][-1]["text"] == "action 1 is done"
    draft = http.get("/v1/incidents/1/postmortem?language=en")
    assert draft.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "# INC-1: Бот обещает скидки" in draft.text
    assert http.get("/v1/incidents/figures?days=7").json()["to_resolve"]["median_s"] > 0
    assert http.post("/v1/incidents/1/reopen", json=BY | {"words": "снова"}).json()["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/incidents", opening(owner="nobody"), 400),
        ("POST", "/v1/incidents", opening(since="2999-01-01T00:00:00Z"), 400),
        ("POST", "/v1/incidents", opening(since="2026-01-01T00:00:00"), 422),
        ("POST", "/v1/incidents", opening(title=" "), 400),
        ("POST", "/v1/incidents", opening(version=3), 400),
        ("POST", "/v1/incidents", opening(kind="nonsense"), 422),
        ("POST", "/v1/incidents", opening(at_risk={"amount": "NaN", "currency": "KZT"}), 422),
        ("POST", "/v1/incidents", opening(surprise=1), 422),
        ("GET", "/v1/incidents/7", None, 404),
        ("GET", "/v1/incidents/0", None, 422),
        ("GET", "/v1/incidents/99999999999999999999", None, 422),
        ("GET", "/v1/incidents/7/affected?format=xlsx", None, 404),
        ("GET", "/v1/incidents/7/postmortem", None, 404),
        ("POST", "/v1/incidents/7/notes", BY | {"words": "x"}, 404),
        ("PUT", "/v1/incidents/7/case", BY | {"make": True, "case": "a#b"}, 400),
        ("PUT", "/v1/incidents/7/case", BY | {"suite": "a"}, 400),
        ("PUT", "/v1/incidents/7/case", BY | {"make": True}, 404),
    ],
)
def test_bad_requests_are_refused(project, running, method, path, body, status):
    with running(project) as server:
        answer = server.http.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"]
        assert server.http.get("/v1/incidents?under_way=false").json() == []


class Stands:
    """A source that says one thing."""

    name = "test"

    def __init__(self, signal):
        self.signal = signal

    def look(self, now):
        return (self.signal,)


def test_from_an_alert_to_the_version_out_of_service(project, running):
    with running(project) as server:
        http, container = server.http, server.container
        releasing.change_split(container, "sales", None, by="marat", reason="конец опыта")
        releasing.publish(container, "sales", 2, by="marat", reason="новая акция")
        said = {"ru": "Ошибок больше обычного", "kk": "Қате көп", "en": "More mistakes"}
        began = container.clock.now()
        scope = Scope(began, prompt="sales", version=2)
        stands = Signal("findings", "UnusualFindings", AlertSeverity.PAGE, "replies", began, said, said, scope=scope)
        AlertWatch(container, [Stands(stands)]).look()
        (alert,) = container.store.alerts.firing()

        opened = http.post("/v1/incidents/from-alert", json=BY | {"alert": alert.id, "severity": "major"})
        assert (opened.status_code, opened.json()["severity"]) == (201, "major")
        assert http.post("/v1/incidents/from-alert", json=BY | {"alert": alert.id}).status_code == 409
        assert http.post("/v1/incidents/from-alert", json=BY | {"alert": "none"}).status_code == 404
        assert http.post("/v1/incidents/1/alerts", json=BY | {"alert": alert.id}).status_code == 200
        switched = http.post(f"/v1/alerts/{alert.id}/kill", json=BY)
        assert (switched.status_code, switched.json()["override"]["version"]) == (201, 1)
        undone = http.post("/v1/incidents/1/rollback", json=BY | {"reason": "хватит"}).json()
        assert undone == {"at_fault": "sales@2", "prompt": "sales", "version": 2, "live": "sales@1"}
        assert http.get("/v1/overrides").json() == []  # the rollback left nothing to the order
        assert http.post(f"/v1/alerts/{alert.id}/rollback", json=BY).status_code == 409
        assert (
            http.post("/v1/incidents/1/kill", json=BY | {"to": "hand-over"}).json()["override"]["kind"] == "hand_over"
        )
        assert http.post("/v1/alerts/none/rollback", json=BY).status_code == 404
        assert http.post("/v1/incidents/9/kill", json=BY).status_code == 404
        kinds = [entry["kind"] for entry in http.get("/v1/incidents/1").json()["timeline"]]
        assert kinds.count("alert") == 2
