import logging
import urllib.error

import httpx2
import openai
import pytest

from botops.domain.errors import ModelError
from botops.llm.errors import ReplyTooLargeError, error_object, fault_of_error_object, fault_of_status, model_error

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def status_error(status, *, body=None, headers=None):
    response = httpx2.Response(status, request=REQUEST, headers=headers or {})
    return openai.APIStatusError(f"Error code: {status}", response=response, body=body)


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (400, "", "bad_request"),
        (404, "model_not_found", "bad_request"),
        (422, "", "bad_request"),
        (302, "", "bad_request"),
        (401, "", "auth"),
        (402, "", "auth"),
        (403, "", "auth"),
        (429, "", "rate_limited"),
        (429, "insufficient_quota", "auth"),
        (408, "", "server"),
        (409, "", "server"),
        (500, "", "server"),
        (529, "", "server"),
        (400, "content_filter", "filtered"),
    ],
)
def test_faults_by_status(status, code, fault):
    assert fault_of_status(status, code) == fault


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"error": {"code": "content_filter"}}, "filtered"),
        ({"code": "content_filter"}, "filtered"),
        ({"error": {"type": "insufficient_quota", "code": None}}, "auth"),
        ({"error": "plain words"}, "bad_request"),
        (None, "bad_request"),
        ("<html>", "bad_request"),
    ],
)
def test_a_400_by_what_its_body_says(body, fault):
    assert model_error(status_error(400, body=body), model="m").fault == fault


def test_the_message_names_model_status_and_the_providers_words_on_one_short_line():
    body = {"error": {"message": "Unknown\n  parameter " + "x" * 1000}}
    text = str(model_error(status_error(400, body=body), model="m"))
    assert text.startswith("m: the provider answered 400: Unknown parameter xxx")
    assert text.endswith("…")
    assert len(text) < 400
    assert "\n" not in text


def test_secrets_are_blotted_out():
    error = status_error(401, body={"message": "bad key sk-one, sk-two"})
    assert str(model_error(error, model="m", secrets=["sk-one", "", "sk-two"])).endswith("bad key ***, ***")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "-250"}, 0.0),
        ({"retry-after": "Mon, 02 Nov 2026 10:00:30 GMT", "date": "Mon, 02 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Nov 2026 09:00:30 GMT", "date": "Mon, 02 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 02 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
    ],
)
def test_how_long_the_provider_wants_us_to_wait(headers, seconds):
    assert model_error(status_error(429, headers=headers), model="m").retry_after == seconds


@pytest.mark.parametrize(
    "error",
    [
        openai.APIConnectionError(request=REQUEST),
        openai.APITimeoutError(request=REQUEST),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("cut"),
        ConnectionResetError("reset"),
        TimeoutError("slow"),
        urllib.error.URLError("refused"),
    ],
)
def test_network_failures_of_any_library_are_connection_faults(error):
    assert model_error(error, model="m").fault == "connection"


def test_a_network_failure_is_found_behind_the_error_that_wraps_it():
    outer = RuntimeError("wrapped")
    outer.__cause__ = httpx2.ConnectError("refused")
    error = model_error(outer, model="m")
    assert error.fault == "connection"
    assert "RuntimeError from ConnectError" in str(error)


def test_an_error_object_in_the_stream_is_classed_by_its_own_status():
    error = openai.APIError("overloaded", request=REQUEST, body={"message": "overloaded", "code": 529})
    assert model_error(error, model="m").fault == "server"
    assert fault_of_error_object({"status": 429}) == "rate_limited"
    assert fault_of_error_object({"code": "invalid"}) == "bad_response"
    assert fault_of_error_object({"code": "content_filter"}) == "filtered"
    assert fault_of_error_object({"code": 7}) == "bad_response"


def test_error_objects_of_several_shapes():
    assert error_object({"error": {"message": "a"}}) == {"message": "a"}
    assert error_object({"error": "a"}) == {"message": "a"}
    for body in (None, [], {}, {"error": None}, {"error": ""}, {"error": False}):
        assert error_object(body) is None


def test_what_nobody_foresaw_is_a_bad_response_and_logged(caplog):
    with caplog.at_level(logging.WARNING):
        error = model_error(AttributeError("'list' object has no attribute 'get'"), model="m")
    assert error.fault == "bad_response"
    assert "unexpected AttributeError" in caplog.text
    caplog.clear()
    assert model_error(ValueError("broken JSON"), model="m").fault == "bad_response"
    assert not caplog.records


def test_own_errors_pass_and_an_oversized_body_has_its_class():
    own = ModelError("truncated", "cut")
    assert model_error(own, model="m") is own
    assert model_error(ReplyTooLargeError("10 MB"), model="m").fault == "too_large"
