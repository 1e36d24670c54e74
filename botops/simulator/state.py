"""What a seller remembers of a dialogue: the things in focus, the basket, the city, the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from botops.domain.messages import Language, Message
from botops.simulator.facts import Brief
from botops.simulator.figures import Wish
from botops.simulator.understand import Said, understand

_WANTS = frozenset({"order", "add", "total"})


@dataclass(frozen=True, slots=True)
class Memory:
    """A dialogue up to the message to be answered. `turn` counts replies given before; `spelled` writes currencies
    out; `questioned` is true when the last reply asked something."""

    said: Said
    text: str
    language: Language = "ru"
    focus: tuple[Wish, ...] = ()
    basket: tuple[Wish, ...] = ()
    period: str = ""
    months: int = 0
    city: str = ""
    turn: int = 0
    asked: frozenset[str] = frozenset()
    spelled: bool = False
    questioned: bool = False


def remember(messages: Sequence[Message], brief: Brief) -> Memory:
    """Folds a dialogue's messages; the last client's message is the one to be answered."""
    first = next((m.content for m in messages if m.role == "user"), "")
    memory = Memory(Said(None, frozenset()), "", spelled=crc32(first.encode()) % 5 == 0)
    manner = brief.manner
    for message in messages:
        if message.role == "user":
            memory = _heard(memory, message.content, brief)
        elif message.role == "assistant":
            memory = replace(memory, turn=memory.turn + 1, questioned=message.content.rstrip(" 🙂👍😊✅").endswith("?"))
    return replace(memory, language=manner.only) if manner.only else memory


def _heard(memory: Memory, text: str, brief: Brief) -> Memory:
    said = understand(text, brief)
    items = brief.knowledge.items
    named = tuple(
        Wish(items[n], qty, said.variant if said.variant in items[n].variants else "") for n, qty in said.things
    )
    focus, basket = memory.focus, memory.basket
    if named:
        if len(named) == 1 and not named[0].qty:
            named = (replace(named[0], qty=said.qty or _counted(named[0], said)),)
        named = tuple(_with_earlier(w, memory) for w in named)
        focus = named
        wanted = bool(said.acts & _WANTS) or any(w.qty for w in named)
        if said.acts & {"order", "add"}:
            basket = _joined(basket, memory.focus)
        basket = _joined(basket, named) if wanted else basket
    elif focus and (said.qty or said.variant or said.units):
        focus = tuple(_refined(w, said) for w in focus)
        basket = _joined(basket, focus)
    return replace(
        memory,
        said=said,
        text=text,
        language=_kept_language(memory, said),
        focus=focus,
        basket=basket,
        period=said.period or memory.period,
        months=said.months or memory.months,
        city=said.city or memory.city,
        asked=memory.asked | said.acts,
    )


def _kept_language(memory: Memory, said: Said) -> Language:
    """A word or two in Cyrillic that say nothing known do not turn a Kazakh dialogue Russian."""
    unclear = said.language == "ru" and said.words <= _UNCLEAR and not said.acts and not said.things
    return memory.language if unclear and memory.language == "kk" else said.language or memory.language


_UNCLEAR = 2


def _counted(wish: Wish, said: Said) -> int:
    """How many of the units a thing is charged by the client named ("на 6 точек")."""
    charged = {t.unit for t in wish.item.current()}
    return next((n for unit, n in said.units if unit in charged), 0)


def _refined(wish: Wish, said: Said) -> Wish:
    variant = said.variant if said.variant in wish.item.variants else wish.variant
    return replace(wish, qty=said.qty or _counted(wish, said) or wish.qty, variant=variant)


def _with_earlier(wish: Wish, memory: Memory) -> Wish:
    """A thing named again keeps the quantity and variant said before."""
    known = next((w for w in (*memory.focus, *memory.basket) if w.item is wish.item), None)
    if known is None:
        return wish
    return replace(wish, qty=wish.qty or known.qty, variant=wish.variant or known.variant)


def _joined(basket: tuple[Wish, ...], more: tuple[Wish, ...]) -> tuple[Wish, ...]:
    names = {w.item.name for w in more}
    return (*(w for w in basket if w.item.name not in names), *more)
