"""Perfect observers: one for each type of incident, they read the world and not the picture."""
