"""How well each camera does: what is measured, and what grade that is."""
