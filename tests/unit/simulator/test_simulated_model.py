"""The simulated model: it follows its prompt, counts right, errs only as told, and says the same for the same seed."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys

import pytest

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import ModelParameters
from botops.simulator import Errors, SimulatedModel

TABLE = """
| Товар | Также называют | Вариант | От количества | Цена | За что | Действует |
| --- | --- | --- | --- | --- | --- | --- |
| Абонемент «Утро» | утренний, «Таң» абонементі, Morning pass |  |  | 12 400 ₸ | в месяц |  |
| Абонемент «Утро» |  |  |  | 124 000 ₸ | в год |  |
| Абонемент «Безлимит» | безлимит, «Шексіз» абонементі, Unlimited pass |  |  | 21 700 ₸ | в месяц |  |
| Бутылка для воды | бутылка, су құтысы, water bottle | 0,5 литра |  | 3 100 ₸ | за штуку |  |
| Бутылка для воды |  | 1 литр |  | 4 300 ₸ | за штуку |  |
| Полотенце | сүлгі, towel |  |  | 2 900 ₸ | за штуку |  |
| Полотенце |  |  | 10 | 2 300 ₸ | за штуку |  |
| Персональный тренер | тренер, жеке жаттықтырушы, personal trainer |  |  | от 9 000 ₸ | за занятие |  |

Прежние цены, больше не действуют:
- Абонемент «Безлимит» — была цена 19 900 ₸ в месяц, по 31.03.2031
"""
RULES = """Ты продавец клуба. Сегодня 10.04.2031. Отвечай на языке клиента, на «вы», без эмодзи.
Не обещай скидок, которых нет в списке.
Если клиент просит человека, передай диалог менеджеру.
"""
PROMPT = RULES + TABLE


def dialogue(*texts: str, prompt: str = PROMPT) -> list[Message]:
    roles = ("user", "assistant")
    return [Message("system", prompt), *(Message(roles[n % 2], t) for n, t in enumerate(texts))]


def reply(*texts: str, prompt: str = PROMPT, seed: int = 7, errors: Errors | None = None, obeys: float = 1.0) -> str:
    return SimulatedModel(seed, errors or Errors(), obeys).answer(dialogue(*texts, prompt=prompt))


def amounts(text: str) -> set[int]:
    """Own reading of the sums in a reply: digits grouped by blanks or commas before a currency."""
    found = re.findall(r"(\d{1,3}(?:[ ,]\d{3})*|\d+)\s*(?:₸|тенге|теңге|tenge)", text)
    return {int(re.sub(r"\D", "", n)) for n in found}


SEEDS = range(30)


def talk(*clients: str, seed: int, prompt: str = PROMPT, errors: Errors | None = None) -> str:
    """The last reply of a dialogue in which every reply was the model's own."""
    said: list[str] = []
    for text in clients:
        said += [text, reply(*said, text, prompt=prompt, seed=seed, errors=errors)]
    return said[-1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("сколько стоит абонемент Утро?", {12400, 124000}),
        ("Утренний абонемент почём на год?", {124000}),
        ("бутылка 1 литр цена", {4300}),
        ("таң абонементі қанша тұрады?", {12400, 124000}),
        ("how much is the unlimited pass?", {21700}),
        ("сколько стоит безлемит", {21700}),
        ("12 полотенец, сколько будет?", {2300, 27600}),
        ("посчитайте 3 полотенца и 2 бутылки 0,5 литра, итого?", {2900, 8700, 3100, 6200, 14900}),
    ],
)
def test_quotes_and_totals_follow_the_price_table(seed, client, expected):
    assert amounts(reply(client, seed=seed)) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dialogue_is_remembered(seed):
    assert amounts(talk("сколько стоит бутылка на 1 литр?", "а если 4 штуки?", seed=seed)) == {4300, 17200}
    assert amounts(talk("безлимит почём?", "и ещё 2 полотенца, итого?", seed=seed)) == {21700, 2900, 5800}
    assert amounts(talk("абонемент утро, цена?", "на 6 месяцев сколько выйдет?", seed=seed)) == {12400, 74400}


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_names_are_no_quantities_and_units_count(seed):
    prompt = (
        "- Принтер чеков 80 мм — 40 000 ₸\n- Сканер — 15 000 ₸\n"
        "- Лицензия Про — 8 000 ₸ в месяц за точку, от 5 точек — 7 000 ₸ в месяц за точку\n"
    )
    assert amounts(reply("принтер 80 и сканер почём", prompt=prompt, seed=seed)) == {40000, 15000}
    assert amounts(reply("лицензия про на 6 точек сколько", prompt=prompt, seed=seed)) == {7000, 42000}
    assert amounts(reply("лицензия про 6 нүктеге қанша", prompt=prompt, seed=seed)) == {7000, 42000}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_from_price_stays_a_from_price(seed):
    text = reply("сколько стоит тренер?", seed=seed)
    assert amounts(text) == {9000}
    assert "от 9 000" in text


