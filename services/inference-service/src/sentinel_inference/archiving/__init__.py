"""Evidence of incidents, into the object store."""
