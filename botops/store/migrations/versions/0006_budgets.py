"""Budgets: what was spent by local day, calls under way, alerts told"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("unknown", sa.BigInteger(), nullable=False),
        sa.Column("gone_pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("gone_calls", sa.BigInteger(), nullable=False),
        sa.Column("gone_unknown", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "prompt", "channel", "simulated", name=op.f("pk_spending")),
    )
    op.create_table(
        "held_call",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("model_ms", sa.BigInteger(), nullable=False),
        sa.Column("usage", sa.JSON(), nullable=False),
        sa.Column("pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("local_minor", sa.BigInteger(), nullable=True),
        sa.Column("local_currency", sa.String(), nullable=True),
        sa.Column("rate", sa.String(), nullable=True),
        sa.Column("priced_as", sa.String(), nullable=False),
        sa.Column("price_source", sa.String(), nullable=False),
        sa.Column("unknown_model", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "position", name=op.f("pk_held_call")),
    )
    with op.batch_alter_table("held_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_call_dialogue_id"), ["dialogue_id"], unique=False)
    op.create_table(
        "budget_alert",
        sa.Column("budget", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("limit", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("budget", "since", "level", "share", "limit", name=op.f("pk_budget_alert")),
    )
    with op.batch_alter_table("budget_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_alert_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("budget_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_alert_at"))
    op.drop_table("budget_alert")
    with op.batch_alter_table("held_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_call_dialogue_id"))
    op.drop_table("held_call")
    op.drop_table("spending")
