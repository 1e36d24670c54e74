"""Outcomes and ratings, over HTTP and from tables: kept once, refused with what is wrong and where."""

import json
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WON = {"lead": "lead-1", "stage": "won", "at": "2026-11-20T14:30:00+05:00", "amount": "13900.50", "id": "deal-1"}


@pytest.fixture
def server(project, running):
    with running(project, "simulator.errors={}") as started:
        yield started


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project."""
    return partial(botops, project)


@pytest.fixture
def imported(botops, project):
    def call(text, *options, what="outcomes", name="deals.csv"):
        (project / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return botops(what, "import", name, *options)

    return call


@pytest.fixture
def kept(botops):
    return lambda: json.loads(botops("outcomes", "list")[1])


# --- HTTP -------------------------------------------------------------------------------------------------------------


def test_an_outcome_is_new_once_and_known_after(server):
    first = server.http.post("/v1/outcomes", json=WON)
    assert (first.status_code, first.json()["new"]) == (200, 1)
    assert first.json()["items"] == [{"index": 0, "status": "new", "id": "deal-1", "known": False, "detail": None}]
    again = server.http.post("/v1/outcomes", json=WON).json()
    assert (again["new"], again["items"][0]["status"], again["unknown"]) == (0, "known", 1)
    (outcome,) = server.container.store.outcomes.of_lead("lead-1")
    assert (str(outcome.amount.amount), outcome.amount.currency) == ("13900.50", "KZT")


def test_without_an_id_lead_stage_and_time_tell_events(server):
    event = {key: value for key, value in WON.items() if key != "id"}
    utc = event | {"at": "2026-11-20T09:30:00Z"}
    naive = event | {"at": "2026-11-20 14:30"}  # the company's time
    found = server.http.post("/v1/outcomes", json=[event, utc, naive, event | {"stage": "qualified"}]).json()
    assert [item["status"] for item in found["items"]] == ["new", "known", "known", "new"]


def test_another_content_under_the_same_id_is_a_conflict(server):
    server.http.post("/v1/outcomes", json=WON)
    answer = server.http.post("/v1/outcomes", json=WON | {"amount": 1})
    assert answer.status_code == 409
    assert "deal-1" in answer.json()["detail"]


def test_a_bad_event_does_not_lose_the_others(server):
    chat = server.chat("Здравствуйте!", lead_id="lead-2")
    batch = [WON, {"lead": "x"}, 7, WON | {"id": "deal-2", "lead": "lead-2"}, WON | {"amount": 5}]
    found = server.http.post("/v1/outcomes", json=batch).json()
    assert [item["status"] for item in found["items"]] == ["new", "refused", "refused", "new", "conflict"]
    assert [item["index"] for item in found["items"]] == [0, 1, 2, 3, 4]
    assert (found["new"], found["rejected"], found["unknown"]) == (2, 2 + 1, 1)
    assert "stage" in found["items"][1]["detail"]
    assert server.container.store.reads.lead_of(chat["dialogue_id"]) == "lead-2"
    assert found["items"][3]["known"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stage": "wn"}, "did you mean `won`"),
        ({"stage": None}, "stage"),
        ({"at": "вчера"}, "is not a time"),
        ({"at": 1_700_000_000}, "is not a time"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "2199-01-01T00:00:00Z"}, "check the date"),
        ({"amount": -1}, "at least 0"),
        ({"amount": 1e300}, "at most"),
        ({"amount": "1E+999999"}, "at most"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": True}, "true or false"),
        ({"currency": "tenge"}, "is no currency"),
        ({"lead": ""}, "lead"),
        ({"lead": "a\x00b"}, "lead"),
        ({"lead": "x" * 201}, "at most 200"),
        ({"lead": {"a": 1}}, "lead"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_and_named(server, change, said):
    answer = server.http.post("/v1/outcomes", json=WON | change)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert server.container.store.outcomes.latest() == ()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"lead": "\\ud800"}', b'{"\\ud800": 1}', b"null", b'"x"', b"\xff"]
)
def test_bodies_that_are_no_events(server, body):
    answer = server.http.post("/v1/outcomes", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500


def test_an_empty_list_is_nothing(server):
    assert server.http.post("/v1/outcomes", json=[]).json() == {"new": 0, "rejected": 0, "unknown": 0, "items": []}


def test_ratings_of_a_person_replace_one_another(server):
    chat = server.chat("Здравствуйте!")
    rating = {"dialogue_id": chat["dialogue_id"], "rating": 2, "reason": "не понял, звоните +7 701 234 56 78"}
    assert server.http.post("/v1/feedback", json=rating).json()["items"][0]["status"] == "new"
    assert server.http.post("/v1/feedback", json=rating).json()["items"][0]["status"] == "known"
    assert server.http.post("/v1/feedback", json=rating | {"rating": 5}).json()["items"][0]["status"] == "replaced"
    boss = rating | {"voice": "manager", "by": "Асель", "turn_id": chat["turn_id"]}
    assert server.http.post("/v1/feedback", json=boss).json()["items"][0]["status"] == "new"
    kept = server.container.store.feedback.of_dialogue(chat["dialogue_id"])
    assert sorted(f.rating for f in kept) == [2, 5]
    assert not any("701" in f.reason for f in kept)


def test_ratings_that_cannot_be(server):
    chat = server.chat("Здравствуйте!")
    good = {"dialogue_id": chat["dialogue_id"], "rating": 4}
    batch = [
        good | {"rating": 6}, good | {"rating": 4.5}, good | {"rating": True}, good | {"voice": "manager"},
        good | {"id": "mine"}, good | {"dialogue_id": "other", "turn_id": chat["turn_id"]}, good,
        good | {"dialogue_id": "unknown", "turn_id": "unknown"}, good | {"turn_id": chat["turn_id"]},
    ]  # fmt: skip
    found = server.http.post("/v1/feedback", json=batch).json()
    assert [item["status"] for item in found["items"]] == ["refused"] * 6 + ["new"] * 3
    assert "`by` or `id`" in found["items"][3]["detail"]
    assert "needs `at`" in found["items"][4]["detail"]
    assert "another dialogue" in found["items"][5]["detail"]
    assert found["unknown"] == 1


def test_the_api_page_describes_both(server):
    paths = server.http.get("/openapi.json").json()["paths"]
    for path in ("/v1/outcomes", "/v1/feedback"):
        one, many = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
        assert one == many["items"]
        assert one["properties"]


# --- tables -----------------------------------------------------------------------------------------------------------

TABLE = "Клиент;Статус;Дата;Сумма;Менеджер\n{}"
MAP = ("--column", "lead=Клиент", "--column", "stage=Статус", "--column", "at=Дата", "--column", "amount=Сумма")


def test_a_table_of_a_crm(imported, botops, kept):
    rows = ("л-1;Успешно;20.11.2026 14:30;13 900,50 тг;Асель", "л-2;Новая;21.11.2026;;", "л-3;lost;2026-11-19;;")
    text = TABLE.format("\n".join(rows))
    options = (*MAP, "--stage", "Успешно=won", "--stage", "новая=skip")
    code, out, err = imported("\ufeff" + text, *options)
    assert (code, out) == (0, "2 new, 0 known already, 1 skipped\n")
    assert "columns nothing was read from: Менеджер" in err
    assert "2 of leads not in the store" in err
    lost, won = sorted(kept(), key=lambda row: row["stage"])
    assert (won["lead"], won["amount"], won["at"]) == ("л-1", "13900.50", "2026-11-20T09:30:00+00:00")
    assert lost["at"] == "2026-11-19T18:59:59+00:00"  # the end of the company's day
    assert imported(text.encode("cp1251"), *options)[1] == "0 new, 2 known already, 1 skipped\n"
    assert json.loads(botops("outcomes", "list", "--lead", "л-1")[1]) == [won]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(imported, separator, encoding):
    rows = [["LEAD", "Stage", "at", "amount"], ["қ-1", "won", "2026-11-20", '"1 500,50"']]
    text = "\r\n".join(separator.join(row) for row in rows)
    assert imported(text.encode(encoding))[1] == "1 new, 0 known already\n"


def test_an_encoding_that_is_said(imported, kept):
    text = "lead,stage,at\nж,won,2026-11-20\n"
    assert imported(text.encode("koi8-r"), "--encoding", "koi8-r")[0] == 0
    assert kept()[0]["lead"] == "ж"
    code, _, err = imported(text.encode("cp1251"), "--encoding", "utf-8")
    assert (code, "deals.csv:2:1: not a text in utf-8" in err) == (2, True)
    assert "no encoding is called 'klingon'" in imported(text, "--encoding", "klingon")[2]


def test_from_stdin_and_with_the_hint_for_excel(botops):
    code, out, _ = botops(
        "outcomes", "import", "-", "--json", stdin=b"sep=,\nlead,stage,at\na,won,2026-11-20\n,won,x\n"
    )
    assert code == 2
    assert json.loads(out) == {"new": 1, "known": 0, "unknown": 1, "skipped": 0, "rejected": 1}


HOSTILE = [
    ("=HYPERLINK(\"http://x\"),won,2026-11-20,1", "2:1: lead: a formula"),
    ("l,won,2026-11-20,=1+1", "2:18: amount: a formula"),
    ("l,won,2026-11-20,-5", "2:18: amount: `-5` is below 0"),
    ("l,won,2026-11-20,(500)", "2:18: amount: `(500)` is below 0"),
    ("l,won,2026-11-20,1e999", "2:18: amount: `1e999` is no amount"),
    ("l,won,2026-11-20," + "9" * 400, "2:18: amount: `9999"),
    ("l,won,2026-11-20," + "9" * 25, "2:18: amount: "),
    ("l,wun,2026-11-20,1", "2:3: stage: `wun` is not one of qualified, won, lost: did you mean `won`?"),
    ("l,Успех,2026-11-20,1", "--stage THEIRS=won"),
    ("l,won,31.02.2026,1", "2:7: at: `31.02.2026` is not a time"),
    ("l,won,20.11.2206,1", "2:7: at: `20.11.2206` is not a time from 1970 until today"),
    ("l,won", "2:5: at: missing"),
    ("a\0b,won,2026-11-20,1", "2:1: lead: "),
    (f"{'x' * 1_000_000},won,2026-11-20,1", "2:1: not readable as a row (field larger than field limit"),
    ("l,won,2026-11-20,1,2,3", "2:20: 6 cells under 4 headers"),
    ('"l\nm",won,2026-11-20,1', "2:1: lead: "),
    ('"a, b",,2026-11-20,1', "2:8: stage: missing"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_bad_row_is_named_by_its_place_and_the_others_are_kept(imported, kept, row, said):
    code, out, err = imported(f"lead,stage,at,amount\n{row}\nright,won,2026-11-20,1\n")
    assert (code, out) == (2, "1 new, 0 known already, 1 not usable\n")
    assert said in err
    assert [outcome["lead"] for outcome in kept()] == ["right"]


def test_an_open_quote_over_many_lines_ends_the_reading(imported, kept):
    rows = "".join(f"l{n},won,2026-11-20\n" for n in range(20_000))
    code, _, err = imported(f'lead,stage,at\nfirst,won,2026-11-20\n"open,won,2026-11-20\n{rows}')
    assert code == 2
    assert "deals.csv:3:1: not readable as a row" in err
    assert "nothing after it was read" in err
    assert [outcome["lead"] for outcome in kept()] == ["first"]


def test_cells_kept_as_text_by_excel_and_ids_that_look_like_numbers(imported, kept):
    imported('lead,stage,at\n"=""00123""",won,2026-11-20\n+77012345678,lost,2026-11-20\n')
    assert {outcome["lead"] for outcome in kept()} == {"00123", "+77012345678"}


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", (), "empty: a header and rows are needed"),
        ("lead,at\na,2026-11-20\n", (), "no column `stage` among `lead`, `at`: say which it is"),
        ("lead,stage,at\n", ("--column", "leed=lead"), "did you mean `lead`?"),
        ("Клиент,stage,at\n", ("--column", "lead=Клиенты"), "did you mean `Клиент`?"),
        ("lead,stage,at\n", ("--column", "lead"), "--column 'lead' is not of the form"),
        ("lead,stage,at\n", ("--stage", "Новая=wn"), "`wn` is no stage: did you mean `won`?"),
        ("lead,stage,at\n", ("--currency", "тенге"), "is no currency"),
    ],
)
def test_tables_that_cannot_be_read(imported, text, options, said):
    code, _, err = imported(text, *options)
    assert code == 2
    assert said in err


def test_a_table_of_ratings(imported):
    text = "dialogue_id;rating;voice;by;reason\nd1;5;;;=) супер\nd2;0;;;\nd3;3;manager;;\nd4;4;manager;Асель;сухо\n"
    code, out, err = imported(text, what="feedback")
    assert (code, out) == (2, "2 new, 0 known already, 2 not usable\n")
    assert "deals.csv:3:4: rating: the number 0 is out of range" in err or "deals.csv:3:4: rating: `0`" in err
    assert "deals.csv:4:1: a manager's rating needs `by` or `id`" in err
    assert imported(text, what="feedback")[1] == "0 new, 2 known already, 2 not usable\n"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from('lead,stage;at\n\r"=won\t|2026-10 \0ж\x85'), max_size=80), head=st.booleans())
def test_no_table_breaks_the_reading(imported, text, head):
    code, _, err = imported(("lead,stage,at\n" if head else "") + text)
    assert code in {0, 2}
    assert "Traceback" not in err
