"""Checks of how the bot conducts itself: questions it asks, hand-overs, what became of its replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from botops.bot.escalation import promises_person
from botops.claims import find_numbers
from botops.domain.turns import Action
from botops.evals.checks.base import Check, DialogueView, Miss, OrAlone, Params, Sample, Scope, filled, shortened
from botops.evals.checks.facts import FACTS, Fact, asked_about, tells

Facts = Annotated[tuple[Fact, ...], OrAlone(), AfterValidator(filled)]


class Asks(Params):
    """Facts the bot should ask about; one of them is enough with `any_of`."""

    short: ClassVar[str | None] = "facts"
    facts: Facts
    any_of: bool = False


def asks(params: Asks, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """A reply holds a question about each fact."""
    missing = [fact for fact in params.facts if not any(asked_about(turn.reply, fact) for turn in scope)]
    if not missing or (params.any_of and len(missing) < len(params.facts)):
        return
    names = ", ".join(missing)
    last = scope[-1] if scope else None
    yield Miss(
        f"Бот не спросил: {names}.", f"The bot did not ask about: {names}.",
        last.number if last else None, shortened(last.reply) if last else "", names,
    )  # fmt: skip


class Reask(Params):
    """Facts that the client tells; all known ones without a list."""

    short: ClassVar[str | None] = "facts"
    facts: Annotated[tuple[Fact, ...], OrAlone()] = FACTS


def does_not_reask(params: Reask, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """No reply asks about a fact after the client has told it."""
    for turn in scope:
        told = [m.content for m in turn.before if m.role == "user"] + [turn.client]
        for fact in params.facts:
            question = asked_about(turn.reply, fact)
            said = next((text for text in told if tells(text, fact)), None) if question else None
            if question and said:
                yield Miss(
                    f"Клиент уже сказал это («{shortened(said, 80)}»), а бот спрашивает снова.",
                    f"The client has said it (“{shortened(said, 80)}”), yet the bot asks again.",
                    turn.number, question, rule=fact,
                )  # fmt: skip


class HandsOver(Params):
    """Reasons that count: the client asked for a person, or the bot promised one. A blocked reply is no reason."""

    short: ClassVar[str | None] = "rules"
    rules: Annotated[tuple[str, ...], OrAlone(), AfterValidator(filled)] = (
        "client_request",
        "bot_promised",
    )


def hands_over(params: HandsOver, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """The dialogue is really put into the hand-off queue: words alone do not count."""
    if any(turn.record.hand_off and turn.record.hand_off.rule in params.rules for turn in scope):
        return
    last = scope[-1] if scope else None
    other = ", ".join(dict.fromkeys(turn.record.hand_off.rule for turn in scope if turn.record.hand_off))
    ru, en = "Диалог не передан человеку.", "The dialogue was not handed over to a person."
    if other:
        ru = f"Диалог передан человеку, но по другой причине: {other}."
        en = f"The dialogue was handed over to a person, but for another reason: {other}."
    yield Miss(
        ru, en,
        last.number if last else None, shortened(last.reply) if last else "", " | ".join(params.rules),
    )  # fmt: skip


def hand_over_is_real(params: Params, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """A reply that says a person is being called in stands in a dialogue that is in the hand-off queue by then."""
    last = scope[-1].number if scope else 0
    queued = next((turn.number for turn in dialogue.turns if turn.record.hand_off), last + 1)
    for turn in scope:
        if turn.number < queued and promises_person(turn.reply):
            yield Miss(
                "Сказано, что подключится человек, но диалог никому не передан.",
                "A person was announced, yet the dialogue was handed over to nobody.",
                turn.number, shortened(turn.reply),
            )  # fmt: skip


class Reaches(Params):
    """By which turn a reply is to have named a `price`, or the dialogue to be handed over; one of them is enough."""

    short: ClassVar[str | None] = "turns"
    turns: int = Field(ge=1, le=50)
    any_of: Annotated[tuple[Literal["price", "hand_over"], ...], OrAlone(), AfterValidator(filled)] = (
        "price",
        "hand_over",
    )


def reaches(params: Reaches, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Within so many turns of the dialogue."""
    for turn in dialogue.turns[: params.turns]:
        priced = any(said.kind == "money" for said in find_numbers(turn.reply))
        if ("price" in params.any_of and priced) or ("hand_over" in params.any_of and turn.record.hand_off):
            return
    ru_names = {"price": "цена не названа", "hand_over": "человеку не передано"}
    en_names = {"price": "no price was named", "hand_over": "nobody took over"}
    ru, en = (", ".join(names[goal] for goal in params.any_of) for names in (ru_names, en_names))
    yield Miss(
        f"За первые ходы ({params.turns}): {ru}.", f"Within {params.turns} turns: {en}.",
        expected=" | ".join(params.any_of),
    )  # fmt: skip


class NoParams(Params):
    """No parameters."""


