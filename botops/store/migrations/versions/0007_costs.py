"""Sums of model calls by purpose, dialogue and outcome; calls beside dialogues; faulty replies by what became of them

Every hour whose turns are still kept is marked, so that it is rolled up anew. Of hours whose turns retention has taken,
the sums of turns are carried over: their calls cannot be told apart any more, so each turn stands for one call without
a purpose.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SUMS = ("calls", "failed", "estimated", "unknown", "input_tokens", "cached_tokens", "cache_write_tokens",
        "output_tokens", "reasoning_tokens", "pico_usd", "failed_pico_usd", "estimated_pico_usd",
        "saved_pico_usd")  # fmt: skip
OF_TURNS = ("turns", "answered", "failed_turns", "unknown_turns", "failed_turns_pico_usd", "saved_unknown")
CARRIED_OVER = """
INSERT INTO rollup_call (hour, group_id, turns, answered, failed_turns, unknown_turns, failed_turns_pico_usd,
    saved_unknown, calls, failed, estimated, unknown, input_tokens, cached_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, pico_usd, failed_pico_usd, estimated_pico_usd, saved_pico_usd)
SELECT hour, group_id, turns, answered, failed + interrupted, unknown_cost, 0,
    CASE WHEN cached_tokens > 0 THEN turns ELSE 0 END, turns, 0, 0, unknown_cost, input_tokens, cached_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, pico_usd, 0, 0, 0
FROM rollup_turn WHERE hour < (SELECT CAST(value AS BIGINT) FROM store_meta WHERE key = 'purged_before')
"""
GROUPS_CARRIED_OVER = """
INSERT INTO rollup_call_group (id, prompt, version, experiment, variant, purpose, model, tier, simulated, channel,
    language, origin, outcome, qualified)
SELECT id, prompt, version, experiment, variant, '', model, '', simulated, channel, language, origin, '', :never
FROM rollup_group WHERE id IN (SELECT group_id FROM rollup_call)
"""
MARKED = """
INSERT INTO dirty_hour (hour, since, marks)
SELECT DISTINCT hour, :now, 1 FROM turn
WHERE state <> 'pending' AND hour NOT IN (SELECT hour FROM dirty_hour)
    AND hour >= COALESCE((SELECT CAST(value AS BIGINT) FROM store_meta WHERE key = 'purged_before'), 0)
"""


def numbers(names: tuple[str, ...]) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def key(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_pico_usd", sa.BigInteger(), nullable=True))
    op.create_table(
        "rollup_call_group",
        *texts("prompt"), *numbers(("version",)), *texts("experiment"), *numbers(("variant",)),
        *texts("purpose", "model", "tier"), sa.Column("simulated", sa.Boolean(), nullable=False),
        *texts("channel", "language", "origin"), *key("id"), *texts("outcome"),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_call_group")),
    )  # fmt: skip
    op.create_table(
        "rollup_call",
        *numbers(SUMS), *key("hour", "group_id"), *numbers(OF_TURNS),
        sa.PrimaryKeyConstraint("hour", "group_id", name=op.f("pk_rollup_call")), sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "rollup_dialogue",
        *key("hour", "group_id", "dialogue"), *numbers(("lead", "turns", "pico_usd")),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "group_id", "dialogue", name=op.f("pk_rollup_dialogue")),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "rollup_faulty",
        *key("hour"), *texts("action", "currency"), *numbers(("replies", "at_risk_minor")),
        sa.PrimaryKeyConstraint("hour", "action", "currency", name=op.f("pk_rollup_faulty")),
    )  # fmt: skip
    op.create_table(
        "side_calls",
        *numbers(SUMS), *texts("id", "run"), sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *numbers(("hour",)), *texts("origin", "purpose", "model", "prompt"), *numbers(("version",)), *texts("tier"),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_side_calls")),
    )  # fmt: skip
    with op.batch_alter_table("side_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_side_calls_hour"), ["hour"], unique=False)
    op.execute(CARRIED_OVER)
    op.execute(sa.text(GROUPS_CARRIED_OVER).bindparams(sa.bindparam("never", False, sa.Boolean())))
    now = sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True))
    op.execute(sa.text(MARKED).bindparams(now))


def downgrade() -> None:
    for name in ("side_calls", "rollup_faulty", "rollup_dialogue", "rollup_call", "rollup_call_group"):
        op.drop_table(name)
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("saved_pico_usd")
