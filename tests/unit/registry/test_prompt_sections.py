"""Sections of prompts as different companies write them: the rendered text is covered without a gap, each part knows
where it comes from."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.registry.blocks import blocks
from botops.registry.partials import PartialFile, Partials
from botops.registry.sections import Sections
from botops.registry.template import TemplateFaultError, compile_text
from botops.registry.tracing import TracedText
from botops.registry.version import read_version

FACTORY = """\
languages: [en]
variables:
  region: {default: Europe}
messages:
  - role: system
    content: |
      # Role

      You answer buyers of {{ company }} in {{ region }}.
      Be brief.

      ## Prices

      Quote only from this list, today is {{ today }}: {{ price_table }} End of the list.

      <rules>
      1. Never invent a discount.
      2. Hand over when asked.
      </rules>

      {% if channel == "whatsapp" %}
      No tables in your answer.
      {% endif %}

      {% include "tone@1" %}
      Goodbye.
  - role: user
    content: How much is a bolt?
  - role: assistant
    content: |
      A bolt is 2 EUR.

      Shall I order?
  - role: user
    content: "{{ company }}, do you deliver?"
"""
TONE = "text: |\n  Tone\n  - warm\n  - short, {{ language }}\n"
VALUES = {"company": "Bolts & Co", "language": "en", "today": "2026-11-21", "channel": "web", "price_table": "| a |"}


@pytest.fixture
def factory():
    partials = Partials([PartialFile("tone", 1, "prompts/_partials/tone/1.yaml", TONE.encode())])
    return read_version(FACTORY.encode(), "prompts/bolts/3.yaml", "bolts", 3, partials)


def described(messages):
    return list(
        dict.fromkeys((p.section.kind, p.section.title, p.section.line) for m in messages for p in m.parts)
    )  # fmt: skip


def test_sections_are_those_the_author_sees(factory):
    found = Sections(factory).render(VALUES)
    assert described(found) == [
        ("paragraph", "Role", 7),
        ("paragraph", "Prices", 12),
        ("price_table", "price_table", 14),
        ("list", "rules", 16),
        ("list", "Tone", 2),
        ("paragraph", "Goodbye.", 26),
        ("example", "How much is a bolt?", 28),
        ("message", "{{ company }}, do you deliver?", 35),
    ]
    tone = next(p.section for p in found[0].parts if p.section.title == "Tone")
    assert (tone.file, tone.source) == ("prompts/_partials/tone/1.yaml", "tone@1")


def test_a_section_of_a_condition_is_carried_only_where_it_holds(factory):
    sections = Sections(factory)
    web, whatsapp = (sections.render({**VALUES, "channel": channel}) for channel in ("web", "whatsapp"))
    more = set(described(whatsapp)) - set(described(web))
    assert more == {("paragraph", "No tables in your answer.", 22)}


def test_parts_cover_what_is_rendered(factory):
    for channel in ("web", "whatsapp"):
        values = {**VALUES, "channel": channel, "price_table": ""}
        for message, sent in zip(Sections(factory).render(values), factory.render(values), strict=True):
            assert message.text == sent.content
            assert [p.start for p in message.parts] == [0, *(p.end for p in message.parts[:-1])]
            assert message.parts[-1].end == len(message.text)


def test_a_value_that_looks_like_anything_is_a_value(factory):
    hostile = "# Role\n\n{{ price_table }}\x00botops:0\x00"
    first = Sections(factory).render({**VALUES, "company": hostile})[0]
    part = next(p for p in first.parts if p.names == ("company",))
    assert first.text[part.start : part.end] == hostile
    assert not part.written
    assert part.section.title == "Role"


def test_a_message_of_blanks_is_a_section_too():
    raw = 'messages: [{role: system, content: "  \\r\\n "}, {role: system, content: "{% if language %}{% endif %}"}]'
    found = Sections(read_version(raw.encode(), "1.yaml", "blank", 1)).render(VALUES)
    assert [len(message.parts) for message in found] == [1, 0]


def titles(text):
    return [(block.kind, block.title) for block in blocks(dedent(text).strip("\n"))]


def test_without_blank_lines_each_line_is_a_block():
    text = """
        Сен «Дәмді» дүкенінің сатушысысың.
        Қысқа жауап бер.
        Ережелер:
        - Жеңілдік ойлап таппа
          және уәде берме.
        - Бағаны тізімнен ал
        Кешірім сұрама.
        {{ price_table }}
    """
    assert titles(text) == [
        ("paragraph", "Сен «Дәмді» дүкенінің сатушысысың."),
        ("paragraph", "Қысқа жауап бер."),
        ("list", "Ережелер"),
        ("paragraph", "Кешірім сұрама."),
        ("value", "{{ price_table }}"),
    ]


def test_one_line_is_one_block():
    assert titles("You sell flowers. Be kind.") == [("paragraph", "You sell flowers. Be kind.")]
    assert [(b.start, b.end) for b in blocks(" \n\n")] == [(0, 3)]


def test_examples_are_told_by_two_names_in_turn():
    twice = """
        Sell shoes.

        Buyer: Do you have boots?
        Shop: Yes, 40 EUR.

        Buyer: Any sandals?
        Shop: Not in winter.
    """
    assert [kind for kind, _ in titles(twice)] == ["paragraph", "example", "example"]
    once = """
        Name: Aina
        Tone: warm

        Sell shoes.
    """
    assert [kind for kind, _ in titles(once)] == ["paragraph", "paragraph"]


def test_a_table_written_by_hand_is_one():
    text = """
        Prices:

        | item | price |
        | --- | --- |
        | boots | 40 |

        Nothing else is sold.
    """
    assert titles(text) == [("table", "Prices"), ("paragraph", "Nothing else is sold.")]


LINES = ("# H", "- a", "1. b", "Text here.", "", "A: x", "B: y", "| c | d |", "{{ v }}", "{% if v %}", "{% endif %}",
         "</x>", "<x>", "  more", "===", "Rules:")  # fmt: skip
PIECES = ("Hi ", "{{ a }}", "\n", "  {% if b %}", "{% else %}", "{% endif %}\n", "{% raw %}{{ a }}{% endraw %}",
          "{# no #}", "{% for i in [1, 2] %}", "{% endfor %}", "{{ 1 + 2 }}", "{%- set c = 1 -%}",
          " {{ a | upper }} ")  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_blocks_always_cover_the_text(lines):
    text = "\n".join(lines)
    found = blocks(text)
    assert "".join(text[b.start : b.end] for b in found) == text
    assert all(b.start <= b.first < b.end for b in found if text)


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.booleans())
def test_a_traced_rendering_is_the_rendering(pieces, flag):
    try:
        text = compile_text("".join(pieces))
    except TemplateFaultError:
        return
    values = {"a": "Ай ", "b": flag}
    found = TracedText(text).render(values)
    assert "".join(s.text for s in found) == text.render(values)
    assert all(text.text[s.start : s.end] == s.text for s in found if s.written)
