"""Broken prompt and price files while the bot serves: the last good texts answer, and everybody is told."""

import time

import pytest

from botops.app.pricebooks.books import Books
from botops.app.watch import Watch, broken_files

QUESTION = "Сколько стоит тариф «Магазин»?"


def _until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def _metric(server, name):
    lines = server.http.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def _warnings(server):
    return server.http.get("/readyz").json()["warnings"]


def test_a_whole_installation_has_no_warnings(project, running):
    with running(project) as server:
        assert _warnings(server) == []
        assert _metric(server, "botops_price_book_problems") == 0


def test_a_broken_prompt_is_told_at_readyz_and_in_the_metrics(project, running):
    with running(project) as server:
        file = project / "prompts" / "sales" / "2.yaml"
        whole = file.read_text("utf-8")
        file.write_text(whole + "\n  : [", "utf-8")
        _until(lambda: _warnings(server))
        assert "prompts/sales/2.yaml" in _warnings(server)[0]
        assert server.http.get("/readyz").status_code == 200
        assert _metric(server, "botops_prompts_stale") == 1
        assert server.chat(QUESTION)["action"] == "passed"
        file.write_text(whole, "utf-8")
        _until(lambda: not _warnings(server))


@pytest.mark.parametrize("fault", ["deleted", "a folder", "its folder is a file", "not yaml"])
def test_a_price_book_that_cannot_be_read_any_more_stays_in_force(project, running, fault):
    book = next((project / "pricebook").glob("*.yaml"))
    with running(project) as server:
        assert server.chat(QUESTION)["action"] == "passed"
        whole = book.read_text("utf-8")
        if fault == "not yaml":
            book.write_text("currency: [", "utf-8")
        else:
            book.unlink()
        if fault == "a folder":
            book.mkdir()
        if fault == "its folder is a file":
            book.parent.rmdir()
            book.parent.write_text("", "utf-8")
        _until(lambda: _warnings(server))
        assert str(book) in _warnings(server)[0]
        assert _metric(server, "botops_price_book_problems") >= 1
        assert server.chat(QUESTION, lead_id="x")["action"] == "passed"
        if book.is_dir():
            book.rmdir()
        if book.parent.is_file():
            book.parent.unlink()
            book.parent.mkdir()
        book.write_text(whole, "utf-8")
        _until(lambda: not _warnings(server))


def test_a_price_book_that_never_was_is_no_problem_of_a_file_but_a_warning(project, running):
    for book in (project / "pricebook").iterdir():
        book.unlink()
    assert Books(project / "pricebook" / "book.yaml").problems == ()
    with running(project) as server:
        assert any("no price book" in line for line in _warnings(server))


def test_the_watch_loop_tells_each_fault_once_and_that_it_is_mended(project, running, caplog, monkeypatch):
    monkeypatch.setattr("botops.app.watch._EVERY_S", 0.1)
    file = project / "prompts" / "sales" / "2.yaml"
    whole = file.read_text("utf-8")
    with running(project) as server:
        watch = Watch(server.container)
        watch.start()
        try:
            broken = file.with_suffix(".new")  # put in place whole: a half-written file would be a fault of its own
            broken.write_text(whole + "\n  : [", "utf-8")
            broken.replace(file)
            _until(lambda: "prompts/sales/2.yaml" in caplog.text)
            time.sleep(0.5)
            assert len([r for r in caplog.records if "2.yaml" in r.getMessage()]) == len(broken_files(server.container))
            file.write_text(whole, "utf-8")
            _until(lambda: "whole again" in caplog.text)
        finally:
            watch.stop()
