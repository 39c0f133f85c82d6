"""Live video: access units as fragmented MP4, fanned out to viewers."""
