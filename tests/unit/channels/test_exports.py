"""Chat exports as the tools write them: who said what and when, and files that cannot be used."""

# ruff: noqa: DTZ001  exports name no zone: their times are naive

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.channels.exports import Choice, dialogue_row, dialogues_of, read_export
from botops.channels.exports.moments import moment_of, order_of
from botops.claims.dialogues import parse_dialogues
from botops.domain.errors import NotFoundError, UserError

FIVE = timezone(timedelta(hours=5))


@pytest.fixture
def reading(tmp_path):
    """Reads a file made of bytes or text."""

    def reading(name, content, **choice):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_export(file, Choice(**choice))

    return reading


def said(export, **options):
    return [[(m.role, m.content) for m in d.messages] for d in dialogues_of(export, **options)]


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("20.11.2026, 14:22", "dmy", datetime(2026, 11, 20, 14, 22)),
        ("11/20/26, 2:22 PM", "mdy", datetime(2026, 11, 20, 14, 22)),
        ("11/20/26, 12:05:09\u202fam", "mdy", datetime(2026, 11, 20, 0, 5, 9)),
        ("\u200e20/11/2026 14.22", "dmy", datetime(2026, 11, 20, 14, 22)),
        ("2026-11-20 14:22:01", "dmy", datetime(2026, 11, 20, 14, 22, 1)),
        ("2026/11/20", "dmy", datetime(2026, 11, 20)),
        ("2026-11-20T14:22:01.250Z", "dmy", datetime(2026, 11, 20, 14, 22, 1, 250000, tzinfo=UTC)),
        ("20.11.2026 14:22:01 UTC+05:00", "dmy", datetime(2026, 11, 20, 14, 22, 1, tzinfo=FIVE)),
        ("20 нояб. 2026 г., 14:22", "dmy", datetime(2026, 11, 20, 14, 22)),
        ("15 июля 2026 в 9:05", "dmy", datetime(2026, 7, 15, 9, 5)),
        ("2026 ж. 15 шілде, 10:02", "dmy", datetime(2026, 7, 15, 10, 2)),
        ("Jul 15, 2026, 10:02 AM", "dmy", datetime(2026, 7, 15, 10, 2)),
        ("1763640000", "dmy", datetime(2025, 11, 20, 12, tzinfo=UTC)),
        ("1763640000000", "dmy", datetime(2025, 11, 20, 12, tzinfo=UTC)),
        ("31.02.2026", "dmy", None),
        ("20.11.2026 25:00", "dmy", None),
        ("20.11.2026 10:00 +99:00", "dmy", None),
        ("завтра", "dmy", None),
        ("12 990", "dmy", None),
        ("0001-01-01T00:00:00+05:00", "dmy", None),
        ("99999999999999", "dmy", None),
    ],
)
def test_times_of_the_usual_locales_are_read(text, order, moment):
    assert moment_of(text, order) == moment


@pytest.mark.parametrize(
    ("dates", "order", "certain"),
    [
        (["05.11.2026", "20.11.2026"], "dmy", True),
        (["11/05/26, 9:00 AM", "11/20/26, 9:00 AM"], "mdy", True),
        (["01/02/26", "02/02/26", "01/03/26"], "dmy", True),  # otherwise the second runs ahead of the third
        (["1/2/26, 10:00 AM"], "mdy", False),
        (["01.02.2026"], "dmy", True),  # nobody writes the month first with dots
        (["01/02/2026"], "dmy", False),
        (["2026-11-20"], "ymd", True),
        (["Jul 15, 2026"], None, True),
    ],
)
def test_the_order_of_day_and_month_is_told_from_all_dates_of_a_file(dates, order, certain):
    assert order_of(dates) == (order, certain)


ANDROID = """20.11.2026, 10:15 - Сообщения и звонки защищены сквозным шифрованием.
20.11.2026, 10:15 - Айгуль: Сколько стоит касса?
20.11.2026, 10:16 - Shop Bot: Касса: 12 990 ₸
в месяц, дешевле нет
21.11.2026, 10:10 - Айгуль: <Без медиафайлов>
22.11.2026, 10:17 - Айгуль: Спасибо
22.11.2026, 10:18 - Shop Bot: Пожалуйста
"""


