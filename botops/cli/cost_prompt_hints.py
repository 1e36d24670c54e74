"""The hints of `botops cost prompt`, each in a few lines: what and where, the money, the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from botops.cli.context import counted
from botops.cli.cost_prompt_tables import seen_from_here, usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botops.app.costs.hint_model import (
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

_MOST_NAMED = 5


def print_hints(found: HintsOfPrompt) -> None:
    """What calls share, then the hints, the dearest first."""
    from botops.app.costs.hint_model import LEAST_DIALOGUES

    if found.prefix is not None:
        click.echo(_shared(found.prefix))
    for hint in found.hints:
        click.echo("\n".join(_lines(hint)))
    if found.dialogues < LEAST_DIALOGUES:
        need = f"from {LEAST_DIALOGUES} on, what clients never ask about is told"
        click.echo(f"{counted(found.dialogues, 'dialogue')} to learn from: {need}")
    elif not found.hints:
        click.echo("nothing found that could cost less")


def _shared(facts: PrefixFacts) -> str:
    said = f"all {facts.calls:,} calls looked at begin with the same {facts.stable:,} of {facts.prompt:,} tokens"
    if facts.first is not None:
        said += f"; what differs first: {facts.first.title} ({_at(facts.first)})"
    rule = "taken to be as at OpenAI: " if facts.assumed else ""
    return f"{said}. The provider's cache needs {facts.minimum:,} ({rule}{facts.source})"


def _lines(hint: Hint) -> Iterable[str]:
    from botops.app.costs.hint_model import DuplicateEvidence, ExampleEvidence, PrefixEvidence, RowsEvidence

    evidence = hint.evidence
    if isinstance(evidence, PrefixEvidence):
        title, told = "what varies stands before what does not", _order(evidence, hint.places)
    elif isinstance(evidence, ExampleEvidence):
        title, told = "an example like nothing that clients ask", _example(evidence)
    elif isinstance(evidence, RowsEvidence):
        title, told = "lines of the price table about products that nobody names", _rows(evidence)
    elif isinstance(evidence, DuplicateEvidence):
        title, told = "the same said twice", _duplicate(evidence)
    else:
        title, told = "replies written twice", _repairs(evidence)
    saving = hint.saving
    local = f", {saving.local.amount:,.2f} {saving.local.currency}" if saving and saving.local else ""
    money = f"at most {usd(saving.usd)} USD{local} a month" if saving else "its money is not known"
    yield f"\nhint: {title} ({', '.join(map(_at, hint.places))}): {money}, {hint.tokens:,} tokens a call"
    yield f"  {told}"


def _order(evidence: PrefixEvidence, places: Sequence[Place]) -> str:
    varies = "; ".join(
        f"{names or place.title[:40]} at line {place.line}: {counted(wordings, 'wording')}"
        for (names, wordings), place in zip(evidence.varies, places, strict=True)
    )
    measured = "" if evidence.measured is None else f", the provider says {evidence.measured:.1%} of all input"
    return (
        f"{varies}. With these last, {counted(evidence.calls, 'call')} played back would share {evidence.moved:,} "
        f"tokens, not {evidence.stable:,} of {evidence.prompt:,}, and read {evidence.read_moved:.1%} of the prompt "
        f"from the cache, not {evidence.read:.1%}{measured}"
    )


def _example(evidence: ExampleEvidence) -> str:
    seen = f"of the last {evidence.dialogues:,} dialogues; so of all, fewer than {evidence.bound:.1%} (95 %)"
    if evidence.products:
        return f"no client named {_named(evidence.products)} in any {seen}"
    words = ", ".join(evidence.words)
    return f"no message of a client had more than {evidence.nearest} of: {words}; in any {seen}"


def _rows(evidence: RowsEvidence) -> str:
    products = _named([f"{name} ({tokens:,} tokens)" for name, tokens in evidence.products])
    return (
        f"{evidence.rows} of {evidence.lines} lines: {products}; neither client nor bot named one in any of the last "
        f"{evidence.dialogues:,} dialogues; so of all, fewer than {evidence.bound:.1%} (95 %)"
    )


def _duplicate(evidence: DuplicateEvidence) -> str:
    return "; ".join(f"“{sentence}”" for sentence in evidence.sentences[:_MOST_NAMED])


def _repairs(evidence: RepairEvidence) -> str:
    faults = ", ".join(
        f"{kind}{f' of {product}' if product else ''} ({counted(replies, 'reply', 'replies')})"
        for kind, product, replies in evidence.faults
    )
    why = f"; what drafts said most: {faults}" if faults else ""
    return f"{evidence.repairs:,} of {counted(evidence.calls, 'call')} sent the whole prompt again for a repair{why}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _at(place: Place) -> str:
    return f"{seen_from_here(place.file)}:{place.line}:{place.column}"
