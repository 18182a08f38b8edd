"""Connecting a team at Apple: its key and its certificate, by whoever may, through a page."""
