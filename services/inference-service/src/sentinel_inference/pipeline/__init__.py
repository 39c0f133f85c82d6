"""What happens to a frame between its arrival and its event."""
