"""What a company adds to the checker without touching it: words, term kinds and checks of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from botops.claims.lexicon import OwnWords
from botops.claims.mention import Mention
from botops.domain.findings import Finding, FindingKind, Severity
from botops.domain.messages import Language, Message

if TYPE_CHECKING:
    from botops.claims.compile import CompiledBook

GROUP = "botops.claim_checks"
"""The entry point group of checks."""
MOST_FINDINGS = 100
"""Findings one check may make of one reply."""


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """A term kind of the company's: its name in the file and what it is called in each language."""

    name: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReplyToCheck:
    """What a check gets: a reply and what is known when it is judged.

    `messages` is the dialogue so far with the reply as its last message; nothing later exists. `mentions` are the money
    and percents of the reply with their offsets. `book` is the compiled price book in force: `book.book` the book as it
    was read, `book.skus` its products, `book.names.find(...)` their names in a text. `at` is the moment the reply is
    judged at, aware; `region` and `segment` choose prices where the dialogue names them.
    """

    messages: tuple[Message, ...]
    mentions: tuple[Mention, ...]
    book: CompiledBook
    at: datetime
    region: str | None = None
    segment: str | None = None

    @property
    def text(self) -> str:
        """The reply."""
        return self.messages[-1].content

    def finding(
        self,
        start: int,
        end: int,
        explanations: Mapping[Language, str],
        *,
        kind: FindingKind = FindingKind.TERMS,
        severity: Severity = Severity.MEDIUM,
        expected: str | None = None,
        sku: str | None = None,
    ) -> Finding:
        """A finding about `text[start:end]`. `explanations` says why, in one language at least; `expected` is what is
        right, None when nothing near is."""
        quote = self.text[start:end]
        texts = {str(language): text for language, text in explanations.items()}
        return Finding(
            len(self.messages) - 1, kind, quote, start, end, severity, quote, expected, texts, sku
        )  # fmt: skip


class ClaimCheck(Protocol):
    """A check of a company's own: a callable, named by its entry point in the group `botops.claim_checks`.

    It is asked about every reply of the bot before it leaves, after the built-in checks, and again in every replay; so
    it must be quick (milliseconds), must keep nothing between calls, must not write, call a network or look at a
    clock, and must answer the same for the same reply. It is called from several threads.

    It gives findings about the reply: spans inside its text, `turn` that of the reply, an explanation in one language
    at least. `ReplyToCheck.finding` makes them so. It cannot take findings of others away.

    Whatever it raises is caught, counted and logged: a reply with no other finding then counts as not judged
    (`check_failed`), and the guard's policy decides what becomes of it: `block` holds it back, `observe` sends and
    flags it. The same holds when it gives what is no finding about the reply, or over 100 of them.

    `botops.testing.check_conformance` holds a check to this.
    """

    def __call__(self, reply: ReplyToCheck, /) -> Iterable[Finding]:
        """What the reply says wrongly; nothing when it says nothing wrong."""
        ...


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check under the name its findings carry as `rule`."""

    name: str
    check: ClaimCheck


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A check that raised, or gave what is no finding about the reply."""

    check: str
    error: Exception


class NoFindingError(ValueError):
    """What a check gave is no finding about the reply."""


@dataclass(frozen=True)
class Extensions:
    """Everything a company adds. `words` are the words of the lexicon's topics and of its own term kinds."""

    words: OwnWords | None = None
    terms: Mapping[str, OwnTerm] = field(default_factory=lambda: MappingProxyType({}))
    checks: tuple[NamedCheck, ...] = ()


NO_EXTENSIONS = Extensions()


def run_checks(checks: Sequence[NamedCheck], reply: ReplyToCheck) -> tuple[list[Finding], tuple[CheckFailure, ...]]:
    """What the checks say of a reply, and which of them failed. A failed check says nothing."""
    found: list[Finding] = []
    failures: list[CheckFailure] = []
    for named in checks:
        try:
            found += [replace(finding, rule=named.name) for finding in _findings(named.check, reply)]
        except Exception as error:  # noqa: BLE001 - foreign code must not break the turn; the caller counts and logs it
            failures.append(CheckFailure(named.name, error))
    return found, tuple(failures)


def _findings(check: ClaimCheck, reply: ReplyToCheck) -> list[Finding]:
    found: list[Finding] = []
    for finding in check(reply):
        if problem := finding_problem(finding, reply):
            raise NoFindingError(problem)
        if len(found) == MOST_FINDINGS:
            raise NoFindingError(f"over {MOST_FINDINGS} findings in one reply")
        found.append(finding)
    return found


def finding_problem(finding: Any, reply: ReplyToCheck) -> str | None:
    """What keeps something from being a finding about the reply; None when nothing does."""
    if not isinstance(finding, Finding):
        return f"a {type(finding).__name__} is no Finding"
    if finding.turn != len(reply.messages) - 1:
        return f"turn {finding.turn} is not the reply's, {len(reply.messages) - 1}"
    if not 0 <= finding.start < finding.end <= len(reply.text):
        return f"{finding.start}:{finding.end} is no span of the reply's {len(reply.text)} characters"
    if finding.quote != reply.text[finding.start : finding.end]:
        return f"the quote is not the text between {finding.start} and {finding.end}"
    kind: Any = finding.kind
    severity: Any = finding.severity
    if not isinstance(kind, FindingKind) or not isinstance(severity, Severity):
        return "kind and severity must be a FindingKind and a Severity"
    if not any(finding.explanations.values()):
        return "it has no explanation"
    return None
