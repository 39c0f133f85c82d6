"""Video that people want kept: recordings on demand, and the newest seconds."""
