"""`botops eval export`: from a run to rows that people label, and on to the comparison with a judge."""

import csv
import json

import pytest

SUITE = """\
name: graded
at: 2026-11-21T12:00:00+05:00
cases:
  - id: single
    turns: ["=Сколько стоит тариф «Магазин»?"]
    expect: [tone, rubric: {criterion: Бот называет цену., name: names-price}]
  - id: double
    history: [{role: user, content: Здравствуйте}, {role: assistant, content: Добрый день!}]
    turns:
      - client: Сколько стоит тариф «Кафе»?
        expect: [{rubric: {criterion: Бот называет цену., name: names-price}}]
      - А за год?
    expect: [{success: Клиент знает цену за год.}]
  - id: plain
    turns: [Привет]
    expect: [language]
"""


@pytest.fixture
def result(project, botops):
    (project / "graded.yaml").write_text(SUITE, "utf-8")
    code, _, err = botops(
        project, "eval", "run", "graded.yaml", "--model", "simulator", "--prompt", "sales@1", "--json", "result.json"
    )
    assert code == 3, err  # there is no judge: the dialogues were held all the same
    return project


def test_every_question_about_a_dialogue_is_a_row(result, botops):
    code, out, _ = botops(result, "eval", "export", "result.json", "graded.yaml")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["id"].partition("@")[0], row["question"], row["graded"], len(row["messages"])) for row in rows] == [
        ("graded/single", "tone", "all", 2), ("graded/single", "names-price", "all", 2),
        ("graded/double", "success", "all", 6), ("graded/double", "names-price", "last", 4),
    ]  # fmt: skip
    assert all(row["label"] is None for row in rows)
    assert rows[3]["x-criterion"] == "Бот называет цену."
    assert rows[3]["messages"][0] == {"role": "user", "content": "Здравствуйте"}


def test_a_table_for_spreadsheets_leaves_out_what_it_cannot_show(result, botops):
    code, out, err = botops(result, "eval", "export", "result.json", "graded.yaml", "--out", "labels.csv")
    assert (code, out) == (0, "")
    assert "2 rows of several turns left out" in err
    assert "botops eval calibrate labels.csv graded.yaml" in err
    with (result / "labels.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["question"] for row in rows] == ["tone", "names-price"]
    assert rows[0]["client"].startswith("'=")
    assert {row["label"] for row in rows} == {""}


def test_filled_labels_are_what_calibrate_reads(result, botops):
    _, out, _ = botops(result, "eval", "export", "result.json", "graded.yaml", "--limit", "3", "--seed", "1")
    _, again, _ = botops(result, "eval", "export", "result.json", "graded.yaml", "--limit", "3", "--seed", "1")
    assert out == again
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 3
    filled = [json.dumps(row | {"label": True}, ensure_ascii=False) for row in rows]
    (result / "labels.jsonl").write_text("\n".join(filled) + "\n", "utf-8")
    # The judge has no recording: every label was understood, none could be compared.
    code, _, err = botops(result, "eval", "calibrate", "labels.jsonl", "graded.yaml", "--judge", "replay")
    assert code == 3, err
    assert "labels.jsonl" not in err.replace("calibrate labels.jsonl", "")
    (result / "labels.jsonl").write_text(out, "utf-8")
    code, _, err = botops(result, "eval", "calibrate", "labels.jsonl", "graded.yaml", "--judge", "replay")
    assert code == 2
    assert "labels.jsonl:1:" in err
    assert "label" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("result.json", "evals/suites/demo.yaml"), "ask no judge anything"),
        (("graded.yaml", "graded.yaml"), "no result of `botops eval run --json`"),
        (("none.json", "graded.yaml"), "cannot read none.json"),
        (("result.json", "graded.yaml", "--seed", "1"), "say of how many with --limit"),
        (("result.json", "graded.yaml", "--out", "graded.yaml"), "graded.yaml exists already"),
        (("result.json", "double.yaml", "--out", "x.csv"), "write JSON lines"),
        (("result.json", "other.yaml"), "the result has no dialogue"),
    ],
)
def test_what_cannot_be_exported_says_why(result, botops, arguments, said):
    (result / "other.yaml").write_text(SUITE.replace("name: graded", "name: other"), "utf-8")
    head, _, rest = SUITE.partition("  - id: single")
    (result / "double.yaml").write_text(f"{head}  - id: double{rest.partition('  - id: double')[2]}", "utf-8")
    code, out, err = botops(result, "eval", "export", *arguments)
    assert code == 2
    assert said in err
    assert out == ""
    assert (result / "graded.yaml").read_text("utf-8") == SUITE
