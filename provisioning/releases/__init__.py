"""Releases: their lives, their apps, their notes, and how they are read."""
