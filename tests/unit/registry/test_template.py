import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.registry.template import MAX_RENDERED, TemplateFaultError, compile_text


def rendered(text, **values):
    return compile_text(text).render(values)


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("{{ a }} и {{ b }}", {"a": 1, "b": Decimal("2.50")}, "1 и 2.50"),
        ("{{ day }}", {"day": date(2026, 1, 2)}, "2026-01-02"),
        ("x\n{% if a %}\nда\n{% else %}\nнет\n{% endif %}\ny", {"a": None}, "x\nнет\ny"),
        ("{% for x in ['a', 'b'] %}{{ loop.index }}{{ x }} {% endfor %}", {}, "1a 2b "),
        ("{% set y = a * 2 + 1 %}{{ y }}", {"a": 3}, "7"),
        ("{{ ['a', b] | join(', ') }}", {"b": 2}, "a, 2"),
        ("{{ a | replace('x', 'yy') | upper }}", {"a": "axx"}, "AYYYY"),
        ("{{ a.name }} {{ a['city'] }}", {"a": {"name": "n", "city": "c"}}, "n c"),
        ("{{ a | default('d') }}{{ 'e' if b is not none else 'f' }}", {"a": "", "b": None}, "f"),
        ("{# note #}{{ 7 // 2 }}{{ -a }}{{ 7 % 4 }}", {"a": 1}, "3-13"),
    ],
)
def test_what_a_prompt_may_use(text, values, result):
    assert rendered(text, **values) == result


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ a['__class__'] }}", "{{ a | attr('__class__') }}",
        "{{ ().__class__.__bases__[0].__subclasses__() }}", "{{ a.format(a) }}", "{{ range(10) }}", "{{ lipsum() }}",
        "{{ cycler('a') }}", "{{ self }}", "{{ a.upper() }}", "{{ 'a' * 1000000000 }}", "{{ 'a' + 'b' }}",
        "{{ '%99999999d' % 1 }}",
        "{{ 9 ** 9 }}", "{{ a ~ a }}", "{{ {'a': 1} }}", "{{ [1, 2] }}", "{{ a[1:2] }}", "{% include 'x' %}",
        "{% import 'x' as y %}", "{% from 'x' import y %}", "{% extends 'x' %}", "{% block x %}{% endblock %}",
        "{% macro m() %}{% endmacro %}", "{% filter upper %}a{% endfilter %}", "{% set x %}a{% endset %}",
        "{% for c in a %}{{ c }}{% endfor %}", "{% for x in [1] recursive %}{{ loop([2]) }}{% endfor %}",
        "{{ a | format(1) }}", "{{ a | center(1000000000) }}", "{{ a | indent(1000000000) }}", "{{ a | tojson }}",
        "{{ a | map('upper') }}", "{{ a | replace('', 'b') }}", "{{ none }}", "{{ 1 / 0 }}", "{{ 1 + a }}",
        "{{ 1000000000 * 1000000000 * 1000000000 * 1 }}",
        "{{ 'a' | int + none }}", "{{ a | nosuch }}", "{{ a is nosuch }}",
        "{% set ns.x = 1 %}", "{{ a.nosuch }}", "{{ missing + 1 }}", "{% for x in missing %}{% endfor %}",
        "{{ a | join(',') }}", "{{ [[1]] | join(',') }}", "{% for x in [1] %}" * 3 + "{% endfor %}" * 3,
        "{% autoescape true %}{% endautoescape %}", "{% do a %}", "{% trans %}{% endtrans %}",
    ],
)  # fmt: skip
def test_what_is_refused(text):
    with pytest.raises(TemplateFaultError):
        rendered(text, a="text")


@pytest.mark.parametrize(
    "text",
    [
        "{{ a | replace('a', a) }}",
        "{% for x in [a] %}" + "{{ x }}" * 3 + "{% endfor %}",
        "{{ [a, a, a] | join(a) }}",
        "{% set b = a | replace('a', 'aaaa') %}{{ b }}",
    ],
)
def test_a_text_that_grows_without_bound_is_stopped(text):
    began = time.perf_counter()
    with pytest.raises(TemplateFaultError, match="characters"):
        rendered(text, a="a" * (MAX_RENDERED // 2))
    assert time.perf_counter() - began < 1


def test_a_list_that_is_too_long_is_stopped():
    with pytest.raises(TemplateFaultError, match="items"):
        rendered("{% for x in a | list %}{% endfor %}", a="a" * 5000)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("ok\nline {{ a b }}", 8),
        ("ok\n\n  {% if %}", 6),
        ("{% if a %}\nnever closed", 11),
        ("one\n two {{ a.__class__ }}", 9),
        ("{{ 'open }}", 0),
    ],
)
def test_a_fault_points_at_its_tag(text, offset):
    with pytest.raises(TemplateFaultError) as caught:
        rendered(text, a="x")
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "9" * 5000 + " }}",
        "{% if a %}" * 200 + "{% endif %}" * 200,
    ],
)
def test_absurd_depth_is_a_fault_not_a_crash(text):
    with pytest.raises(TemplateFaultError):
        compile_text(text)


def test_a_text_of_too_many_tags_is_refused_soon():
    began = time.perf_counter()
    for text in ("{{ a }}" * 30_000, "{{ a" + " + a" * 50_000 + " }}"):
        with pytest.raises(TemplateFaultError, match="fewer tags"):
            compile_text(text)
    assert time.perf_counter() - began < 1


def test_uses_are_found_where_they_stand():
    text = "{%- set y = 1 -%}  name\n{{ a.name | default(b) }}{% if c is defined %}{{ y }}{% endif %}"
    text += "{% for i in [d] %}{{ i }}{% endfor %}"
    uses = compile_text(text).uses
    assert set(uses) == {"a", "b", "c", "d"}
    for name, offset in uses.items():
        assert text[offset : offset + len(name)] == name
    assert uses["a"] == text.index("{{ a.name") + 3


def test_values_are_never_read_as_templates():
    assert rendered("{{ a }}", a="{{ b }}{% raw %}") == "{{ b }}{% raw %}"


@given(st.text(max_size=40), st.text(max_size=40))
def test_plain_text_around_a_value_comes_out_unchanged(left, value):
    for mark in ("{{", "{%", "{#", "\r", "\x85", "{"):
        left = left.replace(mark, "")
    assert rendered(left + "|{{ a }}|", a=value) == f"{left}|{value}|"


@given(st.text(alphabet="{}%# ab|.()'[]-+*~\nif", max_size=40))
def test_any_text_renders_or_is_a_fault(text):
    fault = None
    try:
        compile_text(text).render({"a": "x", "b": 1})
    except TemplateFaultError as caught:
        fault = caught
    assert fault is None or (0 <= fault.offset <= len(text) and str(fault))
