"""Adapters that keep their state in a folder."""
