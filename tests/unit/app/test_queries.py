"""The screens' numbers against a plain count over the turns of a store the product itself filled."""

import asyncio
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from botops.app import queries, today
from botops.app.access.acting import acting_as
from botops.app.checks.reviewing import Said, review
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.costs.amounts import dollars
from botops.app.costs.currency import rate_today
from botops.app.costs.reporting import cost_rows, dearest
from botops.app.dialogues.queue import REVIEW_DAYS, replies_to_review
from botops.app.glossary import DAILY, TODAY
from botops.app.periods import period
from botops.app.prompts.care import cared_for
from botops.app.prompts.state import lint_findings, prompt_states
from botops.app.releases import proposing
from botops.app.seed import seed
from botops.config import Secrets, load_settings
from botops.costs import local_total
from botops.domain.access import AccessRole, Actor
from botops.domain.findings import FindingKind
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.outcomes import Voice
from botops.domain.problems import Problem
from botops.domain.releases import ProposalState
from botops.domain.reviews import FindingRef, Ruling
from botops.domain.turns import Action
from botops.store import DialogueFilter, PatternKey

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Almaty")


def _copy(to: Path) -> Path:
    repository = Path(__file__).parents[3]
    to.mkdir()
    shutil.copy(repository / "botops.yaml", to)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, to / name)
    return to


def _open(folder: Path, role: str = "writer") -> Container:
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role, clock=SetClock(NOW))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = _copy(tmp_path_factory.mktemp("queries") / "project")
    with _open(folder) as container:
        asyncio.run(seed(container, 70))
    return folder


@pytest.fixture
def container(folder):
    with _open(folder, "reader") as container:
        yield container


def _turns(container, asked):
    return [t for t in container.store.reads.turns() if asked.since <= t.inbound.at < asked.until]


def _faulty(turn):
    return bool(turn.verdict.findings) or turn.action is Action.REPAIRED


def test_period_is_calendar_days_of_the_company_up_to_the_end_of_this_hour(container):
    asked = period(container, 14)
    assert asked.until == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert asked.since.astimezone(ZONE).isoformat() == "2026-11-08T00:00:00+05:00"
    assert asked.dates()[0] == date(2026, 11, 8)
    assert asked.dates()[-1] == date(2026, 11, 21)
    assert asked.until - asked.since == asked.previous.until - asked.previous.since
    assert asked.previous.since == asked.since - timedelta(days=14)


@pytest.mark.parametrize("days", [7, 14, 28])
def test_overview_is_what_a_plain_count_says(container, days):
    asked = period(container, days)
    found = queries.overview(container, asked)
    assert tuple(n.id for n in found.numbers) == DAILY
    numbers = {n.id: n for n in found.numbers}
    turns = _turns(container, asked)
    dialogues = {t.inbound.dialogue_id for t in turns}
    reached = [t for t in turns if t.action is Action.FLAGGED]
    assert numbers["dialogues"].value == len(dialogues)
    assert numbers["false_replies"].value == pytest.approx(sum(map(_faulty, turns)) / len(turns) * 1000)
    assert numbers["false_reached"].value == pytest.approx(len(reached) / len(turns) * 1000)
    at_risk = sum(f.at_risk.minor for t in reached for f in t.verdict.findings if f.at_risk)
    assert numbers["below_book"].value == Money(at_risk, "KZT")
    handed = {t.inbound.dialogue_id for t in turns if t.hand_off}
    assert numbers["handed_over"].value == pytest.approx(len(handed) / len(dialogues))
    cost = sum((t.cost.usd for t in turns), Decimal(0))
    assert numbers["cost_per_dialogue"].usd == cost / len(dialogues)
    local = local_total([a.cost for t in turns for a in t.attempts], "KZT")
    value = numbers["cost_per_dialogue"].value
    assert isinstance(value, Decimal)
    assert Money.of(value * len(dialogues), "KZT") == local
    assert found.replies == len(turns)
    assert found.simulated == len(turns)


@pytest.mark.parametrize("name", DAILY)
def test_a_number_is_the_same_whatever_else_is_asked_for(container, name):
    asked = period(container, 14)
    assert queries.overview(container, asked, [name]).numbers[0] == next(
        number for number in queries.overview(container, asked).numbers if number.id == name
    )


def test_trend_is_against_the_same_stretch_before(container):
    asked = period(container, 7)
    now, before = queries.overview(container, asked), queries.overview(container, asked.previous)
    for mine, theirs in zip(now.numbers, before.numbers, strict=True):
        assert mine.previous == theirs.value
    dialogues = now.numbers[0]
    assert dialogues.change == pytest.approx(dialogues.value / dialogues.previous - 1)


