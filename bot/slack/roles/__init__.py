"""Roles, by command."""
