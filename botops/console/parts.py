"""Pieces that several pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from botops.app.glossary_entry import Entry
from botops.app.prompts.orders import RULE as CONTRADICTION
from botops.claims.shown import worded
from botops.console import formats, frame, labels, safe
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, Mark, tag
from botops.domain.findings import Finding, Severity, SupportedClaim
from botops.domain.problems import Problem
from botops.domain.turns import Action
from botops.store import FaultExample

_FATES = {Action.FLAGGED: "bad", Action.REPAIRED: "good", Action.BLOCKED: "good", Action.HANDED_OVER: "warn"}


def question(text: str) -> None:
    """The question a chart or a list answers."""
    frame.show(tag("h2", text, class_="bo-question"))


def answer(text: str) -> None:
    """A sentence under a question."""
    frame.show(tag("p", text, class_="bo-answer bo-muted bo-small"))


def chip(text: str, kind: str = "") -> Html:
    """A short word in a frame."""
    return tag("span", text, class_=f"bo-chip {kind}".strip())


def severity(value: Severity) -> Html:
    """How bad an error is, as a chip."""
    return chip(_("error: {severity}").format(severity=labels.severity(value)), value.label)


def fate(action: Action | None) -> Html:
    """What became of a reply, as a chip."""
    return chip(labels.action(action), _FATES.get(action, "")) if action else chip(_("No reply"))


def problem(found: Problem, title: str, line: str = "") -> Html:
    """A fault in a file: what it means, the place with what stands in that `line`, and the message as the command line
    has it."""
    level = "bad" if found.level == "error" else "warn"
    file = frame.short(found.file)
    place = tag("code", f"{file}:{found.line}:{found.column}" if found.line else file)
    where = tag("span", place, f" «{safe.preview(line, 160)}»") if line else place
    if found.rule.startswith("prompt-") or found.rule == CONTRADICTION:
        return frame.alert(level, title, where, found.message)
    return frame.alert(level, title, labels.problem(found.rule), where, details=found.message)


def definitions(entries: Iterable[Entry]) -> Html:
    """Numbers in plain words, with their formulas."""
    chosen = language()
    rows = []
    for entry in entries:
        rows.append(tag("dt", tag("b", entry.name[chosen])))
        formula = tag("div", _("Formula"), ": ", entry.formula[chosen], class_="bo-muted bo-small")
        rows.append(tag("dd", entry.meaning[chosen], formula))
    return tag("dl", *rows, class_="bo-facts")


def example(fault: FaultExample, zone: str) -> Html:
    """One fault: what was said, what the book says, why, and what became of the reply."""
    head = tag("div", fate(fault.action), tag("span", formats.moment(fault.at, zone), class_="bo-muted bo-small"),
               class_="bo-row")  # fmt: skip
    why = fault.explanations.get(language()) or next(iter(fault.explanations.values()), "")
    return tag("div", head, comparison(fault.quote, fault.expected, why), class_="bo-item")


def finding(found: Finding, number: int) -> Html:
    """A finding under the text it is about: said, the book says, why."""
    head = tag("div", tag("b", labels.kind(found.kind)), " ", severity(found.severity))
    inner = comparison(found.quote, found.expected, found.explanation(language()), _difference(found))
    return tag("div", tag("b", str(number)), tag("div", head, inner), class_="bo-finding")


def supported(claims: Sequence[SupportedClaim]) -> Html:
    """The claims of a text that are right and what bears each out, folded away."""
    rows = [
        tag("li", tag("b", f"«{safe.preview(c.quote, 160)}»"), " ", safe.preview(c.explanation(language()), 600))
        for c in claims
    ]
    n = len(claims)
    title = ngettext("{n} claim is right: why", "{n} claims are right: why", n).format(n=n)
    return tag("details", tag("summary", title), tag("ul", *rows), class_="bo-right bo-small")


def excepted(found: Sequence[Finding]) -> Html:
    """Findings that exceptions let pass: not mistakes, but not hidden either."""
    lines = [
        tag(
            "div", chip(_("let pass")), " ", tag("b", f"«{safe.preview(f.quote, 200)}»"),
            f" — {labels.kind(f.kind)} · ", _("exception {id}").format(id=f.exception or "—"),
        )
        for f in found
    ]  # fmt: skip
    return tag("div", *lines, class_="bo-small bo-muted")


def _difference(found: Finding) -> str | None:
    if found.at_risk is not None and found.at_risk.minor:
        return _("Below the price book by {sum}").format(sum=formats.money(found.at_risk))
    if found.overcharge is not None and found.overcharge.minor:
        return _("Above the price book by {sum}").format(sum=formats.money(found.overcharge))
    return None


def in_book(expected: str | None) -> str:
    """What the price book says of a claim, its amounts as the reader's language writes them."""
    return worded(expected, language()) if expected is not None else _("nothing like it")


def comparison(quote: str, expected: str | None, why: str, difference: str | None = None) -> Html:
    """What was said beside what the book says."""
    book = in_book(expected)
    quoted = tag("b", f"«{safe.preview(quote, 300)}»")
    return facts(
        [
            (_("Said"), quoted),
            (_("Price book"), safe.preview(book, 300)),
            (_("Why"), safe.preview(why, 600)),
            (_("Difference"), difference),
        ]
    )


def marks(text: str, findings: Sequence[Finding]) -> list[Mark]:
    """Where findings stand in a text; one whose quote is not there (a corrected text) is left out."""
    return [
        Mark(f.start, f.end, f.severity.label, str(number))
        for number, f in enumerate(findings, 1)
        if text[f.start : f.end] == f.quote
    ]


def legend(names: Iterable[tuple[str, str]]) -> Html:
    """What the colours of a chart mean: names and the class of their colour."""
    keys = (tag("span", tag("span", "", class_=f"bo-key {colour}"), name) for name, colour in names)
    return tag("div", *keys, class_="bo-row bo-muted bo-small")


def table(heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str | Html]]) -> Html:
    """A table; on a narrow screen, one of more than two columns is a list, each value after its column's name. A head
    says whether its column holds numbers."""
    # Roles are written out: a browser forgets what a table is when its rows are shown as a list.
    kinds = ["bo-num" if numeric else None for _name, numeric in heads]
    named = [
        tag("th", name, scope="col", role="columnheader", class_=kind) if name else tag("td", role="cell")
        for (name, _numeric), kind in zip(heads, kinds, strict=True)
    ]
    lines = [
        tag("tr", *(
            tag("td", cell, class_=kind, role="cell", data_label=name or None)
            for cell, kind, (name, _numeric) in zip(row, kinds, heads, strict=True)
        ), role="row")
        for row in rows
    ]  # fmt: skip
    head = tag("thead", tag("tr", *named, role="row"), role="rowgroup")
    whole = tag("table", head, tag("tbody", *lines, role="rowgroup"), role="table")
    return tag("div", whole, class_="bo-scroll bo-list" if len(heads) > 2 else "bo-scroll", tabindex="0")


def facts(rows: Iterable[tuple[str, str | Html | None]]) -> Html:
    """Names and values; a value of None leaves its row out."""
    cells = [cell for name, value in rows if value is not None for cell in (tag("dt", name), tag("dd", value))]
    return tag("dl", *cells, class_="bo-facts")
