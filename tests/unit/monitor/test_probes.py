"""What probes ask, what an answer is worth, and what a month of them comes to."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from botops.domain.errors import UserError
from botops.domain.probes import (
    ProbeFault,
    ProbeKind,
    ProbeOutcome,
    ProbeResult,
    ProbeSpan,
    ProbeTally,
    ProbeTurn,
)
from botops.domain.turns import Action
from botops.monitor.probes import (
    Answer,
    failing,
    hand_over_question,
    judge,
    missed_runs,
    month_of,
    price_questions,
)
from botops.pricebook import load_bytes

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = date(2026, 11, 20)
BOOK = """
currency: KZT
products:
  - {sku: bike, name: Велосипед, prices: [{amount: 1000, from: true}]}
  - {sku: helmet, name: Шлем, prices: [{amount: 5000, attributes: {size: S}}, {amount: 6000, attributes: {size: L}}]}
  - {sku: lock, name: Замок, prices: [{amount: 900, region: almaty}, {amount: 800, region: astana}]}
  - {sku: tube, name: Камера, prices: [{amount: 700}, {amount: 600, min_qty: 10}]}
  - {sku: old, name: Насос, prices: [{amount: 100, valid_to: "2026-10-31"}]}
  - sku: care
    name: Уход за велосипедом
    prices:
      - {amount: 4500, per: month, valid_to: "2026-11-30"}
      - {amount: 4900, per: month, valid_from: "2026-12-01"}
      - {amount: 45000, per: year}
  - {sku: bell, name: Звонок, prices: [{amount: 1200}]}
