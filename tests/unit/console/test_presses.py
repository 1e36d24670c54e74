"""A press that a page never came to is told of, and only that."""

import pytest
from streamlit.testing.v1 import AppTest


def _page():
    import streamlit as st

    from botops.console import presses

    if st.session_state.get("given-up"):
        st.stop()  # what a choice does to the run under way
    if not st.session_state.get("gone") and presses.button("Publish", key="publish"):
        st.session_state["done"] = st.session_state.get("done", 0) + 1
    with st.form("form"):
        st.text_input("Why", key="why")
        if presses.submit("Roll back", key="back"):
            st.session_state["done"] = st.session_state.get("done", 0) + 1
            st.rerun()
    presses.told()


@pytest.fixture
def page():
    return AppTest.from_function(_page, default_timeout=30).run()


def _press(page, key):
    next(button for button in page.button if button.key == key).click()
    page.run()


@pytest.mark.parametrize("key", ["publish", "back"])
def test_a_press_is_done_once_and_not_spoken_of(page, key):
    _press(page, key)
    assert page.session_state["done"] == 1
    page.run()
    assert page.session_state["done"] == 1
    assert not page.toast


@pytest.mark.parametrize(("key", "label"), [("publish", "Publish"), ("back", "Roll back")])
def test_a_press_whose_run_was_given_up_is_not_done_later_but_told_once(page, key, label):
    page.session_state["given-up"] = True
    _press(page, key)
    page.session_state["given-up"] = False
    page.run()
    assert "done" not in page.session_state
    assert [label in toast.value for toast in page.toast] == [True]
    page.run()
    assert not page.toast


def test_a_press_of_a_button_that_is_gone_is_told(page):
    page.session_state["gone"] = True
    _press(page, "publish")
    assert "done" not in page.session_state
    assert ["Publish" in toast.value for toast in page.toast] == [True]
