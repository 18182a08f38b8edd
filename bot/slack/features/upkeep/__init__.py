"""Keeping up with the workspace: its channels, people and user groups, and the app itself."""
