"""No file, however made, brings anything but data or a UserError."""

import contextlib
import gc
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.config import parse
from botops.config.document import decode
from botops.domain.errors import UserError

SIZE = 256_000
HOSTILE = {
    "dashes": "-\n" * (SIZE // 2),
    "flow": "[" + "a," * (SIZE // 2 - 2) + "a]",
    "flow-maps": "[" + "{}," * (SIZE // 3) + "]",
    "keys": "".join(f"a{n}: 1\n" for n in range(22_000)),
    "same-key": "a: 1\n" * (SIZE // 5),
    "questions": "?\n" * (SIZE // 2),
    "anchors": "- &a x\n" * (SIZE // 7),
    "bomb": "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(2_000)),
    "brackets": "[" * SIZE,
    "indents": "- " * (SIZE // 2),
    "braces": "{" * SIZE,
    "folded": "[" + ("[" * 60 + "]" * 60 + ",\n") * 2_000 + "]",
    "number": "- " + "9" * (SIZE - 5),
    "escapes": 'a: "' + "\\n" * (SIZE // 2) + '"',
    "documents": "---\n" * (SIZE // 4),
    "tabs": "\t" * SIZE,
    "comments": "#" * SIZE,
}


def problems_of(text, file):
    """What a reader says of a text: nothing, or the problems of its UserError. Anything else is a failure."""
    try:
        document = parse(text, file)
    except UserError as error:
        return error.problems
    check_places(document, document.data, ())
    return ()


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("file", ["f.yaml", "f.json"])
def test_a_hostile_file_costs_little(name, file):
    tracemalloc.start()
    try:
        with contextlib.suppress(UserError):
            parse(HOSTILE[name], file).position(("a", 0, "x"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.slow
def test_hostile_files_are_answered_quickly():
    for name, text in HOSTILE.items():
        assert _seconds(text) < 1, name  # 0.2 s on an idle machine


def _seconds(text):
    """Processor time of one reading, without collections of what the other tests of this process hold."""
    gc.disable()
    try:
        began = time.process_time()
        with contextlib.suppress(UserError):
            parse(text, "f.yaml")
        return time.process_time() - began
    finally:
        gc.enable()


YAMLISH = st.text(alphabet="ab:-[]{},\n \t'\"#&*!|>%@`?~01.<=\\/\ud800\0\x07é", max_size=60)
JSONISH = st.text(alphabet='{}[]",:0123456789.eE+-truefalsn\\ud \n\0N', max_size=60)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
KEYS = st.text('abcя"\\', min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=600, deadline=None)
@given(YAMLISH)
def test_any_yaml_like_text(text):
    assert all(p.message and p.file == "f.yaml" for p in problems_of(text, "f.yaml"))


@settings(max_examples=600, deadline=None)
@given(JSONISH)
def test_any_json_like_text(text):
    assert all(p.message and p.line >= 1 for p in problems_of(text, "f.json"))


@settings(deadline=None)
@given(VALUES)
def test_json_reads_back_what_python_writes(value):
    for indent in (None, 2):
        document = parse(json.dumps(value, indent=indent), "f.json")
        assert document.data == value
        check_places(document, value, ())


@given(st.binary(max_size=80))
def test_any_bytes_are_text_or_refused(raw):
    with contextlib.suppress(UserError):
        assert "\ufeff" not in decode(raw, "f")[:1] or raw.startswith(b"\xef\xbb\xbf\xef\xbb\xbf")


def check_places(document, data, path):
    """Everything in the data has a place inside the text."""
    lines = document.text.count("\n") + 2
    line, column = document.position(path)
    assert 0 <= line <= lines
    assert column >= 0
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        check_places(document, inner, (*path, key))
