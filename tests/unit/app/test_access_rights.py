"""Who may do what: every command asks for a right, each role has its own, and nobody acts in another's name."""

import asyncio
import importlib
import inspect
import pkgutil

import pytest

import botops.app
from botops.app import outcomes
from botops.app.access import people
from botops.app.access.acting import RIGHT_ATTRIBUTE, acting_as
from botops.app.checks import reviewing
from botops.app.releases import kill_switch, releasing
from botops.domain.access import RIGHTS, AccessRole, Actor, Right
from botops.domain.errors import ForbiddenError
from botops.domain.reviews import FindingRef, Remedy, Ruling

PARTS = {
    "botops.app.releases.auditing.record": "writes down what a command did, or an automatic rule",
    "botops.app.releases.evidence.keep_proofs": "the end of a run that was begun with a right",
    "botops.app.releases.git_sync.record_release": "the commit of a release that was made with a right",
    "botops.app.releases.kill_switch.fold_overrides": "what a release makes void, and the watch that tidies up",
    "botops.app.releases.kill_switch.ending": "makes an audit entry",
    "botops.app.releases.kill_switch.said": "reads a name and a reason",
}
"""Functions that are told who does it and are no commands, and why."""
ROLES = {role: Actor("Айгерим", frozenset({role})) for role in AccessRole}
NOBODY = Actor("Айгерим", frozenset())


def _functions():
    for module in pkgutil.walk_packages(botops.app.__path__, "botops.app."):
        loaded = importlib.import_module(module.name)
        for owner in (loaded, *(o for _, o in inspect.getmembers(loaded, inspect.isclass))):
            for name, function in vars(owner).items():
                if inspect.isfunction(function) and function.__module__ == module.name:
                    yield f"{module.name}.{name}", function


FUNCTIONS = dict(_functions())
COMMANDS = {name: function for name, function in FUNCTIONS.items() if hasattr(function, RIGHT_ATTRIBUTE)}


def test_no_command_was_forgotten():
    """What is told who does it changes something."""
    told = {
        name
        for name, function in FUNCTIONS.items()
        if not name.rpartition(".")[2].startswith("_")
        and getattr(inspect.signature(function).parameters.get("by"), "annotation", None) == "str"
    }
    assert len(told) > 50
    assert told - set(COMMANDS) == set(PARTS)


@pytest.mark.parametrize("role", AccessRole)
def test_every_command_refuses_roles_without_its_right_and_no_other(role):
    """The right is asked for before anything is looked at: a call without what a command needs gets no further."""
    with acting_as(ROLES[role]):
        for name, command in COMMANDS.items():
            lacks = getattr(command, RIGHT_ATTRIBUTE) not in RIGHTS[role]
            with pytest.raises(ForbiddenError if lacks else TypeError) as refused:
                asyncio.run(command()) if inspect.iscoroutinefunction(command) else command()
            assert not lacks or f"Айгерим ({role})" in str(refused.value), name


def _deeds(desk):
    """A deed of every right, done in earnest."""
    container = desk.container
    event = {"lead": "lead-1", "stage": "won", "at": "2026-11-01T10:00:00+05:00"}
    return {
        Right.SERVE: lambda: outcomes.take_outcomes(container, [event]),
        Right.EDIT: lambda: releasing.save_draft(container, "sales", desk.text("Короче."), by="Айгерим"),
        Right.APPROVE: lambda: releasing.publish(container, "sales", 2, by="Айгерим", reason="проверено"),
        Right.OPERATE: lambda: kill_switch.kill(container, "sales", "hand-over", by="Айгерим", reason="жалобы"),
        Right.ADMINISTER: lambda: people.add(
            container, "Новый", [AccessRole.ADMIN], by="Айгерим", password="some words of a kind"
        ),
    }


@pytest.mark.parametrize("role", AccessRole)
def test_each_role_does_what_it_may_and_nothing_else(desk, role):
    with acting_as(ROLES[role]):
        done = set()
        for right, deed in _deeds(desk).items():
            try:
                deed()
            except ForbiddenError:
                continue
            done.add(right)
    assert done == RIGHTS[role] - {Right.READ}
    assert (desk.root / "prompts/sales/draft.yaml").exists() == (Right.EDIT in done)
    assert desk.container.registry.candidate_release("sales").live == (2 if Right.APPROVE in done else 1)
    assert bool(desk.container.store.overrides.in_force()) == (Right.OPERATE in done)
    assert bool(desk.container.store.people.listed()) == (Right.ADMINISTER in done)


def test_a_person_of_two_roles_has_the_rights_of_both():
    both = Actor("Марат", frozenset({AccessRole.EDITOR, AccessRole.OPERATOR}))
    assert {right for right in Right if both.may(right)} == RIGHTS[AccessRole.EDITOR] | RIGHTS[AccessRole.OPERATOR]
    assert not any(NOBODY.may(right) for right in Right)


@pytest.mark.parametrize("by", ["Марат", "айгерим", "Айгерим ", ""])
def test_nobody_acts_in_the_name_of_another(desk, by):
    """By keyword, by place, or inside of what is handed over."""
    with acting_as(ROLES[AccessRole.ADMIN]):
        with pytest.raises(ForbiddenError, match="signed in as Айгерим"):
            releasing.save_draft(desk.container, "sales", desk.text("Короче."), by=by)
        with pytest.raises(ForbiddenError, match="signed in as Айгерим"):
            reviewing.revoke_exception(desk.container, "e-1", by)
        finding = FindingRef("t-1", 0, 0)
        said = reviewing.Said(finding, Ruling.FALSE_ALARM, by, "не ошибка", Remedy.BOOK)
        with pytest.raises(ForbiddenError, match="signed in as Айгерим"):
            reviewing.review(desk.container, said)
        rating = {"dialogue_id": "d-1", "rating": 5, "voice": "manager", "by": "Дана"}
        with pytest.raises(ForbiddenError, match="signed in as Айгерим"):
            outcomes.take_feedback(desk.container, [rating])
    assert not (desk.root / "prompts/sales/draft.yaml").exists()


def test_a_program_tells_what_managers_told_it(desk):
    rating = {"dialogue_id": "d-1", "rating": 5, "voice": "manager", "by": "Дана"}
    with acting_as(Actor("service", frozenset(), frozenset({Right.SERVE}))):
        assert outcomes.take_feedback(desk.container, [rating])[0].problem is None


def test_who_acts_ends_with_the_block(desk):
    with acting_as(ROLES[AccessRole.VIEWER]), pytest.raises(ForbiddenError):
        releasing.save_draft(desk.container, "sales", desk.text("Короче."), by="Айгерим")
    releasing.save_draft(desk.container, "sales", desk.text("Короче."), by="Марат")
