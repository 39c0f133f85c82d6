"""Figures of the running system."""
