"""From a finding to an exception, a correction of the book or a golden case; and what blocking would have stopped."""

import asyncio
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from botops.app import services
from botops.app.access.acting import acting_as
from botops.app.checks.exceptions import StoredExceptions, exception_row, load_exceptions
from botops.app.checks.judging import judge_dialogue
from botops.app.checks.rehearsal import as_json, rehearse
from botops.app.checks.reviewing import (
    Said,
    add_exception,
    canonical,
    corrections,
    golden_cases,
    review,
    revoke_exception,
    today,
)
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.releases import proposing, releasing
from botops.claims import compile_book
from botops.claims.dialogues import parse_dialogues
from botops.config import Secrets, load_settings
from botops.domain.access import AccessRole, Actor
from botops.domain.errors import ConflictError, ForbiddenError, NotFoundError, StoreError, UserError
from botops.domain.findings import FindingKind, Judgement
from botops.domain.messages import InboundMessage
from botops.domain.refusals import Refusal
from botops.domain.releases import Deed
from botops.domain.reviews import FindingRef, Remedy, Ruling
from botops.domain.turns import Action
from botops.pricebook import load
from botops.testing.fakes import QueueModel

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
PRICE = "Для вас тариф «Магазин» — 9 000 ₸ в месяц."
GIFT = "Ещё подарим вам iPad в подарок!"
FINE = "Тариф «Магазин» — 13 900 ₸ в месяц."


@pytest.fixture
def folder(tmp_path, repository) -> Path:
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, tmp_path / name)
    return tmp_path


def opened(folder, answers, policy="observe", *more):
    settings = load_settings(folder / "botops.yaml", overrides=[f"guard.policy={policy}", *more])
    return Container.open(settings, Secrets(), clock=SetClock(NOW), model=QueueModel(list(answers)))


def say(container, text="Сколько стоит тариф «Магазин»?", dialogue="d1"):
    inbound = InboundMessage(dialogue, f"lead-{dialogue}", text, container.clock.now(), f"{dialogue}-{text}", "web")
    return asyncio.run(container.bot.run_turn(inbound))


def said(record, **changes):
    values = {"finding": FindingRef(record.id, -1, 0), "ruling": Ruling.FALSE_ALARM, "by": "Айгуль",
              "reason": "цена из рассылки", "remedy": Remedy.EXCEPTION, "owner": "head_of_sales",
              "until": date(2026, 12, 31)}  # fmt: skip
    return Said(**(values | changes))


def test_an_editor_silences_the_check_on_nothing(folder):
    """Who writes texts and prices rules on findings, but an exception takes who approves; ending one anybody may."""
    editor, approver = (
        Actor(n, frozenset({r})) for n, r in (("Айгуль", AccessRole.EDITOR), ("Болат", AccessRole.APPROVER))
    )
    until = date(2026, 12, 31)
    with opened(folder, [PRICE, PRICE]) as container:
        first, second = say(container), say(container, dialogue="d2")
        with acting_as(editor):
            with pytest.raises(ForbiddenError, match="may not approve"):
                review(container, said(first))
            with pytest.raises(ForbiddenError, match="may not approve"):
                add_exception(container, "9 000 ₸", FindingKind.PRICE, "shop", owner="sales", reason="…", until=until,
                              by="Айгуль")  # fmt: skip
            assert container.store.reviews.exceptions(revoked=True) == ()
            assert container.store.reviews.rulings([first.id]) == {}
            review(container, said(first, remedy=Remedy.CHECK, owner=None, until=None))
        with acting_as(approver):
            made = review(container, said(first, by="Болат")).exception_id
        with acting_as(editor):
            assert review(container, said(second)).exception_id == made, "what is let pass already is no new exception"
            revoke_exception(container, made, "Айгуль")
        log = container.store.audit.entries(f"exception:{made}")
    assert {(e.deed, e.by) for e in log} == {(Deed.EXCEPT, "Болат"), (Deed.EXCEPT_END, "Айгуль")}


