"""Testers who want to be reminded of nothing of an app."""
