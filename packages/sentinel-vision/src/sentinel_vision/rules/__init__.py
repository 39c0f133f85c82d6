"""From tracks in zones to incidents: one hysteresis machine, one module per rule."""
