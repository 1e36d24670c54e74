"""Where turns are kept: SQLite by default, PostgreSQL by URL. No session and no table class leaves this room."""

from botops.store.erasure import Erased
from botops.store.masking import mask, mask_record
from botops.store.reads import Reads
from botops.store.store import Store, Written
from botops.store.views import (
    Counts,
    DearDialogue,
    DialogueFilter,
    DialogueRow,
    FailureRow,
    GroupBy,
    HandOffRow,
    Lag,
    Page,
    Totals,
)

__all__ = [
    "Counts",
    "DearDialogue",
    "DialogueFilter",
    "DialogueRow",
    "Erased",
    "FailureRow",
    "GroupBy",
    "HandOffRow",
    "Lag",
    "Page",
    "Reads",
    "Store",
    "Totals",
    "Written",
    "mask",
    "mask_record",
]
