"""What became of ratings: from a bad mark to the prompt version that mends what it was given for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from botops.app.evals.reading import walks
from botops.app.evals.suite_files import listed_suites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.app.container import Container
    from botops.app.evals.reading import Walk
    from botops.app.evals.suite_files import ListedSuite
    from botops.domain.outcomes import Feedback, Voice
    from botops.domain.reviews import ReplyReview

LOW = 3
"""A rating of so much or less asks for a look."""
LOOKED_AT = 500
"""How many of the latest ratings are looked through."""
Fate = Literal["fine", "away", "open", "reviewed", "test", "mended", "live"]
FATES: tuple[Fate, ...] = ("open", "reviewed", "test", "mended", "live", "away", "fine")
"""What can become of a rating, in the order of the steps: nobody has looked; a person has said a word on a reply; a
test was made; a version passes that test; clients get that version. `away`: the dialogue is not kept here; `fine`: a
good rating asks for nothing."""


@dataclass(frozen=True, slots=True)
class RatedDialogue:
    """A rating, how far it came, and what that is told by: people's words on the replies, and the test."""

    feedback: Feedback
    fate: Fate
    reviews: tuple[ReplyReview, ...] = ()
    walk: Walk | None = None


def rated(
    container: Container, suites: tuple[ListedSuite, ...], *, voice: Voice | None = None
) -> tuple[RatedDialogue, ...]:
    """The latest `LOOKED_AT` ratings with what became of each, the newest first. Raises StoreError."""
    store = container.store
    found = store.feedback.listed(voice=voice, limit=LOOKED_AT)
    asking = {one.dialogue_id for one in found if one.rating <= LOW}
    away = store.feedback.unknown_dialogues(asking)
    of_dialogue = store.reply_reviews.of_dialogues(asking)
    tested = {case.origin.dialogue_id for suite in suites for case in suite.cases if case.origin is not None}
    known = {dialogue: walks(container, dialogue, suites) for dialogue in asking & tested}
    return tuple(
        _rated(one, away, of_dialogue.get(one.dialogue_id, ()), known.get(one.dialogue_id, ())) for one in found
    )


def marks_to_look_into(container: Container) -> int:
    """How many of the latest `LOOKED_AT` ratings are bad marks nobody has looked into. Raises StoreError."""
    return sum(one.fate == "open" for one in rated(container, listed_suites(container.settings)))


def _rated(
    feedback: Feedback, away: frozenset[str], reviews: Sequence[tuple[str, int, ReplyReview]], known: Sequence[Walk]
) -> RatedDialogue:
    if feedback.rating > LOW:
        return RatedDialogue(feedback, "fine")
    if feedback.dialogue_id in away:
        return RatedDialogue(feedback, "away")
    # A rating of one reply is about that reply; one of the dialogue about any of them.
    meant = [one for one in reviews if feedback.turn_id in {None, one[0]}]
    numbers = {number for _turn, number, _review in meant}
    own = [walk for walk in known if feedback.turn_id is None or walk.turn in numbers]
    words = tuple(review for _turn, _number, review in meant)
    if not own:
        return RatedDialogue(feedback, "reviewed" if words else "open", words)
    furthest = max(own, key=lambda walk: (walk.live, walk.mended_by is not None))
    fate: Fate = "live" if furthest.live else "mended" if furthest.mended_by is not None else "test"
    return RatedDialogue(feedback, fate, words, furthest)
