"""The built dashboard, served with a strict policy."""
