"""Releases that nobody can install for now."""
