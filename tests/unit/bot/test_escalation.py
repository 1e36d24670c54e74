import pytest

from botops.bot.escalation import asks_for_person, promises_person
from botops.bot.language import detect_language
from botops.domain.messages import Message


@pytest.mark.parametrize(
    "text",
    [
        "Позовите менеджера",
        "Можно поговорить с живым человеком?",
        "хочу, чтобы мне позвонил менеджер",
        "Соедините с оператором пожалуйста",
        "менеджер",
        "дайте человека!!!",
        "Менеджермен сөйлескім келеді",
        "Маған адам керек",
        "операторға қосыңызшы",
        "I want to talk to a human",
        "Can I speak with a manager?",
        "get me a real person",
        "Цена понятна. Переключите на сотрудника",
    ],
)
def test_asks_for_a_person(text):
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Можно тариф на 5 человек?",
        "Нас 12 сотрудников, нужен тариф",
        "нужна CRM для менеджеров",
        "Сколько человек можно подключить?",
        "Не надо звать менеджера",
        "Сколько стоит касса?",
        "Біз 5 адам, тариф керек",
        "we need seats for 5 agents",
        "",
    ],
)
def test_does_not_ask_for_a_person(text):
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Передаю вас менеджеру.",
        "Хорошо! Менеджер свяжется с вами сегодня.",
        "Подключаю специалиста, минутку.",
        "Сұрағыңызды менеджерге беремін.",
        "Сізбен менеджер хабарласады.",
        "I'm passing this to a manager.",
        "A colleague will contact you today.",
    ],
)
def test_promises_a_person(text):
    assert promises_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Если хотите, передам менеджеру.",
        "Могу передать вопрос менеджеру.",
        "Менеджеру ничего передавать не нужно.",
        "I can connect you with a manager if you like.",
        "Тариф для менеджеров стоит 5 000 ₸.",
        "Доставка завтра.",
    ],
)
def test_does_not_promise_a_person(text):
    assert not promises_person(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Сколько стоит?", "ru"),
        ("Бағасы қанша?", "kk"),
        ("Канша турады", "kk"),
        ("салем", "kk"),
        ("How much is it?", "en"),
        ("Сколько стоит POS?", "ru"),
        ("iPhone бар ма?", "kk"),
    ],
)
def test_detects_the_language(text, language):
    assert detect_language(text) == language


def test_wordless_text_takes_the_language_spoken_before():
    history = [Message("user", "Бағасы қанша?"), Message("assistant", "It is 5 000"), Message("user", "100?")]
    assert detect_language("+7 701", history) == "kk"
    assert detect_language("?", [], "en") == "en"
