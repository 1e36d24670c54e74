"""Texts of a prompt's file changed in place: what was meant is what is read back, and the rest is untouched."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.registry.editing import editable_texts, with_text

FILE = """\
# who looks after it
owner: sales  # the role
messages:
  - role: system
    content: |
      Hello {{ company }}.

        indented
    # a remark
  - {role: user, content: "short"}
texts:
  kk:
    - role: system
      content: Сәлем   # plain
reviewed: 2026-10-01
"""
FIRST = ("messages", 0, "content")


def read(source, path):
    data = yaml.safe_load(source)
    for step in path:
        data = data[step]
    return data


def test_every_message_is_found_with_its_language():
    found = editable_texts(FILE, "f.yaml")
    assert [(t.path, t.language, t.role) for t in found] == [
        (FIRST, None, "system"),
        (("messages", 1, "content"), None, "user"),
        (("texts", "kk", 0, "content"), "kk", "system"),
    ]
    assert found[0].content == "Hello {{ company }}.\n\n  indented\n"


def test_only_the_text_changes():
    changed = with_text(FILE, "f.yaml", FIRST, "Good day.\n\nBye.\n")
    assert changed == FILE.replace("Hello {{ company }}.\n\n        indented", "Good day.\n\n      Bye.")
    assert with_text(FILE, "f.yaml", FIRST, "Hello {{ company }}.\n\n  indented\n") == FILE


def test_a_quoted_and_a_plain_text_become_blocks_where_they_may():
    flow = with_text(FILE, "f.yaml", ("messages", 1, "content"), "two\nlines")
    assert '- {role: user, content: "two\\nlines"}' in flow
    plain = with_text(FILE, "f.yaml", ("texts", "kk", 0, "content"), "бір\nекі")
    assert read(plain, ("texts", "kk", 0, "content")) == "бір\nекі"
    assert "# plain" in plain
    assert "reviewed: 2026-10-01" in plain


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_text_is_read_back_or_refused(content):
    for path in (FIRST, ("messages", 1, "content"), ("texts", "kk", 0, "content")):
        try:
            changed = with_text(FILE, "f.yaml", path, content)
        except UserError:
            assert "\x00" in content
            continue
        assert read(changed, path) == content
        assert "# who looks after it" in changed
        assert "# a remark" in changed


@pytest.mark.parametrize(
    "path", [("messages", 9, "content"), ("messages", 0, "nothing"), ("owner", 1), ("texts", "en", 0, "content")]
)
def test_no_text_there(path):
    with pytest.raises(UserError, match="no text to change"):
        with_text(FILE, "f.yaml", path, "x")


@pytest.mark.parametrize("source", ["- 1\n- 2\n", "", "messages: 3\ntexts: []\n", "messages: [{role: user}, 3]\n"])
def test_files_without_messages(source):
    assert editable_texts(source, "f.yaml") == ()


@pytest.mark.parametrize("source", ["messages: [", "a: &x [1]\nb: *x\n", "[" * 5000, "a: \x00"])
def test_files_that_cannot_be_read(source):
    with pytest.raises(UserError) as caught:
        editable_texts(source, "f.yaml")
    assert caught.value.problems[0].line > 0
