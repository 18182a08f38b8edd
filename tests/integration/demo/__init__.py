"""The demo as people start it, and as they see it in a browser."""
