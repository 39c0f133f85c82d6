"""What proves an incident: files, manifest, and whether they are what was stored."""
