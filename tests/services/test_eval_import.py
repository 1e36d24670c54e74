"""`botops eval import` as a user meets it: files as other tools export them, and files that are broken."""

import csv
import io
import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from botops.evals.suite import read_suite

EXAMPLES = Path(__file__).parent.parent / "examples" / "imports"


@pytest.fixture
def bring(project, botops):
    """Imports an example, or bytes under a name, into the project: exit code, stdout, stderr."""

    def call(name, *arguments, raw=None):
        if raw is not None:
            (project / name).write_bytes(raw)
        elif not (project / name).exists():
            shutil.copytree(EXAMPLES, project, dirs_exist_ok=True)
        return botops(project, "eval", "import", name, *arguments)

    return call


def cases_in(project, text):
    file = project / "printed.yaml"
    file.write_text(text, "utf-8")
    return {case.id: case for case in read_suite(file).cases}


def lines_of(case):
    return [line.text for line in case.lines]


def checks_of(case):
    return [(e.check.id, e.params.model_dump(exclude_defaults=True)) for e in case.expectations[2:]]


def test_recorded_dialogues_are_said_again_with_personal_data_hidden(project, bring):
    code, out, err = bring("dialogues.jsonl")
    assert code == 0
    cases = cases_in(project, out)
    first = cases["dialogue-wa-301"]
    assert lines_of(first) == ["Сколько стоит тариф «Магазин»?", "А за год? Мой номер +• ••• ••• •• ••"]
    assert [(m.role, m.content) for m in first.history] == [("assistant", "Здравствуйте! Чем помочь?")]
    assert first.at == datetime.fromisoformat("2026-11-10T10:01:00+05:00")  # the book's time zone
    assert (first.locale, first.region) == ("ru", "almaty")
    assert [e.check.id for e in first.expectations] == ["no_invented_claims", "language"]
    assert "left out: `labels`" in err
    assert "jsonl: 2 cases, 1 left out" in err


def test_a_number_hidden_in_one_message_is_hidden_in_all(project, bring):
    _, out, _ = bring("dialogues.jsonl", "--last-turn")
    case = cases_in(project, out)["dialogue-wa-301-2"]
    assert [m.role for m in case.history] == ["assistant", "user", "assistant"]
    assert "7011234567" not in out
    assert lines_of(case) == ["А за год? Мой номер +• ••• ••• •• ••"]


def test_every_line_can_be_a_case_of_its_own(project, bring):
    code, out, _ = bring("dialogues.jsonl", "--every-turn")
    assert code == 0
    cases = cases_in(project, out)
    assert list(cases) == ["dialogue-wa-301-1", "dialogue-wa-301-2", "dialogue-wa-302-1"]
    assert len(cases["dialogue-wa-301-1"].history) == 1
    assert len(cases["dialogue-wa-301-2"].history) == 3


def test_a_table_of_questions(project, bring):
    raw = (
        "id;Client;at;language;expect;must\n"
        "q-1;Есть скидка на год?;2026-11-12 15:00;ru;\"must_not_contain: ['50 %']\";x\n"
        ';"Двойная ""кавычка""; и\nвторая строка";;kz;;\n'
    ).encode("windows-1251", "ignore")
    code, out, err = bring("questions.csv", "--encoding", "windows-1251", raw=raw)
    assert code == 0
    first, second = cases_in(project, out).values()
    assert first.id == "dialogue-q-1"
    assert first.at == datetime.fromisoformat("2026-11-12T15:00:00+05:00")
    assert checks_of(first) == [("must_not_contain", {"texts": ("50 %",)})]
    assert lines_of(second) == ['Двойная "кавычка"; и\nвторая строка']
    assert second.locale == "kk"
    assert "questions.csv:2:74: must: left out" in err


def test_a_table_with_a_message_a_row(project, bring):
    code, out, _ = bring("log.csv")
    assert code == 0
    cases = cases_in(project, out)
    assert lines_of(cases["dialogue-d-1"]) == ["Здравствуйте", "Сколько стоит «Кафе»?"]
    assert lines_of(cases["dialogue-d-2"]) == ["Сколько стоит сканер?"]


def test_columns_can_be_named(project, bring):
    raw = "Вопрос клиента,Ответ\nСколько стоит?,100 ₸\n".encode()
    code, _, err = bring("t.csv", raw=raw)
    assert code == 2
    assert "t.csv:1:1: no column `client` among `Вопрос клиента`, `Ответ`" in err
    code, out, _ = bring("t.csv", "--column", "client=Вопрос клиента", "--column", "reply=Ответ")
    assert code == 0
    (case,) = cases_in(project, out).values()
    assert lines_of(case) == ["Сколько стоит?"]
    code, _, err = bring("t.csv", "--column", "client=Вопросы клиента")
    assert (code, "did you mean `Вопрос клиента`?" in err) == (2, True)
    code, _, err = bring("t.csv", "--column", "cleint=Вопрос клиента")
    assert (code, "did you mean `client`?" in err) == (2, True)


