"""Signing in to a server that runs as a process of its own, with the command line beside it."""

import httpx2
import pytest

from botops.app.backup import make_backup, restore_backup
from botops.config import Secrets

PASSWORD = "four words about a till"


@pytest.fixture
def guarded(project):
    settings = project / "botops.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}\nsign_in: {{method: local}}\n", "utf-8")
    return project


def _session(base, token):
    return httpx2.get(f"{base}/v1/session", headers={"Authorization": f"Bearer {token}"}).status_code


def test_people_are_let_in_and_out_while_it_serves_and_a_session_outlives_the_process(
    guarded, process, botops, wait_for, port
):
    base = f"http://127.0.0.1:{port}"
    typed = {"name": "Айгерим", "password": PASSWORD}
    with process(guarded, "serve", "--port", str(port)) as child:
        wait_for(f"{base}/healthz", child=child)
        assert httpx2.post(f"{base}/v1/sign-in", json=typed).status_code == 401
        added = botops(guarded, "user", "add", "Айгерим", "--role", "admin", "--password-stdin",
                       stdin=PASSWORD.encode(), by="root")  # fmt: skip
        assert added[0] == 0
        token = httpx2.post(f"{base}/v1/sign-in", json=typed).json()["token"]
        assert _session(base, token) == 200
        child.kill()
    with process(guarded, "serve", "--port", str(port)) as child:
        wait_for(f"{base}/healthz", child=child)
        assert _session(base, token) == 200
        new = PASSWORD.upper().encode()
        assert botops(guarded, "user", "password", "Айгерим", "--password-stdin", stdin=new, by="root")[0] == 0
        assert _session(base, token) == 401
        assert httpx2.post(f"{base}/v1/sign-in", json=typed).status_code == 401


def test_a_key_that_could_be_guessed_stops_the_start(guarded, botops, monkeypatch):
    monkeypatch.setenv("BOTOPS_API_KEY", "secret")
    code, _, err = botops(guarded, "serve")
    assert (code, "BOTOPS_API_KEY has 6 characters" in err) == (2, True)
    assert "secret" not in err


def test_a_copy_signs_nobody_in_again(guarded, botops, tmp_path, running):
    with running(guarded) as server:
        added = botops(guarded, "user", "add", "Айгерим", "--role", "admin", "--password-stdin",
                       stdin=PASSWORD.encode(), by="root")  # fmt: skip
        assert added[0] == 0
        token = server.http.post("/v1/sign-in", json={"name": "Айгерим", "password": PASSWORD}).json()["token"]
        copy = make_backup(server.container.settings, Secrets(), tmp_path / "copy.tar.gz")
        assert _session(server.url, token) == 200
    restore_backup(copy.path, tmp_path / "again", Secrets())
    with running(tmp_path / "again") as server:
        assert [one.name for one in server.container.store.people.listed()] == ["Айгерим"]
        assert _session(server.url, token) == 401
