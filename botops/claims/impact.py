"""What a change of the price book touches in a text: claims that cease to be right, claims that rest on what moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from botops.claims.check import CheckResult, Conversation, TooLargeError, local
from botops.claims.compile import CompiledBook, compile_book
from botops.claims.explain import quoted_name
from botops.claims.lazy import cached_property
from botops.claims.shown import show_amount
from botops.claims.words import fold, words
from botops.domain.findings import Finding, SupportedClaim
from botops.domain.messages import Language, Message
from botops.pricebook.changes import ChangeReport, OfferChange, diff
from botops.pricebook.model import PriceBook, Window
from botops.pricebook.terms import offer_line

_LANGUAGES: tuple[Language, ...] = ("ru", "kk", "en")
_NOON = time(12)
_MOST_DAYS = 24
"""Days of change that are looked at, the nearest ones."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A stretch of `messages[index]` that a change touches from a day on.

    `breaks` is True when what is said there ceases to be right; else it stays right but rests on what changes.
    """

    index: int
    start: int
    end: int
    quote: str
    day: date
    breaks: bool
    explanations: Mapping[str, str]
    sku: str | None = None


class BookChange:
    """An old and a new price book, compared once and compiled for judging. `on` is the day from which it counts."""

    def __init__(self, old: PriceBook, new: PriceBook, on: date) -> None:
        self.on = on
        self.report: ChangeReport = diff(old, new)
        self.old: CompiledBook = compile_book(old)
        self.new: CompiledBook = compile_book(new)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The day from which it counts, then those on which something that differs begins or ceases to hold."""
        windows = [p.window for c in self.report.prices for p in (c.before, c.after) if p is not None]
        windows += [p.window for product in (*self.report.added, *self.report.removed) for p in product.prices]
        windows += [o.window for c in self.report.offers for o in (c.before, c.after) if o is not None]
        later = sorted({d for w in windows for d in _turns(w) if d > self.on})
        return (self.on, *later[:_MOST_DAYS])

    @cached_property
    def skus(self) -> frozenset[str]:
        """Products with a price that came, went or changed, and products that go."""
        return frozenset(c.sku for c in self.report.prices) | frozenset(p.sku for p in self.report.removed)

    def touched(
        self,
        messages: Sequence[Message],
        *,
        region: str | None = None,
        segment: str | None = None,
        at: datetime | None = None,
    ) -> tuple[Touched, ...]:
        """What the change touches in the assistant's messages of a dialogue, by message and offset.

        All is judged as if it were said on each day of change; with `at`, only at that moment.
        """
        found: dict[tuple[int, int, int], Touched] = {}
        resting: list[Touched] = []
        for day in self.days if at is None else (local(at, self.new).date(),):
            moment = at or datetime.combine(day, _NOON, self.new.zone)
            for index, (before, after) in enumerate(self._judged(messages, moment, region, segment)):
                if before is None or after is None:
                    continue
                for finding in _apart(after.findings, before.findings):
                    place = (index, finding.start, finding.end)
                    found.setdefault(place, _broken(index, finding, day))
                if day == self.on or at is not None:
                    resting += self._resting(index, before.supported, day)
        broken = list(found.values())
        kept = [t for t in resting if not any(_overlap(t, b) for b in broken)]
        return tuple(sorted([*broken, *kept], key=lambda t: (t.index, t.start, t.end)))

    def _judged(
        self, messages: Sequence[Message], moment: datetime, region: str | None, segment: str | None
    ) -> Iterator[tuple[CheckResult | None, CheckResult | None]]:
        """Each message by the old and by the new book. Nothing more after a message too large to be read."""
        talks = [Conversation(book, at=moment, region=region, segment=segment) for book in (self.old, self.new)]
        for message in messages:
            said = replace(message, at=None)
            try:
                one, other = (talk.feed(said) for talk in talks)
            except TooLargeError:
                return
            yield one, other

    def _resting(self, index: int, claims: Iterable[SupportedClaim], day: date) -> Iterator[Touched]:
        for claim in claims:
            texts = next((t for s in claim.sources if (t := self._change_of(s, claim)) is not None), None)
            if texts is not None:
                yield Touched(index, claim.start, claim.end, claim.quote, day, False, texts, claim.sku)

    def _change_of(self, source: str, claim: SupportedClaim) -> Mapping[str, str] | None:
        """How a place of the book that bears a claim out changes: a price only when it is the one in question."""
        if source in self._rules:
            return self._rules[source]
        sku = source.removeprefix("sku:")
        for change in self.report.prices if sku != source else ():
            if change.sku == sku and change.before is not None and _stands_in(change.before.amount, claim.basis):
                return {language: change.line(language) for language in _LANGUAGES}
        return None

    @cached_property
    def _rules(self) -> dict[str, Mapping[str, str]]:
        """Offers and policies that change, by where they stand in the old book, with the change in words."""
        old, new = self.report.old, self.report.new
        out = {f"offer:{c.id}": self._of_offer(c) for c in self.report.offers if c.before is not None}
        for number, text in enumerate(old.policies.text, 1):
            if text not in new.policies.text:
                out[f"policy:{number}"] = dict.fromkeys(_LANGUAGES, f"- {text}")
        for name in ("vat_percent", "vat_included"):
            before, after = getattr(old.policies, name), getattr(new.policies, name)
            if before != after:
                out[f"policies.{name}"] = dict.fromkeys(_LANGUAGES, f"~ {name}: {before} → {after}")
        return out

    def _of_offer(self, change: OfferChange) -> Mapping[str, str]:
        lines: dict[str, str] = {}
        for language in _LANGUAGES:
            before = offer_line(change.before, self.report.old, language) if change.before else ""
            after = f" → {offer_line(change.after, self.report.new, language)}" if change.after else ""
            lines[language] = f"{'~' if after else '-'} {before}{after}"
        return lines

    def gone(self, text: str) -> Iterator[Touched]:
        """Names of products that the new book no longer has, in a text."""
        folded = words(fold(text))
        removed = {p.sku: p for p in self.report.removed}
        known = self.new.names.find(folded) if removed else ()
        for hit in self.old.names.find(folded) if removed else ():
            skus = [s for s in hit.skus if s in removed]
            if hit.strength > 1 and len(skus) == len(hit.skus) and not any(_covers(k, hit) for k in known):
                name = quoted_name(removed[skus[0]].name)
                texts = {
                    "ru": f"«{name}» в новом прайсе нет.",
                    "kk": f"«{name}» жаңа прайста жоқ.",
                    "en": f"The new price book has no {name}.",
                }
                yield Touched(0, hit.start, hit.end, text[hit.start : hit.end], self.on, True, texts, skus[0])

    def named(self, text: str) -> tuple[str, ...]:
        """Products of `skus` that a text names in full, in order."""
        hits = self.old.names.find(words(fold(text))) if self.skus else ()
        return tuple(dict.fromkeys(s for h in hits if h.strength > 1 for s in h.skus if s in self.skus))