@pytest.mark.parametrize(
    ("value", "previous", "change"),
    [(3, 2, 0.5), (None, 2, None), (3, None, None), (3, 0, None), (Money(50, "KZT"), Money(200, "KZT"), -0.75)],
)
def test_change(value, previous, change):
    assert queries.Number("dialogues", value, previous).change == change


def test_change_of_a_cost_without_a_rate_is_that_of_the_dollars():
    number = queries.Number("cost_per_dialogue", None, None, usd=Decimal(3), usd_previous=Decimal(2))
    assert number.change == 0.5


def test_days_add_up_to_the_period(container):
    found = queries.overview(container, period(container, 28))
    turns = _turns(container, found.period)
    assert sum(d.replies for d in found.faulty) == len(turns)
    assert sum(d.reached + d.stopped for d in found.faulty) == sum(map(_faulty, turns))
    days = {t.inbound.at.astimezone(ZONE).date() for t in turns}
    series = dict(found.numbers[0].series)
    assert {day for day, value in series.items() if value} == days
    assert len(series) == 28


def test_period_without_turns_has_no_values_but_no_fault(container):
    asked = period(container, 7).previous.previous.previous.previous.previous
    found = queries.overview(container, asked)
    assert found.empty
    values = {n.id: n.value for n in found.numbers}
    assert values["dialogues"] == 0
    assert all(value is None for name, value in values.items() if name != "dialogues")


@pytest.mark.parametrize("group", ["total", "day", "version", "model", "channel"])
def test_every_grouping_costs_the_same_in_all(container, group):
    asked = period(container, 28)
    turns = _turns(container, asked)
    rows = cost_rows(container, asked, () if group == "total" else (group,))
    assert sum(row.pico_usd for row in rows) == sum(t.cost.pico_usd for t in turns)
    assert sum(row.replies for row in rows) == len(turns)
    assert sum(row.usage.cached_tokens for row in rows) == sum(t.usage.cached_tokens for t in turns)
    assert sum(row.usd for row in rows) == sum((t.cost.usd for t in turns), Decimal(0))
    if group == "total":
        assert rows[0].local == local_total([a.cost for t in turns for a in t.attempts], "KZT")
    elif group == "day":
        assert [row.key[0] for row in rows] == list(asked.dates())
    else:
        assert [row.pico_usd for row in rows] == sorted((row.pico_usd for row in rows), reverse=True)


def test_costs_without_a_rate_are_dollars_only(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "no-rate")
    settings = other / "botops.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("costs:", "x-costs:").split("x-costs:")[0], encoding="utf-8"
    )
    with _open(other, "reader") as container:
        asked = period(container, 28)
        number = queries.overview(container, asked).numbers[DAILY.index("cost_per_dialogue")]
        assert number.value is None
        assert number.usd > 0
        assert cost_rows(container, asked)[0].local is None
        assert rate_today(container) is None


def test_rate_of_the_day(container):
    assert rate_today(container) == (Decimal("518.90"), date(2026, 11, 1))


def test_dearest_dialogues_come_first(container):
    asked = period(container, 28)
    rows = dearest(container, asked, 3)
    assert len(rows) == 3
    assert [r.pico_usd for r in rows] == sorted((r.pico_usd for r in rows), reverse=True)
    by_dialogue: dict[str, int] = {}
    for turn in _turns(container, asked):
        by_dialogue[turn.inbound.dialogue_id] = by_dialogue.get(turn.inbound.dialogue_id, 0) + turn.cost.pico_usd
    assert rows[0].pico_usd == max(by_dialogue.values())
    assert dollars(rows[0].pico_usd) == Decimal(rows[0].pico_usd) / 10**12


def _drafts_findings(turn):
    return turn.attempts[0].verdict.findings if turn.action is Action.REPAIRED else turn.verdict.findings


def test_patterns_count_replies_and_those_that_reached_clients(container):
    asked = period(container, 28)
    expected: dict[PatternKey, set[str]] = {}
    reached: dict[PatternKey, set[str]] = {}
    for turn in _turns(container, asked):
        for finding in _drafts_findings(turn):
            key = PatternKey(finding.kind, finding.sku, turn.assignment.ref.name, turn.assignment.ref.version)
            expected.setdefault(key, set()).add(turn.id)
            if turn.action is Action.FLAGGED:
                reached.setdefault(key, set()).add(turn.id)
    found = queries.patterns(container, asked, limit=500)
    assert {p.fault.key: p.fault.replies for p in found} == {key: len(ids) for key, ids in expected.items()}
    assert {p.fault.key: p.fault.reached for p in found if p.fault.reached} == {k: len(v) for k, v in reached.items()}
    assert [p.fault.replies for p in found] == sorted((p.fault.replies for p in found), reverse=True)
    assert len(queries.patterns(container, asked)) <= queries.PATTERNS


