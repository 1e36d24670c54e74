"""A small company whose calls are priced by its own meter, and commands run in its folder."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from click.testing import CliRunner

from botops.app.container import Container
from botops.cli.main import main
from botops.config import Secrets, load_settings
from botops.domain.billing import billed
from botops.domain.errors import BotopsError
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Usage

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = """\
company: {name: Лавка, timezone: Asia/Almaty, currency: KZT}
paths: {pricebook: book.yaml}
simulator: {priced_as: mini}
costs:
  rates:
    - {since: 2026-10-01, per_usd: 520.40}
    - {since: 2026-11-01, per_usd: 518.90}
  prices:
    - {model: mini, input: 0.25, cached_input: 0.025, output: 2}
    - {model: mini, input: 0.50, cached_input: 0.05, output: 4, since: 2026-11-01}
    - {model: big, input: 2.5, output: 10}
"""


class FixedClock:
    """A clock that stands."""

    def __init__(self, at=NOW):
        self.at = at

    def now(self):
        return self.at

    def monotonic(self):
        return 0.0


class Company:
    """Its folder, its container, and calls to be kept."""

    def __init__(self, root):
        self.root = root
        (root / "prompts").mkdir()
        (root / "book.yaml").write_text("currency: KZT\nproducts: []\n", "utf-8")
        (root / "botops.yaml").write_text(SETTINGS, "utf-8")
        self._ids = count(1)

    def open(self, role="writer"):
        settings = load_settings(self.root / "botops.yaml")
        return Container.open(settings, Secrets(), role=role, clock=FixedClock())

    def keep(self, *attempts, at=NOON, dialogue=None, version=1, channel="web", simulated=False, turn=None):
        """Keeps one turn with the calls given as `call` makes them; its id."""
        n = next(self._ids)
        turn_id = turn or f"t{n:06}"
        with self.open() as container:
            container.store.write_many([self.record(container, turn_id, attempts, at, dialogue, version, channel,
                                                    simulated)], "live")  # fmt: skip
            while container.store.roll_up():
                pass
        return turn_id

    def record(self, container, turn_id, attempts, at=NOON, dialogue=None, version=1, channel="web", simulated=False):
        made = tuple(make(container.meter, at, simulated) for make in attempts)
        name = dialogue or f"d-{turn_id}"
        inbound = InboundMessage(name, f"lead-{name}", "Сколько стоит?", at, f"key-{turn_id}", channel, "ru")
        return TurnRecord(
            turn_id, inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "Ответ", Action.PASSED,
            Assignment(PromptRef("sales", version, "ab" * 32)), None, made, None, Timing(10, 10, 0),
            made[-1].model if made else "mini", simulated, None, at + timedelta(seconds=1),
        )  # fmt: skip


def _call(model="mini", tokens_in=1000, tokens_out=100, cached=0, *, purpose=Purpose.REPLY, fault=None, usage=None,
          tries=(), asked="", **usage_parts):  # fmt: skip
    def make(meter, at, simulated):
        used = usage if usage is not None else Usage(tokens_in, cached, output_tokens=tokens_out, **usage_parts)
        requests = tuple(tries) or (used,)
        cost = billed(meter, requests, model, at, asked=asked, simulated=simulated)
        whole = sum(requests, Usage())
        return Attempt(purpose, model, "Ответ", whole, cost, 10, fault=fault, tries=tuple(tries))

    return make


@pytest.fixture
def call():
    """Makes a call: `call("mini", 1000, 100)`."""
    return _call


@pytest.fixture
def noon():
    """Noon of 5 October 2026, UTC."""
    return NOON


@pytest.fixture
def make_company():
    """Founds another company in an empty folder."""
    return Company


@pytest.fixture
def company(tmp_path):
    root = tmp_path / "company"
    root.mkdir()
    return Company(root)


@pytest.fixture
def botops(company, monkeypatch):
    """Runs a command in the company's folder: (exit code, stdout, stderr)."""
    monkeypatch.setattr("botops.app.clock.SystemClock.now", lambda _: NOW)

    def run(*arguments, feed=None):
        monkeypatch.chdir(company.root)
        try:
            result = CliRunner().invoke(main, [str(a) for a in arguments], input=feed, standalone_mode=False)
        except BotopsError as error:  # pragma: no cover - click's runner keeps them
            return error.exit_code, "", str(error)
        if isinstance(result.exception, BotopsError):
            return result.exception.exit_code, result.stdout, str(result.exception)
        if result.exception is not None:
            if hasattr(result.exception, "format_message"):
                return 2, result.stdout, result.exception.format_message()
            raise result.exception
        return result.return_value or 0, result.stdout, result.stderr

    return run