def test_openai_chats_keep_the_clients_texts(project, bring):
    code, out, err = bring("openai-chat.jsonl")
    assert code == 1  # the picture could not be taken over
    first, second = cases_in(project, out).values()
    assert lines_of(first) == ["Сколько стоит «Магазин»?", "А вот такой сканер есть?"]
    assert lines_of(second) == ["Бағасы қанша?"]
    assert "openai-chat.jsonl:1:504: messages.5.content.1: not imported: a part of the type `image_url`" in err
    assert "openai-chat.jsonl:1:15: messages.0: left out: a system message" in err
    assert "(1 more: lines 2)" in err
    _, out, _ = bring("openai-chat.jsonl", "--last-turn")
    first, _ = cases_in(project, out).values()
    assert [(m.role, m.content) for m in first.history] == [
        ("user", "Сколько стоит «Магазин»?"), ("tool", "13900 KZT"), ("assistant", "13 900 ₸ в месяц."),
    ]  # fmt: skip


def test_openai_eval_items_requests_and_preferences(project, bring):
    code, out, err = bring("openai-evals.jsonl")
    assert code == 0
    cases = list(cases_in(project, out).values())
    assert [lines_of(case) for case in cases] == [
        ["Есть ли рассрочка?"], ["Скидка есть?"], ["Сколько стоит терминал?"], ["Дорого!"],
    ]  # fmt: skip
    assert cases[2].id == "openai-request-7"
    assert out.count("x-expected-output") == 3
    assert "x-expected-output: Понимаю вас." in out
    assert "left out: `non_preferred_output`" in err


def test_openai_stored_completions(project, bring):
    code, out, err = bring("openai-stored.json")
    assert code == 2
    (case,) = cases_in(project, out).values()
    assert (case.id, lines_of(case)) == ("openai-chatcmpl-AyPNin", ["Доставка есть?"])
    assert case.at == datetime.fromisoformat("2025-11-17T11:00:00+05:00")
    assert "openai-stored.json:13:5: data.1: a stored completion without the messages it answers" in err


def test_langfuse_dataset_items(project, bring):
    code, out, err = bring("langfuse-items.json")
    assert code == 2
    first, second = cases_in(project, out).values()
    assert (first.id, first.locale, first.channel) == ("langfuse-6b0f", "ru", "whatsapp")
    assert [m.content for m in first.history] == ["Привет", "Здравствуйте!"]
    assert lines_of(first) == ["Сколько стоит «Старт»?"]
    assert first.origin == "langfuse dataset item 6b0f (жалобы), trace tr-9"
    assert "x-expected-output: 6 900 ₸ в месяц." in out
    assert lines_of(second) == ["Есть промокод?"]
    assert "langfuse-items.json:12:3: 3: it cannot be told which of `sku`, `count` is what the client wrote" in err
    assert "langfuse-items.json:10:3: 1: left out: an archived item" in err


def test_langfuse_traces_of_a_session_are_one_dialogue(project, bring):
    code, out, _ = bring("langfuse-traces.csv")
    assert code == 0
    cases = cases_in(project, out)
    assert {name: lines_of(case) for name, case in cases.items()} == {
        "langfuse-s-1": ["Сколько стоит «Магазин»?", "А за год?"],
        "langfuse-s-2": ["Как оплатить?", "Спасибо"],
    }
    assert cases["langfuse-s-1"].tags == ("sales",)
    assert cases["langfuse-s-1"].at == datetime.fromisoformat("2026-11-10T10:00:00+05:00")
    _, out, _ = bring("langfuse-traces.csv", "--last-turn")
    last = cases_in(project, out)["langfuse-s-1-2"]
    assert [m.content for m in last.history] == ["Сколько стоит «Магазин»?", "13 900 ₸."]
    assert last.at == datetime.fromisoformat("2026-11-10T10:01:00+05:00")


