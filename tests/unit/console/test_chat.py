"""The chat page and its client against the real API on loopback, and the client against faulty servers."""

import socket
import threading
import time

import pytest
import uvicorn

from botops.app.api_client import ApiClient, TextPiece, TurnEnded
from botops.app.container import Container
from botops.app.supervise import CONSOLE_OPTIONS
from botops.config import Secrets, load_settings
from botops.domain.errors import OutsideError, UserError
from botops.http import create_api


@pytest.fixture
def api(bare):
    """The service of a project with a bot that always invents a discount and never obeys a repair."""
    settings = load_settings(bare / "botops.yaml").with_overrides(
        ["simulator.errors.invented_discount=1.0", "simulator.obeys_repair=0.0", "guard.policy=repair"]
    )
    with Container.open(settings, Secrets()) as container:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_api(container), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until = time.monotonic() + 20
            while not server.started and time.monotonic() < until:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()


def test_a_held_back_reply_is_shown_with_its_rule_and_the_safe_answer(api, bare, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", api)
    test = run(bare, "chat")
    test.chat_input(key="message").set_value("Сколько стоит тариф «Старт»? Дайте скидку").run()
    assert not test.exception
    talk = test.query_params["talk"]
    with Container.open(load_settings(bare / "botops.yaml"), Secrets(), role="reader") as container:
        record = container.store.reads.dialogue(talk)[0]
    said = words(test)
    assert record.action is not None
    assert record.action.value == "blocked"
    assert record.reply in said
    assert "Задержано: клиент этого не видел" in said
    assert "Выдуманная скидка" in said
    assert any("Что сделала проверка" in e.label for e in test.expander)

    test.chat_input(key="message").set_value("Ок, спасибо").run()
    assert len(test.chat_message) == 4
    test.button(key="new").click().run()
    assert "talk" not in test.query_params
    assert not test.chat_message


def test_pieces_then_the_end(api):
    events = list(ApiClient(api).chat("Здравствуйте!", dialogue_id="d-1", lead_id="l-1", idempotency_key="k-1"))
    *pieces, end = events
    assert pieces
    assert all(isinstance(piece, TextPiece) for piece in pieces)
    assert isinstance(end, TurnEnded)
    assert end.dialogue_id == "d-1"
    assert "".join(piece.text for piece in pieces) == end.reply


def test_refusals_are_told(api):
    with pytest.raises(OutsideError, match="refused"):
        list(ApiClient(api).chat("", dialogue_id=None, lead_id=None, idempotency_key="k"))


def _serve_once(answer: bytes) -> str:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):  # what is left unread would reset the connection
                pass
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _stream(body: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body.encode()


@pytest.mark.parametrize(("body", "message"), [
    ('event: text\ndata: {"text": "45 00"}\n\n', "cut off"),
    ("", "cut off"),
    ('event: error\ndata: {"error": "StoreError", "detail": "the disk is full"}\n\n', "the disk is full"),
])  # fmt: skip
def test_a_stream_without_an_end_is_a_fault(body, message):
    with pytest.raises(OutsideError, match=message):
        list(ApiClient(_serve_once(_stream(body))).chat("а", dialogue_id=None, lead_id=None, idempotency_key="k"))


def test_nobody_listens():
    with pytest.raises(OutsideError, match="does not answer"):
        list(ApiClient("http://127.0.0.1:9").chat("а", dialogue_id=None, lead_id=None, idempotency_key="k"))


def test_an_answer_that_is_no_http():
    with pytest.raises(OutsideError, match="does not answer"):
        list(ApiClient(_serve_once(b"garbage\r\n\r\n")).chat("а", dialogue_id=None, lead_id=None, idempotency_key="k"))


@pytest.mark.parametrize("address", ["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
def test_addresses_that_are_none(address):
    with pytest.raises(UserError, match="no address"):
        ApiClient(address)


def test_options_of_the_supervisor_and_of_the_settings_file_agree(repository):
    import tomllib

    with (repository / ".streamlit" / "config.toml").open("rb") as file:
        said = tomllib.load(file)

    def flat(value, path=""):
        if not isinstance(value, dict):
            return {path: str(value).lower() if isinstance(value, bool) else value}
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{path}.{key}" if path else key).items()}

    assert flat(said) == CONSOLE_OPTIONS


def test_entry_file_is_short(repository):
    assert len((repository / "streamlit_app.py").read_text(encoding="utf-8").splitlines()) <= 20


def test_nothing_but_spaces_is_not_sent(seeded, run):
    test = run(seeded, "chat")
    test.chat_input(key="message").set_value("   \n ").run()
    assert not test.exception
    assert not test.chat_message
    assert "talk" not in test.query_params


def test_a_question_to_begin_with_is_asked_on_a_channel_of_its_own(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    test = run(project, "chat")
    next(button for button in test.button if button.key == "example-0").click().run()
    assert not test.exception
    product = container.books.current().book.products[0].name
    assert f"Сколько стоит {product}?" in words(test)
    (dialogue,) = [row for row in container.store.reads.dialogues().items if row.channel == "console"]
    assert dialogue.id in test.query_params["talk"]
    assert not [button for button in test.button if button.key == "example-0"]
    assert "sales · v" in words(test)
