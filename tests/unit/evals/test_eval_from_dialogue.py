from dataclasses import replace

import pytest

from botops.domain.errors import NotFoundError, UserError
from botops.domain.messages import InboundMessage
from botops.evals.checks.base import Sample
from botops.evals.checks.samples import view_of
from botops.evals.from_dialogue import append_case, case_of, case_text

TALK = (
    ("Здравствуйте!", "Добрый день!"),
    ("Сколько стоит «Альфа»?", "«Альфа» — 4 000 ₸ в месяц."),
    ("Беру", "Отлично."),
)
SUITE = """\
# Наши жалобы
name: complaints
at: 2026-03-02T10:00:00+05:00
cases:
  - id: first   # с этого началось
    turns: [Привет]
    expect: [language]
"""


@pytest.fixture
def records(moment):
    turns = view_of(Sample(TALK, holds=False)).turns
    return [
        replace(t.record, inbound=InboundMessage("wa/17 а", "lead", t.client, moment, str(t.number), "whatsapp", "ru"))
        for t in turns
    ]


def test_the_turn_with_a_finding_is_said_again(records):
    case = case_of(records)
    assert case["id"] == "dialogue-wa-17-2"
    assert case["origin"] == "dialogue:wa%2F17%20%D0%B0#2"
    assert case["turns"] == ["Сколько стоит «Альфа»?"]
    assert [m["content"] for m in case["history"]] == ["Здравствуйте!", "Добрый день!"]
    assert (case["at"], case["channel"], case["language"]) == ("2026-03-02T10:00:00+05:00", "whatsapp", "ru")
    assert "region" not in case


def test_any_turn_may_be_chosen(records):
    assert "history" not in case_of(records, 1)
    assert case_of(records, 3)["turns"] == ["Беру"]
    assert case_of([records[0], records[2]])["turns"] == ["Беру"]
    with pytest.raises(NotFoundError, match="no turn 9: its turns are 1 to 3"):
        case_of(records, 9)
    with pytest.raises(NotFoundError, match="no turns"):
        case_of([])


def test_a_case_is_added_and_the_rest_of_the_file_stays(house, records):
    file = house.write(SUITE)
    append_case(file, case_of(records), house.reader)
    text = file.read_text("utf-8")
    assert text.startswith(SUITE)
    suite = house.reader.read(file)
    assert [case.id for case in suite.cases] == ["first", "dialogue-wa-17-2"]
    assert suite.cases[1].origin == "dialogue:wa%2F17%20%D0%B0#2"
    assert suite.cases[1].history[1].content == "Добрый день!"
    assert "Сколько стоит «Альфа»?" in text


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (SUITE.replace("id: first", "id: dialogue-wa-17-2"), "is there already"),
        (SUITE + "description: после\n", "suite.yaml"),
        (SUITE + "x-notes:\n  - раз\n", "`cases` must be the last key"),
    ],
)
def test_a_file_that_cannot_take_it_stays_as_it_is(house, records, before, said):
    file = house.write(before)
    with pytest.raises(UserError, match=said):
        append_case(file, case_of(records), house.reader)
    assert file.read_text("utf-8") == before
    assert [p.name for p in house.root.iterdir() if "suite" in p.name] == ["suite.yaml"]


def test_a_case_reads_as_an_item_of_a_list(records):
    text = case_text(case_of(records))
    assert text.startswith("  - id: dialogue-wa-17-2\n    at: '2026")
    assert "«Альфа»" in text
