"""What the domain's words are called on the screen."""

from __future__ import annotations

from collections.abc import Mapping

from botops.console.i18n import N_, _, language
from botops.domain.access import AccessRole
from botops.domain.findings import FindingKind, Severity
from botops.domain.reviews import Remedy, ReplyVerdict, Ruling
from botops.domain.side_calls import Work
from botops.domain.turns import Action, Purpose, TurnState

_KINDS: Mapping[FindingKind, str] = {
    FindingKind.PRICE: N_("Wrong price"),
    FindingKind.DISCOUNT: N_("Invented discount"),
    FindingKind.PROMO_CODE: N_("Promo code not in the book"),
    FindingKind.UNKNOWN_PRODUCT: N_("Product not in the book"),
    FindingKind.TOTAL: N_("Wrong total"),
    FindingKind.TERMS: N_("Terms not in the book"),
    FindingKind.STALE_PRICE: N_("Old price"),
    FindingKind.CURRENCY: N_("Wrong currency"),
}
_SEVERITIES: Mapping[Severity, str] = {
    Severity.LOW: N_("low"),
    Severity.MEDIUM: N_("medium"),
    Severity.HIGH: N_("high"),
    Severity.CRITICAL: N_("critical"),
}
_ACCESS_ROLES: Mapping[AccessRole, str] = {
    AccessRole.VIEWER: N_("viewer"),
    AccessRole.EDITOR: N_("editor"),
    AccessRole.APPROVER: N_("approver"),
    AccessRole.OPERATOR: N_("operator"),
    AccessRole.ADMIN: N_("admin"),
}
_ACCESS_MEANINGS: Mapping[AccessRole, str] = {
    AccessRole.VIEWER: N_("sees everything, changes nothing"),
    AccessRole.EDITOR: N_("writes drafts, checks replies, makes tests and runs them, proposes what to publish"),
    AccessRole.APPROVER: N_(
        "as an editor, and decides what clients get: publishes, rolls back, ends experiments, lets words pass the check"
    ),
    AccessRole.OPERATOR: N_("keeps the bot running: alerts, incidents, the kill switch, budgets, hand-overs"),
    AccessRole.ADMIN: N_("everything, and lets people in and out"),
}
_ACTIONS: Mapping[Action, str] = {
    Action.PASSED: N_("Sent"),
    Action.FLAGGED: N_("Sent with an error"),
    Action.REPAIRED: N_("Corrected before sending"),
    Action.BLOCKED: N_("Held back"),
    Action.HANDED_OVER: N_("Handed to a person"),
}
_STATES: Mapping[TurnState, str] = {
    TurnState.PENDING: N_("Being answered"),
    TurnState.ANSWERED: N_("Answered"),
    TurnState.INTERRUPTED: N_("Cut off"),
    TurnState.FAILED: N_("Failed"),
}
_PURPOSES: Mapping[Purpose, str] = {
    Purpose.REPLY: N_("first draft"),
    Purpose.REPAIR: N_("correction"),
    Purpose.JUDGE: N_("judging"),
    Purpose.CLIENT: N_("client"),
    Purpose.SUMMARY: N_("summary"),
    Purpose.OPINION: N_("second opinion"),
}
_WORKS: Mapping[Work, str] = {
    Work.EVAL: N_("tests of prompts"),
    Work.OPINION: N_("second opinion on a log"),
    Work.CALIBRATION: N_("measuring the judge"),
    Work.TRIAL: N_("trying out drafts"),
}
_OUTCOMES: Mapping[str, str] = {"qualified": N_("Qualified"), "won": N_("Bought"), "lost": N_("Did not buy")}
_LANGUAGES: Mapping[str, str] = {"ru": N_("Russian"), "kk": N_("Kazakh"), "en": N_("English")}
_CHANNELS: Mapping[str, str] = {
    "web": N_("Website"),
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "instagram": "Instagram",
    "console": N_("Console chat"),
    "import": N_("Import"),
}
_RULES: Mapping[str, str] = {
    "client_request": N_("the client asked for a person"),
    "bot_promised": N_("the bot promised a person"),
    "blocked_reply": N_("the guard held the reply back"),
    "not_judged": N_("the reply could not be checked"),
    "model_error": N_("the model did not answer"),
    "prompt_error": N_("the prompt could not be filled in"),
    "kill_switch": N_("the bot was switched off by a person"),
    "budget": N_("the budget for replies was used up"),
}
_REASONS: Mapping[str, str] = {
    "no_book": N_("There is no price book to check against."),
    "book_out_of_date": N_("The price book is out of date."),
    "too_large": N_("The message is too large to check."),
    "checker_failed": N_("The checker failed on this message."),
    "check_failed": N_("A check of the company's own failed on this message."),
}
_FAULTS: Mapping[str, str] = {
    "syntax": N_("The file cannot be read as YAML."),
    "unreadable": N_("The file or folder cannot be read."),
    "missing-file": N_("A file or folder is missing."),
    "missing-version": N_("A version that should be served is not there."),
    "version-changed": N_("A published version was changed: restore it and save the new text as a new version."),
    "no-checksum": N_("The release file does not have this version's checksum."),
    "unknown-key": N_("There is a field that is not known."),
    "duplicate-key": N_("A field is written twice."),
    "missing-variable": N_("A variable has no value."),
    "unknown-variable": N_("The text uses a variable that is not declared."),
    "unused-variable": N_("A declared variable is not used."),
    "no-owner": N_("No owner is named."),
    "no-purpose": N_("It is not said what the prompt is for."),
    "no-hand-over": N_("The text does not say when to call a person."),
    "review-overdue": N_("The prompt was not reviewed for too long."),
    "secret": N_("The text holds something that looks like a password or key."),
    "template-syntax": N_("A {{ … }} or {% … %} is written wrongly."),
    "template-not-allowed": N_("A {{ … }} or {% … %} holds what is not allowed in a prompt."),
    "include": N_("The shared text that is included is not there."),
    "wrong-variable": N_("A variable's value does not fit."),
    "missing-key": N_("A field is missing."),
    "wrong-value": N_("A field holds what does not belong there."),
    "too-long": N_("The text is too long."),
    "no-example": N_("A variable has no example: previews show its name."),
    "language-without-text": N_("A language has no text of its own."),
    "language-not-served": N_("There is a text for a language that is not among the prompt's."),
    "language-variables": N_("The texts of the languages use different variables."),
    "older-partial": N_("There is a newer version of the shared text."),
    "unused-partial": N_("No prompt includes this shared text."),
    "partial-changed": N_("A published shared text was changed: restore it and save the new one as a new version."),
    "review-date": N_("The date of the review lies in the future."),
    "snapshot": N_("The last good state cannot be kept: a restart with a broken file would not serve."),
}
_TOPICS: Mapping[str, str] = {
    "discount": N_("discount"),
    "minus": N_("reduction"),
    "promo": N_("promo code"),
    "code": N_("code"),
    "gift": N_("gift"),
    "free": N_("free of charge"),
    "included": N_("included in the price"),
    "separate": N_("paid separately"),
    "surcharge": N_("surcharge"),
    "delivery": N_("delivery"),
    "warranty": N_("warranty"),
    "trial": N_("trial"),
    "cashback": N_("cashback"),
    "instalment": N_("instalments"),
    "prepay": N_("prepayment"),
    "deposit": N_("deposit"),
    "refund": N_("refund"),
    "vat": N_("VAT"),
    "cancel": N_("cancellation"),
    "freeze": N_("freeze"),
    "minimum": N_("minimum order"),
    "penalty": N_("penalty"),
    "multiple": N_("multiples"),
    "stack": N_("adding discounts up"),
    "half": N_("half price"),
    "times": N_("times over"),
    "bundle": N_("bundle"),
    "service_fee": N_("service fee"),
    "period": N_("period"),
}
_UNITS: Mapping[str, str] = {
    "minute": N_("min"),
    "hour": N_("h"),
    "day": N_("d"),
    "night": N_("nights"),
    "week": N_("wk"),
    "month": N_("mo"),
    "year": N_("yr"),
    "person": N_("people"),
    "user": N_("users"),
    "piece": N_("pcs"),
    "visit": N_("times"),
    "lesson": N_("lessons"),
    "payment": N_("payments"),
    "floor": N_("floors"),
    "child": N_("children"),
    "order": N_("orders"),
}
_RULINGS: Mapping[Ruling, str] = {
    Ruling.CONFIRMED: N_("The bot was wrong"),
    Ruling.FALSE_ALARM: N_("Not a mistake"),
}
_REPLY_VERDICTS: Mapping[ReplyVerdict, str] = {
    ReplyVerdict.WRONG: N_("The bot was wrong"),
    ReplyVerdict.RIGHT: N_("Not a mistake"),
}
_REMEDIES: Mapping[Remedy, str] = {
    Remedy.EXCEPTION: N_("let this wording pass"),
    Remedy.BOOK: N_("the price book has to be corrected"),
    Remedy.CHECK: N_("the check misread the reply"),
}
_MODELS: Mapping[str, str] = {"simulated": N_("Simulated model"), "external": N_("Another bot")}


