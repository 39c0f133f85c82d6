"""The embedded mode: one process tree, no external server. A composition root and its command line."""
