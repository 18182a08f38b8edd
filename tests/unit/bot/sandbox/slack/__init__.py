"""Tests of the Slack-compatible workspace, through the real clients."""
