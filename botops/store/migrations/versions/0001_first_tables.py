"""First tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "dialogue",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
    )
    with op.batch_alter_table("dialogue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dialogue_last_at_id"), ["last_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dialogue_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "dirty_hour",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_dirty_hour")),
    )
    op.create_table(
        "exposure",
        sa.Column("experiment", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("variant", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "lead_id", "variant", name=op.f("pk_exposure")),
    )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exposure_lead_id"), ["lead_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "rollup_finding",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("findings", sa.BigInteger(), nullable=False),
        sa.Column("at_risk_minor", sa.BigInteger(), nullable=False),
        sa.Column("overcharge_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "group_id", "kind", "severity", "currency", name=op.f("pk_rollup_finding")),
    )
    op.create_table(
        "rollup_group",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("experiment", sa.String(), nullable=False),
        sa.Column("variant", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_group")),
    )
    op.create_table(
        "rollup_latency",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "group_id", "bucket", name=op.f("pk_rollup_latency")),
    )
    op.create_table(
        "rollup_turn",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("interrupted", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.BigInteger(), nullable=False),
        sa.Column("repaired", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), nullable=False),
        sa.Column("handed_over", sa.BigInteger(), nullable=False),
        sa.Column("judged", sa.BigInteger(), nullable=False),
        sa.Column("not_judged", sa.BigInteger(), nullable=False),
        sa.Column("with_findings", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("local_minor", sa.BigInteger(), nullable=False),
        sa.Column("unknown_cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "group_id", name=op.f("pk_rollup_turn")),
    )
    op.create_table(
        "serving",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serving")),
    )
    op.create_table(
        "store_meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_store_meta")),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=True),
        sa.Column("prompt_version", sa.BigInteger(), nullable=True),
        sa.Column("prompt_checksum", sa.String(), nullable=True),
        sa.Column("experiment", sa.String(), nullable=True),
        sa.Column("variant", sa.BigInteger(), nullable=True),
        sa.Column("bucket", sa.BigInteger(), nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.String(), nullable=True),
        sa.Column("verdict_reason", sa.String(), nullable=True),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.String(), nullable=True),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        sa.Column("model_ms", sa.BigInteger(), nullable=False),
        sa.Column("guard_ms", sa.BigInteger(), nullable=False),
        sa.Column("first_text_ms", sa.BigInteger(), nullable=True),
        sa.Column("latency_bucket", sa.BigInteger(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("local_minor", sa.BigInteger(), nullable=False),
        sa.Column("local_currency", sa.String(), nullable=False),
        sa.Column("unknown_cost", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.BigInteger(), nullable=False),
        sa.Column("worst", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_turn_dialogue_id_dialogue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(
            "ix_turn_broken",
            ["at"],
            unique=False,
            sqlite_where=sa.text("state IN ('failed', 'interrupted')"),
            postgresql_where=sa.text("state IN ('failed', 'interrupted')"),
        )
        batch_op.create_index(batch_op.f("ix_turn_dialogue_id_number"), ["dialogue_id", "number"], unique=True)
        batch_op.create_index(
            "ix_turn_flagged",
            ["at"],
            unique=False,
            sqlite_where=sa.text("findings > 0"),
            postgresql_where=sa.text("findings > 0"),
        )
        batch_op.create_index(batch_op.f("ix_turn_hour"), ["hour"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(
            "ix_turn_pending",
            ["process"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "uq_turn_idempotency_key",
            ["idempotency_key"],
            unique=True,
            sqlite_where=sa.text("(state = 'pending' OR reply IS NOT NULL)"),
            postgresql_where=sa.text("(state = 'pending' OR reply IS NOT NULL)"),
        )

    op.create_table(
        "attempt",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("model_ms", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("pico_usd", sa.BigInteger(), nullable=False),
        sa.Column("local_minor", sa.BigInteger(), nullable=True),
        sa.Column("local_currency", sa.String(), nullable=True),
        sa.Column("rate", sa.String(), nullable=True),
        sa.Column("priced_as", sa.String(), nullable=False),
        sa.Column("price_source", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("unknown_model", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.String(), nullable=True),
        sa.Column("verdict_reason", sa.String(), nullable=True),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_attempt_turn_id_turn")),
        sa.PrimaryKeyConstraint("turn_id", "position", name=op.f("pk_attempt")),
    )
    op.create_table(
        "finding",
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
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_finding_turn_id_turn")),
        sa.PrimaryKeyConstraint("turn_id", "attempt", "position", name=op.f("pk_finding")),
    )
    op.create_table(
        "hand_off",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], name=op.f("fk_hand_off_turn_id_turn")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_hand_off")),
    )
    with op.batch_alter_table("hand_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_off_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_off_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(
            "ix_hand_off_open",
            ["at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )


def downgrade() -> None:

    with op.batch_alter_table("hand_off", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_hand_off_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_hand_off_lead_id"))
        batch_op.drop_index(batch_op.f("ix_hand_off_dialogue_id"))

    op.drop_table("hand_off")
    op.drop_table("finding")
    op.drop_table("attempt")
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_turn_idempotency_key",
            sqlite_where=sa.text("(state = 'pending' OR reply IS NOT NULL)"),
            postgresql_where=sa.text("(state = 'pending' OR reply IS NOT NULL)"),
        )
        batch_op.drop_index(
            "ix_turn_pending", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )
        batch_op.drop_index(batch_op.f("ix_turn_lead_id"))
        batch_op.drop_index(batch_op.f("ix_turn_hour"))
        batch_op.drop_index(
            "ix_turn_flagged", sqlite_where=sa.text("findings > 0"), postgresql_where=sa.text("findings > 0")
        )
        batch_op.drop_index(batch_op.f("ix_turn_dialogue_id_number"))
        batch_op.drop_index(
            "ix_turn_broken",
            sqlite_where=sa.text("state IN ('failed', 'interrupted')"),
            postgresql_where=sa.text("state IN ('failed', 'interrupted')"),
        )

    op.drop_table("turn")
    op.drop_table("store_meta")
    op.drop_table("serving")
    op.drop_table("rollup_turn")
    op.drop_table("rollup_latency")
    op.drop_table("rollup_group")
    op.drop_table("rollup_finding")
    op.drop_table("import_batch")
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exposure_lead_id"))

    op.drop_table("exposure")
    op.drop_table("dirty_hour")
    with op.batch_alter_table("dialogue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dialogue_lead_id"))
        batch_op.drop_index(batch_op.f("ix_dialogue_last_at_id"))

    op.drop_table("dialogue")
