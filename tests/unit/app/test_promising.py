"""Promises of the store and of files, and their export."""

import asyncio
import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.app import services
from botops.app.checks.checking import BookChoice
from botops.app.checks.promising import COLUMNS, _found, as_csv, promise_row, promises_in_files, stored_promises
from botops.app.checks.stored import judged_turns, supported_by_turn
from botops.app.container import Container
from botops.app.delimited import plain
from botops.claims import compile_book
from botops.claims.check import MAX_CHARACTERS
from botops.config import Secrets, load_settings
from botops.domain.errors import NotFoundError
from botops.domain.findings import Judgement
from botops.domain.problems import Problem
from botops.domain.promises import Promise, PromiseKind
from botops.domain.turns import Action
from botops.pricebook import load

AT = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
DIALOGUE = {
    "id": "p-1",
    "lang": "ru",
    "started_at": "2026-11-10T10:00:00+05:00",
    "messages": [
        {"role": "user", "content": "Сколько стоит тариф «Магазин» в месяц?"},
        {"role": "assistant", "content": "Тариф «Магазин» — 13 900 ₸ в месяц."},
        {"role": "user", "content": "А «Старт»?", "at": "2026-11-12T10:00:00+05:00"},
        {"role": "assistant", "content": "Тариф «Старт» — 1 ₸ в месяц.", "at": "2026-11-12T10:01:00+05:00"},
    ],
}


@pytest.fixture
def project(repository, tmp_path):
    for name in ("botops.yaml", "team.yaml", "prompts", "pricebook"):
        source = repository / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def write(path, *rows):
    path.write_text(
        "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows) + "\n", "utf-8"
    )
    return path


def listed(found):
    return [(p.dialogue_id, p.turn, p.value, p.status) for p in found]


def test_files_are_read_and_broken_lines_told(project):
    file = write(project / "log.jsonl", "{broken", {**DIALOGUE, "id": "no-book"}, DIALOGUE)
    choice = BookChoice(default=project / "pricebook" / "demo.yaml")
    found = list(promises_in_files([file], choice))
    assert [type(f) for f in found] == [Problem, Promise, Promise, Promise, Promise]
    assert found[0].line == 1
    assert listed(found[3:]) == [
        ("p-1", 1, "13\u00a0900\u00a0₸", Judgement.SUPPORTED),
        ("p-1", 3, "1\u00a0₸", Judgement.CONTRADICTED),
    ]
    only = list(promises_in_files([file], choice, dialogue="p-1", since=datetime(2026, 11, 11, tzinfo=UTC)))
    assert listed(f for f in only if isinstance(f, Promise)) == [("p-1", 3, "1\u00a0₸", Judgement.CONTRADICTED)]
    without = [f for f in promises_in_files([file], BookChoice()) if isinstance(f, Problem)]
    assert [(p.line, p.rule) for p in without] == [(1, "bad-json"), (2, "price-book"), (3, "price-book")]


def open_store(folder):
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="writer")


def stored(container, **asked):
    current = container.books.current()
    asked = {"version": current.book.version, **asked}
    return list(stored_promises(container.store.reads, current.compiled, **asked))


def test_the_store_gives_what_its_dialogues_promise(project):
    with open_store(project) as container:
        lines = [json.dumps(DIALOGUE, ensure_ascii=False).encode()]
        asyncio.run(services.ingest(container, lines, origin="log", file="log.jsonl"))
        assert listed(stored(container)) == [
            ("p-1", 1, "13\u00a0900\u00a0₸", Judgement.SUPPORTED),
            ("p-1", 2, "1\u00a0₸", Judgement.CONTRADICTED),
        ]
        assert len(stored(container, since=AT + timedelta(days=1))) == 1
        assert len(stored(container, dialogue="p-1")) == 2
        with pytest.raises(NotFoundError):
            stored(container, dialogue="nobody")
        # judged by an older book: what was right then was rightly promised, what was wrong stays wrong
        assert [s for *_, s in listed(stored(container, version="newer"))] == [
            Judgement.SUPPORTED, Judgement.CONTRADICTED,
        ]  # fmt: skip
        dearer = (project / "pricebook" / "demo.yaml").read_text("utf-8").replace("amount: 13900", "amount: 14900")
        (project / "dearer.yaml").write_text(dearer, "utf-8")
        book = load(project / "dearer.yaml")
        first = next(iter(stored_promises(container.store.reads, compile_book(book), version="dearer")))
        assert first.status is Judgement.SUPPORTED
        assert "В тот день" in first.explanation()


def promise(**more):
    values = {
        "dialogue_id": "=d", "turn": 1, "at": AT, "kind": PromiseKind.PRICE, "subject": "price",
        "quote": "=HYPERLINK(1)", "start": 0, "end": 13, "value": "-5 ₸", "status": Judgement.UNSUPPORTED,
        "percent": Decimal(5), "sources": ("sku:a", "offer:b"),
    }  # fmt: skip
    return Promise(**{**values, **more})


def test_csv_has_every_column_and_no_formula():
    row = promise_row(promise(), "ru")
    assert tuple(row) == COLUMNS
    head, cells = csv.reader(io.StringIO("".join(as_csv([row]))))
    assert tuple(head) == COLUMNS
    told = dict(zip(head, cells, strict=True))
    assert told["quote"] == "'=HYPERLINK(1)"
    assert told["dialogue_id"] == "'=d"
    assert told["value"] == "'-5 ₸"
    assert (told["turn"], told["sku"], told["sources"]) == ("1", "", "sku:a; offer:b")
    assert "".join(as_csv([promise_row(promise(quote="\ud800"), "en")], head=False)).encode("utf-8")


@pytest.mark.parametrize("cell", ["=1+1", "+7", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1", "\n=1"])
def test_what_begins_a_formula_is_made_plain(cell):
    assert plain(cell) == "'" + cell


@given(st.text(max_size=30))
def test_no_cell_begins_a_formula(cell):
    assert not plain(cell).lstrip(" \u00a0").startswith(("=", "+", "-", "@"))
    assert plain(cell).removeprefix("'") == cell.removeprefix("'") or plain(cell) == "'" + cell


def test_ordinary_text_stays_as_it_is():
    assert plain("14 900 ₸ в месяц") == "14 900 ₸ в месяц"
    assert plain("") == ""


def test_a_text_that_never_left_says_nothing_of_the_one_that_did(project):
    """A blocked draft's findings are not the safe answer's; a region given with the dialogue chooses prices."""
    with open_store(project) as container:
        lines = [json.dumps(DIALOGUE, ensure_ascii=False).encode()]
        asyncio.run(services.ingest(container, lines, origin="log", file="log.jsonl"))
        records = container.store.reads.dialogue("p-1")
        assert records[1].verdict.findings
        blocked = replace(records[1], action=Action.BLOCKED, reply="Сейчас уточню у коллеги.")
        book = container.books.current().compiled
        pairs = list(judged_turns((records[0], blocked), book))
        assert _found(blocked, pairs[1][1], "another") == ()
        silent = replace(records[1], reply=None)
        large = replace(records[1], reply="х" * (MAX_CHARACTERS + 1))
        assert [result is None for _, result in judged_turns((records[0], silent, large), book)] == [False, True, True]
        told = supported_by_turn(records, book)
        assert set(told) == {records[0].id}
        (claim,) = told[records[0].id]
        wrong = replace(records[1].verdict.findings[0], start=claim.start, end=claim.end)
        disputed = replace(records[0], verdict=replace(records[0].verdict, findings=(wrong,)))
        assert supported_by_turn((disputed,), book) == {}
