"""What runs in a child process: one per camera, and one per probe. Nothing here owns state that matters."""
