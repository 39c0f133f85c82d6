"""The scenes of the city, and what happens in them."""
