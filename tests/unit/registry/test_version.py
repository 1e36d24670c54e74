from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.registry.release import read_release
from botops.registry.version import read_version, text_spans


def version_of(text, file="prompts/sales/1.yaml"):
    return read_version(text.encode(), file, "sales", 1)


def problems_of(text, **values):
    with pytest.raises(UserError) as caught:
        version_of(text).render(values)
    return [p.text() for p in caught.value.problems]


def minimal(content, variables=""):
    return f"{variables}messages:\n- role: system\n  content: |\n" + "".join(f"    {t}\n" for t in content.split("\n"))


def test_a_whole_file_is_read_and_rendered(good, values):
    version = version_of(good)
    assert str(version.ref) == "sales@1"
    assert len(version.ref.checksum) == 64
    assert version.spec.reviewed == date(2026, 10, 1)
    assert (version.parameters.model, version.parameters.temperature) == ("small-model", 0.3)
    assert version.parameters.max_tokens == 600
    (message,) = version.render({**values, "client_name": "Динара", "unknown": 1})
    assert message == Message(
        "system",
        "Вы консультант компании Тұлпар Тех.\nЕсли клиент просит человека, передайте диалог менеджеру.\n"
        "Тариф А: 9 900 ₸\nОбращение: Динара",
    )


def test_every_missing_variable_is_named_where_it_is_used():
    text = minimal("a {{ company }}\nb {{ needed }}", "variables: {needed: {type: text}}\n")
    assert problems_of(text) == [
        "prompts/sales/1.yaml:5:10: messages.0.content: the variable `company` is missing: supply it",
        "prompts/sales/1.yaml:6:10: messages.0.content: the variable `needed` is missing: "
        "supply it or give it a default",
    ]


def test_a_value_of_the_wrong_type_is_named_where_it_is_used():
    text = minimal("{{ seats }}", "variables: {seats: {type: integer}}\n")
    (problem,) = problems_of(text, seats="пять")
    assert problem.startswith(
        "prompts/sales/1.yaml:5:8: messages.0.content: the variable `seats` does not fit: expected"
    )


def test_a_failure_while_rendering_points_at_its_line():
    text = minimal("a\nb {{ company.city }}")
    (problem,) = problems_of(text, company={"name": "x"})
    assert problem.startswith("prompts/sales/1.yaml:5:7: messages.0.content: ")
    assert "city" in problem


def test_the_second_message_is_mapped_too():
    text = minimal("ok") + "- role: user\n  content: 'Price: {{ 1 / 0 }}'\n"
    (problem,) = problems_of(text)
    assert problem.startswith("prompts/sales/1.yaml:6:20: messages.1.content: ")


def test_an_optional_variable_is_empty_when_left_out():
    text = minimal("{% if code %}код {{ code }}{% else %}без кода{% endif %}", "variables: {code: {required: false}}\n")
    assert version_of(text).render({})[0].content == "без кода"
    assert version_of(text).render({"code": "ВЕСНА"})[0].content == "код ВЕСНА"


def test_defaults_are_typed():
    text = minimal(
        "{{ a + 1 }} {{ b }} {{ c }}",
        "variables:\n  a: {type: number, default: 1.50}\n  b: {type: date, default: 2026-01-02}\n"
        "  c: {type: boolean, default: true}\n",
    )
    assert version_of(text).render({})[0].content == "2.50 2026-01-02 True"


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        (minimal("{{ compny }}"), "unknown-variable", (4, 8)),
        (minimal("{{ nosuchthing }}"), "unknown-variable", (4, 8)),
        (minimal("a\n{{ b b }}"), "template-syntax", (5, 5)),
        (minimal("{{ 'a'.upper() }}"), "template-not-allowed", (4, 5)),
        ("messages: []\n", "wrong-value", (1, 11)),
        ("ownr: x\n" + minimal("a"), "unknown-key", (1, 1)),
        (minimal("a", "variables: {price_table: {}}\n"), "wrong-value", (1, 12)),
        (minimal("a", "variables: {Bad-Name: {}}\n"), "wrong-value", None),
        (minimal("a", "model: {temperature: 3}\n"), "wrong-value", (1, 22)),
        (minimal("a", "languages: [ru, fr]\n"), "wrong-value", (1, 17)),
        ("", "missing-key", None),
        ("messages: [", "syntax", None),
    ],
)
def test_faults_of_a_file_are_found_with_their_place(text, rule, place):
    with pytest.raises(UserError) as caught:
        version_of(text)
    problem = caught.value.problems[0]
    assert problem.rule == rule
    if place:
        assert (problem.line, problem.column) == place


