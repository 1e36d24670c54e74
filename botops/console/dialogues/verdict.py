"""A person's word on a reply: one click for right or wrong, two for how it should have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st

from botops.app.checks.reviewing import findings_of
from botops.app.dialogues.judging import MOST_CHARACTERS
from botops.console import deeds, formats, frame, labels, parts, presses, safe
from botops.console.i18n import _
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.errors import BotopsError
from botops.domain.people import key_of, readable
from botops.domain.reviews import ReplyReview, ReplyVerdict
from botops.domain.turns import TurnRecord

Then = Callable[[ReplyVerdict], None]


@dataclass(frozen=True, slots=True)
class Words:
    """A reply, what people say of it, and who is looking."""

    record: TurnRecord
    reviews: Sequence[ReplyReview]
    by: str

    @property
    def objected(self) -> bool:
        """True when the check found something in it."""
        return bool(findings_of(self.record))

    @property
    def own(self) -> ReplyReview | None:
        """What the one who looks says of it."""
        return next((one for one in self.reviews if key_of(one.by) == key_of(self.by)), None)

    @property
    def hidden(self) -> bool:
        """True when the word of the only other one is kept back: the second is to judge without it."""
        return len(self.reviews) == 1 and self.own is None

    @property
    def answered(self) -> bool:
        """True when there is a reply to judge."""
        return bool(self.record.reply or any(attempt.text for attempt in self.record.attempts))


def show(words: Words, zone: str) -> None:
    """What people said of the reply, but for what the second one is not to see yet."""
    if words.hidden:
        parts.answer(_("One person has judged this reply. Their word is shown when you have said yours."))
        return
    for review in words.reviews:
        frame.show(said(review, zone))


def said(review: ReplyReview, zone: str) -> Html:
    """One person's word."""
    kind = "bad" if review.verdict is ReplyVerdict.WRONG else "good"
    about = f"{review.by}, {formats.moment(review.at, zone)}"
    head = tag(
        "div", parts.chip(labels.reply_verdict(review.verdict), kind),
        tag("span", f"{about}: {safe.preview(review.reason, 400)}" if review.reason else about, class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    if not review.ideal:
        return tag("div", head, class_="bo-word")
    better = tag("div", tag("div", _("How it should have been"), class_="bo-who bo-muted"), safe.said(review.ideal),
                 class_="bo-bubble ideal")  # fmt: skip
    return tag("div", head, better, class_="bo-word")


def buttons(words: Words, *, keys: bool = False, then: Then = lambda _verdict: None, testable: bool = False) -> None:
    """Wrong, right, wrong and a test of it, and wrong with a better reply. With `keys` also by the keyboard; `then` is
    told what was kept; `testable` says that no test was made of the reply yet."""
    if not words.answered:
        return
    if words.objected or words.own is not None or keys:
        _button(words, ReplyVerdict.WRONG, "1" if keys else None, then)
        _button(words, ReplyVerdict.RIGHT, "2" if keys else None, then)
    if words.objected and words.own is None and testable:
        _wrong_and_test(words, "3" if keys else None, then)
    label = _("How it should have been") if words.objected else _("Judge the reply")
    with deeds.popover(label, Right.EDIT, icon=":material/edit_note:", key=f"better-{words.record.id}"):
        _better(words, then)


def _better(words: Words, then: Then) -> None:
    """What was wrong and how the bot should have answered; of a reply nothing was found in also that it is right."""
    turn, own = words.record.id, words.own
    with st.form(f"better-form-{turn}", border=False):
        ideal = st.text_area(
            _("How the bot should have answered"), own.ideal if own else "", key=f"ideal-{turn}",
            max_chars=MOST_CHARACTERS,
        )  # fmt: skip
        reason = st.text_input(_("What is wrong"), own.reason if own else "", key=f"what-wrong-{turn}", max_chars=1000)
        body = {"by": words.by} | ({"reason": reason} if reason.strip() else {})
        if presses.submit(_("The bot was wrong"), type="primary", key=f"better-now-{turn}"):
            _keep(words, body | {"verdict": "wrong", "ideal": ideal}, ReplyVerdict.WRONG, then)
        if not words.objected and presses.submit(_("The reply is right"), key=f"fine-now-{turn}"):
            _keep(words, body | {"verdict": "right"}, ReplyVerdict.RIGHT, then)


def _button(words: Words, verdict: ReplyVerdict, shortcut: str | None, then: Then) -> None:
    own, wrong = words.own.verdict if words.own else None, verdict is ReplyVerdict.WRONG
    if own is verdict:
        return
    first = own is None and wrong is words.objected
    if deeds.button(
        labels.reply_verdict(verdict), Right.EDIT, key=f"{verdict.value}-{words.record.id}", shortcut=shortcut,
        icon=":material/close:" if wrong else ":material/check:", type="primary" if first else "secondary",
    ):  # fmt: skip
        _keep(words, {"verdict": verdict.value, "by": words.by}, verdict, then)


def _wrong_and_test(words: Words, shortcut: str | None, then: Then) -> None:
    turn = words.record.id
    if not deeds.button(
        _("The bot was wrong: make it a test"),
        Right.EDIT,
        key=f"wrong-test-{turn}",
        icon=":material/add_task:",
        shortcut=shortcut,
    ):
        return
    dialogue = quote(words.record.inbound.dialogue_id, safe="")
    body = {"turn": words.record.number, "reason": reason_of(words.record), "by": words.by}
    _keep(
        words, {"verdict": "wrong", "by": words.by}, ReplyVerdict.WRONG, then, (f"/v1/dialogues/{dialogue}/case", body)
    )


def reason_of(record: TurnRecord) -> str:
    """Why a test is made of a reply, as the check says it."""
    found = [
        f"{labels.kind(one.finding.kind)}: «{safe.preview(one.finding.quote, 120)}»" for one in findings_of(record)
    ]
    return readable("; ".join(found[:3]))


def _keep(
    words: Words, body: dict[str, Any], verdict: ReplyVerdict, then: Then,
    also: tuple[str, dict[str, Any]] | None = None,
) -> None:  # fmt: skip
    """Hands the word to the API, and what is to be done with it; says why when it is refused."""
    if deeds.refused(body):
        return
    try:
        deeds.hand("POST", f"/v1/turns/{quote(words.record.id, safe='')}/review", body)
        if also is not None:
            deeds.hand("POST", *also)
    except BotopsError as error:
        frame.fault(_("It was not kept"), error)
        return
    then(verdict)
    st.rerun()
