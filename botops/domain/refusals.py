"""What a refusal is about, where people meet it in their daily work: a door says it in the reader's language.

The message of an error is English and says everything, places and commands too. Its refusal is what a page looks up in
its catalogue; one without is told by its class.
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused. What stands in brackets are the values that go with it."""

    LACKS_RIGHT = "lacks_right"
    OTHER_NAME = "other_name"  # (who) is signed in
    SESSION_OVER = "session_over"
    TOO_MANY_TRIES = "too_many_tries"  # (n) seconds to wait
    SIGN_INS_WAIT = "sign_ins_wait"  # (n) seconds to wait: too many sign in at the same moment
    NOT_VALID = "not_valid"
    OWN_PROPOSAL = "own_proposal"  # (who) proposed it
    OWN_TEXT = "own_text"  # (who) wrote it
    OWN_REPLIES = "own_replies"
    WITHDRAW_OWN = "withdraw_own"
    NOT_THE_PROPOSER = "not_the_proposer"  # (who) proposed it
    NOT_AN_APPROVER = "not_an_approver"
    DECIDED = "decided"
    PROPOSED_ALREADY = "proposed_already"
    LIVE_ALREADY = "live_already"
    NOT_READY = "not_ready"
    EXPERIMENT_RUNS = "experiment_runs"
    RUN_UNDER_WAY = "run_under_way"  # (who) began it
    CASE_ALREADY = "case_already"
    EXCEPTED_ALREADY = "excepted_already"
    ORDERED_ALREADY = "ordered_already"  # (who) gave the order
    NO_ORDER = "no_order"
    OVER_BUDGET = "over_budget"  # the name of the (budget)
    WRONG_LENGTH = "wrong_length"  # a password of (least) to (most) characters
    EASY_TO_GUESS = "easy_to_guess"
    NAME_TAKEN = "name_taken"
    LAST_ADMIN = "last_admin"
    NO_WAY_IN = "no_way_in"
