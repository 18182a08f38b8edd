"""Changing what is there of a release: its notes, its tags, and whether it can be installed."""
