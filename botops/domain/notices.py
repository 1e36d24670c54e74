"""Notices: what people are told of alerts, incidents and days, from the moment it is decided until it has left.

A notice is put into the outbox in the same transaction as what it tells of. It is sent later, once for every channel,
at least once: a channel may get it twice after a crash, never not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from botops.domain.alerts import AlertSeverity
from botops.domain.messages import Language


class NoticeKind(StrEnum):
    """What a notice tells: an alert that was raised, got worse, stands again, is over, still stands, or stands and
    nobody acknowledged it; a reminder of an incident; the digest of a day or week; a trial of a channel."""

    RAISED = "raised"
    WORSENED = "worsened"
    RETURNED = "returned"
    RESOLVED = "resolved"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    INCIDENT = "incident"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language. `title` is one line; `text` is plain; `html` is the body of a page or mail, where it
    says more than `text` would. Nothing in `html` comes from outside unescaped. `link` is where more can be read, for
    messages of several notices, in which texts are cut."""

    title: str
    text: str
    html: str | None = None
    link: str | None = None


class NoticeState(StrEnum):
    """How far a notice is: not given to channels yet, given to them, or told to nobody for a reason."""

    WAITING = "waiting"
    PLANNED = "planned"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told.

    `key` says what is told: a second notice under the same key is not put, so whoever puts one may do it again after a
    crash. `role` is who is told, by the team's file; None where nobody owns it. `words` are in at least one language; a
    channel of another gets the first. `not_before` holds it back. `alert` and `incident` are what it is about;
    `about_channel` is the channel whose loss it tells, and which it therefore does not go to.
    """

    key: str
    kind: NoticeKind
    severity: AlertSeverity
    role: str | None
    at: datetime
    words: Mapping[Language, Words]
    not_before: datetime | None = None
    alert: str | None = None
    incident: int | None = None
    about_channel: str | None = None


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice of the outbox. `reason` says why it was dropped, or why it waits."""

    id: str
    notice: Notice
    state: NoticeState
    reason: str | None = None


class SendingState(StrEnum):
    """How far a notice is in one channel: to be sent, sent, or given up because the channel is gone."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Sending:
    """One notice on its way through one channel. `attempts` counts tries; `error` is what the last one met with."""

    notice: KeptNotice
    channel: str
    state: SendingState
    attempts: int
    next_at: datetime
    sent_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel does. `failing_since` is when the first of the tries failed that have failed ever since; None while
    it works. `waiting` counts the notices on their way through it."""

    name: str
    tried_at: datetime | None = None
    sent_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None
    waiting: int = 0
