"""Distributing: giving a release to people."""