def test_a_turn_logged_with_what_was_said_before_takes_its_place(project, bring):
    def trace(number, *said, reply):
        messages = [{"role": role, "content": text} for role, text in said]
        return {"id": f"t{number}", "sessionId": "s", "timestamp": f"2026-11-10T05:0{number}:00Z", "userId": "u",
                "environment": "x", "input": messages, "output": reply}  # fmt: skip

    first, price = ("user", "Цена?"), ("tool", "13900")
    rows = [
        trace(2, first, price, ("assistant", "13 900 ₸"), ("user", "А за год?"), reply="133 440 ₸"),
        trace(1, first, reply="13 900 ₸"),
        trace(3, ("user", "Да"), reply="Хорошо"),
        trace(4, ("user", "Да"), reply="Хорошо"),
    ]
    code, out, _ = bring("traces.jsonl", "--every-turn", raw=jsonl(*rows))
    assert code == 0
    cases = list(cases_in(project, out).values())
    assert [(lines_of(case), case.at.minute, len(case.history)) for case in cases] == [
        (["Цена?"], 1, 0), (["А за год?"], 2, 3), (["Да"], 3, 5), (["Да"], 4, 7),
    ]  # fmt: skip


def test_a_langfuse_trace_with_what_its_model_was_asked(project, bring):
    code, out, err = bring("langfuse-trace.json")
    assert code == 0
    (case,) = cases_in(project, out).values()
    assert lines_of(case) == ["Сколько касс можно?"]
    assert "observations.0: left out: an observation of the type SPAN" in err


def test_langsmith_examples(project, bring):
    code, out, _ = bring("langsmith-examples.jsonl")
    assert code == 0
    first, second, third = cases_in(project, out).values()
    assert (first.id, first.tags, lines_of(first)) == ("langsmith-5a7c", ("base", "price"), ["Сколько стоит «Кафе»?"])
    assert [m.role for m in second.history] == ["user", "assistant"]
    assert lines_of(second) == ["Есть рассрочка?"]
    assert ([m.content for m in third.history], lines_of(third)) == (
        ["Какие тарифы?", "Старт, Магазин, Кафе."], ["А для кафе?"],
    )  # fmt: skip
    code, out, _ = bring("langsmith-examples.csv")
    assert code == 0
    (case,) = cases_in(project, out).values()
    assert (case.region, lines_of(case)) == ("almaty", ["Сколько стоит принтер?"])


def test_langsmith_runs_of_a_thread_are_one_dialogue(project, bring):
    code, out, err = bring("langsmith-runs.json")
    assert code == 0
    (case,) = cases_in(project, out).values()
    assert (case.id, lines_of(case)) == ("langsmith-th-1", ["Сколько стоит «Магазин»?", "А за год?"])
    assert "langsmith-runs.json:7:5: runs.2: left out: a step inside another run" in err


def test_promptfoo_assertions_become_checks_or_are_named(project, bring):
    code, out, err = bring("promptfoo/promptfooconfig.yaml")
    assert code == 2
    cases = list(cases_in(project, out).values())
    assert lines_of(cases[0]) == ["Сколько стоит тариф «Магазин» в месяц?"]
    assert cases[0].tags == ("price", "ru")
    assert checks_of(cases[0]) == [
        ("max_latency", {"seconds": 4.0}),
        ("max_cost", {"usd": cases[0].expectations[3].params.usd}),
        ("must_contain", {"texts": ("13 900",)}),
        ("must_not_contain", {"texts": ("скидка",)}),
        ("must_contain", {"texts": ("месяц", "мес."), "any_of": True}),
        ("must_contain", {"texts": ("магазин", "тариф")}),
        ("regex", {"pattern": r"\d+ 900"}),
        ("regex", {"pattern": "(?-i:[Бб]есплатно)", "absent": True}),
        ("regex", {"pattern": r"\A(?-i:Тариф)"}),
        ("rubric", {"criterion": "Вежливый ответ"}),
        ("must_contain", {"texts": ("пожалуйста",)}),
        ("must_contain", {"texts": ("₸",)}),
    ]
    assert str(cases[0].expectations[3].params.usd) == "0.002"
    config = "promptfoo/promptfooconfig.yaml"
    for line, said in (
        (41, "`similar`: there is no equal check"), (44, "`javascript`"), (51, "only a share"),
        (56, "stands in another file"), (58, "`transform` changes the reply"), (86, "`scenarios`"),
        (83, "`../outside.yaml`: it is outside the folder"), (84, "tests made by a program"),
    ):  # fmt: skip
        assert re.search(rf"^{re.escape(config)}:{line}:\d+: .*not imported: .*{re.escape(said)}", err, re.MULTILINE), (
            said
        )
    assert f"{config}:81:5: tests.6: it cannot be told which of `one`, `two`" in err


