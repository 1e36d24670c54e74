import pytest

from botops.domain.errors import UserError
from botops.registry import diff, lint_version
from botops.registry.version import read_version

KK = """\
texts:
  kk:
    - role: system
      content: |
        Сіз {{ company }} компаниясының кеңесшісісіз.
        Клиент адамды сұраса, әңгімені менеджерге тапсырыңыз.
        {{ price_table }}
"""


def version_of(text, number=1):
    return read_version(text.encode(), f"{number}.yaml", "sales", number)


@pytest.fixture
def both(good):
    return good.replace("languages: [ru]", "languages: [ru, kk, en]") + KK


@pytest.mark.parametrize(
    ("language", "begin"), [("kk", "Сіз Тұлпар"), ("ru", "Вы консультант"), ("en", "Вы консультант"), (None, "Вы")]
)
def test_a_reply_gets_the_text_of_its_language_or_the_common_one(both, values, language, begin):
    version = version_of(both)
    values = {**values, "language": language} if language else {k: v for k, v in values.items() if k != "language"}
    assert version.render(values)[0].content.startswith(begin)


def test_the_language_chooses_when_it_is_served_too(house, both):
    house.write("sales/1.yaml", both)
    house.publish("sales", 1)
    assert house.say(language="kk").startswith("Сіз")
    assert house.say(language="en").startswith("Вы")


def test_a_variable_of_another_language_is_not_asked_for(both, values):
    text = both.replace("client_name: {type: text, max_length: 40, default: клиент}", "client_name: {type: text}")
    assert version_of(text).render({**values, "language": "kk"})
    with pytest.raises(UserError, match="client_name"):
        version_of(text).render(values)


def test_faults_point_at_the_text_of_their_language(both, values):
    with pytest.raises(UserError) as caught:
        version_of(both.replace("компаниясының", "{{ kompania }}"))
    (problem,) = caught.value.problems
    assert problem.path == "texts.kk.0.content"
    assert both.split("\n")[problem.line - 1][problem.column - 1 :].startswith("kompania") or problem.rule


@pytest.mark.parametrize(
    ("text", "path"), [("texts: {de: [{role: user, content: x}]}", "texts.de"), ("texts: {kk: []}", "texts.kk")]
)
def test_what_is_no_text_of_a_language_is_refused(good, text, path):
    with pytest.raises(UserError) as caught:
        version_of(f"{good}{text}\n")
    assert [p.path for p in caught.value.problems] == [path]


def test_lint_tells_of_languages_without_text_and_of_variables_that_differ(both, house):
    problems = lint_version(version_of(both), house.at.date())
    assert {(p.rule, p.path, p.level) for p in problems} == {
        ("language-without-text", "languages.2", "warning"),
        ("language-variables", "messages.0.content", "warning"),
    }
    missing = both.replace("Клиент адамды сұраса, әңгімені менеджерге тапсырыңыз.\n", "Тек қазақша.\n")
    assert ("no-hand-over", "texts.kk") in {
        (p.rule, p.path) for p in lint_version(version_of(missing), house.at.date())
    }


def test_a_diff_shows_each_language_against_what_its_clients_got(good, both):
    found = diff(version_of(good), version_of(both, 2))
    assert [(m.path, m.changed) for m in found.messages] == [("messages.0", False), ("texts.kk.0", True)]
    assert "texts.kk.0 (system):" in found.text()
    changed = both.replace("кеңесшісісіз", "досысыз")
    found = diff(version_of(both), version_of(changed, 2))
    assert [m.path for m in found.messages if m.changed] == ["texts.kk.0"]


def test_languages_may_share_texts(house, both):
    house.write("_partials/policy/1.yaml", "owner: a\npurpose: b\ntext: |\n  Ереже.\n")
    house.write("sales/1.yaml", both.replace("        {{ price_table }}", '        {% include "policy@1" %}'))
    house.publish("sales", 1)
    assert house.say(language="kk").endswith("Ереже.\n")
    assert house.registry.release("sales").spec.partials.keys() == {"policy@1"}
