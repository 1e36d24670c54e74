"""What the steps of a release are called, and the orders above it."""

from __future__ import annotations

from collections.abc import Mapping

from botops.app.releases.auditing import PRICEBOOK, exception_of, prompt_of
from botops.console.i18n import N_, _
from botops.domain.releases import Deed, Override, OverrideKind, ProposalState

_DEEDS: Mapping[Deed, str] = {
    Deed.DRAFT: N_("saved"),
    Deed.VERSION: N_("created"),
    Deed.EVAL: N_("evaluated"),
    Deed.BASELINE: N_("chosen to compare with"),
    Deed.CASE: N_("test made of a dialogue"),
    Deed.PROPOSE: N_("proposed"),
    Deed.APPROVE: N_("approved"),
    Deed.REJECT: N_("rejected"),
    Deed.WITHDRAW: N_("withdrawn"),
    Deed.PUBLISH: N_("published"),
    Deed.ROLLBACK: N_("rolled back"),
    Deed.SPLIT: N_("split begun or widened"),
    Deed.SPLIT_END: N_("split ended"),
    Deed.OVERRIDE: N_("kill switch"),
    Deed.OVERRIDE_END: N_("order ended"),
    Deed.IMPORT: N_("imported"),
    Deed.ALARM: N_("alarm"),
    Deed.ERASE: N_("a client forgotten"),
    Deed.PURGE: N_("old dialogues removed"),
    Deed.REPRICE: N_("costs priced anew"),
    Deed.ACKNOWLEDGE: N_("alert acknowledged"),
    Deed.RESOLVE: N_("alert declared over"),
    Deed.SILENCE: N_("alerts silenced"),
    Deed.SILENCE_END: N_("silence ended"),
    Deed.USUAL: N_("taken for the new usual"),
    Deed.EXCEPT: N_("let pass the check"),
    Deed.EXCEPT_END: N_("let pass no more"),
    Deed.DEPLOY: N_("another version or other settings"),
    Deed.SIGN_IN: N_("signed in"),
    Deed.SIGN_OUT: N_("signed out"),
    Deed.REFUSE: N_("refused"),
    Deed.PERSON_ADD: N_("let in"),
    Deed.PERSON_CHANGE: N_("other roles or another password"),
    Deed.PERSON_REMOVE: N_("let in no more"),
}
_STATES: Mapping[ProposalState, str] = {
    ProposalState.OPEN: N_("waits for a second person"),
    ProposalState.APPROVED: N_("approved, not live yet"),
    ProposalState.REJECTED: N_("rejected"),
    ProposalState.WITHDRAWN: N_("withdrawn"),
    ProposalState.PUBLISHED: N_("published"),
}


def thing(subject: str) -> str:
    """What a line of the audit log is about."""
    if subject == PRICEBOOK:
        return _("Prices")
    if (exception := exception_of(subject)) is not None:
        return _("exception {id}").format(id=exception)
    return prompt_of(subject) or subject


def deed(value: Deed) -> str:
    """What somebody did."""
    return _(_DEEDS[value])


def state(value: ProposalState) -> str:
    """Where a proposal stands."""
    return _(_STATES[value])


def order(value: Override) -> str:
    """What an order does to clients."""
    if value.kind is OverrideKind.HAND_OVER:
        return _("The bot is switched off: every dialogue goes to a person")
    if value.kind is OverrideKind.VERSION:
        return _("By order everybody gets v{version}").format(version=value.version)
    return _("The experiment {name} is stopped: everybody gets its first variant").format(name=value.experiment)


def version(name: str | None) -> str:
    """A version's number, or the draft, as the log keeps it."""
    if name is None:
        return ""
    return _("draft") if name == "draft" else f"v{name}"
