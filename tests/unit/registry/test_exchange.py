"""Prompts from and to Langfuse, MLflow and plain text."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.errors import UserError
from botops.registry.exchange import Writable, read_foreign, write_foreign
from botops.registry.version import read_version

FORMATS = ("langfuse", "mlflow")


def version_of(text, name="sales", number=1):
    return read_version(text.encode(), f"{name}/{number}.yaml", name, number)


def taken(data, form="langfuse", **options):
    return read_foreign(data if isinstance(data, str) else json.dumps(data, indent=1), "in.json", form, **options)


def only(found):
    (prompt,) = found.prompts
    (version,) = prompt.versions
    return version_of(version.text, prompt.name, version.number)


def text_prompt(text, **more):
    return {"name": "sales", "version": 3, "type": "text", "prompt": text, **more}


def template(text, **more):
    return {"name": "sales", "version": 3, "template": text, **more}


def rules(found):
    return {(n.path, n.rule) for n in found.notes}


PROMPT = """\
description: Ответы клиентам
owner: sales-enablement
purpose: Отвечает на вопросы
tags: [sales, team=web]
reviewed: 2026-10-01
languages: [ru, kk]
model:
  name: small-model
  temperature: 0.3
  max_tokens: 600
  extra: {stop: ["###"], x_own: {deep: [1, 2]}}
variables:
  client_name: {type: text, max_length: 40, default: клиент}
  hours: {type: integer, required: false, example: 9}
  rate: {type: number, default: 1.10}
messages:
  - role: system
    content: |
      Вы консультант компании {{ company }}. Сегодня {{today}}.

      Пример ответа: {"имя": "{ок}", "скидка": 5}
      {{ price_table }}
  - role: user
    content: "Меня зовут {{ client_name }}, {{ rate }}, {{ hours }}"
