"""Where turns are kept: SQLite by default, PostgreSQL by URL. No session and no table class leaves this room."""

from botops.store.erasure import Erased
from botops.store.faulty import FaultyReads
from botops.store.masking import mask, mask_record
from botops.store.reads import Reads
from botops.store.reviewing import ReviewReads
from botops.store.store import Store, Written
from botops.store.views import (
    Counts,
    DearDialogue,
    DialogueFilter,
    DialogueRow,
    ExposedLead,
    FailureRow,
    FaultExample,
    FaultPattern,
    FaultyHour,
    GroupBy,
    HandOffRow,
    Lag,
    Page,
    PatternKey,
    Totals,
)

__all__ = [
    "Counts",
    "DearDialogue",
    "DialogueFilter",
    "DialogueRow",
    "Erased",
    "ExposedLead",
    "FailureRow",
    "FaultExample",
    "FaultPattern",
    "FaultyHour",
    "FaultyReads",
    "GroupBy",
    "HandOffRow",
    "Lag",
    "Page",
    "PatternKey",
    "Reads",
    "ReviewReads",
    "Store",
    "Totals",
    "Written",
    "mask",
    "mask_record",
]
