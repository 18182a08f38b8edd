"""Distributing by a typed command."""