@pytest.mark.parametrize(
    ("client", "sign"),
    [
        ("Здравствуйте! сколько стоит полотенце", "[а-яё]{4}"),
        ("сәлеметсіз бе, сүлгі қанша тұрады", "[әіңғүұқөһ]"),
        ("hello, how much is a towel", r"\b(?:is|costs|towel)\b"),
    ],
)
def test_it_answers_in_the_clients_language(client, sign):
    for seed in SEEDS:
        assert re.search(sign, reply(client, seed=seed), re.IGNORECASE)


def test_a_prompt_may_fix_the_language():
    prompt = PROMPT + "\nОтвечай только по-русски.\n"
    for seed in SEEDS:
        assert not re.search("[әіңғүұқөһ]", reply("сүлгі қанша тұрады", prompt=prompt, seed=seed).replace("теңге", ""))


def test_the_same_seed_and_messages_give_the_same_reply_and_other_seeds_other_words():
    said = [reply("сколько стоит полотенце?", seed=seed) for seed in SEEDS]
    assert said == [reply("сколько стоит полотенце?", seed=seed) for seed in SEEDS]
    assert len(set(said)) > 5


@pytest.mark.slow
def test_replies_do_not_depend_on_the_hashes_of_a_process():
    program = (
        "import sys; from botops.domain.messages import Message as M; from botops.simulator import SimulatedModel\n"
        "prompt = sys.stdin.read()\n"
        "for seed in range(40):\n"
        "    for text in ('тренер и 3 полотенца, итого?', 'бутылка или полотенце?', 'полатенце почём'):\n"
        "        print(SimulatedModel(seed).answer([M('system', prompt), M('user', text)]))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=PROMPT,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": number, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        ).stdout
        for number in ("1", "2", "3")
    }
    assert len(said) == 1


# --- errors ---


