"""Checksums of files: what proves that a text is the one that was published."""

from __future__ import annotations

import hashlib


def checksum_of(raw: bytes) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()
