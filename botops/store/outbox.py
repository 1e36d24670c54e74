"""The outbox: notices put together with what they tell of, and how far each is in each channel."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from botops.domain.alerts import AlertSeverity
from botops.domain.notices import (
    ChannelHealth,
    KeptNotice,
    Notice,
    NoticeKind,
    NoticeState,
    Sending,
    SendingState,
    Words,
)
from botops.store.access import Access, Row
from botops.store.engine import upsert
from botops.store.masking import storable_in
from botops.store.outbox_tables import ALERT_CHANNEL, NOTICE, SENDING

_OF_SENDING = ("channel", "attempts", "next_at", "sent_at", "error")


def put_notice(connection: Connection, notice: Notice) -> bool:
    """Puts a notice within a transaction that is under way; False when one is there under its key already."""
    row = {
        "id": uuid.uuid4().hex,
        **{name: getattr(notice, name) for name in ("key", "role", "at", "alert", "incident", "about_channel")},
        "kind": notice.kind.value,
        "severity": notice.severity.value,
        "not_before": notice.not_before or notice.at,
        "words": {
            language: storable_in({"title": words.title, "text": words.text, "html": words.html, "link": words.link})
            for language, words in notice.words.items()
        },
        "state": NoticeState.WAITING.value,
    }
    statement = upsert(connection.dialect.name, NOTICE).values(**row).on_conflict_do_nothing().returning(NOTICE.c.id)
    return connection.execute(statement).first() is not None


class Outbox:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def put(self, *notices: Notice) -> int:
        """Puts notices that tell of nothing kept in the same transaction; how many of them are new."""
        return self._access.write("put notices", lambda connection: sum(put_notice(connection, n) for n in notices))

    def due(self, now: datetime, *, most: int = 200) -> tuple[KeptNotice, ...]:
        """Notices to be given to channels, the oldest first. One from the future that nothing holds back is due too:
        the clock was set back since it was put."""
        from_the_future = and_(NOTICE.c.at > now, NOTICE.c.not_before == NOTICE.c.at)
        statement = (
            select(NOTICE)
            .where(NOTICE.c.state == NoticeState.WAITING.value, or_(NOTICE.c.not_before <= now, from_the_future))
            .order_by(NOTICE.c.not_before, NOTICE.c.id)
            .limit(most)
        )
        return tuple(_kept(row) for row in self._access.rows("read notices", statement))

    def held(self, *, most: int = 100) -> tuple[KeptNotice, ...]:
        """Notices that no channel was given yet, the newest first; `reason` says what they wait for, `not_before` until
        when."""
        waiting = NOTICE.c.state == NoticeState.WAITING.value
        statement = select(NOTICE).where(waiting).order_by(NOTICE.c.at.desc(), NOTICE.c.id).limit(most)
        return tuple(_kept(row) for row in self._access.rows("read notices", statement))

    def of_alert(self, alert: str) -> tuple[KeptNotice, ...]:
        """What was told, or is to be told, of an alert, in order of time."""
        statement = select(NOTICE).where(NOTICE.c.alert == alert).order_by(NOTICE.c.at, NOTICE.c.id)
        return tuple(_kept(row) for row in self._access.rows("read notices", statement))

    def plan(self, notice_id: str, channels: Collection[str], next_at: datetime) -> bool:
        """Gives a waiting notice to channels; False when somebody else did."""

        def work(connection: Connection) -> bool:
            if not _moved(connection, notice_id, {"state": NoticeState.PLANNED.value, "reason": None}):
                return False
            rows = [
                {"notice": notice_id, "channel": one, "state": SendingState.WAITING.value, "attempts": 0,
                 "next_at": next_at}
                for one in channels
            ]  # fmt: skip
            connection.execute(insert(SENDING), rows)
            return True

        return self._access.write("plan a notice", work)

    def hold(self, notice_id: str, until: datetime, reason: str) -> bool:
        """Lets a notice wait; False when it waits no more."""
        values = {"not_before": until, "reason": reason}
        return self._access.write("hold a notice", lambda connection: _moved(connection, notice_id, values))

    def drop(self, notice_id: str, reason: str) -> bool:
        """Tells nobody of a notice; False when it waits no more."""
        values = {"state": NoticeState.DROPPED.value, "reason": reason}
        return self._access.write("drop a notice", lambda connection: _moved(connection, notice_id, values))

    def claim(
        self, channel: str, now: datetime, *, hold: timedelta, furthest: timedelta, most: int = 50
    ) -> tuple[Sending, ...]:
        """What is to be sent through a channel now, held against other processes for `hold`; the oldest first.

        What would wait for longer than `furthest` is due too: no wait is that long, so the clock was set back.
        """
        due = and_(
            SENDING.c.channel == channel,
            SENDING.c.state == SendingState.WAITING.value,
            _past_or_unlikely(SENDING.c.next_at, now, furthest),
            or_(SENDING.c.held_until.is_(None), _past_or_unlikely(SENDING.c.held_until, now, furthest)),
        )
        found = select(SENDING.c.notice).where(due).order_by(SENDING.c.next_at, SENDING.c.notice).limit(most)
        statement = found.with_for_update(skip_locked=True)
        if not self._access.rows("look for notices to send", found.limit(1)):
            return ()  # nobody waits for a writer when there is nothing to send

        def work(connection: Connection) -> tuple[Sending, ...]:
            ids = connection.execute(statement).scalars().all()
            if not ids:
                return ()
            of_these = and_(SENDING.c.channel == channel, SENDING.c.notice.in_(ids))
            connection.execute(
                update(SENDING).where(of_these).values(held_until=now + hold, attempts=SENDING.c.attempts + 1)
            )
            found = connection.execute(_sendings(of_these).order_by(NOTICE.c.at, NOTICE.c.id)).mappings()
            return tuple(_sending(row) for row in found)

        return self._access.write("take notices to send", work)

    def release(self, channel: str, notice_ids: Collection[str]) -> None:
        """Lets go of what was claimed and not tried."""
        if not notice_ids:
            return
        of_these = and_(SENDING.c.channel == channel, SENDING.c.notice.in_(list(notice_ids)))
        values = {"held_until": None, "attempts": SENDING.c.attempts - 1}
        self._access.write(
            "let go of notices", lambda connection: connection.execute(update(SENDING).where(of_these).values(values))
        )

    def sent(self, channel: str, notice_ids: Collection[str], at: datetime) -> None:
        """Notes that notices left through a channel, which therefore works."""

        def work(connection: Connection) -> None:
            values = {"state": SendingState.SENT.value, "sent_at": at, "held_until": None, "error": None}
            connection.execute(update(SENDING).where(_through(channel, notice_ids)).values(values))
            _note_health(connection, channel, {"tried_at": at, "sent_at": at, "failing_since": None, "error": None})

        self._access.write("note what was sent", work)

    def failed(self, channel: str, next_at: Mapping[str, datetime], at: datetime, error: str) -> None:
        """Notes that notices did not leave through a channel, and when each is tried again."""

        def work(connection: Connection) -> None:
            for notice_id, again in next_at.items():
                values = {"next_at": again, "held_until": None, "error": error}
                connection.execute(update(SENDING).where(_through(channel, [notice_id])).values(values))
            _note_health(connection, channel, {"tried_at": at, "error": error}, failing_since=at)

        self._access.write("note what was not sent", work)

    def give_up(self, channel: str, notice_ids: Collection[str], reason: str) -> None:
        """Notes that notices are not sent through a channel any more."""
        values = {"state": SendingState.GIVEN_UP.value, "held_until": None, "error": reason}
        self._access.write(
            "give up notices",
            lambda connection: connection.execute(update(SENDING).where(_through(channel, notice_ids)).values(values)),
        )

    def forget_channels(self, known: Collection[str]) -> tuple[str, ...]:
        """Lets go of channels that are not set up any more: what waited for one of them and left through no other is to
        be planned anew. The channels that are gone."""
        waiting = SENDING.c.state == SendingState.WAITING.value
        left = select(SENDING.c.channel).where(waiting, SENDING.c.channel.not_in(list(known))).distinct()
        named = select(ALERT_CHANNEL.c.name).where(ALERT_CHANNEL.c.name.not_in(list(known)))
        if not self._access.rows("read the channels", left) and not self._access.rows("read the channels", named):
            return ()

        def work(connection: Connection) -> tuple[str, ...]:
            gone = connection.execute(
                select(SENDING.c.channel).where(waiting, SENDING.c.channel.not_in(list(known))).distinct()
            ).scalars().all()  # fmt: skip
            connection.execute(delete(ALERT_CHANNEL).where(ALERT_CHANNEL.c.name.not_in(list(known))))
            if not gone:
                return ()
            left = and_(waiting, SENDING.c.channel.in_(gone))
            notices = connection.execute(select(SENDING.c.notice).where(left).distinct()).scalars().all()
            connection.execute(delete(SENDING).where(left))
            others = select(SENDING.c.notice).where(SENDING.c.notice.in_(notices))
            orphaned = and_(NOTICE.c.id.in_(notices), NOTICE.c.id.not_in(others))
            connection.execute(update(NOTICE).where(orphaned).values(state=NoticeState.WAITING.value))
            return tuple(sorted(gone))

        return self._access.write("let go of channels", work)

    def health(self) -> tuple[ChannelHealth, ...]:
        """How the channels do that something was sent through, or is to be."""
        waiting = (
            select(SENDING.c.channel, func.count().label("waiting"))
            .where(SENDING.c.state == SendingState.WAITING.value)
            .group_by(SENDING.c.channel)
        )
        with self._access.reading("read the channels") as connection:
            counts = {row["channel"]: int(row["waiting"]) for row in connection.execute(waiting).mappings()}
            rows = {row["name"]: row for row in connection.execute(select(ALERT_CHANNEL)).mappings()}
        return tuple(_health(name, rows.get(name), counts.get(name, 0)) for name in sorted({*rows, *counts}))

    def unsent(self, now: datetime) -> tuple[int, datetime | None]:
        """How many notices should have reached somebody and have not, through one channel at least; since when the one
        that is late for longest should have."""
        on_their_way = select(SENDING.c.notice).where(SENDING.c.state == SendingState.WAITING.value)
        late = and_(
            NOTICE.c.not_before <= now, or_(NOTICE.c.state == NoticeState.WAITING.value, NOTICE.c.id.in_(on_their_way))
        )
        statement = select(func.count().label("number"), func.min(NOTICE.c.not_before).label("since")).where(late)
        (row,) = self._access.rows("count notices", statement)
        return int(row["number"]), row["since"]

    def latest(self, *, channel: str | None = None, most: int = 100) -> tuple[Sending, ...]:
        """Notices and how far they are in each channel, the newest first."""
        of_one = [] if channel is None else [SENDING.c.channel == channel]
        statement = _sendings(*of_one).order_by(NOTICE.c.at.desc(), NOTICE.c.id, SENDING.c.channel).limit(most)
        return tuple(_sending(row) for row in self._access.rows("read the outbox", statement))

    def waiting_for(self, channel: str, *, most: int = 5) -> tuple[KeptNotice, ...]:
        """The oldest notices that wait for a channel."""
        where = and_(SENDING.c.channel == channel, SENDING.c.state == SendingState.WAITING.value)
        statement = (
            select(NOTICE).join_from(NOTICE, SENDING).where(where).order_by(NOTICE.c.at, NOTICE.c.id).limit(most)
        )
        return tuple(_kept(row) for row in self._access.rows("read the outbox", statement))

    def forget(self, before: datetime) -> int:
        """Removes notices from before a moment that wait for nothing; how many."""
        waits = select(SENDING.c.notice).where(SENDING.c.state == SendingState.WAITING.value)
        old = and_(NOTICE.c.at < before, NOTICE.c.state != NoticeState.WAITING.value, NOTICE.c.id.not_in(waits))

        def work(connection: Connection) -> int:
            ids = connection.execute(select(NOTICE.c.id).where(old).limit(1000)).scalars().all()
            connection.execute(delete(SENDING).where(SENDING.c.notice.in_(ids)))
            connection.execute(delete(NOTICE).where(NOTICE.c.id.in_(ids)))
            return len(ids)

        return self._access.write("remove old notices", work)


def _past_or_unlikely(column: ColumnElement[Any], now: datetime, furthest: timedelta) -> ColumnElement[bool]:
    return or_(column <= now, column > now + furthest)


def _through(channel: str, notice_ids: Collection[str]) -> ColumnElement[bool]:
    return and_(
        SENDING.c.channel == channel,
        SENDING.c.notice.in_(list(notice_ids)),
        SENDING.c.state == SendingState.WAITING.value,
    )


def _moved(connection: Connection, notice_id: str, values: Mapping[str, Any]) -> bool:
    waiting = and_(NOTICE.c.id == notice_id, NOTICE.c.state == NoticeState.WAITING.value)
    return connection.execute(update(NOTICE).where(waiting).values(**values)).rowcount == 1


def _note_health(
    connection: Connection, channel: str, values: Mapping[str, Any], *, failing_since: datetime | None = None
) -> None:
    fresh = {"name": channel, "failing_since": failing_since, **values}
    changed: dict[str, Any] = dict(values)
    if failing_since is not None:
        changed["failing_since"] = func.coalesce(ALERT_CHANNEL.c.failing_since, failing_since)
    statement = upsert(connection.dialect.name, ALERT_CHANNEL).values(**fresh)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))


def _sendings(*where: ColumnElement[bool]) -> Any:
    of_it = (SENDING.c[name] for name in _OF_SENDING)
    return select(NOTICE, SENDING.c.state.label("sending_state"), *of_it).join_from(NOTICE, SENDING).where(*where)


def _kept(row: Row) -> KeptNotice:
    words = {language: Words(**one) for language, one in row["words"].items()}
    notice = Notice(
        row["key"], NoticeKind(row["kind"]), AlertSeverity(row["severity"]), row["role"], row["at"], words,
        row["not_before"], row["alert"], row["incident"], row["about_channel"],
    )  # fmt: skip
    return KeptNotice(row["id"], notice, NoticeState(row["state"]), row["reason"])


def _sending(row: Row) -> Sending:
    of_it: Iterable[Any] = (row[name] for name in _OF_SENDING[1:])
    return Sending(_kept(row), row["channel"], SendingState(row["sending_state"]), *of_it)


def _health(name: str, row: Row | None, waiting: int) -> ChannelHealth:
    if row is None:
        return ChannelHealth(name, waiting=waiting)
    return ChannelHealth(name, row["tried_at"], row["sent_at"], row["failing_since"], row["error"], waiting)
