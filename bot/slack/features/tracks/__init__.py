"""Tracks: several apps of one program, and where the builds of each come from."""
