"""Cameras that behave as badly as they are told to."""
