"""Bucketing and assignment: which variant of an experiment a unit (a lead) gets, always the same one.

The hash is GrowthBook's version 2; shares are whole basis points and every comparison is of integers, so that two
replicas, two languages and two years later agree. Pure: no state, no input or output.
"""

from botops.split.assignment import OUTSIDE, Assigned, assign
from botops.split.hashing import BUCKETS, bucket, fnv1a32
from botops.split.phases import MOST_PHASES, earlier_seeds, phase_of, seed_of

__all__ = [
    "BUCKETS",
    "MOST_PHASES",
    "OUTSIDE",
    "Assigned",
    "assign",
    "bucket",
    "earlier_seeds",
    "fnv1a32",
    "phase_of",
    "seed_of",
]
