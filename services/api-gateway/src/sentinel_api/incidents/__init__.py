"""Incidents and what people do with them."""
