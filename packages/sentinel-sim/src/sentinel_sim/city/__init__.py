"""The synthetic city: traffic that is simulated, filmed, and knows what really happened."""
