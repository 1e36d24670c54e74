"""What the words of operations are called on the screen."""

from __future__ import annotations

from collections.abc import Mapping

from botops.app.checkup import Check
from botops.app.releases.auditing import prompt_of
from botops.app.system import ModelState
from botops.console.i18n import N_, _
from botops.console.prompts import release_labels
from botops.domain.releases import AuditEntry, Deed, OverrideKind

_MODEL_STATES: Mapping[ModelState, tuple[str, str]] = {
    ModelState.ANSWERS: (N_("answers"), "good"),
    ModelState.FAILING: (N_("the last call failed"), "bad"),
    ModelState.SILENT: (N_("was not asked"), ""),
}
_FAULTS: Mapping[str, str] = {
    "timeout": N_("no answer in time"),
    "rate_limited": N_("too many calls for the provider"),
    "server": N_("a fault of the provider"),
    "connection": N_("no connection"),
    "auth": N_("the key is not accepted"),
    "bad_request": N_("the provider does not take the question"),
    "bad_response": N_("an answer nobody can read"),
    "truncated": N_("the answer was cut off"),
    "too_large": N_("the answer was too large"),
    "filtered": N_("stopped by the provider's filter"),
    "no_recording": N_("nothing is recorded for it"),
    "stale_recording": N_("recorded for another text"),
}
_CHECKS: Mapping[str, str] = {
    "botops": N_("Version of botops"),
    "sqlite": N_("Version of SQLite"),
    "settings": N_("Settings"),
    "price book": N_("Prices"),
    "price book canary": N_("Replies disagree with the new prices"),
    "own claims": N_("The company's own checks"),
    "prompts": N_("Prompts"),
    "drafts": N_("Drafts of prompts"),
    "releases": N_("Rules of releases"),
    "model": N_("Model"),
    "second opinion": N_("Second opinion of a model"),
    "judge": N_("Model that grades tests"),
    "model prices": N_("Prices of models"),
    "price table": N_("Price table of models"),
    "store": N_("Store"),
    "ledger": N_("What budgets have spent"),
    "budget": N_("Budget"),
    "override": N_("An order above the release is in force"),
    "backups": N_("Backups"),
    "price book end": N_("Prices that run out"),
    "recordings": N_("Recorded replies"),
    "detectors": N_("Detectors of what is unusual"),
    "probes": N_("Dialogues the bot is probed with"),
    "watchdog": N_("Sign of life to the outside"),
    "roll-ups": N_("Sums of hours"),
    "guard": N_("Check of replies"),
    "retention": N_("How long dialogues are kept"),
    "git": N_("Releases in git"),
    "alert channels": N_("Channels of alerts"),
    "alert routes": N_("Who is told by which channel"),
    "OpenTelemetry": "OpenTelemetry",
    "sign-in": N_("Signing in"),
    "sign-in over TLS": N_("Signing in from elsewhere"),
    # What could not be looked at to its end stands under the name of the look.
    "claims": N_("The company's own checks"),
    "prices": N_("Prices of models"),
    "care": N_("Care of the installation"),
    "channels": N_("Channels of alerts"),
    "telemetry": "OpenTelemetry",
    "sign in": N_("Signing in"),
}
_ADVICE: Mapping[str, str] = {
    "sqlite": N_("This version has a rare fault that botops avoids. Do not open the database for writing elsewhere."),
    "settings": N_("The settings cannot be read as they are: mend botops.yaml where the details say."),
    "price book": N_("Replies cannot be checked against it: mend the file where the details say."),
    "price book canary": N_(
        "Either the new prices are wrong and must be rolled back, or the bot still says the old ones."
    ),
    "own claims": N_("The company's own rules cannot be used: the check works without them."),
    "prompts": N_("A prompt has a fault: clients get the last good version until it is mended."),
    "drafts": N_("A draft has a fault: clients notice nothing, but it cannot be published like this."),
    "releases": N_("The rules of who approves what cannot be used as they are written."),
    "model": N_("A simulator answers instead of a model, because no key was given."),
    "second opinion": N_("The model that gives a second opinion cannot be asked."),
    "judge": N_("The model that grades tests only advises until people have compared it with themselves."),
    "model prices": N_("Without a price it is not known what replies cost: add the price to the settings."),
    "price table": N_("The prices of models are old: costs may be wrong. Renew the table."),
    "store": N_("What happens cannot be kept: see to the disk and the rights of the folder."),
    "ledger": N_("Budgets have counted otherwise than the calls cost: count them anew."),
    "budget": N_("A budget is about used up, or cannot do what it says."),
    "override": N_("Somebody switched the prompt by hand. End it on the page of prompts when it is no longer needed."),
    "backups": N_("There is no fresh backup: what came since would be lost with the disk."),
    "price book end": N_("Soon a product has no price: add the one that follows."),
    "recordings": N_("Tests of what is live cannot be replayed without a model: record the replies anew."),
    "detectors": N_("Nothing unusual is noticed: mend alerts/detectors.yaml where the details say."),
    "probes": N_("The bot fails what botops itself asks it, or is not asked."),
    "watchdog": N_("Nobody outside would notice that botops itself has stopped."),
    "roll-ups": N_("The figures on the screens are behind what happened."),
    "guard": N_("Too many replies could not be judged: a false promise would pass unseen."),
    "retention": N_("Dialogues are still there that should have been removed by now."),
    "git": N_("Some releases are not committed yet."),
    "alert channels": N_("Nobody would hear of an alert: name channels in the section alerts of the settings."),
    "alert routes": N_("Some people would hear of nothing: see who is told by which channel."),
    "OpenTelemetry": N_("Turns are not told to the collector as they should be."),
    "sign-in": N_("Either nobody who may let others in can sign in, or everybody gets in without it."),
    "sign-in over TLS": N_("Whoever is on the way can read the passwords: put a proxy with TLS in front."),
}
"""What a fault means to people and what is to be done; the details stand beside it."""
_RATE = "exchange rate "
_CHANNEL = "alert channel "


