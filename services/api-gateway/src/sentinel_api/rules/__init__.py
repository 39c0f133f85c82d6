"""The rules that exist, for forms."""
