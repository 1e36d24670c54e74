"""Budgets of an installation: who is asked, what is told once, what the command line and the doctor say."""

import asyncio
import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from botops.app.clock import SetClock
from botops.app.container import Container, build_meter
from botops.app.costs.budget_keeper import OUTPUT_TOKENS
from botops.app.costs.budgets import announcing, configured_budgets, look, period_standings, standings, unkept
from botops.app.doctor import examine
from botops.app.gauges import refresh_gauges
from botops.app.models import simulated_model
from botops.app.prompts.trying import Trial, try_out
from botops.app.scaffold import write_scaffold
from botops.app.services import inbound
from botops.cli.main import main
from botops.config import Secrets, Settings, load_settings
from botops.costs.budgets import BudgetState
from botops.domain.budgets import NoBudgets
from botops.domain.errors import ModelError, UserError
from botops.domain.refusals import Refusal
from botops.domain.side_calls import Work
from botops.testing.fakes import QueueModel

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REHEARSED = """
budgets:
  month: {period: month, amount: 1000, soft: [0.0001, 1], simulated: true}
  day: {period: day, amount: 0.004, currency: USD, hard: {}, simulated: true}
  real: {period: day, amount: 0.000001, currency: USD, hard: {}}
  loop: {scope: dialogue, amount: 1, currency: USD, simulated: true}
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "project"
    write_scaffold(folder)
    monkeypatch.chdir(folder)
    return folder


def with_budgets(project, text):
    file = project / "botops.yaml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")
    return load_settings(file, required=True)


def talk(container, turns, text="Здравствуйте"):
    async def live():
        found = []
        for number in range(turns):
            message = await inbound(container, text, dialogue_id=f"d{number}")
            found.append(await container.bot.run_turn(message))
        return found

    return asyncio.run(live())


def command(*arguments):
    """Exit code, stdout and stderr of a command in this folder."""
    result = CliRunner().invoke(main, arguments, standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value, result.stdout, result.stderr


def test_a_rehearsal_with_the_simulated_model_eats_no_real_budget(project):
    settings = with_budgets(project, REHEARSED)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        records = talk(container, 20)
        refused = [r for r in records if not r.attempts]
        assert refused
        assert {r.hand_off.rule for r in refused} == {"budget"}
        found = {one.name: one for one in standings(container)}
        assert found["real"].spent == 0
        assert found["day"].spent == sum(r.cost.usd for r in records)
        assert 0 < found["day"].spent <= Decimal("0.004")
        assert found["day"].state is BudgetState.REACHED  # no whole call fits into what is left
        assert found["loop"].dialogue_id is not None
        assert found["loop"].spent == max(r.cost.usd for r in records)
        assert [a.level.value for a in found["day"].alerts] == ["hand_over"]
        assert found["day"].alerts[0].times == len(refused)
        assert [one.name for one in period_standings(container)] == ["month", "day", "real"]


def test_soft_limits_are_told_once_whoever_looks(project):
    settings = with_budgets(project, "\nbudgets:\n  month: {period: month, amount: 1, soft: [0.1], simulated: true}\n")
    told = []
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        look(container, told.append)
        assert told == []
        talk(container, 3)
        look(container, told.append)
        look(container, told.append)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        look(container, told.append)
        assert [(a.budget, a.share, a.times) for a in told] == [("month", Decimal("0.1"), 1)]
        assert container.store.budgets.alerts(NOW.date().replace(day=1)) == tuple(told)


def test_gauges_tell_what_is_left_of_days_and_months(project):
    settings = with_budgets(project, REHEARSED)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        talk(container, 1)
        refresh_gauges(container)
        exposed = container.metrics.exposition().decode()
        share = standings(container)[1].share
    assert f'botops_budget_left_ratio{{budget="day"}} {float(1 - share)}' in exposed
    assert 'botops_budget_unknown_calls{budget="month"} 0.0' in exposed
    assert 'budget="loop"' not in exposed


def test_a_new_day_begins_anew_and_a_new_month_too(project):
    settings = with_budgets(project, REHEARSED)
    clock = SetClock(datetime(2026, 11, 30, 18, 59, 30, tzinfo=UTC))  # half a minute to December in Almaty
    with Container.open(settings, Secrets(), clock=clock) as container:
        before = [r for r in talk(container, 20) if r.attempts]
        clock.at += timedelta(minutes=1)
        assert all(one.spent == one.held == 0 for one in standings(container))
        assert [a for one in standings(container) for a in one.alerts] == []
        record = asyncio.run(container.bot.run_turn(asyncio.run(inbound(container, "Здравствуйте"))))
        assert record.attempts
        month, day = standings(container)[:2]
        assert day.spent == record.cost.usd
        assert month.since == datetime(2026, 11, 30, 19, tzinfo=UTC)
        assert month.until == datetime(2026, 12, 31, 19, tzinfo=UTC)
        assert before


def test_without_budgets_nothing_is_asked_or_held(project):
    settings = load_settings(project / "botops.yaml", required=True)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        assert talk(container, 1)[0].attempts
        assert standings(container) == ()
        look(container, pytest.fail)


def test_a_call_is_expected_to_use_its_messages_and_the_longest_reply(project):
    budgets = "\nbudgets:\n  day: {period: day, amount: 1, currency: USD, hard: {}, simulated: true}\n"
    settings = with_budgets(project, budgets)
    asked = []
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        keeper = container.bot.budgets

        class Listening:
            async def ask(self, call):
                asked.append(keeper.expected(call, call.model))
                return await keeper.ask(call)

        bot = replace(container.bot, budgets=Listening())
        record = asyncio.run(bot.run_turn(asyncio.run(inbound(container, "Сколько стоит тариф «Магазин»?"))))
    (expected,) = asked
    real = record.attempts[0]
    assert expected.usage.estimated
    assert real.usage.input_tokens <= expected.usage.input_tokens <= 1.5 * real.usage.input_tokens
    assert expected.usage.output_tokens in {600, 700, OUTPUT_TOKENS}
    assert expected.cost.pico_usd >= real.cost.pico_usd


def test_the_cheaper_model_can_be_rehearsed(project):
    hard = "{cheaper_model: gpt-4.1-nano, cheaper_at: 0.3}"
    settings = with_budgets(
        project, f"\nbudgets:\n  day: {{period: day, amount: 0.004, currency: USD, hard: {hard}, simulated: true}}\n"
    )
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        talk(container, 25)
        levels = [a.level.value for a in standings(container)[0].alerts]
    assert sorted(levels) == ["cheaper_model", "hand_over"]


def test_currencies_without_a_rate_are_refused_at_their_places(project):
    budgets = "\nbudgets:\n  a: {period: day, amount: 5, currency: EUR}\n  b: {period: day, amount: 5, currency: GBP}\n"
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass  # makes the store
    settings = with_budgets(project, budgets)
    with pytest.raises(UserError) as caught:
        configured_budgets(settings)
    first, second = str(caught.value).splitlines()
    assert re.search(r"botops\.yaml:\d+:\d+: budgets\.a\.currency: there is no exchange rate for EUR", first)
    assert [(c.name, c.state) for c in examine(project) if "EUR" in c.detail] == [("budget", "error")]
    assert re.search(r"botops\.yaml:\d+:\d+: budgets\.b\.currency: there is no exchange rate for GBP", second)


def test_an_amount_in_the_companys_currency_needs_its_rate_too():
    settings = Settings().with_overrides(["budgets.day={period: day, amount: 5}"])
    with pytest.raises(UserError, match=r"budgets\.day\.amount: there is no exchange rate for KZT"):
        configured_budgets(settings)


def test_hard_budgets_that_cannot_be_kept_are_told(project):
    text = (
        "\nbudgets:\n"
        "  a: {period: day, amount: 5, currency: USD, hard: {}}\n"
        "  b: {period: day, amount: 5, currency: USD, hard: {cheaper_model: gpt-4o}}\n"
        "  c: {period: day, amount: 5, currency: USD, hard: {cheaper_model: nobody-knows-it}}\n"
        "  d: {period: day, amount: 5, currency: USD}\n"
        "  e: {period: day, amount: 5, scope: prompt, of: sails}\n"
        "  f: {period: day, amount: 5, scope: prompt, of: sales}\n"
    )
    settings = with_budgets(project, text)
    meter, budgets = build_meter(settings), configured_budgets(settings)
    found = unkept(budgets, ("sales",), meter, QueueModel([], name="gpt-4o-mini"), NOW)
    assert [line[:9] for line in found] == ["budget b:", "budget c:", "budget e:"]
    assert "not cheaper" in found[0]
    unknown = unkept(budgets, ("sales",), meter, QueueModel([], name="nobody-knows-it-either"), NOW)
    assert [line[:9] for line in unknown] == [
        "budget a:", "budget b:", "budget c:", "budget c:", "budget e:",
    ]  # fmt: skip
    assert "handed over" in unknown[0]
    (prompt,) = unkept(budgets, ("sales",), meter, simulated_model(settings), NOW)
    assert "no prompt 'sails' (there are: sales)" in prompt


def test_the_command_shows_budgets_and_ends_with_1_when_one_is_used_up(project):
    settings = with_budgets(
        project, "\nbudgets:\n  day: {period: day, amount: 0.0005, currency: USD, hard: {}, simulated: true}\n"
    )
    with Container.open(settings, Secrets()):
        pass  # makes the store
    code, out, _ = command("cost", "budgets", "--json")
    (row,) = json.loads(out)
    assert code == 0
    assert (row["name"], row["limit"], row["spent"], row["state"]) == ("day", "0.0005", "0", "ok")
    with Container.open(settings, Secrets()) as container:
        unlimited = replace(container.bot, budgets=NoBudgets())
        for _ in range(3):
            asyncio.run(unlimited.run_turn(asyncio.run(inbound(container, "Сколько стоит тариф «Магазин»?"))))
    code, out, _ = command("cost", "budgets")
    assert code == 1
    assert "day  company day  reached" in out
    assert "used up at this pace" in out
    (check,) = [check for check in examine(project) if check.name == "budget"]
    assert (check.state, "reached" in check.detail) == ("error", True)


def test_a_damaged_ledger_is_told_and_mended(project):
    settings = with_budgets(project, "\nbudgets:\n  day: {period: day, amount: 5, currency: USD, simulated: true}\n")
    with Container.open(settings, Secrets()) as container:
        talk(container, 1)
        container.store._write("damage", lambda c: c.execute(text("UPDATE spending SET pico_usd = pico_usd + 7")))
    code, _, err = command("cost", "budgets")
    assert code == 1
    assert "botops cost budgets --rebuild" in err
    assert [c.state for c in examine(project) if c.name == "ledger"] == ["error"]
    code, _, err = command("cost", "budgets", "--rebuild")
    assert code == 0
    assert "1 line of the ledger changed" in err
    assert not [c for c in examine(project) if c.name == "ledger"]


def test_a_project_without_budgets_says_where_they_are_written(project):
    with Container.open(load_settings(project / "botops.yaml", required=True), Secrets()):
        pass
    code, out, err = command("cost", "budgets")
    assert (code, out) == (0, "")
    assert "botops.yaml" in err


def test_a_new_alert_is_logged_and_counted(project, caplog):
    settings = with_budgets(project, REHEARSED)
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container, caplog.at_level(logging.WARNING):
        talk(container, 3)
        look(container, announcing(container.metrics))
        exposed = container.metrics.exposition().decode()
    assert 'botops_budget_alerts_total{budget="month",kind="soft"} 1.0' in exposed
    assert sum("budget month: soft" in message for message in caplog.messages) == 1


def test_trials_of_a_text_are_held_to_the_budgets_and_take_nothing_from_clients(project):
    """What trials cost counts against trials; a budget that clients used up refuses them before anything is asked."""
    settings = with_budgets(project, "\nbudgets:\n  day: {period: day, amount: 0.1, currency: USD, hard: {}}\n")
    model = QueueModel(["Чем помочь? " * 400] * 40, name="gpt-4o")
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")

    def tried(container):
        return asyncio.run(try_out(container, "sales", Trial(text, "Здравствуйте")))

    with Container.open(settings, Secrets(), clock=SetClock(NOW), model=model) as container:
        tried(container)
        with pytest.raises(UserError, match="the budget day lets no model be asked") as refused:
            [tried(container) for _ in range(30)]
        assert (refused.value.refusal, refused.value.values) == (Refusal.OVER_BUDGET, {"budget": "day"})
        asked = len(model.requests)
        assert 1 < asked < 30
        (day,) = standings(container)
        assert (day.spent, day.alerts) == (0, ())
        (answered,) = talk(container, 1)
        assert answered.hand_off is None, "what trials cost hands no client over"
        kept = container.store.costs.beside(Work.TRIAL, NOW - timedelta(days=1), NOW + timedelta(days=1), "sales")
        assert len(kept) == asked


class HeldUp(QueueModel):
    """A model whose first call waits, once asked, until it is let go on."""

    def __init__(self, answers):
        super().__init__(answers, name="gpt-4o")
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def complete(self, request, on_text=None):
        if not self.asked.is_set():
            self.asked.set()
            await self.go_on.wait()
        return await super().complete(request, on_text)


def trials_kept(container):
    return container.store.costs.beside(Work.TRIAL, NOW - timedelta(days=1), NOW + timedelta(days=1))


@pytest.mark.parametrize("elsewhere", [False, True], ids=["one_process", "two_processes"])
def test_two_trials_at_once_do_not_pass_on_the_same_money(project, elsewhere):
    settings = with_budgets(project, "\nbudgets:\n  day: {period: day, amount: 0.02, currency: USD, hard: {}}\n")
    trial = Trial((project / "prompts/sales/1.yaml").read_text("utf-8"), "Здравствуйте")

    async def two(first, second, model):
        under_way = asyncio.create_task(try_out(first, "sales", trial))
        await model.asked.wait()
        with pytest.raises(UserError, match="the budget day lets no model be asked") as refused:
            await try_out(second, "sales", trial)
        model.go_on.set()
        return await under_way, refused.value

    model = HeldUp(["Чем помочь?"] * 3)
    with (
        Container.open(settings, Secrets(), clock=SetClock(NOW), model=model) as first,
        Container.open(settings, Secrets(), clock=SetClock(NOW), model=model, role="side") as beside,
    ):
        record, refused = asyncio.run(two(first, beside if elsewhere else first, model))
        assert (record.reply, refused.refusal) == ("Чем помочь?", Refusal.OVER_BUDGET)
        assert len(model.requests) == 1
        (kept,) = trials_kept(first)
        assert (kept.calls, kept.estimated, kept.pico_usd) == (1, 0, record.cost.pico_usd)
        assert asyncio.run(try_out(beside, "sales", trial)).reply == "Чем помочь?", "what was held is free again"


@pytest.mark.parametrize("end", ["refused", "broken", "cancelled"])
def test_what_a_trial_held_is_free_again_however_it_ended(project, end):
    settings = with_budgets(project, "\nbudgets:\n  day: {period: day, amount: 0.02, currency: USD, hard: {}}\n")
    trial = Trial((project / "prompts/sales/1.yaml").read_text("utf-8"), "Здравствуйте")
    answers = {"refused": [ModelError("auth", "the key is wrong")], "broken": [], "cancelled": []}[end]
    model = HeldUp(answers)

    async def ended(container):
        under_way = asyncio.create_task(try_out(container, "sales", trial))
        await model.asked.wait()
        (held,) = trials_kept(container)
        assert held.estimated == 1
        assert held.pico_usd > 0
        if end == "cancelled":
            under_way.cancel()
            with pytest.raises(asyncio.CancelledError):
                await under_way
        else:
            model.go_on.set()
            assert (await under_way).error

    with Container.open(settings, Secrets(), clock=SetClock(NOW), model=model) as container:
        asyncio.run(ended(container))
        assert trials_kept(container) == ()
        assert standings(container)[0].held == 0


def test_money_a_trial_holds_is_not_held_from_clients(project):
    settings = with_budgets(project, "\nbudgets:\n  day: {period: day, amount: 0.02, currency: USD, hard: {}}\n")
    trial = Trial((project / "prompts/sales/1.yaml").read_text("utf-8"), "Здравствуйте")
    model = HeldUp(["Чем помочь?"] * 2)

    async def beside_a_client(container):
        under_way = asyncio.create_task(try_out(container, "sales", trial))
        await model.asked.wait()
        message = await inbound(container, "Здравствуйте", dialogue_id="d1")
        answered = await container.bot.run_turn(message)
        model.go_on.set()
        await under_way
        return answered

    with Container.open(settings, Secrets(), clock=SetClock(NOW), model=model) as container:
        assert asyncio.run(beside_a_client(container)).hand_off is None
