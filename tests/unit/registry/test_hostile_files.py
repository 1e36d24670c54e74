"""Files that are nearly right: real prompts, releases and shared texts, changed the way people and tools break them.

Whatever stands in one, reading it ends in a version or in problems that say where, soon and in little memory.
`BOTOPS_HOSTILE_FILES=10000` makes as many files and measures each one's memory; the default keeps the suite quick.
"""

import copy
import os
import time
import tracemalloc
from datetime import date

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.registry import diff, lint_version
from botops.registry.partials import PartialFile, Partials
from botops.registry.release import read_release, release_text
from botops.registry.version import read_version

PROMPT = """\
description: Ответы клиентам
owner: sales-enablement
purpose: Отвечает на вопросы о тарифах
tags: [sales, web]
reviewed: 2026-10-01
languages: [ru, kk]
model: {name: small-model, temperature: 0.3, max_tokens: 600, extra: {user: x}}
variables:
  client_name: {type: text, max_length: 40, default: клиент}
  limit: {type: number, min: 1, max: 5, default: 2.5, example: 3}
  day: {type: date, required: false}
  plan: {type: choice, choices: [a, b], default: a}
messages:
  - role: system
    content: |
      Вы консультант компании {{ company }}, лимит {{ limit }} {{ plan }}.
      {% include "policy@1" %}
      {% if day %}{{ day }}{% endif %}
      Если клиент просит человека, передайте диалог менеджеру.
      {{ price_table }}
  - role: user
    content: "Обращение: {{ client_name }}"
texts:
  kk:
    - role: system
      content: >-
        Сіз {{ company }} кеңесшісісіз,
        клиент адамды сұраса, менеджерге тапсырыңыз.
"""
RELEASE = f"""\
live: 2
split:
  experiment: sales-tone
  phase: 2
  variants:
    - {{version: 1, weight: 5000}}
    - {{version: 2, weight: 5000}}
  coverage: 2000
checksums:
  1: {"a" * 64}
  2: {"b" * 64}
partials:
  policy@1: {"c" * 64}
approvals:
- {{action: publish, version: 1, by: Айгүл, at: '2026-11-01T09:00:00+05:00', reason: первая, checksum: {"a" * 64}}}
- {{action: split, version: 1, by: x, at: '2026-11-02T09:00:00+05:00', reason: r, checksum: {"a" * 64}, replaced: 1}}
"""
PARTIAL = """\
description: Что можно обещать
owner: head_of_sales
purpose: Одно правило для всех промптов
text: |
  Правила компании {{ company }}:
  {% for word in ["скидок", "подарков"] %}
  {{ word | upper }} сверх прайса не бывает.
  {% endfor %}
"""
FILES = {"prompt": PROMPT, "release": RELEASE, "partial": PARTIAL}

TAGS = (
    "{{", "}}", "{%", "%}", "{#", "{{ company", "{% if %}", "{% if company %}", "{% endif %}", "{{ nobody }}",
    '{% include "policy" %}', '{% include "policy@1" %}', '{% include "self@1" %}', '{% include "policy@9" %}',
    "{% include company %}", "{% for x in [1] %}" * 4, "{{ company.__class__ }}", "{{ 9 ** 9 }}", "{{ (" * 60,
    "{% raw %}", "{% set company = 1 %}", "{{ company | nosuch }}", "{{ 'a' * 999999999 }}", "{{ " + "1" * 5000 + " }}",
    "{% macro a() %}{% endmacro %}", "{{ company }}" * 800, "{{ [" * 200, "{{ {'a': 1} }}", "{{ a" + ".b" * 400 + " }}",
    "{{ not " * 300, "{{ -" + "-" * 500 + "1 }}", "{% if a %}" * 100,
)  # fmt: skip
ODD = (
    "\u2028", "\u2029", "\x85", "\ufeff", "\u200b", "\u202e", "\u00a0", "\U0001f600", "\U0010ffff", "\ud800", "\0",
    "\x07", "\t", "\r", "\r\n", "e\u0301", "ﬁ", "İ", "ꜩ", "'", '"', "\\", "#", ":", "- ", "? ", "&a ", "*a ",
    "!!python/object ",
    "<<: ", "%YAML 1.2\n", "---\n", "...\n", "|", ">", "[", "]", "{", "}", ",", "@", "`", "%",
)  # fmt: skip


def _nested(depth):
    value = "дно"
    for number in range(depth):
        value = [value] if number % 2 else {"a": value}
    return value


LINES = ("", "messages:", "- x", "text: |", "live: 1", "\tx: 1", "a: &b [*b]")
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from(TAGS),
    st.sampled_from(ODD),
    st.text(max_size=30),
    st.sampled_from(
        ["2026-13-45", "1e999", "0x10", "1_000", "yes", "~", ".inf", "2026-11-01", "0o17", "1:30", "=", "<<"]
    ),
    st.builds(lambda n: "а" * n, st.sampled_from([100, 5_000, 100_000, 300_000])),
    st.builds(lambda n: list(range(n)), st.sampled_from([0, 3, 500])),
    st.builds(lambda n: {f"k{i}": i for i in range(n)}, st.sampled_from([0, 3, 500])),
    st.builds(_nested, st.sampled_from([3, 40, 70, 400])),
)


