"""Evidence of incidents: what proves it, chained by hashes; how it is checked and handed out."""
