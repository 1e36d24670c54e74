"""`botops eval calibrate` against a scripted judge on loopback, and the gate that believes it or not."""

import json
from functools import partial

import pytest

from botops.testing import Behaviour, FakeProvider

SUITE = """\
name: judged
price_book: ../../pricebook/demo.yaml
at: 2026-11-21T12:00:00+05:00
cases:
  - id: polite
    turns: [Сколько стоит тариф «Магазин»?]
    expect: [{tone: 4}]
"""
ANOTHER = """\
  - id: named
    turns: [Сколько стоит тариф «Старт»?]
    expect: [{rubric: {criterion: The bot offers help., name: offers_help}}]
"""
RUN = ("eval", "run", "evals/suites/judged.yaml", "--model", "simulator", "--prompt", "sales@1")
CALIBRATE = ("eval", "calibrate", "labels.jsonl", "evals/suites/judged.yaml", "--set", "judge.concurrency=1")


def says(score):
    return Behaviour(text=json.dumps({"reason": "Так.", "quote": "", "score": score}, ensure_ascii=False))


def talk(number, label, **more):
    messages = [{"role": "user", "content": "Цена?"}, {"role": "assistant", "content": f"Ответ {number}."}]
    return {"id": str(number), "messages": messages, "label": label, **more}


@pytest.fixture
def write(project):
    """Writes the suite and the labels."""

    def call(rows, suite=SUITE):
        (project / "evals/suites/judged.yaml").write_text(suite, "utf-8")
        lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
        (project / "labels.jsonl").write_text("\n".join(lines), "utf-8")

    return call


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project."""
    return partial(botops, project)


def kept(project):
    return json.loads((project / "evals/judge-calibration.json").read_text("utf-8"))["calibrations"]


def test_a_judge_that_agrees_with_people_may_fail_the_gate(botops, project, write):
    write([talk(n, n % 2 == 0) for n in range(32)])
    script = [says(5 if n % 2 == 0 else 2) for n in range(32)]
    with FakeProvider([*script, says(1)]) as fake:
        code, out, err = botops(*CALIBRATE, "--judge", fake.base_url)
        assert code == 0, err
        assert "tone, judged by gpt-4o-mini: 32 labels, 32 graded" in out
        assert "agreement 100.0% [89.3%, 100.0%], kappa 1.00 [0.79, 1.00]" in out
        assert "it may fail the gate" in out
        (found,) = kept(project)
        assert (found["labels"], found["kappa"], found["table"]) == (32, 1.0, [[16, 0], [0, 16]])
        assert found["pico_usd"] > 0
        code, _, err = botops(*RUN, "--judge", fake.base_url)
        settings = project / "botops.yaml"
        settings.write_text(f"{settings.read_text('utf-8')}\njudge: {{model: '{fake.base_url}'}}\n", "utf-8")
        assert "gpt-4o-mini, may fail a gate by: tone" in botops("doctor")[1]
    (project / "evals/judge-calibration.json").unlink()
    assert "gpt-4o-mini only advises" in botops("doctor")[1]
    assert code == 1, err
    assert "FAIL judged/polite · sales@1 · turn 1 · tone: The judge gave 1 of 5" in err


def test_a_judge_that_disagrees_only_advises(botops, project, write):
    write([talk(n, n % 2 == 0) for n in range(32)])
    with FakeProvider([says(5 if n % 4 < 2 else 2) for n in range(32)] + [says(1)]) as fake:
        code, out, _ = botops(*CALIBRATE, "--judge", fake.base_url, "--json")
        assert code == 1
        (row,) = json.loads(out)
        assert (row["kappa"], row["may_fail_gate"]) == (0.0, False)
        assert row["doubt"] == "kappa is 0.00, at least 0.6 is wanted"
        assert [row[f"met_by_{who}"] for who in ("both", "judge_only", "people_only", "neither")] == [8] * 4
        code, _, err = botops(*RUN, "--judge", fake.base_url)
        assert code == 0, err
        assert "`tone` is advisory, it cannot fail the gate: kappa is 0.00, at least 0.6 is wanted" in err
        code, _, err = botops(*RUN, "--judge", fake.base_url, "--set", "judge.least_kappa=0")
    assert code == 1, err


def test_too_few_labels_are_told(botops, write):
    write([talk(1, True), talk(2, 1)])
    with FakeProvider([says(5), says(1)]) as fake:
        code, out, _ = botops(*CALIBRATE, "--judge", fake.base_url)
    assert code == 1
    assert "advisory, it may not fail the gate: 2 labels are too few, 30 are wanted" in out
    assert "kappa 1.00 [-0.32, 1.00]" in out


def test_grades_the_judge_did_not_give_are_counted_apart(botops, project, write):
    write([talk(n, True) for n in range(3)])
    with FakeProvider([says(5), Behaviour(text="Отлично!"), says(4), Behaviour(text="5")]) as fake:
        code, out, _ = botops(*CALIBRATE, "--judge", fake.base_url)
    assert code == 1
    assert "3 labels, 2 graded" in out
    assert "no grade: bad_answer: its answer was of no use twice" in out
    assert "kappa none" in out
    assert kept(project)[0]["not_graded"] == 1


def test_a_judge_that_cannot_be_reached_leaves_what_was_known(botops, project, write):
    write([talk(1, True)])
    with FakeProvider(["500"]) as fake:
        code, _, _ = botops(*CALIBRATE, "--judge", fake.base_url, "--set", "model.attempts=1")
    assert code == 3
    assert not (project / "evals/judge-calibration.json").exists()


def test_rows_that_cannot_be_used_are_told_with_their_places_and_the_rest_counts(botops, write):
    rows = [
        talk(1, True),
        talk(1, True),
        talk(2, 7),
        talk(3, True, question="tune"),
        '{"id": "4", "messages": [], "label": true}',
        '{"id": "5", "label": tru',
        talk(6, 1.5),
        {"id": "7", "messages": [{"role": "user", "content": "Цена?"}], "label": False},
    ]
    write(rows)
    with FakeProvider([says(5)]) as fake:
        code, out, err = botops(*CALIBRATE, "--judge", fake.base_url)
    assert code == 2
    assert "1 label, 1 graded" in out
    for place in ("2:8: id: `1` stands twice", "3:", "4:", "did you mean `tone`", "5:", "6:", "7:", "8:"):
        assert place if not place[0].isdigit() else f"labels.jsonl:{place}" in err, (place, err)
    assert "the scale of `tone` goes from 1 to 5" in err


def test_labels_may_come_from_a_table_and_name_their_question(botops, project, write):
    write([], SUITE + ANOTHER)
    table = "id;client;reply;label;question\n1;Цена?;5 000.;да;tone\n2;Цена?;Нет.;нет;offers_help\n3;Цена?;Да.;;tone\n"
    (project / "labels.csv").write_text(table, "utf-8")
    command = ("eval", "calibrate", "labels.csv", "evals/suites/judged.yaml", "--set", "judge.concurrency=1")
    with FakeProvider([says(4), says(2)]) as fake:
        code, out, err = botops(*command, "--judge", fake.base_url)
    assert code == 2
    assert "labels.csv:4:13: label: `` is no label" in err
    assert "tone, judged by gpt-4o-mini: 1 label, 1 graded" in out
    assert "offers_help, judged by gpt-4o-mini: 1 label, 1 graded" in out


def test_a_suite_that_asks_no_judge_has_nothing_to_calibrate(botops, write):
    write([talk(1, True)], SUITE.replace("{tone: 4}", "language"))
    code, _, err = botops(*CALIBRATE, "--judge", "http://127.0.0.1:9/v1")
    assert code == 2
    assert "nothing to calibrate" in err


def test_two_questions_of_one_name_are_refused(botops, write):
    other = ANOTHER.replace("named", "again").replace("offers help.", "is quick.")
    write([talk(1, True)], SUITE + ANOTHER + other)
    code, _, err = botops(*CALIBRATE, "--judge", "http://127.0.0.1:9/v1")
    assert code == 2
    assert "two different questions are called `offers_help`" in err
