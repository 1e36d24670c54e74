"""What people of each role can press on the pages of prompts and experiments; the refusal itself is in the services."""

import pytest

from botops.console import signed
from botops.domain.access import AccessRole, Actor


def named(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


@pytest.fixture
def as_role(monkeypatch):
    """Somebody of a role is in front of the page."""

    def as_role(*roles):
        monkeypatch.setattr(signed, "actor", lambda: Actor("Айгуль", frozenset(map(AccessRole, roles))))

    return as_role


def test_a_viewer_reads_the_draft_and_saves_nothing(seeded, run, words, as_role):
    as_role("viewer")
    test = run(seeded, "prompts")
    test.segmented_control(key="prompt-view").set_value("draft").run()
    assert not test.exception
    assert named(test.button, "save-sales").disabled
    assert test.chat_input(key="talk-sales-message").disabled
    assert not [field for field in test.text_input if field.key.startswith("by-")]


def test_an_editor_saves_a_draft_and_starts_no_experiment(seeded, run, as_role):
    as_role("editor")
    test = run(seeded, "prompts")
    test.segmented_control(key="prompt-view").set_value("draft").run()
    assert not named(test.button, "save-sales").disabled
    test.segmented_control(key="prompt-view").set_value("release").run()
    assert not test.exception
    assert named(run(seeded, "experiments").button, "new-start").disabled
    as_role("approver")
    assert not named(run(seeded, "experiments").button, "new-start").disabled
