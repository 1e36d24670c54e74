import gzip
import hashlib
import importlib.util
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.messages import Message
from botops.llm.estimate import (
    counts_exactly,
    encoding_name,
    estimate_by_shape,
    estimate_messages,
    estimate_tokens,
    token_starts,
)
from botops.llm.vocabulary import vocabulary

_FILE = Path(__file__).parents[3] / "benchmarks" / "counting_texts.py"
_SPEC = importlib.util.spec_from_file_location("counting_texts", _FILE)
counting_texts = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(counting_texts)

# Tokens counted by tiktoken 0.14 with o200k_base and cl100k_base.
COUNTED = [
    ("Подскажите, сколько будет стоить абонемент в бассейн на троих, если мы придём с ребёнком шести лет?", 30, 45),
    (
        "Абонемент на 12 занятий — 38 400 ₸, на 24 занятия — 69 900 ₸. Детям до 7 лет скидка 20 %, "
        "справка обязательна.",
        44,
        64,
    ),
    (
        "Меня зовут Дана, я помогаю выбрать курс английского. Расскажите, какой у вас уровень, сколько "
        "часов в неделю вы готовы заниматься и к какому сроку хотите заговорить свободно. После этого я "
        "предложу две-три программы и назову точную цену каждой.",
        62,
        112,
    ),
    (
        "Перенести занятие можно не позднее чем за 24 часа. Если предупредить позже, урок считается "
        "проведённым, деньги не возвращаются.",
        32,
        56,
    ),
    ("Бассейнге үш адамға абонемент қанша тұрады, алты жасар балам да келеді?", 25, 49),
    (
        "12 сабаққа абонемент 38 400 теңге, 24 сабаққа 69 900 теңге. Жеті жасқа дейінгі балаларға 20 % "
        "жеңілдік бар, анықтама міндетті түрде керек.",
        49,
        106,
    ),
    (
        "Менің атым Дана, мен ағылшын тілі курсын таңдауға көмектесемін. Деңгейіңіз қандай екенін, "
        "аптасына неше сағат уақыт бөле алатыныңызды айтыңыз. Содан кейін екі-үш бағдарлама ұсынып, "
        "әрқайсысының нақты бағасын айтамын.",
        72,
        172,
    ),
    (
        "Сабақты кемінде 24 сағат бұрын ауыстыруға болады. Кеш ескертсеңіз, сабақ өткізілді деп "
        "есептеледі, ақша қайтарылмайды.",
        40,
        93,
    ),
    ("Could you tell me what a swimming pass for three would cost if we bring a six-year-old along?", 21, 21),
    (
        "A pass for 12 lessons is 38,400 KZT, for 24 lessons 69,900 KZT. Children under 7 get 20% off "
        "with a doctor's certificate.",
        39,
        42,
    ),
    (
        "My name is Dana and I help people choose an English course. Tell me about your level, how many "
        "hours a week you can spare and when you would like to speak fluently. Then I will suggest two "
        "or three programmes and give you the exact price of each.",
        54,
        54,
    ),
    (
        "A lesson can be moved up to 24 hours ahead. With less notice it counts as given and the money "
        "is not returned.",
        26,
        26,
    ),
]


@pytest.mark.parametrize(("text", "o200k", "cl100k"), COUNTED)
def test_an_estimate_is_within_fifteen_percent(text, o200k, cl100k):
    assert estimate_by_shape(text, "o200k_base") == pytest.approx(o200k, rel=0.15)
    assert estimate_by_shape(text, "cl100k_base") == pytest.approx(cl100k, rel=0.15)


def test_all_texts_together_are_within_five_percent():
    texts = [row[0] for row in COUNTED]
    assert sum(map(estimate_by_shape, texts)) == pytest.approx(sum(row[1] for row in COUNTED), rel=0.05)


@pytest.mark.parametrize(("encoding", "held", "most"), [("o200k_base", 198, 0.201), ("cl100k_base", 199, 0.153)])
def test_two_hundred_texts_are_within_fifteen_percent_but_for_those_known(encoding, held, most):
    """The wanted 15 % is missed by two texts of o200k and by one of cl100k: `held` and `most` are what was measured."""
    known, within, worst = vocabulary(encoding), 0, 0.0
    for language, texts in counting_texts.two_hundred().items():
        counted = [len(known.encode_ordinary(text)) for text in texts]
        guessed = [estimate_by_shape(text, encoding) for text in texts]
        assert sum(guessed) == pytest.approx(sum(counted), rel=0.05), language
        off = [abs(guess / count - 1) for guess, count in zip(guessed, counted, strict=True)]
        within += sum(share <= 0.15 for share in off)
        worst = max(worst, *off)
    assert within >= held
    assert worst <= most


