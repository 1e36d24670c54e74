"""Chats of another bot: judged without a store, told by sort of mistake, as tables no cell of which runs, and kept."""

import csv
import io
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from botops.app.container import Container
from botops.app.imports import tables
from botops.app.imports.checking import book_in_force, book_of_file, check_export, dialogues
from botops.app.imports.desk import KEPT_S, MOST_KEPT, ImportDesk
from botops.app.imports.keeping import keep_export
from botops.channels.exports import Choice, read_export
from botops.config import Secrets, load_settings
from botops.domain.errors import NotFoundError, UserError

REPOSITORY = Path(__file__).parents[3]
CHAT = """10.11.2026, 10:00 - +7 701 555 12 34: Сколько стоит тариф «Магазин» в месяц?
10.11.2026, 10:01 - Бот: Тариф «Магазин» — 9 000 ₸ в месяц.
10.11.2026, 10:02 - +7 701 555 12 34: Мой номер 8 701 555 12 34
10.11.2026, 10:03 - Бот: Тариф «Магазин» — 9 000 ₸ в месяц. =cmd|' /C calc'!A1
12.11.2026, 09:00 - +7 701 555 12 34: Тариф «Сеть» почём?
12.11.2026, 09:01 - Бот: Тариф «Сеть» стоит 20 000 ₸ в месяц.
"""


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imports")
    shutil.copy(REPOSITORY / "botops.yaml", folder)
    for name in ("prompts", "pricebook"):
        shutil.copytree(REPOSITORY / name, folder / name)
    with Container.open(load_settings(folder / "botops.yaml"), Secrets()) as container:
        yield container


@pytest.fixture
def export(tmp_path):
    file = tmp_path / "Чат WhatsApp с +7 701 555 12 34.txt"
    file.write_text(CHAT, "utf-8")
    return read_export(file)


def test_mistakes_are_told_by_sort_and_product_with_examples(container, export):
    told = []
    found = check_export(container, export, book_in_force(container), on_checked=lambda n: told.append(n) is None)
    assert told == [1, 2]
    assert (found.summary.dialogues, found.summary.replies, found.summary.replies_at_fault) == (2, 3, 3)
    groups = {group.product: group for group in found.groups}
    assert (groups["Тариф «Магазин»"].count, groups["Тариф «Магазин»"].dialogues) == (2, 1)
    assert groups["Тариф «Сеть»"].at_risk == {"KZT": Decimal(4900)}
    (example,) = groups["Тариф «Сеть»"].examples
    assert (example.finding.expected, example.at) == ("24\u00a0900\u00a0₸ в месяц", datetime(2026, 11, 12, 9, 1))  # noqa: DTZ001
    assert container.store.reads.counts().dialogues == 0  # nothing is stored


def test_personal_data_is_hidden_before_anything_is_looked_at(container, export):
    said = "".join(m.content for d in dialogues(container, export) for m in d.messages)
    assert "8 701 555 12 34" not in said
    assert "• ••• ••• •• ••" in said


