"""Run by Alembic, on the connection that `sentinel_core.adapters.sql.migration` hands over."""

from alembic import context

from sentinel_core.adapters.sql.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter most things: Alembic makes the table anew instead.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
