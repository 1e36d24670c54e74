"""`botops doctor` on a store that cannot be written."""

import os

import pytest

from botops.app.doctor import examine


def _store_check(folder):
    return next(c for c in examine(folder) if c.name == "store")


def test_a_store_that_cannot_be_written_is_told(project, running, monkeypatch):
    with running(project):
        pass
    assert _store_check(project).state == "ok"
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and allowed(path, mode))
    check = _store_check(project)
    assert check.state == "error"
    assert "cannot be written" in check.detail
    assert "rights" in check.remedy


@pytest.mark.parametrize("port", ["API port", "console port"])
def test_ports_are_looked_at(project, port):
    assert any(c.name == port for c in examine(project))
