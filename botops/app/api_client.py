"""A small client of the API, for doors that talk to the bot the way any channel would, and change things through it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botops.domain.errors import (
    BotopsError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    OutsideError,
    SignInError,
    UserError,
)
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 120.0
"""Longer than any deadline of a model: the API answers or says why not."""
_MOST_LINE = 4_000_000


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of the reply that has left."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The reply is complete and kept under `turn_id`."""

    dialogue_id: str
    turn_id: str
    reply: str


class ApiClient:
    """Talks to the API, with `headers` of one's own. Raises OutsideError when it cannot be reached or refuses."""

    def __init__(self, address: str, timeout_s: float = TIMEOUT_S, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UserError(f"{address!r} is no address of the API: write it like http://127.0.0.1:8000")
        self._parts = parts
        self._timeout = timeout_s
        self._headers = dict(headers or {})

    def chat(
        self, text: str, *, dialogue_id: str | None, lead_id: str | None, idempotency_key: str, channel: str = "web"
    ) -> Iterator[TextPiece | TurnEnded]:
        """Sends a message; gives pieces of the reply as they leave, then the turn's end."""
        body = {"text": text, "dialogue_id": dialogue_id, "lead_id": lead_id, "channel": channel,
                "idempotency_key": idempotency_key, "stream": True}  # fmt: skip
        connection = self._connect()
        try:
            connection.request(
                "POST",
                f"{self._parts.path.rstrip('/')}/v1/chat",
                json.dumps({k: v for k, v in body.items() if v is not None}, ensure_ascii=False).encode(),
                {"Content-Type": "application/json", "Accept": "text/event-stream", **self._headers},
            )
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise OutsideError(_refusal(response))
            yield from _pieces(response)
        except (OSError, http.client.HTTPException) as error:
            raise OutsideError(
                f"the API at {self._parts.geturl()} does not answer: {error or type(error).__name__}"
            ) from error
        finally:
            connection.close()

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Posts a JSON object and gives the JSON object that is answered. Raises UserError with the API's own words
        when it refuses what was sent, ForbiddenError when that is not allowed to the person, SignInError when nobody is
        signed in, and ConflictError with both texts when somebody else was first."""
        return self._exchange("POST", path, body)

    def post_lines(self, path: str, lines: bytes) -> dict[str, Any]:
        """Posts JSON lines. Raises as `post` does."""
        return self._exchange("POST", path, lines, "application/x-ndjson")

    def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """As `post`, for what replaces something."""
        return self._exchange("PUT", path, body)

    def get(self, path: str) -> dict[str, Any]:
        """The JSON object that is at a path."""
        return self._exchange("GET", path, None)

    def text(self, path: str) -> str:
        """The text that is at a path."""
        connection = self._connect()
        try:
            connection.request("GET", f"{self._parts.path.rstrip('/')}{path}", headers=self._headers)
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise OutsideError(_refusal(response))
            return response.read(_MOST_LINE).decode()
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise OutsideError(
                f"the API at {self._parts.geturl()} does not answer: {error or type(error).__name__}"
            ) from error
        finally:
            connection.close()

    def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | bytes | None, kind: str = "application/json"
    ) -> dict[str, Any]:
        written = json.dumps(dict(body), ensure_ascii=False).encode() if isinstance(body, Mapping) else body
        connection = self._connect()
        try:
            connection.request(
                method,
                f"{self._parts.path.rstrip('/')}{path}",
                written,
                {"Content-Type": kind, **self._headers},
            )
            response = connection.getresponse()
            if response.status >= http.client.INTERNAL_SERVER_ERROR:
                raise OutsideError(_refusal(response))
            if response.status >= http.client.BAD_REQUEST:
                raise _refused(response)
            text = response.read(_MOST_LINE)
            answer = json.loads(text) if text else {}
            return answer if isinstance(answer, dict) else {}
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise OutsideError(
                f"the API at {self._parts.geturl()} does not answer: {error or type(error).__name__}"
            ) from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)


def _pieces(response: http.client.HTTPResponse) -> Iterator[TextPiece | TurnEnded]:
    for name, data in _events(response):
        if name == "text":
            yield TextPiece(str(data["text"]))
        elif name == "turn":
            yield TurnEnded(str(data["dialogue_id"]), str(data["turn_id"]), str(data["reply"]))
            return
        elif name == "error":
            raise OutsideError(str(data.get("detail") or data.get("error")))
    raise OutsideError("the reply was cut off before its end")


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events as they arrive."""
    name, data = "", ""
    while line := response.readline(_MOST_LINE).decode():
        field, _, value = line.rstrip("\r\n").partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data += value.removeprefix(" ")
        elif not field and data:
            yield name, json.loads(data)
            name, data = "", ""


def _refusal(response: http.client.HTTPResponse) -> str:
    return f"the API refused ({response.status}): {_detail(response) or response.reason}"


def _refused(response: http.client.HTTPResponse) -> BotopsError:
    body = _object(response)
    error, values = _error(response, body), body.get("values")
    known = next((one for one in Refusal if one.value == body.get("refusal")), None)
    if known is not None and isinstance(values, dict):
        error.told_as(known, **{str(name): str(value) for name, value in values.items()})
    return error


def _error(response: http.client.HTTPResponse, body: Mapping[str, Any]) -> BotopsError:
    detail = body.get("detail")
    message = detail if isinstance(detail, str) else response.reason
    if response.status in {http.client.UNAUTHORIZED, http.client.TOO_MANY_REQUESTS}:
        wait = response.headers.get("Retry-After", "")
        return SignInError(message, int(wait) if wait.isdigit() else None)
    if response.status == http.client.FORBIDDEN:
        return ForbiddenError(message)
    if response.status == http.client.NOT_FOUND:
        return NotFoundError(message)
    if response.status != http.client.CONFLICT:
        return UserError(message)
    theirs, yours = (text if isinstance(text := body.get(name), str) else None for name in ("theirs", "yours"))
    return ConflictError(message, theirs, yours)


def _detail(response: http.client.HTTPResponse) -> str | None:
    detail = _object(response).get("detail")
    return detail if isinstance(detail, str) else None


def _object(response: http.client.HTTPResponse) -> dict[str, Any]:
    try:
        body = json.loads(response.read(_MOST_LINE))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
