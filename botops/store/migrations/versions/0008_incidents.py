"""Incidents: what happened, who owns it, what is to be done"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNDER_WAY = sa.text("state IN ('open', 'acknowledged')")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("alert", sa.String(), nullable=True),
        sa.Column("scope_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scope_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scope_prompt", sa.String(), nullable=True),
        sa.Column("scope_version", sa.BigInteger(), nullable=True),
        sa.Column("scope_kind", sa.String(), nullable=True),
        sa.Column("scope_severity", sa.BigInteger(), nullable=True),
        sa.Column("scope_channel", sa.String(), nullable=True),
        sa.Column("scope_language", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("cause_kind", sa.String(), nullable=True),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("no_case", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_alert"), ["alert"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(
            "ix_incident_under_way", ["opened_at"], unique=False, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY
        )

    op.create_table(
        "incident_entry",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name=op.f("fk_incident_entry_incident_incident")),
        sa.PrimaryKeyConstraint("incident", "position", name=op.f("pk_incident_entry")),
    )
    op.create_table(
        "incident_follow_up",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.number"], name=op.f("fk_incident_follow_up_incident_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_follow_up")),
    )
    with op.batch_alter_table("incident_follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_follow_up_incident"), ["incident"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incident_follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_follow_up_incident"))

    op.drop_table("incident_follow_up")
    op.drop_table("incident_entry")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_under_way", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
        batch_op.drop_index(batch_op.f("ix_incident_opened_at"))
        batch_op.drop_index(batch_op.f("ix_incident_alert"))

    op.drop_table("incident")
