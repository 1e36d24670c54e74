"""Why something was refused, in the reader's language; the English message of the error stands under its details."""

from __future__ import annotations

from collections.abc import Mapping

from botops.console.i18n import N_, _
from botops.domain.errors import (
    BotopsError,
    ConflictError,
    ForbiddenError,
    ModelError,
    NotFoundError,
    OutsideError,
    SignInError,
)
from botops.domain.refusals import Refusal

_SAID: Mapping[Refusal, str] = {
    Refusal.LACKS_RIGHT: N_("Your role does not let you do this. An admin can change that."),
    Refusal.OTHER_NAME: N_("You are signed in as {who}: nothing is done in another's name. Reload the page."),
    Refusal.SESSION_OVER: N_("Your session is over. Copy what you have typed, reload the page and sign in again."),
    Refusal.TOO_MANY_TRIES: N_("Too many wrong tries. The next one is looked at in {n} s"),
    Refusal.SIGN_INS_WAIT: N_("Too many people are signing in right now. Try again in {n} s"),
    Refusal.NOT_VALID: N_("Something in the fields cannot be used: see the details, then try again."),
    Refusal.OWN_PROPOSAL: N_("Proposed by {who}: somebody else has to approve it."),
    Refusal.OWN_TEXT: N_("This text was written by {who}: somebody else has to approve it."),
    Refusal.OWN_REPLIES: N_("You wrote or proposed this text of the bot: somebody else has to let its words pass."),
    Refusal.WITHDRAW_OWN: N_("It is your own proposal: withdraw it."),
    Refusal.NOT_THE_PROPOSER: N_("Proposed by {who}, who alone can withdraw it. You can reject it."),
    Refusal.NOT_AN_APPROVER: N_("By the rules of release, others approve this."),
    Refusal.DECIDED: N_("This proposal was decided on already. Reload the page."),
    Refusal.PROPOSED_ALREADY: N_("This text is proposed already and waits for a decision."),
    Refusal.LIVE_ALREADY: N_("Clients get exactly this already: there is nothing to change."),
    Refusal.NOT_READY: N_("It may not go live yet: a second person's approval or passed tests are missing."),
    Refusal.EXPERIMENT_RUNS: N_("An experiment runs: end it first, or say that it ends with this step."),
    Refusal.RUN_UNDER_WAY: N_("Tests begun by {who} are running: wait until they are over, or stop them."),
    Refusal.CASE_ALREADY: N_("This reply is a test already."),
    Refusal.EXCEPTED_ALREADY: N_("These words are let pass already."),
    Refusal.ORDERED_ALREADY: N_("This order stands already, given by {who}."),
    Refusal.NO_ORDER: N_("No order stands any more: somebody ended it. Reload the page."),
    Refusal.OVER_BUDGET: N_("The budget {budget} does not allow another reply now. AI Ops can raise it."),
    Refusal.WRONG_LENGTH: N_("The password needs {least} to {most} characters: a few words are easy to remember."),
    Refusal.EASY_TO_GUESS: N_("This password is easy to guess: few different characters, or the person's name in it."),
    Refusal.NAME_TAKEN: N_("Somebody here has this name or this e-mail address already."),
    Refusal.LAST_ADMIN: N_("An admin has to stay: make somebody else one first."),
    Refusal.NO_WAY_IN: N_("Give a password or an e-mail address to sign in with."),
}
_BY_CLASS: tuple[tuple[type[BotopsError], str], ...] = (
    (SignInError, _SAID[Refusal.SESSION_OVER]),
    (ForbiddenError, _SAID[Refusal.LACKS_RIGHT]),
    (NotFoundError, N_("It is not there any more. Reload the page.")),
    (ConflictError, N_("Somebody changed this before you, or it is done already. Reload the page and look again.")),
    (ModelError, N_("The model gave no usable answer. Try again.")),
    (OutsideError, N_("Something botops needs does not answer now. Try again in a minute.")),
)


def said(error: BotopsError) -> str:
    """Why something was refused and what to do; empty where only the details can tell."""
    if error.refusal is not None:
        try:
            return _(_SAID[error.refusal]).format(**error.values)
        except KeyError:  # a service of another version
            pass
    return next((_(text) for kind, text in _BY_CLASS if isinstance(error, kind)), "")