def test_promptfoo_tests_in_all_their_forms(project, bring):
    _, out, err = bring("promptfoo/promptfooconfig.yaml")
    cases = cases_in(project, out)
    by_line = {line: case for case in cases.values() for line in lines_of(case)}
    assert not checks_of(by_line["Привет"])  # spared the default assertions
    assert by_line["Салем"] is not by_line["Привет"]
    assert [m.role for m in by_line["Сколько стоит первый?"].history] == ["user", "assistant"]
    conversation = cases["promptfoo-c1"]
    assert [[e.check.id for e in line.expect] for line in conversation.lines] == [
        ["max_latency", "max_cost", "must_contain"], ["max_latency", "max_cost", "must_not_contain"],
    ]  # fmt: skip
    assert by_line["Бағасы қанша?"].locale == "kk"
    followed = by_line["Есть рассрочка?"]
    assert followed.origin == "promptfoo tests.csv:2"
    assert checks_of(followed)[2:] == [
        ("must_contain", {"texts": ("рассрочк",)}), ("must_contain", {"texts": ("12", "двенадцать"), "any_of": True}),
    ]  # fmt: skip
    assert checks_of(by_line["Здравствуйте"])[-1] == ("regex", {"pattern": r"\A(?-i:Здравствуйте!)\Z"})
    assert "promptfoo/more/tests.csv:3:29" in err


def test_promptfoo_assertions_of_a_table(project, bring):
    cells = {
        "icontains:рассрочка": ("must_contain", {"texts": ("рассрочка",)}),
        'contains-all:раз,"два, три"': ("must_contain", {"texts": ("раз", "два, три")}),
        "not-contains: 50 %": ("must_not_contain", {"texts": ("50 %",)}),
        "latency(2500)": ("max_latency", {"seconds": 2.5}),
        "grade: вежливо": ("rubric", {"criterion": "вежливо"}),
        "starts-with:Да: ": ("regex", {"pattern": r"\A(?-i:Да:)"}),
        "цена: 5": ("regex", {"pattern": r"\A(?-i:цена:\ 5)\Z"}),
        "Да": ("regex", {"pattern": r"\A(?-i:Да)\Z"}),
    }
    lost = ("similar(0.8):Привет", "fn: output.length", "python: True", "file://check.py", "trajectory:tool-used: x",
            "not-trajectory:tool-used:x", "cost", "contains-json", "factuality:раз")  # fmt: skip
    table = io.StringIO()
    csv.writer(table).writerows(
        [("question", "__expected"), *((f"Вопрос {n}", c) for n, c in enumerate((*cells, *lost)))]
    )
    code, out, err = bring("t.csv", raw=table.getvalue().encode())
    assert code == 1
    found = [checks_of(case) for case in cases_in(project, out).values()]
    assert found == [*([check] for check in cells.values()), *([] for _ in lost)]
    assert f"{len(lost)} not imported" in err


def test_files_outside_the_folder_are_not_followed(project, bring):
    (project / "secret.yaml").write_text("- vars: {question: Пароль?}\n", "utf-8")
    (project / "inside").mkdir()
    (project / "inside" / "link.yaml").symlink_to(project / "secret.yaml")
    (project / "inside" / "own.yaml").write_text("- file://own.yaml\n- vars: {question: Цена?}\n", "utf-8")
    config = "prompts: [p]\ntests:\n- file://../secret.yaml\n- file:///etc/hosts.yaml\n- file://link.yaml\n- own.yaml\n"
    code, out, err = bring("inside/config.yaml", raw=config.encode())
    assert code == 1
    assert "Пароль" not in out
    assert [lines_of(case) for case in cases_in(project, out).values()] == [["Цена?"]]
    assert err.count("it is outside the folder of inside/config.yaml") == 3
    assert "`own.yaml` was read already" in err


def test_importing_twice_adds_nothing_twice(project, bring):
    code, out, err = bring("langsmith-examples.jsonl", "--into", "evals/suites/theirs.yaml")
    assert (code, out) == (0, "")
    assert "langsmith: 3 cases added to evals/suites/theirs.yaml" in err
    assert "botops eval run evals/suites/theirs.yaml --model simulator" in err
    file = project / "evals" / "suites" / "theirs.yaml"
    before = file.read_bytes()
    code, _, err = bring("langsmith-examples.jsonl", "--into", "evals/suites/theirs.yaml")
    assert code == 0
    assert "0 cases added to evals/suites/theirs.yaml, 3 there already" in err
    assert file.read_bytes() == before


