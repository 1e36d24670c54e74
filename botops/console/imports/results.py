"""What was found: the mistakes by sort, the worst dialogues, and reports to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import streamlit as st

from botops import __version__
from botops.app.checks.report import FaultyDialogue, render_html
from botops.app.container import Container
from botops.app.imports import tables
from botops.app.imports.checking import ExportCheck, Fault, FaultGroup
from botops.app.imports.desk import Taken
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, tag
from botops.domain.money import Money

_GROUPS = 12
_OPEN = 2
_PAGE = 15
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def section(container: Container, taken: Taken, found: ExportCheck) -> None:
    """The results of a look."""
    summary = found.summary
    frame.show(_verdict(found), *_notes(found))
    if found.groups:
        parts.question(_("What does the bot get wrong?"))
        for number, group in enumerate(found.groups[:_GROUPS]):
            _group(container, taken, group, number)
        if len(found.groups) > _GROUPS:
            parts.answer(_("The rest is in the reports below."))
        _dialogues(taken, summary.shown())
    if summary.dialogues:
        _reports(container, taken, found)


def _verdict(found: ExportCheck) -> Html:
    summary = found.summary
    n = summary.replies
    if not n:
        return frame.alert("warn", _("There was nothing to look at"), _("The bot says nothing in these dialogues."))
    counted = ngettext("in {n} reply", "in {n} replies", n).format(n=formats.number(n))
    if not summary.claims:
        return frame.alert("note", _("No prices and terms {replies}").format(replies=counted),
                           _("The bot names no sums: there is nothing to hold against the price book."))  # fmt: skip
    if not summary.findings:
        return frame.alert("good", _("No false promise {replies}").format(replies=counted), _claims(summary.claims))
    wrong = summary.replies_at_fault
    title = ngettext(
        "{n} reply of {all} promises what the price book does not say",
        "{n} replies of {all} promise what the price book does not say", wrong,
    ).format(n=formats.number(wrong), all=formats.number(n))  # fmt: skip
    sums = [formats.money(Money.of(amount, currency)) for currency, amount in summary.at_risk.items() if amount]
    risk = _("Promised below the price book: {sum}.").format(sum=" · ".join(sums)) if sums else ""
    return frame.alert("bad", title, risk)


def _claims(claims: int) -> str:
    return ngettext(
        "{n} price or term was held against the price book.", "{n} prices and terms were held against the price book.",
        claims,
    ).format(n=formats.number(claims))  # fmt: skip


def _notes(found: ExportCheck) -> list[Html]:
    """What the reader must know about the numbers."""
    notes = []
    if found.stopped:
        done = formats.number(found.summary.dialogues)
        notes.append(frame.alert("warn", _("Stopped after {n} dialogues: the rest was not looked at").format(n=done)))
    if found.book.file:
        notes.append(frame.alert("note", _("Held against {file}.").format(file=safe.preview(found.book.file, 80))))
    if found.summary.not_judged:
        n = found.summary.not_judged.total()
        title = ngettext("{n} reply could not be checked", "{n} replies could not be checked", n)
        why = "; ".join(labels.reason(reason) for reason in found.summary.not_judged)
        notes.append(frame.alert("warn", title.format(n=formats.number(n)), why))
    if found.summary.excepted:
        n = found.summary.excepted.total()
        title = ngettext("{n} finding is let pass by an exception", "{n} findings are let pass by exceptions", n)
        notes.append(frame.alert("note", title.format(n=formats.number(n))))
    return notes


def _group(container: Container, taken: Taken, group: FaultGroup, number: int) -> None:
    about = labels.kind(group.kind) + (f" · {group.product}" if group.product else "")
    times = ngettext("{n} time", "{n} times", group.count).format(n=formats.number(group.count))
    where = ngettext("in {n} dialogue", "in {n} dialogues", group.dialogues).format(n=formats.number(group.dialogues))
    sums = [formats.money(Money.of(amount, currency)) for currency, amount in group.at_risk.items()]
    with st.expander(
        safe.markdown(f"{about} — {times} {where}"), expanded=number < _OPEN, key=f"import-group-{taken.id}-{number}"
    ):
        chips = [parts.severity(group.worst)]
        if sums:
            chips.append(parts.chip(_("below the price book by {sum}").format(sum=" · ".join(sums)), "bad"))
        frame.show(tag("div", *chips, class_="bo-row"))
        for place, fault in enumerate(group.examples):
            with st.container(key=f"import-example-{taken.id}-{number}-{place}"):
                frame.show(_example(container, fault))
                _link(taken, fault.dialogue)


def _example(container: Container, fault: Fault) -> Html:
    finding = fault.finding
    when = None
    if fault.at is not None:
        zone = container.settings.company.timezone
        at = fault.at if fault.at.tzinfo else fault.at.replace(tzinfo=ZoneInfo(zone))
        when = tag("div", formats.moment(at, zone), class_="bo-muted bo-small")
    why = finding.explanation(language())
    return tag("div", when, parts.comparison(finding.quote, finding.expected, why), class_="bo-item")


def _dialogues(taken: Taken, worst: list[FaultyDialogue]) -> None:
    parts.question(_("Which dialogues are the worst?"))
    key = f"import-shown-{taken.id}"
    most: int = st.session_state.get(key, _PAGE)
    for number, dialogue in enumerate(worst[:most]):
        with st.container(key=f"row-import-{number}"):
            gravest = max(f.severity for f in dialogue.findings)
            n = len(dialogue.findings)
            count = ngettext("{n} false promise", "{n} false promises", n).format(n=formats.number(n))
            head = tag("div", parts.severity(gravest), tag("span", count, class_="bo-muted"), class_="bo-row bo-small")
            first = tag("div", safe.preview(dialogue.findings[0].quote, 200), class_="bo-line")
            frame.show(tag("div", head, first, class_="bo-item"))
            _link(taken, dialogue.id)
    if len(worst) > most and st.button(_("Show more"), key=f"import-more-{taken.id}", width="stretch"):
        st.session_state[key] = most + _PAGE
        st.rerun()


def _link(taken: Taken, dialogue: str) -> None:
    label = safe.markdown(safe.preview(dialogue, 80))
    navigation.link("imports", label, None, **{"import": taken.id}, dialogue=dialogue)


def one(taken: Taken, found: ExportCheck, wanted: str) -> None:
    """One dialogue with what is wrong in it, in its place."""
    navigation.link("imports", _("All that was found"), ":material/arrow_back:", **{"import": taken.id})
    known = found.messages(wanted)
    if known is None:
        frame.empty(_("There is no such dialogue"), _("Only dialogues with mistakes are kept for this look."))
        return
    messages, findings = known
    parts.question(safe.preview(wanted, 120))
    for turn, message in enumerate(messages):
        if message.role not in {"user", "assistant"}:
            continue
        mine = [f for f in findings if f.turn == turn]
        kind = "client" if message.role == "user" else "bot flagged" if mine else "bot"
        who = _("Client") if message.role == "user" else _("Bot")
        head = tag("div", who, class_="bo-who bo-muted")
        told = [parts.finding(finding, number) for number, finding in enumerate(mine, 1)]
        text = safe.said(message.content, parts.marks(message.content, mine))
        frame.show(tag("div", tag("div", head, text, *told, class_=f"bo-bubble {kind}"), class_="bo-turn"))


def _reports(container: Container, taken: Taken, found: ExportCheck) -> None:
    parts.question(_("What can be shown to others?"))
    heads = (_("Dialogue"), _("Message"), _("When"), _("Mistake"), _("How bad"), _("Said"), _("Price book"),
             _("At risk"), _("Currency"), _("Why"))  # fmt: skip
    chosen = language()

    def named(fault: Fault) -> tuple[str, str]:
        return labels.kind(fault.finding.kind), labels.severity(fault.finding.severity)

    def rows() -> Iterator[tuple[str, ...]]:
        return tables.fault_rows(found, chosen, named)

    def page() -> bytes:
        now = container.clock.now()
        return render_html(found.summary, title=taken.title, made_at=now, version=__version__).encode(
            "utf-8", "replace"
        )

    made: list[tuple[str, Callable[[], bytes], str, str]] = [
        (_("Report for people (HTML)"), page, "html", "text/html"),
    ]
    if found.faults:
        made += [
            (_("Table (XLSX)"), lambda: tables.as_xlsx(heads, rows()), "xlsx", _XLSX),
            (_("Table (CSV)"), lambda: tables.as_csv(heads, rows()), "csv", "text/csv"),
        ]
    with st.container(horizontal=True):
        for title, make, suffix, kind in made:
            st.download_button(
                title, make, f"botops-import.{suffix}", kind, key=f"import-{suffix}-{taken.id}", on_click="ignore"
            )
