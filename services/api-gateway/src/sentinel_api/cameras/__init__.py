"""Cameras: list, create, change, remove, probe, picture, zones."""