def test_cases_are_added_to_a_suite_whose_every_byte_stays(project, bring):
    file = project / "evals" / "suites" / "demo.yaml"
    before, mode = file.read_text("utf-8"), file.stat().st_mode
    known = read_suite(file).cases
    code, _, _ = bring("langfuse-traces.csv", "--into", "evals/suites/demo.yaml", "--tag", "langfuse")
    assert code == 0
    text = file.read_text("utf-8")
    assert text.startswith(before)
    assert file.stat().st_mode == mode
    added = read_suite(file).cases[len(known) :]
    assert [case.id for case in added] == ["langfuse-s-1", "langfuse-s-2"]
    assert added[0].tags == ("sales", "langfuse")
    # The suite asks for both already.
    assert [e.check.id for e in added[0].expectations].count("no_invented_claims") == 1


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ("name: x\nat: 2026-03-02T10:00:00+05:00\ncases: [{id: a, turns: [Да], expect: [language]}]\n", "suite.yaml"),
        (
            "name: x\nat: 2026-03-02T10:00:00+05:00\ncases:\n- {id: a, turns: [Да]}\n",
            "suite.yaml:4:3: cases.0: nothing",
        ),
        ("nonsense", "suite.yaml"),
    ],
)
def test_a_suite_that_cannot_take_cases_stays_as_it_is(project, bring, suite, said):
    file = project / "suite.yaml"
    file.write_text(suite, "utf-8")
    code, _, err = bring("langfuse-traces.csv", "--into", "suite.yaml")
    assert code == 2
    assert said in err
    assert file.read_text("utf-8") == suite
    assert [path.name for path in project.iterdir() if "suite" in path.name] == ["suite.yaml"]


def test_an_unknown_check_is_refused_before_anything_is_written(project, bring):
    code, _, err = bring("log.csv", "--into", "new.yaml", "--expect", "no_invented_claim")
    assert code == 2
    assert "--expect 'no_invented_claim': unknown check: did you mean `no_invented_claims`?" in err
    assert not (project / "new.yaml").exists()
    code, out, _ = bring("log.csv", "--expect", "hands_over", "--expect", "max_length: 600")
    assert code == 0
    (first, _) = cases_in(project, out).values()
    assert [e.check.id for e in first.expectations] == ["hands_over", "max_length"]


def test_a_suite_is_yaml_and_of_a_readable_size(project, bring):
    code, _, err = bring("log.csv", "--into", "new.json")
    assert (code, "give it a name that ends in .yaml" in err) == (2, True)
    rows = [{"client": f"{number} {'Вопрос ' * 1000}"} for number in range(400)]
    code, out, err = bring("many.jsonl", "--into", "new.yaml", raw=jsonl(*rows))
    assert (code, out) == (2, "")
    assert "400 cases make a suite of" in err
    assert "take fewer with --limit" in err
    assert not (project / "new.yaml").exists()


def test_a_suite_that_needs_a_judge_says_so(project, bring, botops):
    _, _, err = bring("promptfoo/promptfooconfig.yaml", "--into", "new.yaml")
    assert "botops eval run new.yaml --model simulator --judge MODEL (or --no-llm)" in err
    code, _, err = botops(project, "eval", "run", "new.yaml", "--model", "simulator", "--no-llm", "--prompt", "sales@1")
    assert code in (0, 1), err
    _, _, err = bring("log.csv", "--into", "new.yaml")
    assert err.endswith("botops eval run new.yaml --model simulator\n")


def test_a_sample_is_always_the_same(project, bring):
    raw = "client\n" + "\n".join(f"Вопрос {number}?" for number in range(50)) + "\n"
    _, first, _ = bring("many.csv", "--limit", "5", "--seed", "7", raw=raw.encode())
    _, again, _ = bring("many.csv", "--limit", "5", "--seed", "7")
    _, other, _ = bring("many.csv", "--limit", "5", "--seed", "8")
    _, plain, _ = bring("many.csv", "--limit", "5")
    chosen = [list(cases_in(project, text)) for text in (first, again, other, plain)]
    assert chosen[0] == chosen[1]
    assert chosen[0] != chosen[2]
    assert len(chosen[0]) == 5
    assert [lines_of(c) for c in cases_in(project, plain).values()] == [[f"Вопрос {n}?"] for n in range(5)]


def test_what_is_imported_runs_at_once(project, bring, botops):
    bring("dialogues.jsonl", "--into", "evals/suites/theirs.yaml")
    bring("promptfoo/more/tests.csv", "--into", "evals/suites/theirs.yaml", "--limit", "1")
    code, out, err = botops(
        project, "eval", "run", "evals/suites/theirs.yaml", "--model", "simulator", "--prompt", "sales@1", "--json", "-"
    )
    assert code in (0, 1), err
    result = json.loads(out)
    assert [case["status"] for case in result["cases"]].count("error") == 0
    assert len(result["cases"]) == 3


def test_the_report_as_json(project, bring):
    code, out, err = bring("promptfoo/more/tests.csv", "--json")
    assert code == 1
    report = json.loads(out)
    assert (report["format"], len(report["added"]), report["present"]) == ("promptfoo", 2, [])
    assert {note["rule"] for note in report["notes"]} == {"left-out", "not-imported", "changed"}
    assert report["notes"][0]["file"] == "promptfoo/more/tests.csv"
    assert report["suite"].startswith("name: tests\n")
    assert "promptfoo: 2 cases" in err


