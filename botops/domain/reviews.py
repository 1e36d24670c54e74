"""What a person says of a finding, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from botops.domain.findings import FindingKind

LONGEST_DAYS = 366
"""An exception must be looked at again within a year."""


class Ruling(StrEnum):
    """A reviewer's word on a finding."""

    CONFIRMED = "confirmed"  # the bot was wrong, the checker right
    FALSE_ALARM = "false_alarm"  # "not a mistake": the bot was right


class Remedy(StrEnum):
    """What a false alarm leads to."""

    EXCEPTION = "exception"  # the wording is let pass until a day
    BOOK = "book"  # the price book lacks it and has to be corrected
    CHECK = "check"  # the check misread the reply: it becomes a labelled example for whoever mends the check


class ReplyVerdict(StrEnum):
    """A reviewer's word on a reply as a whole."""

    RIGHT = "right"  # where the check objected, that was a false alarm
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class FindingRef:
    """Which finding: the turn, the place of the model call whose text it is about (-1 for the turn's own verdict), and
    its place among the findings of that verdict."""

    turn_id: str
    attempt: int
    position: int


@dataclass(frozen=True, slots=True)
class ClaimException:
    """A wording that is no mistake although the checker objects: for one kind of finding and one product.

    `wording` matches whatever its case, spaces and inflection; its amounts match exactly, however they are written.
    `sku` is the product the finding names, None for findings that name none. It holds from `since` to `until`, both
    days included, in the price book's time zone, unless it was revoked. `owner` is the role that answers for it.
    `fired` counts the replies in which it let something pass, `last_fired_at` is when it last did.
    """

    id: str
    wording: str
    kind: FindingKind
    owner: str
    reason: str
    since: date
    until: date
    sku: str | None = None
    by: str = ""
    finding: FindingRef | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    fired: int = 0
    last_fired_at: datetime | None = None

    def in_force(self, day: date) -> bool:
        """True on the days it holds."""
        return self.revoked_at is None and self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Review:
    """A ruling on one finding: by whom, when and why. A later one on the same finding takes its place.

    A false alarm has a remedy: `exception_id` names the exception it became.
    """

    id: str
    finding: FindingRef
    ruling: Ruling
    by: str
    at: datetime
    reason: str
    remedy: Remedy | None = None
    exception_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyReview:
    """What one person says of one reply. A person who thinks again replaces the earlier word.

    `first` is the verdict given first, before anything another reviewer said was shown: agreement is told by it.
    `ideal` is how the bot should have answered, "" where nobody said.
    """

    turn_id: str
    verdict: ReplyVerdict
    by: str
    at: datetime
    reason: str = ""
    ideal: str = ""
    first: ReplyVerdict | None = None
