"""Files of other tools read as rows: whatever the bytes are, they give rows or located problems."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.app.evals.importing.reading import read_source
from botops.domain.errors import UserError
from botops.evals.importing import Notes

EXAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "examples" / "imports").rglob("*") if path.suffix in {".csv", ".json",
    ".jsonl", ".yaml"}
)  # fmt: skip
NAMES = ("x.csv", "x.tsv", "x.jsonl", "x.json", "x.yaml", "stdin")


def read(name, raw):
    """The rows of a file and the problems with its other ones; every one of them has a place in it."""
    notes = Notes()
    try:
        source = read_source(name, raw, notes)
    except UserError as error:
        assert error.problems  # noqa: PT017 - the error is one of two good ends
        return None, error.problems
    for entry in source.entries:
        line, column = entry.place(entry.path)
        assert line >= 1 and column >= 1  # noqa: PT018
    assert all(note.line and note.column for note in notes.kept)
    return source, notes.kept


@settings(max_examples=200)
@given(name=st.sampled_from(NAMES), raw=st.binary(max_size=200))
def test_any_bytes(name, raw):
    read(name, raw)


@settings(max_examples=150)
@given(
    path=st.sampled_from(EXAMPLES),
    cut=st.integers(0, 3000),
    noise=st.sampled_from([b"", b'"', b"\x00", b"\xff", b"{", b"]", b"\n", b",,,", b"\xef\xbb\xbf", b"'", b": "]),
)
def test_damaged_examples(path, cut, noise):
    raw = path.read_bytes()
    read(path.name, raw[:cut] + noise + raw[cut + 3 :])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_read_under_any_name(path):
    source, problems = read(path.name, path.read_bytes())
    assert source.entries
    assert problems == []
    told, _ = read("stdin", path.read_bytes())
    assert told.form == source.form
    assert [entry.data for entry in told.entries] == [entry.data for entry in source.entries]


def test_a_line_of_json_under_the_name_of_json_is_a_row():
    source, _ = read("x.json", b'{"a": 1}\n{"a": 2}\n')
    assert [entry.data for entry in source.entries] == [{"a": 1}, {"a": 2}]
    assert source.entries[1].place(("a",)) == (2, 7)