def test_the_two_hundred_texts_are_two_hundred_and_differ():
    texts = [text for texts in counting_texts.two_hundred().values() for text in texts]
    assert len(set(texts)) == len(texts) == 200


def test_a_kazakh_name_does_not_make_a_text_kazakh():
    text = "Добрый день! Меня зовут Әсел, я отвечу на вопросы о курсах и помогу выбрать подходящую программу."
    assert estimate_by_shape(text) == pytest.approx(estimate_by_shape(text.replace("Ә", "А")), abs=2)


@pytest.mark.parametrize("text", [" ", "\n", "🙂", "a", "1", "\ud83d", "‱‱", "一二三"])
def test_any_text_has_at_least_one_token(text):
    assert estimate_by_shape(text) >= 1


def test_no_text_no_tokens():
    assert estimate_tokens("", "gpt-5-mini") == 0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("gpt-5-mini", "o200k_base"),
        ("claude-sonnet-4-5", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("GPT-4-turbo", "cl100k_base"),
        ("openai/gpt-3.5-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
    ],
)
def test_which_vocabulary_a_model_has(model, name):
    assert encoding_name(model) == name


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_the_vocabularies_are_those_tiktoken_expects(monkeypatch, tmp_path, name):
    """The shipped file has the hash tiktoken asks for, and cuts texts as tiktoken's own definition does."""
    import tiktoken_ext.openai_public as published

    packed = files("botops.llm") / "vocabularies" / f"{name}.tiktoken.gz"
    url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(gzip.decompress(packed.read_bytes()))
    # tiktoken checks the hash of what lies in its cache, and would fetch the file anew, which tests refuse.
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    theirs = tiktoken.Encoding(**published.ENCODING_CONSTRUCTORS[name]())
    ours = vocabulary(name)
    texts = [row[0] for row in COUNTED] + [
        "  a\n\nb\r\n it's DON'T 1234567 ₸!!! \t",
        "<|endoftext|>",
        "🙂\u200d一二三",
        "ӘЛІ",
    ]
    assert [ours.encode_ordinary(text) for text in texts] == [theirs.encode_ordinary(text) for text in texts]


@pytest.mark.parametrize(("text", "o200k", "cl100k"), COUNTED)
def test_tokens_are_counted_exactly_without_a_download(text, o200k, cl100k):
    assert estimate_tokens(text, "gpt-5-mini") == o200k
    assert estimate_tokens(text, "gpt-4") == cl100k
    assert counts_exactly("gpt-4")


def test_an_event_loop_does_not_wait_for_the_vocabulary():
    """In a process of its own: here the vocabulary may have been read already."""
    program = """
import time
from botops.llm.estimate import estimate_by_shape, estimate_tokens

text = "Сколько будет стоить абонемент?" * 20
assert estimate_tokens(text, "gpt-5", wait=False) == estimate_by_shape(text)
until = time.monotonic() + 30
while estimate_tokens(text, "gpt-5", wait=False) == estimate_by_shape(text) and time.monotonic() < until:
    time.sleep(0.05)
assert estimate_tokens(text, "gpt-5", wait=False) == estimate_tokens(text, "gpt-5") != estimate_by_shape(text)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_prompt_costs_its_messages_and_their_frames():
    messages = [Message("system", "Отвечайте коротко."), Message("user", "Сколько?")]
    texts = sum(estimate_tokens(m.content, "gpt-4o") for m in messages)
    assert estimate_messages(messages, "gpt-4o") == texts + 2 * 4 + 3
    assert estimate_messages([], "gpt-4o") == 3


@given(st.text(st.sampled_from("аәбқ Zz9.,\n|—👍🏽ё́"), max_size=60))
def test_every_token_begins_somewhere_in_the_text(text):
    starts = token_starts(text, "gpt-4o-mini")
    assert len(starts) == estimate_tokens(text, "gpt-4o-mini")
    assert list(starts) == sorted(starts)
    assert all(0 <= start < len(text) for start in starts)
    assert not starts or starts[0] == 0


def test_without_a_vocabulary_nobody_knows_where_tokens_begin(monkeypatch):
    monkeypatch.setattr("botops.llm.estimate.vocabulary", lambda name: None)
    assert token_starts("Привет", "gpt-4o-mini") is None
