"""Lists of releases."""
