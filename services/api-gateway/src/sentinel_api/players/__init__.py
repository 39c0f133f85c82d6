"""How to watch a camera."""
