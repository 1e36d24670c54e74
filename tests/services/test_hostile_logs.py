"""Logs as they come: broken rows are told with their lines, the good ones are judged and kept."""

import json
import os
from pathlib import Path

import pytest

GOOD = {
    "id": "good",
    "started_at": "2026-11-10T10:00:00",
    "messages": [
        {"role": "user", "content": "Сколько стоит тариф «Магазин»?", "at": "2026-11-10T10:00:05"},
        {"role": "assistant", "content": "Тариф «Магазин» — 1 000 ₸ в месяц."},
    ],
}


def _row(**changes) -> bytes:
    return json.dumps(GOOD | changes).encode()


BAD = {
    "nul": b"\x00\x00",
    "cut": b'{"id": "cut", "mess',
    "deep": b"[" * 100_000,
    "utf-16": b"\xff\xfe\x00",
    "digits": b'{"id":' + b"9" * 10_000 + b"}",
    "no object": b"[]",
    "role": _row(messages=[{"role": ["user"], "content": "a"}]),
    "time": _row(started_at="yesterday"),
}


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "log.jsonl"
    lines = [b"\xef\xbb\xbf" + _row(id="bom"), *BAD.values(), _row(id="crlf") + b"\r", b"", _row(id="lone \ud800")]
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


@pytest.fixture
def botops(project, process):
    def run(*arguments):
        with process(project, *(str(a) for a in arguments)) as child:
            code = child.wait(60)
            return code, child.stdout.read().decode()

    return run


def test_check_tells_bad_lines_and_judges_the_rest(project, botops, log, tmp_path):
    out = tmp_path / "rows.jsonl"
    code, said = botops("check", "--dialogues", log, "--out", out, "--html", tmp_path / "report.html")
    assert code == 2, said
    assert "Traceback" not in said
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [r["dialogue_id"] for r in rows] == ["bom", "crlf", "lone \ud800"]
    for number in range(2, 2 + len(BAD)):
        assert f"{log}:{number}:" in said
    assert "1 000" in (tmp_path / "report.html").read_text("utf-8")


def test_ingest_keeps_the_good_rows(project, botops, log):
    with log.open("ab") as stream:
        stream.write(_row(id="year-1", started_at="0001-01-01T00:00:00+05:00") + b"\n")
        stream.write(_row(id="year-9999", started_at="9999-12-31T23:59:59-12:00") + b"\n")
    code, said = botops("ingest", log)
    assert code == 2, said
    assert "Traceback" not in said
    assert "3 dialogues, 3 new replies" in said
    assert f"{log}:13:1: 0001-01-01" in said
    assert f"{log}:14:1: 9999-12-31" in said


def test_over_http_too(project, running, log):
    with running(project) as server:
        answer = server.http.post("/v1/dialogues", content=log.read_bytes())
    assert answer.status_code == 200
    body = answer.json()
    assert (body["dialogues"], body["turns"]) == (3, 3)
    assert [r["line"] for r in body["rejected"]] == list(range(2, 2 + len(BAD)))


def test_a_dialogue_that_belongs_to_a_lead_of_ours_does_not_stop_the_others(project, running):
    with running(project) as server:
        server.chat("Привет", dialogue_id="taken", lead_id="somebody")
        lines = b"\n".join([_row(id="before"), _row(id="taken"), _row(id="after")])
        body = server.http.post("/v1/dialogues", content=lines).json()
    assert (body["turns"], body["findings"]) == (2, 2)
    assert [(r["line"], "another lead" in r["message"]) for r in body["rejected"]] == [(2, True)]


def test_a_time_without_an_offset_is_the_books(project, running):
    with running(project) as server:
        server.http.post("/v1/dialogues", content=_row())
        turns = server.container.store.reads.dialogue("good")
        assert turns[0].inbound.at.isoformat() == "2026-11-10T05:00:05+00:00"


def test_claims_tells_bad_rows(botops, tmp_path):
    file = tmp_path / "texts.jsonl"
    lone = json.dumps({"id": "s", "text": "\ud800 5 000 ₸"}).encode()
    rows = [
        b'{"id":"1","text":"5 000 \xe2\x82\xb8"}',
        b"[1]",
        b'{"id":"2","text":5}',
        b'{"text":"a"}',
        b"[" * 100_000,
        lone,
    ]
    file.write_bytes(b"\n".join(rows))
    code, said = botops("claims", file)
    assert code == 2
    assert "Traceback" not in said
    for number in (2, 3, 4, 5):
        assert f"{file}:{number}:1: not a" in said
    assert '"id": "s"' in said


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--out", "/proc/nowhere/x"), 2), (("--out", os.devnull, "--html", "/nowhere/x.html"), 2)]
)
def test_a_place_that_cannot_be_written_is_an_error_of_one_line(botops, tmp_path, arguments, code):
    file = tmp_path / "good.jsonl"
    file.write_bytes(_row())
    ended, said = botops("check", "--dialogues", file, *arguments)
    assert ended == code
    assert "Traceback" not in said
    assert "check the path" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_the_machines_fault(botops, tmp_path):
    file = tmp_path / "good.jsonl"
    file.write_bytes(_row())
    code, said = botops("check", "--dialogues", file, "--out", "/dev/full")
    assert code == 3
    assert "No space left on device" in said
