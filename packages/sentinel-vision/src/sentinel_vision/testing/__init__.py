"""Builders for tests, importable by every member."""
