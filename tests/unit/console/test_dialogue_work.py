"""Working on dialogues in the console: the worst first, a word on a reply, the queues, taking along, ratings."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from botops.app.container import Container
from botops.app.dialogues.judging import review_reply
from botops.app.dialogues.queue import next_to_review, replies_to_review
from botops.app.dialogues.ratings import rated
from botops.app.dialogues.taking import Wording, csv_table, xlsx_table
from botops.app.evals.cases import make_case
from botops.app.evals.suite_files import listed_suites
from botops.config import Secrets, load_settings
from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import InboundMessage
from botops.domain.outcomes import Feedback, Voice
from botops.domain.reviews import ReplyVerdict
from botops.domain.turns import Action, GuardPolicy, TurnRecord, TurnState
from botops.store import DialogueFilter

RIGHT, WRONG = ReplyVerdict.RIGHT, ReplyVerdict.WRONG
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def press(test, key):
    return test.button(key=key).click().run()


def listed(run, folder, **parameters):
    """The list by its address, come to from a dialogue, as by a link: nothing is chosen on the page yet."""
    test = run(folder, "dialogues", dialogue="none")
    test.query_params = parameters
    return test.run()


@pytest.fixture
def online(served, monkeypatch):
    """The service's container; the console finds its address."""
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    return container


def test_a_reply_has_an_address_that_shows_a_colleague_the_same_one(online, project, run, words):
    first, *_rest, last = online.store.reply_reviews.waiting(DialogueFilter(limit=50))
    assert (first.turn_id, first.dialogue_id) != (last.turn_id, last.dialogue_id)
    test = run(project, "dialogues", queue="first")
    assert test.query_params["reply"] in (first.turn_id, [first.turn_id])
    test = run(project, "dialogues", queue="first", reply=last.turn_id)
    assert last.dialogue_id in words(test)
    test.text_input(key="by-words").set_value("Айгуль").run()
    press(test, f"wrong-{last.turn_id}")
    assert not test.exception
    assert test.button(key=f"later-{first.turn_id}")
    assert "Ответа из ссылки здесь нет" in words(run(project, "dialogues", queue="first", reply="gone"))


def test_a_link_to_a_reply_folds_the_rest_of_the_dialogue_away(seeded, run, words):
    with Container.open(load_settings(seeded / "botops.yaml"), Secrets(), role="reader") as container:
        longest = max(container.store.reads.dialogues(DialogueFilter()).items, key=lambda row: row.turns)
        records = container.store.reads.dialogue(longest.id)
    assert len(records) >= 2
    test = run(seeded, "dialogues", dialogue=longest.id, reply=records[1].id)
    assert not test.exception
    folded = [e.label for e in test.expander if "до этого" in e.label]
    assert folded == ["Ещё 1 сообщение до этого"]
    assert "до этого" not in words(run(seeded, "dialogues", dialogue=longest.id, reply="gone"))


def test_the_queue_goes_on_to_the_next_reply_by_itself(online, project, run, words):
    first = next_to_review(online)
    waiting = replies_to_review(online)
    test = run(project, "dialogues", queue="first")
    assert first.dialogue_id in words(test)
    test.text_input(key="by-words").set_value("Айгуль").run()
    press(test, f"wrong-{first.turn_id}")
    assert not test.exception
    assert replies_to_review(online) == waiting - 1
    second = next_to_review(online)
    said = words(test)
    assert "Сохранено: Бот ошибся" in said
    assert second.dialogue_id in said
    press(test, f"later-{second.turn_id}")
    assert replies_to_review(online) == waiting - 1
    third = next_to_review(online, aside={second.turn_id})
    press(test, f"right-{third.turn_id}")
    (word,) = online.store.reply_reviews.of_turns([third.turn_id])[third.turn_id]
    assert (word.by, word.verdict) == ("Айгуль", RIGHT)


def test_a_wrong_reply_becomes_a_test_in_one_step(online, project, run, words):
    first = next_to_review(online)
    test = run(project, "dialogues", dialogue=first.dialogue_id)
    test.text_input(key="by-words").set_value("Айгуль").run()
    press(test, f"wrong-test-{first.turn_id}")
    assert not test.exception
    assert "Ещё не прогоняли" in words(test)
    (case,) = [case for suite in listed_suites(online.settings) for case in suite.cases
               if case.origin and case.origin.dialogue_id == first.dialogue_id]  # fmt: skip
    assert case.origin.turn == first.number
    assert not any(b.key == f"wrong-test-{first.turn_id}" for b in test.button)


def test_without_a_name_nothing_is_kept_and_it_is_said(online, project, run, words):
    first = next_to_review(online)
    test = run(project, "dialogues", queue="first")
    press(test, f"wrong-{first.turn_id}")
    assert "Не сохранено" in words(test)
    assert online.store.reply_reviews.of_turns([first.turn_id]) == {}


def test_the_second_reviewer_does_not_see_the_word_of_the_first(online, project, run, words):
    first = next_to_review(online)
    review_reply(online, first.turn_id, WRONG, by="Айгуль", reason="обещал лишнее", ideal="Надо было уточнить.")
    test = run(project, "dialogues", queue="second")
    assert "Назовитесь" in words(test)
    test.text_input(key="by-words").set_value("Болат").run()
    said = words(test)
    assert first.dialogue_id in said
    assert "обещал лишнее" not in said
    assert "ответов с двумя мнениями — 0" in said
    one = run(project, "dialogues", dialogue=first.dialogue_id)
    one.text_input(key="by-words").set_value("Болат").run()
    assert "обещал лишнее" not in words(one)
    assert "Его мнение откроется" in words(one)
    press(test, f"right-{first.turn_id}")
    assert "Всё разобрано" in words(test)
    one.run()
    assert "обещал лишнее" in words(one)
    assert "Надо было уточнить." in words(one)
    disputed = listed(run, project, reviewed="disputed")
    assert first.dialogue_id in str([link.proto for link in disputed.get("page_link")])