def kind(value: FindingKind) -> str:
    """A finding's kind."""
    return _(_KINDS[value])


def severity(value: Severity) -> str:
    """How bad a finding is."""
    return _(_SEVERITIES[value])


def access_role(value: AccessRole) -> str:
    """What a person may do here, in a word."""
    return _(_ACCESS_ROLES[value])


def access_role_meaning(value: AccessRole) -> str:
    """What a role lets do, in a sentence."""
    return _(_ACCESS_MEANINGS[value])


def action(value: Action) -> str:
    """What became of a reply."""
    return _(_ACTIONS[value])


def state(value: TurnState) -> str:
    """How far a turn came."""
    return _(_STATES[value])


def purpose(value: Purpose) -> str:
    """What a model call was for."""
    return _(_PURPOSES[value])


def purpose_of(value: str) -> str:
    """The same by its name; "" is a turn that asked no model."""
    found = next((purpose for purpose in _PURPOSES if purpose.value == value), None)
    return _(_PURPOSES[found]) if found is not None else value or _("no model was asked")


def work(value: str) -> str:
    """What calls beside dialogues were made for."""
    found = next((one for one in _WORKS if one.value == value), None)
    return _(_WORKS[found]) if found is not None else value


def lead_outcome(value: str) -> str:
    """How a client's story stands; "" is one of whom nothing is known yet."""
    return _(_OUTCOMES[value]) if value in _OUTCOMES else value or _("Nothing known yet")


