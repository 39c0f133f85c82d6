"""Adapters that live and die with the process; a supported mode, not test doubles."""
