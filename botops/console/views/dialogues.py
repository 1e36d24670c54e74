"""Dialogues: a list one can narrow down, one dialogue with every claim shown in place, and the queues."""

import streamlit as st

from botops.app.container import Container
from botops.console import frame, navigation
from botops.console.dialogues import hand_offs, listing, one, reviewing, reviewing_queue
from botops.console.i18n import _


def body(container: Container) -> None:
    asked = st.query_params
    if wanted := asked.get("dialogue"):
        frame.arrived("dialogues")
        one.show(container, wanted)
    elif (which := asked.get("queue")) in {"first", "second"}:
        reviewing_queue.show(container, which)
    elif asked.get("waiting"):
        hand_offs.show(container)
    elif asked.get("exceptions"):
        navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:")
        reviewing.exceptions(container)
    else:
        listing.show(container)


frame.page("dialogues", body)
