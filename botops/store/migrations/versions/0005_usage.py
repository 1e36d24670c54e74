"""All that a provider bills for in a call: kinds of tokens, tools, the tier it was served at, single requests"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTS = ("cache_write_1h_tokens", "audio_input_tokens", "audio_cached_tokens", "audio_output_tokens")


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("tool_uses", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("service_tier", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tries", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        for name in ("tries", "service_tier", "tool_uses", *reversed(COUNTS)):
            batch_op.drop_column(name)
