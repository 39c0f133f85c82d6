"""From the event bus into the database."""