SECOND_PERSON = "releases.approval=second_person"


def released(container):
    """A text that Айгуль wrote, Болат proposed and Дана approved, live for everybody."""
    text = container.registry.candidate("sales", 1).raw.decode().replace("messages:", "# новая версия\nmessages:", 1)
    releasing.save_draft(container, "sales", text, by="Айгуль")
    made = proposing.propose(container, "sales", by="Болат", reason="цена сразу")
    proposing.approve(container, made.id, by="Дана", reason="прочитала")
    release = releasing.publish(container, "sales", 3, by="Дана", reason="выпуск", end_split=True)
    assert release.live == 3


def test_where_a_text_takes_two_people_so_does_letting_its_replies_pass(folder):
    with opened(folder, [PRICE], "observe", SECOND_PERSON) as container:
        released(container)
        record = say(container)
        assert record.assignment.ref.version == 3
        for own in ("Айгуль", " айгуль", "Болат"):
            with (
                acting_as(Actor(own, frozenset({AccessRole.APPROVER}))),
                pytest.raises(UserError, match="wrote or proposed sales@3") as refused,
            ):
                review(container, said(record, by=own))
            assert refused.value.refusal is Refusal.OWN_REPLIES
        assert container.store.reviews.exceptions() == ()
        assert container.store.reviews.rulings([record.id]) == {}
        review(container, said(record, by="Айгуль", remedy=Remedy.BOOK, owner=None, until=None))
        with acting_as(Actor("Дана", frozenset({AccessRole.APPROVER}))):
            made = review(container, said(record, by="Дана"))
        assert container.store.reviews.exceptions()[0].id == made.exception_id


def test_an_exception_without_a_finding_takes_somebody_who_wrote_nothing_clients_get(folder):
    def add(container, by):
        return add_exception(
            container, "9 000 ₸", FindingKind.PRICE, "shop", owner="sales", reason="рассылка", until=date(2026, 12, 1),
            by=by,
        )  # fmt: skip

    with opened(folder, [], "observe", SECOND_PERSON) as container:
        released(container)
        for own in ("Айгуль", "Болат"):
            with pytest.raises(UserError, match="wrote or proposed sales@3"):
                add(container, own)
        (folder / "prompts" / "sales" / "3.yaml").write_text("messages: [", encoding="utf-8")
        with pytest.raises(UserError, match="Айгуль wrote"):  # the log knows, whatever became of the file
            add(container, "Айгуль")
        assert add(container, "Дана").by == "Дана"


def test_who_may_approve_a_text_may_let_its_replies_pass(folder):
    more = SECOND_PERSON, "releases.approvers=[head_of_sales]"
    with opened(folder, [PRICE], "observe", *more) as container:
        record = say(container)
        with pytest.raises(UserError, match="may not approve") as refused:
            review(container, said(record, by="Никто"))
        assert refused.value.refusal is Refusal.NOT_AN_APPROVER
        assert review(container, said(record, by="head_of_sales")).exception_id


def test_where_one_person_releases_one_person_lets_pass(folder):
    with opened(folder, [PRICE], "observe", SECOND_PERSON, "releases.prompts={sales: {approval: none}}") as container:
        text = container.registry.candidate("sales", 1).raw.decode().replace("messages:", "# новая\nmessages:", 1)
        releasing.save_draft(container, "sales", text, by="Айгуль")
        releasing.new_version(container, "sales", by="Айгуль", reason="цена сразу")
        releasing.publish(container, "sales", 3, by="Айгуль", reason="выпуск", end_split=True)
        record = say(container)
        assert record.assignment.ref.version == 3
        assert review(container, said(record)).exception_id


