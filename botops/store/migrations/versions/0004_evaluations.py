"""Cases of evaluations, runs people asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "eval_case",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("judged", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("dialogue_id", sa.String(), nullable=True),
        sa.Column("dialogue_turn", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "case", name=op.f("pk_eval_case")),
    )
    with op.batch_alter_table("eval_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_case_case"), ["case"], unique=False)
        batch_op.create_index(batch_op.f("ix_eval_case_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "eval_task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("suites", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("max_usd", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("runs", sa.JSON(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_task")),
    )
    with op.batch_alter_table("eval_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_task_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("eval_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_task_at"))

    op.drop_table("eval_task")
    with op.batch_alter_table("eval_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_case_dialogue_id"))
        batch_op.drop_index(batch_op.f("ix_eval_case_case"))

    op.drop_table("eval_case")
