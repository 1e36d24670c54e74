"""An index of dialogues handed over because something failed: how many there were in days is asked all the time"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BROKE_OFF = sa.text("rule IN ('model_error', 'prompt_error', 'internal_error')")


def upgrade() -> None:
    op.create_index(
        "ix_hand_off_broke_off", "hand_off", ["at"], unique=False, sqlite_where=BROKE_OFF, postgresql_where=BROKE_OFF
    )


def downgrade() -> None:
    op.drop_index("ix_hand_off_broke_off", table_name="hand_off", sqlite_where=BROKE_OFF, postgresql_where=BROKE_OFF)
