"""What the claim checker says of a reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from botops.domain.money import Money


class FindingKind(StrEnum):
    """The kinds of unsupported commercial claims; the meaning of each is in docs/claims.md."""

    PRICE = "price"
    DISCOUNT = "discount"
    PROMO_CODE = "promo_code"
    UNKNOWN_PRODUCT = "unknown_product"
    TOTAL = "total"
    TERMS = "terms"
    STALE_PRICE = "stale_price"
    CURRENCY = "currency"


class Severity(IntEnum):
    """How bad a finding is, ordered. Critical: below a floor, or money at risk over the set sum."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The name in lower case, as the command line and JSON spell it."""
        return self.name.lower()


class Judgement(StrEnum):
    """The verdict's word. `not_judged` is not a pass: the policy `block` holds such a reply back."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim in `messages[turn]` that the price book does not bear out.

    `start:end` are code-point offsets into that message and `quote` is exactly the text between them.
    `stated` and `expected` are fit to show: an amount with its currency, or the rule; `expected` is None when the book
    has nothing near. `explanations` has one or two sentences per language (ru, kk, en).
    `at_risk` is max(0, owed - promised) x quantity when the sum is known; `source` names where the book says otherwise.
    `rule` names the company's own term kind or check that made it, None for the built-in ones. `exception` is the id of
    the exception that lets it pass. `in_prompt` words the explanations for a text that tells a bot what to say, where
    those of a reply would name the wrong speaker; it is not kept in the store.
    """

    turn: int
    kind: FindingKind
    quote: str
    start: int
    end: int
    severity: Severity
    stated: str
    expected: str | None
    explanations: dict[str, str] = field(default_factory=dict)
    sku: str | None = None
    at_risk: Money | None = None
    overcharge: Money | None = None
    source: str | None = None
    rule: str | None = None
    exception: str | None = None
    in_prompt: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def explanation(self, language: str = "ru", *, prompt: bool = False) -> str:
        """The explanation in a language, or in any the finding has; with `prompt`, of a prompt's text, not a reply."""
        texts = {**self.explanations, **self.in_prompt} if prompt else self.explanations
        return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class SupportedClaim:
    """A claim in `messages[turn]` that the price book, a tool's answer or arithmetic bears out.

    `start:end`, `quote`, `stated` and `explanations` are as in a finding. `basis` is what bears it out, fit to show:
    the price, the rule, the computation. `source` names where that stands (`sku:shop`, `offer:spring`, `policy:2`,
    `policies.vat_percent`, `tool:3` for the tool's message of that index; empty for a sum said and proven before);
    `sources` are all such places a computation rests on. `valid_until` is the last day on which the basis holds, None
    when the book names none.
    """

    turn: int
    kind: FindingKind
    quote: str
    start: int
    end: int
    stated: str
    basis: str
    explanations: dict[str, str] = field(default_factory=dict)
    sku: str | None = None
    source: str = ""
    sources: tuple[str, ...] = ()
    valid_until: date | None = None

    def explanation(self, language: str = "ru") -> str:
        """The explanation in a language, or in any the claim has."""
        return self.explanations.get(language) or next(iter(self.explanations.values()), "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of judging one reply.

    `reason` says why a reply was not judged (`checker_failed`, `check_failed` for a check of the company's own,
    `no_book`, `book_out_of_date`, `too_large` …).
    `claims` counts commercial claims looked at, found right or wrong. `book` is the version of the book used.
    `excepted` are findings that an exception lets pass: they decide nothing, and are kept to be shown and counted.
    """

    judgement: Judgement
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    claims: int = 0
    book: str | None = None
    excepted: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """True when the reply was judged and nothing was found."""
        return self.judgement is Judgement.SUPPORTED

    @property
    def worst(self) -> Severity | None:
        """The highest severity among the findings."""
        return max((f.severity for f in self.findings), default=None)

    @classmethod
    def of(
        cls, findings: tuple[Finding, ...], *, claims: int, book: str | None, excepted: tuple[Finding, ...] = ()
    ) -> Verdict:
        """The verdict that follows from findings: contradicted when the book says otherwise, else unsupported."""
        if not findings:
            return cls(Judgement.SUPPORTED, claims=claims, book=book, excepted=excepted)
        contradicted = any(f.expected is not None for f in findings)
        word = Judgement.CONTRADICTED if contradicted else Judgement.UNSUPPORTED
        return cls(word, findings, claims=claims, book=book, excepted=excepted)

    @classmethod
    def not_judged(cls, reason: str, book: str | None = None) -> Verdict:
        """A verdict without a judgement, and why."""
        return cls(Judgement.NOT_JUDGED, reason=reason, book=book)
