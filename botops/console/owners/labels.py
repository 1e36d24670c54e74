"""What things that have an owner are called on the screen, and what to do where there is none."""

from __future__ import annotations

from collections.abc import Mapping

from botops.app.owners import Gap, Lack, Owned, Thing
from botops.console import safe
from botops.console.i18n import N_, _, ngettext
from botops.domain.alerts import Area

_THINGS: Mapping[Thing, str] = {
    Thing.AREA: N_("Area"),
    Thing.PROMPT: N_("Prompts"),
    Thing.SHARED_TEXT: N_("Shared texts"),
    Thing.EXPERIMENT: N_("Experiments"),
    Thing.PRICE_BOOK: N_("The price book"),
    Thing.BUDGET: N_("Budgets"),
    Thing.PROBES: N_("Trial dialogues of the bot"),
    Thing.EXCEPTION: N_("Exceptions of the check"),
    Thing.INCIDENT: N_("Open incidents"),
    Thing.ROUTE: N_("Ways of alerts"),
    Thing.DIGEST: N_("Digests by mail"),
}
_AREAS: Mapping[Area, str] = {
    "replies": N_("What the bot says"),
    "data": N_("Prices and other data"),
    "service": N_("Whether the bot works"),
    "sales": N_("Clients who wait for a person"),
}
_LACKS: Mapping[Lack, str] = {
    Lack.NOBODY: N_("Nobody is named. Write a role of the team's file here:"),
    Lack.UNKNOWN: N_("The team's file has no role “{role}”. Add it there, or name another one here:"),
    Lack.UNREACHABLE: N_("The role “{role}” has no people, no contacts and no channel. Add them to the team's file:"),
}


_REMEDIES: Mapping[Gap, str] = {
    Gap.PEOPLE: N_(
        "Nobody knows whom to ask or whose signature counts. Under the role, add a line with its people: "
        "people: [First name Surname]"
    ),
    Gap.CHANNEL: N_(
        "Alerts stay in the console until somebody opens it. Ask AI Ops to set up a chat or mail in the settings and "
        "to try it with botops alert test-channel."
    ),
}


def thing(value: Thing) -> str:
    """A kind of things."""
    return _(_THINGS[value])


def area(value: Area) -> str:
    """What can go wrong in an area."""
    return _(_AREAS[value])


def name(one: Owned) -> str:
    """A thing by its kind and name."""
    if one.thing is Thing.AREA:
        return next(_(text) for area, text in _AREAS.items() if area == one.name)
    shown = safe.preview(one.name, 80)
    return f"{thing(one.thing)}: {shown}" if shown else thing(one.thing)


def lack(one: Owned) -> str:
    """Why nobody answers for it and what to do; empty where somebody does."""
    return _(_LACKS[one.lack]).format(role=safe.preview(one.role, 80)) if one.lack is not None else ""


def gap(value: Gap, roles: int) -> str:
    """What so many roles lack."""
    if value is Gap.PEOPLE:
        return ngettext("In {n} role nobody is named", "In {n} roles nobody is named", roles).format(n=roles)
    return ngettext("No alert reaches {n} role", "No alert reaches {n} roles", roles).format(n=roles)


def remedy(value: Gap) -> str:
    """What follows from a gap and how to close it."""
    return _(_REMEDIES[value])
