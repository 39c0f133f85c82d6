"""Real servers, started on free loopback ports for as long as a block runs."""
