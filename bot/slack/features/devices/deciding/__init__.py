"""Deciding about devices that wait, and mending what stops a wave."""
