"""Keeps one child process per camera going, and turns what it sends into video, frames and states."""
