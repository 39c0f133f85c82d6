"""Whose frame is looked at next, and with which others together."""
