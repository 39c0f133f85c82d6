"""The way of sampled frames to inference."""
