"""Whose approval groups need."""