def test_a_whatsapp_chat_is_cut_where_nobody_wrote_for_a_day(reading):
    export = reading("Чат WhatsApp с Айгуль.txt", ANDROID)
    assert said(export) == [
        [("user", "Сколько стоит касса?"), ("assistant", "Касса: 12 990 ₸\nв месяц, дешевле нет")],
        [("user", "Спасибо"), ("assistant", "Пожалуйста")],
    ]
    first, second = dialogues_of(export)
    assert first.lead == second.lead
    assert "Айгуль" not in first.id  # a client's name is no id
    assert first.started_at == datetime(2026, 11, 20, 10, 15)
    assert (first.line, second.line) == (2, 6)
    assert export.skipped["service"] == 2


def test_the_client_is_who_the_chat_is_named_after_even_when_the_bot_wrote_first(reading):
    export = reading("WhatsApp Chat with Ann.txt", "1/20/26, 9:00 AM - Shop: Hello!\n1/20/26, 9:01 AM - Ann: Hi\n")
    assert export.roles == {"Shop": "assistant", "Ann": "user"}


def test_an_archive_from_an_iphone_is_read_without_its_media(reading):
    chat = (
        "[20.11.2026, 10:15:30] Shop: \u200eMessages and calls are end-to-end encrypted.\r\n"
        "[20.11.2026, 10:15:30] Ann: hi: how much?\r\n"
        "\u200e[20.11.2026, 10:15:31] Ann: \u200eimage omitted\r\n"
        "[20.11.2026, 10:16:00] Shop: 9 000 ₸\r\n"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("_chat.txt", chat)
        archive.writestr("photo.jpg", b"\xff\xd8")
    export = reading("WhatsApp Chat - Ann.zip", packed.getvalue())
    assert said(export) == [[("user", "hi: how much?"), ("assistant", "9 000 ₸")]]


def test_who_writes_in_most_chats_is_the_bot(reading):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, client in enumerate(("Ann", "Bob", "Eve")):
            text = f"2026-11-2{number}, 10:15 - {client}: hi\n2026-11-2{number}, 10:16 - Aida: hello\n"
            archive.writestr(f"chat{number}.txt", text)
    export = reading("chats.zip", packed.getvalue())
    assert [a for a, role in export.roles.items() if role == "assistant"] == ["Aida"]
    assert len(list(dialogues_of(export))) == 3


TELEGRAM = {
    "name": "Айгуль", "type": "personal_chat", "id": 5,
    "messages": [
        {"id": 1, "type": "service", "actor_id": "user1", "text": "", "date": "2026-11-20T10:00:00"},
        {"id": 2, "type": "message", "date": "2026-11-20T10:00:00", "date_unixtime": "1763640000", "from": "Shop",
         "from_id": "user2", "text": ["Касса — ", {"type": "bold", "text": "9 000 ₸"}]},
        {"id": 3, "type": "message", "date": "2026-11-20T10:01:00", "date_unixtime": "1763640060", "from": "Айгуль",
         "from_id": "user1", "text": "Спасибо"},
        {"id": 4, "type": "message", "date": "2026-11-20T10:02:00", "from": None, "from_id": "user1", "text": ""},
    ],
}  # fmt: skip


def test_telegram_tells_whose_chat_it_is_and_the_exact_time(reading):
    export = reading("result.json", json.dumps(TELEGRAM))
    assert export.form == "telegram"
    (dialogue,) = dialogues_of(export)
    assert [(m.role, m.content) for m in dialogue.messages] == [("assistant", "Касса — 9 000 ₸"), ("user", "Спасибо")]
    assert dialogue.started_at == datetime(2025, 11, 20, 12, tzinfo=UTC)


def test_all_chats_of_a_telegram_account_are_read(reading):
    other = {**TELEGRAM, "name": "Болат", "id": 6}
    account = {"chats": {"list": [TELEGRAM, other]}}
    export = reading("result.json", json.dumps(account))
    assert len(list(dialogues_of(export))) == 2


PAGE = """<html><body><div class="page_wrap"><div class="page_header"><div class="content">
<div class="text bold">Айгуль</div></div></div><div class="history">
<div class="message service" id="m1"><div class="body details">20 November 2026</div></div>
<div class="message default clearfix" id="m2"><div class="body">
<div class="pull_right date details" title="20.11.2026 10:15:30 UTC+05:00">10:15</div>
<div class="from_name">Айгуль</div><div class="text">Цена?<br>&lt;script&gt;</div></div></div>
<div class="message default clearfix joined" id="m3"><div class="body">
<div class="pull_right date details" title="20.11.2026 10:15:31 UTC+05:00">10:15</div>
<div class="forwarded body"><div class="from_name">Реклама <span class="date details"
title="01.01.2020 00:00:00 UTC+05:00">1</span></div><div class="text">Переслано</div></div></div></div>
<div class="message default clearfix" id="m4"><div class="body">
<div class="pull_right date details" title="20.11.2026 10:15:32 UTC+05:00">10:15</div>
<div class="from_name">Shop</div><div class="text">9 000 ₸</div></div></div></div></div></body></html>"""


def test_a_page_of_telegram_is_read_with_joined_and_forwarded_messages(reading):
    export = reading("messages.html", PAGE)
    (dialogue,) = dialogues_of(export)
    assert [(m.role, m.content) for m in dialogue.messages] == [
        ("user", "Цена?\n<script>"), ("user", "Переслано"), ("assistant", "9 000 ₸"),
    ]  # fmt: skip
    assert dialogue.messages[1].at == datetime(2026, 11, 20, 10, 15, 31, tzinfo=FIVE)


def test_a_messy_table_is_read_by_its_headers(reading):
    table = (
        "Выгрузка за ноябрь;;;;\nID диалога;Дата;Время;Автор;Сообщение\n"
        "7;20.11.2026;10:01;бот;9 000 тг\n7;20.11.2026;10:00;клиент;Цена?\n8;21.11.2026;;Бот;Завтра\n8;;;Бот;\n"
    )
    export = reading("log.csv", table.encode("cp1251"))
    assert export.columns == {
        "author": "Автор", "at": "Дата", "talk": "ID диалога", "text": "Сообщение", "time": "Время",
    }  # fmt: skip
    assert said(export) == [[("user", "Цена?"), ("assistant", "9 000 тг")], [("assistant", "Завтра")]]
    assert [d.id for d in dialogues_of(export)] == ["7", "8"]
    assert export.skipped["empty"] == 1


def test_a_workbook_is_read_with_its_own_dates(reading):
    book = openpyxl.Workbook()
    for row in (["dialogue", "sent_at", "role", "text"], ["a", datetime(2026, 11, 20, 10), "bot", "9 000 ₸"]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    (dialogue,) = dialogues_of(reading("log.xlsx", packed.getvalue()))
    assert dialogue.started_at == datetime(2026, 11, 20, 10)


def test_questions_and_answers_side_by_side_are_dialogues_of_their_own(reading):
    export = reading("qa.csv", "Вопрос,Ответ\nЦена?,9 000 ₸\nСрок?,Завтра\n")
    assert said(export) == []  # no time is told, so none is made up
    assert export.undated == 4
    assert said(export, undated=datetime(2026, 11, 20)) == [
        [("user", "Цена?"), ("assistant", "9 000 ₸")], [("user", "Срок?"), ("assistant", "Завтра")],
    ]  # fmt: skip


def test_a_table_without_headers_is_read_by_its_cells(reading):
    rows = "".join(
        f"{n},2026-11-20 10:0{n},user,how much is it today\n{n},2026-11-20 10:0{n},bot,nine thousand\n"
        for n in range(3)
    )
    assert len(said(reading("plain.csv", rows))) == 3


def test_columns_can_be_named_and_a_wrong_name_is_answered_with_the_nearest(reading):
    table = "кто-то,что-то\nя,Цена?\nона,9 000 ₸\n"
    export = reading("log.csv", table, columns={"author": "кто-то", "text": "что-то"}, bots=("она",))
    assert said(export, undated=datetime(2026, 11, 20)) == [[("user", "Цена?"), ("assistant", "9 000 ₸")]]
    wrong = reading("log.csv", table, columns={"author": "кто то", "text": "чтото"})
    assert not wrong.said
    assert "did you mean `что-то`" in wrong.problems[0].message
    with pytest.raises(UserError, match="nobody in it is called `Она`: did you mean `она`"):
        reading("log.csv", table, columns={"author": "кто-то", "text": "что-то"}, bots=("Она",))


def test_a_table_in_which_nobody_speaks_says_which_column_is_missing(reading):
    export = reading("prices.csv", "Товар,Цена\nКасса,9000\n")
    assert not export.said
    assert "--column text=HEADER" in export.problems[0].text()
    assert "`Товар`" in export.problems[0].text()


def test_json_lines_of_a_model_log_are_read_and_broken_lines_told(reading):
    good = {
        "conversation_id": "c1", "created_at": 1763640000,
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "5 000 ₸"}]},
        ],
    }  # fmt: skip
    export = reading("log.jsonl", json.dumps(good) + "\n{broken\n")
    assert said(export) == [[("user", "hi"), ("assistant", "5 000 ₸")]]
    assert [(p.line, p.rule) for p in export.problems] == [(2, "bad-json")]


