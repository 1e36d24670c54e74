"""Who may sign in and what they may do. For admins; where nobody has to sign in it says how to begin."""

from __future__ import annotations

from typing import Any

import streamlit as st

from botops.app.access import people
from botops.app.container import Container
from botops.console import deeds, formats, frame, labels, parts, safe
from botops.console.i18n import _
from botops.console.safe import tag
from botops.domain.access import AccessRole, Person, Right


def body(container: Container) -> None:
    if not container.settings.sign_in.on:
        _how_to_begin()
        return
    if (lack := deeds.lacking(Right.ADMINISTER)) is not None:
        frame.show(frame.alert("warn", _("This page cannot be shown"), lack))
        return
    known = people.listed(container)
    parts.question(_("Who may do what here?"))
    _table(container, known)
    local = container.settings.sign_in.method == "local"
    with st.expander(_("Let somebody in"), key="let-in"):
        _let_in(local)
    with st.expander(_("Change what somebody may do"), key="change"):
        _change(known, local)
    parts.question(_("What does each role let do?"))
    frame.show(parts.facts((labels.access_role(role), labels.access_role_meaning(role)) for role in AccessRole))


def _how_to_begin() -> None:
    commands = "botops user add NAME --role admin"
    frame.show(
        frame.alert(
            "note",
            _("Nobody has to sign in here"),
            _("Whoever uses this computer may do everything, and signs with the name they type."),
            _("To let people sign in: write sign_in: {method: local} into botops.yaml, let the first one in by this "
              "command, and start botops again."),
            tag("code", commands),
        )
    )  # fmt: skip


def _table(container: Container, known: tuple[Person, ...]) -> None:
    zone = container.settings.company.timezone
    rows = [
        (
            safe.preview(one.name, 60),
            ", ".join(labels.access_role(role) for role in sorted(one.roles)),
            safe.preview(one.email or "—", 80),
            _("password") if one.has_password else _("the company's account"),
            formats.moment(one.since, zone),
        )
        for one in known
    ]
    heads = [
        (_("Name"), False),
        (_("May"), False),
        (_("E-mail"), False),
        (_("Signs in by"), False),
        (_("Since"), False),
    ]
    frame.show(parts.table(heads, rows))


def _roles(key: str, shown: frozenset[AccessRole] = frozenset()) -> list[str]:
    return st.multiselect(
        _("Roles"), list(AccessRole), default=sorted(shown), format_func=labels.access_role, key=f"roles-{key}",
        placeholder=_("nothing chosen"),
    )  # fmt: skip


def _let_in(local: bool) -> None:
    name = st.text_input(_("Name"), key="person-name", max_chars=100)
    email = st.text_input(_("E-mail"), key="person-email", max_chars=254)
    given: dict[str, Any] = {"email": email.strip() or None}
    if local:
        given["password"] = st.text_input(_("Password"), key="person-password", type="password", max_chars=1000) or None
    roles = _roles("new")
    if deeds.button(_("Let in"), Right.ADMINISTER, key="person-add", type="primary", disabled=not (name and roles)):
        deeds.send("/v1/people", {"name": name, "roles": roles, **given})


def _change(known: tuple[Person, ...], local: bool) -> None:
    names = [one.name for one in known]
    name = st.selectbox(_("Whose"), names, key="person", format_func=lambda one: safe.preview(one, 60))
    chosen = next((one for one in known if one.name == name), None)
    if chosen is None:
        return
    parts.answer(_("Every change signs the person out everywhere."))
    roles = _roles(f"of-{chosen.id}", chosen.roles)
    same = set(roles) == chosen.roles or not roles
    if deeds.button(_("Give these roles"), Right.ADMINISTER, key="person-roles", disabled=same):
        deeds.send("/v1/people/roles", {"name": chosen.name, "roles": roles}, method="PUT")
    if local:
        password = st.text_input(_("New password"), key=f"password-{chosen.id}", type="password", max_chars=1000)
        if deeds.button(_("Give this password"), Right.ADMINISTER, key="person-word", disabled=not password):
            deeds.send("/v1/people/password", {"name": chosen.name, "password": password}, method="PUT")
    sure = st.checkbox(_("This person is to get in no more"), key=f"sure-{chosen.id}")
    if deeds.button(_("Remove"), Right.ADMINISTER, key="person-remove", disabled=not sure):
        deeds.send("/v1/people/remove", {"name": chosen.name})


frame.page("people", body)
