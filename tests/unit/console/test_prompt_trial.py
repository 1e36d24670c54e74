"""Trying a draft out, and its variables: what the text answers, and that nothing of it is kept."""

import json
import urllib.request
from urllib.error import HTTPError

import pytest

from botops.registry.editing_variables import variables_of, with_variable


def named(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


def look(test, view="draft"):
    return test.segmented_control(key="prompt-view").set_value(view).run()


def ask(test, question):
    return test.chat_input(key="talk-sales-message").set_value(question).run()


@pytest.fixture
def try_out(served):
    """Posts to the service; the status and the answer."""

    def post(body, name="sales"):
        request = urllib.request.Request(
            f"{served[0]}/v1/prompts/{name}/try", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)

    return post


def counts(container):
    kept = container.store.reads.counts()
    return kept.dialogues, kept.turns


def test_a_text_answers_with_the_guard_and_nothing_is_kept(served, try_out, project):
    before, waiting = counts(served[1]), served[1].store.reads.hand_offs()
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")
    status, answer = try_out({"text": text, "message": "Сколько стоит тариф «Магазин»?", "language": "ru"})
    assert status == 200
    assert answer["simulated"]
    assert "13 900" in answer["reply"].replace("\u00a0", " ")
    assert answer["turn"]["assignment"]["ref"]["version"] == 0
    assert answer["turn"]["verdict"]["claims"] > 0
    assert try_out({"text": text, "message": "Позовите человека"})[1]["action"] == "handed_over"
    assert counts(served[1]) == before
    assert served[1].store.reads.hand_offs() == waiting


def test_a_text_that_cannot_be_read_is_refused_with_its_place(try_out, project):
    status, answer = try_out({"text": "messages: [\n", "message": "Здравствуйте"})
    assert status == 400
    assert "prompts/sales/draft.yaml:2:1" in answer["detail"]
    assert try_out({"text": "", "message": ""})[0] == 422
    assert try_out({"text": "messages: []", "message": "?"}, name="..%2fetc")[0] in {400, 404}


def test_values_of_variables_stand_in_the_text(try_out):
    text = (
        "messages:\n- role: system\n  content: 'Мы в городе {{ city }}. {{ price_table }}'\n"
        "variables:\n  city: {type: choice, choices: [Алматы, Астана]}\n"
    )
    status, answer = try_out({"text": text, "message": "Здравствуйте", "values": {"city": "Астана"}})
    assert (status, answer["turn"]["error"]) == (200, None)
    status, answer = try_out({"text": text, "message": "Здравствуйте", "values": {"city": "Париж"}})
    assert status == 200
    assert "Алматы" in answer["turn"]["error"]


def test_talking_with_what_stands_in_the_fields(acting, project, run, words):
    test = ask(look(run(project, "prompts")), "Сколько стоит тариф «Магазин»?")
    assert not test.exception
    said = words(test)
    assert "Сколько стоит тариф «Магазин»?" in said
    assert "sales · черновик" in said
    assert "Текст с тех пор изменился" not in said
    field = named(test.text_area, "draft-sales")
    field.set_value(field.value + "\nПиши короче.").run()
    assert "Текст с тех пор изменился" in words(test)
    named(test.button, "talk-again-sales").click().run()
    assert not test.exception
    assert "Текст с тех пор изменился" not in words(test)
    named(test.button, "talk-new-sales").click().run()
    assert "Сколько стоит тариф «Магазин»?" not in words(test)
    assert acting.registry.draft_text("sales") is None


def test_a_real_dialogue_is_answered_again(acting, project, run, words):
    from botops.store import DialogueFilter

    row = acting.store.reads.dialogues(DialogueFilter(prompt="sales", has_findings=True, limit=1)).items[0]
    test = look(run(project, "prompts", dialogue=row.id))
    assert not test.exception
    assert "Ещё не спрашивали." in words(test)
    named(test.button, "real-ask-sales").click().run()
    assert not test.exception
    assert "Ещё не спрашивали." not in words(test)
    assert row.id in test.query_params["dialogue"]


def test_a_link_to_a_dialogue_that_is_gone_says_so(acting, project, run, words):
    test = look(run(project, "prompts", dialogue="нет-такого"))
    assert not test.exception
    assert "Такого диалога нет" in words(test)


def test_without_an_api_it_is_said(project, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    test = ask(look(run(project, "prompts")), "Здравствуйте")
    assert not test.exception
    assert "Бот не ответил" in words(test)


def test_a_variable_is_declared_changed_and_taken_out_in_a_form(acting, project, run, words):
    test = look(run(project, "prompts"))
    field = named(test.text_area, "draft-sales")
    field.set_value(field.value + "\nМы в городе {{ city }}.").run()
    assert "В тексте есть то, что не описано: city" in words(test)
    named(test.text_input, "variable-default-sales-new").set_value("Алматы")
    named(test.button, "variable-keep-sales-new").click().run()
    assert not test.exception
    assert "не описано" not in words(test)
    assert "{{ city }}" in named(test.text_area, "draft-sales").value
    assert variables_of(test.session_state["typed:sales"].text, "f")["city"] == {"type": "text", "default": "Алматы"}
    named(test.button, "variable-out-sales-city").click().run()
    assert "В тексте есть то, что не описано: city" in words(test)


FILE = """\
description: x
variables:
  # the hours
  hours: {type: text, default: 9}  # a remark
  # the town
  city:
    type: text

# the words
messages:
- role: system
  content: "{{ hours }} {{ city }}"
"""


def test_other_lines_of_a_file_stay_as_they_are():
    changed = with_variable(FILE, "f", "hours", {"type": "text", "default": "с 9"})
    assert changed == FILE.replace(
        "  hours: {type: text, default: 9}  # a remark\n", "  hours:\n    type: text\n    default: с 9\n"
    )
    assert with_variable(FILE, "f", "city", None) == FILE.replace(
        "  # the town\n  city:\n    type: text\n", "  # the town\n"
    )
    added = with_variable(FILE, "f", "day", {"type": "date"})
    assert added == FILE.replace("    type: text\n\n", "    type: text\n  day:\n    type: date\n\n")
    emptied = with_variable(with_variable(FILE, "f", "city", None), "f", "hours", None)
    assert variables_of(emptied, "f") == {}
    assert "# the words\nmessages:" in emptied
    assert variables_of(with_variable(emptied, "f", "a", {"example": 'null: "x" #\n'}), "f") == {
        "a": {"example": 'null: "x" #\n'}
    }


@pytest.mark.parametrize("source", ["variables: {a: {}, b: {}}\nmessages: []\n", "variables: []\n", "[]", "a: [\n"])
def test_what_cannot_be_changed_in_its_place_is_refused(source):
    from botops.domain.errors import UserError

    with pytest.raises(UserError, match="f"):
        with_variable(source, "f", "a", {"type": "text"})
