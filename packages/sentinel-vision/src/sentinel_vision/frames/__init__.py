"""A sampled picture, and how it travels from camera-service to inference-service."""
