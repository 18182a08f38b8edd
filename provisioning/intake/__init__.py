"""Intake: a file or link somewhere becomes a build here."""