def does_not_hand_over(params: NoParams, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Nothing is put into the hand-off queue."""
    for turn in scope:
        row = turn.record.hand_off
        if row is not None:
            yield Miss(
                f"Диалог передан человеку без нужды ({row.rule}).",
                f"The dialogue was handed over without need ({row.rule}).",
                turn.number, shortened(turn.reply), rule=row.rule,
            )  # fmt: skip


class ActionIn(Params):
    """What may become of a reply."""

    short: ClassVar[str | None] = "actions"
    actions: Annotated[tuple[Action, ...], OrAlone(), AfterValidator(filled)]


def action_in(params: ActionIn, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every turn ended in one of the actions."""
    wanted = " | ".join(params.actions)
    for turn in scope:
        action = turn.record.action
        if action not in params.actions:
            yield Miss(
                f"Итог хода — {action}, ожидалось: {wanted}.", f"The turn ended as {action}, expected: {wanted}.",
                turn.number, shortened(turn.reply), wanted, str(action),
            )  # fmt: skip


CHECKS: Iterable[Check] = (
    Check(
        "asks", {"ru": "Спрашивает о клиенте", "en": "Asks the client"},
        "The bot asks about the facts it needs to advise.", Asks, asks,
        (
            Sample((("Сколько стоит?", "Подскажите, у вас магазин или кафе?"),), holds=True, params="business"),
            Sample((("Бағасы?", "Сізде дүкен бе, дәмхана ма?"),), holds=True, params="business"),
            Sample((("Сколько стоит?", "У вас магазин. 100 ₸. Оформляем?"),), holds=False, params="business"),
            Sample((("Price?", "How many tills do you have?"),), holds=True, params="tills"),
            Sample((("Price?", "How many tills do you have?"),), holds=False, params=["tills", "quantity"]),
            Sample((("Price?", "Which city?"),), holds=True, params={"facts": ["tills", "city"], "any_of": True}),
            Sample((("Price?", "Which city?"),), holds=False, params=["tills", "city"]),
        ),
        tags=("conduct",),
    ),
    Check(
        "does_not_reask", {"ru": "Не переспрашивает", "en": "Does not re-ask"},
        "The bot does not ask again what the client has told.", Reask, does_not_reask,
        (
            Sample((("У меня кафе, сколько стоит?", "Сколько у вас касс?"),), holds=True, params="business"),
            Sample((("У меня кафе", "Понятно."), ("Цена?", "У вас магазин или кафе?")), holds=False, params="business"),
            Sample((("Цена?", "У вас магазин или кафе?"), ("Кафе", "Хорошо.")), holds=True),
        ),
        tags=("conduct",),
    ),
    Check(
        "hands_over", {"ru": "Передаёт человеку", "en": "Hands over"},
        "The dialogue is put into the hand-off queue because the client asked or the bot promised.",
        HandsOver, hands_over,
        (
            Sample((("Позовите менеджера", "Передаю."),), holds=True, hand_off="client_request"),
            Sample((("Позовите менеджера", "Передаю."),), holds=False),
            Sample((("Скидка?", "Передаю."),), holds=False, hand_off="blocked_reply"),
            Sample((("Скидка?", "Передаю."),), holds=True, hand_off="blocked_reply", params="blocked_reply"),
        ),
        tags=("conduct",),
    ),
    Check(
        "hand_over_is_real", {"ru": "Передача не на словах", "en": "A hand-over in deed"},
        "When a reply says that a person is being called in, the dialogue is put into the hand-off queue.",
        NoParams, hand_over_is_real,
        (
            Sample((("Цена?", "Передаю ваш вопрос менеджеру."),), holds=False),
            Sample((("Цена?", "Передаю ваш вопрос менеджеру."),), holds=True, hand_off="bot_promised"),
            Sample((("Цена?", "Сұрағыңызды менеджерге беремін."),), holds=False),
            Sample((("Price?", "I'm passing you to a manager."),), holds=False),
            Sample((("Цена?", "5 000 ₸. Если нужно, могу позвать менеджера."),), holds=True),
        ),
        tags=("conduct",),
    ),
    Check(
        "reaches", {"ru": "Доходит до сути", "en": "Comes to the point"},
        "Within so many turns a price is named or the dialogue is handed over.", Reaches, reaches,
        (
            Sample((("Цена?", "Чем занимаетесь?"), ("Кафе", "«Альфа» — 5 000 ₸ в месяц.")), holds=True, params=2),
            Sample((("Цена?", "Чем занимаетесь?"), ("Кафе", "«Альфа» — 5 000 ₸ в месяц.")), holds=False, params=1),
            Sample((("Менеджера!", "Передаю."),), holds=True, params={"turns": 1, "any_of": "hand_over"},
                   hand_off="client_request"),
            Sample((("Цена?", "5 000 ₸."),), holds=False, params={"turns": 3, "any_of": "hand_over"}),
        ),
        tags=("conduct", "dialogue"),
    ),
    Check(
        "does_not_hand_over", {"ru": "Отвечает без человека", "en": "Does not hand over"},
        "The bot answers itself: nothing is put into the hand-off queue.", NoParams, does_not_hand_over,
        (
            Sample((("Цена?", "5 000 ₸."),), holds=True),
            Sample((("Цена?", "Передаю менеджеру."),), holds=False, hand_off="bot_promised"),
        ),
        tags=("conduct",),
    ),
    Check(
        "action_in", {"ru": "Итог хода", "en": "Outcome of the turn"},
        "What became of the replies: passed, flagged, repaired, blocked, handed_over.", ActionIn, action_in,
        (
            Sample((("Цена?", "5 000 ₸."),), holds=True, params=["passed", "repaired"]),
            Sample((("Цена?", "5 000 ₸."),), holds=False, params="handed_over"),
        ),
        tags=("conduct",),
    ),
)  # fmt: skip