def test_an_id_that_is_a_phone_becomes_a_code_that_stays_the_same(container, tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("Телефон,Дата,Автор,Сообщение\n+7 701 555 12 34,20.11.2026,бот,9 000 ₸\n", "utf-8")
    first, second = (next(dialogues(container, read_export(file))).id for _ in range(2))
    assert first == second
    assert "555" not in first


def test_a_look_can_be_stopped_and_shows_what_it_has(container, export):
    found = check_export(container, export, book_in_force(container), on_checked=lambda _: False)
    assert found.stopped
    assert found.summary.dialogues == 1


def test_a_price_list_of_ones_own_counts_for_one_look(container, export, tmp_path):
    prices = tmp_path / "prices.csv"
    prices.write_text("Наименование;Цена в месяц\nТариф «Магазин»;9000\nТариф «Сеть»;20000\n", "utf-8")
    found = check_export(container, export, book_of_file(container, prices))
    assert (found.summary.findings, found.book.file) == (0, "prices.csv")
    prices.write_text("Наименование;Цена\nТариф;дорого\n", "utf-8")
    with pytest.raises(UserError, match="is not one amount"):
        book_of_file(container, prices)


def test_no_cell_of_the_tables_runs(container, tmp_path):
    file = tmp_path / "log.csv"
    row = '=HYPERLINK("http://evil.example"),20.11.2026,бот,Тариф «Магазин» — 9 000 ₸ в месяц\x07'
    file.write_text(f"Диалог,Дата,Автор,Сообщение\n{row}\n", "utf-8")
    found = check_export(container, read_export(file), book_in_force(container))
    heads = tables.COLUMNS

    def rows():
        return tables.fault_rows(found, "ru", lambda _: ("+цена", "@высокая"))

    written = list(csv.reader(io.StringIO(tables.as_csv(heads, rows()).decode("utf-8-sig")), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(tables.as_xlsx(heads, rows()))).active
    assert [[cell.value or "" for cell in line] for line in sheet.iter_rows()] == written
    assert len(written) == 2
    for cell in written[1]:
        assert not cell.startswith(("=", "+", "-", "@"))
    assert all(cell.data_type == "s" for line in sheet.iter_rows() for cell in line if cell.value)


def test_dialogues_are_kept_in_pieces_and_twice_changes_nothing(container, export):
    sent = []

    def send(lines):
        sent.append(lines)
        return {
            "dialogues": lines.count(b"\n"),
            "turns": 0,
            "skipped": 3,
            "findings": 0,
            "rejected": [{"message": "x"}],
        }

    kept = keep_export(container, export, send)
    assert (kept.dialogues, kept.skipped, kept.refused) == (2, 3, ("x",))
    assert b"8 701 555" not in b"".join(sent)


def test_files_are_kept_for_an_hour_under_names_without_folders():
    now = [0.0]
    desk = ImportDesk(clock=lambda: now[0])
    taken = desk.take("../../etc/чат.txt", CHAT.encode())
    assert taken.file.name == "чат.txt"
    assert desk.get(taken.id).file.read_text("utf-8") == CHAT
    folder = taken.folder
    now[0] = KEPT_S + 1
    with pytest.raises(NotFoundError, match="give the file again"):
        desk.get(taken.id)
    assert not folder.exists()


def test_too_many_files_push_the_oldest_out():
    desk = ImportDesk()
    first = desk.take("a.txt", b"x")
    for _ in range(MOST_KEPT):
        desk.take("b.txt", b"x")
    with pytest.raises(NotFoundError):
        desk.get(first.id)


def test_a_file_is_read_anew_when_something_else_is_said_about_it():
    desk = ImportDesk()
    taken = desk.take("chat.txt", CHAT.encode())
    assert desk.export(taken) is desk.export(taken)
    taken.choice = Choice(bots=("+7 701 555 12 34",))
    assert desk.export(taken).roles["Бот"] == "user"
    desk.forget(taken.id)
    with pytest.raises(NotFoundError):
        desk.get(taken.id)


def test_a_fault_names_the_file_as_it_was_given_and_no_folder_of_ours():
    desk = ImportDesk()
    with pytest.raises(UserError) as refused:
        desk.export(desk.take("чат 8 701 555 12 34.json", b'{"messages": [{"id":1,'))
    (problem,) = refused.value.problems
    assert problem.line == 1
    assert (problem.file.startswith("чат "), "/" in problem.file, "555" in problem.file) == (True, False, False)
    assert "botops-imports" not in str(refused.value)
    rows = "Дата;Чат;Автор;Текст\n20.11.2026 10:01;1;Бот;Да\n32.13.2026;1;Клиент;Нет\n"
    export = desk.export(desk.take("chats.csv", rows.encode()))
    assert [(p.file, p.line) for p in export.problems] == [("chats.csv", 3)]


def test_what_goes_wrong_in_the_background_is_told():
    desk = ImportDesk()
    taken = desk.take("chat.txt", b"x")

    def work(_advance):
        raise UserError("no prices")

    begun = desk.begin(taken, "check", 1, work)
    assert begun.over.wait(10)
    assert str(begun.error) == "no prices"
