"""Experiments lived from a client's first message to the verdict: harm is stopped, what sells better is called, a
difference that is not there never is. Clients and model are simulated; everything between them is the product."""

import asyncio
import re
from textwrap import indent

import pytest

from botops.app.experiments.rehearsal import Course, rehearse
from botops.app.scaffold import write_scaffold
from botops.cli.main import run
from botops.config import load_settings
from botops.experiments import State

pytestmark = pytest.mark.slow

MANNER = """\
Ты — продавец компании «{{ company }}». Сегодня {{ today }}. Отвечай на языке клиента, обращайся на «вы», пиши кратко.
Если клиент просит человека, спорит или пишет о возврате денег, передай диалог менеджеру.
"""
TRUE_PRICES = "Называй только те цены и условия, которые есть в прайсе.\n{{ price_table }}\n"
PLAIN = MANNER + TRUE_PRICES
SILENT = MANNER + "Цен не называй: о ценах рассказывает менеджер.\n"
SELLING = MANNER + "Цену называй сразу. После цены предлагай следующий шаг: счёт или пробный период.\n" + TRUE_PRICES
INVENTING = MANNER + "Всегда сам предлагай скидку.\n- Скидка 25 % на всё при оплате сегодня.\n" + TRUE_PRICES
GUARDED = "guardrails: [{metric: flagged, margin: 0.03}]"


def version(text, purpose):
    head = f"owner: sales_enablement\npurpose: {purpose}\nreviewed: 2026-11-02\nlanguages: [ru, kk, en]\n"
    return f"{head}messages:\n  - role: system\n    content: |\n{indent(text, ' ' * 6)}"


@pytest.fixture
def shop(tmp_path):
    """A project whose prompt `trial` is split between two texts; a bot that errs only where its prompt tells it to."""

    def made(control, variant, measure):
        folder = tmp_path / "project"
        write_scaffold(folder)
        settings = folder / "botops.yaml"
        text = re.sub(r"dialogues: \d+", "dialogues: 0", settings.read_text("utf-8"))
        settings.write_text(re.sub(r"(wrong_\w+|stale_price|invented_discount): [\d.]+", r"\1: 0.0", text), "utf-8")
        prompt = folder / "prompts" / "trial"
        prompt.mkdir()
        (prompt / "1.yaml").write_text(version(control, "как было"), "utf-8")
        (prompt / "2.yaml").write_text(version(variant, "как стало"), "utf-8")
        (prompt / "release.yaml").write_text(
            "live: 1\nsplit:\n  experiment: trial\n  variants:\n"
            "  - {version: 1, weight: 5000}\n  - {version: 2, weight: 5000}\n"
            f"  measure: {measure}\n",
            "utf-8",
        )
        return load_settings(settings)

    return made


def test_a_variant_that_invents_discounts_is_stopped_although_it_sells_better(shop):
    settings = shop(PLAIN, INVENTING, f"{{primary: won, planned: 1600, window_days: 2, {GUARDED}}}")
    course = Course(days=10, leads_a_day=120, looks_a_day=24)
    found = asyncio.run(rehearse(settings, "trial", course))
    assert found.stopped is not None
    assert found.stopped.by == "guardrail:flagged"
    assert found.stopped.experiment == "trial"
    control, variant = found.status.arms
    assert variant.metrics["flagged"] > 0.5 > 0.1 > control.metrics["flagged"]
    # ten leads of a hundred and twenty a day are two hours: long before anybody would have looked
    assert found.leads <= 60
    assert not (settings.root / ".botops").exists()


def test_a_variant_that_sells_better_is_called_within_the_planned_size(shop):
    settings = shop(SILENT, SELLING, f"{{primary: won, planned: 800, window_days: 2, {GUARDED}}}")
    found = asyncio.run(rehearse(settings, "trial", Course(days=10, leads_a_day=100, looks_a_day=2)))
    assert found.stopped is None
    assert found.status.verdict.state is State.BETTER
    assert found.leads <= 800
    control, variant = found.status.arms
    assert variant.metrics["won"] > control.metrics["won"] + 0.1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_equal_texts_are_never_told_apart(shop, seed):
    settings = shop(PLAIN, PLAIN, f"{{primary: won, planned: 400, window_days: 1, {GUARDED}}}")
    undecided = []
    course = Course(days=6, leads_a_day=70, looks_a_day=4, seed=seed)
    found = asyncio.run(rehearse(settings, "trial", course, on_look=lambda look: undecided.append(not look.decided)))
    assert all(undecided)
    assert len(undecided) == 24
    assert found.stopped is None


def test_the_command_tells_each_day_and_how_it_ended(shop, monkeypatch, capsys):
    settings = shop(PLAIN, INVENTING, f"{{primary: won, planned: 800, window_days: 2, {GUARDED}}}")
    monkeypatch.chdir(settings.root)
    with pytest.raises(SystemExit) as ended:
        run(["experiment", "rehearse", "trial", "--days", "2", "--leads-per-day", "96"])
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "stopped by guardrail:flagged" in said.out
    assert "not what people do" in said.err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nope"], "no prompt 'nope'"),
        (["reception"], "--against VERSION"),
        (["trial", "--against", "9"], "no version 9"),
        (["trial", "--against", "2", "--primary", "wonn"], "did you mean `won`"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(shop, monkeypatch, capsys, arguments, complaint):
    settings = shop(PLAIN, SELLING, "{primary: won, planned: 800}")
    monkeypatch.chdir(settings.root)
    with pytest.raises(SystemExit) as ended:
        run(["experiment", "rehearse", *arguments])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
