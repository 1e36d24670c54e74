"""Phases of an experiment: each deals its leads anew, under a seed of its own."""

from __future__ import annotations

MOST_PHASES = 999
"""The most phases of one experiment."""


def seed_of(experiment: str, phase: int) -> str:
    """What the leads of a phase are hashed with, and the name its results are kept under: the key, `key:2` in the
    second phase."""
    return experiment if phase == 1 else f"{experiment}:{phase}"


def phase_of(seed: str, experiment: str) -> int | None:
    """Which phase of an experiment a seed belongs to; None when it is another experiment's."""
    if seed == experiment:
        return 1
    key, colon, number = seed.rpartition(":")
    if not colon or key != experiment or not (number.isascii() and number.isdecimal()):
        return None
    phase = int(number) if len(number) <= len(str(MOST_PHASES)) else 0
    return phase if phase > 1 and seed_of(experiment, phase) == seed else None


def earlier_seeds(seed: str) -> tuple[str, ...]:
    """The seeds of the phases before a seed's own, the first phase first."""
    key = seed.rpartition(":")[0]
    phase = phase_of(seed, key) if key else None
    return tuple(seed_of(key, earlier) for earlier in range(1, phase)) if phase else ()