def test_examples_of_patterns_are_real_and_name_the_product(container):
    asked = period(container, 28)
    names = {p.sku: p.name for p in container.books.current().book.products}
    for pattern in queries.patterns(container, asked):
        assert pattern.product == names.get(pattern.fault.key.sku)
        assert 0 < len(pattern.examples) <= queries.EXAMPLES
        for example in pattern.examples:
            turn = container.store.reads.turn(example.turn_id)
            assert turn.inbound.dialogue_id == example.dialogue_id
            assert example.quote in [f.quote for f in _drafts_findings(turn)]
        if pattern.fault.reached:
            assert pattern.examples[0].action is Action.FLAGGED


def test_dialogues_by_kind_are_those_of_the_patterns(container):
    turns = _turns(container, period(container, 28))
    found: dict[FindingKind, set[str]] = {}
    for turn in turns:
        for finding in _drafts_findings(turn):
            found.setdefault(finding.kind, set()).add(turn.inbound.dialogue_id)
    for kind, dialogues in found.items():
        page = container.store.reads.dialogues(DialogueFilter(kind=kind, limit=500))
        assert {row.id for row in page.items} == dialogues


def test_waiting_counts_the_queue_and_who_waits_too_long(tmp_path):
    clock = SetClock(NOW)
    folder = _copy(tmp_path / "queue")
    with Container.open(load_settings(folder / "botops.yaml"), Secrets(), clock=clock) as container:
        for number in (1, 2):
            inbound = InboundMessage(f"d{number}", f"l{number}", "Позовите менеджера", clock.at, f"k{number}")
            asyncio.run(container.bot.run_turn(inbound))
            clock.at += timedelta(minutes=10)
        assert queries.waiting(container) == queries.Waiting(2, 1, NOW)
        taken = container.store.reads.hand_offs()[0].hand_off.turn_id
        container.store.take_hand_off(taken, "Айгуль")
        assert queries.waiting(container) == queries.Waiting(1, 0, NOW + timedelta(minutes=10))


def test_nobody_waits_in_an_empty_store(tmp_path):
    with _open(_copy(tmp_path / "empty")) as container:
        assert queries.waiting(container) == queries.Waiting(0, 0, None)
        assert queries.patterns(container, period(container, 7)) == ()
        assert cost_rows(container, period(container, 7))[0].replies == 0


def test_prompt_states_tell_shares_and_who_serves(container):
    sales, reception = prompt_states(container)
    assert sales.name == "sales"
    assert sales.serving
    assert not reception.serving
    assert {v.number: v.share for v in sales.versions} == {1: 0.5, 2: 0.5}
    assert sales.experiment == "sales-price-first"
    assert {v.number: v.share for v in reception.versions} == {1: 0.0, 2: 1.0}
    assert not sales.broken
    assert lint_findings(container) == ()


def test_prompt_states_of_broken_and_unpublished_prompts(folder, tmp_path):
    other = Path(shutil.copytree(folder, tmp_path / "broken"))
    (other / "prompts" / "sales" / "2.yaml").write_text("messages: [", encoding="utf-8")
    (other / "prompts" / "reception" / "release.yaml").unlink()
    with _open(other, "reader") as container:
        states = {s.name: s for s in prompt_states(container)}
    assert states["sales"].stale
    assert states["sales"].broken
    broken = next(v for v in states["sales"].versions if v.number == 2)
    assert broken.version is None or states["sales"].problems
    assert states["reception"].broken
    assert any(p.level == "error" for p in states["reception"].problems)


