"""Live messages to browsers."""
