"""How traffic flows: what crosses lines, and each minute's figures of each zone."""