def test_a_false_alarm_lets_the_same_claim_pass_next_time_and_says_so(folder):
    with opened(folder, [PRICE, "Тариф «Магазин» — 9000 тенге в месяц", PRICE], "block") as container:
        first = say(container)
        assert first.action is Action.BLOCKED
        kept = review(container, said(first))
        assert kept.finding == FindingRef(first.id, 0, 0)
        second = say(container, dialogue="d2")
        assert second.action is Action.PASSED
        assert second.verdict.judgement is Judgement.SUPPORTED
        (passed,) = second.verdict.excepted
        assert passed.exception == kept.exception_id
        (known,) = container.store.reviews.exceptions()
        assert (known.fired, known.sku, known.kind) == (1, "shop", FindingKind.PRICE)
        assert container.store.reads.dialogue("d2")[0].verdict.excepted == (passed,)
        assert b'botops_excepted_findings_total{kind="price"} 1.0' in container.metrics.exposition()
        revoke_exception(container, known.id, "Болат")
        assert say(container, dialogue="d3").action is Action.BLOCKED


def test_an_exception_ends_with_its_last_day(folder):
    with opened(folder, [PRICE, PRICE], "block") as container:
        review(container, said(say(container), until=today(container)))
        container.clock.at = NOW + timedelta(days=1)
        assert say(container, dialogue="d2").action is Action.BLOCKED


@pytest.mark.parametrize(("changes", "message"), [
    ({"by": " "}, "who says so is missing"),
    ({"reason": ""}, "a reason is missing"),
    ({"remedy": None}, "say which"),
    ({"ruling": Ruling.CONFIRMED}, "say which"),
    ({"owner": None}, "an owner"),
    ({"owner": "head_of_sale"}, "did you mean `head_of_sales`"),
    ({"until": None}, "last day"),
    ({"until": date(2026, 11, 1)}, "is before"),
    ({"until": date(2028, 1, 1)}, "over a year"),
    ({"wording": "да"}, "says nothing"),
    ({"wording": "месяц " * 200}, "never be said again"),
    ({"wording": "тариф «Кафе» за 9 000 ₸"}, "would change nothing"),
])  # fmt: skip
def test_a_ruling_that_is_not_whole_is_refused(folder, changes, message):
    with opened(folder, [PRICE]) as container:
        record = say(container)
        with pytest.raises(UserError, match=message):
            review(container, said(record, **changes))
        assert container.store.reviews.exceptions() == ()


def test_a_ruling_on_nothing_is_refused_and_a_second_false_alarm_joins_the_first(folder):
    with opened(folder, [PRICE, PRICE]) as container:
        record = say(container)
        for ref in (FindingRef(record.id, 0, 3), FindingRef(record.id, 9, 0), FindingRef("none", 0, 0)):
            with pytest.raises(NotFoundError):
                review(container, said(record, finding=ref))
        second = say(container, dialogue="d2")
        first = review(container, said(record))
        again = review(container, said(second, owner=None, until=None))
        assert again.exception_id == first.exception_id
        assert len(container.store.reviews.exceptions()) == 1
        with pytest.raises(ConflictError, match="excepted already"):
            add_exception(container, "9000 тенге", FindingKind.PRICE, "shop", owner="sales", reason="рассылка",
                          until=date(2026, 12, 1), by="Айгуль")  # fmt: skip


def test_an_exception_without_a_finding(folder):
    with opened(folder, []) as container:
        made = add_exception(container, "9 000 ₸", FindingKind.PRICE, "shop", owner="sales", reason="рассылка",
                             until=date(2026, 12, 1), by="Айгуль")  # fmt: skip
        assert container.store.reviews.exceptions() == (made,)
        with pytest.raises(UserError, match="did you mean `shop`"):
            add_exception(container, "9 000 ₸", FindingKind.PRICE, "shp", owner="sales", reason="рассылка",
                          until=date(2026, 12, 1), by="Айгуль")  # fmt: skip