def test_flat_json_says_with_a_flag_who_is_the_bot(reading):
    rows = [
        {"dialogId": "a", "isBot": False, "text": "?", "sentAt": "2026-11-20T10:00:00"},
        {"dialogId": "a", "isBot": True, "text": "5 ₸", "sentAt": "2026-11-20T10:00:01"},
    ]
    assert said(reading("flat.json", json.dumps(rows))) == [[("user", "?"), ("assistant", "5 ₸")]]


def test_dialogues_of_botops_come_through_unchanged_and_rows_can_be_read_back(reading):
    row = {
        "id": "b-1", "started_at": "2026-11-10T10:00:00+05:00", "region": "Алматы",
        "messages": [{"role": "assistant", "content": "Касса — 9 000 ₸", "at": "2026-11-10T10:00:05+05:00"}],
    }  # fmt: skip
    (dialogue,) = dialogues_of(reading("log.txt", json.dumps(row)))
    (again,) = parse_dialogues([json.dumps(dialogue_row(dialogue)).encode()], "x")
    assert (again.id, again.messages, again.region) == (dialogue.id, dialogue.messages, "Алматы")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", "Просто письмо\nбез дат".encode(), "a.txt:1:1: not a chat export"),
        ("a.txt", b"ok\n\xff\xfe\xfa\n", "a.txt:2:1: not a text in UTF-8"),
        ("a.json", b'{"type": "personal_chat"', "a.json:1:"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.json", b"[]", "nothing in it"),
        ("a.zip", b"PK\x03\x04 broken", "not a"),
        ("a.html", b"<html><body class='tgme'>nothing</body></html>", "no messages of Telegram"),
        ("a.xlsx", b"not a workbook", "not a readable XLSX"),
    ],
)
def test_files_that_cannot_be_used_say_where_and_what_next(reading, name, content, said):
    with pytest.raises(UserError, match=said):
        reading(name, content)


