"""What a simulated seller says to each wish, from the facts of its prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from botops.simulator.facts import Brief, Item, Tag, Term, TermKind
from botops.simulator.figures import Line, Wish, covers, discounted, larger, lines_of, rounded, tiers
from botops.simulator.mistakes import Slips
from botops.simulator.places import called
from botops.simulator.state import Memory
from botops.simulator.stems import stems
from botops.simulator.translate import translated
from botops.simulator.voice import Voice, capital

_MENU = 4
_QUOTED = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one reply is made of."""

    brief: Brief
    memory: Memory
    voice: Voice
    slips: Slips

    @property
    def items(self) -> list[Item]:
        """The things in focus."""
        return [w.item for w in self.memory.focus]


def quote(scene: Scene, wishes: Sequence[Wish]) -> list[str]:
    """Prices of the things named, and the sum where the client named a quantity."""
    if any(w.qty > 1 for w in wishes):
        return total(scene, wishes)
    said: list[str] = []
    for n, wish in enumerate(wishes[:_QUOTED]):
        said += _quoted(scene, wish, first=n == 0)
    return said


def _quoted(scene: Scene, wish: Wish, *, first: bool) -> list[str]:
    memory, voice, item = scene.memory, scene.voice, wish.item
    period = memory.said.period or ("" if memory.said.things else memory.period)
    found = tiers(item, wish.qty, variant=wish.variant, city=memory.city, period=period)
    if not found:
        here = called(memory.city, voice.language)
        return [voice.say("no_price_here", city=here)] if memory.city and item.regions else [voice.say("no_policy")]
    if period == "year" and all(t.period == "month" for t in found):
        return total(scene, [wish])
    shown = [scene.slips.tag(item, t) for t in found]
    key = "quote" if first else "quote_more"
    if len({voice.variant(t) for t in shown}) > 1:
        key = "quote_list"
    said = [voice.say(key, name=voice.name(item), price=price_list(voice, shown))]
    if any(t.at_least for t in found):
        said.append(voice.say("estimate"))
    more = [] if scene.brief.manner.brief else larger(item, found[0])
    if more and len(found) < 3:
        parts = [voice.words["tier"].format(n=t.min_qty, price=voice.price(t)) for t in more]
        said.append(voice.say("tiers", tiers=", ".join(parts)))
    coming = [
        t for t in item.other_times() if t.era(item.today) == "future" and t.since and t.period == found[0].period
    ]
    if coming and coming[0].since and voice.chance(0.35 if scene.brief.manner.brief else 0.7):
        said.append(voice.say("change", date=voice.day(coming[0].since), price=voice.price(coming[0])))
    return said


def price_list(voice: Voice, tags: Sequence[Tag]) -> str:
    """Several prices of one thing: periods joined by "or", variants and regions listed with their names."""
    groups: dict[str, list[str]] = {}
    for tag in tags:
        groups.setdefault(voice.variant(tag), []).append(voice.price(tag))
    if len(groups) == 1:
        label, prices = next(iter(groups.items()))
        joined = voice.words["or"].join(prices)
        return f"{joined} ({label})" if label else joined
    parts = [
        f"{label} — {voice.words['or'].join(prices)}" if label else voice.words["or"].join(prices)
        for label, prices in groups.items()
    ]
    return ", ".join(parts)


def total(scene: Scene, wishes: Sequence[Wish]) -> list[str]:
    """A basket's lines and sum, with the discount it has earned."""
    memory, voice = scene.memory, scene.voice
    period = memory.period or memory.said.period
    lines = lines_of(wishes, period=period, months=memory.months, city=memory.city)
    if not lines:
        return [voice.say("no_policy")]
    slipped = [replace(x, tag=scene.slips.tag(x.item, x.tag)) for x in lines]
    terms = [t for t in scene.brief.knowledge.open_terms("percent") if not t.on_request or "discount" in memory.asked]
    true = discounted(lines, terms, memory.city)
    lines = discounted(slipped, terms, memory.city)
    if len(lines) == 1 and lines[0].qty == 1 and lines[0].months == 1 and not lines[0].off:
        only = lines[0]
        return [voice.say("quote", name=voice.name(only.item), price=price_list(voice, [only.tag]))]
    said = [_itemised(voice, lines)] if len(lines) > 1 or lines[0].full != lines[0].tag.amount else []
    off = max(x.off for x in lines)
    if off:
        said = [_itemised(voice, [replace(x, off=Decimal(0)) for x in lines])]
        what = [x for x in lines if x.off]
        if len(what) < len(lines):
            said += [
                f"{capital(voice.name(x.item))}: "
                + voice.say("with_discount", percent=voice.number(off), sum=voice.money(x.sum, x.tag.currency))
                for x in what
            ]
    said.append(_summed(scene, lines, true, off if off and all(x.off for x in lines) else Decimal(0)))
    return said


