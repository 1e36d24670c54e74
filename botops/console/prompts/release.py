"""From a draft to what clients get: version, proposal, yes or no, publishing; and back in one action."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.evals.reading import Text
from botops.app.prompts.drafting import check
from botops.app.prompts.state import PromptState, role_titles
from botops.app.releases.readiness import Readiness, readiness
from botops.config.release_policy import ReleaseRule
from botops.console import data, deeds, frame, labels, parts, presses, safe
from botops.console.evals import running as eval_running
from botops.console.i18n import _, language
from botops.console.prompts import effect as prompt_effect
from botops.console.prompts import proposals
from botops.console.prompts import typed as prompt_typing
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.registry import Release
from botops.registry.release import rollback_target


def section(container: Container, state: PromptState) -> None:
    """The steps a text still has before it, in their order."""
    release = container.registry.candidate_release(state.name)
    _version(container, state)
    parts.question(_("What is to go live?"))
    numbers = [v.number for v in state.versions]
    if not numbers:
        frame.empty(_("No versions"), _("Save a draft and make a version of it."))
        return
    number = _chosen(state, numbers)
    if number == state.live and not state.experiment:
        parts.answer(_("v{version} is live: everybody gets it.").format(version=number))
    else:
        _steps(container, state, number, release)
    proposals.section(container, state.name)
    if release is not None:
        _back(state.name, release)


def _version(container: Container, state: PromptState) -> None:
    """Making a version of the saved draft."""
    there = container.registry.draft_text(state.name)
    if there is None:
        return
    same = next((v.number for v in state.versions if v.version and v.version.ref.checksum == there[0]), None)
    parts.question(_("Is the draft ready?"))
    if same is not None:
        parts.answer(_("It was made v{version}; nothing in it changed since.").format(version=same))
        return
    if prompt_typing.unsaved(state.name):
        frame.show(frame.alert("warn", _("Something typed is not saved: the version will not have it")))
    with st.form(f"version-{state.name}-{there[0][:8]}", border=False):
        key = f"version-{state.name}-{there[0][:8]}"
        body = {"reason": deeds.why(key), "by": deeds.who(key), "expected": there[0]}
        if deeds.submit(_("Make it a version"), Right.EDIT, key=f"version-now-{state.name}"):
            deeds.send(f"/v1/prompts/{quote(state.name)}/versions", body)
    parts.answer(_("A version never changes again. Clients get it when it is published."))


def _chosen(state: PromptState, numbers: list[int]) -> int:
    kept = st.query_params.get("version", "")
    index = next((i for i, n in enumerate(numbers) if str(n) == kept), 0)
    said = {n: f"v{n}" + (" · " + _("live") if n == state.live else "") for n in numbers}
    number = st.selectbox(
        _("Version"), numbers, index=index, key=f"release-version-{state.name}-{numbers[0]}", width=240,
        filter_mode=None, format_func=said.__getitem__,
    )  # fmt: skip
    frame.remember("version", None if number == numbers[0] else str(number))
    return number


def _steps(container: Container, state: PromptState, number: int, release: Release | None) -> None:
    try:
        version = container.registry.candidate(state.name, number)
        ready = readiness(container, state.name, number)
    except UserError as error:
        frame.fault(_("This version cannot be read"), error)
        return
    rule = container.settings.releases.of_prompt(state.name)
    errors = tuple(p for p in check(container, version, language()) if p.level == "error")
    if errors:
        prompt_effect.problems(errors)
    _lacking(container, ready, rule)
    if not ready.released:
        with st.expander(_("Check with tests"), icon=":material/checklist:", key=f"tests-{state.name}-{number}"):
            text = Text(number, ready.checksum)
            eval_running.section(container, state.name, text, data.suites(container), f"{state.name}-{number}")
    with st.container(horizontal=True):
        if not ready.released:
            _propose(container, state.name, number, ready)
        _publish(state, number, ready, release)


def _lacking(container: Container, ready: Readiness, rule: ReleaseRule) -> None:
    """What the policy asks for and is not there, in plain words; the exact next steps beside."""
    if ready.released:
        parts.answer(_("This exact text was live before: it needs nothing more."))
        return
    if not ready.lacking:
        approved = _("Approved by {who}.").format(who=ready.approved_by) if ready.approved_by else ""
        frame.show(frame.alert("good", _("Nothing is missing: it may be published"), approved))
        return
    needs = []
    approval = rule.needs_approval and ready.approved_by is None
    if approval:
        roles = role_titles(container.settings)
        named = ", ".join(labels.role(role, roles) for role in rule.approvers)
        needs.append(_("A second person has to approve this exact text.") + (f" {named}." if named else ""))
    if len(ready.lacking) > approval:
        needs.append(_("An evaluation of this exact text has to pass."))
    frame.show(frame.alert("warn", _("It may not go live yet"), *needs, details="\n".join(ready.lacking)))


def _propose(container: Container, name: str, number: int, ready: Readiness) -> None:
    if proposals.waiting(container, name, ready.checksum):
        return
    with (
        deeds.popover(_("Propose v{version}").format(version=number), Right.EDIT, key=f"propose-{name}-{number}"),
        st.form(f"propose-form-{name}-{number}", border=False),
    ):
        parts.answer(_("Somebody else looks at it and says yes or no."))
        key = f"propose-{name}-{number}"
        body = {"prompt": name, "version": number, "reason": deeds.why(key), "by": deeds.who(key)}
        if presses.submit(_("Propose"), key=f"propose-now-{name}"):
            deeds.send("/v1/proposals", body)


def _publish(state: PromptState, number: int, ready: Readiness, release: Release | None) -> None:
    label = _("Publish v{version}").format(version=number)
    key = f"publish-{state.name}-{number}"
    with (
        deeds.popover(label, Right.APPROVE, icon=":material/rocket_launch:", key=key, disabled=bool(ready.lacking)),
        st.form(f"{key}-form", border=False),
    ):
        body: dict[str, Any] = {"version": number, "expected": release.checksum if release else None}
        if state.experiment:
            split = _("End the experiment {name} with this").format(name=safe.markdown(state.experiment))
            body["end_split"] = st.checkbox(split, key=f"{key}-split")
        else:
            parts.answer(_("Everybody gets it within seconds."))
        body |= {"reason": deeds.why(key), "by": deeds.who(key)}
        if presses.submit(_("Publish"), type="primary", key=f"publish-now-{state.name}"):
            deeds.send(f"/v1/prompts/{quote(state.name)}/publish", body)


def _back(name: str, release: Release) -> None:
    """Rolling back: one action, no approval."""
    parts.question(_("Something is wrong with what is live?"))
    try:
        target = rollback_target(release.spec, None)
    except UserError:
        parts.answer(_("Nothing was live before, so there is nothing to go back to. The kill switch hands over."))
        return
    earlier = sorted({target, *(n for n in release.spec.checksums if n != release.live)}, reverse=True)
    with deeds.popover(
        _("Roll back"), Right.APPROVE, icon=":material/undo:", key=f"rollback-{name}-{release.checksum[:8]}"
    ):
        if release.split is not None:
            parts.answer(_("The experiment ends with it."))
        with st.form(f"rollback-form-{name}", border=False):
            to = st.selectbox(
                _("Version"), earlier, index=earlier.index(target), key=f"rollback-to-{name}-{release.checksum[:8]}",
                format_func=lambda n: f"v{n}", filter_mode=None,
            )  # fmt: skip
            key = f"rollback-{name}-{release.checksum[:8]}"
            body = {"to": to, "reason": deeds.why(key), "by": deeds.who(key), "expected": release.checksum}
            if presses.submit(_("Roll back now"), type="primary", key=f"rollback-now-{name}"):
                deeds.send(f"/v1/prompts/{quote(name)}/rollback", body)
