"""Releases that wait for another platform's build, and what is said and done about that."""
