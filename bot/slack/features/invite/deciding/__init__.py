"""Deciding about people who would like to join."""
