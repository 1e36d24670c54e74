"""The claim checker: is every sum and promise of a reply borne out by the price book in force?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from botops.claims.compile import CompiledBook, ready
from botops.claims.context import ParsedMessage, ReplyContext, parse_message
from botops.claims.evidence import NO_EVIDENCE, Evidence
from botops.claims.explain import explain_amount
from botops.claims.extensions import CheckFailure, ReplyToCheck, run_checks
from botops.claims.grammar.lexer import MAX_NUMBERS
from botops.claims.lazy import cached_property
from botops.claims.outcome import Doubt, Verified
from botops.claims.own_terms import own_amounts
from botops.claims.promises import promises_of
from botops.claims.quantities import crowded
from botops.claims.records import Record, RecordSet
from botops.claims.severity import money_at_risk, severity_of
from botops.claims.shown import show_amount, show_price
from botops.claims.supported import supported_claims
from botops.claims.terms import find_term_claims
from botops.claims.verify import Verifier
from botops.domain.errors import UserError
from botops.domain.findings import Finding, FindingKind, SupportedClaim
from botops.domain.messages import Message
from botops.domain.promises import Promise
from botops.pricebook.model import PriceBook

MAX_CHARACTERS = 1_000_000
"""A longer message is refused (it becomes `not_judged(too_large)`)."""


MAX_SUMS = 300
"""Sums judged in one reply; each is held against the others, so that no reply may have any number of them."""


class TooLargeError(UserError):
    """A message over the size cap. `reason` is the word `not_judged` carries."""

    reason = "too_large"


@dataclass(frozen=True)
class CheckResult:
    """Findings of one reply in the order of their offsets; `claims` counts the claims looked at. `failures` are the
    company's own checks that could not look at it: without a finding the reply is then not judged."""

    findings: tuple[Finding, ...]
    claims: int
    failures: tuple[CheckFailure, ...] = ()
    _judged: _Judged | None = field(default=None, repr=False, compare=False)

    @cached_property
    def supported(self) -> tuple[SupportedClaim, ...]:
        """The claims that are right, in the order of their offsets, each with what bears it out.

        Found when first asked for, by judging the reply once more with notes taken; a check that nobody asks why
        costs nothing for it.
        """
        return self._judged.supported(self.findings) if self._judged is not None else ()

    def promises(self, dialogue_id: str = "", findings: Sequence[Finding] | None = None) -> tuple[Promise, ...]:
        """What the reply promises, right or wrong, in the order of the offsets.

        `findings` are those of a judgement of the same text that shall count instead (one made by the book of its
        day); a claim that only this judgement found wrong was right then.
        """
        if self._judged is None:
            return ()
        context = self._judged.context
        if findings is None:
            promised = promises_of(context, self.findings, self.supported, dialogue_id)
            return tuple(context.reply.quoted(promised))
        since = [f for f in self.findings if not any(f.start < g.end and g.start < f.end for g in findings)]
        supported = self._judged.supported([*findings, *since])
        return tuple(context.reply.quoted(promises_of(context, findings, supported, dialogue_id, right_then=since)))


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a reply was judged with, kept to tell why its claims are right."""

    context: ReplyContext
    running: tuple[Decimal, ...]
    aside: frozenset[Decimal]
    used: tuple[Record, ...]

    def supported(self, findings: Sequence[Finding]) -> tuple[SupportedClaim, ...]:
        claims = supported_claims(
            self._as_it_was(),
            findings,
            running=self.running,
            aside=self.aside,
            used=self.used,
            yes=_yes_alone(self.context.reply),
        )
        return tuple(self.context.reply.quoted(claims))

    def _as_it_was(self) -> ReplyContext:
        """The context without what tools returned after the reply: their records are gathered in place."""
        found = RecordSet()
        found.add_items(self.context.evidence.items, self.context.book.skus)
        return replace(self.context, found=found)


_MAX_YES, _MAX_USED = 3, 16


def local(moment: datetime, book: CompiledBook) -> datetime:
    """A moment in the book's time zone, where one without an offset is taken to be: prices change at midnight there."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=book.zone)
    try:
        return moment.astimezone(book.zone)
    except OverflowError:  # hours from either end of the calendar, where no price changes
        return moment