def test_problems_as_annotations(bring):
    _, _, err = bring("openai-stored.json", "--format", "github")
    assert "::error file=openai-stored.json,line=13,col=5" in err
    assert "::warning file=openai-stored.json" in err


MESSAGE = {"messages": [{"role": "user", "content": "Цена?"}]}


def jsonl(*rows):
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("bad.jsonl", jsonl(MESSAGE, b"{"), "bad.jsonl:2:2: not valid JSON"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"messages": "\xff"}'), "bad.jsonl:2:15: byte 0xff is not UTF-8"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": "\\u0000"}'), "bad.jsonl:2:7: a: a NUL character"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": "\x00"}'), "bad.jsonl:2:"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": 1, "a": 2}'), "bad.jsonl:2:10: a: the key `a` stands here twice"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": NaN}'), "bad.jsonl:2:7: a: NaN is not a number"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": "\\ud83d"}'), "bad.jsonl:2:7: a: "),
        ("bad.jsonl", jsonl(MESSAGE, b"[" * 100_000), "bad.jsonl:2:"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"a": ' * 100 + b"1" + b"}" * 100), "bad.jsonl:2:"),
        ("bad.jsonl", jsonl(MESSAGE, 5), "bad.jsonl:2:1: an object with keys is needed"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": 5}), "bad.jsonl:2:14: messages: a list of messages"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": [5]}), "bad.jsonl:2:15: messages.0: a message needs a role"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": [{"role": "seller", "content": "x"}]}), "'seller' is no role"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": [{"role": "user", "content": {"a": 1}}]}), "a text or a list"),
        ("bad.jsonl", jsonl(MESSAGE, {**MESSAGE, "created_at": "вчера"}), "bad.jsonl:2:68: created_at: no time"),
        ("bad.jsonl", jsonl(MESSAGE, {**MESSAGE, "created": -10**15}), "no time"),
        ("bad.jsonl", jsonl(MESSAGE, {**MESSAGE, "created": True}), "no time"),
        ("bad.jsonl", jsonl(MESSAGE, {**MESSAGE, "created_at": "1900-01-01"}), "the year 1900"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": [{"role": "user", "content": "а" * 20_001}]}), "20,001 characters"),
        ("bad.jsonl", jsonl(MESSAGE, {"messages": [{"role": "user", "content": "а"}, {"role": "bot", "content": "б"}]
                                      * 201}), "201 client messages"),
        ("bad.jsonl", jsonl(MESSAGE, b'{"messages": "' + b"a" * 4_200_000 + b'"}'), ":2:1: a row of 4,200,016 bytes"),
        ("bad.csv", b"client,id\nHi,1\n\"broken,2\n", "bad.csv:3:1: "),
        ("bad.csv", b"client,id\nHi,1\na,b,c\n", "bad.csv:3:"),
        ("bad.csv", b"client,id\nHi,1\nA\x00B,2\n", "bad.csv:3:1: client: a NUL character"),
        ("bad.csv", b"client,id\nHi,1\n=HYPERLINK(\"http://x\"),2\n", "bad.csv:3:1: client: a formula"),
        ("bad.csv", b"client,id\nHi,1\n=cmd|' /C calc'!A0,2\n", "bad.csv:3:1: client: a formula"),
        ("bad.csv", b"client,id\nHi,1\nYes,#REF!\n", "bad.csv:3:5: id: a formula or its error"),
        ("bad.csv", b"client,id\nHi,1\nYes,1\n", "bad.csv:3:1: the id of the dialogue on line 2"),
        ("bad.csv", b"client,expect\nHi,\nYes,[1]\n", "bad.csv:3:5: expect: a check is its name"),
        ("bad.csv", b"client,expect\nHi,\nYes,max_lenth: 5\n", "bad.csv:3:5: expect: unknown check: did you"),
        ("bad.csv", b"client,expect\nHi,\nYes,max_length: 0\n", "bad.csv:3:5: expect: max_length: "),
        ("bad.csv", b"client,expect\nHi,\nYes,a: [\n", "bad.csv:3:5: expect: no checks as a suite has them"),
        ("bad.csv", b"client\nHi\n" + b'"' + b"a" * 140_000 + b'"\n', "bad.csv:3:1: not readable as a row"),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_and_the_others_are_taken(project, bring, name, raw, said):
    code, out, err = bring(name, "--from", "csv" if name.endswith("csv") else "openai", raw=raw)
    assert code == 2, err
    assert said in err
    assert len(cases_in(project, out)) == 1


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("bad.json", b"{", "bad.json:1:2: not valid JSON"),
        ("bad.json", b"", "bad.json"),
        ("bad.json", b"[]", "there is nothing in it to import"),
        ("bad.json", "{}".encode("utf-16"), "bad.json:1:1: saved as UTF-16"),
        ("bad.jsonl", "{}".encode("utf-16"), "bad.jsonl:1:1: saved as UTF-16"),
        ("bad.json", b'[{"foo": 1}]', "none of the formats that can be told by their keys: say which with --from"),
        ("bad.json", b'[{"messages": [], "vars": {}}]', "could be openai or promptfoo: say which with --from"),
        ("bad.yaml", b"a: &x 1\nb: *x\n", "bad.yaml:1:4"),
        ("bad.yaml", b"a: [", "bad.yaml:"),
        ("bad.yaml", b"", "bad.yaml: empty"),
        ("bad.csv", b"", "bad.csv: empty"),
        ("bad.csv", b"\xff\xfe", "bad.csv"),
        ("bad.csv", b"client\n\xd6\xe5\xed\xe0\n", "bad.csv:2:1: not a text in utf-8: say its encoding"),
        ("bad.csv", b"client,client\nHi,Hi\n", "bad.csv:1:1: two columns are called `client`"),
        ("bad.csv", ",".join(f"c{n}" for n in range(10_000)).encode() + b"\n1\n", "bad.csv:1:1: 10,000 columns"),
        ("none.csv", None, "none.csv: no such file"),
        ("evals", None, "evals: cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(project, botops, name, raw, said):
    if raw is not None:
        (project / name).write_bytes(raw)
    code, out, err = botops(project, "eval", "import", name)
    assert code == 2
    assert said in err
    assert out == ""


def test_a_table_in_utf_16_and_with_a_mark_is_read(project, bring):
    for encoding in ("utf-16", "utf-8-sig"):
        code, out, _ = bring("t.csv", raw="client\tid\nСәлем\t1\n".encode(encoding))
        assert code == 0
        assert [lines_of(case) for case in cases_in(project, out).values()] == [["Сәлем"]]


def test_neutralised_cells_and_plain_ones_that_begin_like_formulas(project, bring):
    raw = "client\n'=1+1 это сколько?\n+7 или 8?\n-10 % дадите?\n=)\n'Да'\n".encode()
    code, out, _ = bring("t.csv", raw=raw)
    assert code == 0
    assert [lines_of(case)[0] for case in cases_in(project, out).values()] == [
        "=1+1 это сколько?", "+7 или 8?", "-10 % дадите?", "=)", "'Да'",
    ]  # fmt: skip


def test_stdin_is_read(project, botops):
    row = json.dumps(MESSAGE).encode()
    code, out, _ = botops(project, "eval", "import", "-", stdin=row + b"\n" + row)
    assert code == 0
    assert len(cases_in(project, out)) == 1  # the same said twice is one case


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to import: a FILE, or --store"),
        (("log.csv", "--store"), "say what to import: a FILE, or --store"),
        (("log.csv", "--since", "7d"), "--since is for --store"),
        (("--store", "--column", "client=x"), "--column is for a FILE"),
        (("--store", "--seed", "1"), "say of how many with --limit"),
        (("log.csv", "--column", "client"), "is not of the form client=question"),
        (("--store", "--prompt", "sales@two"), "NAME@VERSION with a number"),
        (("--store", "--since", "soon"), "--since 'soon': write 7d"),
        (("--store", "--until", "soon"), "--until 'soon': write 7d"),
    ],
)
def test_options_that_do_not_fit(project, bring, botops, arguments, said):
    bring("log.csv")
    code, out, err = botops(project, "eval", "import", *arguments)
    assert code == 2
    assert said in err
    assert out == ""


