"""Tests that hold the two libraries' readers of the same bytes against each other."""