def test_dialogues_taken_in_are_judged_with_exceptions_too(folder):
    row = {"id": "x-1", "started_at": "2026-11-20T10:00:00+05:00",
           "messages": [{"role": "user", "content": "цена?"}, {"role": "assistant", "content": PRICE}]}  # fmt: skip
    with opened(folder, [PRICE]) as container:
        review(container, said(say(container)))
        lines = [json.dumps(row, ensure_ascii=False).encode()]
        report = asyncio.run(services.ingest(container, lines, origin="log"))
        assert report.findings == 0
        (record,) = container.store.reads.dialogue("x-1")
        assert len(record.verdict.excepted) == 1


def test_golden_cases_are_labelled_dialogues(folder):
    with opened(folder, [FINE, f"{PRICE} {GIFT}", GIFT]) as container:
        say(container, "Здравствуйте")
        record = say(container)
        assert [f.kind.value for f in record.verdict.findings] == ["price", "terms"]
        review(container, said(record))
        confirmed = said(record, finding=FindingRef(record.id, 0, 1), ruling=Ruling.CONFIRMED, remedy=None)
        (case,) = golden_cases(container)
        assert case["x-unreviewed"] == 1
        review(container, confirmed)
        (case,) = golden_cases(container)
        assert case["x-unreviewed"] == 0
        assert case["price_book"] == "demo.yaml"
        assert [m["role"] for m in case["messages"]] == ["user", "assistant", "user", "assistant"]
        (label,) = case["labels"]
        gift = record.verdict.findings[1]
        assert label == {"turn": 3, "hallucinated": True, "findings": [{"kind": "terms", "quote": gift.quote}]}
        (dialogue,) = parse_dialogues([json.dumps(case).encode()], "golden")
        book = compile_book(load(folder / "pricebook" / "demo.yaml"))
        found = {f.quote for judged in judge_dialogue(dialogue, book) for f in judged.verdict.findings}
        assert found >= {gift.quote}
        other = say(container, dialogue="d2")
        review(container, said(other, remedy=Remedy.BOOK))
        review(container, said(other, ruling=Ruling.CONFIRMED, remedy=None))
        assert len(list(golden_cases(container))) == 1


