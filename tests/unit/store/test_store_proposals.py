"""Proposals move on once from what was seen; evaluations are found by the exact text."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import AuditEntry, Deed, EvalRun, Proposal, ProposalState

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEXT = "c" * 64


def _proposal(identifier="p1", **more):
    return replace(Proposal(identifier, "prompt:sales", "3", TEXT, "Айгерим", AT, "цены", None, "текст"), **more)


def _decided(proposal, state, by):
    return replace(proposal, state=state, decided_by=by, decided_at=AT, decided_reason="посмотрел, +7 701 234 56 78")


_ids = count()


def _said(deed=Deed.PROPOSE):
    return AuditEntry(f"said-{next(_ids)}", AT, "Айгерим", deed, "prompt:sales", "цены", "3", TEXT)


def test_a_proposal_comes_back_as_it_was_kept(store):
    store.proposals.add(_proposal(), _said())
    assert store.proposals.get("p1") == _proposal()
    assert store.proposals.get("p") == _proposal()
    assert store.proposals.listed("prompt:sales") == store.proposals.of_text("prompt:sales", TEXT) == (_proposal(),)
    assert store.proposals.listed("prompt:other") == ()
    assert store.proposals.listed(states=[ProposalState.APPROVED]) == ()


def test_of_two_who_decide_at_once_one_wins(store):
    store.proposals.add(_proposal(), _said())
    store.proposals.move(_decided(_proposal(), ProposalState.APPROVED, "Дана"), ProposalState.OPEN, _said(Deed.APPROVE))
    with pytest.raises(ConflictError, match="was approved by Дана"):
        store.proposals.move(
            _decided(_proposal(), ProposalState.REJECTED, "Марат"), ProposalState.OPEN, _said(Deed.REJECT)
        )
    kept = store.proposals.get("p1")
    assert (kept.state, kept.decided_by) == (ProposalState.APPROVED, "Дана")
    assert "701" not in kept.decided_reason
    assert {e.deed for e in store.audit.entries()} == {Deed.PROPOSE, Deed.APPROVE}


def test_one_text_is_proposed_once_at_a_time(store):
    store.proposals.add(_proposal(), _said())
    with pytest.raises(ConflictError, match="by Айгерим"):
        store.proposals.add(_proposal("p2"), _said())
    store.proposals.add(_proposal("p3", base="d" * 64), _said())
    store.proposals.move(_decided(_proposal(), ProposalState.REJECTED, "Дана"), ProposalState.OPEN)
    store.proposals.add(_proposal("p2"), _said())


def test_of_many_who_propose_one_text_at_once_one_proposal_is_kept(store):
    def propose(number):
        try:
            store.proposals.add(_proposal(f"p{number}"), _said())
        except ConflictError as error:
            return str(error)
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(propose, range(24)))
    assert said.count("kept") == 1
    assert sum("is proposed already, by Айгерим" in each for each in said) == 23
    assert len(store.proposals.listed()) == len(store.audit.entries()) == 1


def test_a_proposal_is_named_well_enough(store):
    store.proposals.add(_proposal("abc1"), _said())
    store.proposals.add(_proposal("abc2", checksum="d" * 64), _said())
    with pytest.raises(NotFoundError, match="several"):
        store.proposals.get("abc")
    for wrong in ("", "%", "x", "a_c1"):
        with pytest.raises(NotFoundError, match="no proposal"):
            store.proposals.get(wrong)
    with pytest.raises(NotFoundError):
        store.proposals.move(_proposal("zzz"), ProposalState.OPEN)


def test_evaluations_are_found_by_their_text(store):
    runs = [
        EvalRun(f"r{n}", AT + timedelta(hours=n), "demo", "sales", 3, text, "replay", n > 1, 12, 0, "b" * 64, "s" * 64)
        for n, text in ((1, TEXT), (2, TEXT), (3, "d" * 64))
    ]
    for run in runs:
        store.eval_runs.add(run, _said(Deed.EVAL))
    assert store.eval_runs.of_text("sales", TEXT) == (runs[1], runs[0])
    assert store.eval_runs.of_text("other", TEXT) == ()
    assert store.eval_runs.latest("sales", most=1) == (runs[2],)


def test_entries_added_again_are_one(store):
    entries = [AuditEntry(f"a{n}", AT, "Айгерим", Deed.PUBLISH, "prompt:sales", "x", "3", TEXT) for n in range(1200)]
    store.audit.add_missing(entries[:700])
    store.audit.add_missing(entries)
    store.audit.add_missing([])
    assert len(store.audit.entries(most=5000)) == 1200
    assert store.audit.known([e.id for e in entries] + ["nope"]) == {e.id for e in entries}
    assert len(store.audit.of_text("prompt:sales", TEXT)) == 1200
