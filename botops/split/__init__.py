"""Bucketing and assignment: which variant of an experiment a unit (a lead) gets, always the same one.

The hash is GrowthBook's version 2; shares are whole basis points and every comparison is of integers, so that two
replicas, two languages and two years later agree. Pure: no state, no input or output.
"""

from botops.split.assignment import OUTSIDE, Assigned, assign
from botops.split.hashing import BUCKETS, bucket, fnv1a32

__all__ = ["BUCKETS", "OUTSIDE", "Assigned", "assign", "bucket", "fnv1a32"]