def test_an_archive_that_unpacks_to_too_much_is_refused(reading):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * (65 * 2**20))
    assert len(packed.getvalue()) < 2**20
    with pytest.raises(UserError, match="unpacks to more than 64 MB"):
        reading("bomb.zip", packed.getvalue())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no such file"):
        read_export(tmp_path / "gone.txt")


def test_rows_whose_time_cannot_be_read_are_told_with_their_line(reading):
    export = reading("log.csv", "дата,кто,текст\n20.11.2026,бот,раз\nвчера,бот,два\n")
    (problem,) = export.problems
    assert (problem.line, problem.column, problem.path) == (3, 1, "дата")
    assert len(export.said) == 2


def test_a_bare_number_in_a_date_cell_is_the_day_of_a_spreadsheet(reading):
    book = openpyxl.Workbook()
    for row in (["dialogue", "sent_at", "role", "text"], ["a", 45981.5, "bot", "9 000 ₸"], ["b", 5, "bot", "1 ₸"]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    export = reading("log.xlsx", packed.getvalue())
    assert [m.at for m in export.said] == [datetime(2025, 11, 20, 12), None]
    assert [(p.line, p.rule) for p in export.problems] == [(3, "bad-time")]


def test_dialogues_of_a_year_no_chat_can_be_of_are_left_out_and_told(reading):
    row = {"id": "1", "started_at": "0001-01-01T00:00:00+05:00", "messages": []}
    export = reading("log.jsonl", json.dumps(row))
    assert (export.dialogues, [p.rule for p in export.problems]) == ([], ["bad-time"])


PIECES = [
    *ANDROID.splitlines(), *PAGE.splitlines(), json.dumps(TELEGRAM), "дата;автор;текст", "1;2;3", '"', "[{", "{}",
]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([".txt", ".json", ".jsonl", ".csv", ".html", ".zip"]),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=12),
    st.binary(max_size=20),
)
def test_whatever_is_dropped_is_read_or_refused_in_words(tmp_path, suffix, lines, rest):
    file = tmp_path / f"any{suffix}"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass") + rest)
    try:
        found = list(dialogues_of(read_export(file), undated=datetime(2026, 11, 20)))
    except UserError as error:
        found, refused = [], str(error)
    else:
        refused = ""
    assert refused or all(any(m.role == "assistant" for m in d.messages) for d in found)
    for dialogue in found:
        (again,) = parse_dialogues([json.dumps(dialogue_row(dialogue)).encode()], "x")
        assert again.id == dialogue.id
