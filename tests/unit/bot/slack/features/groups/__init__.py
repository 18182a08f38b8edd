"""Forms and messages of groups."""
