"""Telling: the ways in which people hear of what happened."""
