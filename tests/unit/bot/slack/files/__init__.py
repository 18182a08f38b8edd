"""The cards of uploads."""