def test_a_correction_is_open_until_the_book_bears_the_claim_out(folder):
    with opened(folder, [PRICE]) as container:
        review(container, said(say(container), remedy=Remedy.BOOK))
        assert container.store.reviews.exceptions() == ()
        (asked,) = corrections(container)
        assert not asked.mended
    book = folder / "pricebook" / "demo.yaml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace("{amount: 13900, per: month", "{amount: 9000, per: month"), encoding="utf-8")
    with opened(folder, []) as container:
        (asked,) = corrections(container)
        assert asked.mended
    book.unlink()
    with opened(folder, []) as container:
        assert [c.mended for c in corrections(container)] == [False]


def test_what_blocking_would_have_stopped(folder):
    answers = [PRICE, FINE, f"{PRICE} {GIFT}", GIFT, FINE, "Годовой тариф «Магазин» за 99 000 ₸, ваш +7 701 123 45 67"]
    with opened(folder, answers) as container:
        records = [say(container, dialogue=f"d{n}") for n in range(len(answers))]
        flagged = [r for r in records if r.action is Action.FLAGGED]
        assert len(flagged) == 4
        confirm = {"ruling": Ruling.CONFIRMED, "remedy": None}
        review(container, said(flagged[1], finding=FindingRef(flagged[1].id, -1, 1), **confirm))
        review(container, said(flagged[2], remedy=Remedy.BOOK))
        found = rehearse(container, NOW - timedelta(days=7), NOW + timedelta(days=1), examples=1)
        assert (found.replies, found.stopped.all, found.share) == (6, 4, 4 / 6)
        assert (found.stopped.true, found.stopped.false, found.stopped.unreviewed) == (1, 1, 2)
        assert found.right == 0.5
        assert found.findings[FindingKind.TERMS].true == 1
        assert found.findings[FindingKind.TERMS].false == 1
        assert {v.prompt for v in found.versions} == {"sales"}
        assert sum(v.replies for v in found.versions) == 6
        assert sum(v.stopped.all for v in found.versions) == 4
        kinds = [(e.kind, e.word) for e in found.examples]
        assert len(kinds) == len(set(kinds))
        whole = rehearse(container, NOW - timedelta(days=7), NOW + timedelta(days=1), examples=10)
        assert not any("123 45 67" in e.excerpt for e in whole.examples)
        assert all(e.quote in e.excerpt for e in whole.examples)
        row = as_json(whole)
        assert row["stopped"] == {"all": 4, "true": 1, "false": 1, "unreviewed": 2, "share": 0.666667}
        json.dumps(row)
        review(container, said(flagged[0]))
        later = rehearse(container, NOW - timedelta(days=7), NOW + timedelta(days=1))
        # The price is excepted now: one reply had nothing else, the other's gift is still there.
        assert later.stopped.all == 3
        assert later.excepted == 2
        none = rehearse(container, NOW - timedelta(days=7), NOW - timedelta(days=6))
        assert (none.replies, none.share, none.right, none.examples) == (0, 0.0, None, [])


def test_what_could_not_be_judged_would_be_stopped_too(folder):
    (folder / "pricebook" / "demo.yaml").rename(folder / "book.yaml")
    with opened(folder, []) as container:
        record = say(container)
        assert record.verdict is None or record.verdict.judgement is not Judgement.SUPPORTED
    (folder / "book.yaml").rename(folder / "pricebook" / "demo.yaml")
    with opened(folder, ["9" * 1_000_001]) as container:
        say(container, dialogue="d2")
        found = rehearse(container, NOW - timedelta(days=1), NOW + timedelta(days=1))
        assert found.not_judged["too_large"] == 1
        assert found.stopped.unreviewed >= 1


def test_one_name_for_a_finding(folder):
    with opened(folder, [PRICE]) as container:
        record = say(container)
        assert canonical(record, FindingRef(record.id, -1, 0)) == FindingRef(record.id, 0, 0)
        assert canonical(record, FindingRef(record.id, 0, 0)) == FindingRef(record.id, 0, 0)


def test_exceptions_hold_while_the_store_cannot_be_read(caplog):
    answers = [(), StoreError("locked"), StoreError("locked")]

    def read():
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    stored = StoredExceptions(read)
    known = stored.current()
    assert stored.current() is known
    for _ in range(2):
        stored.forget()
        assert stored.current() is known
    assert [r.message for r in caplog.records].count("exceptions cannot be read, the last known ones hold: locked") == 1


def test_a_file_of_exceptions(tmp_path, folder):
    file = tmp_path / "exceptions.yaml"
    file.write_text(
        "exceptions:\n  - wording: первый месяц за 5 000 ₸\n    kind: price\n    product: shop\n    owner: sales\n"
        "    reason: рассылка\n    since: 2026-11-01\n    until: 2026-12-01\n",
        encoding="utf-8",
    )
    (made,) = load_exceptions(file).items
    assert made.id == load_exceptions(file).items[0].id
    assert exception_row(made)["product"] == "shop"
    assert made.until == date(2026, 12, 1)


@pytest.mark.parametrize(("line", "places"), [
    ("  - {wording: Да, kind: price, owner: a, reason: abc, since: 2026-11-01, until: 2026-12-01}", ":2:15: "),
    ("  - {wording: цена, kind: prise, owner: a, reason: abc, since: 2026-11-01, until: 2026-12-01}", ":2:27: "),
    ("  - {wording: цена, kind: price, owner: a, reason: abc, since: 2026-11-01, until: 2028-12-01}", "over a year"),
    ("  - {wording: цена, kind: price, owner: a, reason: abc, since: 2026-11-01, till: 2026-12-01}", "did you mean"),
])  # fmt: skip
def test_a_file_at_fault_is_pointed_into(tmp_path, line, places):
    file = tmp_path / "exceptions.yaml"
    file.write_text(f"exceptions:\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError, match=places):
        load_exceptions(file)
