"""The ports, for real: in memory, in folders, in SQLite."""
