"""A person's word on a reply: what follows for what the check found, what waits, and how far people agree."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.access.acting import acting_as
from botops.app.checks.reviewing import Said, golden_cases, review
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.dialogues.judging import review_reply, settled
from botops.app.dialogues.queue import (
    LEAST_PAIRS,
    agreement_of_reviewers,
    next_for_second_look,
    next_to_review,
    replies_to_review,
)
from botops.app.evals.cases import case_from
from botops.app.periods import period
from botops.config import Secrets, load_settings
from botops.domain.access import AccessRole, Actor
from botops.domain.errors import ForbiddenError, NotFoundError, UserError
from botops.domain.messages import InboundMessage
from botops.domain.reviews import FindingRef, Remedy, ReplyReview, ReplyVerdict, Ruling
from botops.store import DialogueFilter
from botops.testing.fakes import QueueModel

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
PRICE = "Для вас тариф «Магазин» — 9 000 ₸ в месяц."
TWO = "Тариф «Магазин» — 9 000 ₸ в месяц, а тариф «Старт» — 1 000 ₸ в месяц."
FINE = "Тариф «Магазин» — 13 900 ₸ в месяц."
RIGHT, WRONG = ReplyVerdict.RIGHT, ReplyVerdict.WRONG


@pytest.fixture
def opened(tmp_path, repository):
    """A bot that says what it is told, and only watched."""
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    settings = load_settings(tmp_path / "botops.yaml", overrides=["guard.policy=observe"])
    containers = []

    def opened(*answers):
        containers.append(Container.open(settings, Secrets(), clock=SetClock(NOW), model=QueueModel(list(answers))))
        return containers[-1]

    yield opened
    for container in containers:
        container.close()


def say(container, dialogue="d1"):
    text = "Сколько стоит тариф «Магазин»?"
    inbound = InboundMessage(dialogue, f"lead-{dialogue}", text, container.clock.now(), f"{dialogue}-{text}", "web")
    return asyncio.run(container.bot.run_turn(inbound))


def rulings(container, record):
    return {ref.position: (said.ruling, said.remedy, said.by)
            for ref, said in container.store.reviews.rulings([record.id]).items()}  # fmt: skip


def test_one_word_rules_on_all_that_was_found_and_leaves_the_queue(opened):
    container = opened(TWO, PRICE)
    two, one = say(container), say(container, "d2")
    assert replies_to_review(container) == 2
    review_reply(container, two.id, WRONG, by=" Айгуль ", ideal="«Магазин» — 13 900 ₸.")
    assert rulings(container, two) == dict.fromkeys(
        range(len(two.verdict.findings)), (Ruling.CONFIRMED, None, "Айгуль")
    )
    assert len(two.verdict.findings) == 2
    assert next_to_review(container).turn_id == one.id
    review_reply(container, one.id, RIGHT, by="Айгуль", reason="цена из рассылки")
    assert rulings(container, one) == {0: (Ruling.FALSE_ALARM, Remedy.CHECK, "Айгуль")}
    assert (replies_to_review(container), next_to_review(container)) == (0, None)
    (case,) = golden_cases(container)
    assert case["labels"][0]["findings"] == []


def test_a_person_may_think_again_but_does_not_overrule_another(opened):
    container = opened(PRICE)
    record = say(container)
    review_reply(container, record.id, RIGHT, by="Айгуль")
    review_reply(container, record.id, WRONG, by="Айгуль")
    assert rulings(container, record) == {0: (Ruling.CONFIRMED, None, "Айгуль")}
    review_reply(container, record.id, RIGHT, by="Болат")
    assert rulings(container, record) == {0: (Ruling.CONFIRMED, None, "Айгуль")}
    said = container.store.reply_reviews.of_turns([record.id])[record.id]
    assert [(one.by, one.verdict) for one in said] == [("Айгуль", WRONG), ("Болат", RIGHT)]
    assert settled(said) is None
    assert settled([*said, replace(said[0], by="Сауле")]) is WRONG
    assert settled([]) is None


def test_ruling_on_the_last_finding_is_a_word_on_the_reply(opened):
    container = opened(TWO)
    record = say(container)
    common = {"by": "Айгуль", "reason": "так и есть"}
    review(container, Said(FindingRef(record.id, -1, 0), Ruling.FALSE_ALARM, remedy=Remedy.BOOK, **common))
    assert container.store.reply_reviews.of_turns([record.id]) == {}
    review(container, Said(FindingRef(record.id, -1, 1), Ruling.CONFIRMED, **common))
    (said,) = container.store.reply_reviews.of_turns([record.id])[record.id]
    assert (said.verdict, said.by) == (WRONG, "Айгуль")


def test_a_reply_nothing_was_found_in_can_be_wrong_and_its_ideal_goes_into_the_test(opened):
    container = opened(FINE)
    record = say(container)
    review_reply(container, record.id, WRONG, by="Айгуль", reason="не спросил о рознице", ideal="  А сколько касс? ")
    assert rulings(container, record) == {}
    case = case_from(container, "d1", 1)
    assert case["x-ideal"] == "А сколько касс?"
    assert "x-reviews" not in case


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"by": "  "}, "who does it"),
        ({"by": "a\x00b"}, "control character"),
        ({"verdict": RIGHT, "ideal": "так"}, "no better one"),
        ({"reason": "x" * 4001}, "4000 at most"),
        ({"ideal": "x" * 4001}, "4000 at most"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(opened, changes, said):
    container = opened(PRICE)
    record = say(container)
    with pytest.raises(UserError, match=said):
        review_reply(container, record.id, **({"verdict": WRONG, "by": "Айгуль"} | changes))
    assert replies_to_review(container) == 1
    assert rulings(container, record) == {}


def test_no_such_reply_and_no_such_right(opened):
    container = opened(PRICE)
    record = say(container)
    with pytest.raises(NotFoundError):
        review_reply(container, "none", WRONG, by="Айгуль")
    with acting_as(Actor("Дина", frozenset({AccessRole.VIEWER}))), pytest.raises(ForbiddenError):
        review_reply(container, record.id, WRONG, by="Дина")
    with acting_as(Actor("Дина", frozenset({AccessRole.EDITOR}))), pytest.raises(ForbiddenError):
        review_reply(container, record.id, WRONG, by="Айгуль")
    assert replies_to_review(container) == 1


def test_the_queue_takes_the_filter_and_what_was_put_aside(opened):
    container = opened(PRICE, PRICE)
    first, second = say(container), say(container, "d2")
    assert replies_to_review(container, DialogueFilter(lead_id="lead-d2")) == 1
    assert next_to_review(container, aside={first.id}).turn_id == second.id
    assert next_to_review(container, aside={first.id, second.id}) is None
    container.clock.at += timedelta(days=29)
    assert replies_to_review(container) == 0


def test_agreement_is_told_of_enough_replies_two_people_judged_apart(opened):
    container = opened(*[PRICE] * (LEAST_PAIRS + 1))
    records = [say(container, f"d{n}") for n in range(LEAST_PAIRS + 1)]
    add = container.store.reply_reviews.add

    def agreement():
        return agreement_of_reviewers(container, period(container, 28))

    assert (agreement().level, agreement().share) == ("too_few", None)
    for n, record in enumerate(records[:-1]):
        container.clock.at += timedelta(seconds=1)
        add(ReplyReview(record.id, WRONG if n % 2 else RIGHT, "Айгуль", container.clock.now()))
        if n == 0:
            assert next_for_second_look(container, "Айгуль") is None
            assert next_for_second_look(container, "Болат").turn_id == record.id
            assert next_for_second_look(container, "Болат", {record.id}) is None
        add(ReplyReview(record.id, WRONG if n % 2 or n < 6 else RIGHT, "Болат", container.clock.now()))
        if n == LEAST_PAIRS - 2:
            assert agreement().level == "too_few"
    found = agreement()
    # 30 pairs, 27 the same: of 15 called right by the first the second calls 3 wrong.
    assert (found.pairs, found.agreed, found.share, found.level) == (30, 27, 0.9, "good")
    assert found.kappa == pytest.approx(0.8)
    assert found.kappa_low < found.kappa < found.kappa_high
    assert found.low == pytest.approx(0.7438, abs=1e-4)


def test_people_who_always_say_one_thing_agree_but_prove_nothing(opened):
    container = opened(*[PRICE] * LEAST_PAIRS)
    for n in range(LEAST_PAIRS):
        record = say(container, f"d{n}")
        for by in ("Айгуль", "Болат"):
            container.store.reply_reviews.add(ReplyReview(record.id, WRONG, by, container.clock.now()))
    found = agreement_of_reviewers(container, period(container, 28))
    assert (found.share, found.kappa, found.level) == (1.0, None, "one_sided")
