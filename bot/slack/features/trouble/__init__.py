"""Testers who cannot install a release."""
