"""Claims that are not list prices: discounts, codes and terms a reply promises, and which of them do not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from botops.claims.added_up import summed_claims
from botops.claims.benefits import benefit_claims, unpaid_claims
from botops.claims.code_reach import stretched_codes
from botops.claims.confined import confined_claims
from botops.claims.contents import amount_included_claims, kept_refund_claims
from botops.claims.context import ReplyContext
from botops.claims.contradictions import apart_claims, charge_claims, late_claims, place_claims, refusal_claims
from botops.claims.desk import Desk
from botops.claims.discounts import (
    AppliedDiscount,
    discounts_available,
    fraction_claims,
    money_off_claims,
    percent_claims,
    stack_claims,
    times_claims,
)
from botops.claims.figures import policy_sums, resting_figures
from botops.claims.measures import (
    least_claims,
    minimum_claims,
    multiple_claims,
    percent_terms,
    share_claims,
    vat_claims,
)
from botops.claims.own_terms import own_term_claims
from botops.claims.periods import duration_claims, instalment_claims
from botops.claims.promo import promo_claims
from botops.claims.trail import Basis, Borne, Trail
from botops.claims.waivers import fee_claims, waiver_claims
from botops.domain.findings import Finding

__all__ = ["AppliedDiscount", "applied_discounts", "find_supported_terms", "find_term_claims"]

_NO_TROUBLE = frozenset("no problem problems без проблем worries question вопросов".split())
_MAX_BARE, _MAX_BRIEF = 3, 8
_GIVEN = frozenset({"gift", "free", "included"})
_QUALIFIED = frozenset({"s:neg", "s:if", "s:defer", "s:onlyw", "s:refuse", "s:competitor", "s:past"})
_MIN_REPEATED = 4
_EDGES = " .;,:!—–-*•"
_TIMED = frozenset({"warranty", "trial", "cancel", "refund", "free", "gift", "freeze", "prepay", "deposit"})
_BY_TOPIC: tuple[tuple[frozenset[str], Callable[[Desk], Iterator[Finding]]], ...] = (
    (frozenset({"half"}), fraction_claims),
    (frozenset({"times"}), times_claims),
    (frozenset({"stack", "s:give", "s:valid"}), stack_claims),
    (frozenset({"multiple"}), multiple_claims),
    (frozenset({"vat", "included"}), vat_claims),
    (frozenset({"minimum"}), least_claims),
    (frozenset({"prepay", "cashback", "surcharge", "refund", "half"}), share_claims),
    (frozenset({"gift", "free", "included"}), benefit_claims),
    (frozenset({"s:neg"}), unpaid_claims),
    (frozenset({"deposit", "prepay"}), waiver_claims),
    (frozenset({"surcharge", "service_fee"}), fee_claims),
    (frozenset({"included"}), amount_included_claims),
    (frozenset({"refund"}), kept_refund_claims),
)


def find_term_claims(ctx: ReplyContext) -> list[Finding]:
    """Findings about discounts, promo codes and terms in the reply, in the order of their spans.

    Amounts of money are judged elsewhere, except where they are an amount off. A bare "Да" that confirms a false term
    of the client's question is a finding whose quote is that word. Linear in the message.
    """
    desk = Desk.of(ctx, ctx.book.terms)
    found = [f for f in _claims(desk) if _policy_repeated(desk, f) is None]
    found = _apart(found + _confirmed(desk))
    return _apart([*found, *resting_figures(desk, found), *policy_sums(desk)])


def find_supported_terms(ctx: ReplyContext) -> list[Borne]:
    """Terms of the reply that the book bears out, in the order of their spans; a bare yes that confirms one stands for
    it. What repeats a policy word for word rests on that policy."""
    trail = Trail()
    desk = replace(Desk.of(ctx, ctx.book.terms), trail=trail)
    found = [(f, _policy_repeated(desk, f)) for f in _claims(desk)]
    borne = trail.borne + [_repeating(desk, f, policy) for f, policy in found if policy is not None]
    question, words = ctx.question, desk.reading.words
    if question is not None and _bare_yes(desk):
        trail = Trail()
        _claims(replace(desk.confirming(question), trail=trail))
        borne += [replace(b, start=words[0].start, end=words[-1].end) for b in trail.borne[:1]]
    return sorted(borne, key=lambda b: (b.start, b.end))


def _repeating(desk: Desk, finding: Finding, policy: int) -> Borne:
    """What would be a finding, were it not a sentence of the policies word for word."""
    basis = Basis(desk.ctx.book.book.policies.text[policy], f"policy:{policy + 1}")
    return Borne(finding.kind, "", finding.start, finding.end, basis)


def _bare_yes(desk: Desk) -> bool:
    """True for a reply that only says yes, or says yes to a thing given and adds no term: "Да, вручим на выпускном"."""
    words, tags = desk.reading.words, desk.reading.tags
    said_yes = ["s:yes" in tags[i] or words[i].text in _NO_TROUBLE for i in range(len(words))]
    if 0 < len(words) <= _MAX_BARE and "s:yes" in tags[0] and all(said_yes):
        return True
    if not 0 < len(words) <= _MAX_BRIEF or "s:yes" not in tags[0] or not desk.topics_question & _GIVEN:
        return False
    said = desk.reading.concepts
    if any(":" not in c for c in said) or said & _QUALIFIED or any(w.text[0].isdecimal() for w in words):
        return False
    return not desk.message.hits


def applied_discounts(ctx: ReplyContext) -> tuple[AppliedDiscount, ...]:
    """Offers in force that a calculation in the reply may rest on."""
    return discounts_available(Desk.of(ctx, ctx.book.terms))


def _claims(desk: Desk) -> list[Finding]:
    taken: set[int] = set()
    said = desk.reading.concepts
    found = list(promo_claims(desk, taken))
    if desk.mentions:
        found += percent_terms(desk, taken)
        found += percent_claims(desk, taken)
        found += money_off_claims(desk, taken)
    for topics, claims in _BY_TOPIC:
        if said & topics:
            found += claims(desk)
    if said & _TIMED or desk.topics_question & _TIMED:
        found += duration_claims(desk)
    if (
        "instalment" in said
        or "instalment" in desk.topics_question
        or ("u:month" in said and desk.instalment_spoken)
        or "0-0" in desk.reading.text
        or "0–0" in desk.reading.text
    ):
        found += instalment_claims(desk)
    found += summed_claims(desk)
    found += minimum_claims(desk)
    found += refusal_claims(desk)
    found += late_claims(desk)
    found += place_claims(desk)
    found += confined_claims(desk)
    found += charge_claims(desk)
    found += apart_claims(desk)
    found += stretched_codes(desk)
    found += own_term_claims(desk)
    return found


def _policy_repeated(desk: Desk, finding: Finding) -> int | None:
    """The place of the policy that the sentence or clause around a claim repeats word for word; None for none."""
    clause = desk.reading.clause_at(finding.start)
    if clause is None or desk.confirms:
        return None
    sentence = desk.reading.sentences[clause.sentence]
    for part in (sentence, clause):
        if part.last - part.first < _MIN_REPEATED:
            continue
        said = desk.message.folded[part.start : part.end].strip(_EDGES)
        found = next((i for i, text in enumerate(desk.terms.policies) if said in text), None)
        if found is not None:
            return found
    return None


def _confirmed(desk: Desk) -> list[Finding]:
    """A bare yes to the client's last question, judged as if the reply had said the question's words."""
    question = desk.ctx.question
    words = desk.reading.words
    if question is None or not _bare_yes(desk):
        return []
    found = _claims(desk.confirming(question))
    if not found:
        return []
    first = found[0]
    start, end = words[0].start, words[0].end
    quote = desk.reading.text[start:end]
    return [
        Finding(
            turn=first.turn, kind=first.kind, quote=quote, start=start, end=end, severity=first.severity,
            stated=first.stated, expected=first.expected, explanations=first.explanations, sku=first.sku,
            source=first.source, in_prompt=first.in_prompt,
        )
    ]  # fmt: skip


def _apart(found: Iterable[Finding]) -> list[Finding]:
    """Findings in order, one for each stretch of text: of two that overlap the shorter stays."""
    out: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, f.end)):
        if not out or out[-1].end <= finding.start:
            out.append(finding)
        elif finding.end - finding.start < out[-1].end - out[-1].start:
            out[-1] = finding
    return out