def _turns(window: Window) -> Iterator[date]:
    """Days on which a window opens, and the first one after it."""
    if window.valid_from is not None:
        yield window.valid_from
    if window.valid_to is not None and window.valid_to < date.max:
        yield window.valid_to + timedelta(days=1)


def _broken(index: int, finding: Finding, day: date) -> Touched:
    return Touched(
        index, finding.start, finding.end, finding.quote, day, True, finding.explanations, finding.sku
    )  # fmt: skip


def _apart(found: Iterable[Finding], known: Sequence[Finding]) -> Iterator[Finding]:
    """Findings that overlap none of the known ones."""
    return (f for f in found if not any(f.start < k.end and k.start < f.end for k in known))


def _overlap(one: Touched, other: Touched) -> bool:
    return one.index == other.index and one.start < other.end and other.start < one.end


def _covers(known: tuple[int, int, tuple[str, ...], int], hit: tuple[int, int, tuple[str, ...], int]) -> bool:
    return known[3] > 1 and known[0] <= hit[0] and hit[1] <= known[1]


def _stands_in(amount: Decimal, basis: str) -> bool:
    """True when an amount stands in the words of a basis, not as a part of another number."""
    shown = show_amount(amount, None)
    at = basis.find(shown)
    while at >= 0:
        before, after = basis[at - 1 : at] if at else "", basis[at + len(shown) :][:2]
        whole = (
            not before.isdecimal()
            and not after[:1].isdecimal()
            and not (after[:1] == "\u00a0" and after[1:].isdecimal())
        )
        if whole and not (before == "\u00a0" and basis[at - 2 : at - 1].isdecimal()):
            return True
        at = basis.find(shown, at + 1)
    return False
