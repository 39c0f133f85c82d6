"""Which pictures are looked at, and how they are made ready."""
