"""People, sessions and failed tries over both databases, from two processes at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from botops.domain.access import AccessRole, Actor, Person
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.releases import AuditEntry, Deed
from botops.store import Store

ADMIN, VIEWER = frozenset({AccessRole.ADMIN}), frozenset({AccessRole.VIEWER})


@pytest.fixture
def other(store, url, clock):
    """A second process over the same database."""
    with Store.open(url, clock=clock, role="side") as opened:
        yield opened


@pytest.fixture
def entry(clock):
    def make(name="Айгерим", deed=Deed.PERSON_CHANGE):
        return AuditEntry(f"e-{next(numbers)}", clock.now(), name, deed, f"person:{name}", "так надо")

    numbers = iter(range(10_000))
    return make


@pytest.fixture
def add(clock, entry):
    def add(store, name, roles=ADMIN, password="hash", email=None):
        person = Person(f"id-{name}-{id(store)}", name, email, roles, password is not None, clock.now())
        store.people.add(person, password, entry(name, Deed.PERSON_ADD))
        return store.people.named(name)

    return add


def begin(store, known, token, clock, entry, hours=12):
    return store.sessions.begin(token, known, clock.now() + timedelta(hours=hours), entry(), "tries")


def at_once(*works):
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except (UserError, ConflictError, NotFoundError) as error:
            return type(error)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_a_name_is_one_person_however_it_is_spelt(store, other, add):
    add(store, "Айгерим", email="A@Example.kz")
    with pytest.raises(ConflictError, match="Айгерим is there already"):
        add(other, "айгерим ")
    with pytest.raises(ConflictError):
        add(other, "Дана", email="a@example.KZ")
    add(other, "Марат", VIEWER)
    add(other, "Ольга", VIEWER)
    assert other.people.named("АЙГЕРИМ").person.roles == ADMIN
    assert store.people.of_email("a@EXAMPLE.kz").person.name == "Айгерим"
    assert [one.name for one in store.people.listed()] == ["Айгерим", "Марат", "Ольга"]


def test_two_admins_who_remove_each_other_at_once_leave_one(store, other, add, entry):
    for n in range(5):
        for name in ("Айгерим", "Марат"):
            if store.people.named(name) is None:
                add(store, name)
        done = at_once(
            lambda: store.people.remove("Айгерим", entry()),
            lambda: other.people.change("Марат", entry(), roles=VIEWER),
        )
        assert sorted(map(str, done)) == sorted(map(str, (None, UserError))), n
        admins = [one for one in store.people.listed() if AccessRole.ADMIN in one.roles]
        assert len(admins) == 1
        if store.people.named("Марат").person.roles != ADMIN:
            store.people.change("Марат", entry(), roles=ADMIN)


def test_the_first_person_is_an_admin_and_the_same_one_is_added_once(store, other, add):
    with pytest.raises(UserError, match="must be an admin"):
        add(store, "Марат", VIEWER)
    assert store.people.listed() == ()
    done = at_once(lambda: add(store, "Айгерим"), lambda: add(other, "Айгерим"))
    assert sum(one is ConflictError for one in done) == 1
    assert len(store.people.listed()) == 1


def test_a_session_is_seen_and_ended_by_every_process(store, other, add, clock, entry):
    known = add(store, "Айгерим")
    assert begin(store, known, "t-1", clock, entry)
    assert begin(other, known, "t-2", clock, entry)
    assert other.sessions.actor("t-1") == Actor("Айгерим", ADMIN) == store.sessions.actor("t-2")
    assert other.sessions.end("t-1", lambda name: entry(name, Deed.SIGN_OUT))
    assert not store.sessions.end("t-1", lambda name: entry(name, Deed.SIGN_OUT))
    assert store.sessions.actor("t-1") is None
    clock.move(hours=12)
    assert store.sessions.actor("t-2") is None


@pytest.mark.parametrize("change", ["password", "roles", "remove"])
def test_every_change_of_a_person_ends_their_sessions_and_nobody_elses(store, other, add, clock, entry, change):
    mine, his = add(store, "Айгерим"), add(store, "Марат", VIEWER)
    begin(store, mine, "mine", clock, entry)
    begin(store, his, "his", clock, entry)
    if change == "remove":
        other.people.remove("Марат", entry())
    else:
        other.people.change("Марат", entry(), **{change: "other" if change == "password" else ADMIN})
    assert store.sessions.actor("his") is None
    assert store.sessions.actor("mine") is not None


def test_a_password_that_was_changed_while_it_was_compared_opens_nothing(store, other, add, clock, entry):
    seen = add(store, "Айгерим")
    other.people.change("Айгерим", entry(), password="other")
    assert not begin(store, seen, "t-1", clock, entry)
    gone = replace(seen, person=replace(seen.person, id="nobody"))
    assert not begin(store, gone, "t-2", clock, entry)
    assert store.sessions.actor("t-1") is None is store.sessions.actor("t-2")


def test_tries_are_counted_across_processes_before_they_are_looked_at(store, other, clock):
    def pause(failures):
        return timedelta(seconds=10 if failures > 2 else 0)

    def attempt(side):
        return side.sessions.count_try("name", pause, timedelta(hours=1))

    done = at_once(*(lambda side=side: attempt(side) for side in (store, other) * 4))
    assert done.count(None) == 3
    assert {one for one in done if one} == {clock.now() + timedelta(seconds=10)}
    assert store.sessions.count_try("another", pause, timedelta(hours=1)) is None
    clock.move(seconds=10)
    assert attempt(other) is None
    assert attempt(store) is not None
    other.sessions.forgive("name")
    assert attempt(store) is None
    clock.move(hours=2)
    assert attempt(store) is None