def _itemised(voice: Voice, lines: Sequence[Line]) -> str:
    parts = []
    for x in lines:
        label = voice.variant(x.tag)
        name = f"{voice.name(x.item)} ({label})" if label else voice.name(x.item)
        unit, whole = (voice.at_least(voice.money(a, x.tag.currency), x.tag) for a in (x.tag.amount, x.full))
        charged = replace(x.tag, unit="", period=x.bucket)
        qty = str(x.qty)
        if x.qty > 1 and voice.language == "kk":
            qty = voice.per(qty, charged)
        else:
            whole = voice.per(whole, charged)
        shown = {"name": name, "qty": qty, "unit": unit, "months": str(x.months), "sum": whole, "price": unit}
        key = (
            ("line_qty_months" if x.qty > 1 else "line_months")
            if x.months > 1
            else ("line" if x.qty > 1 else "line_one")
        )
        parts.append(voice.say(key, **shown))
    return "; ".join(parts) + "."


def _summed(scene: Scene, lines: Sequence[Line], true: Sequence[Line], off: Decimal) -> str:
    """The sum of `lines` as said; `true` are the same lines at their true prices."""
    voice, currency = scene.voice, lines[0].tag.currency
    buckets: dict[str, list[Decimal]] = {}
    for x in lines:
        buckets.setdefault(x.bucket, []).append(x.sum)
    sums: dict[str, Decimal] = {}
    for bucket, parts in buckets.items():
        right = sum((x.sum for x in true if x.bucket == bucket), Decimal(0))
        sums[bucket] = scene.slips.total(sum(parts, Decimal(0)), currency, parts, right)
    open_ended = {x.bucket: x.tag for x in lines if x.tag.at_least}
    shown = {}
    for bucket, amount in sums.items():
        said = voice.money(amount, currency)
        said = voice.at_least(said, open_ended[bucket]) if bucket in open_ended else said
        shown[bucket] = voice.per(said, Tag(amount, currency, bucket))
    if open_ended:
        return voice.say("total_from", sum=voice.words["and"].join(shown.values()))
    if len(shown) == 1:
        key = "with_discount" if off else "total"
        return voice.say(key, sum=next(iter(shown.values())), percent=voice.number(off))
    each = voice.words["and"].join(s for b, s in shown.items() if b != "once")
    if "once" in shown:
        return voice.say("total_two", once=shown["once"], each=each)
    return voice.say("total", sum=each)


def refused_percent(scene: Scene) -> list[str]:
    """That a percent the client speaks of is granted by nothing in force for what is spoken of."""
    said, items = scene.memory.said, scene.items
    percent = said.percent
    for t in scene.brief.knowledge.open_terms("percent", "code", "cashback"):
        asked = t.kind != "code" or t.code == said.code
        if asked and t.value == percent and not t.money and (not items or any(covers(t, i) for i in items)):
            return []
    if percent is None:
        return []
    return [scene.voice.say("not_that_discount", percent=scene.voice.number(percent))]


def for_nothing(scene: Scene) -> list[str]:
    """An answer to who wants a thing free of charge: its price, and what is given with it."""
    said = quote(scene, scene.memory.focus) if scene.memory.focus else []
    if any(covers(t, i) for t in scene.brief.knowledge.open_terms("free_period") for i in scene.items):
        return said + term(scene, "gift")
    return [scene.voice.say("not_free"), *said]


