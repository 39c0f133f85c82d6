"""Incident transitions as history."""
