"""The page of costs: its parts, its addresses, and that its numbers are those of the read models."""

import asyncio
import dataclasses
import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

import botops.console
from botops.app.container import Container
from botops.app.costs.distribution import distribution
from botops.app.costs.forecasting import forecast
from botops.app.costs.planning import WhatIf, plan
from botops.app.costs.reporting import report
from botops.app.glossary import GLOSSARY
from botops.app.periods import period
from botops.app.queries import overview
from botops.config import Secrets, load_settings
from botops.console.costs import basis as costs_basis
from botops.console.costs import forecast_notes
from botops.console.costs import reads as costs_reads
from botops.console.costs.choice import VIEWS
from botops.costs.forecast import NoteKind
from botops.domain.messages import InboundMessage
from botops.domain.usage import Usage

ROOM = Path(botops.console.__file__).parent
HANDBOOK = Path(__file__).parents[3] / "docs" / "costs.md"
MARKUP = "<img src=http://evil.example/x.png onerror=alert(1)> ![x](http://evil.example/y.png) **b**"
PLAN = ("plan_month_cost", "plan_tokens_per_minute", "plan_limit_hour")
BUDGETS = """
budgets:
  month: {amount: 5, period: month, soft: [0.5], hard: {cheaper_model: gpt-4.1-nano}, simulated: true}
  talk: {scope: dialogue, amount: 100, simulated: true}
"""


@pytest.fixture
def visit(monkeypatch):
    """Opens the page by an address, as a link does: nothing was drawn before."""

    def visit(folder: Path, **parameters: str) -> AppTest:
        monkeypatch.chdir(folder)
        test = AppTest.from_file(str(ROOM / "main.py"), default_timeout=60)
        test.switch_page("views/costs.py")
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    return visit


@pytest.fixture
def opened(seeded):
    with Container.open(load_settings(seeded / "botops.yaml"), Secrets(), role="reader") as container:
        yield container


def numbers(test):
    return {metric.label: metric.value for metric in test.metric}


