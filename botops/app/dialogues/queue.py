"""The replies that wait for a person's word, and how far the people who judge them agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from botops.domain.reviews import ReplyVerdict
from botops.store import DialogueFilter

if TYPE_CHECKING:
    from collections.abc import Collection

    from botops.app.container import Container
    from botops.app.periods import Period
    from botops.store import WaitingReply

REVIEW_DAYS = 28
"""A reply waits for a word for so long; what nobody has looked at by then is history."""
LEAST_PAIRS = 30
"""From so many replies judged by two people on agreement is told: as many labels as a model judge needs by default."""
SUBSTANTIAL, ALMOST_PERFECT = 0.61, 0.81
"""Where kappa is called so: J. R. Landis and G. G. Koch, The measurement of observer agreement for categorical data,
Biometrics 33, 1977, 159-174."""
_AT_ONCE = 200
"""How many of the queue are looked at for the next one nobody has put aside."""

Level = Literal["too_few", "one_sided", "low", "good", "high"]


def replies_to_review(container: Container, wanted: DialogueFilter | None = None) -> int:
    """How many faulty replies of the last `REVIEW_DAYS` days, of those that match, nobody has said a word on."""
    return container.store.reply_reviews.count_waiting(_recent(container, wanted))


def next_to_review(
    container: Container, wanted: DialogueFilter | None = None, aside: Collection[str] = ()
) -> WaitingReply | None:
    """The worst of them that is not put aside (by the ids of their turns); None when all are done."""
    asked = replace(_recent(container, wanted), limit=_AT_ONCE + len(aside))
    return next((one for one in container.store.reply_reviews.waiting(asked) if one.turn_id not in aside), None)


def next_for_second_look(container: Container, reviewer: str, aside: Collection[str] = ()) -> WaitingReply | None:
    """A reply of the last `REVIEW_DAYS` days that exactly one person other than `reviewer` has judged, drawn."""
    since = container.clock.now() - timedelta(days=REVIEW_DAYS)
    found = container.store.reply_reviews.for_second_look(reviewer, since, _AT_ONCE + len(aside))
    return next((one for one in found if one.turn_id not in aside), None)


@dataclass(frozen=True, slots=True)
class ReviewerAgreement:
    """How far two people who judged the same reply apart from each other agree. `share` is that of replies with the
    same word, with its Wilson interval; `kappa` what is left of it beyond chance (Cohen). None where it has no value:
    without pairs, and kappa where everybody always said the same one thing."""

    pairs: int
    agreed: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None

    @property
    def level(self) -> Level:
        """What to make of it."""
        if self.pairs < LEAST_PAIRS:
            return "too_few"
        if self.kappa is None:
            return "one_sided"
        return "low" if self.kappa < SUBSTANTIAL else "good" if self.kappa < ALMOST_PERFECT else "high"


def agreement_of_reviewers(container: Container, asked: Period) -> ReviewerAgreement:
    """How far the first two people who judged the same reply in a period agree, by their first words. Raises
    StoreError."""
    pairs = container.store.reply_reviews.blind_pairs(asked.since, asked.until)
    agreed = sum(one is other for one, other in pairs)
    if not pairs:
        return ReviewerAgreement(0, 0)
    from botops.experiments.agreement import agreement, cohen_kappa, confusion, kappa_interval

    wrong = ReplyVerdict.WRONG
    table = confusion((one is wrong, other is wrong) for one, other in pairs)
    share = agreement(table)
    found = ReviewerAgreement(len(pairs), agreed, share.estimate, share.low, share.high)
    try:
        kappa = cohen_kappa(table)
    except ValueError:  # both always said the same one thing
        return found
    low, high = kappa_interval(table)
    return replace(found, kappa=kappa, kappa_low=low, kappa_high=high)


def _recent(container: Container, wanted: DialogueFilter | None) -> DialogueFilter:
    """What is asked, within the days a reply waits for; its review state is told by the queue itself."""
    asked = wanted or DialogueFilter()
    oldest = container.clock.now() - timedelta(days=REVIEW_DAYS)
    since = oldest if asked.since is None else max(asked.since, oldest)
    return replace(asked, since=since, reviewed=None, cursor=None)
