"""YAML is read exactly, with places, and its traps are refused."""

from decimal import Decimal

import pytest

from botops.config import parse, read
from botops.domain.errors import NotFoundError, UserError


def refused(text, file="f.yaml", **limits):
    with pytest.raises(UserError) as caught:
        parse(text, file, **limits)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("12:30", "12:30"), ("2026-03-31", "2026-03-31"),
        ("1_000", "1_000"), ("007", "007"), (".inf", ".inf"), (".nan", ".nan"), ("+", "+"), ("-", None), ("1e", "1e"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("0", 0), ("-7", -7), ("+7", 7), ("0x1F", 31), ("0o17", 15), ("'12'", "12"), ('"true"', "true"),
        ("1.10", Decimal("1.10")), ("-.5", Decimal("-0.5")), ("1e3", Decimal("1E+3")), ("5.", Decimal(5)),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema_and_stay_exact(written, value):
    if written == "-":
        assert parse("-", "f.yaml").data == [None]
        return
    read_value = parse(f"a: {written}", "f.yaml").data["a"]
    assert read_value == value
    assert type(read_value) is type(value)
    assert str(read_value) == str(value)


def test_keys_stay_text_as_written():
    assert parse("no: 1\n12: 2\n1.10: 3\n'x y': 4", "f.yaml").data == {"no": 1, "12": 2, "1.10": 3, "x y": 4}


def test_block_texts_and_nested_lists():
    document = parse("a: |\n  one\n  two\nb:\n  - - 1\n    - x: 2\n", "f.yaml")
    assert document.data == {"a": "one\ntwo\n", "b": [[1, {"x": 2}]]}


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1),
        ("a: &x 1\n", "anchor", 1, 4),
        ("&k a: 1\n", "anchor", 1, 1),
        ("a: *x\n", "alias", 1, 4),
        ("a: !!str 1\n", "tag", 1, 4),
        ("a: !x 1\n", "tag", 1, 4),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "tag", 1, 1),
        ("<<: {a: 1}\n", "merge-key", 1, 1),
        ("[a]: 1\n", "complex-key", 1, 1),
        ("'': 1\n", "empty-key", 1, 1),
        ("a: 1\n---\nb: 2\n", "several-documents", 2, 1),
        ("a: 1\n b: 2\n", "syntax", 2, 3),
        ("a: 'x\n", "syntax", 2, 1),
        ("a: [1, 2\nb: 3\n", "syntax", 2, 2),
        ("a: @x\n", "syntax", 1, 4),
        ("a: 1\n\tb: 2\n", "syntax", 2, 1),
        ("a: \x07\n", "control-character", 1, 4),
        ("a: \x00\n", "nul", 1, 4),
        ('a: "\\0"\n', "nul", 1, 4),
        ("a: \ud800\n", "bad-character", 1, 4),
        ("a: 1\n<<<<<<< ours\nb: 2\n=======\n", "merge-conflict", 2, 1),
        ("a: 1e999\n", "number-range", 1, 4),
        ("a: " + "9" * 50, "number-range", 1, 4),
        ("a: 0x" + "f" * 50, "number-range", 1, 4),
    ],
)
def test_traps_are_refused_with_their_place(text, rule, line, column):
    problem = refused(text)[0]
    assert (problem.rule, problem.line, problem.column) == (rule, line, column)
    assert problem.text().startswith(f"f.yaml:{line}:{column}: ")


def test_quoted_angle_brackets_are_an_ordinary_key():
    assert parse("'<<': 1\n", "f.yaml").data == {"<<": 1}


def test_all_problems_come_at_once():
    problems = refused("a: &x 1\nb: *x\na: 2\nc: !!int 3\n")
    assert [(p.rule, p.line) for p in problems] == [("anchor", 1), ("alias", 2), ("duplicate-key", 3), ("tag", 4)]


def test_an_endless_list_of_problems_is_cut():
    problems = refused("a: 1\n" * 1_000)
    assert len(problems) == 201
    assert problems[-1].rule == "too-many-problems"
    assert "799 more" in problems[-1].message


def test_nesting_is_bounded():
    assert parse("[" * 64 + "]" * 64, "f.yaml").data
    problem = refused("[" * 65 + "]" * 65)[0]
    assert (problem.rule, problem.column) == ("too-deep", 65)
    assert refused("[" * 100_000)[0].rule == "too-deep"
    assert refused("a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 80)))[0].rule == "too-deep"


def test_the_number_of_values_is_bounded():
    assert refused("- 1\n" * 11, max_values=10)[0].rule == "too-many-values"
    assert len(parse("- 1\n" * 9, "f.yaml", max_values=10).data) == 9


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\n\n", "null"])
def test_an_empty_document_has_no_data(text):
    document = parse(text, "f.yaml")
    assert document.data is None
    assert document.position(("a",)) in {(0, 0), (1, 1), (1, 4), (2, 1)}


def test_places_of_values_and_keys():
    document = parse("a:\n  b: 1\n  c: [10, {d: x}]\n", "f.yaml")
    assert document.position(()) == (1, 1)
    assert document.position(("a", "b")) == (2, 6)
    assert document.position(("a", "b"), of="key") == (2, 3)
    assert document.position(("a", "c", 0)) == (3, 7)
    assert document.position(("a", "c", 1, "d")) == (3, 15)
    assert document.position(("a", "c", 1, "d"), of="key") == (3, 12)


def test_a_missing_value_points_at_its_parents_key():
    document = parse("x: 1\na:\n  b: 1\n", "f.yaml")
    assert document.position(("a", "missing")) == (2, 1)
    assert document.position(("a", "missing", "deeper", 3)) == (2, 1)
    problem = document.problem(("a", "missing"), "add it", rule="missing-key", level="warning")
    assert problem.text() == "f.yaml:2:1: a.missing: add it"
    assert problem.level == "warning"


def test_columns_count_characters_not_bytes():
    assert parse("имя: {ә: 1, б: 2}\n", "f.yaml").position(("имя", "б"), of="key") == (1, 13)


class TestFiles:
    def test_a_missing_file(self, tmp_path):
        with pytest.raises(NotFoundError) as caught:
            read(tmp_path / "no.yaml")
        assert "no such file" in str(caught.value)

    def test_a_folder_instead_of_a_file(self, tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            read(tmp_path)

    def test_a_name_with_nul(self, tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            read(f"{tmp_path}/a\0b.yaml")

    def test_size_is_bounded(self, tmp_path):
        path = tmp_path / "big.yaml"
        path.write_text("a: " + "x" * 100)
        assert read(path, max_bytes=103).data
        with pytest.raises(UserError, match="larger than 102 bytes"):
            read(path, max_bytes=102)

    def test_old_encodings_point_at_the_first_bad_byte(self, tmp_path):
        path = tmp_path / "old.yaml"
        path.write_bytes("a: 1\nимя: тест\n".encode("cp1251"))
        with pytest.raises(UserError) as caught:
            read(path)
        problem = caught.value.problems[0]
        assert (problem.rule, problem.line, problem.column) == ("encoding", 2, 1)
        assert "UTF-8" in problem.message

    def test_utf16_is_named(self, tmp_path):
        path = tmp_path / "wide.yaml"
        path.write_bytes("a: 1".encode("utf-16"))
        with pytest.raises(UserError, match="UTF-16"):
            read(path)

    def test_a_byte_order_mark_is_harmless(self, tmp_path):
        path = tmp_path / "bom.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + "цена: 1".encode())
        assert read(path).data == {"цена": 1}
