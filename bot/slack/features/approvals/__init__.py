"""Saying yes or no to releases that wait for it."""
