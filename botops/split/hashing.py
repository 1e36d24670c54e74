"""The hash that turns a unit into a bucket."""

from __future__ import annotations

import struct

BUCKETS = 10_000
"""Number of buckets; one bucket is one basis point of the units."""

_FNV_OFFSET = 0x811C9DC5
_FNV_PRIME = 0x01000193
_MASK = 0xFFFFFFFF


def fnv1a32(text: str) -> int:
    """FNV-1a of 32 bits (Fowler, Noll, Vo) over the UTF-16 code units of `text`, as JavaScript sees them.

    For ASCII the code units are the bytes, so published FNV values hold. A code unit above 255 enters whole.
    """
    value = _FNV_OFFSET
    for unit in _code_units(text):
        value = ((value ^ unit) * _FNV_PRIME) & _MASK
    return value


def bucket(seed: str, unit: str) -> int:
    """The bucket of a unit, 0..9999: fnv1a32(str(fnv1a32(seed + unit))) mod 10000, GrowthBook's hash version 2.

    Raises ValueError when `seed` or `unit` is empty or not text: every unit would then share one bucket.
    """
    for name, value in (("seed", seed), ("unit", unit)):
        if not isinstance(value, str):
            raise ValueError(f"{name} must be text, not {type(value).__name__}")  # noqa: TRY004 - refusals are ValueError by contract
        if not value:
            raise ValueError(f"{name} must not be empty: all units would fall into one bucket")
    return fnv1a32(str(fnv1a32(seed + unit))) % BUCKETS


def _code_units(text: str) -> bytes | tuple[int, ...]:
    if text.isascii():
        return text.encode("ascii")
    encoded = text.encode("utf-16-le", "surrogatepass")
    return struct.unpack(f"<{len(encoded) // 2}H", encoded)
