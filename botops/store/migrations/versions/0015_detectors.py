"""What detectors keep between looks, and what people said is usual now"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detector_state",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("usual_since", sa.Date(), nullable=True),
        sa.Column("usual_said", sa.Date(), nullable=True),
        sa.Column("usual_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_detector_state")),
    )


def downgrade() -> None:
    op.drop_table("detector_state")
