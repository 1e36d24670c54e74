"""What the page Today reads, kept for a few seconds."""

from __future__ import annotations

import streamlit as st

from botops.app import queries, today
from botops.app.container import Container
from botops.app.periods import period
from botops.console import data
from botops.console.i18n import language
from botops.domain.problems import Problem
from botops.domain.releases import AuditEntry


@st.cache_data(ttl=data.QUERY_SECONDS, show_spinner=False)
def numbers(_container: Container, key: str, days: int) -> queries.Overview:
    """The seven numbers."""
    return today.today(_container, period(_container, days))


@data.kept(data.QUERY_SECONDS, 4)
def changes(_container: Container, key: str) -> tuple[AuditEntry, ...]:
    """What was changed since yesterday."""
    return today.changes(_container)


def to_review(found: queries.Overview) -> int:
    """How many replies the queue of reviews holds, as the number on the page says."""
    (count,) = (number.value for number in found.numbers if number.id == "waiting_reviews")
    assert isinstance(count, int)
    return count


def stale_prices(container: Container) -> tuple[Problem, ...]:
    """What prompts say that the price book does not."""
    return today.stale_prices(data.lint(container, data.key_of(container), language()))
