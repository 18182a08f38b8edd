"""Forms and messages of a recall."""
