"""What the judging of the sums of a reply comes to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.claims.mention import Mention
from botops.claims.records import Record
from botops.domain.findings import FindingKind


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sum that was not borne out: what kind of mistake, the nearest right price, what a total should have come to.

    `count` is how many the client asked for of what the sum is the price of one of; 1 when that is not known.
    """

    mention: Mention
    kind: FindingKind
    record: Record | None = None
    owed: Decimal | None = None
    count: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome for one reply. `supported` are the amounts borne out, in order; `claims` counts those looked at.

    `aside` are those of them that are no price of today to be taken as it stands: lower bounds, past and
    future prices. `used` are the prices that bore amounts out.
    """

    doubts: tuple[Doubt, ...]
    supported: tuple[Decimal, ...]
    claims: int
    aside: frozenset[Decimal] = frozenset()
    used: tuple[Record, ...] = ()
