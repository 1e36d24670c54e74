"""Overrides, audit log, proposals, evaluations, outcomes, feedback"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FILL_EXPOSURES = """
UPDATE exposure SET
  unit = lead_id,
  prompt = (SELECT turn.prompt FROM turn WHERE turn.id = exposure.turn_id),
  version = (SELECT turn.prompt_version FROM turn WHERE turn.id = exposure.turn_id)
"""
# Until now a lead could have a row for each variant it was served; the turns still tell that it saw two.
_KEEP_FIRST = """
DELETE FROM exposure WHERE EXISTS (
  SELECT 1 FROM exposure AS earlier
  WHERE earlier.experiment = exposure.experiment AND earlier.lead_id = exposure.lead_id
    AND (earlier.at < exposure.at OR (earlier.at = exposure.at AND earlier.variant < exposure.variant)))
"""
_ONE_A_VARIANT = """
DELETE FROM exposure WHERE EXISTS (
  SELECT 1 FROM exposure AS earlier
  WHERE earlier.experiment = exposure.experiment AND earlier.lead_id = exposure.lead_id
    AND earlier.variant = exposure.variant AND earlier.unit < exposure.unit)
"""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("checksum", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_subject_at"), ["subject", "at"], unique=False)

    op.create_table(
        "eval_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suite", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.String(), nullable=True),
        sa.Column("suite_checksum", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_run")),
    )
    with op.batch_alter_table("eval_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_run_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_eval_run_prompt_checksum"), ["prompt", "checksum"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=True),
        sa.Column("rating", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_dialogue_id_at"), ["dialogue_id", "at"], unique=False)

    op.create_table(
        "outcome",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_lead_id_at"), ["lead_id", "at"], unique=False)

    op.create_table(
        "override",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("experiment", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    with op.batch_alter_table("override", schema=None) as batch_op:
        batch_op.create_index(
            "ix_override_in_force",
            ["subject", "kind"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposal_subject_checksum"), ["subject", "checksum"], unique=False)
        batch_op.create_index(
            "ix_proposal_waiting",
            ["subject", "checksum", "base"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'approved')"),
            postgresql_where=sa.text("state IN ('open', 'approved')"),
        )

    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prompt", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=True))

    op.execute(_FILL_EXPOSURES)
    op.execute(_KEEP_FIRST)
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.alter_column("unit", existing_type=sa.String(), nullable=False)
        batch_op.drop_constraint("pk_exposure", type_="primary")
        batch_op.create_primary_key("pk_exposure", ["experiment", "unit"])

    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("rendered", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("turn", schema=None, recreate="never") as batch_op:  # rows of others refer to it
        batch_op.drop_column("unit")
        batch_op.drop_column("rendered")
        batch_op.drop_column("source")

    op.execute(_ONE_A_VARIANT)
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_constraint("pk_exposure", type_="primary")
        batch_op.create_primary_key("pk_exposure", ["experiment", "lead_id", "variant"])
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_column("unit")
        batch_op.drop_column("version")
        batch_op.drop_column("prompt")

    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_proposal_waiting",
            sqlite_where=sa.text("state IN ('open', 'approved')"),
            postgresql_where=sa.text("state IN ('open', 'approved')"),
        )
        batch_op.drop_index(batch_op.f("ix_proposal_subject_checksum"))
        batch_op.drop_index(batch_op.f("ix_proposal_state"))

    op.drop_table("proposal")
    with op.batch_alter_table("override", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_override_in_force",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("override")
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcome_lead_id_at"))

    op.drop_table("outcome")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_dialogue_id_at"))
        batch_op.drop_index(batch_op.f("ix_feedback_at"))

    op.drop_table("feedback")
    with op.batch_alter_table("eval_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_run_prompt_checksum"))
        batch_op.drop_index(batch_op.f("ix_eval_run_at"))

    op.drop_table("eval_run")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_subject_at"))
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