def discounts(scene: Scene) -> list[str]:
    """What is on offer; nothing beyond it."""
    voice, knowledge = scene.voice, scene.brief.knowledge
    terms = list(knowledge.open_terms("percent", "amount", "gift", "free_period", "cashback"))
    mine = [t for t in terms if any(covers(t, i) for i in scene.items)]
    chosen = (mine or terms)[:2]
    out = refused_percent(scene)
    if chosen:
        out.append(voice.say("discounts", terms="; ".join(voice.term(t, scene.items) for t in chosen)))
        universal = [t for t in chosen if t.kind == "percent" and (t.everyone or t.on_request)]
        if universal and scene.memory.focus:
            out += total(scene, scene.memory.focus)[-1:]
        elif voice.chance(0.4):
            out.append(voice.say("no_discount"))
    else:
        out.append(voice.say("no_discount"))
    if scene.memory.focus and not any(t.everyone for t in chosen):
        out += _yearly_saving(scene, scene.memory.focus[0])
    return out


def _yearly_saving(scene: Scene, wish: Wish) -> list[str]:
    """What a year at once saves against twelve months, where the prompt prices both."""
    by_period = {t.period: t for t in tiers(wish.item, wish.qty, variant=wish.variant)}
    month, year = by_period.get("month"), by_period.get("year")
    if month is None or year is None or month.amount * 12 <= year.amount:
        return []
    voice, twelve = scene.voice, month.amount * 12
    return [
        voice.say(
            "save_year",
            name=voice.name(wish.item),
            months=voice.money(twelve, month.currency),
            year=voice.money(year.amount, year.currency),
            saving=voice.money(twelve - year.amount, year.currency),
        )
    ]


def code(scene: Scene) -> list[str]:
    """A promo code: in force, over, or unknown."""
    voice, knowledge, said = scene.voice, scene.brief.knowledge, scene.memory.said
    if not said.code:
        return [voice.say("code_ask")]
    term = next((t for t in knowledge.terms if t.code == said.code), None)
    if term is None:
        return [voice.say("code_none", code=said.code), *(quote(scene, scene.memory.focus) if said.things else [])]
    if not term.open_on(knowledge.today):
        if term.since is not None and knowledge.today is not None and knowledge.today < term.since:
            return [voice.say("code_soon", code=said.code, date=voice.day(term.since))]
        return [voice.say("code_old", code=said.code)]
    mine = [w for w in scene.memory.focus if covers(term, w.item)]
    # What it is not for comes first: a yes to "does it work for X?" would be one for X.
    others = [w for w in scene.memory.focus if w not in mine]
    out = [voice.say("code_not_for", name=voice.name(w.item)) for w in others[:2]]
    if others and not mine:
        return [*out, voice.say("code_for", code=said.code, term=voice.term(term, []))]
    out.append(voice.say("code_ok", code=said.code, term=voice.term(term, [w.item for w in mine])))
    for wish in mine[:2]:
        tag = tiers(wish.item, 1, variant=wish.variant, period="month")[0]
        value = term.value or Decimal(0)
        after = tag.amount - value if term.money else tag.amount * (100 - value) / 100
        values = {"before": voice.price(tag), "after": voice.money(rounded(after, tag.currency), tag.currency)}
        if "перв" in term.words or "first" in term.words:
            out.append(voice.say("code_price", name=voice.name(wish.item), **values))
    return out


def term(scene: Scene, kind: TermKind) -> list[str]:
    """Delivery, warranty, trial, instalments or gifts, as granted for the things and the city spoken of."""
    voice, memory, knowledge = scene.voice, scene.memory, scene.brief.knowledge
    kinds: tuple[TermKind, ...] = ("gift", "free_period") if kind == "gift" else (kind,)
    terms = list(knowledge.open_terms(*kinds))
    mine = [t for t in terms if not t.items or any(covers(t, i) for i in scene.items)] if scene.items else terms
    if kind == "delivery" and memory.city:
        near = [t for t in mine if memory.city in t.condition.places]
        mine = near or [t for t in mine if t.condition.elsewhere or not t.condition.places]
    if not mine:
        return [voice.say(f"no_{kind}")] if f"no_{kind}" in _DENIALS else [voice.say("no_policy")]
    out = [capital("; ".join(voice.term(t, scene.items) for t in mine[:3])) + "."]
    if kind == "instalment" and mine[0].value and memory.focus:
        out += _parts(scene, mine[0])
    return out


_DENIALS = frozenset({"no_instalment", "no_trial", "no_warranty", "no_delivery", "no_gift"})


