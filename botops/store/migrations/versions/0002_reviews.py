"""Reviews of findings, and exceptions"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(), nullable=True))

    op.create_table(
        "excepted_finding",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("span_start", sa.BigInteger(), nullable=False),
        sa.Column("span_end", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.BigInteger(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("explanations", sa.JSON(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("at_risk_minor", sa.BigInteger(), nullable=True),
        sa.Column("at_risk_currency", sa.String(), nullable=True),
        sa.Column("overcharge_minor", sa.BigInteger(), nullable=True),
        sa.Column("overcharge_currency", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("exception_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_excepted_finding_turn_id_turn")),
        sa.PrimaryKeyConstraint("turn_id", "attempt", "position", name=op.f("pk_excepted_finding")),
    )
    with op.batch_alter_table("excepted_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_excepted_finding_exception_id"), ["exception_id"], unique=False)

    op.create_table(
        "claim_exception",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("fired", sa.BigInteger(), nullable=False),
        sa.Column("last_fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_exception")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("ruling", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("exception_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_review_turn_id_turn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_turn_id_at"), ["turn_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_turn_id_at"))
        batch_op.drop_index(batch_op.f("ix_review_at"))

    op.drop_table("review")
    op.drop_table("claim_exception")
    with op.batch_alter_table("excepted_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_excepted_finding_exception_id"))

    op.drop_table("excepted_finding")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("rule")