def test_without_errors_no_discount_is_ever_promised():
    for seed in SEEDS:
        for client in ("сколько стоит безлимит?", "дайте скидку 25%", "есть скидки?", "дорого"):
            assert not re.search(
                r"(?:сделаю|договорюсь|даём|минус) \d", talk("безлимит?", client, seed=seed), re.IGNORECASE
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_discount_is_invented_at_rate_one(seed):
    text = reply("сколько стоит полотенце?", seed=seed, errors=Errors(invented_discount=1))
    percent = int(re.findall(r"(\d+) ?%", text)[0])
    said = amounts(text) - {2900, 2300}
    assert said <= {round(2900 * (100 - percent) / 100)}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_price_is_another_variants_at_rate_one(seed):
    errors = Errors(wrong_variant=1)
    assert amounts(reply("сколько стоит бутылка 1 литр?", seed=seed, errors=errors)) == {3100}
    assert amounts(reply("сколько стоит безлимит?", seed=seed, errors=errors)) == {12400}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_price_is_a_former_one_at_rate_one(seed):
    errors = Errors(stale_price=1)
    assert amounts(reply("сколько стоит безлимит?", seed=seed, errors=errors)) == {19900}
    towel = "сколько стоит полотенце?"
    assert amounts(reply(towel, seed=seed, errors=errors)) == amounts(reply(towel, seed=seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_total_is_wrong_at_rate_one(seed):
    text = reply("4 полотенца сколько будет?", seed=seed, errors=Errors(wrong_total=1))
    assert amounts(text) >= {2900}
    assert amounts(text) - {2900, 11600}


def test_rates_between_zero_and_one_are_kept():
    errors = Errors(invented_discount=0.2)
    hits = sum("%" in reply("сколько стоит безлимит?", seed=seed, errors=errors) for seed in range(600))
    assert 80 < hits < 165


def test_rates_outside_zero_and_one_are_refused():
    with pytest.raises(ValueError, match="stale_price"):
        Errors(stale_price=1.5)
    with pytest.raises(ValueError, match="obeys_repair"):
        SimulatedModel(obeys_repair=-0.1)


# --- the text of the prompt ---


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "rule", ["Скидка 50 % всем.", "Предлагай каждому клиенту скидку 50 %.", "Give everyone a 50% discount."]
)
def test_a_prompt_that_promises_half_off_makes_it_promise_half_off(seed, rule):
    text = reply("сколько стоит полотенце?", prompt=f"{PROMPT}\n{rule}\n", seed=seed)
    assert re.search("50 ?%", text)
    assert amounts(text) == {2900, 2300, 1450} or amounts(text) == {2900, 1450}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_discount_for_everyone_is_taken_off_totals(seed):
    text = reply("3 полотенца сколько будет?", prompt=f"{PROMPT}\nСкидка 50 % всем.\n", seed=seed)
    assert 4350 in amounts(text)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conditional_discount_is_named_with_its_condition_and_given_when_it_is_met(seed):
    prompt = f"{PROMPT}\n- Скидка 10 % на Полотенце при заказе от 20 шт.\n"
    assert "от 20 шт" in talk("полотенце сколько?", "есть скидка?", prompt=prompt, seed=seed)
    assert 20 * 2300 * 90 // 100 in amounts(reply("20 полотенец сколько будет?", prompt=prompt, seed=seed))
    assert amounts(reply("19 полотенец сколько будет?", prompt=prompt, seed=seed)) == {2300, 19 * 2300}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_concession_is_made_to_those_who_ask(seed):
    prompt = f"{PROMPT}\nЕсли клиент торгуется, дай скидку 12 %.\n"
    assert "%" not in reply("безлимит сколько?", prompt=prompt, seed=seed)
    assert 21700 * 88 // 100 in amounts(talk("безлимит сколько?", "а скидка есть?", prompt=prompt, seed=seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_written_into_the_rules_is_told(seed):
    assert amounts(
        reply("безлимит сколько?", prompt=f"Безлимит теперь стоит 9 990 ₸ в месяц.\n{PROMPT}", seed=seed)
    ) == {9990}


@pytest.mark.parametrize("seed", SEEDS)
def test_objections_are_met_with_what_the_prompt_allows(seed):
    prompt = f"{PROMPT}\n- Пробный период: 3 дня\n- Рассрочка 0-0-4\n"
    text = talk("безлимит сколько?", "дорого", prompt=prompt, seed=seed)
    assert 12400 in amounts(text)
    assert re.search("3 дня|0-0-4", text)
    yearly = talk("абонемент утро сколько?", "дорого", seed=seed)
    assert {148800, 124000, 24800} <= amounts(yearly)


@pytest.mark.parametrize("seed", SEEDS)
def test_instalments_are_counted_for_what_the_client_wants(seed):
    prompt = f"{PROMPT}\n- Рассрочка 0-0-4\n"
    text = talk("3 бутылки 0,5 литра сколько будет?", "а в рассрочку?", prompt=prompt, seed=seed)
    assert 2325 in amounts(text)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_things_are_compared(seed):
    text = reply("чем отличается «Безлимит» от «Утро»?", prompt=PROMPT.replace("124 000", "217 000"), seed=seed)
    assert {12400, 21700} <= amounts(text)


def test_hand_over_follows_its_rule():
    without = PROMPT.replace("Если клиент просит человека, передай диалог менеджеру.\n", "")
    for seed in SEEDS:
        assert "менеджер" in reply("позовите менеджера", seed=seed).lower()
        assert "менеджер" not in reply("позовите менеджера", prompt=without, seed=seed).lower()
        assert "менеджер" not in talk("безлимит?", "дорого", prompt=without, seed=seed).lower()


def test_manner_is_heard_in_the_reply():
    manner = (
        "Обращайся на «ты». Используй эмодзи. Начинай словами «Салем, это клуб!». Заканчивай словами «Твой клуб».\n"
        "Задай уточняющий вопрос: «Утром или вечером?»\n"
    )
    prompt = manner + TABLE
    replies = [reply("сколько стоит полотенце?", prompt=prompt, seed=seed) for seed in SEEDS]
    assert all(r.startswith("Салем, это клуб!") and r.endswith("Твой клуб") for r in replies)
    assert all("Утром или вечером?" in r for r in replies)
    assert any(re.search("[🙂👍😊✅]", r) for r in replies)
    thanks = [reply("позовите менеджера", prompt=prompt, seed=seed) for seed in SEEDS]
    assert not any(re.search(r"\bвам\b|\bвас\b|задавайте", t, re.IGNORECASE) for t in thanks)


def test_promo_codes_are_checked_against_the_prompt():
    prompt = (
        f"{PROMPT}\n- Промокод SAUIR9: 9 % на первый платёж, до 30.04.2031\n- Промокод "
        f"QYS5: 5 % на первый платёж, до 31.01.2031\n"
    )
    for seed in SEEDS:
        good = talk("безлимит сколько?", "у меня промокод SAUIR9", prompt=prompt, seed=seed)
        assert "9 %" in good
        assert 21700 * 91 // 100 in amounts(good)
        assert not amounts(reply("промокод QYS5 работает?", prompt=prompt, seed=seed))
        assert "%" not in reply("промокод ZZZ99 работает?", prompt=prompt, seed=seed)


def test_a_code_that_has_not_begun_is_told_with_its_date():
    prompt = f"{PROMPT}\n- Промокод MAMYR7: 7 % на первый платёж; действует с 01.05.2031 по 31.05.2031\n"
    for seed in SEEDS:
        assert "1 мая 2031" in reply("промокод MAMYR7 работает?", prompt=prompt, seed=seed)
        assert "2031 жылғы 1 мамырдан" in reply("MAMYR7 коды жарамды ма?", prompt=prompt, seed=seed)


@pytest.mark.parametrize(
    ("client", "line", "sign"),
    [
        ("рассрочка есть?", "- Рассрочка 0-0-4 при сумме от 40 000 ₸", "0-0-4"),
        ("есть пробный период?", "- Пробный период: 3 дня", "3 дня"),
        ("какая гарантия?", "- Гарантия 18 месяцев", "18"),
        ("доставка в Астану есть?", "- Доставка — 1 800 ₸; условия: по Астане", "1 800"),
        ("доставка в Шымкент есть?", "- Доставка — 1 800 ₸; условия: в другие города Казахстана", "1 800"),
        ("НДС входит?", "Цены указаны с НДС 16 %.", "16"),
        ("можно вернуть?", "Возврат в течение 14 дней.", "14"),
        ("does it have a trial?", "- Пробный период: 3 дня", "3 days"),
        ("ҚҚС кіре ме?", "Цены указаны с НДС 16 %.", "ҚҚС"),
    ],
)
def test_terms_are_told_from_the_prompt(client, line, sign):
    for seed in SEEDS:
        assert sign in reply(client, prompt=f"{PROMPT}\n{line}\n", seed=seed)


@pytest.mark.parametrize(
    "client",
    ["рассрочка есть?", "пробный период есть?", "подарок дадите?", "доставка есть?", "гарантия есть?", "НДС входит?"],
)
def test_terms_that_are_not_in_the_prompt_are_not_promised(client):
    for seed in SEEDS:
        assert not re.search(r"\d", reply(client, seed=seed))


@pytest.mark.parametrize(
    "client",
    [
        "чем отличается утро от безлимита?",
        "у конкурентов дешевле",
        "дорого",
        "расскажите анекдот",
        "вы бот?",
        "спасибо",
        "до свидания",
        "беру",
        "что посоветуете?",
        "а «Массаж» есть?",
        "да",
        "нет",
        "асдф",
        "?",
        "сколько стоит?",
        "что входит?",
        "подумаю",
    ],
)
def test_any_message_gets_an_answer_with_known_figures_only(client):
    known = {12400, 124000, 21700, 3100, 4300, 2900, 2300, 9000, 9300, 148800, 24800}
    for seed in range(8):
        for text in (reply(client, seed=seed), talk("абонемент утро сколько?", client, seed=seed)):
            assert text
            assert amounts(text) <= known, text


def test_a_prompt_without_prices_still_gets_an_answer():
    assert reply("сколько стоит полотенце?", prompt="Ты помощник.")


# --- repair ---

REPAIR = "Этот ответ не отправлен клиенту: в нём есть то, чего нет в прайс-листе. Напиши ответ заново."


@pytest.mark.parametrize("role", ["user", "system"])
def test_it_corrects_itself_when_told_and_willing(role):
    errors = Errors(invented_discount=1)
    for seed in SEEDS:
        wrong = reply("сколько стоит безлимит?", seed=seed, errors=errors)
        messages = [*dialogue("сколько стоит безлимит?", wrong), Message(role, REPAIR)]
        better = SimulatedModel(seed, errors, 1.0).answer(messages)
        assert "%" in wrong
        assert "%" not in better
        assert amounts(better) == {21700}
        assert SimulatedModel(seed, errors, 0.0).answer(messages) == wrong


def test_it_repeats_an_error_it_was_not_shown():
    errors = Errors(invented_discount=1)
    messages = [*dialogue("сколько стоит безлимит?"), Message("system", REPAIR)]
    assert "%" in SimulatedModel(3, errors, 0.0).answer(messages)
    assert "%" not in SimulatedModel(3, errors, 1.0).answer(messages)


def test_some_obey_and_some_do_not():
    errors = Errors(invented_discount=1)
    obeyed = 0
    for seed in range(200):
        wrong = reply("сколько стоит безлимит?", seed=seed, errors=errors)
        messages = [*dialogue("сколько стоит безлимит?", wrong), Message("user", REPAIR)]
        obeyed += "%" not in SimulatedModel(seed, errors, 0.5).answer(messages)
    assert 60 < obeyed < 140


# --- the port ---


def run(model: SimulatedModel, request: ModelRequest, pieces: list[str] | None = None):
    async def keep(piece: str) -> None:
        assert pieces is not None
        pieces.append(piece)

    return asyncio.run(model.complete(request, keep if pieces is not None else None))


def test_streaming_gives_the_same_text_word_by_word():
    request = ModelRequest(tuple(dialogue("сколько стоит полотенце?")))
    pieces: list[str] = []
    model = SimulatedModel(name="sim-1")
    streamed, whole = run(model, request, pieces), run(model, request)
    assert "".join(pieces) == streamed.text == whole.text
    assert len(pieces) > 3
    assert streamed.first_text_s is not None
    assert whole.first_text_s is None
    assert (whole.model, whole.finish_reason, model.name, model.simulated) == ("sim-1", "stop", "sim-1", True)


def test_usage_is_estimated_and_a_repeated_long_prefix_is_cached():
    model = SimulatedModel()
    long = PROMPT + "\n" + "Пиши вежливо и понятно. " * 400
    first = run(model, ModelRequest(tuple(dialogue("полотенце?", prompt=long)))).usage
    later = run(model, ModelRequest(tuple(dialogue("полотенце?", "2 900 ₸.", "а 10?", prompt=long)))).usage
    short = run(model, ModelRequest(tuple(dialogue("полотенце?", prompt="Полотенце — 5 ₸")))).usage
    assert first.estimated
    assert 0 < first.cached_tokens < first.input_tokens
    assert first.cached_tokens % 128 == 0
    assert later.input_tokens > first.input_tokens
    assert later.output_tokens > 0
    assert short.cached_tokens == 0


def test_max_tokens_cuts_the_reply_and_says_so():
    request = ModelRequest(tuple(dialogue("сколько стоит полотенце?")), ModelParameters(max_tokens=4))
    cut = run(SimulatedModel(), request)
    assert cut.finish_reason == "length"
    assert reply("сколько стоит полотенце?").startswith(cut.text)


def test_a_delay_is_waited_for():
    request = ModelRequest(tuple(dialogue("спасибо")))
    assert run(SimulatedModel(delay_s=0.002), request).seconds >= 0.002


def test_a_request_without_a_client_is_refused():
    with pytest.raises(ModelError) as caught:
        run(SimulatedModel(), ModelRequest((Message("system", PROMPT),)))
    assert caught.value.fault == "bad_request"


def test_a_history_that_ends_with_the_seller_answers_the_client_again():
    assert amounts(SimulatedModel().answer(dialogue("сколько стоит безлимит?", "Секунду."))) == {21700}


def test_hundreds_of_turns_read_the_prompt_once():
    from botops.simulator.prompt import read_prompt

    prompt = PROMPT + "\nПравило для проверки кэша.\n"
    read_prompt.cache_clear()
    for seed in range(300):
        reply("сколько стоит полотенце?", prompt=prompt, seed=seed)
    assert read_prompt.cache_info().misses == 1
