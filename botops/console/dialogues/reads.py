"""What the dialogue pages read, kept for a few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from botops.app.container import Container
from botops.app.dialogues import queue
from botops.app.periods import period
from botops.console.data import LINT_SECONDS, QUERY_SECONDS, key_of
from botops.store import DialogueFilter, GroupBy

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Occurring:
    """What occurs in dialogues of a year: prompt versions as `name@version`, channels, and variants of experiments as
    `experiment:variant` with the version each is of."""

    versions: tuple[str, ...]
    channels: tuple[str, ...]
    variants: dict[str, str]


def occurring(container: Container) -> Occurring:
    """What a list can be narrowed down by."""
    return _occurring(container, key_of(container))


@st.cache_data(ttl=LINT_SECONDS, show_spinner=False)
def _occurring(_container: Container, key: str) -> Occurring:
    now = _container.clock.now()
    groups: tuple[GroupBy, ...] = ("prompt", "version", "channel", "experiment", "variant")
    versions, channels, variants = set(), set(), {}
    for prompt, version, channel, experiment, variant in _container.store.reads.groups(now - _YEAR, now, groups):
        channels.add(str(channel))
        if prompt:
            versions.add(f"{prompt}@{version}")
        if experiment:
            variants[f"{experiment}:{variant}"] = f"{prompt}@{version}"
    return Occurring(tuple(sorted(versions)), tuple(sorted(channels)), dict(sorted(variants.items())))


def waiting(container: Container, wanted: DialogueFilter) -> int:
    """How many replies wait for a word."""
    return _waiting(container, key_of(container), wanted)


@st.cache_data(ttl=QUERY_SECONDS, show_spinner=False)
def _waiting(_container: Container, key: str, wanted: DialogueFilter) -> int:
    return queue.replies_to_review(_container, wanted)


def agreement(container: Container) -> queue.ReviewerAgreement:
    """How far reviewers agree, in the days a reply waits for."""
    return _agreement(container, key_of(container))


@st.cache_data(ttl=QUERY_SECONDS, show_spinner=False)
def _agreement(_container: Container, key: str) -> queue.ReviewerAgreement:
    return queue.agreement_of_reviewers(_container, period(_container, queue.REVIEW_DAYS))
