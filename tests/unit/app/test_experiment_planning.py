"""Planning an experiment: from the store's last weeks, or from what one gives."""

import asyncio
import json
import math
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.experiments.plan_words import say_plan
from botops.app.experiments.planning import Asked, plan_experiment, plan_json
from botops.app.outcomes import take_feedback, take_outcomes
from botops.app.scaffold import write_scaffold
from botops.cli.main import run
from botops.config import Secrets, load_settings
from botops.domain.errors import NotFoundError, UserError
from botops.domain.messages import InboundMessage
from botops.domain.ports import ModelReply
from botops.domain.usage import Usage
from botops.experiments import sample_size_means, sample_size_props, sequence_size_props

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
DAY = timedelta(days=1)
GIVEN = {"baseline": 0.1, "leads_per_day": 100}


class Wordy:
    """A model whose replies grow longer."""

    name, simulated = "wordy", False

    def __init__(self):
        self.said = 0

    async def complete(self, request, on_text=None):
        self.said += 1
        return ModelReply("да " * (self.said % 7 + 1), Usage(100, output_tokens=20), self.name, "stop", 0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project in which four leads a day wrote for forty days, every fifth of them buying three days later."""
    folder = tmp_path_factory.mktemp("planned") / "project"
    write_scaffold(folder)
    path, release = folder / "botops.yaml", folder / "prompts/sales/release.yaml"
    path.write_text(re.sub(r"dialogues: \d+", "dialogues: 0", path.read_text("utf-8")), "utf-8")
    release.write_text(re.sub(r"split:.*?(?=checksums:)", "", release.read_text("utf-8"), flags=re.DOTALL), "utf-8")
    clock = SetClock(NOW)
    with Container.open(load_settings(path), Secrets(), clock=clock, model=Wordy()) as container:
        for n in range(160):
            clock.at = NOW - 40 * DAY + n * DAY / 4
            inbound = InboundMessage(f"d{n}", f"lead-{n}", "Здравствуйте", clock.now(), f"k{n}", "web")
            asyncio.run(container.bot.run_turn(inbound))
        clock.at = NOW
        sold = [n for n in range(160) if n % 5 == 0 and n < 148]
        events = [
            {"lead": f"lead-{n}", "stage": "won", "at": (NOW + (n / 4 - 37) * DAY).isoformat(), "id": f"o{n}"}
            for n in sold
        ]
        assert all(one.problem is None for one in take_outcomes(container, events))
        rated = [
            {"dialogue_id": f"d{n}", "rating": 1 + n % 5, "at": (NOW + (n / 4 - 39) * DAY).isoformat()}
            for n in range(150)
        ]
        assert all(one.problem is None for one in take_feedback(container, rated))
    return folder


@pytest.fixture
def planned(folder):
    with Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="reader", clock=SetClock(NOW)) as opened:
        yield lambda *what, **more: plan_experiment(opened, "sales", Asked(*what, **more))


def test_the_baseline_and_the_traffic_are_those_of_the_last_weeks(planned):
    found = planned("won", "+10pp")
    assert (found.baseline, found.target) == (pytest.approx(0.2, abs=0.01), pytest.approx(0.3, abs=0.01))
    assert found.leads == 104  # four weeks from 40 days ago, when the first one came, to 14 days ago
    assert found.leads_per_day == pytest.approx(4)
    assert found.window_days == 14
    wanted = sequence_size_props(found.baseline, found.target).n_a
    assert found.sequence.per_arm == math.ceil(wanted)
    assert found.sequence.days == math.ceil(found.sequence.total / 4) + 14
    assert found.fixed.per_arm == math.ceil(sample_size_props(found.baseline, found.target).n_a)
    assert found.fixed.total < found.sequence.total
    assert 0 < found.soon_fixed < found.soon


def test_metrics_without_a_window_wait_for_nobody(planned):
    found = planned("escalated", "-50%", baseline=0.1, leads_per_day=100)
    assert (found.target, found.window_days) == (pytest.approx(0.05), 0)
    assert found.sequence.days == math.ceil(found.sequence.total / 100)
    assert found.soon < 0


def test_means_take_their_spread_from_the_store(planned):
    found = planned("length", "-2")
    assert found.leads == 112
    assert found.baseline == pytest.approx(11, abs=1)
    assert found.effect == -2
    assert (
        found.fixed.per_arm == max(50, math.ceil(sample_size_means(-2, 6, power=0.8).n_a)) or found.fixed.per_arm > 50
    )
    assert found.soon < found.soon_fixed < 0


def test_satisfaction_is_planned_by_those_who_rate(planned):
    found = planned("satisfaction", "+20pp")
    assert (found.leads, found.baseline) == (104, pytest.approx(0.4, abs=0.02))


@pytest.mark.parametrize(
    ("metric", "effect", "target"),
    [
        ("won", "+3pp", 0.13), ("won", "3 pp", 0.13), ("won", "-3pp", 0.07), ("won", "−3пп", 0.07),
        ("won", "20%", 0.12),
        ("won", "2,5 п.п.", 0.125), ("flagged", "20%", 0.08), ("flagged", "+20%", 0.12), ("flagged", "3pp", 0.07),
    ],
)  # fmt: skip
def test_effects_as_people_write_them(planned, metric, effect, target):
    assert planned(metric, effect, **GIVEN).target == pytest.approx(target)


@pytest.mark.parametrize(
    ("what", "more", "said"),
    [
        (("wun", "+3pp"), GIVEN, "did you mean `won`"),
        (("won", "much"), GIVEN, r"write it as \+3pp"),
        (("won", "3"), GIVEN, r"write it as \+3pp"),
        (("cost", "3pp"), {"baseline": 1, "sd": 1}, "write it as -50"),
        (("won", "0pp"), GIVEN, "is no difference"),
        (("won", "50%"), GIVEN | {"baseline": 0}, "of a baseline of 0"),
        (("won", "+95pp"), GIVEN, "must stay between 0 and 100 %"),
        (("won", "-11pp"), GIVEN, "must stay between"),
        (("cost", "-2"), {"baseline": 1, "sd": 1}, "must stay above 0"),
        (("won", "+3pp"), GIVEN | {"baseline": 10}, "is no share of leads: write 0.1"),
        (("won", f"{'9' * 400}pp"), GIVEN, "must stay between"),
        (("length", "9" * 400), {"baseline": 1, "sd": 1}, "must stay above 0"),
        (("won", "+3pp"), {"window_days": 1}, "of none of sales's 112 leads did `won` come in: take them in"),
        (("qualified", "+3pp"), {"window_days": 365}, "0 leads whose 365 days have passed .* give --baseline"),
    ],
)
def test_what_cannot_be_planned_says_what_to_give(planned, what, more, said):
    with pytest.raises(UserError, match=said):
        planned(*what, **more)


def test_an_unknown_prompt(folder):
    with (
        Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="reader", clock=SetClock(NOW)) as opened,
        pytest.raises(NotFoundError, match="nobody"),
    ):
        plan_experiment(opened, "nobody", Asked("won", "+3pp", **GIVEN))


def test_more_variants_need_more_leads_each(planned):
    two, four = planned("won", "+3pp", **GIVEN), planned("won", "+3pp", variants=4, **GIVEN)
    assert four.sequence.per_arm > two.sequence.per_arm
    assert four.sequence.total == 4 * four.sequence.per_arm


def test_too_little_traffic_for_two_weeks(planned):
    found = planned("won", "+3pp", baseline=0.9, leads_per_day=0.5)
    assert found.soon is None
    assert "не увидеть никакой разницы" in say_plan(found, "ru")


def test_figures_are_shown_to_the_digits_that_matter(planned):
    text = say_plan(planned("latency", "-10%", baseline=85.0411, sd=40.0, leads_per_day=0.02), "ru")
    assert "с 85,0 мс до 76,5 мс" in text
    assert "при потоке 0,02 в день" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ru",
            "«клиенты, которые купили»: с 10,0 % до 13,0 %. Клиентов на вариант: 3 438, всего: 6 876. Срок: 83 дн. при "
            "потоке 100 в день, вместе с ожиданием исхода (14 дн.). Если посмотреть на итог один раз, в конце, хватит "
            "1 774 на вариант: остальное — цена права смотреть каждый день. Разницу от +7,1 п.п. покажут уже "
            "две недели.",
        ),
        ("kk", "«сатып алған клиенттер»: 10,0 % орнына 13,0 %. Әр нұсқаға клиент саны: 3 438"),
        ("en", "“leads that bought” from 10.0 % to 13.0 %: 3,438 leads a variant, 6,876 in all. At 100 new leads a"),
    ],
)
def test_the_plan_in_plain_words(planned, language, said):
    text = say_plan(planned("won", "+3pp", **GIVEN), language).replace("\xa0", " ").replace("\u202f", " ")
    assert text.startswith(said)
    assert ".." not in text
    assert "{" not in text


def test_on_the_command_line(folder, monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["botops"])
        with pytest.raises(SystemExit) as stop:
            run(("experiment", "plan", "sales", "--metric", "won", *arguments))
        return stop.value.code, *capsys.readouterr()

    code, out, _ = call("--effect", "20%", "--baseline", "10%", "--leads-per-day", "40", "--json")
    row = json.loads(out)
    assert (code, row["baseline"], row["target"]) == (0, 0.1, pytest.approx(0.12))
    assert row["sequence"]["total"] == 2 * row["sequence"]["per_arm"]
    code, out, _ = call("--effect", "+3pp", "--baseline", "0.1", "--leads-per-day", "40", "--language", "en")
    assert (code, "every day (planned)" in out, "baseline 0.1 (as given)" in out) == (0, True, True)
    assert call("--effect", "lots", "--baseline", "0.1")[0] == 2
    assert call("--effect", "3pp", "--baseline", "ten")[0] == 2


def test_json_is_whole(planned):
    row = json.loads(json.dumps(plan_json(planned("won", "+3pp", **GIVEN))))
    assert {"prompt", "metric", "effect", "fixed", "sequence", "soon", "leads_per_day", "window_days"} <= set(row)
