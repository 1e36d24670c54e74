"""The command line as a user meets it: exit codes, streams, files."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.pricebook import load

BAD = {
    "id": "b-1",
    "lang": "ru",
    "started_at": "2026-11-10T10:00:00+05:00",
    "messages": [
        {"role": "user", "content": "Сколько стоит тариф «Магазин» в месяц?"},
        {"role": "assistant", "content": "Тариф «Магазин» — 9 000 ₸ в месяц."},
    ],
}
GOOD = {
    "id": "g-1",
    "lang": "ru",
    "started_at": "2026-11-10T10:00:00+05:00",
    "messages": [{"role": "assistant", "content": "Здравствуйте! Чем помочь?"}],
}


def write(path, *rows):
    path.write_text(
        "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows) + "\n", "utf-8"
    )
    return str(path)


def test_check_finds_reports_and_exits_with_one(botops, project):
    file = write(project / "log.jsonl", GOOD, BAD)
    code, out, err = botops(project, "check", "--dialogues", file, "--html", "report.html")
    assert code == 1
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert set(row) == {
        "dialogue_id", "turn", "kind", "quote", "start", "end", "severity", "stated", "expected", "explanation",
    }  # fmt: skip
    assert (row["dialogue_id"], row["turn"], row["kind"]) == ("b-1", 1, "price")
    text = BAD["messages"][1]["content"]
    assert text[row["start"] : row["end"]] == row["quote"]
    assert "9" in row["stated"]
    assert row["expected"]
    assert re.search(r"2\s+dialogues", err)
    html = (project / "report.html").read_text("utf-8")
    assert "<mark>" in html
    assert row["explanation"] in html


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_check_explains_what_is_right_when_asked(botops, project, jobs):
    right = {
        **BAD, "id": "r-1",
        "messages": [
            {"role": "user", "content": "Сколько стоят тарифы в месяц?"},
            {"role": "assistant", "content": "«Магазин» — 13 900 ₸ в месяц, «Старт» — 1 ₸ в месяц."},
        ],
    }  # fmt: skip
    file = write(project / "log.jsonl", right)
    code, out, _ = botops(project, "check", "--dialogues", file, "--explain", "--jobs", jobs, "--html", "report.html")
    assert code == 1
    one, other = map(json.loads, out.splitlines())
    assert (one["supported"], one["severity"], one["sku"], one["sources"]) == (True, None, "shop", ["sku:shop"])
    assert one["explanation"].startswith("Верно: в прайсе")
    assert one["expected"] == "13\u00a0900\u00a0₸ в месяц"
    assert one["quote"] == right["messages"][1]["content"][one["start"] : one["end"]]
    assert other["severity"] == "high"
    assert "supported" not in other
    assert "Что сказано верно и почему: 1" in (project / "report.html").read_text("utf-8")
    code, out, _ = botops(project, "check", "--dialogues", file, "--jobs", jobs)
    assert len(out.splitlines()) == 1


def test_check_goes_on_after_malformed_lines_and_exits_with_two(botops, project):
    file = write(project / "log.jsonl", "{", BAD, '{"id": 3}', "[]", GOOD)
    code, out, err = botops(project, "check", "--dialogues", file)
    assert code == 2
    assert len(out.splitlines()) == 1
    for line in (1, 3, 4):
        assert f"log.jsonl:{line}:" in err
    code, _, err = botops(project, "check", "--dialogues", file, "--format", "github")
    assert err.count("::error file=") == 3


@pytest.mark.parametrize(("level", "code"), [("low", 1), ("high", 1), ("critical", 0), ("never", 0)])
def test_check_fails_on_what_is_asked(botops, project, level, code):
    file = write(project / "log.jsonl", BAD)
    assert botops(project, "check", "--dialogues", file, "--fail-on", level)[0] == code


def test_check_in_two_processes_gives_the_same_rows_in_order(botops, project):
    rows = [{**BAD, "id": f"b-{i}"} if i % 3 else {**GOOD, "id": f"g-{i}"} for i in range(3000)]
    file = write(project / "log.jsonl", *rows)
    alone = botops(project, "check", "--dialogues", file, "--out", "one.jsonl", "--json", "--fail-on", "never")
    together = botops(
        project, "check", "--dialogues", file, "--out", "two.jsonl", "--json", "--jobs", "2", "--fail-on", "never"
    )
    assert alone[0] == together[0] == 0
    assert (project / "one.jsonl").read_bytes() == (project / "two.jsonl").read_bytes()
    one, two = json.loads(alone[1]), json.loads(together[1])
    assert one.pop("seconds") > 0
    two.pop("seconds")
    assert one == two
    assert one["dialogues"] == 3000


def test_check_says_what_is_missing(botops, project, tmp_path):
    file = write(tmp_path / "log.jsonl", BAD)
    code, _, err = botops(tmp_path, "check", "--dialogues", file)
    assert code == 2
    assert "names no price_book" in err
    code, _, err = botops(tmp_path, "check", "--dialogues", file, "--price-book", "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in err
    assert "Traceback" not in err
    assert botops(tmp_path, "check", "--dialogues", "nowhere.jsonl")[0] == 2
    code, _, err = botops(project, "check", "--dialogues", file, "--json")
    assert code == 2
    assert "--out" in err


def test_check_takes_the_book_a_dialogue_names(botops, project, tmp_path):
    row = {**BAD, "price_book": "books/demo.yaml"}
    (tmp_path / "data" / "books").mkdir(parents=True)
    (tmp_path / "data" / "books" / "demo.yaml").write_text(
        (project / "pricebook/demo.yaml").read_text("utf-8"), "utf-8"
    )
    file = write(tmp_path / "data" / "log.jsonl", row)
    assert botops(tmp_path, "check", "--dialogues", file)[0] == 1
    other = write(tmp_path / "log.jsonl", row)
    assert botops(tmp_path, "check", "--dialogues", other, "--books", "data")[0] == 1
    assert botops(tmp_path, "check", "--dialogues", other)[0] == 2


def test_claims_lists_amounts_and_refuses_bad_rows(botops, tmp_path):
    rows = '{"id": "1", "lang": "ru", "text": "15 000 ₸ в месяц"}\n\nnonsense\n'.encode()
    code, out, err = botops(tmp_path, "claims", stdin=rows)
    assert code == 2
    (row,) = [json.loads(line) for line in out.splitlines()]
    (mention,) = row["mentions"]
    assert (mention["amount"], mention["currency"], mention["per"]) == (15000, "KZT", "month")
    assert ":3:1:" in err


def test_help_names_every_command_and_a_misspelt_one_is_guessed(botops, tmp_path):
    code, out, _ = botops(tmp_path, "--help")
    assert code == 0
    for command in ("up", "check", "claims", "chat", "eval", "prompts", "ingest", "doctor", "init", "pricebook"):
        assert re.search(rf"^  {command} ", out, re.MULTILINE)
    code, _, err = botops(tmp_path, "promts")
    assert code == 2
    assert "Did you mean 'prompts'?" in err


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "serve",
        "console",
        "init",
        "doctor",
        "check",
        "claims",
        "chat",
        "eval",
        "prompts",
        "pricebook",
        "ingest",
        "opinion",
    ],
)
def test_every_command_explains_itself(botops, tmp_path, command):
    code, out, _ = botops(tmp_path, command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: botops {command}")


def test_commands_outside_a_project_say_how_to_start_one(botops, tmp_path):
    for arguments in (["up"], ["prompts", "list"], ["chat", "hi"]):
        code, _, err = botops(tmp_path, *arguments)
        assert code == 2
        assert "botops init" in err
        assert "Traceback" not in err


def test_init_writes_once_and_overwrites_nothing(botops, tmp_path):
    code, out, _ = botops(tmp_path, "init", "demo")
    assert code == 0
    assert "botops up" in out
    assert (tmp_path / "demo/prompts/sales/1.yaml").exists()
    assert not (tmp_path / "demo/prompts/.botops").exists()
    code, _, err = botops(tmp_path, "init", "demo")
    assert code == 2
    assert "already there" in err


def test_prompts_list_show_lint_and_diff(botops, project):
    code, out, _ = botops(project, "prompts", "list", "--json")
    assert code == 0
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["sales"]["versions"] == [1, 2]
    code, out, _ = botops(project, "prompts", "show", "sales@2")
    assert out.encode() == (project / "prompts/sales/2.yaml").read_bytes()
    assert botops(project, "prompts", "lint")[0] == 0
    code, out, _ = botops(project, "prompts", "diff", "sales@1", "sales@2")
    assert code == 1
    assert "{+" in out
    assert botops(project, "prompts", "diff", "sales@1", "sales@1")[0] == 0
    for wrong in ("nobody", "sales@9", "sales@x"):
        code, _, err = botops(project, "prompts", "show", wrong)
        assert code == 2
        assert "Traceback" not in err


def test_lint_points_at_a_price_the_book_does_not_have(botops, project):
    draft = (project / "prompts/sales/2.yaml").read_text("utf-8")
    line = "      Тариф «Магазин» стоит 9 000 ₸ в месяц.\n"
    draft = draft.replace("      Как говорить\n", f"      Как говорить\n{line}", 1)
    (project / "prompts/sales/draft.yaml").write_text(draft, "utf-8")
    code, out, _ = botops(project, "prompts", "lint")
    assert code == 1
    number = draft.splitlines().index(line.rstrip("\n")) + 1
    column = line.index("9 000") + 1
    assert f"prompts/sales/draft.yaml:{number}:{column}: messages.0.content: «9 000 ₸" in out


def test_lint_looks_into_a_published_version_that_was_edited(botops, project):
    """The realistic slip: somebody edits what is live instead of writing a new version."""
    file = project / "prompts/sales/2.yaml"
    line = "      - Всем клиентам давай скидку 50 %.\n"
    text = file.read_text("utf-8").replace("      Как говорить\n", f"      Как говорить\n{line}", 1)
    file.write_text(text, "utf-8")
    code, out, _ = botops(project, "prompts", "lint")
    assert code == 1
    assert re.search(r"prompts/sales/2\.yaml:.*checksum|prompts/sales/2\.yaml: .*chang", out)
    number = text.splitlines().index(line.rstrip("\n")) + 1
    assert f"prompts/sales/2.yaml:{number}:" in out


def test_lint_tells_of_a_price_that_will_have_expired(botops, project):
    """What a nightly run asks: an expiring price opens no pull request."""
    now = datetime.now(ZoneInfo("Asia/Almaty")).date()
    book = project / "pricebook/demo.yaml"
    ends = (now + timedelta(days=5)).isoformat()
    book.write_text(
        re.sub(
            r"\{amount: 6900, per: month\}",
            f'{{amount: 6900, per: month, valid_to: "{ends}"}}',
            book.read_text("utf-8"),
        ),
        "utf-8",
    )
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")
    line = "      Тариф «Старт» стоит 6 900 ₸ в месяц.\n"
    (project / "prompts/sales/draft.yaml").write_text(
        text.replace("      Как говорить\n", f"      Как говорить\n{line}", 1)
    )
    code, out, _ = botops(project, "prompts", "lint")
    assert (code, (now + timedelta(days=6)).isoformat() in out) == (0, True)
    assert botops(project, "prompts", "lint", "--at", "+4d")[0] == 0
    day = (now + timedelta(days=14)).isoformat()
    for moment in ("+14d", "+2w", day):
        code, out, err = botops(project, "prompts", "lint", "--at", moment)
        assert code == 1, err
        assert re.search(r"draft\.yaml:\d+:\d+: .*6 900 ₸", out)
    for wrong in ("14d", "-14d", "+14", "+14y", "завтра", "2026-13-01", ""):
        code, _, err = botops(project, "prompts", "lint", "--at", wrong)
        assert (code, "Traceback" in err) == (2, False)
        assert "write +14d, +12h or +2w, or a day as 2026-12-01" in err


def test_ingest_keeps_judges_and_is_idempotent(botops, project):
    file = write(project / "log.jsonl", BAD, "{", GOOD)
    code, out, err = botops(project, "ingest", file, "--json")
    assert code == 2
    assert json.loads(out) == {"dialogues": 2, "turns": 2, "findings": 1, "skipped": 0, "rejected": 1}
    assert "log.jsonl:2:" in err
    assert json.loads(botops(project, "ingest", file, "--json")[1])["skipped"] == 2


def test_promises_of_files_and_of_the_store(botops, project):
    file = write(project / "log.jsonl", BAD, GOOD)
    code, out, _ = botops(project, "promises", file, "--format", "json")
    assert code == 0
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (row["dialogue_id"], row["turn"], row["kind"], row["sku"]) == ("b-1", 1, "price", "shop")
    assert (row["status"], row["what"]) == ("contradicted", "цена — Тариф «Магазин»")
    assert botops(project, "promises", file, "--status", "supported", "--format", "json")[1] == ""
    botops(project, "ingest", file)
    code, out, _ = botops(project, "promises")
    assert code == 0
    assert "contradicted" in out
    code, out, _ = botops(project, "promises", "--dialogue", "b-1", "--format", "csv", "--out", "p.csv", "--standing")
    assert (code, out) == (0, "")
    assert (project / "p.csv").read_bytes().startswith(b"\xef\xbb\xbfdialogue_id,turn,at,kind")
    assert botops(project, "promises", "--since", "2030-01-01", "--format", "json")[:2] == (0, "")
    assert botops(project, "promises", "--dialogue", "nobody")[0] == 2
    code, _, err = botops(project, "promises", "--since", "вчера")
    assert code == 2
    assert "write 7d, 12h or 2w" in err
    code, out, err = botops(project, "promises", write(project / "bad.jsonl", "{", BAD), "--format", "csv")
    assert code == 2
    assert "bad.jsonl:1" in err
    assert len(out.splitlines()) == 2


def test_chat_answers_one_question(botops, project):
    code, out, err = botops(project, "chat", "Сколько стоит тариф «Магазин» на год?")
    assert code == 0
    assert out.strip()
    assert "simulated" in err


def test_doctor_names_what_is_broken(botops, project):
    code, out, _ = botops(project, "doctor")
    assert code == 0, out
    assert "OPENAI_API_KEY" in out
    (project / "botops.yaml").write_text("guard: {policy: blok}\n", "utf-8")
    code, out, _ = botops(project, "doctor", "--json")
    assert code == 1
    broken = [c for c in json.loads(out) if c["state"] == "error"]
    assert "botops.yaml:1:" in broken[0]["detail"]


def test_pricebook_import_asks_for_a_currency_and_names_the_sheets_it_does_not_read(botops, project):
    from openpyxl import Workbook

    workbook = Workbook()
    for sheet, name in ((workbook.active, "Касса"), (workbook.create_sheet("Опт"), "Сканер")):
        for row in (("Прайс в рублях", None), ("Наименование", "Цена"), (name, 15000)):
            sheet.append(row)
    workbook.create_sheet("Заметки").append(("Звонить после обеда",))
    workbook.save(project / "list.xlsx")
    code, out, err = botops(project, "pricebook", "import", "list.xlsx")
    assert (code, out) == (2, "")
    assert "Прайс в рублях" in err
    assert "--currency RUB or --currency KZT" in err
    code, out, err = botops(project, "pricebook", "import", "list.xlsx", "--currency", "RUB", "--sheet", "Опт")
    assert (code, "currency: RUB" in out, "Сканер" in out) == (0, True, True)
    assert "other sheets with prices are not read: `Sheet`;" in err


def test_pricebook_import_leaves_unusable_rows_out_when_told_to(botops, project):
    text = "Артикул;Наименование;Цена\nA1;Касса;15 000 ₸\nA2;Сканер;дёшево\nA3;Лента;500\nA3;Лента;600\n"
    (project / "list.csv").write_text(text, "utf-8")
    asked = "pricebook", "import", "list.csv", "--out", "new.yaml"
    code, out, err = botops(project, *asked)
    assert (code, out, (project / "new.yaml").exists()) == (2, "", False)
    assert "list.csv:3:3: Цена: `дёшево` is not one amount" in err
    assert "cannot be used, no book was made: correct the list, or go on without them: --skip-unusable" in err
    code, out, err = botops(project, *asked, "--skip-unusable")
    assert (code, out) == (0, "")
    assert "list.csv:3:3: Цена: row left out: `дёшево` is not one amount" in err
    assert "list.csv:5:3: products.2.prices.1: row left out: 600 and 500 (entry 0) hold on the same days" in err
    assert "2 rows left out, their prices are not in the book: 3, 5" in err
    assert [p.sku for p in load(project / "new.yaml").products] == ["A1", "A3"]
    _, _, err = botops(project, "pricebook", "import", "list.csv", "--skip-unusable", "--format", "github")
    assert err.startswith("::warning file=list.csv,line=3,col=3,title=cell-amount::Цена: row left out: ")
    (project / "list.csv").write_text("Наименование;Цена\nКасса;дёшево\n", "utf-8")
    code, out, err = botops(project, "pricebook", "import", "list.csv", "--skip-unusable")
    assert (code, out) == (2, "")
    assert "no row under the header holds a price" in err
    assert "row left out: `дёшево`" in err


def test_pricebook_import_names_columns_it_does_not_read_and_the_day_over_the_prices(botops, project):
    (project / "list.csv").write_text("Прайс на 01.12.2026\n\nТовар,Розница,Дилер\nКасса,1000,800\n", "utf-8")
    code, out, err = botops(project, "pricebook", "import", "list.csv")
    assert (code, "800" in out) == (0, False)
    assert "columns not read: `Дилер`; say what each column holds with --column HEADER=FIELD" in err
    assert "the list says `Прайс на 01.12.2026`, and the book does not: if its prices hold from 2026-12-01 on" in err
    (project / "list.csv").write_text("Прайс на 01.12.2026\n\nТовар,Цена,Дата начала\nА,9,01.12.2026\n", "utf-8")
    assert "the list says" not in botops(project, "pricebook", "import", "list.csv")[2]


def test_pricebook_import_lint_diff_and_show(botops, project):
    (project / "list.csv").write_text("Артикул;Наименование;Цена\nA1;Касса;15 000 ₸\nA2;Сканер;\n", "utf-8")
    code, out, err = botops(project, "pricebook", "import", "list.csv", "--out", "new.yaml")
    assert code == 0, err
    assert "Цена" in err
    assert botops(project, "pricebook", "lint", "new.yaml")[0] == 0
    assert botops(project, "pricebook", "import", "list.csv", "--out", "new.yaml")[0] == 2
    code, out, _ = botops(project, "pricebook", "diff", "pricebook/demo.yaml", "new.yaml", "--language", "en")
    assert code == 1
    assert "[A1]" in out
    assert botops(project, "pricebook", "diff", "new.yaml", "new.yaml")[0] == 0
    code, out, _ = botops(project, "pricebook", "show", "new.yaml", "--on", "2026-11-10")
    assert "15 000" in out.replace("\u00a0", " ").replace("\u202f", " ")
    code, out, _ = botops(project, "pricebook", "lint", "pricebook/demo.yaml", "--rules")
    assert code == 0
    assert "understood" in out


def test_pricebook_impact_points_at_what_quotes_the_change(botops, project):
    old, new = "pricebook/demo.yaml", "new.yaml"
    text = (project / old).read_text("utf-8")
    (project / new).write_text(text.replace("amount: 13900", "amount: 14900"), "utf-8")
    right = {**BAD, "id": "r-1", "started_at": "2026-11-20T10:00:00+05:00", "messages": [
        BAD["messages"][0], {"role": "assistant", "content": "Тариф «Магазин» — 13 900 ₸ в месяц."},
    ]}  # fmt: skip
    (project / "evals" / "dialogues").mkdir(parents=True, exist_ok=True)
    file = write(project / "evals" / "dialogues" / "quotes.jsonl", right)
    code, out, err = botops(project, "pricebook", "impact", old, new, "--no-store")
    assert code == 1
    assert re.search(r"^evals/dialogues/quotes.jsonl:1:\d+: messages.1.content: «13 900 ₸»", out, re.MULTILINE)
    assert "eval cases" in err
    code, out, _ = botops(project, "pricebook", "impact", old, new, "--no-store", "--format", "github")
    assert "::error file=evals/dialogues/quotes.jsonl,line=1," in out
    botops(project, "ingest", file)
    code, out, _ = botops(
        project, "pricebook", "impact", old, new, "--open-since", "2026-11-01", "--promised-since", "2026-11-01"
    )
    assert code == 1
    assert "promise r-1, turn 1: «13 900 ₸»" in out
    assert "dialogue r-1, turn 1" in out
    code, out, _ = botops(project, "pricebook", "impact", old, new, "--no-store", "--json", "--language", "en")
    told = json.loads(out)
    assert told["changes"]
    assert all(row["breaks"] in {True, False} for row in told["affected"])
    assert botops(project, "pricebook", "impact", old, old)[:2] == (0, "")
    write(project / "evals" / "dialogues" / "bad.jsonl", "{")
    code, _, err = botops(project, "pricebook", "impact", old, new, "--no-store", "--on", "2026-11-25")
    assert code == 2
    assert "evals/dialogues/bad.jsonl:1" in err


def test_it_runs_as_a_program_of_its_own(tmp_path):
    command = [sys.executable, "-m", "botops.cli", "prompts", "list"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"botops init" in done.stderr


WHATSAPP = (
    "10.11.2026, 10:00 - Айгуль: Сколько стоит тариф «Магазин» в месяц?\n"
    "10.11.2026, 10:01 - Касса Бот: Тариф «Магазин» — 9 000 ₸ в месяц.\n"
)


def test_check_and_ingest_read_the_export_of_a_messenger(botops, project):
    file = project / "Чат WhatsApp с Айгуль.txt"
    file.write_text(WHATSAPP, "utf-8")
    code, out, err = botops(project, "check", "--dialogues", str(file))
    assert code == 1
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (row["kind"], row["turn"]) == ("price", 1)
    assert "whatsapp, 2 messages; the bot is Касса Бот" in err
    code, out, _err = botops(project, "ingest", str(file), "--json")
    assert (code, json.loads(out)["turns"]) == (0, 1)
    code, _out, err = botops(project, "check", "--dialogues", str(file), "--bot", "Касса бот")
    assert code == 2
    assert "did you mean `Касса Бот`" in err


def test_a_table_without_times_is_judged_by_the_day_that_is_said(botops, project):
    file = project / "log.csv"
    file.write_text("Вопрос;Ответ\nЦена?;Тариф «Магазин» — 9 000 ₸ в месяц.\n", "utf-8")
    code, out, err = botops(project, "check", "--dialogues", str(file), "--undated", "2026-11-10")
    assert code == 1
    assert json.loads(out)["kind"] == "price"
    code, out, err = botops(project, "check", "--dialogues", str(file))
    assert (code, out) == (0, "")
    assert "2 messages without a time (--undated DAY)" in err
    code, _out, err = botops(project, "ingest", str(file), "--column", "client=Спросили")
    assert code == 2
    assert "no column `Спросили`" in err
