"""An export held against a price book: what the bot in it promised that no price bears out."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.checks.checking import Rules, check_dialogue, read_book
from botops.app.checks.report import CheckSummary
from botops.channels.exports import dialogues_of
from botops.claims import compile_book
from botops.domain.errors import UserError
from botops.store.masking import mask, mask_texts

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.channels.exports import Export
    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue
    from botops.domain.findings import Finding, FindingKind, Severity
    from botops.domain.messages import Message

MOST_ROWS = 100_000
"""Findings kept one by one for the tables; all are counted."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Book:
    """The prices an export is held against, and the name of the file an own list was read from; empty for the book in
    force."""

    compiled: CompiledBook
    identity: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding and the dialogue it is in; `at` is when the reply was sent, where that is known."""

    dialogue: str
    at: datetime | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """The same mistake about the same product: how often, in how many dialogues, the gravest of its severities, and the
    money promised below the price book by currency. `product` is a name, empty where the mistake is about none."""

    kind: FindingKind
    product: str
    count: int
    dialogues: int
    worst: Severity
    at_risk: Mapping[str, Decimal]
    examples: tuple[Fault, ...]


@dataclass
class ExportCheck:
    """What came of it. Texts are masked as they would be in the store."""

    book: Book
    summary: CheckSummary = field(default_factory=CheckSummary)
    groups: tuple[FaultGroup, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    stopped: bool = False

    def messages(self, dialogue: str) -> tuple[tuple[Message, ...], tuple[Finding, ...]] | None:
        """The messages of one of the worst dialogues and its findings; None for one that is not kept whole."""
        found = next((d for d in self.summary.shown() if d.id == dialogue), None)
        return (found.messages, found.findings) if found is not None else None


def book_in_force(container: Container) -> Book:
    """The price book customers' replies are held against now. Raises UserError when there is none."""
    current = container.books.current()
    if current is None:
        raise UserError(f"there is no price book at {container.books.path}: give a price list with the export")
    return Book(current.compiled, current.identity)


def book_of_file(container: Container, path: Path) -> Book:
    """A price list of one's own, for this look only. Raises UserError with every row that cannot be used."""
    return Book(compile_book(read_book(path), container.books.extensions), "", path.name)


def dialogues(container: Container, export: Export, undated: datetime | None = None) -> Iterator[Dialogue]:
    """The dialogues of an export, personal data masked where the settings say so."""
    for dialogue in dialogues_of(export, undated=undated):
        yield _masked(dialogue) if container.settings.privacy.mask else dialogue


def check_export(
    container: Container, export: Export, book: Book, *, undated: datetime | None = None,
    on_checked: Callable[[int], bool] = lambda _: True,
) -> ExportCheck:  # fmt: skip
    """Judges every reply of the bot in an export, with the exceptions that are in force. Nothing is stored.

    `on_checked` is told how many dialogues are done, and stops the work by answering False.
    """
    started = time.monotonic()
    today = container.clock.now().astimezone(book.compiled.zone).date()
    rules = Rules(container.exceptions.current(), today, keep_messages=True)
    found = ExportCheck(book, CheckSummary(problems=list(export.problems)))
    groups: dict[tuple[FindingKind, str | None], list[Fault]] = defaultdict(list)
    for number, dialogue in enumerate(dialogues(container, export, undated), 1):
        checked = check_dialogue(dialogue, book.compiled, rules)
        found.summary.add(checked.id, checked.messages, checked.findings, checked.claims, checked.replies)
        found.summary.excepted.update(f.exception or "" for f in checked.excepted)
        found.summary.not_judged.update(Counter(checked.not_judged))
        for finding in checked.findings:
            fault = Fault(checked.id, checked.messages[finding.turn].at or dialogue.started_at, finding)
            groups[finding.kind, finding.sku].append(fault)
            if len(found.faults) < MOST_ROWS:
                found.faults.append(fault)
        if not on_checked(number):
            found.stopped = True
            break
    names = {product.sku: product.name for product in book.compiled.book.products}
    made = [_group(kind, names.get(sku or "", ""), faults) for (kind, sku), faults in groups.items()]
    found.groups = tuple(sorted(made, key=lambda g: (-g.worst, -g.count, g.kind, g.product)))
    found.summary.seconds = time.monotonic() - started
    return found


def _group(kind: FindingKind, product: str, faults: list[Fault]) -> FaultGroup:
    at_risk: dict[str, Decimal] = {}
    for fault in faults:
        money = fault.finding.at_risk
        if money is not None and money.minor:
            at_risk[money.currency] = at_risk.get(money.currency, Decimal(0)) + money.amount
    telling: dict[tuple[str, str | None], Fault] = {}
    # The gravest of each sort, not the same one three times.
    for fault in sorted(faults, key=lambda f: -f.finding.severity):
        telling.setdefault((fault.finding.stated, fault.finding.expected), fault)
    return FaultGroup(
        kind, product, len(faults), len({f.dialogue for f in faults}), max(f.finding.severity for f in faults), at_risk,
        tuple(telling.values())[:EXAMPLES],
    )  # fmt: skip


def _masked(dialogue: Dialogue) -> Dialogue:
    """The same dialogue without personal data. An id that is one (a phone) becomes a code that stays the same."""
    texts = mask_texts([m.content for m in dialogue.messages])
    messages = tuple(replace(m, content=text) for m, text in zip(dialogue.messages, texts, strict=True))
    return replace(dialogue, id=_masked_id(dialogue.id), lead=_masked_id(dialogue.lead), messages=messages)


def _masked_id(text: str) -> str:
    if mask(text) == text:
        return text
    return f"client-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
