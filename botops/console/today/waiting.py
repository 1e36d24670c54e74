"""What waits for people: prices to be put right in prompts, texts to be approved, published or proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from botops.app import queries, today
from botops.app.container import Container
from botops.app.dialogues.queue import REVIEW_DAYS
from botops.app.releases.auditing import prompt_of
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.console.today import reads
from botops.domain.incidents import Incident, IncidentState
from botops.domain.problems import Problem
from botops.domain.releases import Proposal

_MOST_PRICES = 3
_MOST = 5


def show(container: Container, found: queries.Overview, incidents: Sequence[Incident]) -> None:
    """The section, with what `incidents` under way want first. The replies that wait are those of the page's
    numbers."""
    prices, waits = reads.stale_prices(container), today.to_do(container)
    parts.question(_("What waits for me?"))
    to_review = reads.to_review(found)
    if not incidents and not prices and waits.empty and not to_review:
        all_well = _("Prompts agree with the price book; no reply waits for a word, no draft or proposal is open.")
        frame.show(frame.alert("good", _("Nothing waits."), all_well))
        return
    _incidents(incidents)
    _prices(container, prices)
    if to_review:
        text = ngettext("{n} reply waits for your word", "{n} replies wait for your word", to_review)
        with st.container(key="row-to-review"):
            why = _(
                "The check found a mistake in them in the last {n} days. Say whether it is right: the worst comes "
                "first."
            )
            frame.show(_item(text.format(n=formats.number(to_review)), why.format(n=REVIEW_DAYS)))
            navigation.link("dialogues", _("Look at them one by one"), queue="first")
    for proposal in waits.to_decide[:_MOST]:
        _proposal(container, proposal, _("Approve or reject"))
    for proposal in waits.to_publish[:_MOST]:
        _proposal(container, proposal, _("Approved: publish it"))
    for name in waits.drafts[:_MOST]:
        with st.container(key=f"row-draft-{name}"):
            frame.show(_item(_("Draft of the prompt {name}").format(name=name), _("Nobody has proposed it yet.")))
            navigation.link("prompts", _("Go on with the draft"), prompt=name, view="draft")
    left = sum(max(0, len(some) - _MOST) for some in (waits.to_decide, waits.to_publish, waits.drafts))
    if left:
        parts.answer(ngettext("{n} more is not shown.", "{n} more are not shown.", left).format(n=left))


def _incidents(found: Sequence[Incident]) -> None:
    """How many incidents want an end, and a hand; they themselves stand on top of the page."""
    if not found:
        return
    count = ngettext("{n} incident is open", "{n} incidents are open", len(found))
    free = sum(one.state is IncidentState.OPEN for one in found)
    taken = _("Not taken on by anybody: {n}.") if free else _("Somebody works on each of them.")
    with st.container(key="row-under-way"):
        frame.show(_item(count.format(n=formats.number(len(found))), taken.format(n=formats.number(free))))
        navigation.link("alerts", _("Look into them"))


def _prices(container: Container, found: tuple[Problem, ...]) -> None:
    """What prompts say that the price book does not, by the prompt."""
    by_prompt = Counter(_prompt(problem, container) for problem in found)
    for name, count in by_prompt.items():
        own = [problem for problem in found if _prompt(problem, container) == name]
        now = sum(problem.level == "error" for problem in own)
        title = ngettext(
            "The prompt {name} disagrees with the price book in {n} place",
            "The prompt {name} disagrees with the price book in {n} places", count,
        ).format(name=name, n=formats.number(count))  # fmt: skip
        more = count - _MOST_PRICES
        lines: list[str | Html] = [_place(problem) for problem in own[:_MOST_PRICES]]
        if more > 0:
            lines.append(ngettext("and {n} more", "and {n} more", more).format(n=formats.number(more)))
        with st.container(key=f"prices-{name}"):
            frame.show(frame.alert("bad" if now else "warn", title, *lines))
            navigation.link("prompts", _("Put it right"), prompt=name, view="draft")


def _place(problem: Problem) -> Html:
    return tag("span", safe.preview(problem.message, 300), " ",
               tag("code", f"{frame.short(problem.file)}:{problem.line}"), class_="bo-small")  # fmt: skip


def _prompt(problem: Problem, container: Container) -> str:
    """The prompt whose folder a file is in; texts that several prompts share have one of their own."""
    name = Path(problem.file).parent.name
    return name if name in container.registry.names() else Path(problem.file).stem


def _proposal(container: Container, proposal: Proposal, step: str) -> None:
    name = prompt_of(proposal.subject)
    title = (
        _("Price book {version}").format(version=safe.preview(proposal.version, 80))
        if name is None
        else labels.prompt(name, proposal.version)
    )
    who = f"{proposal.by}, {formats.moment(proposal.at, container.settings.company.timezone)}"
    with st.container(key=f"row-proposal-{proposal.id}"):
        frame.show(_item(title, f"{who}: {safe.preview(proposal.reason, 200)}"))
        if name is None:
            navigation.link("pricebook", step)
        else:
            navigation.link("prompts", step, prompt=name, view="release")


def _item(title: str, more: str) -> Html:
    head = tag("div", parts.chip(_("waits"), "warn"), tag("b", title), class_="bo-row")
    return tag("div", head, tag("div", more, class_="bo-muted bo-small"), class_="bo-item")
