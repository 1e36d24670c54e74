"""One reply: what to say first, what then, and in which manner."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from botops.domain.messages import Message
from botops.simulator import answers
from botops.simulator.answers import Scene
from botops.simulator.facts import Brief
from botops.simulator.figures import Wish, rounded, tiers
from botops.simulator.mistakes import Errors, Mistake, Slips
from botops.simulator.state import Memory, remember
from botops.simulator.stems import stems
from botops.simulator.voice import Voice, capital

_VAT = re.compile(r"ндс|\bvat\b|ққс", re.IGNORECASE)
_REFUND = re.compile(r"возврат|вернуть|возвраща|refund|return|қайтар", re.IGNORECASE)
_INCLUDED = re.compile(r"вход[ия]т|включен|included|кіреді", re.IGNORECASE)
_EMOJI = ("🙂", "👍", "😊", "✅")
_ASIDE = frozenset({"expensive", "competitor", "delivery", "warranty", "code"})


@dataclass(frozen=True, slots=True)
class Composed:
    """A reply with the mistakes made in it on purpose."""

    text: str
    mistakes: tuple[Mistake, ...] = ()


def compose(
    messages: Sequence[Message], brief: Brief, errors: Errors, words: random.Random, luck: random.Random
) -> Composed:
    """The reply to the last client's message. `words` chooses phrasings, `luck` whether and how to err."""
    memory = remember(messages, brief)
    manner = brief.manner
    voice = Voice(
        memory.language,
        words,
        informal=manner.informal,
        spelled=memory.spelled,
        items=brief.knowledge.items,
        currency=brief.knowledge.currency,
    )
    scene = Scene(brief, memory, voice, Slips(errors, luck, brief.knowledge))
    said = _greeting(scene)
    body, commercial = _body(scene)
    said += body
    if commercial:
        said += _promises(scene)
    said += _closing(scene, commercial=commercial)
    return Composed(_dressed(said, scene), tuple(scene.slips.made))


def _greeting(scene: Scene) -> list[str]:
    manner, voice, memory = scene.brief.manner, scene.voice, scene.memory
    if memory.turn:
        return []
    if manner.opening and (memory.language == "ru" or not re.search("[а-яё]", manner.opening, re.IGNORECASE)):
        return [manner.opening if manner.opening[-1] in ".!?" else f"{manner.opening}."]
    company = scene.brief.knowledge.company
    if "greet" not in memory.said.acts and voice.chance(0.3):
        return []
    return [voice.say("greet_company", company=company) if company and voice.chance(0.5) else voice.say("greet")]


def _body(scene: Scene) -> tuple[list[str], bool]:
    """The answer itself, and whether it is about money."""
    memory = scene.memory
    acts = memory.said.acts
    if "human" in acts:
        return [scene.voice.say("hand_over" if scene.brief.manner.hand_over else "no_hand_over")], False
    if "off" in acts and not memory.said.things:
        company = scene.brief.knowledge.company
        about_bot = re.search(r"бот|робот|bot|human", memory.text, re.IGNORECASE) or not company
        return [scene.voice.say("bot" if about_bot else "off", company=company)], False
    return _terms_asked(scene, acts) or _prices_asked(scene, acts) or (_talk(scene, acts), False)


def _terms_asked(scene: Scene, acts: frozenset[str]) -> tuple[list[str], bool] | None:
    memory = scene.memory
    known_code = any(t.code == memory.said.code for t in scene.brief.knowledge.terms) if memory.said.code else False
    if "code" in acts or known_code or (memory.said.code and not memory.said.things):
        return answers.code(scene), True
    if "competitor" in acts:
        key = "competitor" if scene.brief.manner.no_competitors else "competitor_no"
        return [scene.voice.say(key), *answers.refused_percent(scene), *_about_focus(scene)], True
    for act in ("instalment", "trial", "warranty", "delivery", "gift"):
        if act in acts:
            out = answers.refused_percent(scene) + answers.term(scene, act)
            return (answers.quote(scene, memory.focus) if "price" in acts and memory.said.things else []) + out, True
    if "free" in acts:
        return answers.for_nothing(scene), True
    for act, sign in (("vat", _VAT), ("refund", _REFUND), ("included", _INCLUDED)):
        if act in acts:
            out = answers.policy(scene, sign.search)
            if act == "refund" and scene.brief.manner.hand_over and scene.brief.manner.on_refund:
                out.append(scene.voice.say("hand_over"))
            return out, False
    if "expensive" in acts and "bye" not in acts:
        return answers.refused_percent(scene) + answers.expensive(scene), True
    if "discount" in acts:
        before = answers.quote(scene, memory.focus) if memory.said.things else []
        return before + answers.discounts(scene), True
    return None


