"""A person's word on a reply: right, or wrong and how it should be; and what follows for what the check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.checks.reviewing import findings_of
from botops.app.container import new_id
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.people import person
from botops.domain.reviews import Remedy, ReplyReview, ReplyVerdict, Review, Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botops.app.container import Container
    from botops.domain.turns import TurnRecord

MOST_CHARACTERS = 4000
"""Of a reason, and of a reply as it should have been."""


@needs(Right.EDIT)
def review_reply(
    container: Container, turn_id: str, verdict: ReplyVerdict, *, by: str, reason: str = "", ideal: str = ""
) -> ReplyReview:
    """Keeps a person's word on a reply; a second word of the same person takes the place of the first.

    What the check found in the reply is ruled on with it, where nobody else has: confirmed in a wrong reply, in a right
    one a false alarm that becomes an example for the check. A second reviewer's word changes no ruling of the first's.
    Raises NotFoundError without such a turn, UserError for a turn without a reply and for an ideal of a right one.
    """
    who = person(by)
    record = container.store.reads.turn(turn_id)
    if not any(attempt.text for attempt in record.attempts) and not record.reply:
        raise UserError("nothing was answered here: there is no reply to judge")
    if verdict is ReplyVerdict.RIGHT and ideal.strip():
        raise UserError("a right reply needs no better one: say that it is wrong, or leave the better one out")
    for what in (reason, ideal):
        if len(what) > MOST_CHARACTERS:
            raise UserError(f"a text of {len(what)} characters is too long: {MOST_CHARACTERS} at most")
    made = ReplyReview(record.id, verdict, who, container.clock.now(), reason.strip(), ideal.strip())
    container.store.reply_reviews.add(made, tuple(_rulings(container, record, made)))
    return made


def _rulings(container: Container, record: TurnRecord, said: ReplyReview) -> Iterator[Review]:
    """What a word on a reply says of its findings."""
    known = container.store.reviews.rulings([record.id])
    wrong = said.verdict is ReplyVerdict.WRONG
    ruling, remedy = (Ruling.CONFIRMED, None) if wrong else (Ruling.FALSE_ALARM, Remedy.CHECK)
    for found in findings_of(record):
        before = known.get(found.ref)
        if before is None or (before.by == said.by and before.ruling is not ruling):
            yield Review(new_id(), found.ref, ruling, said.by, said.at, said.reason, remedy)


def settled(reviews: Iterable[ReplyReview]) -> ReplyVerdict | None:
    """What most of the reviewers of a reply say; None where as many say the one as the other, and where nobody has."""
    words = [review.verdict for review in reviews]
    wrong = words.count(ReplyVerdict.WRONG)
    if wrong * 2 == len(words):
        return None
    return ReplyVerdict.WRONG if wrong * 2 > len(words) else ReplyVerdict.RIGHT
