"""Price books released over HTTP: looked at, proposed, published, taken back, refused."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

POLICY = "releases.pricebook={approval: second_person}"
WHO = {"by": "Дана", "reason": "цены с декабря"}
RISE = ("- {amount: 6900, per: month}", "- {amount: 7200, per: month}")
SLIP = ("- {amount: 6900, per: month}", "- {amount: 69000, per: month}")


@pytest.fixture
def api(running, project):
    with running(project) as server:
        yield server.http


@pytest.fixture
def book(project):
    return (project / "pricebook" / "demo.yaml").read_text("utf-8")


def _publish(api, text, **more):
    return api.post("/v1/pricebook/publish", json={"text": text, **WHO, **more})


def test_looked_at_published_listed_and_taken_back(api, book, project):
    before = api.get("/v1/pricebook").json()
    assert (before["release"], before["alarm"], [b["state"] for b in before["books"]]) == ("", None, ["live"])
    assert api.get("/v1/pricebook/history").json() == []
    text = book.replace(*RISE)
    look = api.post("/v1/pricebook/look", json={"text": text}).json()
    assert [line.replace("\u00a0", " ") for line in look["changes"]] == ["~ Тариф «Старт»: 6 900 ₸ → 7 200 ₸ в месяц"]
    assert (look["instead_of"], look["needs"], look["suspicions"]) == ("demo.yaml", [], [])
    assert not (project / "pricebook" / "release.yaml").exists()
    live = _publish(api, text, expected=look["release"]).json()
    assert (live["book"], live["replaced"], live["checksum"]) == ("1.yaml", "demo.yaml", look["checksum"])
    assert (project / "pricebook" / "1.yaml").read_text("utf-8") == text
    stale = _publish(api, book.replace("6900", "7300"), expected="", confirm=True)
    assert (stale.status_code, "look again" in stale.json()["detail"]) == (409, True)
    body = {**WHO, "to": "demo", "expected": live["release"]}
    back = api.post("/v1/pricebook/rollback", json=body).json()
    assert (back["action"], back["book"], back["replaced"]) == ("rollback", "demo.yaml", "1.yaml")
    assert api.post("/v1/pricebook/rollback", json=body).status_code == 409
    assert [step["action"] for step in api.get("/v1/pricebook/history").json()] == ["rollback", "publish"]
    states = {b["name"]: b["state"] for b in api.get("/v1/pricebook").json()["books"]}
    assert states == {"demo.yaml": "live", "1.yaml": "earlier"}
    log = api.get("/v1/audit", params={"subject": "pricebook"}).json()
    assert [(entry["deed"], entry["by"]) for entry in log] == [("rollback", "Дана"), ("publish", "Дана")]


def test_a_slip_needs_an_explicit_yes(api, book, project):
    text = book.replace(*SLIP)
    look = api.post("/v1/pricebook/look", params={"language": "en", "most": 0}, json={"text": text}).json()
    assert (look["needs"], look["changes"], look["more"]) == (["confirm"], [], 1)
    assert [(s["rule"], s["count"]) for s in look["suspicions"]] == [("moved", 1)]
    refused = _publish(api, text, anyway=True)
    assert (refused.status_code, "say confirm" in refused.json()["detail"]) == (400, True)
    assert [p.name for p in (project / "pricebook").iterdir() if p.suffix == ".yaml"] == ["demo.yaml"]
    assert _publish(api, text, confirm=True).json()["book"] == "1.yaml"
    log = api.get("/v1/audit", params={"subject": "pricebook"}).json()
    assert log[0]["detail"]["confirmed"] == "moved"


def test_of_two_who_publish_at_once_one_wins(api, book, project):
    def publish(amount):
        return _publish(
            api, book.replace("- {amount: 6900, per: month}", f"- {{amount: {amount}, per: month}}"), expected=""
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(publish, range(7000, 7004)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    listed = api.get("/v1/pricebook").json()
    assert (listed["release"], [b["name"] for b in listed["books"] if b["state"] == "live"]) == (
        won["release"],
        [won["book"]],
    )
    assert not any(b["changed"] for b in listed["books"])


def test_a_published_file_changed_by_hand_is_named_and_left_behind(api, book, project):
    _publish(api, book.replace(*RISE))
    (project / "pricebook" / "1.yaml").write_text(book.replace(*SLIP), "utf-8")
    assert [b["changed"] for b in api.get("/v1/pricebook").json()["books"]] == [False, True]
    assert "was changed" in api.post("/v1/pricebook/look", json={"book": "1"}).json()["detail"]
    assert api.post("/v1/pricebook/rollback", json=WHO).json()["book"] == "demo.yaml"


def test_a_second_person_says_yes_to_exactly_this_book(running, project, book):
    with running(project, POLICY) as server:
        api, text = server.http, book.replace(*RISE)
        refused = _publish(api, text)
        assert (refused.status_code, "second person" in refused.json()["detail"]) == (400, True)
        proposal = api.post("/v1/pricebook/propose", json={"text": text, **WHO}).json()
        assert (proposal["subject"], proposal["version"], proposal["state"]) == ("pricebook", "new.yaml", "open")
        assert api.get(f"/v1/proposals/{proposal['id']}").json()["text"] == text
        decide = f"/v1/proposals/{proposal['id']}/decide"
        yes = {"decision": "approve", "reason": "сверено"}
        assert api.post(decide, json={**yes, "by": "Дана"}).status_code == 400
        assert api.post(decide, json={**yes, "by": "Ержан"}).json()["state"] == "approved"
        assert _publish(api, text + "# правка\n").status_code == 400
        assert _publish(api, text).json()["approved_by"] == "Ержан"


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("look", {}, 422, "either"),
        ("look", {"text": "a: 1", "book": "demo"}, 422, "either"),
        ("look", {"book": "demo", "format": "json"}, 422, "`format`"),
        ("look", {"book": "../botops.yaml"}, 404, "no price book"),
        ("look", {"book": "release.yaml"}, 404, "no price book"),
        ("look", {"text": "products: ["}, 400, "new.yaml:2:1: "),
        ("look", {"text": "{", "format": "json"}, 400, "new.json:1:"),
        ("look", {"text": "currency: KZT\nprodcuts: []\n"}, 400, "products"),
        ("look", {"text": "\x00"}, 400, "new.yaml"),
        ("look", {"text": "\ud800"}, 422, "text"),
        ("publish", {"text": "currency: KZT", "by": "Дана", "reason": "x", "yes": True}, 422, "yes"),
        ("publish", {"book": "demo", "by": "Дана", "reason": "x"}, 200, ""),
        ("publish", {"book": "demo", "by": "\u200b", "reason": "x"}, 400, "by"),
        ("rollback", {"by": "Дана", "reason": "x"}, 400, "nothing to roll back"),
        ("rollback", {"by": "Дана", "reason": "x", "to": "/etc/passwd"}, 404, "no price book"),
    ],
)
def test_what_is_refused_says_why(api, path, body, status, told):
    answer = api.post(f"/v1/pricebook/{path}", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert told in answer.text


def test_a_book_over_a_megabyte_is_taken_and_one_over_eight_is_not(api, book):
    text = book + "# " + "х" * 1_500_000 + "\n"
    answer = api.post("/v1/pricebook/look", json={"text": text}, timeout=httpx2.Timeout(60))
    assert (answer.status_code, answer.json().get("changes")) == (200, []), answer.text[:300]
    answer = api.post("/v1/pricebook/look", json={"text": "#" * 8_000_001})
    assert (answer.status_code, "8000000" in answer.text) == (422, True)


def test_how_columns_were_read_is_remembered(api, project):
    assert api.get("/v1/pricebook/columns").json() == {}
    body = {"columns": {"Наша цена": "amount:segment:свои"}, "by": "Дана"}
    assert api.put("/v1/pricebook/columns", json=body).json() == {"наша цена": "amount:segment:свои"}
    assert api.get("/v1/pricebook/columns").json() == {"наша цена": "amount:segment:свои"}
    refused = api.put("/v1/pricebook/columns", json={**body, "columns": {"Цена": "nonsense"}})
    assert (refused.status_code, "`nonsense` is no field" in refused.json()["detail"]) == (400, True)
    assert [b["name"] for b in api.get("/v1/pricebook").json()["books"]] == ["demo.yaml"]
