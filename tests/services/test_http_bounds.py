"""What the API refuses before a route sees it: foreign pages, oversized bodies, bodies that never end."""

import json
import socket
import time

import pytest

CHAT = {"text": "Сколько стоит тариф Старт?"}
ROW = {
    "id": "theirs-1",
    "started_at": "2026-11-10T10:00:00+05:00",
    "messages": [{"role": "user", "content": "Привет"}, {"role": "assistant", "content": "Здравствуйте!"}],
}


@pytest.fixture
def server(project, running):
    with running(project) as server:
        yield server


@pytest.mark.parametrize("path", ["/v1/chat", "/metrics", "/docs", "/healthz"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[", "192.168.0.7"])
def test_a_name_that_is_not_ours_is_refused(server, host, path):
    answer = server.http.get(path, headers={"Host": host})
    assert answer.status_code == 403
    assert answer.json()["error"] == "foreign_site"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_names_of_this_machine_are_served(server, host):
    assert server.http.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://evil.example", "null", "http://127.0.0.1:9", "file://"]
)
def test_a_foreign_page_may_not_write(server, origin):
    before = server.container.store.reads.counts()
    plain = {"Origin": origin, "Content-Type": "text/plain"}
    assert server.http.post("/v1/dialogues", content=json.dumps(ROW), headers=plain).status_code == 403
    assert server.http.post("/v1/chat", json=CHAT, headers={"Origin": origin}).status_code == 403
    assert server.container.store.reads.counts() == before


def test_its_own_pages_may_write(server):
    assert server.http.post("/v1/chat", json=CHAT, headers={"Origin": server.url}).status_code == 200


def test_names_of_a_proxy_are_served_when_the_settings_list_them(project, running):
    with running(project, "server.hosts=[bot.example.kz]") as server:
        theirs = {"Host": "bot.example.kz", "Origin": "https://bot.example.kz"}
        assert server.http.post("/v1/chat", json=CHAT, headers=theirs).status_code == 200
        forwarded = {"Origin": "https://bot.example.kz"}
        assert server.http.post("/v1/chat", json=CHAT, headers=forwarded).status_code == 200
        assert server.http.get("/healthz", headers={"Host": "shop.example.kz"}).status_code == 403


def test_an_announced_body_over_the_cap_is_refused_unread(server):
    with socket.create_connection(("127.0.0.1", server.http.base_url.port), timeout=10) as wire:
        wire.sendall(
            b"POST /v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999\r\n\r\n"
        )
        assert b" 413 " in wire.recv(4096)


def test_a_body_that_grows_over_the_cap_is_refused(server):
    def pieces():
        yield b'{"text": "'
        for _ in range(20):
            yield b"x" * 100_000

    answer = server.http.post("/v1/chat", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]


def test_a_body_that_never_ends_is_given_up(project, running, monkeypatch):
    monkeypatch.setattr("botops.http.bounds.Bounds.__init__.__kwdefaults__", {"body_s": 0.3})
    with running(project) as server:
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.http.base_url.port), timeout=10) as wire:
            wire.sendall(
                b"POST /v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b'Content-Length: 100\r\n\r\n{"te'
            )
            assert b" 408 " in wire.recv(4096)
        assert time.monotonic() - started < 5


def test_a_slow_reader_of_a_stream_is_not_cut_off(project, running, monkeypatch):
    monkeypatch.setattr("botops.http.bounds.Bounds.__init__.__kwdefaults__", {"body_s": 0.3})
    with running(project) as server, server.http.stream("POST", "/v1/chat", json=CHAT | {"stream": True}) as answer:
        time.sleep(0.6)
        events = "".join(answer.iter_text())
    assert "event: turn" in events


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nope", 404), ("DELETE", "/v1/chat", 405)])
def test_every_refusal_has_the_same_shape(server, method, path, status):
    answer = server.http.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail"}


def test_an_error_of_our_own_tells_nothing_of_the_inside(project, running, monkeypatch, caplog):
    async def broken(container):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("botops.app.services.readiness", broken)
    with running(project) as server:
        answer = server.http.get("/readyz")
    assert answer.status_code == 500
    assert answer.json()["error"] == "internal_error"
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("name", ["dialogue_id", "lead_id", "idempotency_key"])
@pytest.mark.parametrize("value", ["\0", "a\nb", "a\x7fb", "", " ", "x" * 201])
def test_ids_no_database_could_keep_are_refused(server, name, value):
    assert server.http.post("/v1/chat", json=CHAT | {name: value}).status_code == 422