class Conversation:
    """A dialogue judged as it goes: every message is parsed once.

    `at` is the moment the dialogue began; a message with a time of its own is judged at that time. The date that
    decides is the one in the book's time zone.
    """

    def __init__(
        self,
        book: PriceBook | CompiledBook,
        *,
        at: datetime,
        region: str | None = None,
        segment: str | None = None,
    ) -> None:
        self._book = ready(book)
        self._at = local(at, self._book)
        self._region, self._segment = region, segment
        self._messages: list[ParsedMessage] = []
        self._evidence: Evidence = NO_EVIDENCE
        self._found = RecordSet()
        self._running: tuple[Decimal, ...] = ()
        self._aside: frozenset[Decimal] = frozenset()
        self._used: list[Record] = []
        self._tried: tuple[Message, int, ParsedMessage, CheckResult, Verified] | None = None

    def feed(self, message: Message) -> CheckResult | None:
        """Takes the next message; the result for an assistant's, None for others. Raises TooLargeError.

        A reply that `judge_next` has just judged is taken as it was judged there.
        """
        if message.role == "assistant":
            parsed, result, verified = self._try(message)
            self._messages.append(parsed)
            self._used = list(verified.used)[-_MAX_USED:]
            self._running += verified.supported
            self._aside |= verified.aside
            return result
        parsed = self._read(message)
        self._messages.append(parsed)
        if message.role == "tool":
            self._learn(parsed)
        return None

    def skip(self, message: Message) -> None:
        """Takes a message that could not be looked at: it keeps its place, and nothing of it is read."""
        self._messages.append(parse_message(replace(message, content=""), len(self._messages), self._book))

    def judge_next(self, message: Message) -> CheckResult:
        """Judges an assistant's message as the next one without taking it: the dialogue stays as it was.

        Raises TooLargeError, and ValueError for another's message.
        """
        if message.role != "assistant":
            raise ValueError(f"only an assistant's message is judged, this one is of role {message.role!r}")
        return self._try(message)[1]

    def _try(self, message: Message) -> tuple[ParsedMessage, CheckResult, Verified]:
        if self._tried is None or self._tried[:2] != (message, len(self._messages)):
            parsed = self._read(message)
            self._tried = (message, len(self._messages), parsed, *self._judge(parsed))
        return self._tried[2:]

    def _read(self, message: Message) -> ParsedMessage:
        """The message ready to be looked at. Raises TooLargeError."""
        place = len(self._messages)
        if len(message.content) > MAX_CHARACTERS:
            raise TooLargeError(
                f"message {place} has {len(message.content)} characters, over the cap of "
                f"{MAX_CHARACTERS}: split it or check it by hand"
            )
        parsed = parse_message(message, place, self._book)
        if message.role == "assistant" and (
            crowded(parsed.words) or not parsed.amounts.complete or len(parsed.mentions) > MAX_SUMS
        ):
            raise TooLargeError(
                f"message {place} has more numbers than are judged of one message ({MAX_NUMBERS}, {MAX_SUMS} of them "
                "sums): split it or check it by hand"
            )
        return parsed

    def _learn(self, tool: ParsedMessage) -> None:
        known = len(self._evidence.items)
        self._evidence = self._evidence.with_tool(tool.index, tool.text)
        self._found.add_items(self._evidence.items[known:], self._book.skus)

    def _judge(self, reply: ParsedMessage) -> tuple[CheckResult, Verified]:
        at = local(reply.at, self._book) if reply.at is not None else self._at
        context = ReplyContext(
            self._book,
            at,
            at.date(),
            (*self._messages, reply),
            self._evidence,
            self._found,
            self._region,
            self._segment,
        )
        terms = find_term_claims(context)
        verified = Verifier(
            context,
            taken=[*((f.start, f.end) for f in terms), *own_amounts(context)],
            running=self._running,
            aside=self._aside,
            used=self._used,
        ).run()
        found = [*terms, *(_finding(context, d) for d in verified.doubts)]
        if not found:
            found = self._confirmed(context)
        own, failures = self._own_checks(context)
        ordered = tuple(sorted((*reply.quoted(found), *own), key=lambda f: (f.start, f.end)))
        judged = _Judged(context, self._running, self._aside, tuple(self._used))
        return CheckResult(ordered, verified.claims, failures, judged), verified

    def _own_checks(self, context: ReplyContext) -> tuple[list[Finding], tuple[CheckFailure, ...]]:
        """What the company's own checks say, and those that failed."""
        checks = self._book.extensions.checks
        if not checks:
            return [], ()
        messages = tuple(Message(m.role, m.written, m.name, m.at) for m in context.messages)
        reply = ReplyToCheck(messages, context.reply.mentions, self._book, context.at, self._region, self._segment)
        return run_checks(checks, reply)

    def _confirmed(self, context: ReplyContext) -> list[Finding]:
        """A bare yes to a sum in the client's question, judged as if the reply had said it; the quote is the yes."""
        span = _yes_alone(context.reply)
        question = context.question
        if span is None or question is None or not any(m.kind == "money" for m in question.numbers):
            return []
        said = replace(context, messages=(*context.messages[: question.index], replace(question, role="assistant")))
        doubts = Verifier(said, running=self._running, aside=self._aside, asked=True).run().doubts
        text = context.reply.text
        return [
            replace(_finding(said, d), turn=context.turn, quote=text[span[0] : span[1]], start=span[0], end=span[1])
            for d in doubts[:1]
        ]


