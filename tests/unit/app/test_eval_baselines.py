"""The run that later ones are held against: a person's choice with a reason, and what is refused."""

from datetime import timedelta

import pytest

from botops.app.access.acting import acting_as
from botops.app.evals.baselines import baseline_of, choose_baseline
from botops.app.evals.reading import changes
from botops.domain.access import AccessRole, Actor
from botops.domain.errors import ForbiddenError, NotFoundError, UserError
from botops.domain.evaluations import CaseOutcome
from botops.domain.releases import AuditEntry, Deed, EvalRun


@pytest.fixture
def container(desk):
    return desk.container


def keep(container, number, **cases):
    """A run with the status of each of its cases."""
    at = container.clock.now() + timedelta(seconds=number)
    outcomes = [CaseOutcome(name, status, int(status == "pass"), 1) for name, status in cases.items()]
    failed = sum(status != "pass" for status in cases.values())
    run = EvalRun(
        f"run-{number}", at, "prices", "sales", 1, str(number) * 64, "simulator", not failed, len(cases), failed
    )
    container.store.eval_runs.add(run, AuditEntry(f"e-{number}", at, "ci", Deed.EVAL, "prompt:sales", "…"), outcomes)
    return run


def test_later_runs_are_held_against_the_chosen_one(container):
    assert baseline_of(container, "prices") is None
    first = keep(container, 1, a="pass", b="fail")
    keep(container, 2, a="fail", b="fail")
    last = keep(container, 3, a="fail", b="pass")
    chosen = choose_baseline(container, first.id, by="Айгуль", reason="так и должно быть")
    assert (chosen.run, chosen.by) == (first, "Айгуль")
    before, found = changes(container, last)
    assert before == first
    assert [(c.after.case, c.broke, c.mended) for c in found] == [("a", True, False), ("b", False, True)]
    before, _found = changes(container, last, keep(container, 4, a="fail", b="pass"))
    assert before.id == "run-4"
    choose_baseline(container, last.id, by="Болат", reason="новые цены")
    assert baseline_of(container, "prices").run == last


def test_a_run_that_proves_nothing_is_refused(container):
    unjudged = keep(container, 1, a="pass", b="error")
    with pytest.raises(UserError, match="could not be judged: b"):
        choose_baseline(container, unjudged.id, by="Айгуль", reason="…")
    empty = keep(container, 2)
    with pytest.raises(UserError, match="are not kept"):
        choose_baseline(container, empty.id, by="Айгуль", reason="…")
    with pytest.raises(NotFoundError):
        choose_baseline(container, "нет", by="Айгуль", reason="…")
    whole = keep(container, 3, a="pass", b="pass")
    with pytest.raises(UserError):
        choose_baseline(container, whole.id, by="Айгуль", reason=" ")
    assert baseline_of(container, "prices") is None


def test_cases_do_not_vanish_unnoticed(container):
    choose_baseline(container, keep(container, 1, a="pass", b="pass").id, by="Айгуль", reason="…")
    fewer = keep(container, 2, a="pass")
    with pytest.raises(UserError, match="not in this run: b"):
        choose_baseline(container, fewer.id, by="Айгуль", reason="…")
    assert choose_baseline(container, fewer.id, by="Айгуль", reason="…", allow_gone=True).run == fewer


def test_who_may_only_look_chooses_nothing(container):
    run = keep(container, 1, a="pass")
    with acting_as(Actor("Вера", frozenset({AccessRole.VIEWER}))), pytest.raises(ForbiddenError):
        choose_baseline(container, run.id, by="Вера", reason="…")