# --- the page Today ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [7, 28])
def test_todays_numbers_are_what_a_plain_count_says(container, days):
    asked = period(container, days)
    found = today.today(container, asked)
    assert tuple(n.id for n in found.numbers) == TODAY
    numbers = {n.id: n for n in found.numbers}
    turns = _turns(container, asked)
    whole = {t.inbound.dialogue_id: container.store.reads.dialogue(t.inbound.dialogue_id) for t in turns}
    ended = {key: of for key, of in whole.items() if asked.since <= of[-1].inbound.at < asked.until}
    went_on = sum(len(of) > 1 for of in ended.values())
    assert numbers["kept_talking"].value == pytest.approx(went_on / len(ended))
    assert numbers["kept_talking"].counted == len(ended)
    given = {}
    for key in whole:
        for rating in container.store.feedback.of_dialogue(key):
            if rating.voice is Voice.CLIENT and asked.since <= rating.at < asked.until:
                given[key] = rating.rating
    assert numbers["satisfied"].counted == len(given)
    assert numbers["satisfied"].value == pytest.approx(sum(r >= 4 for r in given.values()) / len(given))
    since = container.clock.now() - timedelta(days=REVIEW_DAYS)
    waiting = sum(_faulty(turn) for turn in _turns(container, period(container, 90)) if turn.inbound.at >= since)
    assert numbers["waiting_reviews"].value == waiting == replies_to_review(container)
    for number in found.numbers:
        assert [day for day, _ in number.series] == list(asked.dates())


def test_the_day_that_is_not_over_stands_beside_no_whole_days_in_a_share(folder, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(folder, project)
    with _open(project) as container:
        message = InboundMessage("begun", "begun", "Здравствуйте", NOW - timedelta(minutes=5), "begun")
        asyncio.run(container.bot.run_turn(message))
        container.store.roll_up()
        asked = period(container, 7)
        numbers = {n.id: n for n in today.today(container, asked).numbers}
        unfinished, whole = asked.dates()[-1], today.kept_talking(container, asked)
    assert dict(whole.series)[unfinished] is not None
    assert numbers["kept_talking"].series == (*whole.series[:-1], (unfinished, None))
    assert numbers["kept_talking"].value == whole.value
    assert dict(numbers["handed_over"].series)[unfinished] is None
    assert dict(numbers["overdue_prompts"].series)[unfinished] is not None


def test_nothing_to_count_is_unknown_and_not_zero(container):
    asked = period(container, 7).previous.previous.previous.previous.previous
    numbers = {n.id: n for n in today.today(container, asked).numbers}
    assert numbers["satisfied"].value is None
    assert numbers["kept_talking"].value is None


def test_replies_wait_as_long_as_the_queue_holds_them_whatever_the_period(container):
    number = today.waiting_reviews(container, period(container, 90))
    assert number.value == replies_to_review(container) > 0
    told = dict(number.series)
    assert [told[day] for day in sorted(told)][:60] == [None] * 60


def test_few_ratings_have_no_trend(container):
    number = today.satisfied(container, period(container, 7))
    assert number.counted < today.FEW
    assert number.previous is None


def test_a_reply_somebody_ruled_on_waits_no_longer(folder, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(folder, project)
    with _open(project) as container:
        asked = period(container, 28)
        before = today.waiting_reviews(container, asked)
        turn = next(t for t in _turns(container, asked) if t.verdict.findings)
        review(container, Said(FindingRef(turn.id, -1, 0), Ruling.CONFIRMED, "Дана", "так и есть"))
        after = today.waiting_reviews(container, asked)
    assert after.value == before.value - 1
    day = turn.inbound.at.astimezone(ZONE).date()
    assert dict(after.series)[day] == dict(before.series)[day] - 1


def test_overdue_prompts_are_those_whose_review_is_too_long_ago(container):
    asked = period(container, 7)
    number = today.overdue_prompts(container, asked)
    cared = cared_for(container.registry, container.settings, asked.dates()[-1], "ru")
    assert number.value == sum(one.overdue for one in cared)
    assert [value for _, value in number.series] == sorted(value for _, value in number.series)


def test_who_put_it_forward_does_not_decide(folder, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(folder, project)
    with _open(project) as container:
        proposing.put_forward(container, "pricebook", "new.yaml", "c" * 64, by="Дана", reason="дешевле", base=None)
        assert [one.by for one in today.to_do(container).to_decide] == ["Дана"]
        with acting_as(Actor("дана", frozenset({AccessRole.EDITOR}))):
            assert today.to_do(container).to_decide == ()
        with acting_as(Actor("Ерлан", frozenset({AccessRole.APPROVER}))):
            assert [one.state for one in today.to_do(container).to_decide] == [ProposalState.OPEN]


def test_stale_prices_are_what_lint_says_of_prices_worst_first():
    wrong = Problem("prompts/sales/1.yaml", 9, 1, "", "цена", "error", "prompt-price")
    later = Problem("prompts/sales/1.yaml", 2, 1, "", "скидка", "warning", "prompt-discount")
    other = Problem("prompts/sales/1.yaml", 1, 1, "", "длинно", "error", "prompt-too-long")
    assert today.stale_prices([later, other, wrong]) == (wrong, later)
