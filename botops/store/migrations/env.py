"""Alembic's entry: runs on the connection handed in by `botops.store.migrate`, inside its transaction."""

from alembic import context

from botops.store import (  # noqa: F401 - their import adds their tables to METADATA
    budget_tables,
    cost_tables,
    eval_tables,
    outcome_tables,
    people_tables,
    release_tables,
    review_tables,
)
from botops.store.migrate import VERSION_TABLE
from botops.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
