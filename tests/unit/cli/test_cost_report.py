"""`botops cost report`, as somebody at a terminal meets it."""

import json
from datetime import timedelta
from decimal import Decimal

import click
import pytest
from click.testing import CliRunner

from botops.app.clock import SystemClock
from botops.cli.main import main
from botops.domain.errors import StoreError, UserError
from botops.domain.findings import Verdict
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store

PROJECT = """\
company: {currency: KZT, timezone: Asia/Almaty}
costs: {rates: [{since: 2020-01-01, per_usd: 500}]}
"""


def _turn(n, version=1, pico=2 * 10**9, *, unknown=False, simulated=False):
    at = SystemClock().now() - timedelta(minutes=n)
    cost = Cost(pico, priced_as="small", simulated=simulated, unknown_model=unknown, saved_pico_usd=10**8)
    inbound = InboundMessage(f"d{n}", f"lead-{n}", "Сколько?", at, f"k{n}", "web", "ru")
    return TurnRecord(
        f"t{n}", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.OBSERVE, "450 ₸", Action.PASSED,
        Assignment(PromptRef("sales", version, "ab")), Verdict.of((), claims=1, book="b"),
        (Attempt(Purpose.REPLY, "small", "450 ₸", Usage(900, 300, 0, 40), cost, 100),), None, Timing(),
        "small", simulated,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "botops.yaml").write_text(PROJECT, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keep(project):
    (project / ".botops").mkdir()

    def keep(*turns, roll_up=True):
        with Store.open(f"sqlite:///{project}/.botops/botops.db", clock=SystemClock()) as store:
            store.write_many(turns, "live")
            while roll_up and store.roll_up():
                pass

    return keep


def ask(*arguments):
    result = CliRunner().invoke(main, ["cost", "report", *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def test_a_table_and_its_total(keep):
    keep(*[_turn(n, version=1 + n % 2) for n in range(40)])
    said = ask("--by", "version")
    assert "(28 days, Asia/Almaty): $0.0800 (40.00 KZT)" in said.stdout
    assert "40 dialogues, $0.0020 (1.0000 KZT) each" in said.stdout
    assert "saved by caching: $0.0040 (2.00 KZT)" in said.stdout
    lines = [line.split() for line in said.stdout.splitlines() if line.startswith("sales@")]
    assert [(line[0], line[1], line[2], line[3]) for line in lines] == [
        ("sales@1", "0.0400", "20.00", "50.0%"), ("sales@2", "0.0400", "20.00", "50.0%"),
    ]  # fmt: skip
    assert said.stderr == ""


def test_json_is_exact(keep):
    keep(_turn(1), _turn(2, pico=1))
    row = json.loads(ask("--by", "model,purpose", "--currency", "USD", "--json").stdout)
    assert row["by"] == ["model", "purpose"]
    assert row["total"]["cost"]["pico_usd"] == 2 * 10**9 + 1
    assert Decimal(row["total"]["cost"]["usd"]) == Decimal("0.002000000001")
    assert row["rows"][0]["key"] == {"model": "small", "purpose": "reply"}
    assert row["everything"] == row["total"]["cost"]


def test_what_is_not_known_is_not_nothing(keep):
    keep(_turn(1, version=1, pico=0, unknown=True), _turn(2, version=2))
    said = ask("--by", "version")
    assert "at least $0.0020" in said.stdout
    assert next(line for line in said.stdout.splitlines() if line.startswith("sales@1")).split()[1] == "unknown"
    assert "1 call without a known price" in said.stderr


def test_few_and_simulated_replies_are_said_so(keep):
    keep(_turn(1, simulated=True))
    said = ask()
    assert "1 dialogue only" in said.stderr
    assert "simulated: 1 of 1 reply" in said.stderr


def test_nothing_yet_and_not_counted_yet(keep):
    keep(_turn(1), roll_up=False)
    said = ask()
    assert said.stdout.strip().endswith(": nothing counted yet")
    assert "1 hour of this period waits" in said.stderr
    assert "no model was asked" not in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "chanel"), "did you mean `channel`"),
        (("--by", "day,week"), "one of day, week, month"),
        (("--currency", "EUR"), "no exchange rate for EUR"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "before it begins"),
        (("--since", "2999-01-01"), "still to come"),
        (("--since", "1900-01-01"), "at most 3660"),
        (("--since", "1969-12-30", "--until", "1970-01-02"), "from 1970-01-01 on"),
    ],
)
def test_bad_input_is_explained(keep, arguments, words):
    keep(_turn(1))
    with pytest.raises(UserError, match=words):
        ask(*arguments)


@pytest.mark.parametrize("arguments", [("--days", "7", "--since", "2026-01-01"), ("--until", "2026-01-01"),
                                       ("--days", "0"), ("--since", "yesterday")])  # fmt: skip
def test_options_that_do_not_fit_are_refused(keep, arguments):
    keep(_turn(1))
    with pytest.raises(click.UsageError):
        ask(*arguments)


def test_without_a_store_there_is_nothing_to_read(project):
    with pytest.raises(StoreError, match="no store yet"):
        ask()
