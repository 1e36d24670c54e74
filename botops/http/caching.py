"""Answers that may be kept: a strong entity tag over their bytes, 304 to whoever has them (RFC 9110 and 9111)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from fastapi import Request, Response

if TYPE_CHECKING:
    from botops.app.container import Container

_MEMBER = re.compile(r'[ \t]*(?:(?:W/)?("[\x21\x23-\x7e\x80-\xff]*"))?[ \t]*(?:,|$)')
"""One member of an If-None-Match list, which may be empty. A comma inside a tag belongs to the tag."""


def cached_json(request: Request, body: bytes) -> Response:
    """A JSON answer, or 304 when the client names its tag.

    The tag is a hash of the body, so it changes exactly when the answer does. No header of the request but
    If-None-Match has a say in it, so there is nothing to vary on.
    """
    container: Container = request.app.state.container
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    serving = container.settings.serving
    headers = {
        "ETag": tag,
        "Cache-Control": f"private, max-age={serving.max_age_s}, stale-while-revalidate={serving.stale_s}",
    }
    asked = request.headers.getlist("if-none-match")
    if asked and matches(", ".join(asked), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def matches(if_none_match: str, tag: str) -> bool:
    """True when the field's value covers a strong tag: `*`, or a list that holds it, weak or not (the weak comparison
    of RFC 9110, 13.1.2). What cannot be read covers nothing."""
    if if_none_match.strip() == "*":
        return True
    at = 0
    while at < len(if_none_match) and (member := _MEMBER.match(if_none_match, at)):
        if member[1] == tag:
            return True
        at = member.end()
    return False