def plain(text):
    return unescape(re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ")


def amount(text):
    """The number in an amount as the page writes it in Russian."""
    return Decimal(re.sub(r"[^\d,]", "", text).replace(",", "."))


@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_part_in_every_language(seeded, visit, words, view, language):
    test = visit(seeded, view=view, days="28", lang=language)
    assert not test.exception
    said = plain(words(test))
    wanted = {
        "where": {"ru": "За что платим моделям?", "kk": "Модельдерге не үшін", "en": "What are the models asked"},
        "dialogues": {"ru": "Какие диалоги самые дорогие?", "kk": "Ең қымбат диалогтар", "en": "Which dialogues cost"},
        "ahead": {"ru": "Бюджеты не заданы", "kk": "Бюджеттер берілмеген", "en": "No budgets are set"},
        "plan": {"ru": "Когда нагрузка больше всего?", "kk": "Жүктеме қашан ең көп?", "en": "When is it busiest?"},
        "basis": {"ru": "Что значит каждое число?", "kk": "Әр сан нені білдіреді?", "en": "What does each number"},
    }  # fmt: skip
    assert wanted[view][language] in said
    assert GLOSSARY["spent_this_month"].name[language] in numbers(test)
    assert test.query_params.get("view", "where") == view


@pytest.mark.parametrize("view", list(VIEWS))
def test_parts_of_an_empty_store(bare, visit, words, view):
    Container.open(load_settings(bare / "botops.yaml"), Secrets()).close()
    test = visit(bare, view=view)
    assert not test.exception
    assert "За этот период расходов нет" in words(test)
    # A plan can be made before the first dialogue; everything else has nothing to show.
    assert [m.label for m in test.metric] == ([GLOSSARY[n].name["ru"] for n in PLAN] if view == "plan" else [])


@pytest.mark.parametrize("view", list(VIEWS))
def test_parts_of_a_broken_store(project, visit, words, view):
    (project / ".botops" / "botops.db").write_bytes(b"not a database at all" * 500)
    for extra in (project / ".botops").glob("botops.db-*"):
        extra.unlink()
    test = visit(project, view=view)
    assert not test.exception
    assert "Данных пока нет" in words(test)
    assert "botops doctor" in words(test)


def test_headline_is_the_read_models(seeded, visit, opened):
    shown = numbers(visit(seeded, days="28", currency="USD"))
    asked = period(opened, 28)
    total = report(opened, asked, (), currency="USD").total
    for name, value in (
        ("cost_per_dialogue", total.per_dialogue.usd),
        ("cost_per_qualified", total.per_qualified.usd if total.per_qualified else None),
    ):
        text = shown[GLOSSARY[name].name["ru"]]
        assert (text == "—") if value is None else abs(amount(text) / value - 1) < Decimal("0.1")
    expected = forecast(opened).in_currency("USD").total
    text = shown[GLOSSARY["month_forecast"].name["ru"]]
    assert (text == "—") if expected is None else abs(amount(text) / expected.expected - 1) < Decimal("0.1")


def test_the_forecast_is_never_behind_what_is_shown_as_spent(project):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        key = str(project)
        before = costs_reads.forecast(container, key, "USD").in_currency("USD").spent
        assert costs_reads.forecast(container, key, "USD") is costs_reads.forecast(container, key, "USD")
        message = InboundMessage("new", "lead", "Сколько стоит касса?", container.clock.now(), "k-new")
        asyncio.run(container.bot.run_turn(message))
        while container.store.roll_up():
            pass
        costs_reads.costs.clear()  # as time does
        spent = costs_reads.costs(container, key, 0, (), "USD").total.cost.usd
        assert costs_reads.forecast(container, key, "USD").in_currency("USD").spent == spent > before


def test_the_dearest_dialogues_stand_in_the_order_of_what_is_shown(seeded, visit, words):
    said = plain(words(visit(seeded, view="dialogues", days="28")))
    shown = [amount(text) for text in re.findall(r"([\d, ]+) ₸\s+· \d+ ответ", said)]
    assert len(shown) > 1
    assert shown == sorted(shown, reverse=True)


def test_a_dialogue_costs_the_same_on_today(opened):
    asked = period(opened, 28)
    number = next(n for n in overview(opened, asked).numbers if n.id == "cost_per_dialogue")
    mean = report(opened, asked, ()).total.per_dialogue
    assert number.usd == mean.usd
    assert abs(number.value - mean.local) < Decimal("1e-12")


def test_every_number_of_the_page_is_in_the_glossary(seeded, visit):
    """What stands on the page is listed, explained there, and told of in the handbook."""
    names = {entry.name["ru"]: name for name, entry in GLOSSARY.items()}
    shown = {names[label] for view in VIEWS for label in numbers(visit(seeded, view=view, days="28"))}
    assert {"spent_this_month", "month_forecast", "plan_month_cost", "dialogue_cost_p95"} <= shown
    assert shown <= set(costs_basis.NUMBERS) <= set(GLOSSARY)
    handbook = HANDBOOK.read_text("utf-8")
    assert [name for name in costs_basis.NUMBERS if f"| {GLOSSARY[name].name['ru']} |" not in handbook] == []


def test_the_rate_and_that_nobody_is_billed(seeded, visit, words):
    said = words(visit(seeded, days="28"))
    assert "gpt-4o-mini" in said
    assert "за доллар" in said
    billed = plain(words(visit(seeded, days="28", view="basis")))
    assert "Выставит провайдер 0 ₸" in re.sub(" +", " ", billed)


def test_without_a_rate_amounts_are_in_dollars(project, visit, words):
    settings = project / "botops.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"costs:\n(  .*\n)+", "", text), encoding="utf-8")
    for view in VIEWS:
        test = visit(project, days="28", view=view, currency="KZT")
        assert not test.exception
        assert "$" in test.metric[0].value
        assert "Курс не задан" in words(test)


def test_currency_and_split_stand_in_the_address(seeded, visit, words):
    test = visit(seeded, days="28", by="version", currency="USD")
    assert "$" in test.metric[0].value
    assert "sales · v1" in words(test)
    test.segmented_control(key="costs-by").set_value("channel").run()
    assert test.query_params["by"] == "channel"
    assert "Сайт" in words(test)
    test.segmented_control(key="costs-currency").set_value("KZT").run()
    assert "currency" not in test.query_params
    assert "₸" in test.metric[0].value


@pytest.mark.parametrize(
    "parameters",
    [
        {"view": "nonsense", "currency": "XXX", "by": "lead", "days": "13"},
        {"view": "plan", "dialogues": "-5", "cached": "900", "tpm": "x", "rpm": "0", "prompt": "sales@999"},
        {"view": "plan", "dialogues": "9" * 40, "cached": "٣", "tpm": "9" * 30},
        {"view": "plan", "model": MARKUP},
    ],
)
def test_an_address_that_is_wrong_breaks_nothing(seeded, visit, parameters):
    test = visit(seeded, **parameters)
    assert not test.exception
    assert test.metric


def test_the_plan_follows_its_slider_and_its_address(seeded, visit, opened):
    name = GLOSSARY["plan_month_cost"].name["ru"]
    test = visit(seeded, view="plan", dialogues="1000", currency="USD")
    first = numbers(test)[name]
    found = plan(opened, 1000.0)
    assert abs(amount(first) / found.month.expected - 1) < Decimal("0.05")
    test.select_slider(key="plan-dialogues").set_value(5000).run()
    assert not test.exception
    assert test.query_params["dialogues"] == "5000"
    five = plan(opened, 5000.0)
    assert abs(amount(numbers(test)[name]) / five.month.expected - 1) < Decimal("0.05")


def test_the_plan_says_when_a_limit_is_hit_and_what_fits(seeded, visit, words, opened):
    test = visit(seeded, view="plan", dialogues="20000", tpm="1000")
    hit = numbers(test)[GLOSSARY["plan_limit_hour"].name["ru"]]
    use = plan(opened, 20000.0, tpm=1000).limits[0]
    assert hit == f"{min(use.hours):02d}:00"


def test_a_plan_with_another_model_and_cache_is_the_read_models(seeded, visit, opened):
    test = visit(seeded, view="plan", dialogues="1000", model="gpt-4.1", cached="0", currency="USD")
    found = plan(opened, 1000.0, what_if=WhatIf(model="gpt-4.1", cached=0.0))
    shown = amount(numbers(test)[GLOSSARY["plan_month_cost"].name["ru"]])
    assert abs(shown / found.month.expected - 1) < Decimal("0.05")
    assert "gpt-4.1" in test.query_params["model"]


def test_a_model_without_a_price_is_never_free(seeded, visit, words):
    test = visit(seeded, view="plan", dialogues="1000", model="house-model-7b")
    assert numbers(test)[GLOSSARY["plan_month_cost"].name["ru"]] == "—"
    assert "Цена модели house-model-7b неизвестна" in plain(words(test))


def test_budgets_say_what_is_used_and_what_happens(project, visit, words):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + BUDGETS, "utf-8")
    test = visit(project, view="ahead", days="28")
    assert not test.exception
    said = plain(words(test))
    assert "month" in said
    assert "отвечает gpt-4.1-nano" in said
    assert "самый дорогой диалог дня" in said
    assert re.fullmatch(r"\d+%", numbers(test)["Бюджеты"].replace("\\", ""))


