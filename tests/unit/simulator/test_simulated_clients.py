"""Simulated clients: believable dialogues, the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest

from botops.domain.messages import Message
from botops.simulator import Profile, SimulatedClient, SimulatedModel

LIST = """
| Товар | Также называют | Вариант | Цена | За что |
| --- | --- | --- | --- | --- |
| Курс «Основы» | основы, «Негіз» курсы, Basics course |  | 42 000 ₸ | в месяц |
| Курс «Основы» |  |  | 390 000 ₸ | в год |
| Учебник | оқулық, textbook | мягкая обложка | 6 500 ₸ | за штуку |
| Учебник |  | твёрдая обложка | 9 800 ₸ | за штуку |

- Промокод BILIM12: 12 % на первый платёж, до 31.12.2031
"""
PROMPT = "Ты продавец школы. Сегодня 10.04.2031. Если клиент просит человека, передай диалог менеджеру.\n" + LIST


def lived(client: SimulatedClient, seed: int = 7) -> list[Message]:
    model = SimulatedModel(seed)
    messages = [Message("system", PROMPT)]
    while (text := client.next(messages[1:])) is not None:
        messages.append(Message("user", text))
        messages.append(Message("assistant", model.answer(messages)))
    return messages[1:]


def test_the_same_seed_lives_the_same_dialogue():
    assert lived(SimulatedClient.drawn(5, LIST)) == lived(SimulatedClient.drawn(5, LIST))
    assert lived(SimulatedClient.drawn(5, LIST)) != lived(SimulatedClient.drawn(6, LIST))


def test_drawn_clients_come_in_the_three_languages_in_their_shares():
    profiles = [SimulatedClient.drawn(seed, LIST).profile for seed in range(1000)]
    languages = Counter(p.language for p in profiles)
    assert 550 < languages["ru"] < 650
    assert 200 < languages["kk"] < 300
    assert 110 < languages["en"] < 190
    assert len({p.goal for p in profiles}) == 8


@pytest.mark.parametrize("seed", range(60))
def test_a_dialogue_ends_within_patience_with_an_outcome(seed):
    client = SimulatedClient.drawn(seed, LIST)
    messages = lived(client)
    written = [m.content for m in messages if m.role == "user"]
    assert 1 <= len(written) <= client.profile.patience + 1
    assert all(0 < len(text) < 200 for text in written)
    assert not any("{" in text for text in written)
    assert client.outcome in ("satisfied", "left", "asked_human")
    assert client.next(messages) is None


def test_a_client_who_wants_a_person_gets_one():
    client = SimulatedClient(Profile("ru", "human", "plain", 6, None, ("Учебник",)), LIST, seed=3)
    messages = lived(client)
    assert client.outcome == "asked_human"
    assert any("менеджер" in m.content for m in messages if m.role == "assistant")


def test_a_client_names_what_the_profile_wants():
    for seed in range(20):
        client = SimulatedClient(Profile("en", "price", "terse", 5, Decimal(40000), ("Учебник",)), LIST, seed=seed)
        assert re.search("te?xt?", client.next([]) or "", re.IGNORECASE)


def test_a_price_seeker_asks_again_when_no_figure_came():
    client = SimulatedClient(Profile("ru", "price", "plain", 6, None, ("Учебник",)), LIST, seed=1)
    first = client.next([])
    assert first is not None
    again = client.next([Message("user", first), Message("assistant", "Добрый день.")])
    assert again is not None
    assert client.outcome is None


def test_questions_of_the_seller_are_mostly_answered():
    answers = 0
    for seed in range(60):
        client = SimulatedClient(Profile("ru", "buy", "plain", 8, None, ("Учебник",)), LIST, seed=seed)
        first = client.next([]) or ""
        second = client.next([Message("user", first), Message("assistant", "6 500 ₸. Подскажите, какой у вас бизнес?")])
        answers += bool(second and re.search("магаз|кафе|кофе", second, re.IGNORECASE))
    assert answers > 20


def test_some_messages_have_typos_but_codes_never_do():
    texts = [m.content for seed in range(150) for m in lived(SimulatedClient.drawn(seed, LIST)) if m.role == "user"]
    codes = {c.upper() for t in texts for c in re.findall(r"\b(?=[A-Za-z]*\d)[A-Za-z]{4,}\d{2}\b", t)}
    assert codes <= {"BILIM12", "LETO20", "SALE10", "ALMA15", "VIP30"}
    assert "BILIM12" in codes


def test_a_client_of_an_empty_list_still_talks():
    client = SimulatedClient.drawn(1, "")
    assert client.next([])
