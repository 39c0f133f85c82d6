"""Help with drawing zones: suggested lanes, and what a calibration means. Nothing is stored."""
