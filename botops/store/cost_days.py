"""Days of calls: the hourly sums of `rollup_call` once more by day, so that a year is read as fast as a week.

Days are those of the company's time zone, by which spending is kept, too (see `ledger`). They are made of hours inside
the transaction that counts these, so that the two never say different things; when the zone changes, all are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, literal, select

from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_DAY
from botops.store.engine import upsert
from botops.store.ledger import kept_zone
from botops.store.rows import start_of
from botops.store.sums import ceil_hour
from botops.store.tables import META

ZONE = "cost_days_zone"
"""The time zone whose days are kept, in `store_meta`."""
_EPOCH = date(1970, 1, 1).toordinal()
_SUMS = tuple(name for name in ROLLUP_CALL_DAY.c.keys() if name not in ("day", "group_id"))  # noqa: SIM118


def count(connection: Connection, hours: Iterable[int]) -> None:
    """Makes the days of hours anew, whose own sums are right."""
    zone = ZoneInfo(kept_zone(connection) or "UTC")
    if zone_of(connection) != zone.key:
        connection.execute(delete(ROLLUP_CALL_DAY))
        hours = connection.execute(select(ROLLUP_CALL.c.hour).distinct()).scalars().all()
        statement = upsert(connection.dialect.name, META)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[META.c.key], set_={"value": statement.excluded.value}),
            {"key": ZONE, "value": zone.key},
        )
    for day in sorted({start_of(hour).astimezone(zone).date() for hour in hours}):
        _count(connection, day, zone)


def zone_of(connection: Connection) -> str | None:
    """The time zone whose days are kept; None before the first of them."""
    return connection.execute(select(META.c.value).where(META.c.key == ZONE)).scalar_one_or_none()


def number_of(day: date) -> int:
    """The number a day is kept by."""
    return day.toordinal() - _EPOCH


def _count(connection: Connection, day: date, zone: ZoneInfo) -> None:
    first, end = (
        ceil_hour(datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC)) for n in (0, 1)
    )  # fmt: skip
    hours = ROLLUP_CALL.c
    sums = (
        select(literal(number_of(day)), hours.group_id, *(func.sum(hours[name]) for name in _SUMS))
        .where(hours.hour >= first, hours.hour < end)
        .group_by(hours.group_id)
    )
    connection.execute(delete(ROLLUP_CALL_DAY).where(ROLLUP_CALL_DAY.c.day == number_of(day)))
    connection.execute(insert(ROLLUP_CALL_DAY).from_select(["day", "group_id", *_SUMS], sums))
