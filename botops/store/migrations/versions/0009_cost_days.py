"""Sums of model calls by day of the company's time zone, made of the hourly ones at the next roll-up

The newest hour is marked, so that there is one.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SUMS = ("calls", "failed", "estimated", "unknown", "input_tokens", "cached_tokens", "cache_write_tokens",
        "output_tokens", "reasoning_tokens", "pico_usd", "failed_pico_usd", "estimated_pico_usd", "saved_pico_usd",
        "turns", "answered", "failed_turns", "unknown_turns", "failed_turns_pico_usd", "saved_unknown")  # fmt: skip
MARKED = """
INSERT INTO dirty_hour (hour, since, marks)
SELECT hour, :now, 1 FROM (SELECT MAX(hour) AS hour FROM turn WHERE state <> 'pending') newest
WHERE hour IS NOT NULL AND hour NOT IN (SELECT hour FROM dirty_hour)
"""


def upgrade() -> None:
    op.create_table(
        "rollup_call_day",
        # The key first: a table kept by its key whose key comes last looks damaged to `quick_check` of SQLite 3.40.
        *(sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in ("day", "group_id")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.PrimaryKeyConstraint("day", "group_id", name=op.f("pk_rollup_call_day")),
        sqlite_with_rowid=False,
    )
    now = sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True))
    op.execute(sa.text(MARKED).bindparams(now))


def downgrade() -> None:
    op.drop_table("rollup_call_day")