def _paths(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _paths(part, (*path, key))


def _at(data, path):
    for step in path:
        data = data[step]
    return data


@st.composite
def changed_data(draw, text):
    """The file's data with a few values swapped, gone, renamed, moved or mixed with tags, written out again."""
    data = yaml.safe_load(text)
    for _ in range(draw(st.integers(1, 4))):
        paths = [path for path in _paths(data) if path]
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        holder, key = _at(data, path[:-1]), path[-1]
        how = draw(st.sampled_from(["replace", "delete", "rename", "mix", "swap", "double", "wrap"]))
        if how == "replace":
            holder[key] = draw(ODD_VALUES)
        elif how == "delete":
            del holder[key]
        elif how == "rename" and isinstance(holder, dict):
            holder[
                draw(st.one_of(st.text(max_size=8), st.sampled_from(["x-note", "Role", "lives", "1", "0", "de"])))
            ] = holder.pop(key)
        elif how == "mix" and isinstance(holder[key], str):
            at = draw(st.integers(0, len(holder[key])))
            holder[key] = holder[key][:at] + draw(st.sampled_from((*TAGS, *ODD))) + holder[key][at:]
        elif how == "swap":
            holder[key] = copy.deepcopy(_at(data, draw(st.sampled_from(paths))))
        elif how == "double" and isinstance(holder[key], list):
            holder[key] = holder[key] * draw(st.sampled_from([2, 60, 200]))
        elif how == "wrap":
            holder[key] = [holder[key]]
    style = draw(st.sampled_from([None, '"', "'", "|", ">"]))
    flow = draw(st.sampled_from([True, False, None]))
    options = {"default_style": style, "default_flow_style": flow, "allow_unicode": draw(st.booleans())}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=draw(st.booleans()), **options)


class _Dumper(yaml.SafeDumper):
    """Writes the same list or mapping out twice rather than as an alias, most of which would be refused at once."""

    def ignore_aliases(self, data):
        return True


@st.composite
def changed_text(draw, text):
    """The file's own text with a few pieces put in, cut, moved or indented otherwise."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        lines = text.split("\n")
        how = draw(st.sampled_from(["insert", "cut", "line", "indent", "twice", "swap", "break"]))
        number = draw(st.integers(0, len(lines) - 1))
        if how == "insert":
            text = text[:at] + draw(st.one_of(st.sampled_from((*TAGS, *ODD)), st.text(max_size=12))) + text[at:]
        elif how == "cut":
            text = text[:at] + text[at + draw(st.integers(1, 200)) :]
        else:
            if how == "line":
                lines[number] = draw(st.sampled_from(LINES))
            elif how == "indent":
                lines[number] = " " * draw(st.integers(0, 9)) + lines[number].lstrip()
            elif how == "twice":
                lines.insert(draw(st.integers(0, len(lines))), lines[number])
            elif how == "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[number], lines[other] = lines[other], lines[number]
            text = ("\r\n" if how == "break" else "\n").join(lines)
    return text


@st.composite
def files(draw):
    """A kind of file and the bytes of one that is nearly right."""
    kind = draw(st.sampled_from(sorted(FILES)))
    origin = FILES[kind] if draw(st.integers(0, 19)) else FILES[draw(st.sampled_from(sorted(FILES)))]
    text = draw(st.one_of(changed_data(origin), changed_text(origin)))
    raw = text.encode(draw(st.sampled_from(["utf-8"] * 12 + ["utf-8-sig", "cp1251", "utf-16"])), "replace")
    if draw(st.integers(0, 30)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(min_size=1, max_size=4)) + raw[at:]
    return kind, raw


MANY = int(os.environ.get("BOTOPS_HOSTILE_FILES", "150"))
MOST_S = 0.2
MOST_BYTES = 50_000_000
FIRST = '{% include "policy@1" %}'
SHARED = Partials([PartialFile("policy", 1, "policy/1.yaml", FILES["partial"].encode())])
GOOD = read_version(FILES["prompt"].encode(), "1.yaml", "sales", 1, SHARED)
VALUES = {"company": "Тұлпар", "price_table": "Тариф А", "today": "2026-11-01", "language": "ru", "channel": "web"}


def read(kind, raw):
    """What the registry makes of a file: everything that would be done with it, problems raised."""
    if kind == "release":
        release_text(read_release(raw, "release.yaml", "sales").spec)
        return
    shared = SHARED
    if kind == "partial":
        shared = Partials([PartialFile("policy", 1, "policy/1.yaml", raw)])
        raw = FILES["prompt"].encode()
    version = read_version(raw, "2.yaml", "sales", 2, shared)
    problems = lint_version(version, date(2026, 11, 1))
    for language in ("ru", "kk"):
        version.expanded(language)
        try:
            version.render({**VALUES, **version.examples(), "language": language})
        except UserError as error:
            problems += error.problems
    diff(GOOD, version).text()
    if problems:
        raise UserError(problems=problems)


def problems_of(kind, raw):
    try:
        read(kind, raw)
    except UserError as error:
        return error.problems
    return ()


def timed(kind, raw):
    began = time.process_time()
    problems = problems_of(kind, raw)
    return problems, time.process_time() - began


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(files())
def test_a_file_is_read_or_its_faults_are_told_with_their_places(made):
    kind, raw = made
    problems, spent = timed(kind, raw)
    if spent > MOST_S:  # the test runner's own garbage collection takes longer than that
        spent = min(timed(kind, raw)[1] for _ in range(3))
    for problem in problems:
        assert problem.file
        assert problem.line >= 1, problem
        assert problem.column >= 1, problem
        assert problem.message
        problem.text().encode()
    assert spent <= MOST_S, f"{spent:.3f} s"
    if MANY > 1000:
        tracemalloc.start()
        try:
            problems_of(kind, raw)
            assert tracemalloc.get_traced_memory()[1] <= MOST_BYTES
        finally:
            tracemalloc.stop()
