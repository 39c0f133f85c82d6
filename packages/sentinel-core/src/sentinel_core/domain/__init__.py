"""What a city, its cameras and its incidents are, in plain Python: no driver, no I/O, no numpy."""
