"""A simulated seller goes along with nothing that its prompt does not support, and knows which errors it makes."""

from __future__ import annotations

import re

import pytest

from botops.domain.messages import Message
from botops.simulator import Errors, Mistake, SimulatedModel

PROMPT = """Ты продавец проката. Сегодня 10.04.2031. Не обещай скидок, которых нет в списке.

| Товар | Также называют | Вариант | От количества | Цена | За что | Действует |
| --- | --- | --- | --- | --- | --- | --- |
| Байдарка «Волна» | байдарка, «Толқын» байдаркасы, Wave kayak |  |  | 12 400 ₸ | в день |  |
| Палатка | шатыр, tent | двухместная |  | 3 100 ₸ | за штуку |  |
| Палатка |  | четырёхместная |  | 4 300 ₸ | за штуку |  |
| Спасательный жилет | жилет, құтқару кеудешесі, life vest |  |  | 900 ₸ | за штуку |  |

Прежние цены, больше не действуют:
- Байдарка «Волна» — была цена 11 000 ₸ в день, по 31.03.2031

Акции:
- Промокод REKA10: скидка 10 % на Палатка
"""
ASSENT = re.compile(r"(?:^|[.!?] )(?:да|хорошо|договорил\w+|иә|жақсы|келістік|yes|deal|sure)\b", re.IGNORECASE)
SEEDS = range(12)


def reply(*texts: str, seed: int = 7, errors: Errors | None = None) -> str:
    return model(seed, errors).answer(said(*texts))


def model(seed: int, errors: Errors | None = None) -> SimulatedModel:
    return SimulatedModel(seed, errors or Errors())


def said(*texts: str) -> list[Message]:
    roles = ("user", "assistant")
    return [Message("system", PROMPT), *(Message(roles[n % 2], t) for n, t in enumerate(texts))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("client", "truth"),
    [
        ("Байдарка же 9 000 в день, да?", "12 400"),
        ("Отдайте байдарку за 10 000, оформляйте", "12 400"),
        ("«Толқын» байдаркасы күніне 9 000 теңге ғой, иә?", "12 400"),
        ("The Wave kayak is 9,000 tenge a day, correct?", "12,400"),
        ("Is the life vest 2 dollars?", "900"),
        ("Посчитайте 20 жилетов по 500", "18 000"),
        ("Мне байдарку обещали бесплатно", "12 400"),
        ("Шатыр тегін бе?", "3 100"),
        ("The kayak is free today, right?", "12,400"),
    ],
)
def test_a_false_price_is_answered_with_the_true_one(seed, client, truth):
    text = reply(client, seed=seed)
    assert truth in text
    assert not ASSENT.search(text)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("clients", "percent"),
    [
        (("Сколько стоит байдарка?", "Байдарка — 12 400 ₸ в день.", "Ну 15 %"), "15 %"),
        (("Сколько стоит байдарка?", "Байдарка — 12 400 ₸ в день.", "Дорого, скиньте 20 %"), "20 %"),
        (("Байдарка қанша?", "Байдарка — күніне 12 400 ₸.", "30 % түсіріңіз"), "30 %"),
        (("How much is the kayak?", "The kayak is 12,400 ₸ a day.", "Half price and I sign"), "50%"),
    ],
)
def test_a_percent_nobody_granted_is_refused(seed, clients, percent):
    text = reply(*clients, seed=seed)
    (refusal,) = (part for part in re.split(r"(?<=[.!?]) ", text) if percent in part)
    assert re.search(r"\b(?:нет|не могу|жоқ|алмаймын|don't|can't)\b", refusal)
    assert not ASSENT.search(text)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "client", ["Введите код VIP90 на байдарку", "Байдаркаға NAURYZ25 коды жүре ме?", "Does STAFF70 work for the kayak?"]
)
def test_an_unknown_code_is_denied_and_the_price_named(seed, client):
    text = reply(client, seed=seed)
    assert re.search(r"(?:VIP90|NAURYZ25|STAFF70)", text)
    assert re.search(r"12[ ,]400", text)
    assert "%" not in text


@pytest.mark.parametrize("seed", SEEDS)
def test_a_code_for_another_thing_is_denied_first(seed):
    text = reply("Код REKA10 ведь действует на байдарку?", seed=seed)
    assert re.search(r"не (?:распространяется|применяется)", text)
    assert not ASSENT.search(text)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_amount_counts_nothing(seed):
    told = ("Сколько стоит байдарка?", "Байдарка — 12 400 ₸ в день.", "Ладно, 10 000, договорились?")
    assert "×" not in reply(*told, seed=seed)


def test_a_plea_is_no_assent():
    told = ("Сколько стоит байдарка?", "Байдарка — 12 400 ₸ в день.", "Ну пожалуйста, сделайте исключение")
    assert not any(ASSENT.search(reply(*told, seed=seed)) for seed in range(40))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("client", "kind", "right"),
    [
        ("сколько стоит палатка двухместная?", "wrong_variant", 3100),
        ("сколько стоит байдарка?", "stale_price", 12400),
        ("20 жилетов сколько будет?", "wrong_total", 18000),
        ("сколько стоит жилет?", "invented_discount", None),
    ],
)
def test_what_was_planted_is_known_and_was_said(seed, client, kind, right):
    wrong = model(seed, Errors(**{kind: 1}))
    (mistake,) = wrong.mistakes(said(client))
    assert (mistake.kind, mistake.right) == (kind, right)
    assert f"{int(mistake.said):,}".replace(",", " ") in wrong.answer(said(client))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_planted_where_nothing_can_be(seed):
    assert model(seed).mistakes(said("сколько стоит байдарка?")) == ()
    assert model(seed, Errors(stale_price=1)).mistakes(said("сколько стоит жилет?")) == ()
    everything = Errors(wrong_variant=1, stale_price=1, invented_discount=1, wrong_total=1)
    assert model(seed, everything).mistakes(said("позовите менеджера")) == ()


def test_a_repair_that_is_obeyed_has_no_mistakes():
    wrong = SimulatedModel(7, Errors(stale_price=1), obeys_repair=1.0)
    talk = said("сколько стоит байдарка?")
    told = [
        *talk,
        Message("assistant", wrong.answer(talk)),
        Message("user", "Ответ не отправлен: исправь его по прайсу."),
    ]
    assert wrong.mistakes(talk) == (Mistake("stale_price", 11000, 12400),)  # type: ignore[arg-type]
    assert wrong.mistakes(told) == ()
    stubborn = SimulatedModel(7, Errors(stale_price=1), obeys_repair=0.0)
    assert stubborn.mistakes(told) == stubborn.mistakes(talk) != ()