def test_a_check_for_personal_data_is_named_not_kept(project, bring):
    raw = b"question,__expected\nPhone?,icontains: +7 701 123 45 67\n"
    code, out, err = bring("t.csv", raw=raw)
    assert code == 1
    assert "701" not in out
    assert "not imported: a check for a phone" in err


def test_ids_tell_apart_what_letters_cannot_and_hide_numbers(project, bring):
    raw = "id,client\nwa/17,Раз\nwa-17,Два\nа1,Три\nб1,Четыре\n+77011234567,Пять\n".encode()
    code, out, _ = bring("t.csv", raw=raw)
    assert code == 0
    cases = cases_in(project, out)
    assert len(cases) == 5
    assert "dialogue-wa-17" in cases
    assert "7011234567" not in out


def ingest(project, botops, *rows):
    log = project / "log.jsonl"
    log.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    code, _, err = botops(project, "ingest", "log.jsonl")
    assert code == 0, err


def dialogue(number, *said, day=10, lead=None, lang="ru"):
    messages = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(said)]
    started = f"2026-11-{day:02}T10:00:00+05:00"
    return {
        "id": f"d-{number}",
        "lang": lang,
        "lead": lead or f"l-{number}",
        "started_at": started,
        "messages": messages,
    }


WRONG, RIGHT = "Тариф «Магазин» — 9 000 ₸ в месяц.", "Тариф «Магазин» — 13 900 ₸ в месяц."
ASKED = "Сколько стоит тариф «Магазин» в месяц?"


