"""The database: SQLAlchemy models, repositories and migrations, the same for SQLite and PostgreSQL 16.

`await upgrade_database(url)` first, then `open_database(url, clock=…, secrets=…)`.
"""

from sentinel_core.adapters.sql.database import SqlDatabase, open_database
from sentinel_core.adapters.sql.migration import downgrade_database, upgrade_database

__all__ = ["SqlDatabase", "downgrade_database", "open_database", "upgrade_database"]