def test_the_number_of_tags_is_bounded_over_all_messages():
    text = "messages:\n" + "- {role: user, content: '" + "{{ company }} " * 400 + "'}\n"
    version_of(text)
    with pytest.raises(UserError, match="fewer tags"):
        version_of(text + text.removeprefix("messages:\n") * 2)


def test_a_near_name_is_suggested():
    with pytest.raises(UserError, match="did you mean `company`"):
        version_of(minimal("{{ compny }}"))


def test_all_broken_messages_are_reported_at_once():
    text = minimal("{{ a b }}") + "- role: user\n  content: '{% if %}'\n"
    with pytest.raises(UserError) as caught:
        version_of(text)
    assert [p.path for p in caught.value.problems] == ["messages.0.content", "messages.1.content"]


MARKS = '{{ }} {% if | >- - : [ } # &a *a !!x 1e999 ~ <<: \\ "'.split()
FRAGMENTS = st.sampled_from(
    [*MARKS, "{% if a %}", "{% for x in [1] %}", ": ", "- ", "'", "\n", "  ", "\t", "\0", "😀"]
) | (st.sampled_from(["\u2028", "\x85", "9" * 50, "---\n", "\r\n", "\ufeff", "\ud800"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a constant text
@given(data=st.data())
def test_any_damaged_file_is_read_or_refused_with_places(good, data):
    text = good
    for _ in range(data.draw(st.integers(0, 4))):
        at, gone = data.draw(st.integers(0, len(text))), data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        text = text[:at] + data.draw(FRAGMENTS) + text[at + gone :]
    raw = text.encode("utf-8", "surrogatepass")
    problems = ()
    try:
        version = read_version(raw, "1.yaml", "sales", 1)
        for span in text_spans(version):
            assert all(min(span.position(offset)) >= 1 for offset in range(len(span.text) + 1))
        version.render({"company": "a", "price_table": "b"})
    except UserError as error:
        problems = error.problems
        assert problems
    assert all(p.file == "1.yaml" and p.message for p in problems)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    for reader in (lambda: read_version(raw, "1.yaml", "sales", 1), lambda: read_release(raw, "release.yaml", "sales")):
        with pytest.raises(UserError) as caught:
            reader()
        assert caught.value.problems


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**30),
    st.decimals(allow_nan=True),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
)
VERSION = version_of(
    minimal(
        "{{ t }} {{ n }} {{ i }} {{ b }} {{ d }} {{ c }} {{ company }}",
        "variables: {t: {}, n: {type: number}, i: {type: integer}, b: {type: boolean}, d: {type: date},"
        " c: {type: choice, choices: [a, b]}}\n",
    )
)


@given(st.dictionaries(st.sampled_from(["t", "n", "i", "b", "d", "c", "company", "other"]), scalars))
def test_any_values_render_or_are_named(values):
    problems = ()
    try:
        (message,) = VERSION.render(values)
        assert message.content.startswith(values["t"])
    except UserError as error:
        problems = error.problems
    assert all(p.line == 5 and p.column for p in problems)


@given(
    st.text(min_size=1, max_size=30),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**6), max_value=10**6),
)
def test_fitting_values_come_out_as_given(text, number, amount):
    values = {"t": text, "n": amount, "i": number % 10**6, "b": True, "d": "2026-02-03", "c": "a", "company": "Ң"}
    (message,) = VERSION.render(values)
    assert message.content == f"{text} {Decimal(str(amount))} {number % 10**6} True 2026-02-03 a Ң"