def spoken(value: str) -> str:
    """A client's language."""
    return _(_LANGUAGES[value]) if value in _LANGUAGES else value


def channel(value: str) -> str:
    """A channel; an unknown one by its own name."""
    return _(_CHANNELS[value]) if value in _CHANNELS else value


def rule(value: str) -> str:
    """What made the bot call a person."""
    return _(_RULES[value]) if value in _RULES else value


def reason(value: str | None) -> str:
    """Why a reply was not judged."""
    return _(_REASONS[value]) if value and value in _REASONS else (value or "")


def topic(value: str) -> str:
    """What a sentence of the price book is about; a term kind of the company's own by its own name."""
    return _(_TOPICS[value]) if value in _TOPICS else value


def value(text: str) -> str:
    """A value of such a sentence: a count with its unit in the reader's language, anything else as it is."""
    number, space, unit = text.partition(" ")
    return f"{number}{space}{_(_UNITS[unit])}" if unit in _UNITS else text


def ruling(value: Ruling) -> str:
    """A reviewer's word on a finding."""
    return _(_RULINGS[value])


def reply_verdict(value: ReplyVerdict) -> str:
    """A person's word on a reply."""
    return _(_REPLY_VERDICTS[value])


def remedy(value: Remedy) -> str:
    """What a false alarm leads to."""
    return _(_REMEDIES[value])


def problem(rule: str) -> str:
    """What is wrong in a file, in the reader's language; the file's own message stands beside it."""
    return _(_FAULTS[rule]) if rule in _FAULTS else ""


def model(value: str) -> str:
    """A model's name."""
    return _(_MODELS[value]) if value in _MODELS else (value or "—")


def prompt(name: object, version: object) -> str:
    """A prompt version as people write it; 0 is the draft."""
    if not name:
        return "—"
    return f"{name} · v{version}" if version else f"{name} · {_('draft')}"


def version(reference: str) -> str:
    """A prompt version that is kept as `name@version`."""
    name, _at, number = reference.rpartition("@")
    return prompt(name, number) if name else reference


def role(name: str, titles: Mapping[str, Mapping[str, str]]) -> str:
    """A role by its title, in the reader's language where the team gives one; else as it is written."""
    said = titles.get(name, {})
    return said.get(language()) or next(iter(said.values()), name)
