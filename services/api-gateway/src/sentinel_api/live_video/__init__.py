"""Live video to browsers."""
