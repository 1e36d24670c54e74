import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.registry import diff
from botops.registry.expanding import expanded
from botops.registry.partials import PartialFile, Partials
from botops.registry.template import TemplateFaultError, compile_text
from botops.registry.version import read_version

LINE = st.sampled_from(["Строка", "  отступ", "{{ a }}", "{% if a %}", "{% endif %}", "{# note #}", ""])


def partials_of(**texts):
    return Partials(
        PartialFile(name, 1, f"{name}/1.yaml", f"owner: o\npurpose: p\ntext: {text!r}\n".encode())
        for name, text in texts.items()
    )


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("до\n{% include 'x@1' %}\nпосле", "А\nБ\n"),
        ("до\n    {% include 'x@1' %}\nпосле", "А\n{% if a %}\nБ\n{% endif %}\n"),
        ("до {% include 'x@1' %} после", "А"),
        ("{% if a %}{% include 'x@1' %}{% endif %}\nпосле", "{{ a }}\n"),
        ("{% include 'x@1' %}{% include 'x@1' %}", "А\n"),
        ("{# {% include 'x@1' %} #}до", "А\n"),
        ("{% raw %}{% include 'x@1' %}{% endraw %}", "А\n"),
        ('a {%include "x@1"%} b', "А"),
    ],
)
def test_what_is_written_out_renders_to_the_same_message(text, shared):
    escaped = shared.replace("\n", "\\n")
    partials = Partials([PartialFile("x", 1, "x", f'owner: o\npurpose: p\ntext: "{escaped}"\n'.encode())])
    compiled = compile_text(text, include=partials.text)
    written = expanded(compiled)
    assert compile_text(written).render({"a": "да"}) == compiled.render({"a": "да"})


@given(st.lists(LINE, max_size=5), st.lists(LINE, max_size=5))
def test_a_text_without_includes_stays_as_it_is(before, after):
    text = "\n".join([*before, *after])
    try:
        compiled = compile_text(text)
    except TemplateFaultError:  # most made-up texts are no templates
        return
    assert expanded(compiled) == text


def test_a_diff_shows_the_change_of_a_shared_text_apart_or_in_place(house, good):
    for number, word in ((1, "не бывает"), (2, "нет")):
        house.write(f"_partials/policy/{number}.yaml", f"owner: o\npurpose: p\ntext: |\n  Скидок {word}.\n")
        text = good.replace("{{ price_table }}", f'{{{{ price_table }}}}\n      {{% include "policy@{number}" %}}')
        house.write(f"sales/{number}.yaml", text)
    old, new = (house.registry.version("sales", n) for n in (1, 2))
    apart = diff(old, new)
    (include,) = apart.includes
    assert (include.name, include.before, include.after) == ("policy", 1, 2)
    assert "include policy: 1 -> 2\nСкидок [-не бывает-]{+нет+}." in apart.text()
    in_place = diff(old, new, expanded=True)
    assert not in_place.includes
    assert "include" not in in_place.text()
    assert "[-не бывает-]{+нет+}" in in_place.text()


def test_a_version_writes_its_messages_out(good):
    shared = partials_of(policy="Правило.")
    text = good.replace("{{ price_table }}", '{% include "policy@1" %}')
    version = read_version(text.encode(), "1.yaml", "sales", 1, shared)
    assert "Правило." in version.expanded()[0].content
    assert "include" not in version.expanded()[0].content
