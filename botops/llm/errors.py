"""From what client libraries raise and providers say to the one tree of model faults.

Classification looks at what errors carry (a status, a body, their family's name), not at classes, so one function
serves the openai client and every LangChain integration.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from botops.domain.errors import ModelError, ModelFault

log = logging.getLogger(__name__)

_DETAIL_CHARS = 300
_CONNECTION_FAMILY = re.compile(r"Connect|Network|Protocol|Transport|ReadError|WriteError|Timeout|SSL|EndOfStream")
_ACCOUNT_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "account_deactivated"})
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"})
_TRANSIENT_4XX = frozenset({408, 409, 425})


class ReplyTooLargeError(Exception):
    """The body passed its byte cap; raised from inside the client library's read."""


def fault_of_status(status: int, code: str = "") -> ModelFault:
    """The fault an HTTP status and the provider's own error code stand for.

    A spent quota comes as 429 although no wait cures it, so it counts as a fault of the account (`auth`), like 402.
    """
    if code in _FILTER_CODES:
        return "filtered"
    if status in {401, 402, 403} or code in _ACCOUNT_CODES:
        return "auth"
    if status == 429:
        return "rate_limited"
    if status >= 500 or status in _TRANSIENT_4XX:
        return "server"
    return "bad_request"


def error_object(body: object) -> Mapping[str, Any] | None:
    """The error a body carries in place of a reply, whatever its status line says; None when it carries none."""
    if not isinstance(body, Mapping):
        return None
    error = body.get("error")
    if isinstance(error, Mapping):
        return error
    return {"message": error} if isinstance(error, str) and error else None


def fault_of_error_object(error: Mapping[str, Any]) -> ModelFault:
    """The fault of an error object inside a 200 body or a stream: its own status when it names one."""
    for key in ("status", "code", "status_code"):
        value = error.get(key)
        if isinstance(value, int) and 400 <= value < 600:
            return fault_of_status(value, _code(error))
    fault = fault_of_status(0, _code(error))
    return "bad_response" if fault == "bad_request" else fault


def model_error(error: Exception, *, model: str, secrets: Iterable[str] = ()) -> ModelError:
    """What a client library raised, as a ModelError. Secrets are blotted out: providers echo keys in their messages."""
    if isinstance(error, ModelError):
        return error
    status = _status(error)
    body = getattr(error, "body", None)
    body_error = error_object(body) or (body if isinstance(body, Mapping) else {})
    retry_after = None
    if isinstance(error, ReplyTooLargeError):
        fault: ModelFault = "too_large"
        text = str(error)
    elif status is not None:
        fault = fault_of_status(status, _code(body_error))
        text = f"the provider answered {status}: {detail_of(body_error or error)}"
        retry_after = _retry_after(getattr(getattr(error, "response", None), "headers", None))
    elif isinstance(error, OSError) or _is_connection(error):
        fault = "connection"
        text = f"no connection to the provider, or it broke ({_chain(error)})"
    elif body_error:
        fault = fault_of_error_object(body_error)
        text = f"the provider sent an error inside the reply: {detail_of(body_error or error)}"
    else:
        if not isinstance(error, ValueError | RecursionError):
            log.warning("%s: unexpected %s from the client library", model, type(error).__name__)
        fault = "bad_response"
        text = f"the reply could not be read ({_chain(error)})"
    return ModelError(fault, f"{model}: {blot(text, secrets)}", model=model, retry_after=retry_after)


def blot(text: str, secrets: Iterable[str]) -> str:
    """The text without any of the secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def _code(error: Mapping[str, Any]) -> str:
    for key in ("code", "type"):
        value = error.get(key)
        if isinstance(value, str) and value in _ACCOUNT_CODES | _FILTER_CODES:
            return value
    return ""


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    for value in (getattr(error, "status_code", None), getattr(response, "status_code", None),
                  getattr(error, "code", None)):  # fmt: skip
        if isinstance(value, int) and not isinstance(value, bool) and 300 <= value < 600:
            return value
    return None


def _is_connection(error: BaseException | None) -> bool:
    """True when the error, or what caused it, belongs to the family of network failures."""
    seen = 0
    while error is not None and seen < 5:
        if isinstance(error, OSError) or any(_CONNECTION_FAMILY.search(c.__name__) for c in type(error).__mro__):
            return True
        error, seen = error.__cause__, seen + 1
    return False


def detail_of(error: Mapping[str, Any] | Exception) -> str:
    """What an error object or an exception says, on one line and short."""
    message = error.get("message") if isinstance(error, Mapping) else None
    text = " ".join((message if isinstance(message, str) and message else str(error)).split())
    return text if len(text) <= _DETAIL_CHARS else text[: _DETAIL_CHARS - 1] + "…"


def _chain(error: BaseException) -> str:
    names = [type(error).__name__]
    if error.__cause__ is not None:
        names.append(type(error.__cause__).__name__)
    return " from ".join(names)


def _retry_after(headers: Any) -> float | None:
    """Seconds the provider asks to wait. A date is read against the answer's own Date header, so no clock is needed."""
    if headers is None:
        return None
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(milliseconds) / 1000)
        if (value := headers.get("retry-after")) is None:
            return None
        if re.fullmatch(r"\d{1,9}(\.\d+)?", value.strip()):
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None  # an unreadable wish is no wish; our own back-off applies
