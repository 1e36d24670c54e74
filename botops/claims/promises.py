"""What a reply promises: its claims, right or wrong, and prices held or things done by a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from botops.claims.context import ReplyContext
from botops.claims.deadlines import deadline
from botops.claims.desk import Desk
from botops.claims.mention import Mention
from botops.claims.promise_words import pattern
from botops.claims.reading import Sentence
from botops.claims.scope import Status
from botops.claims.shown import show_amount
from botops.domain.findings import Finding, FindingKind, Judgement, SupportedClaim
from botops.domain.messages import Language
from botops.domain.money import Money
from botops.domain.promises import Promise, PromiseKind

_KINDS = {
    FindingKind.TOTAL: PromiseKind.TOTAL,
    FindingKind.DISCOUNT: PromiseKind.DISCOUNT,
    FindingKind.PROMO_CODE: PromiseKind.PROMO_CODE,
    FindingKind.TERMS: PromiseKind.TERM,
}
_GIVEN = ("gift", "free")
_SUBJECTS = (
    *_GIVEN, "warranty", "trial", "instalment", "cashback", "delivery", "refund", "deposit", "prepay", "vat", "freeze",
    "cancel", "included", "surcharge", "minimum",
)  # fmt: skip
_WORDS: dict[str, tuple[str, str, str]] = {
    "price": ("цена", "баға", "price"),
    "total": ("сумма", "сома", "total"),
    "discount": ("скидка", "жеңілдік", "discount"),
    "promo_code": ("промокод", "промокод", "promo code"),
    "gift": ("подарок", "сыйлық", "gift"),
    "free": ("бесплатно", "тегін", "free of charge"),
    "warranty": ("гарантия", "кепілдік", "warranty"),
    "trial": ("пробный период", "сынақ мерзімі", "trial"),
    "instalment": ("рассрочка", "бөліп төлеу", "instalments"),
    "cashback": ("кэшбэк", "кэшбэк", "cashback"),
    "delivery": ("доставка", "жеткізу", "delivery"),
    "refund": ("возврат", "қайтару", "refund"),
    "deposit": ("депозит", "кепілақы", "deposit"),
    "prepay": ("предоплата", "алдын ала төлем", "prepayment"),
    "vat": ("НДС", "ҚҚС", "VAT"),
    "freeze": ("заморозка", "тоқтата тұру", "freeze"),
    "cancel": ("отмена", "бас тарту", "cancellation"),
    "included": ("входит в стоимость", "бағаға кіреді", "included"),
    "surcharge": ("доплата", "қосымша ақы", "surcharge"),
    "minimum": ("минимум", "ең аз шама", "minimum"),
    "reservation": ("бронь", "брондау", "reservation"),
    "date": ("срок", "мерзім", "date"),
    "term": ("условие", "шарт", "term"),
}
_RIGHT_THEN = {
    "ru": "В тот день прайс это подтверждал; в нынешнем прайсе этого нет.",
    "kk": "Ол күні прайс мұны растаған; қазіргі прайста бұл жоқ.",
    "en": "The price book of that day bore this out; the present one does not.",
}
_MOST_QUOTED = 200


def what(promise: Promise, language: Language = "ru") -> str:
    """What is promised, in words: "гарантия — Кофемашина"."""
    label = _WORDS[promise.subject][("ru", "kk", "en").index(language)]
    return f"{label} — {promise.product}" if promise.product else label


def promises_of(
    context: ReplyContext,
    findings: Sequence[Finding],
    supported: Sequence[SupportedClaim],
    dialogue_id: str = "",
    right_then: Sequence[Finding] = (),
) -> tuple[Promise, ...]:
    """The promises of a reply, in the order of their offsets, from what was found wrong and right in it.

    A finding that an exception lets pass counts as right. `right_then` are claims that the book of today does not bear
    out and the one of their day did.
    """
    found = [_of_finding(context, f, dialogue_id) for f in findings]
    then = (_of_finding(context, f, dialogue_id) for f in right_then)
    found += [replace(p, status=Judgement.SUPPORTED, sources=(), explanations=_RIGHT_THEN) for p in then]
    found += [_of_claim(context, c, dialogue_id) for c in supported if not _is_condition(context, c)]
    found += _commitments(context, found, dialogue_id)
    return tuple(sorted(found, key=lambda p: (p.start, p.end)))


def _of_finding(context: ReplyContext, finding: Finding, dialogue_id: str) -> Promise:
    kind = _KINDS.get(finding.kind, PromiseKind.PRICE)
    kind, subject = _subject(context, kind, finding.start, finding.end)
    sku = finding.sku or _product_at(context, finding.start, finding.end)
    money, percent = _figure(context, finding.start, finding.end)
    status = Judgement.CONTRADICTED if finding.expected is not None else Judgement.UNSUPPORTED
    sources = (finding.source,) if finding.source else ()
    if finding.exception is not None:
        status, sources = Judgement.SUPPORTED, (f"exception:{finding.exception}",)
    return Promise(
        dialogue_id, context.turn, context.at, kind, subject, finding.quote, finding.start, finding.end,
        finding.stated, status, money, percent, sku, _name(context, sku), None,
        sources, finding.explanations,
    )  # fmt: skip


def _of_claim(context: ReplyContext, claim: SupportedClaim, dialogue_id: str) -> Promise:
    kind = _KINDS.get(claim.kind, PromiseKind.PRICE)
    kind, subject = _subject(context, kind, claim.start, claim.end)
    sku = claim.sku or _product_at(context, claim.start, claim.end)
    money, percent = _figure(context, claim.start, claim.end)
    return Promise(
        dialogue_id, context.turn, context.at, kind, subject, claim.quote, claim.start, claim.end, claim.stated,
        Judgement.SUPPORTED, money, percent, sku, _name(context, sku), claim.valid_until, claim.sources,
        claim.explanations,
    )  # fmt: skip


def _is_condition(context: ReplyContext, claim: SupportedClaim) -> bool:
    """True for the least sum or count an offer asks for: "при заказе от 30 000 ₸" promises nothing by itself."""
    said = _mention_at(context, claim.start, claim.end)
    rules = [r for r in context.book.terms.rules if r.source in claim.sources]
    return said is not None and any(
        c.kind in {"min_sum", "min_count"} and c.value == said.amount for r in rules for c in r.conditions
    )


def _subject(context: ReplyContext, kind: PromiseKind, start: int, end: int) -> tuple[PromiseKind, str]:
    """What a promise is about; for a term the topic its words name, else that of its clause."""
    if kind is not PromiseKind.TERM:
        return kind, kind.value
    reading = context.reply.reading
    spans = [(reading.word_at(start), reading.word_at(end))]
    clause = reading.clause_at(start)
    if clause is not None:
        spans.append((clause.first, clause.last))
    for first, last in spans:
        topics = reading.over(first, last)
        subject = next((s for s in _SUBJECTS if s in topics), None)
        if subject is not None:
            return (PromiseKind.GIFT if subject in _GIVEN else kind), subject
    return kind, kind.value


def _product_at(context: ReplyContext, start: int, end: int) -> str | None:
    """The only product spoken of at a span."""
    skus = context.products_at(start, end)
    return skus[0] if len(skus) == 1 else None


def _name(context: ReplyContext, sku: str | None) -> str | None:
    product = context.book.skus.get(sku) if sku is not None else None
    return product.name if product is not None else None


def _mention_at(context: ReplyContext, start: int, end: int) -> Mention | None:
    return next((m for m in context.reply.numbers if m.start < end and start < m.end), None)


def _figure(context: ReplyContext, start: int, end: int) -> tuple[Money | None, Decimal | None]:
    mention = _mention_at(context, start, end)
    if mention is None:
        return None, None
    if mention.kind == "percent":
        return None, mention.amount
    return Money.of(mention.amount, mention.currency or context.book.book.currency), None


def _commitments(context: ReplyContext, claims: Sequence[Promise], dialogue_id: str) -> Iterator[Promise]:
    """Prices and things kept for the client, and what is to happen by a day: one of each for a sentence."""
    desk = Desk.of(context, context.book.terms)
    for sentence in context.reply.reading.sentences:
        if sentence.question:
            continue
        until = deadline(context.reply, sentence.start, sentence.end, context.day)
        held = _said(desk, "hold", sentence)
        if held is not None and (until is not None or _said(desk, "held_price", sentence) is not None):
            yield _held(context, sentence, until, claims, dialogue_id)
            continue
        done = _said(desk, "by_a_day", sentence)
        clause = desk.reading.clause_at(done) if done is not None else None
        by = deadline(context.reply, clause.start, clause.end, context.day) if clause is not None else None
        if by is not None:
            yield _promise(context, sentence, PromiseKind.DATE, by, dialogue_id, f"{by:%d.%m.%Y}")


def _said(desk: Desk, name: str, sentence: Sentence) -> int | None:
    """Where a sentence asserts words of a kind; what is put off ("уточню и перезвоню") counts."""
    match = pattern(name).search(desk.reading.text, sentence.start, sentence.end)
    if match is None:
        return None
    scope = desk.scope(match.start(), match.end())
    told = scope.status in {Status.ASSERTED, Status.DEFERRED} and not scope.hypothetical and scope.tense != "past"
    return match.start() if told else None


def _held(
    context: ReplyContext, sentence: Sentence, until: date | None, claims: Sequence[Promise], dialogue_id: str
) -> Promise:
    """A price held: right when the book keeps that price until the day, wrong when it ends before."""
    priced = [c for c in claims if c.sku is not None and c.kind is PromiseKind.PRICE]
    near = [c for c in priced if sentence.start <= c.start < sentence.end] or priced[-1:]
    sku = near[0].sku if near else _product_at(context, sentence.start, sentence.end)
    said = near[0].money.amount if near and near[0].money is not None else None
    value = show_amount(said, context.book.book.currency) if said is not None and near else ""
    plain = pattern("held_price").search(context.reply.text, sentence.start, sentence.end) is not None
    ends = _ends(context, sku, said) if plain and until is not None else []
    status, explanations = Judgement.NOT_JUDGED, dict[str, str]()
    if until is not None and ends and all(e is None or until <= e for e in ends):
        status = Judgement.SUPPORTED
    elif until is not None and ends and all(e is not None and e < until for e in ends):
        status, explanations = Judgement.CONTRADICTED, _ends_before(max(e for e in ends if e is not None))
    return _promise(
        context, sentence, PromiseKind.RESERVATION, until, dialogue_id, value, sku=sku, status=status,
        sources=(f"sku:{sku}",) if sku and ends else (), explanations=explanations,
    )  # fmt: skip


def _ends(context: ReplyContext, sku: str | None, amount: Decimal | None) -> list[date | None]:
    """The last days of the prices of a product in force today, of that amount when one was said."""
    product = context.book.skus.get(sku) if sku is not None else None
    prices = product.prices_on(context.day) if product is not None else ()
    return [p.window.valid_to for p in prices if amount is None or p.amount == amount]


def _ends_before(last: date) -> dict[str, str]:
    day = f"{last:%d.%m.%Y}"
    return {
        "ru": f"По прайсу эта цена действует только до {day}.",
        "kk": f"Прайс бойынша бұл баға тек {day} дейін күшінде.",
        "en": f"By the price book this price holds only until {day}.",
    }


def _promise(
    context: ReplyContext,
    sentence: Sentence,
    kind: PromiseKind,
    until: date | None,
    dialogue_id: str,
    value: str,
    *,
    sku: str | None = None,
    status: Judgement = Judgement.NOT_JUDGED,
    sources: tuple[str, ...] = (),
    explanations: dict[str, str] | None = None,
) -> Promise:
    end = min(sentence.end, sentence.start + _MOST_QUOTED)
    quote = context.reply.text[sentence.start : end]
    money = _figure(context, sentence.start, end)[0] if value and kind is PromiseKind.RESERVATION else None
    return Promise(
        dialogue_id, context.turn, context.at, kind, kind.value, quote, sentence.start, end, value, status, money, None,
        sku, _name(context, sku), until, sources, explanations or {},
    )  # fmt: skip
