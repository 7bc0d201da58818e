"""Alembic's entry: runs the migrations on the connection that ``migrate`` opened."""

from __future__ import annotations

from alembic import context

from longshore_tasks.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a table in place.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
