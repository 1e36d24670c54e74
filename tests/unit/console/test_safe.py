"""Whatever a client or a model writes is text on the screen and nothing else."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.console import safe
from botops.console.safe import Html, Mark

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "$$\\frac{1}{0}$$ and $x$",
    "<style>*{display:none}</style>",
    "</div></div><h1>x",
    "&lt;b&gt; &amp; \"quoted\" 'single'",
)


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.said = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said += data


def _parsed(html):
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    parsed = _parsed(safe.said(text))
    assert [name for name, _ in parsed.tags] == ["div"]
    assert parsed.said == text


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=6))
def test_only_our_own_elements_whatever_the_text(text, spans):
    marks = [Mark(a, b, "high", str(n)) for n, (a, b) in enumerate(spans)]
    parsed = _parsed(safe.said(text, marks))
    assert {name for name, _ in parsed.tags} <= {"div", "mark", "sup", "span"}
    assert all(set(attributes) <= {"class", "dir"} for _, attributes in parsed.tags)


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn")), max_size=200))
def test_nothing_said_is_lost(text):
    assert _parsed(safe.said(text)).said == text


def test_marks_stand_where_they_belong():
    html = safe.said("скидка 7 % и 50 тенге", [Mark(13, 15, "critical", "2"), Mark(7, 10, "high", "1")])
    assert '<mark class="bo-mark bo-high">7 %<sup>1</sup></mark>' in html
    assert '<mark class="bo-mark bo-critical">50<sup>2</sup></mark>' in html


def test_overlapping_marks_share_the_text():
    html = safe.said("abcdef", [Mark(0, 4, "high"), Mark(2, 6, "low"), Mark(1, 3, "low")])
    assert re.findall(r"<mark[^>]*>(\w+)", html) == ["abcd", "ef"]


def test_marks_outside_the_text_are_left_out():
    assert "<mark" not in safe.said("abc", [Mark(5, 9, "high"), Mark(2, 2, "high"), Mark(-4, 0, "high")])


def test_characters_that_deceive_are_shown_as_codes():
    html = safe.said("скидка\u202e%05\u202c и\u200bвсё\x00")
    for code in ("U+202E", "U+202C", "U+200B", "U+0000"):
        assert code in html
    assert not re.search("[\u202e\u202c\u200b\x00]", html)


def test_joiners_of_emoji_stay():
    assert "👨\u200d👩\u200d👧" in safe.said("👨\u200d👩\u200d👧")


def test_a_huge_text_is_cut_and_says_so():
    html = safe.said("я" * 100_000, more="… и ещё 80 000 знаков")
    assert len(html) < safe.MOST + 300
    assert "и ещё 80 000 знаков" in html


def test_right_to_left_text_keeps_to_its_block():
    assert 'dir="auto"' in safe.said("مرحبا")


def test_plain_children_are_escaped_and_html_is_kept():
    assert safe.tag("div", "<b>", Html("<i>x</i>"), None) == "<div>&lt;b&gt;<i>x</i></div>"


def test_attributes_cannot_be_broken_out_of():
    html = safe.tag("span", "x", title='"><script>alert(1)</script>')
    assert [name for name, _ in _parsed(html).tags] == ["span"]


@pytest.mark.parametrize("name", ["script", "img", "a", "iframe", "svg", "form", "input"])
def test_elements_that_act_are_refused(name):
    with pytest.raises(ValueError, match="is not shown"):
        safe.tag(name, "x")


@pytest.mark.parametrize("name", ["onclick", "style", "src", "href", "id"])
def test_attributes_that_act_are_refused(name):
    with pytest.raises(ValueError, match="not allowed"):
        safe.tag("span", "x", **{name: "alert(1)"})


def test_bar_is_bounded():
    assert "width:100.0%" in safe.bar(7)
    assert "width:0.0%" in safe.bar(-1)


def test_preview_is_one_line():
    assert safe.preview("a\n\n b\tc") == "a b c"
    assert safe.preview("слово " * 50, 20) == "слово слово слово с…"


@pytest.mark.parametrize(
    "text", ["**bold**", "[a](http://x)", ":red[x]", ":material/home:", "$x$", "# h", "`c`", "<b>", "1. a"]
)
def test_markdown_has_nothing_left_to_read(text):
    escaped = safe.markdown(text)
    assert re.sub(r"\\(.)", r"\1", escaped) == text
    assert not re.search(r"(?<!\\)[*`\[\]$<>#:_]", escaped)


def test_markdown_is_one_line_without_invisible_characters():
    assert safe.markdown("a\n# b\u200b") == r"a \# b"