def _prices_asked(scene: Scene, acts: frozenset[str]) -> tuple[list[str], bool] | None:
    memory, voice = scene.memory, scene.voice
    said = memory.said
    if said.unknown and not said.things:
        return [voice.say("unknown", name=said.unknown)], False
    if "compare" in acts and memory.focus:
        return answers.compare(scene), True
    if _underpriced(memory):
        total = "total" in acts and len(memory.focus) > 1
        said_right = answers.total if total else answers.quote
        return [voice.say("not_that_price"), *said_right(scene, memory.focus)], True
    if "total" in acts and (memory.basket or memory.focus):
        return answers.total(scene, _wanted(memory)), True
    if "order" in acts:
        return _order(scene), bool(memory.focus or memory.basket)
    if "recommend" in acts and not said.qty:
        return answers.recommend(scene), bool(memory.focus)
    if said.things and memory.questioned and not acts - _POLITE and not said.qty:
        return answers.recommend(scene), True
    if said.things:
        return answers.quote(scene, memory.focus), True
    follow_up = said.qty or said.units or said.period or said.variant or said.months or said.city
    if memory.focus and (follow_up or "price" in acts):
        wishes = memory.focus
        if said.months:
            return answers.total(scene, wishes), True
        return answers.quote(scene, wishes), True
    if "price" in acts:
        return [*answers.menu(scene), voice.say("which")], False
    return None


def _underpriced(memory: Memory) -> bool:
    """True when the client names a sum that is no price of what is spoken of and lower than what it comes to: what it
    would be false to go along with, be it claimed, asked or demanded."""
    prices = [(w, [t.amount for t in w.item.current()]) for w in memory.focus if w.item.current()]
    known = {amount for _, amounts in prices for amount in amounts}
    least = sum(min(amounts) * max(wish.qty, 1) for wish, amounts in prices)
    return any(s < least and s not in known for s in memory.said.sums)


def _wanted(memory: Memory) -> tuple[Wish, ...]:
    if memory.said.things and "add" not in memory.said.acts:
        return memory.focus
    return memory.basket or memory.focus


def _about_focus(scene: Scene) -> list[str]:
    return answers.quote(scene, scene.memory.focus) if scene.memory.focus else answers.menu(scene)


def _order(scene: Scene) -> list[str]:
    memory, voice = scene.memory, scene.voice
    out = [voice.say("order")]
    wishes = _wanted(memory)
    if not wishes:
        return [voice.say("ok"), voice.say("which")]
    out += answers.total(scene, wishes)
    if scene.brief.manner.hand_over and scene.brief.manner.on_order:
        out.append(voice.say("hand_over"))
    else:
        out.append(voice.say("order_need"))
    return out


def _talk(scene: Scene, acts: frozenset[str]) -> list[str]:
    voice, memory = scene.voice, scene.memory
    if "leave" in acts:
        return [voice.say("ok"), voice.say("bye")]
    if "bye" in acts:
        return [voice.say("bye")]
    thanks = "thanks" in acts and memory.said.words <= _ASSENT
    if memory.questioned and memory.said.words > 1 and not thanks and not acts - _POLITE - {"thanks"}:
        return [voice.say("ok"), *(answers.recommend(scene) if not memory.focus else [voice.say("next")])]
    if "thanks" in acts:
        return [voice.say("thanks")]
    if "yes" in acts and memory.focus and memory.said.words <= _ASSENT:
        return _order(scene)
    if "no" in acts or "yes" in acts:
        return [voice.say("ok")]
    if "greet" in acts and memory.said.words <= 6:
        return [] if scene.brief.manner.qualify else [voice.say("help")]
    if memory.focus and not acts:
        return [voice.say("ok")]
    return answers.menu(scene)


