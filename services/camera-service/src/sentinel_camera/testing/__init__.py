"""Clips and servers for tests, importable by every member."""