def test_the_worst_come_first_and_the_address_says_so(seeded, run, words):
    test = listed(run, seeded, order="worst", last="28")
    said = words(test)
    assert not test.exception
    assert "Сначала ошибки, которые видели клиенты" in said
    assert test.query_params["order"] == "worst"
    with Container.open(load_settings(seeded / "botops.yaml"), Secrets(), role="reader") as container:
        worst = container.store.reads.worst_dialogues(DialogueFilter())[0]
    first = next(link.proto.label for link in test.get("page_link") if link.proto.label.startswith("demo"))
    assert first.replace("\\", "") == worst.id


@pytest.mark.parametrize(
    "parameters",
    [{"last": "yesterday", "order": "worst"}, {"variant": "none:9", "stage": "won"}, {"last": "soon", "reviewed": "x"},
     {"prompt": "sales@²", "severity": "worst", "kind": "none"}, {"queue": "first", "kind": "price", "text": "%_\\"}],
)  # fmt: skip
def test_any_address_is_answered(seeded, run, parameters):
    assert not listed(run, seeded, **parameters).exception


WORDING = Wording(
    tuple(f"h{n}" for n in range(16)), {k: k.value for k in FindingKind}, {s: s.label for s in Severity},
    {a: a.value for a in Action}, {RIGHT: "right", WRONG: "wrong"},
)  # fmt: skip
FORMULA = '=HYPERLINK("http://evil.example")'


def test_no_cell_that_is_taken_along_runs(project):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        evil = InboundMessage("+evil", "@lead", f"  {FORMULA}\x07", AT, "evil-1", "=channel")
        record = TurnRecord("evil-1", evil, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "-1+1|cmd", Action.PASSED)
        container.store.write_many([record, replace(record, id="evil-2", number=2, reply="\t=1\nстрока",
                                   inbound=replace(evil, idempotency_key="evil-2"))], origin="log")  # fmt: skip
        review_reply(container, "evil-1", WRONG, by="=Айгуль", ideal="@SUM(1)")
        wanted = DialogueFilter(lead_id="@lead")
        table = csv_table(container, wanted, WORDING).decode("utf-8-sig")
        book = load_workbook(io.BytesIO(xlsx_table(container, wanted, WORDING)))
        everything = csv_table(container, DialogueFilter(), WORDING, worst_first=True).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 3
    assert rows[1][7].lstrip("' ").startswith("=HYPERLINK")
    for cell in (cell for row in rows[1:] for cell in row if cell):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "＝"))
    cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert any(cell.value.startswith("+evil") for cell in cells if cell.data_type == "s")
    assert len(list(csv.reader(io.StringIO(everything)))) > 10


def test_a_bad_mark_is_followed_to_the_test(online, project, run, words):
    first = next_to_review(online)
    marks = [("a", first.dialogue_id, 2), ("b", first.dialogue_id, 5), ("c", "gone", 1)]
    said = (AT, "робот <b>", Voice.MANAGER, "Дина")
    online.store.feedback.add_many([Feedback(name, dialogue, stars, *said) for name, dialogue, stars in marks])

    def fates():
        found = rated(online, listed_suites(online.settings), voice=Voice.MANAGER)
        return {one.feedback.id: one.fate for one in found}

    assert fates() == {"a": "open", "b": "fine", "c": "away"}
    review_reply(online, first.turn_id, WRONG, by="Айгуль")
    assert fates()["a"] == "reviewed"
    make_case(online, first.dialogue_id, first.number, by="Айгуль", reason="робот")
    assert fates()["a"] == "test"
    test = run(project, "feedback", voice="manager", state="test")
    said = words(test)
    assert not test.exception
    assert "стало тестом" in said
    assert "робот &lt;b&gt;" in said
    assert "Ещё не прогоняли" in said
    assert "диалога здесь нет" in said
    assert "gone" not in str([link.proto for link in test.get("page_link")])


def test_a_manager_rates_on_the_page_of_the_dialogue(online, project, run, words):
    dialogue = online.store.reads.dialogues(DialogueFilter(limit=1)).items[0].id
    test = run(project, "dialogues", dialogue=dialogue)
    test.text_input(key="by-words").set_value("Дина").run()
    press(test, "rate-now")
    assert "Поставьте от одной до пяти звёзд" in words(test)
    test.feedback(key="rate-stars").set_value(1)
    test.text_input(key="rate-why").set_value("не дослушал")
    press(test, "rate-now")
    assert not test.exception
    (kept,) = [one for one in online.store.feedback.of_dialogue(dialogue) if one.voice is Voice.MANAGER]
    assert (kept.rating, kept.by, kept.reason) == (2, "Дина", "не дослушал")
    assert "★★☆☆☆" in words(test)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_feedback_in_every_language_and_with_nothing(seeded, bare, run, words, language):
    assert not run(seeded, "feedback", lang=language).exception
    with Container.open(load_settings(bare / "botops.yaml"), Secrets()):
        pass
    test = run(bare, "feedback", lang=language)
    assert not test.exception
    if language == "ru":
        assert "Оценок пока нет" in words(test)
