"""The import page: a chat export is dropped, understood, corrected, checked, and kept only when asked for."""

import re

import pytest

from botops.app.supervise import API_VARIABLE
from botops.console import signed
from botops.console.imports import reads
from botops.domain.access import AccessRole, Actor

CHAT = """10.11.2026, 10:00 - +7 701 555 12 34: Сколько стоит тариф «Магазин» в месяц?
10.11.2026, 10:01 - Касса Бот: Тариф «Магазин» — 9 000 ₸ в месяц. <img src=http://evil.example/a.png>
12.11.2026, 09:00 - +7 701 555 12 34: Спасибо
12.11.2026, 09:01 - Касса Бот: Пожалуйста!
"""
NAME = "Чат WhatsApp с +7 701 555 12 34.txt"


@pytest.fixture(autouse=True)
def _no_files():
    yield
    reads.desk.clear()


def drop(test, content=CHAT, name=NAME):
    raw = content if isinstance(content, bytes) else content.encode()
    return test.file_uploader(key="import-file").upload(name, raw, "text/plain").run()


def taken(test):
    kept = test.query_params["import"]
    return reads.desk().get(kept if isinstance(kept, str) else kept[0])


def press(test, key):
    """Presses a button; what it begins in the background is over when the page is drawn again."""
    test.button(key=key).click().run()
    for work in taken(test).works.values():
        assert work.over.wait(20)
    return test.run()


def test_a_chat_becomes_a_list_of_false_promises(seeded, run, words):
    test = drop(run(seeded, "imports"))
    said = words(test)
    assert "переписка WhatsApp" in said
    assert "Диалогов с ботом" in said
    assert "555 12 34" not in said  # neither in texts nor in the file's name
    test = press(test, f"import-check-{taken(test).id}")
    said = words(test)
    assert not test.exception
    assert "1 ответ из 2 обещает то, чего нет в прайсе" in said
    assert "Неверная цена · Тариф «Магазин» — 1 раз в 1 диалоге" in said.replace("\\", "")
    assert "<img src=http" not in said


def test_a_result_survives_a_reload_and_has_an_address_for_each_dialogue(seeded, run, words):
    test = drop(run(seeded, "imports"))
    test = press(test, f"import-check-{taken(test).id}")
    (fault,) = taken(test).works["check"].result.faults
    again = run(seeded, "imports", **{"import": taken(test).id, "dialogue": fault.dialogue})
    said = words(again)
    assert "Всё, что нашлось" in [link.label for link in again.get("page_link")] or "bo-mark" in said
    assert "bo-mark" in said
    assert "9 000 ₸" in said
    gone = words(run(seeded, "imports", **{"import": taken(test).id, "dialogue": "нет"}))
    assert "Здесь хранятся только диалоги с ошибками" in gone


def test_who_the_bot_is_can_be_corrected(seeded, run, words):
    test = drop(run(seeded, "imports"))
    given = taken(test)
    key = next(w.key for w in test.multiselect if w.key.startswith(f"import-bots-{given.id}"))
    test.multiselect(key=key).set_value(["+7 701 555 12 34"]).run()
    assert given.choice.bots == ("+7 701 555 12 34",)
    test = press(test, f"import-check-{given.id}")
    assert "Цен и условий нет" in words(test)


def test_a_table_whose_columns_are_not_told_is_mapped_by_hand(seeded, run, words):
    test = drop(run(seeded, "imports"), "первый;второй\nЦена?;Тариф «Магазин» — 9 000 ₸ в месяц.\n", "лог.csv")
    given = taken(test)
    said = words(test)
    assert "В этом файле не найдено ни одного диалога" in said
    assert "непонятно, в каком столбце сообщения" in said
    assert "Остальные всё равно" not in said
    assert f"import-check-{given.id}" not in {button.key for button in test.button}
    test.selectbox(key=f"import-column-{given.id}-client").set_value("первый")
    test.selectbox(key=f"import-column-{given.id}-bot").set_value("второй").run()
    assert "В файле нет дат" in words(test)
    test.date_input(key=f"import-undated-{given.id}").set_value("2026-11-10").run()
    test = press(test, f"import-check-{given.id}")
    assert "1 ответ из 1" in words(test)


def test_rows_that_cannot_be_read_are_told_in_the_words_of_the_reader(seeded, run, words):
    log = (
        "date;author;text\nвчера;Бот;Тариф «Магазин» — 9 000 ₸ в месяц.\n"
        "10.11.2026 10:00;Клиент;Цена?\n10.11.2026 10:01;Бот;9 000 ₸\n"
    )
    said = words(drop(run(seeded, "imports"), log, "лог.csv"))
    assert "Строка 2: время не читается, напишите его как 31.05.2026 18:30 («вчера»)" in said
    assert "Остальные всё равно проверяются." in said
    assert "is no time" not in said


