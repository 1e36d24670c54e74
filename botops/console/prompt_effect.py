"""What a draft would do: what is wrong with it, what changes against the live version and what that costs, and how it
reads with the prices of today."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.diff import MonthlyChange, TokenChange, preview
from botops.app.prompts.drafting import Examined, against_live, live_version
from botops.console import formats, frame, labels, parts, prompt_texts
from botops.console.i18n import _, language, ngettext
from botops.console.safe import said, tag
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry import PromptVersion

_MOST = 20


def section(container: Container, name: str, text: str, found: Examined) -> None:
    """Everything that can be said of a text before anybody gets it."""
    problems(found.problems, text)
    if found.version is None:
        return
    live = live_version(container, name)
    if live is not None:
        _change(container, live, found.version)
    _preview(container, name, found.version)


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
    parts.answer(" · ".join(_tokens(count) for count in priced.tokens))
    if priced.monthly is None:
        parts.answer(_("There were no replies in the last 28 days, so a month's cost cannot be told."))
    else:
        parts.answer(_month(priced.monthly))


def _tokens(count: TokenChange) -> str:
    about = "" if count.exact else "≈ "
    change = count.after - count.before
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return _("{language}: {about}{tokens} tokens ({change})").format(
        language=labels.spoken(count.language), about=about, tokens=formats.number(count.after),
        change=f"{sign}{formats.number(abs(change))}",
    )  # fmt: skip


def _month(monthly: MonthlyChange) -> str:
    if monthly.unknown_model:
        return _("The price of the model is not known: set it under costs.prices in botops.yaml.")
    local = monthly.local
    amount, currency = (monthly.usd, "USD") if local is None else (local.amount, local.currency)
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    sentence = _("{change} a month, at {replies} replies as in the last 28 days.").format(
        change=f"{sign}{formats.cost(abs(amount), currency)}", replies=formats.number(monthly.replies)
    )
    if monthly.simulated:
        sentence += " " + _("A simulator answers: priced as {model}.").format(model=monthly.priced_as[1])
    return sentence


def _preview(container: Container, name: str, version: PromptVersion) -> None:
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
            messages = preview(version, container.settings, book, container.clock.now(), spoken)
        except UserError as error:
            frame.fault(_("The text cannot be filled in"), error)
            return
        for message in messages:
            frame.show(tag("div", said(message.content), class_="bo-prompt"))
