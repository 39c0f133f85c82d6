"""What the product is tried against: simulated cameras, their faults, real servers."""
