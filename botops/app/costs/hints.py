"""Where a prompt could cost less: each hint with the place, the evidence and the money. Without evidence there is none.

The kinds and their rules stand beside the code that finds them: `hint_prefix` (order for the provider's cache),
`hint_texts` (examples, rows of the price table, sentences), and repairs here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.costs import hint_prefix, hint_texts
from botops.app.costs.economics import calls_counted, pricing_of
from botops.app.costs.hint_model import LEAST_DIALOGUES, Evidences, Hint, HintsOfPrompt, RepairEvidence, place_of
from botops.app.costs.prompt_tokens import cells_of
from botops.app.prompts.diff import CHANNEL, MONTH_DAYS, TRAFFIC_DAYS, preview_values, priced_model
from botops.domain.turns import Purpose
from botops.registry.sections import Sections

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import PromptVersion

DIALOGUES = 300
"""The latest dialogues looked at for what clients ask about."""
SAID_DAYS = 90
MOST_CALLS = 5000
"""The latest calls played back against the provider's cache."""
LEAST_REPAIRS = 5
MOST_FAULTS = 3


def hints(container: Container, name: str, version: int | None = None, *, days: int = TRAFFIC_DAYS) -> HintsOfPrompt:
    """What could cost less in a version of a prompt (the live one by default, 0 for the draft). Raises UserError,
    StoreError."""
    number = container.registry.release(name).spec.live if version is None else version
    return hints_of(container, container.registry.version(name, number), days=days)


def hints_of(container: Container, version: PromptVersion, *, days: int = TRAFFIC_DAYS) -> HintsOfPrompt:
    """As `hints`, of a text that may stand in no file yet."""
    evidences = _evidences(container, version, days)
    dialogues = len({said.dialogue_id for said in evidences.said})
    facts, order = hint_prefix.prefix(evidences)
    found = [*order, *hint_texts.duplicates(evidences), *_repairs(evidences)]
    if dialogues >= LEAST_DIALOGUES:
        found += [*hint_texts.unused_examples(evidences), *hint_texts.unused_rows(evidences)]
    dearest = sorted(found, key=lambda h: (-(h.saving.pico_usd if h.saving else 0), -h.tokens, h.kind))
    return HintsOfPrompt(tuple(dearest), dialogues, facts)


def _evidences(container: Container, version: PromptVersion, days: int) -> Evidences:
    pricing, name, calls = pricing_of(container), version.ref.name, container.store.prompt_calls
    since, now = pricing.at - timedelta(days=days), pricing.at
    basis, rows = calls_counted(version, calls.of_prompt(name, since, now))
    own = version.ref.version if basis == "version" else None
    cells = cells_of(rows)
    language = cells[0].language if cells else pricing.settings.company.languages[0]
    values = preview_values(
        version, pricing.settings, pricing.book, now, language, cells[0].channel if cells else CHANNEL
    )  # fmt: skip
    current = container.books.current()
    faults = container.store.faulty.patterns(since, now, 500)
    return Evidences(
        version, pricing, priced_model(version, pricing.settings, simulated=pricing.simulated), language,
        Sections(version).render(values), rows, calls.moments(name, own, since, now, MOST_CALLS),
        calls.last_said(name, now - timedelta(days=SAID_DAYS), DIALOGUES), current.compiled if current else None, days,
        [f for f in faults if (f.key.prompt, f.key.version) == (name, version.ref.version)],
    )  # fmt: skip


def _repairs(evidences: Evidences) -> list[Hint]:
    """Repairs: each sends the whole prompt once more, with the draft and a note that says what was wrong. The money is
    what these calls cost."""
    version = evidences.version.ref.version
    rows = [row for row in evidences.rows if row.purpose == Purpose.REPAIR.value and row.version == version]
    repairs = sum(row.calls for row in rows)
    first = next((part.section for message in evidences.messages for part in message.parts), None)
    if repairs < LEAST_REPAIRS or first is None:
        return []
    known = not any(row.unknown for row in rows)
    faults = tuple(
        (f.key.kind.value, evidences.names([f.key.sku])[0] if f.key.sku else None, f.replies)
        for f in evidences.faults[:MOST_FAULTS]
    )
    return [
        Hint(
            "repairs", (place_of(first),), sum(row.input_tokens for row in rows) // repairs,
            repairs * MONTH_DAYS / evidences.days,
            evidences.month(sum(row.pico_usd for row in rows)) if known else None,
            RepairEvidence(repairs, evidences.counted, faults),
        )
    ]  # fmt: skip
