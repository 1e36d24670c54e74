"""The digest of a day, from `botops serve` to a mail box and a chat."""

import importlib.util
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from botops.app.doctor import examine

pytestmark = pytest.mark.slow

_FILE = Path(__file__).parents[1] / "examples/receivers.py"
_SPEC = importlib.util.spec_from_file_location("receivers_for_digests", _FILE)
fakes = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fakes)

ALERTS = """
alerts:
  console_url: https://bot.shop.example
  digest_at: "00:00"
  channels:
    telegram: {env: ALERTS_TELEGRAM}
    mail: {env: ALERTS_MAIL, language: en}
digest: {daily: [ai_ops]}
"""


def in_the_morning():
    """A time zone in which it is about six in the morning: the digest of midnight is due, and tomorrow's is not."""
    ahead = (6 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # the signs of these names are the other way round


@pytest.fixture
def shop(project):
    settings = project / "botops.yaml"
    text = re.sub(r"timezone: \S+", f"timezone: {in_the_morning()}", settings.read_text("utf-8"), count=1)
    settings.write_text(text + ALERTS, "utf-8")
    return project


def test_the_digest_of_the_day_before_arrives_as_a_page_by_mail_and_as_text_in_a_chat(
    shop, require_program, tmp_path, monkeypatch, process, wait_for, port
):
    require_program("openssl", "openssl")
    with fakes.receivers(tmp_path) as people:
        for name, value in people.environ.items():
            monkeypatch.setenv(name, value)
        with process(shop, "serve", "--port", str(port)) as child:
            wait_for(f"http://127.0.0.1:{port}/healthz", 90, child)
            mail = people.wait("mail", "The bot's day: ")
            chat = people.wait("telegram", "Бот за день: ")
    assert "<h1" in mail.text
    assert "No client wrote." in mail.text
    assert "<div" not in chat.text
    assert "Клиенты не писали." in chat.text


def test_the_doctor_names_a_reader_the_team_has_not(shop):
    file = shop / "botops.yaml"
    file.write_text(file.read_text("utf-8").replace("daily: [ai_ops]", "daily: [ai_opps], weekly: [boss]"), "utf-8")
    faults = [c.detail for c in examine(shop) if c.name == "alert routes"]
    assert any(fault.startswith("digest.daily: ") and "'ai_opps'" in fault for fault in faults)
    assert any(fault.startswith("digest.weekly: ") and "'boss'" in fault for fault in faults)