"""


@pytest.fixture(scope="module")
def book():
    return load_bytes(BOOK.encode(), "bikes.yaml")


def turn(**changes):
    noted = {"id": "t", "at": START, "failed": False, "rule": None, "prompt": "sales", "version": 1, "model": "m",
             "simulated": False, "pico_usd": 0, "unknown_cost": False}  # fmt: skip
    return ProbeTurn(**(noted | changes))


def answered(reply, *, action=Action.PASSED, handed_over=False, **noted):
    return Answer(reply, action, handed_over, turn(**noted))


def test_the_first_product_with_one_price_for_everybody_is_asked_for(book):
    questions = price_questions(book, DAY, ("ru", "kk", "en"))
    assert [q.name for q in questions] == ["price:ru", "price:kk", "price:en"]
    assert {q.amount for q in questions} == {Decimal(4500)}
    assert [q.expected for q in questions] == ["4 500 ₸ в месяц", "4 500 ₸ айына", "4,500 ₸ per month"]
    assert all("Уход за велосипедом" in q.text for q in questions)


def test_the_price_is_the_one_of_the_day(book):
    assert price_questions(book, date(2026, 12, 1), ("en",))[0].amount == 4900


def test_a_product_can_be_chosen(book):
    (question,) = price_questions(book, DAY, ("ru",), "bell")
    assert (question.text, question.expected) == ("Здравствуйте! Сколько стоит Звонок?", "1 200 ₸")


@pytest.mark.parametrize("sku", ["bike", "helmet", "lock", "tube", "old"])
def test_a_product_with_several_right_answers_is_refused(book, sku):
    with pytest.raises(UserError, match=f"probes.product: '{sku}' has no price today that holds for everybody"):
        price_questions(book, DAY, ("ru",), sku)


def test_a_product_that_is_not_there_is_refused(book):
    with pytest.raises(UserError, match="the price book has no product 'skateboard'"):
        price_questions(book, DAY, ("ru",), "skateboard")


def test_a_book_without_a_plain_price_has_nothing_to_ask_for():
    book = load_bytes(b"currency: KZT\nproducts:\n  - {sku: a, name: A, prices: [{amount: 1, from: true}]}\n", "b.yaml")
    with pytest.raises(UserError, match="nothing to ask for"):
        price_questions(book, DAY, ("ru",))


RIGHT, WRONG, DOWN, OFF = (
    ProbeOutcome.RIGHT, ProbeOutcome.WRONG, ProbeOutcome.UNANSWERED, ProbeOutcome.SWITCHED_OFF
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "worth"),
    [
        (answered("Уход стоит 4 500 ₸ в месяц или 45 000 ₸ в год."), (RIGHT, None)),
        (answered("It is 4,500 KZT a month."), (RIGHT, None)),
        (answered("Четыре с половиной тысячи тенге в месяц"), (RIGHT, None)),
        (answered("Уход стоит 4 900 ₸ в месяц."), (WRONG, ProbeFault.NO_PRICE)),
        (answered("От 4 000 до 4 500 ₸."), (WRONG, ProbeFault.NO_PRICE)),
        (answered("$4500"), (WRONG, ProbeFault.NO_PRICE)),
        (answered("4 500 ₸, а для вас скидка 50 %", action=Action.FLAGGED), (WRONG, ProbeFault.FLAGGED)),
        (answered("Передаю коллеге", handed_over=True, rule="blocked_reply"), (WRONG, ProbeFault.NO_PRICE)),
        (answered("Передаю коллеге", handed_over=True, rule="model_error", failed=True),
         (DOWN, ProbeFault.FAILED_TURN)),
        (answered("Передаю коллеге", handed_over=True, rule="kill_switch"), (OFF, None)),
        (answered("  "), (DOWN, ProbeFault.EMPTY)),
        (Answer("4 500 ₸", Action.PASSED, False), (RIGHT, None)),
    ],
)  # fmt: skip
def test_what_an_answer_about_a_price_is_worth(book, answer, worth):
    (question,) = price_questions(book, DAY, ("ru",))
    assert judge(question, answer) == worth


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_who_asks_for_a_person_has_to_be_handed_over(language):
    question = hand_over_question(language)
    assert judge(question, answered("Зову коллегу", handed_over=True, rule="client_request")) == (RIGHT, None)
    assert judge(question, answered("Чем помочь?")) == (WRONG, ProbeFault.NOT_HANDED_OVER)


def at(minutes):
    return START + timedelta(minutes=minutes)


EVERY_S = 600


@pytest.mark.parametrize(
    ("minutes", "missed"),
    [
        ((0, 10, 20), 0),
        ((0, 14, 20), 0),
        ((0, 20, 30), 1),
        ((0, 25), 1),
        ((0, 60, 70), 5),
        ((), 0),
    ],
)
def test_runs_that_never_took_place_are_counted_between_those_that_did(minutes, missed):
    starts = [(at(m), EVERY_S) for m in minutes]
    until = at(minutes[-1] + 5) if minutes else at(60)
    assert missed_runs(starts, START, until) == missed


def test_a_run_that_is_about_to_begin_is_not_missed_yet():
    starts = [(at(0), EVERY_S)]
    found = [missed_runs(starts, START, at(m), running=True) for m in (9, 14, 16, 24, 26)]
    assert found == [0, 0, 1, 1, 2]


def test_missed_runs_count_in_the_month_they_were_due():
    before, after = (at(-60), EVERY_S), (at(60), EVERY_S)
    assert missed_runs([before, after], START, at(60)) == 6
    assert missed_runs([before, after], at(-60), START) == 5


def test_each_gap_is_measured_by_the_interval_of_its_time():
    assert missed_runs([(at(0), 3600), (at(60), EVERY_S), (at(70), EVERY_S)], START, at(71)) == 0


def test_a_clock_put_back_makes_no_run_missed():
    assert missed_runs([(at(0), EVERY_S), (at(10), EVERY_S)], START, at(-110), running=True) == 0


def tally(outcome, number, kind=ProbeKind.PRICE, language="ru"):
    return ProbeTally(kind, language, outcome, number)


def month(tallies, *, runs=100, missed=0, due=1000, objectives=(0.99, 0.95)):
    span = ProbeSpan(tuple(tallies), runs, 5, False, ())
    return month_of(span, START, at(60), missed=missed, due=due, objectives=objectives)


def test_a_month_says_how_often_the_bot_answered_and_was_right():
    found = month([
        tally(RIGHT, 180), tally(WRONG, 10), tally(DOWN, 2), tally(OFF, 8),
        tally(RIGHT, 200, ProbeKind.HAND_OVER),
    ])  # fmt: skip
    assert (found.asked, found.answered, found.judged, found.right) == (400, 398, 390, 380)
    assert found.uptime == pytest.approx(398 / 400)
    assert found.correct == pytest.approx(380 / 390)
    assert found.uptime_budget_left == pytest.approx(1 - 2 / 10)
    assert found.correct_budget_left == pytest.approx(1 - 10 / 50)
    person, price = found.by_question
    assert (person.name, person.asked, person.uptime, person.correct) == ("hand_over:ru", 200, 1, 1)
    assert (price.name, price.asked) == ("price:ru", 200)
    assert (price.uptime, price.correct) == (pytest.approx(198 / 200), pytest.approx(180 / 190))


def test_runs_that_were_missed_are_unknown_and_bound_the_uptime_from_below():
    found = month([tally(RIGHT, 400)], runs=100, missed=25)
    assert found.uptime == 1
    assert found.uptime_at_least == pytest.approx(400 / 500)
    assert found.uptime_budget_left == 1


def test_a_budget_can_be_overspent():
    assert month([tally(DOWN, 30), tally(RIGHT, 70)]).uptime_budget_left == pytest.approx(-2)


def test_nothing_asked_is_unknown_and_not_zero():
    found = month([], runs=0, missed=3)
    assert (found.uptime, found.uptime_at_least, found.correct, found.uptime_budget_left) == (None,) * 4


def results(name, *outcomes):
    kind, language = name.split(":")
    return [
        ProbeResult(f"r{n}", ProbeKind(kind), language, at(-n * 10), outcome, "?") for n, outcome in enumerate(outcomes)
    ]


def test_a_question_fails_when_it_failed_several_times_in_a_row():
    latest = [
        *results("price:ru", DOWN, WRONG, RIGHT), *results("price:kk", WRONG, RIGHT, WRONG),
        *results("price:en", RIGHT, WRONG, WRONG), *results("hand_over:ru", OFF, WRONG, WRONG),
    ]  # fmt: skip
    assert [r.name for r in failing(latest, 2)] == ["price:ru"]
    assert [r.name for r in failing(latest, 1)] == ["price:kk", "price:ru"]
    assert failing(results("price:ru", DOWN), 2) == ()
