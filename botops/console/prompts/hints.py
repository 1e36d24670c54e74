"""Where a prompt could cost less, each hint with its place, its evidence and the money."""

from __future__ import annotations

from collections.abc import Sequence

from botops.app.costs.hint_model import (
    LEAST_DIALOGUES,
    DuplicateEvidence,
    ExampleEvidence,
    Hint,
    HintsOfPrompt,
    Place,
    PrefixEvidence,
    PrefixFacts,
    RepairEvidence,
    RowsEvidence,
)
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import tag
from botops.domain.findings import FindingKind

_MOST = 5


def show(found: HintsOfPrompt) -> None:
    """The hints, the dearest first, and what they were looked for in."""
    parts.question(_("Where could this prompt cost less?"))
    if found.dialogues < LEAST_DIALOGUES:
        said = ngettext("{n} dialogue was looked at.", "{n} dialogues were looked at.", found.dialogues)
        few = _("What clients never ask about is told from {least} dialogues on: fewer prove nothing.")
        parts.answer(f"{said.format(n=found.dialogues)} {few.format(least=LEAST_DIALOGUES)}")
    elif not found.hints:
        parts.answer(_("Nothing was found that is not needed."))
    for hint in found.hints:
        _hint(hint)
    if found.prefix is not None:
        parts.question(_("How much of it can the provider's cache keep?"))
        parts.answer(_prefix(found.prefix))


def _hint(hint: Hint) -> None:
    evidence = hint.evidence
    if isinstance(evidence, PrefixEvidence):
        title, told = _("What varies stands before what does not"), _order(evidence)
    elif isinstance(evidence, ExampleEvidence):
        title, told = _("Nobody asks what this example shows"), _example(evidence)
    elif isinstance(evidence, RowsEvidence):
        title, told = _("Nobody names these products of the price list"), _rows(evidence)
    elif isinstance(evidence, DuplicateEvidence):
        title, told = _("The same is said twice"), "; ".join(f"«{text}»" for text in evidence.sentences[:_MOST])
    else:
        title, told = _("Replies that had to be written twice"), _repairs(evidence)
    places = safe.join(tag("code", f"{frame.short(place.file)}:{place.line} ") for place in hint.places)
    frame.show(frame.alert("note", title, _money(hint), safe.preview(told, 900), places))


def _money(hint: Hint) -> str:
    tokens = ngettext("{n} token in each of them", "{n} tokens in each of them", hint.tokens)
    calls = ngettext("{n} call a month", "{n} calls a month", round(hint.calls))
    said = f"{calls.format(n=formats.number(round(hint.calls)))}, {tokens.format(n=formats.number(hint.tokens))}"
    if hint.saving is None:
        return said
    local = hint.saving.local
    amount = formats.cost(hint.saving.usd, "USD") if local is None else formats.cost(local.amount, local.currency)
    return _("Up to {amount} a month: {calls}.").format(amount=amount, calls=said)


def _order(evidence: PrefixEvidence) -> str:
    varies = "; ".join(
        (f"{{{{ {names} }}}}: " if names else "")
        + ngettext("{n} wording", "{n} wordings", wordings).format(n=formats.number(wordings))
        for names, wordings in evidence.varies
    )
    return _(
        "If it stood last ({varies}), the calls would begin with the same {moved} tokens, not {stable} of {prompt}, "
        "and the cache could give {after} of the prompt, not {before}: {calls} calls were played back."
    ).format(
        varies=varies, moved=formats.number(evidence.moved), stable=formats.number(evidence.stable),
        prompt=formats.number(evidence.prompt), after=formats.percent(evidence.read_moved),
        before=formats.percent(evidence.read), calls=formats.number(evidence.calls),
    )  # fmt: skip


def _example(evidence: ExampleEvidence) -> str:
    if evidence.products:
        said = _("No client named {products} in the last {n} dialogues.")
        return f"{said.format(products=_named(evidence.products), n=evidence.dialogues)} {_bound(evidence.bound)}"
    said = _("No client's message in the last {n} dialogues had more than {most} of these words: {words}.")
    words = ", ".join(evidence.words)
    return f"{said.format(n=evidence.dialogues, most=evidence.nearest, words=words)} {_bound(evidence.bound)}"


def _rows(evidence: RowsEvidence) -> str:
    products = _named([name for name, _tokens in evidence.products])
    said = _("Neither clients nor the bot named any of them in the last {n} dialogues: {products}.")
    return f"{said.format(n=evidence.dialogues, products=products)} {_bound(evidence.bound)}"


def _bound(share: float) -> str:
    return _("So with 95 % certainty fewer than {share} of all dialogues are about it.").format(
        share=formats.percent(share, 1)
    )


def _repairs(evidence: RepairEvidence) -> str:
    said = _("{repairs} of {calls} calls sent the whole prompt again to correct a reply.").format(
        repairs=formats.number(evidence.repairs), calls=formats.number(evidence.calls)
    )
    faults = "; ".join(
        f"{labels.kind(FindingKind(kind))}{f' — {product}' if product else ''} ({formats.number(replies)})"
        for kind, product, replies in evidence.faults
    )
    return f"{said} {_('What drafts got wrong most: {faults}.').format(faults=faults)}" if faults else said


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST])
    return _("{names} and {n} more").format(names=shown, n=len(names) - _MOST) if len(names) > _MOST else shown


def _prefix(facts: PrefixFacts) -> str:
    same = _("All {calls} calls looked at begin with the same {stable} of {prompt} tokens; the cache needs {least}.")
    said = [
        same.format(
            calls=formats.number(facts.calls), stable=formats.number(facts.stable),
            prompt=formats.number(facts.prompt), least=formats.number(facts.minimum),
        )
    ]  # fmt: skip
    if facts.first is not None:
        said.append(_("What differs first: {what}, {where}.").format(what=facts.first.title, where=_at(facts.first)))
    if facts.assumed:
        said.append(_("The rule of this model is not known: it is taken to be as at OpenAI."))
    return " ".join(said)


def _at(place: Place) -> str:
    return f"{frame.short(place.file)}:{place.line}:{place.column}"
