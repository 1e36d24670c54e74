"""Who owns what: things without an owner first, then the matrix of duties, the roles and how to reach them."""

import streamlit as st

from botops.app.container import Container
from botops.app.owners import Gap, Lack, Matrix, Owned, Thing, owners
from botops.app.prompts.state import role_titles
from botops.app.releases.team import TeamRole
from botops.console import frame, labels, navigation, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.owners import labels as owner_labels
from botops.console.safe import Html, tag

Titles = dict[str, dict[str, str]]
_HAS, _HAS_NOT = "●", "–"


def body(container: Container) -> None:
    found, titles = owners(container), role_titles(container.settings)
    chosen = next((role for role in found.roles if role.id == st.query_params.get("role")), None)
    if chosen is not None:
        navigation.link("owners", _("All roles"), ":material/arrow_back:")
        frame.show(_role(found, chosen, titles))
        frame.show(_things(found.of(chosen.id), titles))
        return
    _lacking(container, found, titles)
    if not found.roles:
        return
    parts.question(_("Who answers for what?"))
    parts.answer(_("A dot marks the role that answers; a number says for how many things."))
    frame.show(_matrix(found, titles))
    parts.question(_("Who is in which role, and how are they reached?"))
    for role in found.roles:
        with st.container(key=f"row-role-{role.id}"):
            frame.show(_role(found, role, titles))
            navigation.link("owners", _("What this role owns"), role=role.id)
    with st.expander(_("Everything that has an owner")):
        frame.show(_things(found.things, titles))


def _lacking(container: Container, found: Matrix, titles: Titles) -> None:
    """What nobody answers for and whom nobody can reach, each with what to do about it."""
    parts.question(_("What has no owner, and who cannot be reached?"))
    if not found.roles:
        path = frame.short(container.settings.path("team"))
        where = _("Write them into {path}: docs/operations.md shows how.").format(path=path)
        frame.show(frame.alert("bad", _("The team's file names no roles"), where))
        return
    if not found.lacking and not found.incomplete:
        frame.show(frame.alert("good", _("Everything has an owner; every role has people and a channel.")))
    _incomplete(found, titles)
    if not found.lacking:
        if found.incomplete:
            parts.answer(_("A role is named for everything, see below."))
        return
    count = ngettext("{n} thing has no owner", "{n} things have no owner", len(found.lacking))
    parts.answer(count.format(n=len(found.lacking)))
    for one in found.lacking:
        level = "warn" if one.lack is Lack.UNREACHABLE else "bad"
        place = tag("code", frame.short(one.where))
        frame.show(frame.alert(level, owner_labels.name(one), owner_labels.lack(one), place))


def _incomplete(found: Matrix, titles: Titles) -> None:
    """Roles that are no more than a name, with the places to fill in."""
    for gap in Gap:
        if roles := found.without(gap):
            places: dict[str, list[str]] = {}
            for one in roles:
                places.setdefault(frame.short(one.where), []).append(labels.role(one.role, titles))
            lines = [tag("li", ", ".join(named), " — ", tag("code", place)) for place, named in places.items()]
            listed = tag("ul", *lines, class_="bo-notes")
            frame.show(frame.alert("bad", owner_labels.gap(gap, len(roles)), owner_labels.remedy(gap), listed))


def _matrix(found: Matrix, titles: Titles) -> Html:
    counts = found.counts()
    heads = [(_("What"), False), *((labels.role(role.id, titles), False) for role in found.roles)]
    rows: list[list[str | Html]] = []
    for one in (one for one in found.things if one.thing is Thing.AREA):
        cells = [_cell(int(one.role == role.id)) for role in found.roles]
        rows.append([tag("b", owner_labels.name(one)), *cells])
    for thing in Thing:
        if thing is not Thing.AREA and any(one.thing is thing for one in found.things):
            cells = [_cell(counts.get((thing, role.id), 0)) for role in found.roles]
            rows.append([owner_labels.thing(thing), *cells])
    return parts.table(heads, rows)


def _cell(count: int) -> Html:
    said = ngettext("answers for {n}", "answers for {n}", count).format(n=count) if count else _("does not answer")
    shown = f"{_HAS} {count}" if count > 1 else _HAS if count else _HAS_NOT
    return tag("span", shown, title=said, role="img", aria_label=said, class_=None if count else "bo-no bo-muted")


def _role(found: Matrix, role: TeamRole, titles: Titles) -> Html:
    channels = found.channels.get(role.id, ())
    contacts = [tag("div", f"{way}: {safe.preview(to, 200)}") for way, to in role.contacts.items()]
    duties = [tag("li", safe.preview(duty, 300)) for duty in role.duties]
    facts = parts.facts(
        [
            (_("Duties"), tag("ul", *duties, class_="bo-notes") if duties else _("none are written down")),
            (_("People"), ", ".join(safe.preview(one, 100) for one in role.people) or _missing(_("nobody is named"))),
            (_("Hours"), safe.preview(role.hours, 60) or None),
            (_("Contacts"), safe.join(contacts) if contacts else _missing(_("none"))),
            (_("Urgent alerts come by"), ", ".join(channels) or _missing(_("no channel: only the console shows them"))),
            (_("Owns"), ", ".join(owner_labels.name(one) for one in found.of(role.id)) or _("nothing")),
        ]
    )
    head = tag("div", tag("b", labels.role(role.id, titles)), tag("code", role.id), class_="bo-row")
    return tag("div", head, facts, class_="bo-item")


def _missing(said: str) -> Html:
    return parts.chip(f"✕ {said}", "bad")


def _things(things: tuple[Owned, ...], titles: Titles) -> Html:
    heads = [(_("What"), False), (_("Owner"), False), (_("Written in"), False)]
    rows = [[owner_labels.name(one), _owner(one, titles), tag("code", frame.short(one.where))] for one in things]
    return parts.table(heads, rows)


def _owner(one: Owned, titles: Titles) -> str | Html:
    if one.lack in {Lack.NOBODY, Lack.UNKNOWN}:
        return parts.chip(f"✕ {one.role or _('nobody')}", "bad")
    shown = labels.role(one.role, titles)
    if one.lack is Lack.UNREACHABLE:
        return parts.chip(f"! {shown}", "warn")
    return f"{shown} ({owner_labels.area(one.through)})" if one.through is not None else shown


frame.page("owners", body)