_ASSENT = 4
_POLITE = frozenset({"greet"})


def _promises(scene: Scene) -> list[str]:
    """Terms the prompt wants everybody to hear, and a discount nobody granted when the seller errs."""
    voice, memory = scene.voice, scene.memory
    out = []
    knowledge, acts = scene.brief.knowledge, memory.said.acts
    universal = [t for t in knowledge.open_terms("percent", "amount") if t.everyone]
    if universal and "discount" not in acts and memory.turn < 2:
        out.append(voice.say("everyone", term=voice.term(universal[0], scene.items)))
        if memory.focus and universal[0].kind == "percent" and len(memory.focus) == 1 and not memory.said.qty:
            out += _after(scene, universal[0].value or Decimal(0))
    elif scene.brief.manner.offers_first and "discount" not in acts:
        mine = [
            t
            for t in knowledge.open_terms("percent", "gift", "free_period")
            if any(i.name in t.items for i in scene.items)
        ]
        out += [voice.say("everyone", term=voice.term(t, scene.items)) for t in mine[:1]]
    invented = scene.slips.discount()
    if invented is not None:
        out.append(voice.say("invented", percent=voice.number(invented)))
        out += _after(scene, invented)
    return out


def _after(scene: Scene, percent: Decimal) -> list[str]:
    if len(scene.memory.focus) != 1 or scene.memory.focus[0].qty > 1:
        return []
    wish = scene.memory.focus[0]
    found = tiers(wish.item, 1, variant=wish.variant, city=scene.memory.city, period=scene.memory.period or "month")
    if not found or found[0].at_least:
        return []
    voice = scene.voice
    amount = rounded(found[0].amount * (100 - percent) / 100, found[0].currency)
    return [voice.say("invented_sum", sum=voice.price(found[0], amount))]


def _closing(scene: Scene, *, commercial: bool) -> list[str]:
    manner, voice, memory = scene.brief.manner, scene.voice, scene.memory
    acts = memory.said.acts
    if acts & {"human", "bye", "leave"} or ("thanks" in acts and not commercial):
        return []
    if manner.qualify and _unasked(memory) and "order" not in acts:
        return [_question(scene)]
    if (
        manner.hand_over
        and not manner.brief
        and commercial
        and acts & {"discount", "expensive", "competitor"}
        and voice.chance(0.5)
    ):
        return [voice.say("hand_over_offer")]
    if "order" in acts or acts & _ASIDE:
        return []
    if manner.next_step and commercial and memory.focus and voice.chance(0.8):
        return [voice.say("next")]
    if manner.detailed and commercial and voice.chance(0.5):
        return [voice.say("detail")]
    return []


def _unasked(memory: Memory) -> bool:
    return memory.turn == 0 and not any(w.qty for w in memory.focus) and not memory.said.qty


def _question(scene: Scene) -> str:
    manner, voice, memory = scene.brief.manner, scene.voice, scene.memory
    told = set(stems(memory.text)) & set(stems(manner.question))
    if (
        manner.question
        and not told
        and (memory.language == "ru" or not re.search("[а-яё]", manner.question, re.IGNORECASE))
    ):
        return capital(manner.question)
    if not memory.focus:
        return voice.say("ask_business")
    periods = {p for w in memory.focus for p in w.item.periods}
    return voice.say("ask_period") if {"month", "year"} <= periods and not memory.period else voice.say("ask_size")


def _dressed(said: list[str], scene: Scene) -> str:
    manner, voice = scene.brief.manner, scene.voice
    parts = [p for p in said if p]
    if not parts:
        parts = [voice.say("help")]
    if manner.emoji and voice.chance(0.7):
        parts[-1] = f"{parts[-1]} {_EMOJI[int(voice.chance(0.5)) * 2 + int(voice.chance(0.5))]}"
    text = " ".join(parts)
    if manner.sign_off and (scene.memory.language == "ru" or not re.search("[а-яё]", manner.sign_off, re.IGNORECASE)):
        text = f"{text} {manner.sign_off}"
    return text
