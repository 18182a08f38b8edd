"""A town: a database filled as it is after years of work."""
