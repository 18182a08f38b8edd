"""Slack: one folder a feature, always listeners, views and messages."""