def change(entry: AuditEntry) -> str:
    """What somebody did, with the thing it was done to."""
    name = prompt_of(entry.subject)
    version = release_labels.version(entry.version) if name else entry.version or ""
    told = [release_labels.thing(entry.subject), version, release_labels.deed(entry.deed)]
    if entry.deed is Deed.OVERRIDE and entry.detail.get("kind") == OverrideKind.HAND_OVER.value:
        told.append(_("every dialogue to a person"))
    return " · ".join(filter(None, told))


def model_state(state: ModelState) -> tuple[str, str]:
    """Whether a model answers, and the look of it."""
    text, look = _MODEL_STATES[state]
    return _(text), look


def fault(name: str | None) -> str:
    """Why a call gave nothing usable; an unknown class by its own name."""
    return _(_FAULTS[name]) if name and name in _FAULTS else name or ""


def check(found: Check) -> str:
    """What the doctor looked at; one that is new by its own name."""
    if found.name.startswith(_RATE):
        return _("Exchange rate {currency}").format(currency=found.name.removeprefix(_RATE))
    if found.name.startswith(_CHANNEL):
        return _("Channel {name}").format(name=found.name.removeprefix(_CHANNEL))
    return _(_CHECKS[found.name]) if found.name in _CHECKS else found.name


def advice(found: Check) -> str:
    """What is wrong where a check did not pass, and what to do; empty for one that is new."""
    if found.name.startswith(_RATE):
        return _("The exchange rate is old or missing: sums in this currency are off. Add a rate to the settings.")
    if found.name.startswith(_CHANNEL):
        return _("Alerts do not get through here: look at its address, then try it out.")
    return _(_ADVICE[found.name]) if found.name in _ADVICE else ""
