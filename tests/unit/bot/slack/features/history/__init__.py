"""Who did what, in words."""
