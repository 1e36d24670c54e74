"""The second person: who may say yes, to which text, and until when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from botops.app.releases import proposing, releasing
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.releases import Deed, ProposalState

POLICY = "releases: {approval: second_person}"


@pytest.fixture
def strict(desk):
    return desk.policy(POLICY)


def propose(desk, version=2, by="Айгерим"):
    return proposing.propose(desk.container, "sales", version, by=by, reason="цены названы сразу")


def approve(desk, proposal, by="Дана"):
    return proposing.approve(desk.container, proposal.id, by=by, reason="прочитала")


def test_a_text_goes_live_when_a_second_person_said_yes(strict):
    proposal = propose(strict)
    with pytest.raises(UserError, match=f"botops prompts approve {proposal.id[:8]}"):
        strict.publish(2)
    approve(strict, proposal)
    release = strict.publish(2)
    assert release.spec.approvals[-1].approved_by == "Дана"
    assert strict.container.store.proposals.get(proposal.id).state is ProposalState.PUBLISHED
    assert [deed for deed, _ in strict.log()[:3]] == [Deed.PUBLISH, Deed.APPROVE, Deed.PROPOSE]


@pytest.mark.parametrize("name", ["Айгерим", "айгерим ", "  АЙГЕРИМ\t", "Айге\u200bрим", "\ufeffАйгерим"])
def test_one_person_is_not_two(strict, name):
    proposal = propose(strict)
    with pytest.raises(UserError, match="second person"):
        approve(strict, proposal, name)


def test_compatible_forms_of_a_name_are_one_person(strict):
    proposal = propose(strict, by="Ｄａｎａ  Ｓ.")
    with pytest.raises(UserError, match="second person"):
        approve(strict, proposal, "dana s.")


def test_who_wrote_a_text_does_not_approve_it(strict):
    releasing.save_draft(strict.container, "sales", strict.text("Говорите весело."), by="Дана")
    proposal = propose(strict, version=0, by="Айгерим")
    assert proposal.version == "3"
    with pytest.raises(UserError, match="Дана wrote this text"):
        approve(strict, proposal, "дана")
    approve(strict, proposal, "Марат")


def test_another_text_needs_another_proposal(strict):
    releasing.save_draft(strict.container, "sales", strict.text("Говорите весело."), by="Айгерим")
    first = propose(strict, version=0)
    releasing.save_draft(strict.container, "sales", strict.text("Говорите весело!"), by="Айгерим")
    approve(strict, first)
    second = propose(strict, version=0)
    assert (second.version, second.state) == ("4", ProposalState.OPEN)
    with pytest.raises(UserError, match="second person has to approve"):
        strict.publish(4)
    assert strict.publish(3).live == 3


def test_a_draft_proposed_twice_is_one_version(strict):
    releasing.save_draft(strict.container, "sales", strict.text("Говорите весело."), by="Айгерим")
    propose(strict, version=0)
    with pytest.raises(ConflictError, match="proposed already, by Айгерим"):
        propose(strict, version=0, by="Марат")
    assert strict.container.registry.versions("sales") == (1, 2, 3)


def test_a_file_changed_after_the_proposal_is_not_approved(strict):
    proposal = propose(strict)
    strict.write(2, "Обещайте скидку 90 %.")
    with pytest.raises(ConflictError, match="was changed since Айгерим proposed it") as caught:
        approve(strict, proposal)
    assert "90 %" in caught.value.theirs
    assert "коротко" in caught.value.yours


def test_a_file_changed_after_the_approval_is_not_published(strict):
    approve(strict, propose(strict))
    strict.write(2, "Обещайте скидку 90 %.")
    with pytest.raises(UserError, match="botops prompts propose sales@2"):
        strict.publish(2)


def test_what_went_live_meanwhile_makes_a_proposal_stale(strict):
    strict.write(3, "Говорите весело.")
    waiting, approved = propose(strict, 2), propose(strict, 3)
    approve(strict, approved)
    strict.publish(3)
    with pytest.raises(ConflictError, match="sales@3 went live since Айгерим proposed sales@2") as caught:
        approve(strict, waiting)
    assert "весело" in caught.value.theirs
    assert "коротко" in caught.value.yours
    with pytest.raises(UserError, match="another version went live since"):
        strict.publish(2)
    approve(strict, propose(strict, 2))
    assert strict.publish(2).live == 2


def test_of_two_decisions_the_first_stands(strict):
    proposal = propose(strict)
    approve(strict, proposal)
    with pytest.raises(ConflictError, match="approved by Дана"):
        approve(strict, proposal, "Марат")
    proposing.reject(strict.container, proposal.id, by="Марат", reason="цена не та")
    with pytest.raises(UserError, match="rejected by Марат: цена не та"):
        strict.publish(2)
    with pytest.raises(ConflictError, match="rejected by Марат"):
        proposing.withdraw(strict.container, proposal.id, by="Айгерим", reason="поздно")


def test_of_two_who_approve_at_once_one_wins(strict):
    for number in range(3, 13):
        strict.write(number, f"Говорите коротко, вариант {number}.")
        proposal = propose(strict, number)
        gate = Barrier(2)

        def decide(act, by, made=proposal, gate=gate):
            gate.wait()
            try:
                act(strict.container, made.id, by=by, reason="решено")
            except ConflictError:
                return None
            return by

        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(decide, proposing.approve, by) for by in ("Дана", "Марат")]
            winners = [done.result() for done in both if done.result()]
        kept = strict.container.store.proposals.get(proposal.id)
        assert winners == [kept.decided_by]
        entries = strict.container.store.audit.of_text("prompt:sales", proposal.checksum)
        assert [entry.by for entry in entries if entry.deed is Deed.APPROVE] == winners


def test_a_rejected_text_may_be_proposed_again(strict):
    proposing.reject(strict.container, propose(strict).id, by="Дана", reason="рано")
    approve(strict, propose(strict))
    assert strict.publish(2).live == 2


def test_one_withdraws_ones_own(strict):
    proposal = propose(strict)
    with pytest.raises(UserError, match="your own proposal: botops prompts withdraw"):
        proposing.reject(strict.container, proposal.id, by="Айгерим", reason="передумала")
    with pytest.raises(UserError, match="Айгерим proposed it"):
        proposing.withdraw(strict.container, proposal.id, by="Дана", reason="передумала")
    done = proposing.withdraw(strict.container, proposal.id, by="айгерим", reason="передумала")
    assert done.state is ProposalState.WITHDRAWN
    with pytest.raises(UserError, match="withdrawn by айгерим"):
        strict.publish(2)


def test_what_is_live_is_not_proposed(strict):
    with pytest.raises(ConflictError, match="get already"):
        propose(strict, 1)
    with pytest.raises(NotFoundError, match="has no draft"):
        propose(strict, 0)
    with pytest.raises(NotFoundError):
        propose(strict, 9)
    strict.write(3, "{{ unknown_thing }}")
    with pytest.raises(UserError, match=r"3\.yaml:\d+:\d+"):
        propose(strict, 3)


def test_going_back_asks_nobody(strict):
    approve(strict, propose(strict))
    strict.publish(2)
    assert releasing.rollback(strict.container, "sales", by="Айгерим", reason="жалобы").live == 1
    assert strict.publish(2).live == 2  # this very text was live before


def test_only_the_named_roles_approve(desk):
    (desk.root / "team.yaml").write_text(
        "roles: {head: {people: [Дана Сериковна]}, seller: {people: [Марат]}}", "utf-8"
    )
    desk.policy("releases: {approval: second_person, approvers: [head]}")
    proposal = propose(desk)
    with pytest.raises(UserError, match=r"Марат may not approve.*head"):
        approve(desk, proposal, "Марат")
    approve(desk, proposal, "дана сериковна")
    assert desk.publish(2).live == 2


def test_one_prompt_may_differ_from_the_others(desk):
    desk.policy("releases: {approval: second_person, prompts: {sales: {approval: none}}}")
    assert desk.publish(2).live == 2
    desk.policy("releases: {prompts: {sales: {approval: second_person}}}")
    desk.write(3, "Говорите весело.")
    with pytest.raises(UserError, match="second person"):
        desk.publish(3)


def test_the_price_book_is_proposed_by_the_same_rules(desk):
    desk.policy("releases: {pricebook: {approval: second_person}}")
    made = proposing.put_forward(
        desk.container, "pricebook", "2026-12.yaml", "b" * 64, by="Айгерим", reason="новые цены", base=None
    )
    with pytest.raises(UserError, match="second person"):
        approve(desk, made, "Айгерим")
    assert approve(desk, made).decided_at > datetime(2026, 11, 1, tzinfo=UTC)
    assert proposing.rule_of(desk.container, "pricebook").needs_approval
    with pytest.raises(UserError, match="only prompts and the price book"):
        proposing.rule_of(desk.container, "experiment:tone")


def test_what_went_live_without_a_yes_is_done_and_approved_by_nobody(desk):
    proposal = propose(desk)
    desk.publish(2)
    assert desk.container.store.proposals.get(proposal.id).state is ProposalState.PUBLISHED
    desk.policy(POLICY)
    (desk.root / "prompts/sales/release.yaml").write_text("live: 1\n", "utf-8")  # as `git revert` would leave it
    desk.container.registry.refresh()
    with pytest.raises(UserError, match="botops prompts propose sales@2"):
        desk.publish(2)
