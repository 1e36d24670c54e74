import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from botops.config import parse
from botops.domain.errors import UserError
from botops.registry import text_spans
from botops.registry.spans import spans_at
from botops.registry.version import read_version

SAMPLE = """\
# a comment
x-note: {content: 'not a message'}
messages:
  - role: system
    content: |

      Сәлем, {{ name }} 😀!
        indented

      end
  - role: user
    content: >-
      folded one
      two

      three
        more
      four
  - role: user
    content: plain text
      goes on

      here
  - {role: user, content: "quoted \\u0041 \\"x\\" and \\
     continued
     fold"}
  - role: user
    content: 'it''s here
      folded'
  - role: user
    content: |2
         odd
       less
"""


def spans_of(source):
    paths = [("messages", index, "content") for index in range(7)]
    return list(spans_at(source, "f.yaml", paths).values())


def test_every_visible_character_is_found_where_it_stands():
    lines = SAMPLE.split("\n")
    spans = spans_of(SAMPLE)
    assert [s.path for s in spans] == [f"messages.{i}.content" for i in range(6)]
    assert [s.text for s in spans] == [m["content"] for m in yaml.safe_load(SAMPLE)["messages"]]
    for span in spans:
        for offset, character in enumerate(span.text):
            line, column = span.position(offset)
            raw = lines[line - 1][column - 1 : column]
            if not character.isspace():
                escaped = raw == "\\" and character in 'A"'
                assert raw == character or escaped, (span.text, offset)


def test_the_end_and_what_lies_beyond_are_clamped():
    span = spans_of("messages:\n- content: |\n    ab\n    cd\n")[0]
    assert span.position(0) == (3, 5)
    assert span.position(len(span.text)) == span.position(999) == (5, 5)
    assert span.position(-5) == (3, 5)
    assert span.path == "messages.0.content"


def test_lines_of_a_text_begin_after_its_breaks():
    span = spans_of("messages:\n- content: |\n    ab\n    cd\n")[0]
    assert [span.offset_of_line(n) for n in (1, 2, 3, 4)] == [0, 3, 6, 6]


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_positions(good):
    version = read_version(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode(), "1.yaml", "sales", 1)
    span = text_spans(version)[0]
    offset = span.text.index("{{ price_table")
    assert span.position(offset) == (15, 7)


@pytest.mark.parametrize("source", ["", "- a", "a: 1", "messages: text", "messages: [text, {content: [a]}, {role: x}]"])
def test_files_without_texts_have_no_spans(source):
    assert spans_of(source) == []


words = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="\x85\ufeff\ufffe\uffff"),
    max_size=20,
)


@given(lines=st.lists(words, min_size=1, max_size=8), indent=st.integers(1, 5))
def test_block_scalars_are_mapped_exactly(lines, indent):
    lines = [(line.strip() and line.rstrip()) or "" for line in lines]
    lines[0] = "x" + lines[0]
    source = (
        "messages:\n- content: |\n" + "".join(f"{' ' * indent if t else ''}{t}\n" for t in lines) + "- content: z\n"
    )
    source = source.replace("\n- content: |\n", "\n- content: |\n", 1)
    try:
        data = parse(source, "f.yaml").data
    except UserError:
        return
    span = spans_of(source)[0]
    assert span.text == data["messages"][0]["content"]
    raw = source.split("\n")
    for match in re.finditer(r"\S", span.text):
        line, column = span.position(match.start())
        assert raw[line - 1][column - 1] == match[0]
