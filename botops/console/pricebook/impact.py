"""What a new price book touches, before it holds: prompts first, then dialogues, promises and tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.candidate import Candidate
from botops.app.pricebooks.impact import Affected
from botops.app.pricebooks.impact_run import ImpactRun
from botops.console import formats, frame, navigation, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.pricebook.uploads import Upload
from botops.console.safe import Html, tag
from botops.registry.folders import DRAFT_FILE

LOOK_EVERY_S = 1.5
_MOST = 20
_KEPT = 8
"""Outcomes kept of one list, each of a few places at the most."""


def section(container: Container, current: BookInForce | None, found: Candidate, upload: Upload) -> None:
    """What is found, while it is looked for and after."""
    if current is None or found.report is None or found.report.empty:
        return
    parts.question(_("What still says the old prices?"))
    run = _run(container, current, found, upload)
    run.wait(0.3)
    if run.over:
        _outcome(run)
    else:
        _under_way(run)


def _run(container: Container, current: BookInForce, found: Candidate, upload: Upload) -> ImpactRun:
    """The search for this book. One that came to its end is kept for when a correction is taken back; one under way
    for another book gives way."""
    before: ImpactRun | None = upload.last("impact")
    of = (current.identity, found.checksum)
    run = upload.made("impact", of, lambda: ImpactRun(container, current.book, found.book), most=_KEPT)
    if before is not None and before is not run and not before.over:
        before.cancel()
    if run.cancelled:
        upload.drop("impact", of)
        return _run(container, current, found, upload)
    return run


@st.fragment(run_every=LOOK_EVERY_S)
def _under_way(run: ImpactRun) -> None:
    """How far it is, and what was found until now; the page is shown anew at the end."""
    if run.over:
        st.rerun()
    text = _("Looking through the dialogues: {done} of {total}").format(
        done=formats.number(run.done), total=formats.number(run.total)
    )
    st.progress(min(run.done / run.total, 1.0) if run.total else 0.0, text=text)
    _found(run.found, run.day)


def _outcome(run: ImpactRun) -> None:
    if run.error is not None:
        frame.fault(_("It could not be looked for to the end"), run.error)
    elif run.impact is None:
        frame.show(frame.alert("warn", _("It could not be looked for to the end"), _("Reload the page to try again.")))
    for problem in run.impact.problems[:5] if run.impact is not None else ():
        frame.show(parts.problem(problem, _("This file could not be looked into")))
    _found(run.found, run.day)
    if run.impact is not None and not run.found:
        parts.answer(_("Nothing: no prompt, no test, no dialogue under way and no promise."))


def _found(found: Sequence[Affected], day: date) -> None:
    prompts = [a for a in found if a.where == "prompt"]
    if prompts:
        _prompts(prompts, day)
    for where, title in (
        ("promise", _("Promises given to clients")),
        ("dialogue", _("Dialogues under way")),
        ("case", _("Tests")),
    ):
        touched = [a for a in found if a.where == where]
        if touched:
            _places(where, title, touched, day)


def _prompts(found: Sequence[Affected], day: date) -> None:
    """Texts of prompts that name a price: where it becomes wrong, the bot would say the old price."""
    stale = [a for a in found if a.breaks]
    n = len(stale)
    if stale:
        text = ngettext("{n} place in the prompts says an old price", "{n} places in the prompts say old prices", n)
        advice = _("From then on the bot would say something wrong. Mend the prompt first, or right after.")
        frame.show(frame.alert("bad", text.format(n=formats.number(n)), advice))
    for name in dict.fromkeys(_prompt(a) for a in found):
        mine = [a for a in found if _prompt(a) == name]
        with st.container(key=f"touched-{name}"):
            frame.show(tag("div", *[_place(a, day) for a in mine[:_MOST]], class_="bo-item"))
            label = _("Open the prompt {name}").format(name=safe.markdown(name))
            drafts = all(Path(a.file).name == DRAFT_FILE for a in mine)
            navigation.link("prompts", label, prompt=name, **({"view": "draft"} if drafts else {}))


def _prompt(found: Affected) -> str:
    return Path(found.file).parent.name


def _places(where: str, title: str, found: Sequence[Affected], day: date) -> None:
    n = sum(a.breaks for a in found)
    wrong = ngettext("{n} becomes wrong", "{n} become wrong", n).format(n=formats.number(n))
    with st.expander(f"{title}: {formats.number(len(found))}, {wrong}", key=f"touched-{where}"):
        for number, one in enumerate(found[:_MOST]):
            frame.show(tag("div", _place(one, day), class_="bo-item"))
            if one.dialogue_id:
                with st.container(key=f"touched-{where}-{number}"):
                    navigation.link("dialogues", _("Open the dialogue"), dialogue=one.dialogue_id)
        if len(found) > _MOST:
            more = len(found) - _MOST
            parts.answer(ngettext("and {n} more", "and {n} more", more).format(n=formats.number(more)))


def _place(found: Affected, day: date) -> Html:
    chip = parts.chip(_("becomes wrong"), "bad") if found.breaks else parts.chip(_("rests on what changes"), "warn")
    where = tag("code", f"{frame.short(found.file)}:{found.line}") if found.file else None
    return tag("div", chip, " ", where, " ", safe.preview(found.message(language(), day), 600))
