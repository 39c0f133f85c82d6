"""From results to messages on the bus."""