@pytest.fixture
def held(project, botops):
    """A project whose store holds dialogues; imports some of them."""
    ingest(
        project, botops,
        dialogue(1, ASKED, WRONG, "Беру. Мой телефон +7 701 123 45 67", "Записали.", lead="lead-1"),
        dialogue(2, ASKED, RIGHT, day=12, lead="lead-2"),
        dialogue(3, "«Магазин» тарифі айына қанша тұрады?", "13 900 ₸.", day=14, lang="kk"),
    )  # fmt: skip

    def call(*arguments):
        return botops(project, "eval", "import", "--store", *arguments)

    return call


def test_dialogues_of_the_store(project, held):
    code, out, err = held()
    assert code == 0
    cases = cases_in(project, out)
    assert list(cases) == ["dialogue-d-3", "dialogue-d-2", "dialogue-d-1"]  # the latest first
    first = cases["dialogue-d-1"]
    assert lines_of(first) == [ASKED, "Беру. Мой телефон +• ••• ••• •• ••"]
    assert first.at == datetime.fromisoformat("2026-11-10T10:00:00+05:00")
    assert (first.channel, first.origin, first.tags) == ("import", "dialogue:d-1#1", ("ru",))
    assert "store: 3 cases" in err
    _, out, _ = held("--last-turn", "--text", "Беру")
    (last,) = cases_in(project, out).values()
    assert last.origin == "dialogue:d-1#2"
    assert (last.id, [m.content for m in last.history]) == ("dialogue-d-1-2", [ASKED, WRONG])


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--flagged",), [1]),
        (("--kind", "price"), [1]),
        (("--kind", "discount"), []),
        (("--severity", "critical"), []),
        (("--action", "flagged"), [1]),
        (("--language", "kk"), [3]),
        (("--since", "2026-11-12"), [3, 2]),
        (("--until", "2026-11-12"), [1]),
        (("--since", "2026-11-12", "--until", "2026-11-13"), [2]),
        (("--lead", "lead-2"), [2]),
        (("--origin", "log.jsonl", "--limit", "2"), [3, 2]),
        (("--channel", "web"), []),
        (("--prompt", "sales@1"), []),
        (("--lead-outcome", "won"), [2]),
        (("--lead-outcome", "lost"), []),
    ],
)
def test_dialogues_of_the_store_are_chosen_by_filter(project, botops, held, arguments, found):
    outcomes = project / "outcomes.csv"
    outcomes.write_text("lead,stage,at\nlead-2,won,2026-11-13T10:00:00+05:00\n", "utf-8")
    assert botops(project, "outcomes", "import", "outcomes.csv")[0] == 0
    code, out, err = held(*arguments)
    if not found:
        assert (code, out) == (2, "")
        assert "nothing in it to import" in err
        return
    assert code == 0
    assert list(cases_in(project, out)) == [f"dialogue-d-{number}" for number in found]


def test_a_sample_of_the_store_is_always_the_same(project, botops, held):
    ingest(project, botops, *(dialogue(number, ASKED, RIGHT) for number in range(10, 40)))
    _, first, _ = held("--limit", "5", "--seed", "3")
    _, again, _ = held("--limit", "5", "--seed", "3")
    _, other, _ = held("--limit", "5", "--seed", "4")
    assert list(cases_in(project, first)) == list(cases_in(project, again)) != list(cases_in(project, other))
    assert len(cases_in(project, first)) == 5


def test_dialogues_of_the_store_go_into_a_suite_once(project, held):
    assert held("--flagged", "--last-turn", "--into", "evals/suites/complaints.yaml", "--tag", "complaint")[0] == 0
    code, _, err = held("--last-turn", "--into", "evals/suites/complaints.yaml")
    assert code == 0
    assert "2 cases added to evals/suites/complaints.yaml, 1 there already" in err
    suite = read_suite(project / "evals" / "suites" / "complaints.yaml")
    assert suite.name == "complaints"
    assert [case.id for case in suite.cases] == ["dialogue-d-1-2", "dialogue-d-3-1", "dialogue-d-2-1"]
