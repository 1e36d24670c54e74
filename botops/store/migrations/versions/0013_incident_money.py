"""What an incident may cost, as people or an alert put it"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at_risk_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("at_risk_currency", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("at_risk_currency")
        batch_op.drop_column("at_risk_minor")
