"""The kill switch of a prompt, and the orders in force on it."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.releases.kill_switch import by_guardrail
from botops.console import deeds, formats, frame, navigation, parts, presses, safe
from botops.console.i18n import _
from botops.console.prompts import release_labels
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.releases import Override
from botops.registry import ReleaseSpec
from botops.registry.release import rollback_target

_LAST_GOOD, _OTHER, _HAND_OVER = "last-good", "version", "hand-over"


def orders(container: Container, name: str) -> tuple[Override, ...]:
    """What is ordered on a prompt above its release. Raises StoreError."""
    return tuple(o for o in container.store.overrides.in_force() if o.subject == name)


def banner(container: Container, name: str, standing: tuple[Override, ...]) -> None:
    """The orders in force, in red, and how to end them."""
    zone = container.settings.company.timezone
    for order in standing:
        said = tag("span", tag("b", order.by), f", {formats.moment(order.at, zone)}: {safe.preview(order.reason, 300)}")
        frame.show(frame.alert("bad", release_labels.order(order), said))
    if any(not by_guardrail(order) for order in standing):
        with (
            deeds.popover(_("End the order"), Right.OPERATE, icon=":material/restart_alt:", key=f"restore-{name}"),
            st.form(f"restore-form-{name}", border=False),
        ):
            parts.answer(_("The release decides again within two seconds."))
            body = {"reason": deeds.why(f"restore-{name}"), "by": deeds.who(f"restore-{name}")}
            if presses.submit(_("End it"), key=f"restore-now-{name}"):
                deeds.send(f"/v1/prompts/{quote(name)}/restore", body)
    elif standing:
        navigation.link("experiments", _("A guardrail stopped it: see the experiment"), prompt=name)


def switch(container: Container, name: str, standing: tuple[Override, ...]) -> None:
    """The kill switch: it acts on every replica within two seconds, whatever the release says."""
    spec = _release(container, name)
    targets = [_HAND_OVER] if spec is None else _targets(spec)
    others = [] if spec is None else [n for n in sorted(spec.checksums, reverse=True) if n != spec.live or spec.split]
    with deeds.popover(
        _("Kill switch"), Right.OPERATE, icon=":material/power_settings_new:", key=f"kill-{name}-{len(standing)}"
    ):
        parts.answer(_("In force within two seconds. The release file stays as it is; the log keeps who and why."))
        said = {to: _said(to, spec) for to in targets}
        target = st.radio(
            _("What should happen?"), targets, key=f"kill-to-{name}-{len(targets)}", format_func=said.__getitem__
        )
        number = None
        with st.container():  # always there: fields that change their place are made anew, and what is typed is lost
            if target == _OTHER:
                number = st.selectbox(
                    _("Version"), others, key=f"kill-version-{name}", format_func=lambda n: f"v{n}", filter_mode=None
                )
        with st.form(f"kill-form-{name}-{len(standing)}", border=False):
            key = f"kill-{name}-{len(standing)}"
            body = {"to": number or target, "reason": deeds.why(key), "by": deeds.who(key)}
            if presses.submit(_("Switch now"), type="primary", key=f"kill-now-{name}"):
                deeds.send(f"/v1/prompts/{quote(name)}/kill", body)


def _release(container: Container, name: str) -> ReleaseSpec | None:
    try:
        return container.registry.release(name).spec
    except UserError:
        return None


def _targets(spec: ReleaseSpec) -> list[str]:
    found = [_LAST_GOOD] if _before(spec) is not None else []
    if any(n != spec.live or spec.split for n in spec.checksums):
        found.append(_OTHER)
    return [*found, _HAND_OVER]


def _before(spec: ReleaseSpec) -> int | None:
    try:
        return rollback_target(spec, None)
    except UserError:
        return None


def _said(target: str, spec: ReleaseSpec | None) -> str:
    if target == _HAND_OVER:
        return _("Hand every dialogue to a person")
    if target == _OTHER:
        return _("Give everybody another version")
    number = _before(spec) if spec is not None else None
    return _("Give everybody the last good version, v{version}").format(version=number)