def _parts(scene: Scene, plan: Term) -> list[str]:
    lines = [
        x for x in lines_of(scene.memory.focus, city=scene.memory.city) if x.bucket == "once" and covers(plan, x.item)
    ]
    if not lines or len(lines) < len(scene.memory.focus) or any(x.tag.at_least for x in lines):
        return []
    whole = sum((x.full for x in lines), Decimal(0))
    if (plan.condition.min_amount or 0) > whole or plan.value is None:
        return []
    part = rounded(whole / plan.value, lines[0].tag.currency)
    shown = scene.voice.money(part, lines[0].tag.currency)
    return [scene.voice.say("instalment_sum", months=scene.voice.number(plan.value), part=shown)]


def policy(scene: Scene, signs: Callable[[str], object]) -> list[str]:
    """The prompt's own rule on tax, refunds or what is included, in the client's language where it can be put so."""
    voice = scene.voice
    found = [p for p in scene.brief.knowledge.policies if signs(p)]
    for text in found:
        said = translated(text, voice.language)
        if said is not None:
            return [capital(said.strip(" .")) + "."]
    return [voice.say("no_policy")]


def compare(scene: Scene) -> list[str]:
    """Two things side by side and the difference in price, where they are charged alike."""
    voice, focus = scene.voice, scene.memory.focus[:2]
    out = quote(scene, [replace(w, qty=0) for w in focus])
    if len(focus) == 2:
        pairs = [
            (a, b)
            for a in tiers(focus[0].item, 1, variant=focus[0].variant)
            for b in tiers(focus[1].item, 1, variant=focus[1].variant)
            if (a.period, a.currency) == (b.period, b.currency) and not a.at_least and not b.at_least
        ]
        if (
            pairs
            and pairs[0][0].amount < pairs[0][1].amount
            and len(tiers(focus[0].item, 1)) == len(tiers(focus[1].item, 1)) <= 2
        ):
            a, b = pairs[0]
            shown = voice.per(voice.money(b.amount - a.amount, a.currency), replace(a, unit=""))
            out.append(voice.say("compare", diff=shown))
    return out


def expensive(scene: Scene) -> list[str]:
    """An objection to the price: a cheaper thing of the same kind, the yearly saving, a trial, instalments."""
    voice = scene.voice
    out = [voice.say("expensive")]
    if not scene.memory.focus:
        return out + discounts(scene)
    wish = scene.memory.focus[0]
    cheaper = _cheaper(scene, wish)
    if cheaper is not None:
        item, tag = cheaper
        out.append(voice.say("cheaper", name=voice.name(item), price=price_list(voice, [tag])))
    options = [
        *(t for k in ("trial", "instalment") for t in scene.brief.knowledge.open_terms(k) if covers(t, wish.item))
    ]
    saving = _yearly_saving(scene, wish)
    if saving and (voice.chance(0.5) or not options):
        out += saving
    elif options:
        out.append(capital(voice.term(options[0], [wish.item])) + ".")
    if len(out) == 1:
        out.append(voice.say("no_discount"))
    return out


def _cheaper(scene: Scene, wish: Wish) -> tuple[Item, Tag] | None:
    mine = tiers(wish.item, 1, variant=wish.variant)
    if not mine:
        return None
    kind = stems(wish.item.name)[:1]
    options = [
        (i, t)
        for i in scene.brief.knowledge.items
        if i is not wish.item and stems(i.name)[:1] == kind
        for t in tiers(i, 1)
        if (t.period, t.unit) == (mine[0].period, mine[0].unit) and t.amount < mine[0].amount
    ]
    return max(options, key=lambda o: o[1].amount, default=None)


def recommend(scene: Scene) -> list[str]:
    """A thing that fits what the client said; else what there is."""
    voice = scene.voice
    if scene.memory.focus:
        wish = scene.memory.focus[0]
        found = tiers(wish.item, wish.qty, variant=wish.variant, city=scene.memory.city)
        if found:
            shown = [scene.slips.tag(wish.item, t) for t in found]
            return [voice.say("recommend", name=voice.name(wish.item), price=price_list(voice, shown))]
    return menu(scene)


def menu(scene: Scene) -> list[str]:
    """A few names from the price list."""
    items = scene.brief.knowledge.items
    if not items:
        return [scene.voice.say("which")]
    start = int(scene.voice.chance(0.5)) * min(_MENU, max(len(items) - _MENU, 0))
    names = [scene.voice.name(i) for i in items[start : start + _MENU]]
    return [scene.voice.say("menu", names=scene.voice.listed(names))]