def test_the_spread_counts_every_dialogue(opened):
    asked = period(opened, 28)
    found = distribution(opened, asked, currency="KZT")
    assert sum(b.dialogues for b in found.bins) == found.dialogues == report(opened, asked, ()).total.spoken.dialogues
    assert found.median.usd <= found.p95.usd <= found.dearest.usd
    below = sum(b.dialogues for b in found.bins if b.high is not None and b.high <= found.median.local)
    assert below <= found.dialogues / 2
    ends = [b.high for b in found.bins[:-1]]
    assert ends == [b.low for b in found.bins[1:]]


def test_hostile_names_stay_text(project, visit, words):
    """A channel and a client's words come from outside; a budget's prompt and a model's name from files."""
    settings = project / "botops.yaml"
    hostile = (
        f"\nbudgets:\n  x: {{scope: channel, of: {json.dumps(MARKUP)}, period: day, amount: 1, simulated: true}}\n"
    )
    text = settings.read_text("utf-8").replace("seed: 7", f"seed: 7\n  priced_as: {json.dumps(MARKUP)}")
    settings.write_text(text + hostile, "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        message = InboundMessage(MARKUP, MARKUP, "Сколько стоит касса?", container.clock.now(), "k1", channel=MARKUP)
        asyncio.run(container.bot.run_turn(message))
        container.store.roll_up()
    for view in VIEWS:
        for by in ("channel", "model"):
            test = visit(project, view=view, by=by, days="28", model=MARKUP)
            assert not test.exception
            raw = "\n".join(element.proto.body for element in test.get("html"))
            assert "<img" not in raw
            marked = [m.label + m.value + m.proto.help + m.delta for m in test.metric] + [
                m.value for m in test.markdown
            ]
            assert not [text for text in marked if "![x](" in text or "<img" in text]


@pytest.mark.parametrize("view", list(VIEWS))
def test_a_model_without_a_price_is_shown_as_unknown_and_never_as_nothing(bare, visit, words, view):
    """One dialogue, hours old, of a model nobody sells: few data and no price at once."""
    settings = bare / "botops.yaml"
    settings.write_text(settings.read_text("utf-8").replace("seed: 7", "seed: 7\n  priced_as: house-model-7b"), "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        message = InboundMessage("d-1", "l-1", "Сколько стоит касса?", container.clock.now(), "k-1")
        asyncio.run(container.bot.run_turn(message))
        container.store.roll_up()
    test = visit(bare, view=view)
    assert not test.exception
    said = plain(words(test))
    assert "Настоящий расход больше показанного" in said
    assert numbers(test)["Потрачено в этом месяце"] == "неизвестно"
    assert numbers(test)["Стоимость диалога"] == "неизвестно"
    if view == "where":
        assert "неизвестно" in said
    if view == "dialogues":
        assert "Пока только 1 диалог: для картины мало." in said


def test_the_page_takes_its_numbers_from_the_read_models_alone():
    """No arithmetic with prices, no look into the store from a page of costs."""
    for file in [*ROOM.glob("costs_*.py"), ROOM / "views" / "costs.py"]:
        assert ".store." not in file.read_text("utf-8"), file.name


def test_every_kind_of_note_is_said():
    """What stands on the page already is not said twice."""
    assert set(get_args(NoteKind)) - set(forecast_notes.NOTES) == {"no_history", "few_days", "no_rate"}


def test_bins_have_round_ends():
    from botops.app.costs.distribution import nice

    assert [nice(Decimal(v)) for v in ("0.013", "1", "1.1", "2.2", "26", "7")] == [
        Decimal("0.02"), Decimal(1), Decimal(2), Decimal("2.5"), Decimal(50), Decimal(10)
    ]  # fmt: skip


def test_a_spread_of_no_dialogue_is_empty(bare):
    with Container.open(load_settings(bare / "botops.yaml"), Secrets()) as container:
        found = distribution(container, period(container, 7))
        assert (found.dialogues, found.bins, found.median) == (0, (), None)
        assert dataclasses.asdict(found)["currency"] == "KZT"


BLOCKS = re.findall(r"```yaml\n(.*?)```", HANDBOOK.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_settings_in_the_handbook_can_be_used_as_they_stand(bare, block):
    """Every YAML block of it, put into the demo's settings."""
    settings = bare / "botops.yaml"
    text = re.sub(r"costs:\n(  .*\n)+", "", settings.read_text("utf-8"))
    rates = "" if "per_usd" in block else "  rates: [{since: 2026-11-01, per_usd: 518.9}]\n"
    whole = block.replace("costs:\n", f"costs:\n{rates}") if "costs:" in block else f"{block}\ncosts:\n{rates}"
    settings.write_text(f"{text}\n{whole}", "utf-8")
    (bare / "prices.yaml").write_text("prices: []\n", "utf-8")
    (bare / "rates.csv").write_text("since,currency,per_usd\n2026-11-02,KZT,519\n", "utf-8")
    with Container.open(load_settings(settings), Secrets()) as container:
        assert container.meter.cost(Usage(input_tokens=1000), "gpt-4o-mini", container.clock.now()).pico_usd > 0
