"""What the page reads: files that were given, kept by this process alone."""

from __future__ import annotations

from datetime import datetime, time

import streamlit as st

from botops.app.imports.desk import ImportDesk, Taken
from botops.channels.exports import Export, dialogues_of


@st.cache_resource(show_spinner=False)
def desk() -> ImportDesk:
    """The files that were given to this process."""
    return ImportDesk()


def undated(taken: Taken) -> datetime | None:
    """The moment of dialogues that tell no time, as chosen."""
    return datetime.combine(taken.undated, time()) if taken.undated is not None else None


def dialogue_count(taken: Taken, export: Export) -> int:
    """How many dialogues with words of the bot there are."""
    return sum(1 for _dialogue in dialogues_of(export, undated=undated(taken)))
