import json

import pytest

from botops.domain.errors import UserError
from botops.evals.case_rows import suite_text
from botops.evals.from_dialogue import append_case
from botops.evals.suite import lint_against_book

HEAD = """\
name: big
at: 2026-03-02T10:00:00+05:00
defaults: {expect: [language]}
cases: {file: cases.jsonl}
"""


def case(number, **more):
    return {"id": f"c-{number}", "turns": ["Цена?"], **more}


def written(house, *rows):
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    house.write("\n".join(lines) + "\n", "cases.jsonl")
    return house.write(HEAD)


def problems_of(house, *rows):
    with pytest.raises(UserError) as caught:
        house.reader.read(written(house, *rows))
    return str(caught.value).replace(f"{house.root}/", "")


def test_cases_are_read_from_rows_as_from_the_suite_itself(house):
    suite = house.reader.read(written(house, case(1, tags=["a"], expect=[{"max_length": 9}]), "", case(2)))
    assert [c.id for c in suite.cases] == ["c-1", "c-2"]
    assert [e.check.id for e in suite.cases[0].expectations] == ["language", "max_length"]
    inline = "name: big\nat: 2026-03-02T10:00:00+05:00\ndefaults: {expect: [language]}\ncases:\n"
    inline += '  - {id: c-1, turns: ["Цена?"], tags: [a], expect: [{max_length: 9}]}\n  - {id: c-2, turns: ["Цена?"]}\n'
    assert house.reader.read(house.write(inline, "inline.yaml")).cases == suite.cases


def test_every_problem_is_told_at_its_line_and_column(house):
    told = problems_of(
        house,
        case(1),
        '{"id": "c-2", "turns": ["Цена?"], "expcet": []}',
        '{"id": "c-3", "turns": ["Цена?"], "expect": [{"max_length": 0}]}',
        '{"id": "c-4", "turns": [}',
        '{"id": "c-5", "id": "c-6", "turns": ["Цена?"]}',
    )
    assert "cases.jsonl:2:35: expcet: unknown key: did you mean `expect`?" in told
    assert "cases.jsonl:3:61: expect.0.max_length" in told
    assert "cases.jsonl:4:25:" in told
    assert "cases.jsonl:5:15:" in told


def test_a_taken_id_and_a_case_without_lines_are_told_at_their_rows(house):
    told = problems_of(house, case(1), "", case(1), {"id": "c-3"})
    assert "cases.jsonl:3:8: id: `c-1` is there already" in told
    assert "cases.jsonl:4:" in told
    assert "either `turns` or a `client`" in told


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b"", "no case"),
        (b"\xff\xfe{}", "UTF-16"),
        ('{"id": "a"}'.encode("cp1251") + b"\xff\n", "not UTF-8"),
        (b"[1]\n", "cases.jsonl:1:1"),
        (b'{"id": "' + b"a" * 300_000 + b'"}\n{"id": 1}\n', "a row of more than"),
    ],
)
def test_files_that_are_no_rows_are_refused(house, rows, said):
    (house.root / "cases.jsonl").write_bytes(rows)
    with pytest.raises(UserError, match=said):
        house.reader.read(house.write(HEAD))


def test_a_file_that_is_not_there_is_told(house):
    with pytest.raises(UserError, match=r"cases\.jsonl: no such file"):
        house.reader.read(house.write(HEAD))


def test_ten_thousand_cases_are_read_and_told_apart(house):
    suite = house.reader.read(written(house, *(case(n) for n in range(10_000))))
    assert len(suite.cases) == 10_000
    assert suite.problem(("cases", 9_999, "id"), "x", rule="x").line == 10_000


def test_a_flood_of_problems_is_cut(house):
    told = problems_of(house, *(f'{{"id": {n}}}' for n in range(5_000)))
    assert len(told.splitlines()) <= 210


def test_what_makes_no_sense_with_the_price_book_points_at_the_row(house):
    suite = house.reader.read(written(house, case(1), case(2, expect=[{"states_price": "omega"}])))
    book = house.bench("cases:\n  - {id: a, turns: [Цена?], expect: [language]}\n").book
    (problem,) = lint_against_book(suite, book)
    assert (problem.file, problem.line) == (str(house.root / "cases.jsonl"), 2)


def test_a_case_made_of_a_dialogue_becomes_a_row(house):
    path = written(house, case(1))
    before = suite_text(house.reader.read(path).document)
    append_case(path, case(2), house.reader)
    suite = house.reader.read(path)
    assert [c.id for c in suite.cases] == ["c-1", "c-2"]
    assert suite.text == suite_text(suite.document) != before
    with pytest.raises(UserError, match="is there already"):
        append_case(path, case(2), house.reader)
    with pytest.raises(UserError, match="turns"):
        append_case(path, case(3, turns=[1]), house.reader)
    assert len(house.reader.read(path).cases) == 2


def test_the_schema_offers_both_ways(house):
    cases = house.reader.json_schema()["properties"]["cases"]
    assert {"array", "object"} == {option["type"] for option in cases["anyOf"]}
