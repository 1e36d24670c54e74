"""Drafts, proposals, publication and the audit log over HTTP."""

import pytest

POLICY = "releases.approval=second_person"


@pytest.fixture
def api(running, project):
    with running(project, POLICY) as server:
        yield server.http


def _text(api):
    text = api.get("/v1/proposals").json()
    assert text == []
    return (
        "description: x\nowner: sales\npurpose: y\nmessages:\n  - role: system\n"
        "    content: Вы консультант {{ company }}. Просят человека — передайте менеджеру. {{ price_table }}\n"
    )


def _saved(api, text, by="Айгерим", **more):
    return api.put("/v1/prompts/sales/draft", json={"text": text, "by": by, **more})


def _decide(api, proposal, decision, by):
    body = {"decision": decision, "by": by, "reason": "посмотрел"}
    return api.post(f"/v1/proposals/{proposal['id']}/decide", json=body)


def test_the_whole_path_from_draft_to_live_and_back(api):
    text = _text(api)
    assert api.get("/v1/prompts/sales/draft").status_code == 404
    saved = _saved(api, text)
    assert saved.status_code == 200, saved.text
    assert api.get("/v1/prompts/sales/draft").json() == saved.json()
    proposal = api.post("/v1/proposals", json={"prompt": "sales", "by": "Айгерим", "reason": "короче"}).json()
    assert (proposal["version"], proposal["checksum"]) == ("3", saved.json()["checksum"])
    assert api.get(f"/v1/proposals/{proposal['id']}").json()["text"] == text
    publish = {"version": 3, "by": "Марат", "reason": "выпуск", "end_split": True}
    early = api.post("/v1/prompts/sales/publish", json=publish)
    assert early.status_code == 400
    assert "botops prompts approve" in early.json()["detail"]
    assert _decide(api, proposal, "approve", "айгерим").status_code == 400
    assert _decide(api, proposal, "approve", "Дана").json()["state"] == "approved"
    assert _decide(api, proposal, "approve", "Марат").status_code == 409
    live = api.post("/v1/prompts/sales/publish", json=publish).json()
    assert (live["live"], live["approved_by"], live["replaced"]) == (3, "Дана", 1)
    back = api.post("/v1/prompts/sales/rollback", json={"by": "Марат", "reason": "жалобы"}).json()
    assert (back["live"], back["replaced"]) == (1, 3)
    log = api.get("/v1/audit", params={"subject": "prompt:sales"}).json()
    deeds = ["rollback", "publish", "approve", "propose", "version", "draft"]
    assert [entry["deed"] for entry in log] == deeds
    assert log[1]["checksum"] == saved.json()["checksum"]
    assert api.get("/v1/proposals", params={"state": "published"}).json()[0]["id"] == proposal["id"]


def test_a_conflict_carries_both_texts(api):
    text = _text(api)
    seen = _saved(api, text).json()["checksum"]
    _saved(api, text + "# Дана\n", by="Дана", expected=seen)
    refused = _saved(api, text + "# Айгерим\n", expected=seen)
    assert refused.status_code == 409
    assert refused.json()["theirs"].endswith("# Дана\n")
    assert refused.json()["yours"].endswith("# Айгерим\n")
    assert _saved(api, "x", by="Марат").status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/prompts/sales/publish", {"version": 3, "by": "Дана", "reason": "x"}, 404),
        ("/v1/prompts/nosuch/publish", {"version": 1, "by": "Дана", "reason": "x"}, 404),
        ("/v1/prompts/..%2F..%2Fetc/publish", {"version": 1, "by": "Дана", "reason": "x"}, 404),
        ("/v1/prompts/Sales/publish", {"version": 1, "by": "Дана", "reason": "x"}, 400),
        ("/v1/prompts/sales/publish", {"version": "3", "by": "Дана", "reason": "x"}, 422),
        ("/v1/prompts/sales/publish", {"version": 2, "by": " ", "reason": "x"}, 422),
        ("/v1/prompts/sales/publish", {"version": 2, "by": "\u200b", "reason": "x"}, 400),
        ("/v1/prompts/sales/publish", {"version": 2, "by": "Дана", "reason": "\x1b[2J"}, 400),
        ("/v1/prompts/sales/publish", {"version": 2, "by": "Дана", "reason": "x", "expected": "abc"}, 422),
        ("/v1/prompts/sales/rollback", {"to": 9, "by": "Дана", "reason": "x"}, 400),
        ("/v1/proposals", {"prompt": "sales", "version": 9, "by": "Дана", "reason": "x"}, 404),
        ("/v1/proposals", {"prompt": "sales", "version": 2, "by": "Дана", "reason": "x" * 3000}, 422),
        ("/v1/proposals/%25/decide", {"decision": "approve", "by": "Дана", "reason": "x"}, 404),
        ("/v1/proposals/%00/decide", {"decision": "approve", "by": "Дана", "reason": "x"}, 422),
        ("/v1/proposals/x/decide", {"decision": "publish", "by": "Дана", "reason": "x"}, 422),
    ],
)
def test_bad_requests_are_told_and_change_nothing(api, path, body, status):
    answer = api.post(path, json=body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), answer.text
    assert api.get("/v1/audit").json() == []
