"""What people say of replies, and an index of those that were corrected before they left"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_REPAIRED = sa.text("action = 'repaired'")


def upgrade() -> None:
    op.create_table(
        "reply_review",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ideal", sa.Text(), nullable=False),
        sa.Column("first_verdict", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_reply_review_turn_id_turn")),
        sa.PrimaryKeyConstraint("turn_id", "reviewer", name=op.f("pk_reply_review")),
    )
    op.create_index(op.f("ix_reply_review_at"), "reply_review", ["at"])
    op.create_index(op.f("ix_reply_review_first_at"), "reply_review", ["first_at"])
    op.create_index("ix_turn_repaired", "turn", ["at"], sqlite_where=_REPAIRED, postgresql_where=_REPAIRED)
    _take_over()


def _take_over() -> None:
    """Who ruled on findings of a reply has said their word on it: wrong where one was confirmed. Names are compared in
    lower case: close enough to `domain.people.key_of`, which no database knows."""
    review = sa.table("review", *map(sa.column, ("turn_id", "by", "ruling", "at")))
    names = ("turn_id", "reviewer", "by", "verdict", "at", "reason", "ideal", "first_verdict", "first_at")
    confirmed = sa.func.sum(sa.case((review.c.ruling == "confirmed", 1), else_=0))
    verdict = sa.case((confirmed > 0, "wrong"), else_="right")
    key, nothing = sa.func.lower(review.c.by), sa.literal("")
    at = (sa.func.min(review.c.at), sa.func.max(review.c.at))
    known = sa.select(
        review.c.turn_id, key, sa.func.min(review.c.by), verdict, at[1], nothing, nothing, verdict, at[0]
    ).group_by(review.c.turn_id, key)
    op.execute(sa.insert(sa.table("reply_review", *map(sa.column, names))).from_select(names, known))


def downgrade() -> None:
    op.drop_index("ix_turn_repaired", table_name="turn")
    op.drop_table("reply_review")
