"""Where turns are kept: SQLite by default, PostgreSQL by URL. No session and no table class leaves this room."""

from botops.store.alerts import Along
from botops.store.calls import Call, CallReads, HourOfModel
from botops.store.cost_reads import CostReads
from botops.store.cost_views import (
    CallSums,
    CostDimension,
    CostKey,
    CostRange,
    CostValue,
    ExperimentVariant,
    PromptVersion,
    Spoken,
)
from botops.store.erasure import Erased
from botops.store.experiments import WINDOW, ExperimentReads
from botops.store.faulty import FaultyReads
from botops.store.masking import mask, mask_record
from botops.store.outcomes import Delivery, FeedbackStore, Outcomes, feedback_id, outcome_id
from botops.store.reads import Reads
from botops.store.reply_reviews import ReplyReviews, WaitingReply
from botops.store.repricing import Price, Repriced, same_cost
from botops.store.reviewing import Reviews
from botops.store.store import Store
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
    ReviewState,
    Totals,
    Written,
)

__all__ = [
    "WINDOW",
    "Along",
    "Call",
    "CallReads",
    "CallSums",
    "CostDimension",
    "CostKey",
    "CostRange",
    "CostReads",
    "CostValue",
    "Counts",
    "DearDialogue",
    "Delivery",
    "DialogueFilter",
    "DialogueRow",
    "Erased",
    "ExperimentReads",
    "ExperimentVariant",
    "ExposedLead",
    "FailureRow",
    "FaultExample",
    "FaultPattern",
    "FaultyHour",
    "FaultyReads",
    "FeedbackStore",
    "GroupBy",
    "HandOffRow",
    "HourOfModel",
    "Lag",
    "Outcomes",
    "Page",
    "PatternKey",
    "Price",
    "PromptVersion",
    "Reads",
    "ReplyReviews",
    "Repriced",
    "ReviewState",
    "Reviews",
    "Spoken",
    "Store",
    "Totals",
    "WaitingReply",
    "Written",
    "feedback_id",
    "mask",
    "mask_record",
    "outcome_id",
    "same_cost",
]
