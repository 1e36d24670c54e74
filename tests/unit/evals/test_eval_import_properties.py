"""Whatever is said in a dialogue, the suite it becomes can be read and says the same."""

import json
import string
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.evals.checks.catalogue import built_in
from botops.evals.importing import CaseMaker, Entry, Notes, Source, read_talks
from botops.evals.importing.formats import FORMATS
from botops.evals.importing.reading import Reading
from botops.evals.suite import SuiteReader
from botops.evals.suite_writer import suite_text

ZONE = ZoneInfo("Asia/Almaty")
HEAD = {"name": "made", "at": "2026-03-02T10:00:00+05:00", "defaults": {"expect": ["language"]}}

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60),
    st.text(string.punctuation + " \n\t'\"#:-|>0123456789.e\u00a0\u2028\x85\ufeff", min_size=1, max_size=20),
    st.sampled_from(["1e5", "0o17", "007", "true", "null", "~", "1.10", "9" * 50, "- a", "a: b", "#", "|", "=", "<<"]),
)
said = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), texts), min_size=1, max_size=6)
KEYS = (
    "messages role content input inputs output outputs vars assert id type value observations item text client at "
    "created tags tests kwargs data metadata sessionId threshold choices expectedOutput"
).split()
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(KEYS), inner, max_size=5,
        ),
    ), max_leaves=12,
)  # fmt: skip


def entry(data):
    return Entry("file.json", data, lambda path: (1, 1 + len(path)))


def made(form, data, notes, shape=None):
    reading = Reading(Source("file.json", "document", (entry(data),)), notes, catalogue=built_in())
    return CaseMaker(notes, tuple, ZONE, shape).made(read_talks(form, reading))


def read_back(cases, folder):
    file = folder / "made.yaml"
    file.write_text(suite_text(HEAD, cases), "utf-8")
    return SuiteReader(built_in()).read(file).cases


@settings(max_examples=150)
@given(said=said)
def test_a_dialogue_says_the_same_after_the_way_through_a_file(said, tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite")
    rows = [{"id": "d", "messages": [{"role": role, "content": text} for role, text in said]}]
    for shape in ("script", "last-turn", "every-turn"):
        cases = made("jsonl", rows, Notes(), shape)
        spoken = [text for role, text in said if role == "user" and text.strip()]
        if not spoken:
            assert cases == []
            continue
        read = read_back(cases, folder)
        if shape == "script":
            assert "\n".join(line.text for line in read[0].lines) == "\n".join(spoken)
        else:
            everything = [m.content for m in read[-1].history] + [line.text for line in read[-1].lines]
            assert "\n".join(everything) in "\n".join(text for _, text in said if text.strip())
            assert spoken[-1] in read[-1].lines[0].text


@settings(max_examples=300)
@given(form=st.sampled_from(FORMATS), data=values)
def test_any_json_gives_cases_or_located_problems(form, data, tmp_path_factory):
    notes = Notes()
    try:
        cases = made(form, data, notes)
    except UserError:  # nothing in it can be read at all
        return
    assert all(note.line and note.message for note in notes.kept)
    assert len({case["id"] for case in cases}) == len(cases)
    if cases:
        assert len(read_back(cases, tmp_path_factory.mktemp("suite"))) == len(cases)
    again = made(form, json.loads(json.dumps(data)), Notes())
    assert [case["id"] for case in again] == [case["id"] for case in cases]