def test_another_price_list_counts_for_one_look(seeded, run, words):
    test = drop(run(seeded, "imports"))
    given = taken(test)
    prices = "Наименование;Цена в месяц\nТариф «Магазин»;9000\n".encode()
    test.file_uploader(key=f"import-book-{given.id}").upload("цены.csv", prices, "text/csv").run()
    test = press(test, f"import-check-{given.id}")
    said = words(test)
    assert "Ни одного ложного обещания в 2 ответах" in said
    assert "Сверено с прайсом цены.csv" in said


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", "просто текст", "Такую выгрузку чатов мы не знаем"),
        ("a.json", '{"messages": [', "это не JSON"),
        ("a.zip", "PK", "Такую выгрузку чатов мы не знаем"),
        ("a.txt", " ", "В файле нечего читать"),
        ("a.xlsx", bytes(range(1, 256)), "Это не читаемый файл XLSX. Откройте его в Excel и сохраните заново"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "Это картинка"),
        ("a.xlsx", b"\xff\xd8\xff\xe0JFIF", "Это картинка"),
        ("a.csv", b"%PDF-1.7\n", "Это PDF"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Это старый файл Excel или файл с паролем"),
        ("a.csv", b"a\0b", "Это не текстовая таблица"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_and_another_can_be_given(seeded, run, words, name, content, reason):
    test = drop(run(seeded, "imports"), content, name)
    assert not test.exception
    said = re.sub(r"<[^>]+>", " ", words(test))
    assert "Этот файл не читается" in said
    assert "Подробности" not in said
    assert "диалог записывают иначе" not in said
    assert reason in said
    test.button(key=f"import-other-{taken(test).id}").click().run()
    assert "import" not in test.query_params


def test_a_price_list_among_chats_is_told_where_it_goes(seeded, run, words):
    test = drop(run(seeded, "imports"), "Товар;Цена\nКасса;1 000\nСканер;2 000\n", "прайс.csv")
    assert not test.exception
    assert "Похоже на прайс, а не на переписку" in words(test)
    assert "Загрузить прайс там" in [link.label for link in test.get("page_link")]
    assert "Похоже на прайс" not in words(drop(run(seeded, "imports")))


def test_a_file_that_is_kept_no_more_says_why(seeded, run, words):
    said = words(run(seeded, "imports", **{"import": "gone"}))
    assert "Этот файл больше не хранится" in said
    assert "Что ваш бот обещает клиентам?" in said


def test_dialogues_are_kept_when_asked_for_and_only_once(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv(API_VARIABLE, address)
    before = container.store.reads.counts().dialogues
    test = drop(run(project, "imports"))
    test = press(test, f"import-check-{taken(test).id}")
    assert container.store.reads.counts().dialogues == before
    test = press(test, f"import-keep-{taken(test).id}")
    assert "2 диалога сохранены" in words(test)
    assert container.store.reads.counts().dialogues == before + 2
    test = drop(run(project, "imports"))
    test = press(press(test, f"import-check-{taken(test).id}"), f"import-keep-{taken(test).id}")
    assert "2 ответа уже были" in words(test)
    assert container.store.reads.counts().dialogues == before + 2


def test_without_a_service_nothing_is_lost_and_it_is_said(seeded, run, words, monkeypatch):
    monkeypatch.setenv(API_VARIABLE, "http://127.0.0.1:9")
    test = drop(run(seeded, "imports"))
    test = press(test, f"import-check-{taken(test).id}")
    test = press(test, f"import-keep-{taken(test).id}")
    assert "Сохранилось не всё" in words(test)
    assert not test.button(key=f"import-keep-{taken(test).id}").disabled


def test_a_viewer_looks_and_keeps_nothing(seeded, run, monkeypatch):
    monkeypatch.setattr(signed, "actor", lambda: Actor("Вера", frozenset({AccessRole.VIEWER})))
    test = drop(run(seeded, "imports"))
    test = press(test, f"import-check-{taken(test).id}")
    assert taken(test).works["check"].result.summary.findings
    assert test.button(key=f"import-keep-{taken(test).id}").disabled


@pytest.mark.parametrize("lang", ["kk", "en"])
def test_the_page_speaks_other_languages(seeded, run, lang):
    assert not run(seeded, "imports", lang=lang).exception
