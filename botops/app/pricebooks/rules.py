"""How the sentences of a price book were understood: the one answer for the command line and the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.claims.policy import RuleReading, understood

if TYPE_CHECKING:
    from botops.claims import CompiledBook

__all__ = ["RuleReading", "book_rules"]


def book_rules(book: CompiledBook) -> tuple[RuleReading, ...]:
    """Every offer and policy sentence of a book in its order: what it is about, its values and conditions, and which
    were not understood. One of those neither supports nor refutes a claim until its owner says it otherwise."""
    return tuple(understood(book.terms))
