"""`botops chat` when the model cannot be reached, or its address is none."""

import subprocess
import sys

import pytest

from botops.testing.fake_provider import FakeProvider

KEY = "sk-canary-4d1f"


@pytest.fixture
def chat(project, monkeypatch):
    def run(base_url):
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        command = [sys.executable, "-m", "botops.cli", "chat", "Сколько стоит тариф «Магазин»?"]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_an_address_that_is_none_is_bad_input(chat):
    done = chat("localhost:8080")
    assert done.returncode == 2
    assert "base_url" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mode", ["401", "500", "cut_stream"])
def test_a_provider_that_fails_is_told_with_exit_code_3_and_without_the_key(chat, project, mode):
    with FakeProvider([mode]) as fake:
        done = chat(fake.base_url)
    assert done.returncode == 3
    assert "45 00" not in done.stdout
    assert done.stderr.strip()
    kept = b"".join(f.read_bytes() for f in (project / ".botops").rglob("*") if f.is_file())
    for text in (done.stdout.encode(), done.stderr.encode(), kept):
        assert KEY.encode() not in text


def test_a_provider_that_answers_is_fine(chat):
    with FakeProvider(["ok"]) as fake:
        assert chat(fake.base_url).returncode == 0
