"""A test picture that says when it was taken, so that a reader can tell what it sees."""
