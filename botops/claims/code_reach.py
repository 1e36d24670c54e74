"""What a code of the talk is stretched to when the reply does not spell it out: "код и на печать", "it works on the
annual too", "ертең де жарамды"."""

from __future__ import annotations

from collections.abc import Iterator

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.extent import billed_otherwise, reaching_all
from botops.claims.policy import Rule, code_key
from botops.claims.promo import beyond, codes_in
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind

_BRIEF = 4
_CODE = frozenset({"code", "promo"})
_WORKS = frozenset({"s:valid", "s:give"})
_NARROWED = frozenset({"s:neg", "s:onlyw"})
_LIMITED = frozenset({"s:if", "s:onlyw", "s:past", "s:neg"})


def stretched_codes(desk: Desk) -> Iterator[Finding]:
    """A code of the talk promised for a day beyond its window, for products or a way of paying it is not for."""
    rules = _last_code(desk) if desk.terms.codes else ()
    for clause in desk.reading.clauses if rules else ():
        start, end = _span_of(desk, clause)
        if not desk.claimed(start, end):
            continue
        problem = _too_late(desk, clause, rules[0]) or _too_far(desk, clause, rules[0])
        if problem is not None:
            yield term_finding(desk.ctx.turn, FindingKind.PROMO_CODE, desk.reading.text, start, end, problem)
            return


def _too_late(desk: Desk, clause: Clause, rule: Rule) -> Problem | None:
    """Why a code cannot be promised for the day a clause names: "ертең де жарамды" of one that ends today."""
    if not desk.message.dates or desk.names_in(clause.start, clause.end):
        return None
    brief = len(desk.reading.words) <= _BRIEF and _asked_with_code(desk)
    if (brief or desk.tags(clause) & _WORKS) and beyond(desk, clause, rule):
        return Problem("ended", "promo", describe(rule), rule.source)
    return None


def _too_far(desk: Desk, clause: Clause, rule: Rule) -> Problem | None:
    """Why a code cannot be promised for what a clause, or the question it answers, speaks of."""
    tags = desk.tags(clause)
    worded = bool(tags & _CODE)
    answers = _asked_with_code(desk) and (_yes(desk, clause) or "s:all" in tags)
    if not (worded or answers) or tags & _LIMITED:
        return None
    asked = desk.question if not worded or _yes(desk, desk.reading.clauses[0]) or "s:also" in tags else None
    said = (desk.reading, clause.first, clause.last)
    spoken = (said, (asked, 0, len(asked.words))) if asked is not None and _asked_with_code(desk) else (said,)
    if billed_otherwise(rule, spoken):
        return Problem("condition", "promo", describe(rule), rule.source)
    about = _hinted(desk, clause) or (_asked_for(desk) if asked is not None else frozenset())
    if rule.skus and (
        (about and not about & rule.skus and not _akin(desk, about, rule)) or reaching_all(desk, rule, clause)
    ):
        return Problem("product", "promo", describe(rule), rule.source)
    unmet = desk.unmet(rule, clause) if worded else None
    if unmet is not None and not any(q.value == unmet.value for q in desk.reading.counted(clause.first, clause.last)):
        return Problem("condition", "promo", describe(rule), rule.source)
    return None


def _yes(desk: Desk, clause: Clause) -> bool:
    """True for a clause that is nothing but a yes, and not to "so the code is only for …?"."""
    if _NARROWED & desk.reading.concepts or (desk.question is not None and _NARROWED & desk.question.concepts):
        return False
    return all("s:yes" in desk.reading.tags[i] for i in range(clause.first, clause.last))


def _akin(desk: Desk, about: frozenset[str], rule: Rule) -> bool:
    return any(desk.terms.akin(sku, rule.skus) for sku in about)


def _hinted(desk: Desk, clause: Clause) -> frozenset[str]:
    """Products a clause names, in full or by a word of their name."""
    return frozenset(s for h in desk.message.hits_in(clause.start, clause.end) for s in h.skus)


def _asked_for(desk: Desk) -> frozenset[str]:
    question = desk.ctx.question
    return frozenset(s for h in question.hits for s in h.skus) if question is not None else frozenset()


def _asked_with_code(desk: Desk) -> bool:
    """True when the client's last message names a code of the book, or speaks of one."""
    if desk.question is None:
        return False
    folded = code_key(desk.question.text)
    return bool(desk.question.concepts & _CODE) or any(k in folded for k in desk.terms.codes)


def _last_code(desk: Desk) -> tuple[Rule, ...]:
    """The rules of the only code of the last messages, when the reply itself names none."""
    if not desk.terms.codes or any(True for _ in codes_in(desk)):
        return ()
    said = list(desk.codes_named)
    lately = desk.ctx.messages[-4:-1]
    spoken = any(said[0] in code_key(m.text) or _CODE & m.reading.concepts for m in lately) if said else False
    return tuple(desk.in_force(desk.terms.codes[said[0]])) if len(said) == 1 and spoken else ()


def _span_of(desk: Desk, clause: Clause) -> tuple[int, int]:
    words = desk.reading.words
    return words[clause.first].start, words[clause.last - 1].end