"""


@pytest.mark.parametrize("form", FORMATS)
def test_what_both_can_say_comes_back_as_it_was(form):
    version = version_of(PROMPT, number=4)
    exported = write_foreign(Writable(version, live=True, message="к осени"), form)
    found = taken(exported.text, form)
    assert not [n for n in found.notes if n.rule == "not-imported"]
    assert found.prompts[0].live == 4
    again = only(found)
    assert again.ref.version == 4
    messages = [(m.role, m.content.rstrip("\n")) for m in version.spec.messages]
    spaced = [(role, text.replace("{{today}}", "{{ today }}")) for role, text in messages]
    assert [(m.role, m.content.rstrip("\n")) for m in again.spec.messages] == spaced
    assert again.spec.model_dump(exclude={"messages"}) == version.spec.model_dump(exclude={"messages"})
    values = {"company": "Айна", "today": "2026-11-02", "price_table": "{{цены}}", "hours": 3}
    assert again.render(values) == version.render(values)


@pytest.mark.parametrize("form", [*FORMATS, "text"])
@given(text=st.text("ab {}%#'\"\\\n-я:|>\t&*!", min_size=1, max_size=60).filter(str.strip))
def test_foreign_text_reaches_the_model_letter_by_letter(form, text):
    data = {"langfuse": text_prompt(text), "mlflow": template(text)}.get(form)
    source = json.dumps(data) if data else text + "\n"
    version = only(read_foreign(source, "in", form, name="sales", jinja="text"))
    values = {name: f"<{name}>" for name in version.spec.variables}
    expected = text
    if form != "mlflow":
        names = iter(dict.fromkeys(m.strip() for m in re.findall(r"\{\{([^{}\n]{1,100})\}\}", text) if m.strip()))
        own = dict(zip(names, values.values(), strict=True))
        expected = re.sub(r"\{\{([^{}\n]{1,100})\}\}", lambda m: own[m[1].strip()] if m[1].strip() else m.group(), text)
    else:
        expected = re.sub(r"\{\{\s*([a-zA-Z_]\w*)\s*\}\}", lambda m: f"<{m[1]}>", text, flags=re.ASCII)
    assert version.render(values)[0].content == expected


@given(text=st.text("ab {}%#'я\n", min_size=1, max_size=40).filter(str.strip), form=st.sampled_from(FORMATS))
def test_an_import_exported_and_imported_again_is_the_same(text, form):
    data = text_prompt(text) if form == "langfuse" else template(text)
    first = only(taken(data, form, jinja="text"))
    exported = write_foreign(Writable(first), form)
    assert only(taken(exported.text, form, jinja="text")).spec == first.spec


def test_variables_are_declared_and_renamed_where_they_must_be():
    found = taken(text_prompt("{{clientName}} {{ Имя }} {{true}} {{company}} {{user.name}} {name} {{ clientName }}"))
    version = only(found)
    assert list(version.spec.variables) == ["client_name", "value", "true_", "user_name"]
    assert version.spec.messages[0].content.rstrip("\n") == (
        "{{ client_name }} {{ value }} {{ true_ }} {{ company }} {{ user_name }} {name} {{ client_name }}"
    )
    assert any("`clientName` is named `client_name`" in n.message for n in found.notes)
    assert any("built in" in n.message for n in found.notes)


def test_a_chat_with_placeholders_names_what_it_leaves_out_and_where():
    chat = [
        {"role": "system", "content": "Отвечай кратко."},
        {"type": "placeholder", "name": "history"},
        {"type": "chatmessage", "role": "user", "content": "{{question}}", "id": 5},
    ]
    found = taken({"name": "sales", "version": 1, "type": "chat", "prompt": chat, "labels": ["production", "latest"],
                   "config": {"model": "m", "temperature": 7, "top_p": 0.5, "board": {"x": 1}, "stop": ["!"]},
                   "createdAt": "2026-01-01", "tags": ["a"], "commitMessage": "почему"})  # fmt: skip
    version = only(found)
    assert [m.role for m in version.spec.messages] == ["system", "user"]
    assert rules(found) == {
        ("prompt.1", "not-imported"), ("prompt.2.id", "not-imported"), ("config.temperature", "not-imported"),
        ("config.board", "not-imported"), ("createdAt", "not-imported"),
    }  # fmt: skip
    assert all(n.line > 1 and n.file == "in.json" for n in found.notes)
    assert (version.parameters.model, version.parameters.top_p, dict(version.parameters.extra)) == (
        "m",
        0.5,
        {"stop": ["!"]},
    )
    assert found.prompts[0].live == 1
    assert "почему" in version.raw.decode()


def test_a_list_of_prompts_and_versions():
    found = taken([text_prompt("раз", labels=["production"]), {**text_prompt("два"), "version": 4},
                   {**text_prompt("иное"), "name": "Служба Support", "version": 1}], name=None)  # fmt: skip
    assert [(p.name, [v.number for v in p.versions], p.live) for p in found.prompts] == [
        ("sales", [3, 4], 3), ("support", [1], None),
    ]  # fmt: skip


@pytest.mark.parametrize("names", [("Sales", "sales"), ("a b", "a/b")])
def test_two_prompts_never_become_one(names):
    both = [{**text_prompt("раз"), "name": names[0]}, {**text_prompt("два"), "name": names[1], "version": 4}]
    with pytest.raises(UserError, match=r"in.json:\d+:\d+: 1.name: .* would both be"):
        taken(both)
    with pytest.raises(UserError, match="would both be one"):
        taken(both, name="one")
    with pytest.raises(UserError, match="would both be one"):
        taken([{**template("x"), "name": n, "version": v} for v, n in enumerate(names, 1)], "mlflow", name="one")


def test_a_page_without_texts_says_how_to_get_them():
    page = {"data": [{"name": "sales", "type": "text", "versions": [1, 2], "labels": [], "tags": []}], "meta": {}}
    with pytest.raises(UserError, match=r"in.json:\d+:\d+: data.0: .*GET /api/public/v2/prompts"):
        taken(page)


def test_included_prompts_are_put_in_their_place_or_refused():
    base = {"name": "policy", "version": 2, "type": "text", "prompt": "Скидок не давай.", "labels": ["production"]}
    main = text_prompt(
        "Кратко. @@@langfusePrompt:name=policy|version=2@@@ @@@langfusePrompt:name=policy|label=production@@@"
    )
    found = taken([main, base])
    sales = next(p for p in found.prompts if p.name == "sales")
    content = version_of(sales.versions[0].text).spec.messages[0].content
    assert content == "Кратко. Скидок не давай. Скидок не давай.\n"
    with pytest.raises(UserError, match="resolve=true"):
        taken(main)
    with pytest.raises(UserError, match="deep"):
        taken(text_prompt("@@@langfusePrompt:name=sales|version=3@@@"))


def test_includes_that_multiply_are_bounded():
    entries = [
        {"name": f"p{n}", "version": 1, "prompt": f"@@@langfusePrompt:name=p{n + 1}|version=1@@@" * 200}
        for n in range(4)
    ]
    entries.append({"name": "p4", "version": 1, "prompt": "x" * 2000})
    with pytest.raises(UserError, match="longer than"):
        taken(entries)


def test_mlflow_over_rest():
    answer = {"model_versions": [{
        "name": "sales", "version": "7", "description": "тон", "aliases": ["production"], "run_id": "r",
        "tags": [
            {"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "_mlflow_prompt_type", "value": "chat"},
            {"key": "mlflow.prompt.text", "value": json.dumps([{"role": "user", "content": "{{ q }} {{ a.b }}"}])},
            {"key": "_mlflow_prompt_model_config", "value": '{"model_name": "m", "top_k": 5, "provider": "p"}'},
            {"key": "team", "value": "web"},
        ],
    }], "next_page_token": "t"}  # fmt: skip
    found = taken(answer, "mlflow")
    version = only(found)
    assert (version.ref.version, found.prompts[0].live, version.spec.tags) == (7, 7, ("team=web",))
    assert list(version.spec.variables) == ["q", "a_b"]
    assert dict(version.parameters.extra) == {"top_k": 5}
    assert {r for r in rules(found) if r[1] == "not-imported"} == {
        ("next_page_token", "not-imported"), ("model_versions.0.model_config.provider", "not-imported"),
        ("model_versions.0.run_id", "not-imported"),
    }  # fmt: skip


def test_mlflow_jinja_is_refused_kept_or_taken_for_text():
    text = "{% if vip %}Здравствуйте, {{ name }}!{% endif %}"
    with pytest.raises(UserError, match=r"in.json:4:\d+: template: MLflow renders this text as Jinja2"):
        taken(template(text), "mlflow")
    kept = only(taken(template(text), "mlflow", jinja="keep"))
    assert kept.render({"vip": "да", "name": "Аня"})[0].content == "Здравствуйте, Аня!"
    plain = only(taken(template(text), "mlflow", jinja="text"))
    assert plain.render({"name": "Аня"})[0].content == "{% if vip %}Здравствуйте, Аня!{% endif %}"
    with pytest.raises(UserError, match="cannot be kept"):
        taken(template("{% macro x() %}{% endmacro %}"), "mlflow", jinja="keep")


def test_what_another_tool_cannot_say_is_named_with_its_line():
    version = version_of(
        "variables: {vip: {type: boolean}}\nmessages:\n  - role: system\n    content: |\n      Кратко.\n"
        "      {% if vip %}Тепло.{% endif %}\n  - role: user\n    content: '{{ company | upper }}'\n"
    )
    for form in ("langfuse", "mlflow", "text"):
        with pytest.raises(UserError) as caught:
            write_foreign(Writable(version), form)
        assert [(p.line, p.rule) for p in caught.value.problems] == [(6, "cannot-export"), (8, "cannot-export")]
    flat = write_foreign(Writable(version, values={"vip": True, "company": "Айна"}), "langfuse")
    assert [m["content"] for m in json.loads(flat.text)["prompt"]] == ["Кратко.\nТепло.", "АЙНА"]
    assert flat.notes


def test_messages_per_language_go_out_one_language_at_a_time():
    version = version_of(
        "languages: [ru, kk]\nmessages:\n  - {role: system, content: Да}\n"
        "texts:\n  kk:\n    - {role: system, content: Иә}\n"
    )
    with pytest.raises(UserError, match=r"sales/1.yaml:4:1: texts: Langfuse cannot say"):
        write_foreign(Writable(version), "langfuse")
    flat = write_foreign(Writable(version, values={"language": "kk"}), "mlflow")
    assert json.loads(flat.text)["template"] == [{"role": "system", "content": "Иә"}]


def test_text_that_another_tool_would_take_for_a_variable_is_refused():
    version = version_of("messages:\n  - role: system\n    content: \"{{ '{{' }}name}}\"\n")
    with pytest.raises(UserError, match="double braces"):
        write_foreign(Writable(version), "langfuse")


def test_plain_text_goes_out_as_one_message_and_says_what_it_leaves_out():
    exported = write_foreign(
        Writable(version_of("owner: sales\nmessages:\n  - {role: user, content: 'Да {{ company }}'}\n")), "text"
    )
    assert exported.text == "Да {{company}}\n"
    assert {n.path for n in exported.notes} == {"owner", "messages.0.role"}
    with pytest.raises(UserError, match="2 messages"):
        write_foreign(Writable(version_of(PROMPT)), "text")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("{", "in.json:1:2"),
        ("[]", "no prompts"),
        ("[5]", "in.json:1:2: 0: expected a prompt"),
        ('{"name": "a"}', "no text of the prompt"),
        ('{"name": "a", "prompt": 5}', "in.json:1:25: prompt: expected a text or a list"),
        ('{"name": "a", "prompt": ["x"]}', "prompt.0: expected a message"),
        ('{"name": "a", "prompt": [{"role": "tool", "content": "x"}]}', "role 'tool' cannot stand"),
        ('{"name": "a", "prompt": [{"role": "user", "content": [1]}]}', "content is no text"),
        ('{"name": "a", "prompt": [{"type": "placeholder", "name": "h"}]}', "nothing to import"),
        ('{"name": "имя", "prompt": "x"}', "--name"),
        ('{"prompt": "x"}', "--name"),
        ('{"name": "a", "version": 0, "prompt": "x"}', "whole number from 1"),
        ('{"name": "a", "version": true, "prompt": "x"}', "whole number from 1"),
        ('[{"name": "a", "prompt": "x"}, {"name": "a", "prompt": "y"}]', "stands in the file twice"),
        ('{"name": "a", "prompt": "x\\u0000"}', "NUL"),
        (
            '{"name": "a", "prompt": "x", "config": {"botops": {"variables": {"B": 5}}}}',
            "in.json:1:1: cannot be a prompt",
        ),
        ('{"name": "a", "prompt": "x", "config": {"botops": {"owner": 5}}}', "cannot be a prompt file: owner"),
    ],
)
def test_broken_imports_say_what_and_where(data, where):
    with pytest.raises(UserError) as caught:
        taken(data)
    assert where in str(caught.value)


KEYS = (
    "name version prompt template config tags labels role content botops data meta aliases model_config key value "
    "variables type"
).split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@given(data=JSON, form=st.sampled_from(FORMATS))
def test_whatever_json_is_taken_or_refused_with_a_place(data, form):
    try:
        found = taken(data, form, name="sales")
    except UserError as error:
        problems = error.problems
    else:
        problems = [*found.notes, *found.prompts]
    assert problems
    assert all(getattr(p, "file", "in.json") == "in.json" for p in problems)