def _yes_alone(reply: ParsedMessage) -> tuple[int, int] | None:
    """The span of a bare yes ("Да", "Иә, дұрыс", "Yes, correct"); None for any other reply."""
    reading = reply.reading
    if not reading.words or len(reading.words) > _MAX_YES or not all("s:yes" in tags for tags in reading.tags):
        return None
    return reading.words[0].start, reading.words[-1].end


def _finding(context: ReplyContext, doubt: Doubt) -> Finding:
    mention, price = doubt.mention, doubt.record.price if doubt.record else None
    currency = mention.currency or context.book.book.currency
    stated = show_amount(mention.amount, currency)
    if mention.amount_max is not None:
        stated = f"{show_amount(mention.amount, None)}–{show_amount(mention.amount_max, currency)}"
    listed = price.amount if price is not None and doubt.kind is not FindingKind.TOTAL else None
    owed = doubt.owed if doubt.owed is not None else listed
    risk, over = None, None
    if owed is not None and doubt.kind in {FindingKind.PRICE, FindingKind.STALE_PRICE, FindingKind.TOTAL}:
        risk, over = money_at_risk(mention.amount, owed, doubt.count, currency)
    expected = show_amount(doubt.owed, currency) if doubt.owed is not None else None
    if expected is None and price is not None and listed is not None:
        expected = show_price(price)
    formula = expected if doubt.owed is not None and expected else ""
    return Finding(
        context.turn,
        doubt.kind,
        mention.quote,
        mention.start,
        mention.end,
        severity_of(doubt.kind, at_risk=risk, floor=price.floor if price else None, stated=mention.amount),
        stated,
        expected,
        explain_amount(doubt.kind, stated, doubt.record, formula),
        doubt.record.sku if doubt.record else None,
        risk,
        over,
        in_prompt=explain_amount(doubt.kind, stated, doubt.record, formula, "prompt"),
    )


def judge(
    messages: Sequence[Message],
    book: PriceBook | CompiledBook,
    *,
    at: datetime,
    region: str | None = None,
    segment: str | None = None,
) -> CheckResult:
    """Judges the last message, an assistant's, given all before it; with the count of claims looked at.

    Raises TooLargeError for a message over the size cap, ValueError when the last message is not an assistant's.
    """
    if not messages or messages[-1].role != "assistant":
        raise ValueError("the last message must be an assistant's: it is the one that is judged")
    conversation = Conversation(book, at=at, region=region, segment=segment)
    result = None
    for message in messages:
        result = conversation.feed(message)
    assert result is not None
    return result


def check(
    messages: Sequence[Message],
    book: PriceBook | CompiledBook,
    *,
    at: datetime,
    region: str | None = None,
    segment: str | None = None,
) -> list[Finding]:
    """Findings in the last message, an assistant's, given all before it. Raises as `judge`."""
    return list(judge(messages, book, at=at, region=region, segment=segment).findings)
