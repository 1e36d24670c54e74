"""What a draft would do: what is wrong with it, what changes against the live version and what that costs, and how it
reads with the prices of today."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.diff import preview
from botops.app.prompts.drafting import Examined, against_live, live_version
from botops.console import frame, labels, parts
from botops.console.i18n import _, language, ngettext
from botops.console.prompts import costs as prompt_costs
from botops.console.prompts import price as prompt_price
from botops.console.prompts import texts as prompt_texts
from botops.console.safe import said, tag
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry import PromptVersion

_MOST = 20


def section(container: Container, name: str, text: str, found: Examined) -> None:
    """What is wrong with a text, and what it would change."""
    problems(found.problems, text)
    live = live_version(container, name) if found.version is not None else None
    if live is not None and found.version is not None:
        _change(container, live, found.version)


def closer(container: Container, name: str, version: PromptVersion, values: Mapping[str, str]) -> None:
    """What a text costs by its parts, and how the bot reads it with `values` for its own variables."""
    _parts(container, name, version)
    _preview(container, name, version, values)


def _parts(container: Container, name: str, version: PromptVersion) -> None:
    with st.expander(_("What each part of it costs"), icon=":material/payments:", key=f"parts-{name}"):
        try:
            prompt_costs.of_version(container, version)
        except UserError as error:
            frame.fault(_("The text cannot be filled in"), error)


def problems(found: tuple[Problem, ...], text: str | None = None) -> None:
    """What is wrong, by line; with the lines of `text`, the file they stand in."""
    if not found:
        frame.show(
            frame.alert(
                "good", _("Nothing to object to"),
                _("Files, variables and every price in the text were checked against the price book."),
            )
        )  # fmt: skip
        return
    parts.answer(ngettext("{n} remark", "{n} remarks", len(found)).format(n=len(found)))
    lines = text.splitlines() if text is not None else []
    for problem in sorted(found, key=lambda p: (p.level != "error", p))[:_MOST]:
        title = _("Disagrees with the price book") if problem.rule.startswith("prompt-") else _("An error in a file")
        own = problem.file.endswith("draft.yaml") and 0 < problem.line <= len(lines)
        line = lines[problem.line - 1].strip() if own else ""
        frame.show(parts.problem(problem, title if problem.level == "error" else _("A warning"), line))


def _change(container: Container, live: PromptVersion, draft: PromptVersion) -> None:
    parts.question(_("What would change for clients?"))
    try:
        priced = against_live(container, live, draft)
    except UserError as error:
        frame.fault(_("The text cannot be filled in"), error)
        return
    if not priced.diff.changed:
        parts.answer(_("Nothing: it says what v{version} says, which is live.").format(version=live.ref.version))
        return
    prompt_texts.changes(priced.diff)
    parts.question(_("What would it cost?"))
    parts.answer(" · ".join(prompt_price.tokens(count) for count in priced.tokens))
    if priced.monthly is None:
        parts.answer(_("There were no replies in the last 28 days, so a month's cost cannot be told."))
    else:
        parts.answer(prompt_price.month(priced.monthly))


def _preview(container: Container, name: str, version: PromptVersion, values: Mapping[str, str]) -> None:
    with st.expander(_("How the bot reads it today"), key=f"preview-{name}"):
        spoken = st.segmented_control(
            _("Language of the reply"), list(container.settings.company.languages), default=language()
            if language() in container.settings.company.languages else container.settings.company.languages[0],
            required=True, key=f"preview-language-{name}", format_func=labels.spoken,
        )  # fmt: skip
        current = container.books.current()
        if current is None:
            parts.answer(_("There is no price book, so no prices stand in it."))
        try:
            book = current.book if current else None
            messages = preview(version, container.settings, book, container.clock.now(), spoken, values)
        except UserError as error:
            frame.fault(_("The text cannot be filled in"), error)
            return
        for message in messages:
            frame.show(tag("div", said(message.content), class_="bo-prompt"))
