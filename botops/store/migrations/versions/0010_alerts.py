"""Alerts: what stands, what happened to it, and what nobody is told of for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FIRING = sa.text("state = 'firing'")
OPEN = sa.text("state = 'firing' OR dismissed")


def upgrade() -> None:
    op.create_table(
        "alert",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "source", "key", "rule", "area")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("severity", "state")),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("incident", sa.BigInteger(), nullable=True),
        sa.Column("returns", sa.BigInteger(), nullable=False),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.Column("signal", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "uq_alert_firing", "alert", ["source", "key"], unique=True, sqlite_where=FIRING, postgresql_where=FIRING
    )
    op.create_index("ix_alert_open", "alert", ["source"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(op.f("ix_alert_source_resolved_at"), "alert", ["source", "resolved_at"], unique=False)
    op.create_index(op.f("ix_alert_raised_at"), "alert", ["raised_at"], unique=False)
    op.create_table(
        "alert_event",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_event_alert_alert")),
        sa.PrimaryKeyConstraint("alert", "position", name=op.f("pk_alert_event")),
    )
    op.create_index(op.f("ix_alert_event_at"), "alert_event", ["at"], unique=False)
    op.create_table(
        "silence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("rule", "area", "key")),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_until"), "silence", ["until"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_silence_until"), table_name="silence")
    op.drop_table("silence")
    op.drop_index(op.f("ix_alert_event_at"), table_name="alert_event")
    op.drop_table("alert_event")
    op.drop_index(op.f("ix_alert_raised_at"), table_name="alert")
    op.drop_index(op.f("ix_alert_source_resolved_at"), table_name="alert")
    op.drop_index("ix_alert_open", table_name="alert", sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("uq_alert_firing", table_name="alert", sqlite_where=FIRING, postgresql_where=FIRING)
    op.drop_table("alert")
