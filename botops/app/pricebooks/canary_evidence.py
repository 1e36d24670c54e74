"""What speaks for a wrong price book, and what for a prompt that still says the old prices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botops.app.pricebooks.impact import affected_prompts
from botops.claims.impact import BookChange
from botops.domain.errors import UserError
from botops.pricebook import load_bytes, suspicions
from botops.registry.books import BookFolder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botops.app.container import Container
    from botops.app.pricebooks.books import BookInForce
    from botops.app.pricebooks.canary import BookWatch
    from botops.app.pricebooks.impact import Affected
    from botops.pricebook import PriceBook, Suspicion
    from botops.store.book_replies import FindingTally, HeldExample

Cause = Literal["prompt", "book", "unknown"]
_TABLE = "price_table"
_MOST_PRODUCTS = 5
_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an alarm: the products whose findings rose most, examples, the likelier cause and what to do.

    `cause` is `book` when what changed looks like a slip of the hand; else `prompt` when a prompt that answered says
    prices itself which the new book denies; `book` again when the prompts take their prices from the book alone;
    `unknown` else. `lines` are all of it in words.
    """

    products: tuple[str, ...]
    examples: tuple[HeldExample, ...]
    cause: Cause
    action: str
    lines: tuple[str, ...]


def evidence_of(container: Container, current: BookInForce, found: BookWatch) -> Evidence:
    """The evidence about a book that is watched. Raises StoreError."""
    replies = container.store.book_replies
    old = _book_before(current)
    books = (current.book, old)
    risen = _risen(replies.findings(found.period), replies.findings(found.earlier), found)
    told = [f"{_name(t.sku, books) or 'no known product'}: {t.kind} in {_replies(t.replies)}" for t in risen]
    products = tuple(dict.fromkeys(name for t in risen if (name := _name(t.sku, books))))
    examples = replies.examples(found.period)
    served = replies.prompts(found.period)
    stale = _own_prices(container, current, old, served)
    slips = _slips(container, current, old)
    cause: Cause = "book" if slips else _cause(container, served, stale)
    action = _action(current)
    lines = [f"risen most: {', '.join(told)}"] if told else []
    lines += [_example(e) for e in examples]
    lines += _cause_lines(container, cause, stale, slips, action)
    return Evidence(products, examples, cause, action, tuple(lines))


def _book_before(current: BookInForce) -> PriceBook | None:
    """The book that this one replaced, when it is still there as it was published."""
    step = current.release.step if current.release is not None else None
    if step is None or step.replaced is None:
        return None
    try:
        raw = BookFolder(current.file.parent).read(step.replaced, current.release)
        return load_bytes(raw, str(current.file.parent / step.replaced))
    except UserError:
        return None


def _risen(now: Sequence[FindingTally], then: Sequence[FindingTally], found: BookWatch) -> list[FindingTally]:
    """Products and kinds by how far their share of replies rose, those that rose most first."""
    before = {(t.sku, t.kind): t.replies / max(1, found.before.replies) for t in then}

    def rise(tally: FindingTally) -> float:
        return tally.replies / max(1, found.after.replies) - before.get((tally.sku, tally.kind), 0.0)

    return sorted((t for t in now if rise(t) > 0), key=rise, reverse=True)[:_MOST_PRODUCTS]


def _replies(number: int) -> str:
    return "1 reply" if number == 1 else f"{number} replies"


def _name(sku: str | None, books: tuple[PriceBook, PriceBook | None]) -> str:
    if sku is None:
        return ""
    known = (book.product(sku) for book in books if book is not None)
    return next((product.name for product in known if product is not None), sku)


def _own_prices(
    container: Container, current: BookInForce, old: PriceBook | None, served: Sequence[tuple[str, int]]
) -> tuple[Affected, ...]:
    """Prices in the texts of the prompts that answered which were right by the book before and are not by this one."""
    if old is None:
        return ()
    day = container.clock.now().astimezone(current.compiled.zone).date()
    change = BookChange(old, current.book, day)
    files = set()
    for name, version in served:
        try:
            files.add(container.registry.version(name, version).file)
        except UserError:  # a version that is gone or broken tells nothing
            continue
    return tuple(a for a in affected_prompts(container.registry, change) if a.breaks and a.file in files)


def _slips(container: Container, current: BookInForce, old: PriceBook | None) -> tuple[Suspicion, ...]:
    """What of the change would have needed an explicit yes."""
    if old is None:
        return ()
    day = container.clock.now().astimezone(current.compiled.zone).date()
    return suspicions(old, current.book, day, container.settings.pricebook.suspicious)


def _cause(container: Container, served: Sequence[tuple[str, int]], stale: Sequence[Affected]) -> Cause:
    if stale:
        return "prompt"
    uses: list[Mapping[str, object]] = []
    for name, version in served:
        try:
            uses.append(container.registry.version(name, version).uses)
        except UserError:
            return "unknown"
    return "book" if uses and all(_TABLE in one for one in uses) else "unknown"


def _action(current: BookInForce) -> str:
    if current.release is None:
        return f"put the earlier {current.file.name} back; from `botops pricebook publish` on, a rollback does that"
    return "botops pricebook rollback --reason …"


def _example(example: HeldExample) -> str:
    why = example.explanations.get("en") or next(iter(example.explanations.values()), example.reason or "not judged")
    quote = f"«{' '.join(example.quote.split())[:120]}»: " if example.quote else ""
    return f"dialogue {example.dialogue_id}, turn {example.number}: {quote}{why}"


def _cause_lines(
    container: Container, cause: Cause, stale: Sequence[Affected], slips: Sequence[Suspicion], action: str
) -> list[str]:
    """Both possibilities with what speaks for each: the figures alone cannot tell a wrong book from a stale prompt."""
    lines = []
    if slips:
        lines.append(f"what changed looks like a slip in the book: {'; '.join(s.message for s in slips)}")
    if stale:
        places = ", ".join(_place(container, a) for a in stale[:_MOST_PLACES])
        more = f" and {len(stale) - _MOST_PLACES} more" if len(stale) > _MOST_PLACES else ""
        lines.append(f"the prompt itself says {len(stale)} prices that this book denies: {places}{more}")
    elif cause == "book":
        lines.append(
            "the prompts say no such prices themselves and take them from the book, so the book is to be doubted"
        )
    else:
        lines.append("the bot has these prices neither from the book nor from the text of its prompts")
    lines.append(f"if the book is wrong: {action}")
    mend = "the prompt has to be mended" if stale else "look what tells the bot the old prices"
    lines.append(f"if the book is right, the replies are held back rightly: {mend}")
    return lines


def _place(container: Container, found: Affected) -> str:
    file = Path(found.file)
    root = container.settings.root
    shown = file.relative_to(root) if file.is_relative_to(root) else file
    return f"{shown}:{found.line}:{found.column} «{' '.join(found.quote.split())}»"
